"""Headers, ETags, ranges and dates of S3 as values, and back. Pure."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache

from preamp.kit.clock import iso
from preamp.storage.catalog import Conditions
from preamp.storage.errors import InvalidRange, MetadataTooLarge, PreconditionFailed
from preamp.storage.records import Checksum, Meta, Object
from preamp.wire.s3 import Digests, InvalidArgument, S3Request, checksums, xml

MAX_USER_METADATA = 2048
_FIELDS = {
    "content-type": "content_type",
    "cache-control": "cache_control",
    "content-disposition": "content_disposition",
    "content-encoding": "content_encoding",
    "content-language": "content_language",
    "expires": "expires",
    "x-amz-storage-class": "storage_class",
    "x-amz-website-redirect-location": "redirect",
}
_OVERRIDES = {
    "response-content-type": "content-type",
    "response-cache-control": "cache-control",
    "response-content-disposition": "content-disposition",
    "response-content-encoding": "content-encoding",
    "response-content-language": "content-language",
    "response-expires": "expires",
}
_STORAGE_CLASSES = frozenset(
    {"STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER", "GLACIER_IR"}
    | {"DEEP_ARCHIVE", "EXPRESS_ONEZONE"}
)
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_RANGE = re.compile(r"bytes=(\d{0,19})-(\d{0,19})", re.ASCII)
# What a browser would run, or take apart as a document, when it is opened by itself.
_ACTIVE = re.compile(
    r"text/(html|xml|xsl|javascript|ecmascript|css)|multipart/.*|message/.*|"
    r"application/(xhtml\+xml|javascript|ecmascript|x-(java|ecma)script)|.*[+/]xml|image/svg.*",
    re.IGNORECASE,
)
DEFAULT_TYPE = "binary/octet-stream"


def meta_of(headers: dict[str, str]) -> Meta:
    """What is stored of a request's headers. Raises MetadataTooLarge, InvalidArgument."""
    user = {
        name.removeprefix("x-amz-meta-"): _text(value)
        for name, value in headers.items()
        if name.startswith("x-amz-meta-")
    }
    if sum(len(name) + len(value.encode()) for name, value in user.items()) > MAX_USER_METADATA:
        raise MetadataTooLarge(
            "Your metadata headers exceed the maximum allowed metadata size", MaxSizeAllowed=str(MAX_USER_METADATA)
        )
    fields = {attribute: _text(headers[name]) for name, attribute in _FIELDS.items() if name in headers}
    if any(_CONTROL.search(value) for value in (*fields.values(), *user.values(), *user)):
        raise InvalidArgument("A header must not hold control characters.")
    if fields.get("storage_class", "STANDARD") not in _STORAGE_CLASSES:
        raise InvalidStorageClass("The storage class you specified is not valid")
    if fields.get("storage_class") == "STANDARD":
        del fields["storage_class"]
    encoding = fields.pop("content_encoding", None)
    if encoding is not None:
        # The transfer's own coding is not the object's.
        kept = [each.strip() for each in encoding.split(",") if each.strip().lower() != "aws-chunked"]
        fields |= {"content_encoding": ", ".join(kept)} if any(kept) else {}
    return Meta(user=user, **fields)


def _text(value: str) -> str:
    """A header's value as text: clients send UTF-8, or Latin-1 as HTTP once said."""
    if value.isascii():
        return value
    try:
        return value.encode("latin-1").decode()
    except UnicodeDecodeError:
        return value


def _header(value: str) -> str:
    """Text as a header's value: Latin-1, which every client reads, or the bytes of UTF-8 where that has no form."""
    try:
        value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode().decode("latin-1")
    return value


class InvalidStorageClass(InvalidArgument):
    """There is no such storage class."""

    status = 400


def meta_headers(meta: Meta) -> list[tuple[str, str]]:
    """What was stored, as headers."""
    found = [
        (name, _header(value)) for name, attribute in _FIELDS.items() if (value := getattr(meta, attribute)) is not None
    ]
    if meta.content_type is None:
        found.append(("content-type", DEFAULT_TYPE))
    return [*found, *((f"x-amz-meta-{name}", _header(value)) for name, value in meta.user.items())]


def object_headers(found: Object) -> list[tuple[str, str]]:
    """The headers of GetObject and HeadObject, apart from ranges."""
    return [
        ("etag", f'"{found.etag}"'),
        ("last-modified", http_date(found.modified_ms)),
        ("accept-ranges", "bytes"),
        *meta_headers(found.meta),
    ]


def overridden(headers: list[tuple[str, str]], request: S3Request) -> list[tuple[str, str]]:
    """Headers with those that the request's query asks to be answered instead. Raises InvalidArgument."""
    instead = {_OVERRIDES[name]: _header_text(value) for name, value in request.query if name in _OVERRIDES}
    if not instead:
        return headers
    return [*((name, value) for name, value in headers if name not in instead), *instead.items()]


def guarded(headers: list[tuple[str, str]], *, own_host: bool) -> list[tuple[str, str]]:
    """Headers with which stored content cannot act as a page of this server; see docs/decisions.

    What a browser would run is sandboxed, and where the bucket has no host of its own it is a download besides.
    """
    kind = next((value for name, value in headers if name == "content-type"), DEFAULT_TYPE)
    guards = [("x-content-type-options", "nosniff")]
    if _ACTIVE.match(kind.strip()):
        guards.append(("content-security-policy", "sandbox"))
        if not own_host:
            headers = [
                (name, _as_attachment(value) if name == "content-disposition" else value) for name, value in headers
            ]
            if not any(name == "content-disposition" for name, _ in headers):
                guards.append(("content-disposition", "attachment"))
    return [*headers, *guards]


def _as_attachment(disposition: str) -> str:
    kind, semicolon, rest = disposition.partition(";")
    return disposition if kind.strip().lower() == "attachment" else f"attachment{semicolon}{rest}"


def _header_text(value: str) -> str:
    if _CONTROL.search(value):
        raise InvalidArgument("A header must not hold control characters.")
    return value.encode("utf-8", "surrogateescape").decode("latin-1")


def etag_in(text: str | None) -> str | None:
    """An ETag without its quotes."""
    return None if text is None else text.strip().removeprefix("W/").strip('"')


def etags_in(text: str | None) -> tuple[str, ...]:
    """A list of ETags without their quotes; `*` stays."""
    return () if text is None else tuple(part.strip().removeprefix("W/").strip('"') for part in text.split(","))


def write_conditions(request: S3Request) -> Conditions:
    """If-Match and If-None-Match of a write."""
    return Conditions(
        if_match=etag_in(request.headers.get("if-match")),
        if_none_match=etags_in(request.headers.get("if-none-match")),
    )


def is_unchanged(found: Object, headers: dict[str, str], prefix: str = "") -> bool:
    """Whether a conditional read (RFC 9110) finds what the client has already. Raises PreconditionFailed.

    For the source of a copy `prefix` is `x-amz-copy-source-`.
    """
    match, none_match = headers.get(f"{prefix}if-match"), headers.get(f"{prefix}if-none-match")
    since, until = _date(headers.get(f"{prefix}if-modified-since")), _date(headers.get(f"{prefix}if-unmodified-since"))
    seconds = found.modified_ms // 1000
    if match is not None and not {"*", found.etag} & set(etags_in(match)):
        raise PreconditionFailed(_FAILED, Condition="If-Match")
    if match is None and until is not None and seconds > until:
        raise PreconditionFailed(_FAILED, Condition="If-Unmodified-Since")
    if none_match is not None:
        return bool({"*", found.etag} & set(etags_in(none_match)))
    return since is not None and seconds <= since


_FAILED = "At least one of the pre-conditions you specified did not hold"


def range_in(text: str | None, size: int) -> tuple[int, int] | None:
    """Start and length of the range that a Range header asks for; None where it asks for none that is known.

    Raises InvalidRange where it lies behind the end. Several ranges at once are answered with the whole, as S3 does.
    """
    found = _RANGE.fullmatch(text.strip()) if text else None
    if found is None or found.groups() == ("", ""):
        return None
    low, high = found.groups()
    if low and high and int(low) > int(high):
        return None
    start, end = (max(0, size - int(high)), size) if not low else (int(low), min(int(high or size) + 1, size))
    if start >= size or (not low and int(high) == 0):
        raise InvalidRange(
            "The requested range is not satisfiable", RangeRequested=text or "", ActualObjectSize=str(size)
        )
    return start, end - start


def checksum_of(digests: Digests) -> Checksum | None:
    """The checksum that was asked for, of a whole body."""
    if digests.algorithm is None or digests.checksum is None:
        return None
    return Checksum(digests.algorithm, checksums.text(digests.checksum))


def checksum_headers(checksum: Checksum | None) -> list[tuple[str, str]]:
    """A checksum as headers."""
    if checksum is None:
        return []
    return [(checksums.header(checksum.algorithm), checksum.value), ("x-amz-checksum-type", checksum.kind)]


def checksum_xml(checksum: Checksum | None) -> str:
    """A checksum as elements."""
    if checksum is None:
        return ""
    return xml.tag(f"Checksum{checksum.algorithm}", checksum.value) + xml.tag("ChecksumType", checksum.kind)


def http_date(milliseconds: int) -> str:
    """As HTTP writes times."""
    return _http_date(milliseconds // 1000)


@lru_cache(maxsize=4096)
def _http_date(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")


def xml_date(milliseconds: int) -> str:
    """As S3's documents write times."""
    return iso(milliseconds)


def _date(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return int(parsedate_to_datetime(text).timestamp())
    except (ValueError, TypeError, OverflowError):
        return None
