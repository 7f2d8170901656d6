"""The table and questions of the storage room. Times are milliseconds since 1970 UTC; permissions are JSON text."""

from typing import Any

import msgspec
import sqlalchemy as sa

from preamp.db import Reader, Row, Statement, upsert
from preamp.storage.records import Bucket, Owner, Permissions

tables = sa.MetaData()

bucket_table = sa.Table(
    "storage_bucket",
    tables,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("app_id", sa.Text),
    sa.Column("environment", sa.Text),
    sa.Column("region", sa.Text, nullable=False),
    sa.Column("permissions", sa.Text),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
    sa.Column("creator", sa.Text),
    sa.Column("cors", sa.Text),
    sa.Column("quota_bytes", sa.BigInteger),
    sa.Column("removed_ms", sa.BigInteger),
    sa.Index("storage_bucket_owner", "app_id", "environment"),
)
link_table = sa.Table(
    "storage_link",
    tables,
    sa.Column("bucket", sa.Text, primary_key=True),
    sa.Column("app_id", sa.Text, primary_key=True),
    sa.Column("environment", sa.Text, primary_key=True),
)
# A key is its UTF-8 bytes: both engines compare bytes as S3 sorts keys, and take any of them.
object_table = sa.Table(
    "storage_object",
    tables,
    sa.Column("bucket", sa.Text, primary_key=True),
    sa.Column("key", sa.LargeBinary, primary_key=True),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("etag", sa.Text, nullable=False),
    sa.Column("modified_ms", sa.BigInteger, nullable=False),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("checksum", sa.Text),
    sa.Column("meta", sa.Text, nullable=False),
)
# `parts` 0: one blob of the content's id, or `inline` bytes; else the blobs of storage_part under the content's id.
content_table = sa.Table(
    "storage_content",
    tables,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("parts", sa.BigInteger, nullable=False),
    sa.Column("refs", sa.BigInteger, nullable=False),
    sa.Column("crc64", sa.LargeBinary),
    sa.Column("inline", sa.LargeBinary),
)
upload_table = sa.Table(
    "storage_upload",
    tables,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("bucket", sa.Text, nullable=False),
    sa.Column("key", sa.LargeBinary, nullable=False),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("algorithm", sa.Text),
    sa.Column("kind", sa.Text),
    sa.Column("meta", sa.Text, nullable=False),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
    sa.Index("storage_upload_place", "bucket", "key", "id"),
)
part_table = sa.Table(
    "storage_part",
    tables,
    sa.Column("upload", sa.Text, primary_key=True),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("blob", sa.Text, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("etag", sa.Text, nullable=False),
    sa.Column("checksum", sa.Text),
    sa.Column("crc64", sa.LargeBinary, nullable=False),
    sa.Column("modified_ms", sa.BigInteger, nullable=False),
    sa.Index("storage_part_blob", "blob"),
)
orphan_table = sa.Table(
    "storage_orphan",
    tables,
    sa.Column("blob", sa.Text, primary_key=True),
    sa.Column("since_ms", sa.BigInteger, nullable=False),
)
# In slots, so that writers of one bucket do not queue for one row.
usage_table = sa.Table(
    "storage_usage",
    tables,
    sa.Column("bucket", sa.Text, primary_key=True),
    sa.Column("slot", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("bytes", sa.BigInteger, nullable=False),
    sa.Column("objects", sa.BigInteger, nullable=False),
)

_NAME = sa.bindparam("name", type_=sa.Text)

claim_bucket = upsert(bucket_table, update=[])
set_permissions = Statement(
    sa.update(bucket_table)
    .where(bucket_table.c.name == _NAME)
    .values(permissions=sa.bindparam("value"), version=bucket_table.c.version + 1)
)
set_cors = Statement(sa.update(bucket_table).where(bucket_table.c.name == _NAME).values(cors=sa.bindparam("value")))
set_quota = Statement(
    sa.update(bucket_table).where(bucket_table.c.name == _NAME).values(quota_bytes=sa.bindparam("value"))
)
mark_removed = Statement(
    sa.update(bucket_table)
    .where(bucket_table.c.name == _NAME, bucket_table.c.removed_ms.is_(None))
    .values(removed_ms=sa.bindparam("now"))
)
delete_bucket = Statement(sa.delete(bucket_table).where(bucket_table.c.name == _NAME))
delete_usage = Statement(sa.delete(usage_table).where(usage_table.c.bucket == _NAME))
delete_links = Statement(sa.delete(link_table).where(link_table.c.bucket == _NAME))
link = upsert(link_table, update=[])
unlink = Statement(
    sa.delete(link_table).where(
        link_table.c.app_id == sa.bindparam("app_id"), link_table.c.environment == sa.bindparam("environment")
    )
)
_links = Statement(sa.select(link_table.c.app_id, link_table.c.environment).where(link_table.c.bucket == _NAME))
_usage = Statement(sa.delete(usage_table).where(usage_table.c.bucket == _NAME))
delete_links = Statement(sa.delete(link_table).where(link_table.c.bucket == _NAME))
link = upsert(link_table, update=[])
unlink = Statement(
    sa.delete(link_table).where(
        link_table.c.app_id == sa.bindparam("app_id"), link_table.c.environment == sa.bindparam("environment")
    )
)
_linked = Statement(
    sa.select(link_table.c.bucket).where(
        link_table.c.bucket == _NAME,
        link_table.c.app_id == sa.bindparam("app_id"),
        link_table.c.environment == sa.bindparam("environment"),
    )
)
_usage = Statement(
    sa.select(
        sa.cast(sa.func.coalesce(sa.func.sum(usage_table.c.bytes), 0), sa.BigInteger),
        sa.cast(sa.func.coalesce(sa.func.sum(usage_table.c.objects), 0), sa.BigInteger),
    ).where(usage_table.c.bucket == _NAME)
)

_bucket = Statement(sa.select(bucket_table).where(bucket_table.c.name == _NAME))
_buckets_of = Statement(
    sa.select(bucket_table).where(
        bucket_table.c.app_id == sa.bindparam("app_id"), bucket_table.c.environment == sa.bindparam("environment")
    )
)


def _page(dialect: str) -> sa.Select[Any]:
    # S3 lists by the bytes of the names; PostgreSQL would compare by the database's language, SQLite does by bytes.
    name = bucket_table.c.name.collate("C") if dialect == "postgresql" else bucket_table.c.name
    return (
        sa.select(bucket_table)
        .where(name > sa.bindparam("start_after", type_=sa.Text), bucket_table.c.removed_ms.is_(None))
        .order_by(name)
        .limit(sa.bindparam("limit", type_=sa.BigInteger))
    )


_buckets = Statement(_page)


async def bucket(reader: Reader, name: str) -> Bucket | None:
    """The bucket, None where there is none."""
    row = await reader.row(_bucket, name=name)
    return None if row is None else _value(row)


async def buckets(reader: Reader, start_after: str, limit: int) -> list[Bucket]:
    """Up to `limit` buckets whose names come after `start_after`, by the bytes of their names."""
    return [_value(row) for row in await reader.rows(_buckets, start_after=start_after, limit=limit)]


async def buckets_of(reader: Reader, owner: Owner) -> list[Bucket]:
    """The buckets of one environment, by name."""
    rows = await reader.rows(_buckets_of, app_id=owner.app_id, environment=owner.environment)
    return sorted((_value(row) for row in rows), key=lambda found: found.name)


async def links_of(reader: Reader, name: str) -> list[Owner]:
    """The environments that imported the bucket."""
    return [Owner(*row) for row in await reader.rows(_links, name=name)]


async def usage(reader: Reader, name: str) -> tuple[int, int]:
    """Bytes and objects in a bucket."""
    row = await reader.row(_usage, name=name)
    return (0, 0) if row is None else (row[0], row[1])


def _value(row: Row) -> Bucket:
    name, app_id, environment, region, permissions, version, created_ms, creator, cors, quota_bytes, removed_ms = row
    return Bucket(
        name=name,
        owner=None if app_id is None else Owner(app_id, environment),
        region=region,
        permissions=None if permissions is None else msgspec.json.decode(permissions, type=Permissions),
        version=version,
        created_ms=created_ms,
        creator=creator,
        cors=cors,
        quota_bytes=quota_bytes,
        removed_ms=removed_ms,
    )
