"""PostObject: an upload by an HTML form, allowed by a policy that somebody with a key has signed.

The form's fields come before its file, and the file streams: what stands behind the file is not read as fields.
Source: S3 API reference, "POST Object" and "Browser-based uploads using POST".
"""

import re
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec
from msgspec import Struct
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from preamp.storage.catalog import ALWAYS
from preamp.storage.errors import (
    EntityTooSmall,
    InvalidPolicyDocument,
    KeyTooLongError,
    MalformedPOSTRequest,
)
from preamp.storage.records import Bucket
from preamp.storage.s3 import values
from preamp.storage.s3.context import MAX_KEY_BYTES, S3, denied, table
from preamp.wire.s3 import (
    AccessDenied,
    Answer,
    Body,
    EntityTooLarge,
    InvalidArgument,
    S3Request,
    ServiceError,
    checksums,
    decoded_policy,
    xml,
)

_MAX_FIELDS = 64 * 1024
_NOT_IN_POLICY = {"x-amz-signature", "file", "policy"}
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,9})?Z", re.ASCII)


class Policy(Struct, frozen=True):
    """A policy's document."""

    expiration: str
    conditions: list[dict[str, Any] | list[Any]]


@table.operation("PostObject", "POST /{Bucket}")
async def post_object(s3: S3, request: S3Request) -> Answer:
    """Store the file of a form under the key that its fields name."""
    bucket = await s3.bucket(request)
    form = _Form(request)
    await form.read_fields()
    fields = form.fields
    if "policy" not in fields:
        raise denied()
    credentials = await s3.verifier.verify_policy(fields)
    caller = await s3.caller_of(credentials, fields.get("x-amz-security-token"))
    low, high = check_policy(fields, bucket.name, s3.clock.now_ms())
    key = fields.get("key", "").replace("${filename}", form.filename)
    if not key:
        raise InvalidArgument("Bucket POST must contain a field named 'key'.", ArgumentName="key")
    if caller is None or not await s3.allowed(caller, bucket, "s3:PutObject", key):
        raise denied()
    if len(key.encode()) > MAX_KEY_BYTES:
        raise KeyTooLongError("Your key is too long", MaxSizeAllowed=str(MAX_KEY_BYTES))
    meta = values.meta_of(_as_headers(fields))
    stored = await s3.contents.take(_body(form, fields), inline=False)
    try:
        size = stored.digests.size
        if size < low:
            raise EntityTooSmall("The upload is smaller than the policy's minimum", ProposedSize=str(size))
        if high is not None and size > high:
            raise EntityTooLarge("The upload is larger than the policy's maximum", ProposedSize=str(size))
        checksum = values.checksum_of(stored.digests)
        made = await s3.catalog.put(
            bucket.name, key.encode(), stored, meta=meta, owner=caller.id, checksum=checksum, conditions=ALWAYS
        )
    except ServiceError:
        await s3.contents.discard(stored)
        raise
    return _answer(bucket, key, made.etag, fields)


def _body(form: "_Form", fields: dict[str, str]) -> Body:
    given = {name: value for name, value in fields.items() if name == "content-md5" or checksums.algorithm_of(name)}
    return Body.of(form.file(), None, None, given)


def _as_headers(fields: dict[str, str]) -> dict[str, str]:
    return {name: value.encode().decode("latin-1") for name, value in fields.items() if name != "key"}


def _answer(bucket: Bucket, key: str, etag: str, fields: dict[str, str]) -> Answer:
    location = f"/{bucket.name}/{quote(key)}"
    headers = [("etag", f'"{etag}"'), ("location", location)]
    redirect = fields.get("success_action_redirect") or fields.get("redirect")
    if redirect and urlsplit(redirect).scheme in {"http", "https"} and redirect.isascii() and redirect.isprintable():
        more = f"bucket={quote(bucket.name)}&key={quote(key, safe='')}&etag={quote(chr(34) + etag + chr(34))}"
        glue = "&" if urlsplit(redirect).query else "?"
        return Answer(status=303, headers=[headers[0], ("location", f"{redirect}{glue}{more}")])
    status = fields.get("success_action_status", "204")
    if status != "201":
        return Answer(status=200 if status == "200" else 204, headers=headers)
    text = (
        f"{xml.tag('Location', location)}{xml.tag('Bucket', bucket.name)}{xml.tag('Key', key)}"
        f"{xml.tag('ETag', chr(34) + etag + chr(34))}"
    )
    return Answer(
        status=201,
        headers=[*headers, ("content-type", "application/xml")],
        body=f"{xml.DECLARATION}<PostResponse>{text}</PostResponse>".encode(),
    )


def check_policy(fields: dict[str, str], bucket: str, now_ms: int) -> tuple[int, int | None]:
    """Hold a form against its policy; answers how long the file must be at least and may be at most.

    `fields` have lower-case names. Raises InvalidPolicyDocument where the policy is none, AccessDenied where it is
    over or does not allow the form. Every field must be covered by a condition.
    """
    policy = _policy(fields["policy"])
    found = _TIME.fullmatch(policy.expiration)
    if found is None:
        raise InvalidPolicyDocument("Invalid Policy: Invalid 'expiration' value.")
    if datetime.fromisoformat(found.group(1)).replace(tzinfo=UTC).timestamp() * 1000 <= now_ms:
        raise AccessDenied("Invalid according to Policy: Policy expired.")
    given = {**fields, "bucket": bucket}
    covered = {"bucket"}
    low, high = 0, None
    for kind, name, value in (part for condition in policy.conditions for part in _conditions(condition)):
        if kind == "content-length-range":
            low, high = name, value
            continue
        field = str(name).removeprefix("$").lower()
        covered.add(field)
        actual = given.get(field, "")
        if actual != value if kind == "eq" else not actual.startswith(value):
            raise AccessDenied(f"Invalid according to Policy: Policy Condition failed: [{kind}, {name}, {value}]")
    extra = sorted(name for name in fields if name not in covered | _NOT_IN_POLICY and not name.startswith("x-ignore-"))
    if extra:
        raise AccessDenied(f"Invalid according to Policy: Extra input fields: {', '.join(extra)}")
    return low, high


def _policy(text: str) -> Policy:
    raw = decoded_policy(text)
    try:
        if raw is None:
            raise ValueError(text)
        return msgspec.json.decode(raw, type=Policy)
    except ValueError:
        raise InvalidPolicyDocument("Invalid Policy: not base64 of JSON with expiration and conditions.") from None


def _conditions(condition: dict[str, Any] | list[Any]) -> list[tuple[str, Any, Any]]:
    if isinstance(condition, dict):
        if condition and all(isinstance(value, str) for value in condition.values()):
            return [("eq", name, value) for name, value in condition.items()]
    elif len(condition) == 3 and isinstance(condition[0], str):
        kind, name, value = condition[0].lower(), condition[1], condition[2]
        sizes = isinstance(name, int) and isinstance(value, int)
        texts = isinstance(name, str) and isinstance(value, str)
        if (kind == "content-length-range" and sizes) or (kind in {"eq", "starts-with"} and texts):
            return [(kind, name, value)]
    raise InvalidPolicyDocument("Invalid Policy: a condition is {name: value}, [eq or starts-with, $name, value] or "
                                "[content-length-range, least, most].")  # fmt: skip


class _Form:
    """A form as it comes: its fields, then the bytes of its file."""

    def __init__(self, request: S3Request) -> None:
        kind, options = parse_options_header(request.headers.get("content-type", ""))
        boundary = options.get(b"boundary")
        if kind != b"multipart/form-data" or not boundary or len(boundary) > 256:
            raise MalformedPOSTRequest(
                "The body of your POST request is not well-formed multipart/form-data.",
            )
        self.fields: dict[str, str] = {}
        self.filename = ""
        self._receive = request.receive
        self._more = True
        self._size = 0
        self._data: list[bytes] = []
        self._header: list[bytes] = [b"", b""]
        self._headers: dict[str, bytes] = {}
        self._name = ""
        self._in_file = self._ended = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": lambda data, start, end: self._add_header(0, data[start:end]),
                "on_header_value": lambda data, start, end: self._add_header(1, data[start:end]),
                "on_header_end": self._end_header,
                "on_headers_finished": self._end_headers,
                "on_part_data": lambda data, start, end: self._take(data[start:end]),
                "on_part_end": self._end,
            },
        )

    async def read_fields(self) -> None:
        """Read up to the file. Raises MalformedPOSTRequest where none comes."""
        while not self._in_file:
            if not self._more:
                raise InvalidArgument("POST requires exactly one file upload per request.", ArgumentName="file")
            await self._feed()

    async def file(self) -> AsyncGenerator[bytes, None]:
        """The bytes of the file."""
        while True:
            pieces, self._data = self._data, []
            for piece in pieces:
                yield piece
            if self._ended:
                break
            if not self._more:
                raise MalformedPOSTRequest("The form ends within its file.")
            await self._feed()
        while self._more:
            await self._feed()

    async def _feed(self) -> None:
        message = await self._receive()
        self._more = bool(message.get("more_body"))
        try:
            self._parser.write(message.get("body", b""))
        except MultipartParseError:
            raise MalformedPOSTRequest("The body of your POST request is not well-formed.") from None

    def _begin(self) -> None:
        self._headers, self._header = {}, [b"", b""]

    def _add_header(self, place: int, data: bytes) -> None:
        self._count(data)
        self._header[place] += data

    def _end_header(self) -> None:
        self._headers[self._header[0].decode("latin-1").lower()] = self._header[1]
        self._header = [b"", b""]

    def _end_headers(self) -> None:
        _, options = parse_options_header(self._headers.get("content-disposition", b""))
        self._name = options.get(b"name", b"").decode("utf-8", "replace").lower()
        if self._name == "file" and not self._ended:
            self.filename = options.get(b"filename", b"").decode("utf-8", "replace").rpartition("/")[2]
            self._in_file = True

    def _take(self, data: bytes) -> None:
        if self._ended:
            return
        if not self._in_file:
            self._count(data)
        self._data.append(data)

    def _end(self) -> None:
        if self._in_file:
            self._ended = True
        else:
            self.fields[self._name] = b"".join(self._data).decode("utf-8", "replace")
            self._data = []

    def _count(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > _MAX_FIELDS:
            raise MalformedPOSTRequest(f"The fields of a form are longer than {_MAX_FIELDS} bytes.")
