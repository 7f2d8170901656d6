"""GraphQL APIs: configuration of three generations of the Amplify CLI, and the annotated schema.

Newest first: cli-inputs.json, then backend-config.json's output.authConfig, then the security type of the oldest CLI.
Source: amplify-headless-interface (api), amplify-category-api, and projects on disk.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from graphql import (
    DirectiveNode,
    GraphQLError,
    GraphQLSyntaxError,
    Node,
    ObjectTypeDefinitionNode,
    StringValueNode,
    Visitor,
    parse,
    visit,
)

from preamp.gen1.documents import Reader, items, mapping, number, text, words
from preamp.gen1.report import Finding, Status
from preamp.gen1.support import DIRECTIVES, DROPPED, KNOWN_DIRECTIVES
from preamp.gen1.values import Resource, Source, Step, Target

MAX_SCHEMA_BYTES = 1024 * 1024
_MAX_TOKENS = 100_000
_MAX_KEY_DAYS = 365
_DEFAULT_KEY_DAYS = 7
_MODES = ("API_KEY", "AWS_IAM", "AMAZON_COGNITO_USER_POOLS", "OPENID_CONNECT")
_OPEN_ID = {  # cli-inputs, then backend-config, then the wire
    "openIDProviderName": ("openIDProviderName", "name"),
    "openIDIssueURL": ("openIDIssuerURL", "issuerUrl"),
    "openIDClientId": ("openIDClientID", "clientId"),
    "openIDAuthTTL": ("openIDAuthTTL", "authTTL"),
    "openIDIatTTL": ("openIDIatTTL", "iatTTL"),
}
_STRATEGIES = ("AUTOMERGE", "OPTIMISTIC_CONCURRENCY", "LAMBDA", "NONE")


class Api:
    """Reads one AppSync API; what it has to say goes to the reader's findings."""

    def __init__(self, reader: Reader, resource: Resource, target: Target, functions: frozenset[str]) -> None:
        self._reader = reader
        self._functions = functions
        self._resource = resource
        self._target = target
        self._inputs = reader.document(f"{resource.path}/cli-inputs.json", resource.title)
        self._conf = reader.document(f"{resource.path}/transform.conf.json", resource.title)
        self.sources: tuple[Source, ...] = ()

    def step(self) -> Step | None:
        """The operation that makes the API; None where its schema is missing or cannot be read."""
        schema = self._schema()
        service = mapping(self._inputs.value.get("serviceConfiguration")) if self._inputs else {}
        if schema is None:
            return None
        default, *more = self._auth_types(service)
        config: dict[str, Any] = {
            "apiName": _plain_name(text(service.get("apiName")) or self._resource.name),
            "service": "AppSync",
            "transformSchema": schema,
            "defaultAuthType": default,
            "additionalAuthTypes": more,
        }
        strategy = self._strategy(service)
        if strategy:
            config["conflictResolution"] = {"resolutionStrategy": strategy}
        self._beside()
        members = {
            "appId": self._target.app_id,
            "backendEnvironmentName": self._target.environment,
            "resourceName": self._resource.name,
            "resourceConfig": config,
        }
        return Step(
            operation="CreateBackendAPI",
            members=members,
            category="api",
            resource=self._resource.name,
            update="UpdateBackendAPI",
        )

    # The schema -----------------------------------------------------------------------------------

    def _schema(self) -> str | None:
        folder = self._resource.path
        single = f"{folder}/schema.graphql"
        texts = self._reader.files.texts
        paths = [single] if single in texts else sorted(name for name in texts if name.startswith(f"{folder}/schema/"))
        parts: list[str] = []
        sources: list[Source] = []
        line = 1
        for path in paths:
            part = self._reader.text(path, self._resource.title)
            if part is None:
                return None
            sources.append(Source(file=self._reader.name(path), line=line))
            part = part if part.endswith("\n") else part + "\n"
            line += part.count("\n")
            parts.append(part)
        self.sources = tuple(sources)
        whole = "".join(parts)
        if not whole.strip():
            self._find("unreadable", "schema", "There is no schema.graphql and no schema folder.", "Add the schema.")
            return None
        if len(whole.encode()) > MAX_SCHEMA_BYTES:
            self._find("not supported", "schema", f"It is larger than {MAX_SCHEMA_BYTES} bytes.", "Split the API.")
            return None
        return self._looked_at(whole, len(paths))

    def _looked_at(self, schema: str, files: int) -> str | None:
        """The schema without directives that mean nothing here; None where it cannot be read."""
        try:
            document = parse(schema, max_tokens=_MAX_TOKENS)
            uses = _Uses()
            visit(document, uses)
        except GraphQLSyntaxError as error:
            line = error.locations[0].line if error.locations else 1
            self._at_line("unreadable", "schema", f"It is not GraphQL: {error.message}", "Repair the schema.", line)
            return None
        except (GraphQLError, RecursionError) as error:
            why = "it is nested too deeply" if isinstance(error, RecursionError) else error.message
            self._find("unreadable", "schema", f"It cannot be read: {why}", "Make the schema smaller.")
            return None
        models = len(uses.lines.get("model", ()))
        form = "one file" if files == 1 else f"{files} files, joined in order of their names"
        self._at_line("as is", "schema", f"{uses.types} types, {models} of them @model, in {form}.", "", 1)
        if not models:
            what = "No type is a @model: its resolvers are hand-written, and no rows are served for it."
            self._at_line("not supported", "resolvers", what, "Declare models, or serve the fields elsewhere.", 1)
        for name, lines in sorted(uses.lines.items()):
            self._directive(name, lines)
        for name, line in uses.functions:
            if name.removesuffix("-${env}") not in self._functions:
                what = f"The project has no function {name.removesuffix('-${env}')[:80]!r}."
                self._at_line(
                    "not supported", "@function", what, "See if its name is misspelt, or from elsewhere.", line
                )
        return _blanked(schema, uses.dropped)

    def _directive(self, name: str, lines: list[int]) -> None:
        known = DIRECTIVES.get(name)
        times = f"{len(lines)} times" if len(lines) > 1 else "once"
        if known is not None:
            self._at_line(known.status, f"@{name}", f"Used {times}. {known.what}", known.todo, lines[0])
        elif name not in KNOWN_DIRECTIVES:
            what = f"Used {times}. It is not a directive of Amplify's transformer (a community transformer, perhaps)."
            self._at_line("not supported", f"@{name}", what, "Take it out of the schema.", lines[0])

    # Authorization --------------------------------------------------------------------------------

    def _auth_types(self, service: dict[str, Any]) -> list[dict[str, Any]]:
        given = [mapping(service.get("defaultAuthType")), *map(mapping, items(service.get("additionalAuthTypes")))]
        if not given[0]:
            given = self._older_auth_types()
        found: dict[str, dict[str, Any]] = {}
        for place, one in enumerate(given):
            mode = text(one.get("mode") or one.get("authenticationType"))
            label = "default authorization" if place == 0 else "additional authorization"
            if mode in found:
                self._find("changed", label, f"{mode} is named twice; it is taken once.", "", self._line("mode"))
            elif mode in _MODES:
                found[mode] = {"mode": mode, **self._settings(mode, one)}
                self._find("as is", label, f"{mode}.", "", self._line("defaultAuthType"))
            elif one:
                what = f"{mode or 'A mode without a name'} is left out: the Backend API has no such mode."
                self._find("not supported", label, what, "Use another mode for these rules.", self._line("mode"))
        if not found:
            self._find("changed", "default authorization", "None is given that can be served; API_KEY is taken.")
            return [{"mode": "API_KEY", "settings": {"expirationTime": _DEFAULT_KEY_DAYS}}]
        return list(found.values())

    def _older_auth_types(self) -> list[dict[str, Any]]:
        output = mapping(self._resource.entry.get("output"))
        auth = mapping(output.get("authConfig"))
        if not auth:
            old = text(output.get("securityType"))
            return [{"mode": old}] if old else [{}]
        return [
            mapping(auth.get("defaultAuthentication")),
            *map(mapping, items(auth.get("additionalAuthenticationProviders"))),
        ]

    def _settings(self, mode: str, one: dict[str, Any]) -> dict[str, Any]:
        if mode == "API_KEY":
            return {"settings": self._key_settings({**one, **mapping(one.get("apiKeyConfig"))})}
        if mode == "AMAZON_COGNITO_USER_POOLS":
            pool = text(one.get("cognitoUserPoolId")) or text(mapping(one.get("userPoolConfig")).get("userPoolId"))
            return {"settings": {"cognitoUserPoolId": pool}} if pool else {}
        if mode == "OPENID_CONNECT":
            inner = {**mapping(one.get("openIDConnectConfig")), **one}
            settings = {
                wire: text(inner.get(new)) or text(inner.get(old))
                for wire, (new, old) in _OPEN_ID.items()
                if inner.get(new) or inner.get(old)
            }
            return {"settings": settings}
        return {}

    def _key_settings(self, one: dict[str, Any]) -> dict[str, Any]:
        given = number(one.get("expirationTime"))
        given = number(one.get("apiKeyExpirationDays")) if given is None else given
        days = int(min(max(given or _DEFAULT_KEY_DAYS, 1), _MAX_KEY_DAYS))
        if given is not None and given != days:
            what = f"A life of {given:g} days becomes {days}: 1 to {_MAX_KEY_DAYS} are possible."
            self._find("changed", "API key", what, "", self._line("expirationTime"))
        ended = _moment(text(one.get("apiKeyExpirationDate")))
        what = f"A new key is made, which lives {days} days; the old one is AWS's and stays there."
        if ended is not None and ended < self._target.now_ms:
            what = f"The key had expired on {text(one.get('apiKeyExpirationDate'))[:10]}. {what}"
        self._find(
            "changed", "API key", what, "Export the client configuration anew.", self._line("apiKeyExpirationDate")
        )
        description = text(one.get("keyDescription")) or text(one.get("description"))
        return {"expirationTime": days, **({"description": description[:1000]} if description else {})}

    # Conflict resolution and what lies beside -----------------------------------------------------

    def _strategy(self, service: dict[str, Any]) -> str | None:
        resolution = mapping(service.get("conflictResolution"))
        chosen = text(mapping(resolution.get("defaultResolutionStrategy")).get("type"))
        models = [
            text(one.get("entityName")) for one in map(mapping, items(resolution.get("perModelResolutionStrategy")))
        ]
        line = self._line("conflictResolution")
        if not chosen and self._conf is not None:
            config = mapping(self._conf.value.get("ResolverConfig"))
            chosen = text(mapping(config.get("project")).get("ConflictHandler"))
            models = models or list(mapping(config.get("models")))
        if not chosen and models:
            chosen = "AUTOMERGE"
        if models:
            what = f"{', '.join(models[:20])} had a strategy of their own; {chosen} is taken for all models."
            self._find("changed", "conflict resolution", what, "Check how edits of these models are joined.", line)
        if chosen and chosen not in _STRATEGIES:
            self._find("not supported", "conflict resolution", f"{chosen!r} is no strategy of AppSync's.", "", line)
            return None
        if chosen and chosen != "NONE":
            self._find("as is", "conflict resolution", f"{chosen}: DataStore's rows carry versions.", "", line)
        return chosen or None

    def _beside(self) -> None:
        folder, files = self._resource.path, self._reader.files
        for name in (name for name in files.under(f"{folder}/resolvers") if name.endswith((".vtl", ".js"))):
            what = "A resolver template of your own is not run: the generated resolver answers."
            self._find(
                "not supported", "resolver", what, "Move its logic into @auth, @function or the client.", 1, name
            )
        stacks = [name for name in files.under(f"{folder}/stacks") if not name.endswith("/CustomResources.json")]
        for name in stacks:
            what = "A CloudFormation stack beside the API is not deployed."
            self._find("not supported", "custom stack", what, "Provide what it makes by other means.", 1, name)
        override = f"{folder}/override.ts"
        if override in files.names:
            what = "Overrides of generated CloudFormation have no effect."
            self._find("not supported", "override", what, "See which settings it changed.", 1, override)
        roles = self._reader.document(f"{folder}/custom-roles.json", self._resource.title)
        for role in words(roles.value.get("adminRoleNames")) if roles else ():
            what = f"Role {role!r} had full access by IAM. Here whoever holds an access key of the server has it."
            todo = f"Make a key for it: preamp keys create --user {_plain_name(role)}"
            self._find("changed", "custom role", what, todo, 1, f"{folder}/custom-roles.json")
        community = words(self._conf.value.get("transformers")) if self._conf else []
        for name in community:
            what = f"The community transformer {name!r} is not run."
            self._find("not supported", "transformer", what, "", 1, f"{folder}/transform.conf.json")

    def _line(self, key: str) -> int:
        return self._inputs.line("serviceConfiguration", key) if self._inputs else 0

    def _find(self, status: Status, item: str, what: str, todo: str = "", line: int = 0, path: str = "") -> None:
        file = path or (f"{self._resource.path}/cli-inputs.json" if self._inputs else "backend/backend-config.json")
        self._reader.findings.append(
            Finding(
                status=status,
                resource=self._resource.title,
                item=item,
                what=what,
                todo=todo,
                file=self._reader.name(file),
                line=line,
            )
        )

    def _at_line(self, status: Status, item: str, what: str, todo: str, line: int) -> None:
        chosen = next((one for one in reversed(self.sources) if one.line <= line), self.sources[0])
        self._reader.findings.append(
            Finding(
                status=status,
                resource=self._resource.title,
                item=item,
                what=what,
                todo=todo,
                file=chosen.file,
                line=line - chosen.line + 1,
            )
        )


class _Uses(Visitor):
    """The lines on which directives are used, by name, and how many object types there are."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: dict[str, list[int]] = {}
        self.functions: list[tuple[str, int]] = []
        self.dropped: list[tuple[int, int]] = []
        self.types = 0

    def enter_object_type_definition(self, _node: ObjectTypeDefinitionNode, *_: Any) -> None:
        self.types += 1

    def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
        self.lines.setdefault(node.name.value, []).append(_line_of(node))
        if node.name.value in DROPPED and node.loc:
            self.dropped.append((node.loc.start, node.loc.end))
        if node.name.value == "function":
            for argument in node.arguments or ():
                if argument.name.value == "name" and isinstance(argument.value, StringValueNode):
                    self.functions.append((argument.value.value, _line_of(node)))


def _blanked(schema: str, spans: list[tuple[int, int]]) -> str:
    """The schema with blanks in the place of some parts, so that lines and columns stay."""
    for start, end in spans:
        schema = schema[:start] + re.sub(r"[^\n]", " ", schema[start:end]) + schema[end:]
    return schema


def _line_of(node: Node) -> int:
    return node.loc.start_token.line if node.loc else 1


def _plain_name(name: str) -> str:
    return "".join(_plain(name)).strip("-_")[:64] or "api"


def _plain(name: str) -> Iterator[str]:
    for character in name:
        yield character if character.isascii() and (character.isalnum() or character in "_-") else ""


def _moment(given: str) -> int | None:
    try:
        return int(datetime.fromisoformat(given).timestamp() * 1000)
    except (ValueError, OverflowError):
        return None
