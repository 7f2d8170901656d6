"""@function, @http and @predictions: fields that ask a Lambda, a web server or an AI service."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from preamp.graphql.model import HttpCall, LambdaCall
from preamp.graphql.names import SCALARS, graphql_name, upper_first

from .build import Build
from .document import Applied, FieldDef, TypeDef, nullable, refusal
from .parse import Use

EVENT_RESPONSE = "EventInvocationResponse"
EVENT_SHAPE = "type EventInvocationResponse { success: Boolean! }"

_ACTIONS: dict[str, tuple[str, ...]] = {
    "identifyText": ("translateText",),
    "identifyLabels": ("translateText", "convertTextToSpeech"),
    "translateText": ("convertTextToSpeech",),
    "convertTextToSpeech": (),
}
_ACTION_INPUTS: dict[str, tuple[str, ...]] = {
    "identifyText": ("key",),
    "identifyLabels": ("key",),
    "translateText": ("sourceLanguage", "targetLanguage"),
    "convertTextToSpeech": ("voiceID",),
}


def read_function(build: Build, use: Use) -> None:
    """Check a @function and take note of it; several on a field are called in order."""
    one, values = use.field, use.applied.values
    if one is None:
        return
    kind: Any = values.get("invocationType") or "RequestResponse"
    if kind == "Event":
        if use.parent.name not in ("Query", "Mutation"):
            message = "@function definition with 'invocationType: Event' must be defined on Query or Mutation field."
            raise refusal(message, use.applied)
        last = [applied for applied in one.directives if applied.name == "function"][-1]
        if last.values.get("invocationType") == "Event":
            _check_event_response(build, one, use.applied)
    call = LambdaCall(
        name=str(values["name"]),
        region=values.get("region") or None,
        account_id=values.get("accountId") or None,
        invocation_type=kind,
    )
    build.calls.setdefault((use.parent.name, one.name), []).append(call)


def _check_event_response(build: Build, one: FieldDef, applied: Applied) -> None:
    if one.type != EVENT_RESPONSE:
        message = (
            f"Invalid return type {one.type} for {_described(one)}.\nUse return type '{EVENT_RESPONSE}' and, if "
            f"necessary, add '{EVENT_SHAPE}' to your model schema."
        )
        raise refusal(message, applied)
    type_ = build.document.objects.get(EVENT_RESPONSE)
    if type_ is None:
        message = f"Missing '{EVENT_RESPONSE}' definition. Add this type definition to your schema:\n{EVENT_SHAPE}"
        raise refusal(message, applied)
    if [(name, found.type) for name, found in type_.fields.items()] != [("success", "Boolean!")]:
        message = f"Invalid '{EVENT_RESPONSE}' definition. Update the type definition in your schema to:\n{EVENT_SHAPE}"
        raise refusal(message, applied)


def _described(one: FieldDef) -> str:
    args = "(" + ", ".join(f"{arg.name}: {arg.type}" for arg in one.args) + ")" if one.args else ""
    directives = " ".join(_described_directive(applied) for applied in one.directives)
    return f"{one.name}{args}: {one.type} {directives}"


def _described_directive(applied: Applied) -> str:
    values = ", ".join(f"{name}: {value}" for name, value in applied.values.items())
    return f"@{applied.name}({values})" if values else f"@{applied.name}"


def read_http(build: Build, use: Use) -> None:
    """Check an @http, and replace the field's arguments by those for the path, the query and the body."""
    one, applied = use.field, use.applied
    if one is None:
        return
    url = applied.values.get("url")
    if not isinstance(url, str) or not re.match(r"https?://", url):
        start = applied.node.loc.start if applied.node is not None and applied.node.loc is not None else None
        message = (
            f"@http directive at location {'undefined' if start is None else start} requires a url parameter that "
            "begins with http:// or https://."
        )
        raise refusal(message, applied, "TransformerContractError")
    method: Any = applied.values.get("method") or "GET"
    call = HttpCall(method=method, url=url, headers=_headers(applied.values.get("headers")))
    build.https[use.parent.name, one.name] = call
    args = _http_arguments(build, use.parent.name, one, method, _path(url))
    if args:
        type_ = build.draft.get(use.parent.name)
        if type_ is not None:
            type_.put(FieldDef(one.name, one.type, tuple(args), one.directives, None, one.description, one.node))


def _headers(given: Any) -> tuple[tuple[str, str], ...]:
    headers = given if isinstance(given, list) else [given] if given else []
    return tuple((str(one.get("key")), str(one.get("value"))) for one in headers if isinstance(one, dict))


def _path(url: str) -> str:
    """Find the path, query string included: what follows the host."""
    rest = re.sub(r"^https?://", "", url)
    at = rest.find("/")
    return rest[at:] if at >= 0 else "/"


def _http_arguments(build: Build, parent: str, one: FieldDef, method: str, path: str) -> list[FieldDef]:
    prefix = upper_first(parent) + upper_first(one.name)
    made: list[FieldDef] = []
    others = list(one.args)
    params = [found.removeprefix(":") for found in re.findall(r":\w+", path, re.ASCII)]
    if params:
        others = [arg for arg in others if arg.base in SCALARS and arg.name not in params]
        fields = [FieldDef(name, "String!") for name in params]
        made.append(_http_input(build, "params", graphql_name(f"{prefix}ParamsInput"), fields, strict=True))
    if not others:
        return made
    if method != "GET":
        others = [arg.typed(nullable(arg.type)) for arg in others]
    strict = any(arg.is_required for arg in others)
    made.append(_http_input(build, "query", graphql_name(f"{prefix}QueryInput"), others, strict=strict))
    if method in ("POST", "PUT", "PATCH"):
        made.append(_http_input(build, "body", graphql_name(f"{prefix}BodyInput"), others, strict=strict))
    return made


def _http_input(build: Build, argument: str, name: str, fields: Sequence[FieldDef], *, strict: bool) -> FieldDef:
    type_ = TypeDef("input", name)
    type_.put(*fields)
    build.draft.add(type_)
    return FieldDef(argument, name + "!" if strict else name)


def read_predictions(build: Build, use: Use) -> None:
    """Check a @predictions and take note of its chain of actions."""
    one, applied = use.field, use.applied
    if one is None:
        return
    if use.parent.name != build.draft.roots.get("query"):
        raise refusal("@predictions directive only works under Query operations.", applied)
    given = applied.values.get("actions")
    actions = [str(one) for one in (given if isinstance(given, list) else [given])]
    if not actions:
        raise refusal("@predictions directive requires at least one action.", applied)
    for before, action in pairwise(actions):
        if action not in _ACTIONS[before]:
            raise refusal(f"{action} is not supported in this context!", applied)
    build.predictions[use.parent.name, one.name] = actions


def add_predictions(build: Build) -> None:
    """Add the inputs of prediction queries, and make them answer text."""
    for (parent, name), actions in build.predictions.items():
        title = upper_first(name)
        fields = []
        for at, action in enumerate(actions):
            input_name = f"{title}{upper_first(action)}Input"
            names = _ACTION_INPUTS[action]
            if at == 0 and action in ("translateText", "convertTextToSpeech"):
                names = (*names, "text")
            made = TypeDef("input", input_name)
            made.put(*(FieldDef(one, "String!") for one in names))
            build.draft.add_missing(made)
            fields.append(FieldDef(action, input_name + "!"))
        whole = TypeDef("input", f"{title}Input")
        whole.put(*fields)
        build.draft.add(whole)
        type_ = build.object(parent)
        found = type_.fields[name]
        answer = "[String]" if _answers_list(actions) else "String"
        type_.put(FieldDef(name, answer, (FieldDef("input", f"{title}Input!"),), found.directives, node=found.node))


def _answers_list(actions: list[str]) -> bool:
    is_list = False
    for action in actions:
        if action in ("identifyLabels", "convertTextToSpeech"):
            is_list = action == "identifyLabels"
    return is_list
