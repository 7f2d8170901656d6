"""Buckets: create, delete, list, head, location, CORS, and the answers of what is not configurable here."""

import msgspec

from preamp.storage import rows, store
from preamp.storage.buckets import BucketTaken
from preamp.storage.errors import (
    BucketAlreadyExists,
    BucketAlreadyOwnedByYou,
    BucketNotEmpty,
    InvalidBucketName,
    NoSuchBucket,
    NotConfigured,
)
from preamp.storage.names import check_bucket_name
from preamp.storage.records import Bucket
from preamp.storage.s3 import cors, values
from preamp.storage.s3.context import S3, table
from preamp.storage.s3.listing import page, reader_of, shown
from preamp.storage.s3.multipart import number_argument
from preamp.storage.s3.pages import Marker, marker_text, read_marker
from preamp.wire.s3 import Answer, MalformedXML, NotImplemented_, S3Request, xml, xml_answer

_MOST_LISTED = 1000
_BODY = 64 * 1024


@table.operation("ListBuckets", "GET /")
async def list_buckets(s3: S3, request: S3Request) -> Answer:
    """The buckets of this server, by name."""
    operator = await s3.operator(request)
    most = number_argument(request, "max-buckets", _MOST_LISTED, _MOST_LISTED)
    prefix = request.arguments.get("prefix", "")
    token = request.arguments.get("continuation-token")
    after = read_marker(token).decode() if token else ""
    found: list[Bucket] = []
    more = False
    for each in await s3.storage.buckets(s3.db, start_after=after, limit=_MOST_LISTED):
        if each.name.startswith(prefix):
            more = len(found) == most
            if more:
                break
            found.append(each)
    listed = "".join(
        f"<Bucket>{xml.tag('Name', each.name)}{xml.tag('CreationDate', values.xml_date(each.created_ms))}"
        f"{xml.tag('BucketRegion', each.region)}</Bucket>"
        for each in found
    )
    return xml_answer(
        "ListAllMyBucketsResult",
        f"<Owner>{xml.tag('ID', operator.id)}{xml.tag('DisplayName', operator.id)}</Owner>",
        f"<Buckets>{listed}</Buckets>",
        xml.tag("ContinuationToken", marker_text(Marker(found[-1].name.encode())) if more else None),
        xml.tag("Prefix", prefix or None),
    )


@table.operation("CreateBucket", "PUT /{Bucket}")
async def create_bucket(s3: S3, request: S3Request) -> Answer:
    """Make a bucket that belongs to no environment."""
    operator, name = await s3.operator(request), request.bucket or ""
    body = await request.body().whole(_BODY) if _has_body(request) else b""
    if body:
        _check_configuration(body)
    if check_bucket_name(name) is not None:
        raise InvalidBucketName("The specified bucket is not valid.", BucketName=name)
    known = await s3.storage.bucket(s3.db, name)
    if known is None:
        try:
            async with s3.db.transaction() as tx:
                await s3.storage.provision_bucket(tx, None, name, s3.region, None, creator=operator.user)
        except BucketTaken:
            known = await s3.storage.bucket(s3.db, name)
    if known is not None:
        if known.creator != operator.user or known.removed_ms is not None:
            raise BucketAlreadyExists(
                "The requested bucket name is not available. The bucket namespace is shared by all users of the "
                "system. Please select a different name and try again.",
                BucketName=name,
            )
        if s3.region != "us-east-1":  # where S3 lets the same call succeed twice
            raise BucketAlreadyOwnedByYou(
                "Your previous request to create the named bucket succeeded and you already own it.", BucketName=name
            )
    return Answer(headers=[("location", f"/{name}")])


def _has_body(request: S3Request) -> bool:
    return request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers


def _check_configuration(body: bytes) -> None:
    try:
        xml.read(body, "CreateBucketConfiguration")
    except xml.MalformedXmlError as error:
        raise MalformedXML(f"The XML you provided was not well-formed: {error}.") from None


@table.operation("DeleteBucket", "DELETE /{Bucket}")
async def delete_bucket(s3: S3, request: S3Request) -> Answer:
    """Remove an empty bucket; uploads under way in it are forgotten."""
    bucket, _ = await s3.operate(request)
    async with s3.db.transaction() as tx:
        if await tx.row(rows.LOCK_BUCKET, bucket=bucket.name) is None:
            raise NoSuchBucket("The specified bucket does not exist", BucketName=bucket.name)
        if await tx.row(rows.ANY_OBJECT, bucket=bucket.name) is not None:
            raise BucketNotEmpty("The bucket you tried to delete is not empty", BucketName=bucket.name)
        if bucket.owner is not None:
            raise BucketNotEmpty(
                f"The bucket belongs to the backend environment {bucket.owner.environment} of app "
                f"{bucket.owner.app_id}; delete that environment's storage.",
                BucketName=bucket.name,
            )
        for row in await tx.rows(rows.UPLOADS, bucket=bucket.name, after=b"", limit=100_000):
            await rows.orphan_parts(tx, row[0], s3.clock.now_ms())
            await tx.execute(rows.DELETE_UPLOAD, id=row[0])
            tx.after_commit(s3.catalog.on_orphans)
        await s3.storage.delete_bucket(tx, bucket.name)
    return Answer(status=204)


@table.operation("HeadBucket", "HEAD /{Bucket}")
async def head_bucket(s3: S3, request: S3Request) -> Answer:
    """Whether the bucket is there for the caller."""
    bucket, _ = await s3.enter(request, "s3:ListBucket", None)
    return Answer(headers=[("x-amz-bucket-region", bucket.region)])


@table.operation("GetBucketLocation", "GET /{Bucket}?location")
async def get_bucket_location(s3: S3, request: S3Request) -> Answer:
    """The bucket's region; nothing for us-east-1, as on S3."""
    bucket, _ = await s3.operate(request)
    return xml_answer("LocationConstraint", "" if bucket.region == "us-east-1" else xml.escape(bucket.region))


@table.operation("GetBucketCors", "GET /{Bucket}?cors")
async def get_bucket_cors(s3: S3, request: S3Request) -> Answer:
    """The rules that hold."""
    bucket, _ = await s3.operate(request)
    rules = cors.rules_of(bucket)
    if not rules:
        raise NotConfigured("NoSuchCORSConfiguration", "The CORS configuration does not exist", bucket.name)
    return xml_answer("CORSConfiguration", cors.written(rules))


@table.operation("PutBucketCors", "PUT /{Bucket}?cors")
async def put_bucket_cors(s3: S3, request: S3Request) -> Answer:
    """Set the rules."""
    bucket, _ = await s3.operate(request)
    rules = cors.read(await request.document("CORSConfiguration"))
    async with s3.db.transaction() as tx:
        await tx.execute(store.set_cors, name=bucket.name, value=msgspec.json.encode(rules).decode())
    return Answer()


@table.operation("DeleteBucketCors", "DELETE /{Bucket}?cors")
async def delete_bucket_cors(s3: S3, request: S3Request) -> Answer:
    """Remove the rules; those of an environment's bucket are the default again."""
    bucket, _ = await s3.operate(request)
    async with s3.db.transaction() as tx:
        await tx.execute(store.set_cors, name=bucket.name, value=None)
    return Answer(status=204)


# What S3 can be asked and this server has one answer for -----------------------------------------------------------


@table.operation("GetBucketVersioning", "GET /{Bucket}?versioning")
async def get_bucket_versioning(s3: S3, request: S3Request) -> Answer:
    """Versions were never on."""
    await s3.operate(request)
    return xml_answer("VersioningConfiguration")


@table.operation("PutBucketVersioning", "PUT /{Bucket}?versioning")
async def put_bucket_versioning(s3: S3, request: S3Request) -> Answer:
    """Versions can stay off."""
    await s3.operate(request)
    root = await request.document("VersioningConfiguration")
    if root.value("Status") != "Suspended":
        raise NotImplemented_("This server keeps no versions of objects: the state can be Suspended alone.")
    return Answer()


_GRANT = (
    '<Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser">{owner}</Grantee>'
    "<Permission>FULL_CONTROL</Permission></Grant>"
)


@table.operation("GetBucketAcl", "GET /{Bucket}?acl")
async def get_bucket_acl(s3: S3, request: S3Request) -> Answer:
    """The owner has full control, and access is by levels: there are no other lists."""
    _, operator = await s3.operate(request)
    return _acl(operator.id)


@table.operation("PutBucketAcl", "PUT /{Bucket}?acl")
async def put_bucket_acl(s3: S3, request: S3Request) -> Answer:
    """Accepted where it asks for what holds anyway."""
    await s3.operate(request)
    _check_acl(request)
    return Answer()


@table.operation("GetObjectAcl", "GET /{Bucket}/{Key}?acl")
async def get_object_acl(s3: S3, request: S3Request) -> Answer:
    """The owner has full control."""
    _, operator = await s3.operate(request)
    if await rows.find_object(s3.db, request.bucket or "", (request.key or "").encode()) is None:
        raise NotConfigured("NoSuchKey", "The specified key does not exist.", request.bucket or "")
    return _acl(operator.id)


@table.operation("PutObjectAcl", "PUT /{Bucket}/{Key}?acl")
async def put_object_acl(s3: S3, request: S3Request) -> Answer:
    """Accepted where it asks for what holds anyway."""
    await s3.operate(request)
    _check_acl(request)
    return Answer()


def _check_acl(request: S3Request) -> None:
    if request.headers.get("x-amz-acl", "private") not in {"private", "bucket-owner-full-control"}:
        raise NotImplemented_("Access is by levels and access keys here; the canned ACL can be private alone.")


def _acl(owner: str) -> Answer:
    person = xml.tag("ID", owner) + xml.tag("DisplayName", owner)
    grants = _GRANT.format(owner=person)
    return xml_answer(
        "AccessControlPolicy", f"<Owner>{person}</Owner>", f"<AccessControlList>{grants}</AccessControlList>"
    )


_UNCONFIGURED = {
    "policy": ("NoSuchBucketPolicy", "The bucket policy does not exist"),
    "lifecycle": ("NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist"),
    "tagging": ("NoSuchTagSet", "The TagSet does not exist"),
    "website": ("NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration"),
    "replication": ("ReplicationConfigurationNotFoundError", "The replication configuration was not found"),
    "encryption": (
        "ServerSideEncryptionConfigurationNotFoundError",
        "The server side encryption configuration was not found",
    ),
    "object-lock": ("ObjectLockConfigurationNotFoundError", "Object Lock configuration does not exist for this bucket"),
    "publicAccessBlock": (
        "NoSuchPublicAccessBlockConfiguration",
        "The public access block configuration was not found",
    ),
    "ownershipControls": ("OwnershipControlsNotFoundError", "The bucket ownership controls were not found"),
}
_EMPTY = {
    "logging": ("BucketLoggingStatus", ""),
    "notification": ("NotificationConfiguration", ""),
    "accelerate": ("AccelerateConfiguration", ""),
    "requestPayment": ("RequestPaymentConfiguration", "<Payer>BucketOwner</Payer>"),
}


def _register_fixed_answers() -> None:
    for query, (code, message) in _UNCONFIGURED.items():

        async def unconfigured(s3: S3, request: S3Request, code: str = code, message: str = message) -> Answer:
            bucket, _ = await s3.operate(request)
            raise NotConfigured(code, message, bucket.name)

        table.operation(f"GetBucket {query}", f"GET /{{Bucket}}?{query}")(unconfigured)
    for query, (root, content) in _EMPTY.items():

        async def empty(s3: S3, request: S3Request, root: str = root, content: str = content) -> Answer:
            await s3.operate(request)
            return xml_answer(root, content)

        table.operation(f"GetBucket {query}", f"GET /{{Bucket}}?{query}")(empty)


_register_fixed_answers()


@table.operation("GetObjectTagging", "GET /{Bucket}/{Key}?tagging")
async def get_object_tagging(s3: S3, request: S3Request) -> Answer:
    """There are no tags."""
    await s3.enter(request, "s3:GetObject", request.key)
    if await rows.find_object(s3.db, request.bucket or "", (request.key or "").encode()) is None:
        raise NotConfigured("NoSuchKey", "The specified key does not exist.", request.bucket or "")
    return xml_answer("Tagging", "<TagSet></TagSet>")


@table.operation("ListObjectVersions", "GET /{Bucket}?versions")
async def list_object_versions(s3: S3, request: S3Request) -> Answer:
    """All objects, each as its own null version."""
    bucket, _ = await s3.enter(request, "s3:ListBucket", request.arguments.get("prefix"))
    arguments, encoded = request.arguments, request.arguments.get("encoding-type") == "url"
    prefix, delimiter = arguments.get("prefix", ""), arguments.get("delimiter", "")
    most = number_argument(request, "max-keys", _MOST_LISTED, _MOST_LISTED)
    marker = arguments.get("key-marker", "").encode()
    found = await page(reader_of(s3.db, bucket.name), prefix.encode(), delimiter.encode(), marker or None, most)
    versions = "".join(
        f"<Version>{xml.tag('Key', shown(each.key, encoded=encoded))}<VersionId>null</VersionId>"
        f"<IsLatest>true</IsLatest>{xml.tag('LastModified', values.xml_date(each.modified_ms))}"
        f"{xml.tag('ETag', chr(34) + each.etag + chr(34))}{xml.tag('Size', each.size)}"
        f"{xml.tag('StorageClass', each.meta.storage_class or 'STANDARD')}"
        f"<Owner>{xml.tag('ID', each.owner)}{xml.tag('DisplayName', each.owner)}</Owner></Version>"
        for each in found.objects
    )
    return xml_answer(
        "ListVersionsResult",
        xml.tag("Name", bucket.name),
        xml.tag("Prefix", shown(prefix.encode(), encoded=encoded)),
        xml.tag("KeyMarker", shown(marker, encoded=encoded)),
        "<VersionIdMarker></VersionIdMarker>",
        xml.tag("NextKeyMarker", shown(found.last, encoded=encoded)) if found.truncated and found.last else "",
        "<NextVersionIdMarker>null</NextVersionIdMarker>" if found.truncated else "",
        xml.tag("MaxKeys", most),
        xml.tag("Delimiter", delimiter or None),
        xml.tag("EncodingType", "url" if encoded else None),
        xml.tag("IsTruncated", found.truncated),
        versions,
        *(
            f"<CommonPrefixes>{xml.tag('Prefix', shown(each, encoded=encoded))}</CommonPrefixes>"
            for each in found.prefixes
        ),
    )
