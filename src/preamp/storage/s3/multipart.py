"""Multipart uploads: create, parts, complete, abort, and the two listings.

Completing moves no bytes: the object's content becomes the parts in their order. Who created an upload may also abort
it and list its parts, as AWS lets the initiator; other people may not, whatever the levels say.
"""

import hashlib
from collections.abc import Sequence
from itertools import zip_longest

from preamp.storage import rows
from preamp.storage.catalog import NO_UPLOAD, new_upload_id
from preamp.storage.contents import Stored
from preamp.storage.errors import EntityTooSmall, InvalidPart, InvalidPartOrder, NoSuchUpload
from preamp.storage.levels import Action, Caller, Operator
from preamp.storage.records import Checksum, Object, Part, Upload
from preamp.storage.s3 import values
from preamp.storage.s3.context import S3, denied, key_of, table
from preamp.storage.s3.listing import common_prefix, shown
from preamp.wire.s3 import (
    Algorithm,
    Answer,
    BadDigest,
    InvalidArgument,
    InvalidRequest,
    Kind,
    MalformedXML,
    S3Request,
    ServiceError,
    checksums,
    xml,
    xml_answer,
)

MIN_PART = 5 << 20
MAX_PARTS = 10_000
_MOST_LISTED = 1000


@table.operation("CreateMultipartUpload", "POST /{Bucket}/{Key}?uploads")
async def create_multipart_upload(s3: S3, request: S3Request) -> Answer:
    """Begin an upload."""
    bucket, caller = await s3.enter(request, "s3:PutObject", request.key)
    assert caller is not None  # noqa: S101  nobody may put
    algorithm, kind = _asked_checksum(request)
    upload = Upload(
        id=new_upload_id(),
        bucket=bucket.name,
        key=key_of(request),
        owner=caller.id,
        algorithm=algorithm,
        kind=kind,
        meta=values.meta_of(request.headers),
        created_ms=s3.clock.now_ms(),
    )
    await s3.catalog.begin_upload(upload)
    headers: list[tuple[str, str]] = []
    if algorithm and kind:
        headers = [("x-amz-checksum-algorithm", algorithm), ("x-amz-checksum-type", kind)]
    return xml_answer(
        "InitiateMultipartUploadResult",
        xml.tag("Bucket", bucket.name),
        xml.tag("Key", request.key),
        xml.tag("UploadId", upload.id),
        headers=headers,
    )


def _asked_checksum(request: S3Request) -> tuple[Algorithm | None, Kind | None]:
    name, kind = request.headers.get("x-amz-checksum-algorithm"), request.headers.get("x-amz-checksum-type")
    if name is None:
        if kind is not None:
            raise InvalidRequest("The x-amz-checksum-type header can only be used with x-amz-checksum-algorithm.")
        return None, None
    algorithm = checksums.algorithm_of(name)
    if algorithm is None:
        raise InvalidRequest(f"Checksum algorithm provided is unsupported: {name}.")
    if kind is None:
        return algorithm, "FULL_OBJECT" if algorithm == "CRC64NVME" else "COMPOSITE"
    if kind == "FULL_OBJECT" and checksums.combines(algorithm):
        return algorithm, "FULL_OBJECT"
    if kind == "COMPOSITE" and algorithm != "CRC64NVME":
        return algorithm, "COMPOSITE"
    raise InvalidRequest(f"The {kind} checksum type cannot be used with the {algorithm.lower()} checksum algorithm.")


@table.operation("UploadPart", "PUT /{Bucket}/{Key}?partNumber&uploadId")
async def upload_part(s3: S3, request: S3Request) -> Answer:
    """Take a part; the last one of a number counts."""
    upload, _ = await upload_of(s3, request, "s3:PutObject")
    number = part_number(request)
    body = request.body(upload.algorithm)
    if upload.algorithm is not None and body.hashing.algorithm != upload.algorithm:
        raise InvalidRequest(
            f"Checksum Type mismatch occurred, expected checksum Type: {upload.algorithm.lower()}, "
            f"actual checksum Type: {(body.hashing.algorithm or 'none').lower()}"
        )
    stored = await s3.contents.take(body, inline=False)
    part = await put_part(s3, upload, number, stored)
    return Answer(headers=[("etag", f'"{part.etag}"'), *values.checksum_headers(part.checksum)[:1]])


async def put_part(s3: S3, upload: Upload, number: int, stored: Stored) -> Part:
    """Record a taken part."""
    try:
        return await s3.catalog.put_part(upload, number, stored, values.checksum_of(stored.digests))
    except ServiceError:  # of any other failure nobody knows whether the row was written: the sweeper finds out
        await s3.contents.discard(stored)
        raise


@table.operation("CompleteMultipartUpload", "POST /{Bucket}/{Key}?uploadId")
async def complete_multipart_upload(s3: S3, request: S3Request) -> Answer:
    """Make the parts an object. Repeated, it answers what the first call made."""
    bucket, caller = await s3.enter(request, "s3:PutObject", request.key)
    upload_id = request.arguments["uploadId"]
    root = await request.document("CompleteMultipartUpload", of_object=True)
    upload = await rows.find_upload(s3.db, upload_id)
    if upload is None:
        return await _completed_before(s3, request, upload_id)
    if (upload.bucket, upload.key) != (bucket.name, key_of(request)) or not _is_initiator(caller, upload):
        raise NoSuchUpload(NO_UPLOAD, UploadId=upload_id)
    parts = _chosen(root, {part.number: part for part in await rows.parts_of(s3.db, upload.id)}, upload)
    checksum = _whole_checksum(upload, parts)
    _check_whole(request, parts, checksum)
    digest = hashlib.md5(b"".join(bytes.fromhex(part.etag) for part in parts), usedforsecurity=False)
    etag = f"{digest.hexdigest()}-{len(parts)}"
    try:
        made = await s3.catalog.complete(upload, parts, etag, checksum, values.write_conditions(request))
    except NoSuchUpload:
        return await _completed_before(s3, request, upload_id)  # by a call that came at the same time
    return _completed(request, made)


async def _completed_before(s3: S3, request: S3Request, upload_id: str) -> Answer:
    made = await rows.find_object(s3.db, request.bucket or "", key_of(request))
    if made is None or made.content != upload_id:
        raise NoSuchUpload(NO_UPLOAD, UploadId=upload_id)
    return _completed(request, made)


def _completed(request: S3Request, made: Object) -> Answer:
    return xml_answer(
        "CompleteMultipartUploadResult",
        xml.tag("Location", f"/{made.bucket}/{request.key}"),
        xml.tag("Bucket", made.bucket),
        xml.tag("Key", request.key),
        xml.tag("ETag", f'"{made.etag}"'),
        values.checksum_xml(made.checksum),
    )


def _chosen(root: xml.Node, known: dict[int, Part], upload: Upload) -> list[Part]:
    """The parts that the request names. Raises MalformedXML, InvalidPart, InvalidPartOrder, EntityTooSmall."""
    nodes = list(root.every("Part"))
    # Clients that sent a part twice may name it twice: what they name last counts.
    nodes = [node for node, after in zip_longest(nodes, nodes[1:]) if after is None or _number(node) != _number(after)]
    if not 1 <= len(nodes) <= MAX_PARTS:
        raise MalformedXML(f"CompleteMultipartUpload has 1 to {MAX_PARTS} Part elements.")
    chosen: list[Part] = []
    for node in nodes:
        text, etag = _number(node), values.etag_in(node.value("ETag"))
        if not (text.isascii() and text.isdigit() and len(text) <= 5) or etag is None:
            raise MalformedXML("Each Part has a PartNumber and an ETag.")
        part = known.get(int(text))
        if chosen and int(text) < chosen[-1].number:
            raise InvalidPartOrder(
                "The list of parts was not in ascending order. Parts must be ordered by part number.",
                UploadId=upload.id,
            )
        if part is None or part.etag != etag.lower() or not _has_checksums(part, node):
            raise InvalidPart(
                "One or more of the specified parts could not be found. The part may not have been uploaded, or the "
                "specified entity tag may not match the part's entity tag.",
                UploadId=upload.id,
                PartNumber=text,
                ETag=etag,
            )
        chosen.append(part)
    small = next((part for part in chosen[:-1] if part.size < MIN_PART), None)
    if small is not None:
        raise EntityTooSmall(
            "Your proposed upload is smaller than the minimum allowed size",
            ProposedSize=str(small.size),
            MinSizeAllowed=str(MIN_PART),
            PartNumber=str(small.number),
            ETag=small.etag,
        )
    return chosen


def _number(node: xml.Node) -> str:
    return (node.value("PartNumber") or "").strip()


def _has_checksums(part: Part, node: xml.Node) -> bool:
    given = {each: value for each in checksums.ALGORITHMS if (value := node.value(f"Checksum{each}"))}
    return not given or (part.checksum is not None and given == {part.checksum.algorithm: part.checksum.value})


def _whole_checksum(upload: Upload, parts: Sequence[Part]) -> Checksum | None:
    algorithm, kind = upload.algorithm, upload.kind
    if algorithm is None or kind is None:
        return None
    digests = [
        checksums.Part(checksums.digest_of(algorithm, part.checksum.value) or b"", part.size)
        for part in parts
        if part.checksum is not None and part.checksum.algorithm == algorithm
    ]
    if len(digests) < len(parts):
        raise InvalidRequest(f"The upload was created using a {algorithm.lower()} checksum, and a part has none.")
    if kind == "COMPOSITE":
        return Checksum(algorithm, checksums.composite(algorithm, digests), kind)
    return Checksum(algorithm, checksums.text(checksums.combined(algorithm, digests)), kind)


def _check_whole(request: S3Request, parts: Sequence[Part], checksum: Checksum | None) -> None:
    """What the request says of the whole object must be so."""
    size = request.headers.get("x-amz-mp-object-size")
    if size is not None and size != str(sum(part.size for part in parts)):
        raise InvalidRequest("The provided 'x-amz-mp-object-size' header does not match what was computed.")
    for algorithm in checksums.ALGORITHMS:
        given = request.headers.get(checksums.header(algorithm))
        if given is None:
            continue
        if checksum is not None and checksum.algorithm == algorithm:
            if given.partition("-")[0] != checksum.value.partition("-")[0]:
                raise BadDigest(f"The {algorithm.lower()} you specified did not match the calculated checksum.")
        elif algorithm == "CRC64NVME":
            whole = checksums.combined(algorithm, [checksums.Part(part.crc64, part.size) for part in parts])
            if checksums.text(whole) != given:
                raise BadDigest("The crc64nvme you specified did not match the calculated checksum.")


@table.operation("AbortMultipartUpload", "DELETE /{Bucket}/{Key}?uploadId")
async def abort_multipart_upload(s3: S3, request: S3Request) -> Answer:
    """Forget an upload and its parts."""
    upload, _ = await upload_of(s3, request, None)
    await s3.catalog.abort(upload.id)
    return Answer(status=204)


@table.operation("ListParts", "GET /{Bucket}/{Key}?uploadId")
async def list_parts(s3: S3, request: S3Request) -> Answer:
    """The parts that came so far, by number."""
    upload, _ = await upload_of(s3, request, None)
    most = number_argument(request, "max-parts", _MOST_LISTED, _MOST_LISTED)
    above = number_argument(request, "part-number-marker", 0)
    found = await rows.parts_of(s3.db, upload.id, above=above, limit=most + 1)
    page = found[:most]
    listed = "".join(
        f"<Part>{xml.tag('PartNumber', part.number)}{xml.tag('LastModified', values.xml_date(part.modified_ms))}"
        f"{xml.tag('ETag', chr(34) + part.etag + chr(34))}{xml.tag('Size', part.size)}"
        f"{xml.tag(f'Checksum{part.checksum.algorithm}', part.checksum.value) if part.checksum else ''}</Part>"
        for part in page
    )
    return xml_answer(
        "ListPartsResult",
        xml.tag("Bucket", upload.bucket),
        xml.tag("Key", request.key),
        xml.tag("UploadId", upload.id),
        _person("Initiator", upload.owner),
        _person("Owner", upload.owner),
        xml.tag("StorageClass", upload.meta.storage_class or "STANDARD"),
        xml.tag("PartNumberMarker", above),
        xml.tag("NextPartNumberMarker", page[-1].number if page else 0),
        xml.tag("MaxParts", most),
        xml.tag("IsTruncated", len(found) > most),
        xml.tag("ChecksumAlgorithm", upload.algorithm),
        xml.tag("ChecksumType", upload.kind),
        listed,
    )


@table.operation("ListMultipartUploads", "GET /{Bucket}?uploads")
async def list_multipart_uploads(s3: S3, request: S3Request) -> Answer:
    """The uploads under way, by key."""
    bucket, _ = await s3.operate(request)
    arguments = request.arguments
    most = number_argument(request, "max-uploads", _MOST_LISTED, _MOST_LISTED)
    prefix, delimiter = arguments.get("prefix", "").encode(), arguments.get("delimiter", "").encode()
    after_key, after_id = arguments.get("key-marker", "").encode(), arguments.get("upload-id-marker", "")
    encoded = arguments.get("encoding-type") == "url"
    uploads: list[Upload] = []
    prefixes: list[bytes] = []
    truncated = False
    for row in await s3.db.rows(rows.UPLOADS, bucket=bucket.name, after=max(prefix, after_key), limit=100_000):
        upload = rows.upload_of(row)
        behind = upload.key > after_key or (upload.key == after_key and bool(after_id) and upload.id > after_id)
        if not upload.key.startswith(prefix) or not (behind or not after_key):
            continue
        if len(uploads) + len(prefixes) >= most:
            truncated = True
            break
        shared = common_prefix(upload.key, prefix, delimiter)
        if shared is None:
            uploads.append(upload)
        elif shared not in prefixes and shared > after_key:
            prefixes.append(shared)
    last = uploads[-1] if uploads else None
    return xml_answer(
        "ListMultipartUploadsResult",
        xml.tag("Bucket", bucket.name),
        xml.tag("KeyMarker", shown(after_key, encoded=encoded)),
        xml.tag("UploadIdMarker", after_id),
        xml.tag("NextKeyMarker", shown(last.key, encoded=encoded)) if truncated and last else "",
        xml.tag("NextUploadIdMarker", last.id) if truncated and last else "",
        xml.tag("Prefix", shown(prefix, encoded=encoded)) if prefix else "",
        xml.tag("Delimiter", arguments.get("delimiter") or None),
        xml.tag("EncodingType", "url" if encoded else None),
        xml.tag("MaxUploads", most),
        xml.tag("IsTruncated", truncated),
        *(_listed(upload, encoded=encoded) for upload in uploads),
        *(f"<CommonPrefixes>{xml.tag('Prefix', shown(each, encoded=encoded))}</CommonPrefixes>" for each in prefixes),
    )


def _listed(upload: Upload, *, encoded: bool) -> str:
    return (
        f"<Upload>{xml.tag('Key', shown(upload.key, encoded=encoded))}{xml.tag('UploadId', upload.id)}"
        f"{_person('Initiator', upload.owner)}{_person('Owner', upload.owner)}"
        f"{xml.tag('StorageClass', upload.meta.storage_class or 'STANDARD')}"
        f"{xml.tag('Initiated', values.xml_date(upload.created_ms))}"
        f"{xml.tag('ChecksumAlgorithm', upload.algorithm)}{xml.tag('ChecksumType', upload.kind)}</Upload>"
    )


def _person(name: str, owner: str) -> str:
    return f"<{name}>{xml.tag('ID', owner)}{xml.tag('DisplayName', owner)}</{name}>"


async def upload_of(s3: S3, request: S3Request, action: Action | None) -> tuple[Upload, Caller]:
    """The upload that a request works on, and the caller, who began it (or is an operator).

    Raises NoSuchUpload, and AccessDenied before anything of an upload is told; `action` is what the levels must allow.
    """
    bucket, caller = await s3.bucket(request), await s3.caller(request)
    if caller is None or (action and not await s3.allowed(caller, bucket, action, request.key)):
        raise denied()
    s3.check_account(request)
    upload_id = request.arguments["uploadId"]
    upload = await rows.find_upload(s3.db, upload_id)
    if upload is not None and not _is_initiator(caller, upload):
        raise denied()
    if upload is None or (upload.bucket, upload.key) != (bucket.name, key_of(request)):
        # Whether there is such an upload is no secret: its id is.
        raise NoSuchUpload(NO_UPLOAD, UploadId=upload_id)
    return upload, caller


def _is_initiator(caller: Caller, upload: Upload) -> bool:
    return isinstance(caller, Operator) or (caller is not None and caller.id == upload.owner)


def part_number(request: S3Request) -> int:
    """The number of a part. Raises InvalidArgument."""
    text = request.arguments["partNumber"]
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= MAX_PARTS):
        raise InvalidArgument(
            f"Part number must be an integer between 1 and {MAX_PARTS}, inclusive", ArgumentName="partNumber"
        )
    return int(text)


def number_argument(request: S3Request, name: str, default: int, most: int = 2**31 - 1) -> int:
    """A number in the query, `most` at most. Raises InvalidArgument."""
    text = request.arguments.get(name)
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= 2**31 - 1):
        raise InvalidArgument(f"Provided {name} not an integer or within integer range", ArgumentName=name)
    return min(int(text), most)
