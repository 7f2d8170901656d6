"""The query protocol of AWS's older services (sts): a form in the body, XML in the answer.

The operation is the form's `Action`. A list member travels as `Name.member.1`, a structure's as `Name.Member`; the
answer to `Action` is `<ActionResponse><ActionResult>...`. Source: Smithy, "AWS query protocol".
"""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

import msgspec
from msgspec import inspect

from preamp.wire.errors import ServiceError, UnknownOperationException, ValidationException
from preamp.wire.protocol import ANSWER, Headers
from preamp.wire.service import Operation, Service

CONTENT_TYPE = "text/xml"
FORM = "application/x-www-form-urlencoded"
_MAX_FIELDS = 500
_MAX_MEMBERS = 400
# What these services call the errors that all services have.
_NAMES = {
    "AccessDeniedException": "AccessDenied",
    "ExpiredTokenException": "ExpiredToken",
    "IncompleteSignatureException": "IncompleteSignature",
    "InvalidSignatureException": "SignatureDoesNotMatch",
    "MissingAuthenticationTokenException": "MissingAuthenticationToken",
    "UnknownOperationException": "InvalidAction",
    "UnrecognizedClientException": "InvalidClientTokenId",
    "ValidationException": "ValidationError",
}


class Query:
    """One service of the query protocol; `namespace` is that of its answers' XML."""

    answer: Headers = [(b"content-type", CONTENT_TYPE.encode()), *ANSWER]  # noqa: RUF012  never changed

    def __init__(self, service: Service, namespace: str) -> None:
        self._service = service
        self._namespace = namespace

    roots: tuple[str, ...] = ()
    """No path is theirs: they are found by the form."""

    def preflight(self, _headers: dict[str, str]) -> Headers:
        """What a browser is told before a call."""
        return [
            (b"access-control-allow-origin", b"*"),
            (b"access-control-allow-methods", b"POST, OPTIONS"),
            (
                b"access-control-allow-headers",
                (
                    b"authorization, content-type, x-amz-content-sha256, x-amz-date, x-amz-security-token, "
                    b"x-amz-user-agent, amz-sdk-invocation-id, amz-sdk-request"
                ),
            ),
            (b"access-control-max-age", b"86400"),
        ]

    def match(self, method: str, _raw_path: str, _headers: dict[str, str], body: bytes) -> tuple[Operation, list[str]]:
        """The operation that the form names; raises UnknownOperationException."""
        form = _form(body)
        operation = self._service.operations.get(form.get("Action", "")) if method == "POST" else None
        if operation is None:
            name = form.get("Action", "")[:200]
            raise UnknownOperationException(f"Could not find operation {name!r} for version {self._service.version}.")
        return operation, []

    def decode(self, operation: Operation, body: bytes, _labels: list[str]) -> msgspec.Struct:
        """The operation's request; raises ValidationException that names the member."""
        form = {name: value for name, value in _form(body).items() if name not in {"Action", "Version"}}
        members = _structure(operation.request, "", form)
        try:
            request: msgspec.Struct = msgspec.convert(members, operation.request, strict=False)
        except msgspec.ValidationError as error:
            raise ValidationException(f"1 validation error detected: {error}.") from None
        return request

    def encode(self, answer: msgspec.Struct) -> bytes:
        """The answer's XML; members that are None are absent. The operation is told by the Struct's name."""
        action = type(answer).__name__.removesuffix("Response")
        inside = "".join(_element(field.encode_name, getattr(answer, field.name)) for field in _fields(type(answer)))
        result = f"<{action}Result>{inside}</{action}Result>"
        return (
            f'<{action}Response xmlns="{escape(self._namespace)}">{result}<ResponseMetadata/></{action}Response>'
        ).encode()

    def encode_error(self, error: ServiceError) -> tuple[bytes, Headers]:
        """The error's XML; server faults are the receiver's."""
        code = _NAMES.get(error.code, error.code)
        whose = "Receiver" if error.status >= 500 else "Sender"
        inside = _element("Type", whose) + _element("Code", code) + _element("Message", error.message)
        xml = f'<ErrorResponse xmlns="{escape(self._namespace)}"><Error>{inside}</Error></ErrorResponse>'
        return xml.encode(), [(b"x-amzn-errortype", code.encode())]


def _form(body: bytes) -> dict[str, str]:
    """The form's fields, the first of each name; raises ValidationException for what is no form."""
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, max_num_fields=_MAX_FIELDS, encoding="utf-8", errors="strict"
        )
    except ValueError:
        raise ValidationException(f"The body is not a form of at most {_MAX_FIELDS} fields in UTF-8.") from None
    form: dict[str, str] = {}
    for name, value in pairs:
        form.setdefault(name, value)
    return form


def _fields(struct: type[msgspec.Struct]) -> tuple[msgspec.structs.FieldInfo, ...]:
    return msgspec.structs.fields(struct)


def _structure(struct: type[msgspec.Struct], prefix: str, form: dict[str, str]) -> dict[str, Any]:
    info = inspect.type_info(struct)
    found = {}
    for field in info.fields if isinstance(info, inspect.StructType) else ():
        value = _value(field.type, prefix + field.encode_name, form)
        if value is not None:
            found[field.encode_name] = value
    return found


def _value(kind: inspect.Type, name: str, form: dict[str, str]) -> Any:
    if isinstance(kind, inspect.UnionType):
        kind = next(one for one in kind.types if not isinstance(one, inspect.NoneType))
    if isinstance(kind, inspect.StructType):
        inside = any(key.startswith(f"{name}.") for key in form)
        return _structure(kind.cls, f"{name}.", form) if inside else None
    if isinstance(kind, inspect.VarTupleType):
        return _members(kind.item_type, f"{name}.member", form)
    return form.get(name)


def _members(kind: inspect.Type, name: str, form: dict[str, str]) -> list[Any] | None:
    found = []
    for place in range(1, _MAX_MEMBERS + 1):
        value = _value(kind, f"{name}.{place}", form)
        if value is None:
            break
        found.append(value)
    return found or None


def _element(name: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, msgspec.Struct):
        inside = "".join(_element(field.encode_name, getattr(value, field.name)) for field in _fields(type(value)))
        return f"<{name}>{inside}</{name}>"
    if isinstance(value, tuple | list):
        return f"<{name}>{''.join(_element('member', one) for one in value)}</{name}>"
    return f"<{name}>{escape(_text(value))}</{name}>"


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    # XML 1.0 has no way to say most control characters.
    return "".join(letter if letter.isprintable() or letter in "\t\n\r" else " " for letter in str(value))
