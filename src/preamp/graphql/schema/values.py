"""@default and @validate: values that stand in for absent ones, and checks of values that are given."""

import ipaddress
import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from preamp.graphql.model import Validation

from .build import Build
from .document import Applied, FieldDef, TypeDef, refusal
from .parse import Use

_NUMERIC = ("gt", "lt", "gte", "lte")

_INT = re.compile(r"\s*[+-]?\d")
_FLOAT = re.compile(r"\s*[+-]?(\d|\.\d|Infinity)")
_DATE = re.compile(r"(\d{4})-(0[1-9]|1[012])-(0[1-9]|[12]\d|3[01])", re.ASCII)
_ZONE = r"(Z|[+|-]([01]\d|2[0-3]):[0-5]\d)"
_TIME = re.compile(rf"([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(\.\d+)?{_ZONE}", re.ASCII)
_EMAIL = re.compile(
    r"[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
    r"(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*"
)
_WEB_SCHEMES = frozenset({"http", "https", "ws", "wss", "ftp"})


def read_default(build: Build, use: Use) -> None:
    """Check a @default and take note of it."""
    type_, one, applied = use.parent, use.field, use.applied
    if one is None or type_.directive("model") is None:
        message = "The @default directive may only be added to object definitions annotated with @model."
        raise refusal(message, applied)
    if one.is_list or not build.draft.is_scalar_or_enum(one.type):
        raise refusal("The @default directive may only be added to scalar or enum field types.", applied)
    if "value" not in applied.values:
        raise refusal("The @default directive requires a value property on non-Postgres datasources.", applied)
    value = applied.values["value"]
    if value is None:
        raise refusal("The @default directive does not support null values.", applied)
    enum = build.document.enums.get(one.base)
    if enum is not None:
        if value not in build.draft.types[one.base].values:
            raise refusal(f'Default value "{value}" is not a member of {one.base} enum.', applied)
    elif one.base in _VALID and not _VALID[one.base](value):
        raise refusal(f'Default value "{value}" is not a valid {one.base}.', applied)
    build.defaults[type_.name, one.name] = value


def _is_date(text: str) -> bool:
    found = _DATE.fullmatch(text)
    if found is None:
        return False
    year, month, day = (int(part) for part in found.groups())
    if year == 0:
        year = 2000
    with suppress(ValueError):
        return date(year, month, day) is not None
    return False


def _is_datetime(text: str) -> bool:
    day, separator, time = text.partition("T")
    return bool(separator) and _is_date(day) and _TIME.fullmatch(time) is not None


def _is_json(text: str) -> bool:
    def refuse(constant: str) -> Any:
        raise ValueError(constant)

    try:
        json.loads(text, parse_constant=refuse)
    except (ValueError, RecursionError):
        return False
    return True


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text.strip())
        _ = parts.port
    except ValueError:
        return False
    if not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", text.strip()):
        return False
    return bool(parts.hostname) or parts.scheme not in _WEB_SCHEMES


def _is_phone(text: str) -> bool:
    """Whether a number is international: `+`, a country code and a length that fit (NANP in full)."""
    if not re.fullmatch(r"\+[\d\s().-]+", text, re.ASCII):
        return False
    digits = re.sub(r"\D", "", text)
    if digits.startswith("1"):
        return re.fullmatch(r"1[2-9]\d{2}[2-9]\d{6}", digits) is not None
    return re.fullmatch(r"[2-9]\d{6,14}", digits) is not None


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


_VALID: Mapping[str, Callable[[str], bool]] = {
    "Int": lambda text: _INT.match(text) is not None,
    "Float": lambda text: _FLOAT.match(text) is not None,
    "Boolean": lambda text: text.lower() in ("true", "false"),
    "AWSJSON": _is_json,
    "AWSDate": _is_date,
    "AWSTime": lambda text: _TIME.fullmatch(text) is not None,
    "AWSDateTime": _is_datetime,
    "AWSTimestamp": lambda text: _INT.match(text) is not None,
    "AWSEmail": lambda text: _EMAIL.fullmatch(text) is not None,
    "AWSURL": _is_url,
    "AWSPhone": _is_phone,
    "AWSIPAddress": _is_ip,
}


def read_validate(build: Build, use: Use) -> None:
    """Check a @validate and take note of it."""
    type_, one, applied = use.parent, use.field, use.applied
    if one is None or type_.directive("model") is None:
        raise refusal("@validate directive can only be used on fields within @model types.", applied)
    kind, value = applied.values["type"], applied.values["value"]
    _check_place(one, applied, kind)
    _check_type(one, applied, kind)
    if kind in ("minLength", "maxLength"):
        found = re.match(r"\s*([+-]?\d+)", value, re.ASCII)
        if found is None or int(found[1][:20]) < 0:
            message = f"{kind} value must be a non-negative integer. Received '{value}' for field '{one.name}'"
            raise refusal(message, applied)
    if kind in _NUMERIC and not _FLOAT.match(value):
        raise refusal(f"{kind} value must be a number. Received '{value}' for field '{one.name}'", applied)
    check = Validation(type=kind, value=value, message=applied.values.get("errorMessage") or None)
    build.validations.setdefault((type_.name, one.name), []).append(check)


def _check_place(one: FieldDef, applied: Applied, kind: str) -> None:
    if one.is_list:
        raise refusal(f"@validate directive cannot be used on list field '{one.name}'", applied)
    names = [peer.name for peer in one.directives]
    at = next(at for at, peer in enumerate(one.directives) if peer is applied)
    if "default" in names and at < names.index("default"):
        raise refusal("@validate directive must be specified after @default directive", applied)
    for peer in one.directives:
        if peer is not applied and peer.name == "validate" and peer.values.get("type") == kind:
            message = (
                f"Duplicate @validate directive with type '{kind}' on field '{one.name}'. Each validation type can "
                "only be used once per field."
            )
            raise refusal(message, applied)


def _check_type(one: FieldDef, applied: Applied, kind: str) -> None:
    if kind in _NUMERIC and one.base not in ("Int", "Float"):
        message = f"Validation type '{kind}' can only be used with numeric fields (Int, Float). "
        raise refusal(f"{message}Field '{one.name}' is of type '{one.base}'", applied)
    if kind not in _NUMERIC and one.base != "String":
        message = f"Validation type '{kind}' can only be used with 'String' fields. "
        raise refusal(f"{message}Field '{one.name}' is of type '{one.base}'", applied)


def read_maps_to(build: Build, use: Use) -> None:
    """Check a @mapsTo and take note of the older name that the model's table keeps."""
    type_, applied = use.parent, use.applied
    _check_renamed_model(type_, applied)
    name = str(applied.values["name"])
    start = f'Cannot apply @{applied.name} with name "{name}" on type "{type_.name}" because '
    other = build.document.objects.get(name)
    if other is not None and other.directive("model") is not None:
        raise refusal(f'{start}"{name}" model already exists in the schema.', applied)
    for one in build.document.objects.values():
        mapped = one.directive(applied.name)
        if one.name != type_.name and mapped is not None and mapped.values.get("name") == name:
            raise refusal(f'{start}"{one.name}" model already has the same name mapping.', applied)
    build.renames[type_.name] = name


def _check_renamed_model(type_: TypeDef, applied: Applied) -> None:
    if type_.directive("model") is None:
        message = f"@{applied.name} is not supported on type {type_.name}. It can only be used on a @model type."
        raise refusal(message, applied)


def refuse_refers_to(build: Build, use: Use) -> None:
    """Refuse @refersTo: it is for SQL models alone."""
    del build
    type_, applied = use.parent, use.applied
    if type_.kind == "interface" and use.field is not None:
        message = f'@refersTo directive cannot be placed on "{type_.name}" interface\'s {use.field.name} field.'
        raise refusal(message, applied)
    _check_renamed_model(type_, applied)
    message = f"@refersTo is only supported on SQL models. {type_.name} is not a SQL model."
    raise refusal(message, applied, "Error")


def refuse_sql(build: Build, use: Use) -> None:
    """Refuse @sql: no SQL source can be named here."""
    del build
    where = f'Check type "{use.parent.name}" and field "{use.field.name if use.field else ""}".'
    if use.parent.name not in ("Query", "Mutation"):
        raise refusal(f"@sql directive can only be used on Query or Mutation types. {where}", use.applied)
    if not use.applied.values:
        message = f"@sql directive must have either a 'statement' or a 'reference' argument. {where}"
        raise refusal(message, use.applied)
    name = f"{use.parent.name}.{use.field.name if use.field else ''}"
    raise refusal(f"Could not find custom SQL strategy for {name}", use.applied, "Error")


def refuse_ai(build: Build, use: Use) -> None:
    """Refuse @conversation and @generation: they belong to Amplify Gen 2."""
    del build
    raise refusal(f"The @{use.applied.name} directive is not part of this API; remove it.", use.applied)
