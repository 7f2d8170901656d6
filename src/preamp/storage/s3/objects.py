"""Objects: put, get, head, delete, attributes."""

from urllib.parse import unquote_to_bytes

from preamp.objects import NoSuchBlob
from preamp.storage import rows
from preamp.storage.catalog import Conditions
from preamp.storage.errors import InvalidPart, NoSuchKey, NoSuchVersion, PreconditionFailed
from preamp.storage.levels import Caller
from preamp.storage.records import Checksum, Content, Object, Part
from preamp.storage.s3 import values
from preamp.storage.s3.context import S3, denied, key_of, table
from preamp.wire.s3 import Answer, InvalidArgument, MalformedXML, S3Request, ServiceError, checksums, xml, xml_answer

_MOST_DELETED = 1000
_TRIES = 5
_ATTRIBUTES = {"ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"}


@table.operation("PutObject", "PUT /{Bucket}/{Key}")
async def put_object(s3: S3, request: S3Request) -> Answer:
    """Store the body under the key; it is there for good when this answers."""
    bucket, caller = await s3.enter(request, "s3:PutObject", request.key)
    assert caller is not None  # noqa: S101  nobody may put
    key, meta, conditions = key_of(request), values.meta_of(request.headers), values.write_conditions(request)
    encryption = _encryption(request)
    asked = request.headers.get("x-amz-sdk-checksum-algorithm") or request.headers.get("x-amz-checksum-algorithm")
    stored = await s3.contents.take(request.body(checksums.algorithm_of(asked) if asked else None))
    checksum = values.checksum_of(stored.digests)
    try:
        made = await s3.catalog.put(
            bucket.name, key, stored, meta=meta, owner=caller.id, checksum=checksum, conditions=conditions
        )
    except ServiceError:  # of any other failure nobody knows whether the row was written: the sweeper finds out
        await s3.contents.discard(stored)
        raise
    return Answer(headers=[("etag", f'"{made.etag}"'), *values.checksum_headers(checksum), *encryption])


def _encryption(request: S3Request) -> list[tuple[str, str]]:
    name = "x-amz-server-side-encryption"
    wanted = request.headers.get(name)
    if wanted not in {None, "AES256"}:
        raise InvalidArgument(f"{name}: the server keeps no keys for {wanted}; AES256 is accepted.")
    return [(name, wanted)] if wanted else []


@table.operation("GetObject", "GET /{Bucket}/{Key}")
async def get_object(s3: S3, request: S3Request) -> Answer:
    """The object's bytes, or a range or part of them."""
    await s3.enter(request, "s3:GetObject", request.key)
    for _ in range(_TRIES):
        answer, content, start = await _described(s3, request)
        if answer.status == 304:
            return answer
        try:
            answer.stream = await s3.contents.open(s3.db, content, start, answer.length or 0)
        except NoSuchBlob:
            continue  # it was overwritten between the two reads
        return answer
    raise NoSuchBlob(f"{request.bucket}/{request.key}")


@table.operation("HeadObject", "HEAD /{Bucket}/{Key}")
async def head_object(s3: S3, request: S3Request) -> Answer:
    """What GetObject would answer, without the bytes."""
    await s3.enter(request, "s3:GetObject", request.key)
    answer, _, _ = await _described(s3, request)
    return answer


async def _described(s3: S3, request: S3Request) -> tuple[Answer, Content, int]:
    """Status, headers and length of an answer; where the wanted bytes begin."""
    _check_version(request)
    found = await rows.find_object_content(s3.db, request.bucket or "", key_of(request))
    if found is None:
        raise no_such_key(request)
    item, content = found
    headers = values.object_headers(item)
    if values.is_unchanged(item, request.headers):
        told = [pair for pair in headers if pair[0] in {"etag", "last-modified", "cache-control", "expires"}]
        return Answer(status=304, headers=told), content, 0
    start, length, status = 0, item.size, 200
    number = _part_number(request)
    if number is not None:
        start, length, part = await _part_range(s3, content, number)
        headers += [("x-amz-mp-parts-count", str(content.parts))] if content.parts else []
        headers += _checked(request, _of_part(part, item))
        status = 206
    else:
        asked = values.range_in(request.headers.get("range"), item.size)
        if asked is not None:
            (start, length), status = asked, 206
        else:
            headers += _checked(request, item.checksum)
    if status == 206 and item.size:
        headers.append(("content-range", f"bytes {start}-{start + length - 1}/{item.size}"))
    headers = values.guarded(values.overridden(headers, request), own_host=request.own_host)
    return Answer(status=status if item.size else 200, headers=headers, length=length), content, start


def _of_part(part: Part | None, item: Object) -> Checksum | None:
    if part is None or part.checksum is None or item.checksum is None:
        return item.checksum if part is None else part.checksum
    return Checksum(part.checksum.algorithm, part.checksum.value, item.checksum.kind)


def _checked(request: S3Request, checksum: Checksum | None) -> list[tuple[str, str]]:
    wanted = request.headers.get("x-amz-checksum-mode", "").upper() == "ENABLED"
    return values.checksum_headers(checksum) if wanted else []


def _part_number(request: S3Request) -> int | None:
    text = request.arguments.get("partNumber")
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= 10_000):
        raise InvalidArgument(
            "Part number must be an integer between 1 and 10000, inclusive", ArgumentName="partNumber"
        )
    if "range" in request.headers:
        raise InvalidArgument("Cannot specify both Range header and partNumber query parameter")
    return int(text)


async def _part_range(s3: S3, content: Content, number: int) -> tuple[int, int, Part | None]:
    if not content.parts:
        if number != 1:
            raise InvalidPart("The requested partnumber is not satisfiable", PartNumberRequested=str(number))
        return 0, content.size, None
    start = 0
    for position, part in enumerate(await rows.parts_of(s3.db, content.id), 1):
        if position == number:
            return start, part.size, part
        start += part.size
    raise InvalidPart(
        "The requested partnumber is not satisfiable",
        PartNumberRequested=str(number),
        ActualPartCount=str(content.parts),
    )


@table.operation("DeleteObject", "DELETE /{Bucket}/{Key}")
async def delete_object(s3: S3, request: S3Request) -> Answer:
    """Remove the object; a missing one is no error."""
    bucket, _ = await s3.enter(request, "s3:DeleteObject", request.key)
    _check_version(request)
    await s3.catalog.delete(bucket.name, key_of(request), values.write_conditions(request))
    return Answer(status=204)


@table.operation("DeleteObjects", "POST /{Bucket}?delete")
async def delete_objects(s3: S3, request: S3Request) -> Answer:
    """Remove up to 1,000 objects; what may not be removed is told key by key."""
    bucket, caller = await s3.bucket(request), await s3.caller(request)
    if caller is None:
        raise denied()
    s3.check_account(request)
    root = await request.document("Delete")
    wanted = list(root.every("Object"))
    if not 1 <= len(wanted) <= _MOST_DELETED or any(node.value("Key") is None for node in wanted):
        raise MalformedXML(f"Delete has 1 to {_MOST_DELETED} Object elements, each with a Key.")
    done: list[str] = []
    failed: list[str] = []
    keys: list[bytes] = []
    for node in wanted:
        name, version = node.value("Key") or "", node.value("VersionId")
        error: ServiceError | None = None if await s3.allowed(caller, bucket, "s3:DeleteObject", name) else denied()
        if error is None and node.value("ETag") is not None:
            error = await _delete_matching(s3, bucket.name, name, node.value("ETag"))
        elif error is None and version in {None, "", "null"}:
            keys.append(name.encode())
        if error is None:
            done.append(f"<Deleted>{xml.tag('Key', name)}{xml.tag('VersionId', version or None)}</Deleted>")
        else:
            code, text = xml.tag("Code", error.code), xml.tag("Message", error.message)
            failed.append(f"<Error>{xml.tag('Key', name)}{code}{text}</Error>")
    await s3.catalog.delete_many(bucket.name, keys)
    quiet = root.value("Quiet") == "true"
    return xml_answer("DeleteResult", *(() if quiet else done), *failed)


async def _delete_matching(s3: S3, bucket: str, name: str, etag: str | None) -> ServiceError | None:
    try:
        await s3.catalog.delete(bucket, name.encode(), Conditions(if_match=values.etag_in(etag)))
    except ServiceError as error:
        return error
    return None


@table.operation("GetObjectAttributes", "GET /{Bucket}/{Key}?attributes")
async def get_object_attributes(s3: S3, request: S3Request) -> Answer:
    """What is known of an object: the parts of it that x-amz-object-attributes names."""
    await s3.enter(request, "s3:GetObject", request.key)
    _check_version(request)
    found = await rows.find_object_content(s3.db, request.bucket or "", key_of(request))
    if found is None:
        raise no_such_key(request)
    item, content = found
    wanted = {name.strip() for name in request.headers.get("x-amz-object-attributes", "").split(",")}
    if not wanted & {"ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"}:
        raise InvalidArgument(
            "x-amz-object-attributes must name ETag, Checksum, ObjectParts, StorageClass, ObjectSize."
        )
    parts = await _object_parts(s3, request, content) if "ObjectParts" in wanted and content.parts else ""
    checksum = values.checksum_xml(item.checksum) if "Checksum" in wanted else ""
    return xml_answer(
        "GetObjectAttributesResponse",
        xml.tag("ETag", item.etag) if "ETag" in wanted else "",
        f"<Checksum>{checksum}</Checksum>" if checksum else "",
        parts,
        xml.tag("StorageClass", item.meta.storage_class or "STANDARD") if "StorageClass" in wanted else "",
        xml.tag("ObjectSize", item.size) if "ObjectSize" in wanted else "",
        headers=[("last-modified", values.http_date(item.modified_ms))],
    )


async def _object_parts(s3: S3, request: S3Request, content: Content) -> str:
    most = _header_number(request, "x-amz-max-parts", 1000)
    above = _header_number(request, "x-amz-part-number-marker", 0)
    parts = await rows.parts_of(s3.db, content.id, above=above, limit=most + 1)
    shown = parts[:most]
    listed = "".join(
        f"<Part>{xml.tag('PartNumber', part.number)}{xml.tag('Size', part.size)}"
        f"{xml.tag(f'Checksum{part.checksum.algorithm}', part.checksum.value) if part.checksum else ''}</Part>"
        for part in shown
    )
    return (
        f"<ObjectParts>{xml.tag('PartsCount', content.parts)}{xml.tag('PartNumberMarker', above)}"
        f"{xml.tag('NextPartNumberMarker', shown[-1].number if shown else 0)}{xml.tag('MaxParts', most)}"
        f"{xml.tag('IsTruncated', len(parts) > most)}{listed}</ObjectParts>"
    )


def _header_number(request: S3Request, name: str, default: int) -> int:
    text = request.headers.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise InvalidArgument(f"{name} must be a number.", ArgumentName=name)
    return min(int(text), 1000) if name == "x-amz-max-parts" else int(text)


def _check_version(request: S3Request) -> None:
    version = request.arguments.get("versionId")
    if version not in {None, "null"}:
        raise NoSuchVersion("The specified version does not exist.", VersionId=version or "")


def no_such_key(request: S3Request) -> NoSuchKey:
    """The refusal for a missing object."""
    return NoSuchKey("The specified key does not exist.", Key=request.key or "")


async def source_object(s3: S3, request: S3Request, caller: Caller) -> Object:
    """The object that x-amz-copy-source names, which the caller may get. Raises S3's errors."""
    bucket_name, key = copy_source(request.headers["x-amz-copy-source"])
    bucket = await s3.bucket_named(bucket_name)
    if not await s3.allowed(caller, bucket, "s3:GetObject", key):
        raise denied()
    found = await rows.find_object(s3.db, bucket.name, key.encode())
    if found is None:
        raise NoSuchKey("The specified key does not exist.", Key=key)
    if values.is_unchanged(found, request.headers, "x-amz-copy-source-"):
        raise PreconditionFailed("At least one of the pre-conditions you specified did not hold")
    return found


def copy_source(header: str) -> tuple[str, str]:
    """Bucket and key of an x-amz-copy-source. It is percent-decoded once, and a plus stays a plus.

    The SDKs send it encoded, amplify-js as it is: a raw percent sign is ambiguous there, as it is on AWS.
    """
    path, _, query = header.partition("?versionId=")
    raw = unquote_to_bytes(path.encode("latin-1"))
    try:
        decoded = raw.decode()
    except UnicodeDecodeError:  # a browser's fetch sends letters outside ASCII as Latin-1
        decoded = raw.decode("latin-1")
    bucket, slash, key = decoded.removeprefix("/").partition("/")
    if not bucket or not slash or not key:
        raise InvalidArgument(
            "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
            ArgumentName="x-amz-copy-source",
        )
    if query not in {"", "null"}:
        raise NoSuchVersion("The specified version does not exist.", VersionId=query)
    return bucket, key
