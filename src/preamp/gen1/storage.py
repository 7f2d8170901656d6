"""Buckets and DynamoDB tables: cli-inputs.json, or parameters.json before it.

Source: amplify-category-storage (S3 and DynamoDB inputs, permission maps), and projects on disk.
"""

import re
from typing import Any

from preamp.gen1.documents import Document, Reader, items, mapping, text, words
from preamp.gen1.report import Finding, Status
from preamp.gen1.values import Resource, Step, Target, Unserved

_PERMISSIONS = ("CREATE_AND_UPDATE", "READ", "DELETE")
_ACTIONS = {
    "s3:putobject": "CREATE_AND_UPDATE",
    "s3:getobject": "READ",
    "s3:listbucket": "READ",
    "s3:deleteobject": "DELETE",
    "create/update": "CREATE_AND_UPDATE",
    "read": "READ",
    "delete": "DELETE",
    "create_and_update": "CREATE_AND_UPDATE",
}
_OLD = {"auth": ("AuthenticatedPublic", "AuthenticatedProtected", "AuthenticatedPrivate"), "guest": ("GuestPublic",)}
_BUCKET = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")
_KEY_TYPES = {"string": "S", "number": "N", "binary": "B"}


class Bucket:
    """Reads one S3 resource; what it has to say goes to the reader's findings."""

    def __init__(self, reader: Reader, resource: Resource, target: Target, deployed: str) -> None:
        self._reader = reader
        self._resource = resource
        self._target = target
        self._deployed = deployed
        self._document = _document(reader, resource)
        self._config = mapping(self._document.value) if self._document else {}

    def step(self) -> Step:
        """The operation that makes the bucket."""
        signed_in = self._allowed("authAccess", "selectedAuthenticatedPermissions", "auth")
        guests = self._allowed("guestAccess", "selectedGuestPermissions", "guest")
        if text(self._config.get("storageAccess")) == "auth":
            guests = []
        permissions: dict[str, Any] = {"authenticated": signed_in}
        if guests:
            permissions["unAuthenticated"] = guests
        config: dict[str, Any] = {"serviceName": "S3", "permissions": permissions}
        name = self._name()
        if name:
            config["bucketName"] = name
        self._find("as is", "signed-in users", f"{', '.join(signed_in) or 'Nothing'}.", "", self._line("authAccess"))
        self._find("as is", "guests", f"{', '.join(guests) or 'Nothing'}.", "", self._line("guestAccess"))
        self._beside()
        members = {
            "appId": self._target.app_id,
            "backendEnvironmentName": self._target.environment,
            "resourceName": self._resource.name,
            "resourceConfig": config,
        }
        return Step(
            operation="CreateBackendStorage",
            members=members,
            category="storage",
            resource=self._resource.name,
            update="UpdateBackendStorage",
        )

    def _allowed(self, member: str, older: str, kind: str) -> list[str]:
        given = words(self._config.get(member)) or words(self._config.get(older))
        if not given:
            for level in _OLD[kind]:
                given += words(self._config.get(f"s3Permissions{level}"))
        if not given and kind == "auth" and member not in self._config and older not in self._config:
            what = "What signed-in users may do is not told; everything at their own levels is taken."
            self._find("changed", "signed-in users", what, "Check it.")
            return list(_PERMISSIONS)
        found = {_ACTIONS[one.lower()] for one in given if one.lower() in _ACTIONS}
        unknown = [one for one in given if one.lower() not in _ACTIONS and one.upper() != "DISALLOW"]
        if unknown:
            self._find("changed", member, f"{', '.join(unknown[:5])} is no permission here.", "", self._line(member))
        return [one for one in _PERMISSIONS if one in found]

    def _name(self) -> str | None:
        given = text(self._config.get("bucketName"))
        wanted = self._deployed or (f"{given}-{self._target.environment}".lower() if given else "")
        line = self._line("bucketName")
        if _BUCKET.fullmatch(wanted):
            self._find("as is", "bucket", f"{wanted}.", "", line)
            return wanted
        if given:
            what = f"{wanted[:80]!r} cannot name a bucket here; a name is made."
            self._find("changed", "bucket", what, "Export the client configuration anew.", line)
        return None

    def _beside(self) -> None:
        what = "Objects are not copied: the bucket begins empty."
        self._find("changed", "objects", what, "Copy them: aws s3 sync from the old bucket, then to this one.")
        triggers = words(self._config.get("triggerFunction")) + words(self._config.get("additionalTriggerFunctions"))
        for name in triggers:
            if name not in {"NONE", "AWS_NONE"}:
                self._find("not supported", "trigger", f"Function {name[:60]} is not run on changes.", "",
                           self._line("triggerFunction"))  # fmt: skip
        for group, allowed in mapping(self._config.get("groupAccess")).items():
            what = (
                f"Group {group[:60]!r} had {', '.join(words(allowed)) or 'nothing'}; it has what signed-in users have."
            )
            self._find("not supported", "group access", what, "", self._line("groupAccess"))

    def _line(self, member: str) -> int:
        return self._document.line(member) if self._document else 0

    def _find(self, status: Status, item: str, what: str, todo: str = "", line: int = 0) -> None:
        self._reader.findings.append(
            _finding(self._reader, self._resource, self._document, status, item, what, todo, line)
        )


def table(reader: Reader, resource: Resource, target: Target) -> Unserved:
    """A DynamoDB table of the project's own: told, not served."""
    document = _document(reader, resource)
    config = mapping(document.value) if document else {}
    name = text(config.get("tableName")) or resource.name
    indexes = len(items(config.get("gsi")))
    what = f"Table {name!r} with {indexes} more indexes is not made: there is no DynamoDB here."
    todo = "Declare it as a @model, and change the functions that use it."
    line = document.line("tableName") if document else 0
    reader.findings.append(_finding(reader, resource, document, "not supported", "table", what, todo, line))
    deployed = f"{name}-{target.environment}"
    output = {
        "Name": deployed,
        "Arn": f"arn:aws:dynamodb:${{region}}:${{account}}:table/{deployed}",
        "Region": "${region}",
    }
    for member, title in (("partitionKey", "PartitionKey"), ("sortKey", "SortKey")):
        key = mapping(config.get(member))
        if key:
            output[f"{title}Name"] = text(key.get("fieldName"))
            output[f"{title}Type"] = _KEY_TYPES.get(text(key.get("fieldType")).lower(), "S")
    return Unserved(category="storage", name=resource.name, service="DynamoDB", output=output)


def _document(reader: Reader, resource: Resource) -> Document | None:
    for name in ("cli-inputs.json", "parameters.json", "storage-params.json"):
        found = reader.document(f"{resource.path}/{name}", resource.title)
        if found is not None:
            return found
    return None


def _finding(
    reader: Reader,
    resource: Resource,
    document: Document | None,
    status: Status,
    item: str,
    what: str,
    todo: str,
    line: int,
) -> Finding:
    file = document.file if document else reader.name("backend/backend-config.json")
    return Finding(status=status, resource=resource.title, item=item, what=what, todo=todo, file=file, line=line)
