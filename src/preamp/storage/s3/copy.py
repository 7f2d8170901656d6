"""CopyObject and UploadPartCopy. A copied object shares its source's bytes; only a part's range is read again."""

import re

from preamp.objects import NoSuchBlob
from preamp.storage import rows
from preamp.storage.errors import InvalidRange, NoSuchKey
from preamp.storage.records import Meta, Object
from preamp.storage.s3 import values
from preamp.storage.s3.context import S3, key_of, table
from preamp.storage.s3.multipart import part_number, put_part, upload_of
from preamp.storage.s3.objects import source_object
from preamp.wire.s3 import Answer, Body, InvalidArgument, InvalidRequest, S3Request, xml, xml_answer

_TRIES = 5
_SOURCE_RANGE = re.compile(r"bytes=(\d{1,19})-(\d{1,19})", re.ASCII)


@table.operation("CopyObject", "PUT /{Bucket}/{Key}", header="x-amz-copy-source")
async def copy_object(s3: S3, request: S3Request) -> Answer:
    """Put an object's content under another key (or its own), with its metadata or the request's."""
    bucket, caller = await s3.enter(request, "s3:PutObject", request.key)
    assert caller is not None  # noqa: S101  nobody may put
    key = key_of(request)
    for _ in range(_TRIES):
        source = await source_object(s3, request, caller)
        meta = _meta(request, source, bucket.name, key)
        made = await s3.catalog.copy(
            source, bucket.name, key, meta=meta, owner=caller.id, conditions=values.write_conditions(request)
        )
        if made is not None:
            return xml_answer(
                "CopyObjectResult",
                xml.tag("LastModified", values.xml_date(made.modified_ms)),
                xml.tag("ETag", f'"{made.etag}"'),
                values.checksum_xml(made.checksum),
            )
    raise NoSuchKey("The specified key does not exist.", Key=request.key or "")


def _meta(request: S3Request, source: Object, bucket: str, key: bytes) -> Meta:
    directive = request.headers.get("x-amz-metadata-directive", "COPY")
    if directive not in {"COPY", "REPLACE"}:
        raise InvalidArgument("Unknown metadata directive.", ArgumentName="x-amz-metadata-directive")
    if directive == "REPLACE":
        return values.meta_of(request.headers)
    changed = any(name in request.headers for name in ("x-amz-storage-class", "x-amz-website-redirect-location"))
    if source.bucket == bucket and source.key == key and not changed:
        raise InvalidRequest(
            "This copy request is illegal because it is trying to copy an object to itself without changing the "
            "object's metadata, storage class, website redirect location or encryption attributes."
        )
    return source.meta


@table.operation("UploadPartCopy", "PUT /{Bucket}/{Key}?partNumber&uploadId", header="x-amz-copy-source")
async def upload_part_copy(s3: S3, request: S3Request) -> Answer:
    """Make an object, or a range of one, a part of an upload."""
    upload, caller = await upload_of(s3, request, "s3:PutObject")
    number = part_number(request)
    for _ in range(_TRIES):
        source = await source_object(s3, request, caller)
        found = await rows.find_object_content(s3.db, source.bucket, source.key)
        if found is None or found[0].content != source.content:
            continue
        start, length = _range(request, source.size)
        try:
            stream = await s3.contents.open(s3.db, found[1], start, length)
        except NoSuchBlob:
            continue
        try:
            stored = await s3.contents.take(Body.of(stream, length, upload.algorithm), inline=False)
        finally:
            await stream.aclose()
        part = await put_part(s3, upload, number, stored)
        return xml_answer(
            "CopyPartResult",
            xml.tag("LastModified", values.xml_date(part.modified_ms)),
            xml.tag("ETag", f'"{part.etag}"'),
            xml.tag(f"Checksum{part.checksum.algorithm}", part.checksum.value) if part.checksum else "",
        )
    raise NoSuchKey("The specified key does not exist.")


def _range(request: S3Request, size: int) -> tuple[int, int]:
    text = request.headers.get("x-amz-copy-source-range")
    if text is None:
        return 0, size
    found = _SOURCE_RANGE.fullmatch(text)
    low, high = (int(found.group(1)), int(found.group(2))) if found else (1, 0)
    if low > high:
        raise InvalidArgument(
            "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the "
            "zero-based offsets of the first and last bytes to copy",
            ArgumentName="x-amz-copy-source-range",
        )
    if high >= size:
        raise InvalidRange(
            f"Range specified is not valid for source object of size: {size}", ActualObjectSize=str(size)
        )
    return low, high - low + 1
