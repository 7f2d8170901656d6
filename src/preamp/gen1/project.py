"""From a project's files to the plan of its import: which environment, which resources, in which order."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from preamp.gen1.api import Api
from preamp.gen1.auth import Auth, groups
from preamp.gen1.documents import Document, Reader, mapping, text
from preamp.gen1.files import Files
from preamp.gen1.others import function, other
from preamp.gen1.report import Finding, Report
from preamp.gen1.storage import Bucket, table
from preamp.gen1.values import ImportPlan, Resource, Source, Step, Target, Unserved

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}", re.ASCII)
_CATEGORIES = re.compile(r"[a-z][A-Za-z0-9-]{0,39}", re.ASCII)
_MAX_RESOURCES = 500
_MAX_FINDINGS = 5_000
_NO_CATEGORIES = frozenset({"parameters", "types", "awscloudformation", "build", "hooks"})
HONOURED_FLAGS = frozenset(
    {
        "transformerversion",
        "improvepluralization",
        "subscriptionsinheritprimaryauth",
        "usesubusernamefordefaultidentityclaim",
        "usefieldnameforprimarykeyconnectionfield",
        "enableautoindexquerynames",
        "respectprimarykeyattributesonconnectionfield",
        "populateownerfieldforstaticgroupauth",
        "addmissingownerfields",
    }
)


def plan_import(
    files: Files,
    *,
    now_ms: int,
    environment: str | None = None,
    app_id: str | None = None,
    variables: Mapping[str, str] | None = None,
) -> ImportPlan:
    """The plan of an import, complete whatever the project holds: what cannot be read becomes a finding.

    `environment` None = the project's only one, else `dev`, else its first. `app_id` None = the project's own id, else
    one made of its name, the same each time. `variables` are environment variables that hold social providers' clients.
    """
    reader = Reader(files)
    provider = reader.document("team-provider-info.json")
    environments = _environments(provider)
    chosen = environment or _chosen(environments)
    target = _target(reader, provider, chosen, app_id, now_ms)
    resources = _resources(reader)
    made = _Made()
    _auth(reader, resources, target, variables or {}, made)
    _storage(reader, resources, target, made)
    _api(reader, resources, target, made)
    _rest(reader, resources, target, made)
    flags = _flags(reader, chosen)
    create = {
        "appId": target.app_id,
        "appName": target.app_name,
        "backendEnvironmentName": target.environment,
        "resourceConfig": {},
    }
    findings = _noted(reader, environments, chosen, environment)
    return ImportPlan(
        target=target,
        steps=(Step(operation="CreateBackend", members=create, category="environment", resource=chosen), *made.steps),
        groups=made.groups,
        unserved=tuple(made.unserved),
        flags=flags,
        sources=made.sources,
        environments=environments,
        refresh_token_days=made.refresh_token_days,
        report=Report(project=target.app_name, environment=chosen, findings=tuple(findings[:_MAX_FINDINGS])),
    )


class _Made:
    """What the categories have come to so far."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.unserved: list[Unserved] = []
        self.groups: tuple[Any, ...] = ()
        self.sources: tuple[Source, ...] = ()
        self.refresh_token_days: int | None = None


# App and environment -----------------------------------------------------------------------------


def _environments(provider: Document | None) -> tuple[str, ...]:
    return tuple(name for name in (provider.value if provider else ()) if _ID.fullmatch(name))[:100]


def _chosen(environments: tuple[str, ...]) -> str:
    if len(environments) == 1 or (environments and "dev" not in environments):
        return environments[0]
    return "dev"


def _target(reader: Reader, provider: Document | None, environment: str, app_id: str | None, now_ms: int) -> Target:
    config = reader.document(".config/project-config.json")
    known = provider.value if provider else {}
    stacks = [mapping(mapping(known.get(name)).get("awscloudformation")) for name in (environment, *known)]
    found = next((text(stack["AmplifyAppId"]) for stack in stacks if text(stack.get("AmplifyAppId"))), "")
    name = text(config.value.get("projectName")) if config else ""
    name = "".join(c for c in name if c.isprintable())[:255].strip() or found or "imported"
    if app_id is None and _ID.fullmatch(found):
        app_id = found
    if app_id is None:
        digest = int.from_bytes(hashlib.sha256(f"preamp import {name}".encode()).digest()[:8], "big")
        app_id = "d" + "".join("0123456789abcdefghijklmnopqrstuvwxyz"[digest // 36**place % 36] for place in range(12))
    return Target(app_id=app_id, app_name=name, environment=environment, now_ms=now_ms)


def _noted(reader: Reader, environments: tuple[str, ...], chosen: str, asked: str | None) -> list[Finding]:
    file = reader.name("team-provider-info.json")
    if not environments:
        what = f"There is no team-provider-info.json (often kept out of git); {chosen!r} is taken."
        first = Finding(
            status="changed", resource="project", item="environment", what=what, todo="Give --env.", file=file
        )
    elif asked is not None and asked not in environments:
        what = f"{asked!r} is new; the project has {', '.join(environments[:20])}."
        first = Finding(status="changed", resource="project", item="environment", what=what, file=file)
    else:
        rest = [name for name in environments if name != chosen]
        what = f"{chosen}." + (f" Not taken: {', '.join(rest[:20])}." if rest else "")
        first = Finding(status="as is", resource="project", item="environment", what=what, file=file, line=1)
    return [first, *reader.findings]


def _flags(reader: Reader, environment: str) -> dict[str, dict[str, Any]]:
    merged: dict[str, dict[str, Any]] = {}
    for path in ("cli.json", f"cli.{environment}.json"):
        document = reader.document(path)
        for section, members in mapping(document.value.get("features") if document else None).items():
            for name, value in mapping(members).items():
                if document is not None and isinstance(value, bool | int):
                    merged.setdefault(section.lower(), {})[name.lower()] = value
                    _note_flag(reader, document, section, name, value)
    return merged


def _note_flag(reader: Reader, document: Document, section: str, name: str, value: bool | int) -> None:
    if section.lower() == "graphqltransformer" and name.lower() in HONOURED_FLAGS:
        shown = str(value).lower()
        finding = Finding(
            status="as is",
            resource="project",
            item=f"flag {name}",
            what=f"{shown}: the API is made with it.",
            file=document.file,
            line=document.line("features", section, name),
        )
        reader.findings.append(finding)


# Resources ---------------------------------------------------------------------------------------


def _resources(reader: Reader) -> list[Resource]:
    config = reader.document("backend/backend-config.json")
    found: dict[tuple[str, str], Resource] = {}
    for category, members in (config.value if config else {}).items():
        if category in _NO_CATEGORIES or not _CATEGORIES.fullmatch(category):
            continue
        for name, entry in mapping(members).items():
            known = mapping(entry)
            service = text(known.get("service")) or _service(reader, category, name)
            imported = known.get("serviceType") == "imported"
            found[category, name] = Resource(
                category=category, name=name, service=service, entry=known, imported=imported
            )
    for category, name in _folders(reader.files.names):
        if (category, name) not in found:
            service = _service(reader, category, name)
            found[category, name] = Resource(category=category, name=name, service=service, entry={})
            if config is not None:
                _forgotten(reader, f"{category}/{name}")
    right = [one for one in found.values() if _NAME.fullmatch(one.name)]
    for one in found.values():
        if one not in right:
            what = f"{one.name[:80]!r} cannot name a resource; it is left out."
            reader.findings.append(Finding(status="not supported", resource=one.category, item="name", what=what))
    if len(right) > _MAX_RESOURCES:
        what = f"There are {len(right)} resources; the first {_MAX_RESOURCES} are read."
        reader.findings.append(Finding(status="not supported", resource="project", item="resources", what=what))
    return right[:_MAX_RESOURCES]


def _forgotten(reader: Reader, title: str) -> None:
    reader.findings.append(
        Finding(
            status="changed",
            resource=title,
            item="backend-config.json",
            what="The file does not name it, its folder is there; it is taken from the folder.",
            file=reader.name("backend/backend-config.json"),
        )
    )


def _folders(names: Iterable[str]) -> list[tuple[str, str]]:
    found = dict.fromkeys(
        (parts[1], parts[2])
        for parts in (name.split("/") for name in names)
        if len(parts) > 3
        and parts[0] == "backend"
        and parts[1] not in _NO_CATEGORIES
        and _CATEGORIES.fullmatch(parts[1])
    )
    return list(found)


def _service(reader: Reader, category: str, name: str) -> str:
    folder = f"backend/{category}/{name}"
    below = reader.files.under(folder)
    if category == "api":
        graphql = any(path.endswith(".graphql") and "/build/" not in path for path in below)
        return "AppSync" if graphql else "API Gateway"
    if category == "auth":
        return "Cognito-UserPool-Groups" if name == "userPoolGroups" else "Cognito"
    if category == "storage":
        inputs = reader.document(f"{folder}/cli-inputs.json", f"{category}/{name}")
        return "DynamoDB" if inputs is not None and "tableName" in inputs.value else "S3"
    return "Lambda" if category == "function" else ""


def _one(reader: Reader, found: list[Resource], kind: str) -> list[Resource]:
    for more in found[1:]:
        what = f"An environment has one {kind}; {found[0].name} is taken and this one left out."
        reader.findings.append(
            Finding(
                status="not supported",
                resource=more.title,
                item=kind,
                what=what,
                todo="Import the rest into another environment.",
                file=reader.name("backend/backend-config.json"),
            )
        )
    return found[:1]


def _auth(reader: Reader, resources: list[Resource], target: Target, variables: Mapping[str, str], made: _Made) -> None:
    pools = [one for one in resources if one.category == "auth" and one.service == "Cognito"]
    named: list[str] = []
    for resource in _one(reader, pools, "user pool"):
        auth = Auth(reader, resource, target, variables)
        made.steps.append(auth.step())
        named = auth.group_names()
        made.refresh_token_days = auth.refresh_token_days()
    grouped = [one for one in resources if one.service == "Cognito-UserPool-Groups"]
    made.groups = groups(reader, grouped, named) if pools else ()
    for resource in grouped:
        made.unserved.append(
            Unserved(category="auth", name=resource.name, service=resource.service, output=_group_output(made))
        )
    for group in made.groups:
        rank = "" if group.precedence is None else f", precedence {group.precedence}"
        file = f"{grouped[0].path}/user-pool-group-precedence.json" if grouped else f"{pools[0].path}/cli-inputs.json"
        reader.findings.append(
            Finding(
                status="as is",
                resource=grouped[0].title if grouped else pools[0].title,
                item="group",
                what=f"{group.name}{rank}.",
                file=reader.name(file),
            )
        )


def _group_output(made: _Made) -> dict[str, str]:
    return {f"{group.name}GroupRole": f"arn:aws:iam::${{account}}:role/{group.name}GroupRole" for group in made.groups}


def _storage(reader: Reader, resources: list[Resource], target: Target, made: _Made) -> None:
    stores = [one for one in resources if one.category == "storage"]
    for resource in _one(reader, [one for one in stores if one.service == "S3"], "bucket"):
        deployed = _deployed_bucket(reader, resource)
        mine = deployed if deployed.endswith(f"-{target.environment}") else ""
        made.steps.append(Bucket(reader, resource, target, mine).step())
    made.unserved += [table(reader, one, target) for one in stores if one.service == "DynamoDB"]


def _deployed_bucket(reader: Reader, resource: Resource) -> str:
    """The name that the bucket had on AWS, in whichever environment amplify-meta.json is of; empty without it."""
    for folder in ("#current-cloud-backend", "backend"):
        meta = reader.document(f"{folder}/amplify-meta.json")
        entry = mapping(mapping(meta.value.get("storage") if meta else None).get(resource.name))
        name = text(mapping(entry.get("output")).get("BucketName"))
        if name:
            return name
    return ""


def _api(reader: Reader, resources: list[Resource], target: Target, made: _Made) -> None:
    apis = [one for one in resources if one.category == "api" and one.service == "AppSync"]
    for resource in _one(reader, apis, "GraphQL API"):
        functions = frozenset(one.name for one in resources if one.category == "function")
        api = Api(reader, resource, target, functions)
        step = api.step()
        if step is not None:
            made.steps.append(step)
            made.sources = api.sources


def _rest(reader: Reader, resources: list[Resource], target: Target, made: _Made) -> None:
    served = {("api", "AppSync"), ("auth", "Cognito"), ("auth", "Cognito-UserPool-Groups"), ("storage", "S3")}
    for resource in resources:
        if (resource.category, resource.service) in served | {("storage", "DynamoDB")}:
            continue
        read = function if resource.service == "Lambda" else other
        made.unserved.append(read(reader, resource, target))


def with_reference(members: dict[str, Any], pool_id: str | None, auth_name: str | None) -> dict[str, Any]:
    """An API's request in which a reference to the project's own user pool (`auth` + its name) became the pool's id."""
    changed: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(members))
    config = changed.get("resourceConfig", {})
    for one in (config.get("defaultAuthType") or {}, *(config.get("additionalAuthTypes") or ())):
        settings = one.get("settings") or {}
        reference = settings.get("cognitoUserPoolId")
        if reference is None and one.get("mode") == "AMAZON_COGNITO_USER_POOLS" and pool_id:
            one["settings"] = {**settings, "cognitoUserPoolId": pool_id}
        elif reference is not None and pool_id and (reference == f"auth{auth_name}" or "_" not in reference):
            settings["cognitoUserPoolId"] = pool_id
    return changed
