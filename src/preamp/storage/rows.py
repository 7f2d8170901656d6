"""Questions and changes of objects, contents, uploads and parts. Rows become values here."""

import hashlib
from typing import Any

import msgspec
import sqlalchemy as sa

from preamp.db import Database, Expression, Reader, Row, Statement, Transaction, insert, upsert
from preamp.storage.records import Checksum, Content, Meta, Object, Part, Upload
from preamp.storage.store import (
    bucket_table,
    content_table,
    object_table,
    orphan_table,
    part_table,
    upload_table,
    usage_table,
)

_SLOTS = 16
_BUCKET = sa.bindparam("bucket", type_=sa.Text)
_KEY = sa.bindparam("key", type_=sa.LargeBinary)
_ID = sa.bindparam("id", type_=sa.Text)
_LIMIT = sa.bindparam("limit", type_=sa.BigInteger)
_AFTER = sa.bindparam("after", type_=sa.LargeBinary)
_here = (object_table.c.bucket == _BUCKET) & (object_table.c.key == _KEY)

OBJECT = Statement(sa.select(object_table).where(_here))
OBJECT_CONTENT = Statement(
    sa.select(*object_table.c, *content_table.c).join(content_table, content_table.c.id == object_table.c.content)
    .where(_here)
)  # fmt: skip
PUT_OBJECT = upsert(object_table)
DELETE_OBJECT = Statement(sa.delete(object_table).where(_here))
_FROM = (object_table.c.bucket == _BUCKET) & (object_table.c.key >= _AFTER)
LIST = Statement(sa.select(object_table).where(_FROM).order_by(object_table.c.key).limit(_LIMIT))
LIST_UNTIL = Statement(
    sa.select(object_table)
    .where(_FROM, object_table.c.key < sa.bindparam("until", type_=sa.LargeBinary))
    .order_by(object_table.c.key)
    .limit(_LIMIT)
)
HOLD_BUCKET = Statement(
    sa.select(bucket_table.c.quota_bytes)
    .where(bucket_table.c.name == _BUCKET, bucket_table.c.removed_ms.is_(None))
    .with_for_update(read=True, key_share=True)
)
LOCK_BUCKET = Statement(
    sa.select(bucket_table.c.name)
    .where(bucket_table.c.name == _BUCKET, bucket_table.c.removed_ms.is_(None))
    .with_for_update()
)
ANY_OBJECT = Statement(sa.select(object_table.c.key).where(object_table.c.bucket == _BUCKET).limit(1))
ANY_UPLOAD = Statement(sa.select(upload_table.c.id).where(upload_table.c.bucket == _BUCKET).limit(1))

CONTENT = Statement(sa.select(content_table).where(content_table.c.id == _ID))
PUT_CONTENT = insert(content_table)
SHARE_CONTENT = Statement(
    sa.update(content_table)
    .where(content_table.c.id == _ID)
    .values(refs=content_table.c.refs + 1)
    .returning(content_table.c.id)
)
# SQLite 3.40 answers 0 for `inline IS NULL` behind RETURNING; the length of NULL is right.
DROP_CONTENT = Statement(
    sa.update(content_table)
    .where(content_table.c.id == _ID)
    .values(refs=content_table.c.refs - 1)
    .returning(
        content_table.c.refs, content_table.c.parts, sa.func.coalesce(sa.func.length(content_table.c.inline), -1)
    )
)
DELETE_CONTENT = Statement(sa.delete(content_table).where(content_table.c.id == _ID))

UPLOAD = Statement(sa.select(upload_table).where(upload_table.c.id == _ID))
LOCK_UPLOAD = Statement(sa.select(upload_table).where(upload_table.c.id == _ID).with_for_update())
HOLD_UPLOAD = Statement(
    sa.select(upload_table.c.id).where(upload_table.c.id == _ID).with_for_update(read=True, key_share=True)
)
PUT_UPLOAD = insert(upload_table)
DELETE_UPLOAD = Statement(sa.delete(upload_table).where(upload_table.c.id == _ID))
UPLOADS = Statement(
    sa.select(upload_table)
    .where(upload_table.c.bucket == _BUCKET, upload_table.c.key >= _AFTER)
    .order_by(upload_table.c.key, upload_table.c.id)
    .limit(_LIMIT)
)
UPLOADS_BEFORE = Statement(
    sa.select(upload_table).where(upload_table.c.created_ms < sa.bindparam("before", type_=sa.BigInteger)).limit(_LIMIT)
)
PARTS = Statement(
    sa.select(part_table)
    .where(part_table.c.upload == _ID, part_table.c.number > sa.bindparam("above", type_=sa.BigInteger))
    .order_by(part_table.c.number)
    .limit(_LIMIT)
)
PART = Statement(sa.select(part_table).where(part_table.c.upload == _ID, part_table.c.number == sa.bindparam("number")))
PUT_PART = upsert(part_table)
DELETE_PART = Statement(
    sa.delete(part_table).where(part_table.c.upload == _ID, part_table.c.number == sa.bindparam("number"))
)
DELETE_PARTS = Statement(sa.delete(part_table).where(part_table.c.upload == _ID))
_part_blobs = sa.select(part_table.c.blob, sa.bindparam("now", type_=sa.BigInteger)).where(part_table.c.upload == _ID)
ORPHAN_PARTS = Statement(sa.insert(orphan_table).from_select(["blob", "since_ms"], _part_blobs))
ORPHAN = upsert(orphan_table, update=[])
ORPHANS = Statement(
    sa.select(orphan_table.c.blob)
    .where(orphan_table.c.since_ms <= sa.bindparam("before", type_=sa.BigInteger))
    .order_by(orphan_table.c.blob)
    .limit(_LIMIT)
)
DELETE_ORPHAN = Statement(sa.delete(orphan_table).where(orphan_table.c.blob == sa.bindparam("blob")))
_BLOB = sa.bindparam("blob", type_=sa.Text)
KNOWS_BLOB = Statement(
    sa.union_all(
        sa.select(content_table.c.id).where(content_table.c.id == _BLOB),
        sa.select(part_table.c.blob).where(part_table.c.blob == _BLOB),
        sa.select(orphan_table.c.blob).where(orphan_table.c.blob == _BLOB),
    )
)

KNOWN_BLOBS = Statement(
    sa.union_all(
        sa.select(content_table.c.id).where(content_table.c.parts == 0, content_table.c.inline.is_(None)),
        sa.select(part_table.c.blob),
    )
)


def _add_usage(dialect: str) -> Expression:
    from sqlalchemy.dialects import postgresql, sqlite  # noqa: PLC0415  the engine imported them already

    make = sqlite.insert if dialect == "sqlite" else postgresql.insert
    row = make(usage_table).values({column.name: sa.bindparam(column.name) for column in usage_table.columns})
    return row.on_conflict_do_update(
        index_elements=["bucket", "slot"],
        set_={
            "bytes": usage_table.c.bytes + row.excluded.bytes,
            "objects": usage_table.c.objects + row.excluded.objects,
        },
    )


ADD_USAGE = Statement(_add_usage)
_LOCK_KEY = Statement(sa.select(sa.func.pg_advisory_xact_lock(sa.bindparam("number", type_=sa.BigInteger))))


async def lock_key(tx: Transaction, db: Database, bucket: str, key: bytes) -> None:
    """Let writers of one key come one after the other; on SQLite all writers do."""
    if db.dialect == "postgresql":
        digest = hashlib.sha256(bucket.encode() + b"/" + key).digest()
        await tx.row(_LOCK_KEY, number=int.from_bytes(digest[:8], "big", signed=True))


async def find_object(reader: Reader, bucket: str, key: bytes) -> Object | None:
    """The object, None where there is none."""
    row = await reader.row(OBJECT, bucket=bucket, key=key)
    return None if row is None else object_of(row)


async def find_object_content(reader: Reader, bucket: str, key: bytes) -> tuple[Object, Content] | None:
    """The object and its content, None where there is none."""
    row = await reader.row(OBJECT_CONTENT, bucket=bucket, key=key)
    return None if row is None else (object_of(row[:9]), content_of(row[9:]))


async def put_object(tx: Transaction, made: Object) -> None:
    """Write an object's row."""
    await tx.execute(
        PUT_OBJECT,
        bucket=made.bucket,
        key=made.key,
        content=made.content,
        size=made.size,
        etag=made.etag,
        modified_ms=made.modified_ms,
        owner=made.owner,
        checksum=text_of(made.checksum),
        meta=text_of(made.meta),
    )


async def put_content(tx: Transaction, content: Content) -> None:
    """Write a content's row."""
    await tx.execute(PUT_CONTENT, **{name: getattr(content, name) for name in content.__struct_fields__})


async def drop_content(tx: Transaction, content_id: str, now_ms: int) -> bool:
    """Take one object from a content; whether that left blobs to be removed."""
    row = await tx.row(DROP_CONTENT, id=content_id)
    if row is None or row[0] > 0:
        return False
    await tx.execute(DELETE_CONTENT, id=content_id)
    if row[1]:
        await orphan_parts(tx, content_id, now_ms)
    elif row[2] < 0:
        await tx.execute(ORPHAN, blob=content_id, since_ms=now_ms)
    return bool(row[1] or row[2] < 0)


async def orphan_parts(tx: Transaction, upload_id: str, now_ms: int) -> None:
    """Forget all parts of an upload or content; their blobs are to be removed."""
    await tx.execute(ORPHAN_PARTS, id=upload_id, now=now_ms)
    await tx.execute(DELETE_PARTS, id=upload_id)


async def add_usage(tx: Transaction, bucket: str, key: bytes, *, size: int, objects: int) -> None:
    """Count bytes and objects in or out."""
    if size or objects:
        await tx.execute(ADD_USAGE, bucket=bucket, slot=(key[-1] if key else 0) % _SLOTS, bytes=size, objects=objects)


async def find_upload(reader: Reader, upload_id: str) -> Upload | None:
    """The upload, None where there is none."""
    row = await reader.row(UPLOAD, id=upload_id)
    return None if row is None else upload_of(row)


async def put_part(tx: Transaction, part: Part) -> None:
    """Write a part's row."""
    values = {name: getattr(part, name) for name in part.__struct_fields__}
    await tx.execute(PUT_PART, **{**values, "checksum": text_of(part.checksum)})


async def parts_of(reader: Reader, upload_id: str, *, above: int = 0, limit: int = 10_000) -> list[Part]:
    """Parts by number."""
    return [part_of(row) for row in await reader.rows(PARTS, id=upload_id, above=above, limit=limit)]


def object_of(row: Row) -> Object:
    """A row as a value."""
    bucket, key, content, size, etag, modified_ms, owner, checksum, meta = row
    return Object(
        bucket=bucket,
        key=bytes(key),
        content=content,
        size=size,
        etag=etag,
        modified_ms=modified_ms,
        owner=owner,
        checksum=_value(checksum, Checksum),
        meta=msgspec.json.decode(meta, type=Meta),
    )


def content_of(row: Row) -> Content:
    """A row as a value."""
    content_id, size, parts, refs, crc64, inline = row
    return Content(
        id=content_id,
        size=size,
        parts=parts,
        refs=refs,
        crc64=None if crc64 is None else bytes(crc64),
        inline=None if inline is None else bytes(inline),
    )


def upload_of(row: Row) -> Upload:
    """A row as a value."""
    upload_id, bucket, key, owner, algorithm, kind, meta, created_ms = row
    return Upload(
        id=upload_id,
        bucket=bucket,
        key=bytes(key),
        owner=owner,
        algorithm=algorithm,
        kind=kind,
        meta=msgspec.json.decode(meta, type=Meta),
        created_ms=created_ms,
    )


def part_of(row: Row) -> Part:
    """A row as a value."""
    upload, number, blob, size, etag, checksum, crc64, modified_ms = row
    return Part(
        upload=upload,
        number=number,
        blob=blob,
        size=size,
        etag=etag,
        checksum=_value(checksum, Checksum),
        crc64=bytes(crc64),
        modified_ms=modified_ms,
    )


def text_of(value: object) -> str | None:
    """A value as JSON text, None for None."""
    return None if value is None else msgspec.json.encode(value).decode()


def _value(text: str | None, type_: Any) -> Any:
    return None if text is None else msgspec.json.decode(text, type=type_)
