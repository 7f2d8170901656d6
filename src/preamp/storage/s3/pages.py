"""ListObjects and ListObjectsV2.

amplify-js holds every answer against its request: Prefix, Delimiter, MaxKeys and ContinuationToken are there exactly
when they were asked for, KeyCount is what is listed, and a continuation is told exactly when there is more.
"""

import base64
import binascii

from msgspec import Struct

from preamp.storage.records import Object
from preamp.storage.s3 import values
from preamp.storage.s3.context import S3, table
from preamp.storage.s3.listing import page, reader_of, shown
from preamp.storage.s3.multipart import number_argument
from preamp.wire.s3 import Answer, InvalidArgument, S3Request, xml, xml_answer

_MOST = 1000
_TOKEN = b"\x01"


class Marker(Struct, frozen=True):
    """Where a listing goes on: behind this key or common prefix."""

    last: bytes


def marker_text(marker: Marker) -> str:
    """As a continuation token."""
    return base64.urlsafe_b64encode(_TOKEN + marker.last).decode()


def read_marker(token: str) -> bytes:
    """What a continuation token says. Raises InvalidArgument."""
    try:
        raw = base64.b64decode(token, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if not raw.startswith(_TOKEN):
        raise InvalidArgument("The continuation token provided is incorrect", ArgumentName="continuation-token")
    return raw[1:]


@table.operation("ListObjectsV2", "GET /{Bucket}?list-type=2")
async def list_objects_v2(s3: S3, request: S3Request) -> Answer:
    """A page of keys and common prefixes."""
    arguments = request.arguments
    prefix, delimiter = arguments.get("prefix"), arguments.get("delimiter")
    bucket, _ = await s3.enter(request, "s3:ListBucket", prefix)
    encoded = _encoding(request)
    most = number_argument(request, "max-keys", _MOST, _MOST)
    token, start_after = arguments.get("continuation-token"), arguments.get("start-after")
    after = read_marker(token) if token else (start_after or "").encode()
    found = await page(reader_of(s3.db, bucket.name), _bytes(prefix), _bytes(delimiter), after or None, most)
    with_owner = arguments.get("fetch-owner") == "true"
    return xml_answer(
        "ListBucketResult",
        xml.tag("Name", bucket.name),
        xml.tag("Prefix", _echo(prefix, encoded=encoded) if prefix is not None else None),
        xml.tag("Delimiter", _echo(delimiter, encoded=encoded) if delimiter else None),
        xml.tag("MaxKeys", most),
        xml.tag("EncodingType", "url" if encoded else None),
        xml.tag("KeyCount", len(found.objects) + len(found.prefixes)),
        xml.tag("ContinuationToken", token),
        xml.tag("StartAfter", _echo(start_after, encoded=encoded) if start_after is not None else None),
        xml.tag("IsTruncated", found.truncated),
        xml.tag("NextContinuationToken", marker_text(Marker(found.last)) if found.truncated and found.last else None),
        *(_contents(each, encoded=encoded, with_owner=with_owner) for each in found.objects),
        *(_prefix(each, encoded=encoded) for each in found.prefixes),
    )


@table.operation("ListObjects", "GET /{Bucket}")
async def list_objects(s3: S3, request: S3Request) -> Answer:
    """A page of keys and common prefixes, for older clients."""
    arguments = request.arguments
    prefix, delimiter, marker = arguments.get("prefix"), arguments.get("delimiter"), arguments.get("marker", "")
    bucket, _ = await s3.enter(request, "s3:ListBucket", prefix)
    encoded = _encoding(request)
    most = number_argument(request, "max-keys", _MOST, _MOST)
    found = await page(reader_of(s3.db, bucket.name), _bytes(prefix), _bytes(delimiter), _bytes(marker) or None, most)
    following = found.truncated and delimiter and found.last
    return xml_answer(
        "ListBucketResult",
        xml.tag("Name", bucket.name),
        xml.tag("Prefix", _echo(prefix or "", encoded=False)),  # as S3 does in this version of the listing
        xml.tag("Marker", _echo(marker, encoded=encoded)),
        xml.tag("NextMarker", shown(following, encoded=encoded) if following else None),
        xml.tag("MaxKeys", most),
        xml.tag("Delimiter", _echo(delimiter, encoded=encoded) if delimiter else None),
        xml.tag("EncodingType", "url" if encoded else None),
        xml.tag("IsTruncated", found.truncated),
        *(_contents(each, encoded=encoded, with_owner=True) for each in found.objects),
        *(_prefix(each, encoded=encoded) for each in found.prefixes),
    )


def _encoding(request: S3Request) -> bool:
    wanted = request.arguments.get("encoding-type")
    if wanted not in {None, "", "url"}:
        raise InvalidArgument("Invalid Encoding Method specified in Request", ArgumentName="encoding-type")
    return wanted == "url"


def _bytes(text: str | None) -> bytes:
    return (text or "").encode("utf-8", "surrogateescape")


def _echo(text: str, *, encoded: bool) -> str:
    return shown(_bytes(text), encoded=encoded)


def _contents(found: Object, *, encoded: bool, with_owner: bool) -> str:
    checksum = found.checksum
    owner = f"<Owner>{xml.tag('ID', found.owner)}{xml.tag('DisplayName', found.owner)}</Owner>" if with_owner else ""
    summed = (
        xml.tag("ChecksumAlgorithm", checksum.algorithm) + xml.tag("ChecksumType", checksum.kind) if checksum else ""
    )
    return (
        f"<Contents>{xml.tag('Key', shown(found.key, encoded=encoded))}"
        f"<LastModified>{values.xml_date(found.modified_ms)}</LastModified><ETag>&quot;{found.etag}&quot;</ETag>"
        f"{summed}<Size>{found.size}</Size>{owner}<StorageClass>{found.meta.storage_class or 'STANDARD'}</StorageClass>"
        "</Contents>"
    )


def _prefix(prefix: bytes, *, encoded: bool) -> str:
    return f"<CommonPrefixes>{xml.tag('Prefix', shown(prefix, encoded=encoded))}</CommonPrefixes>"
