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
    sa.Index("storage_bucket_owner", "app_id", "environment"),
)

_NAME = sa.bindparam("name", type_=sa.Text)

claim_bucket = upsert(bucket_table, update=[])
set_permissions = Statement(
    sa.update(bucket_table)
    .where(bucket_table.c.name == _NAME)
    .values(permissions=sa.bindparam("value"), version=bucket_table.c.version + 1)
)
delete_bucket = Statement(sa.delete(bucket_table).where(bucket_table.c.name == _NAME))

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
        .where(name > sa.bindparam("start_after", type_=sa.Text))
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


def _value(row: Row) -> Bucket:
    name, app_id, environment, region, permissions, version, created_ms = row
    return Bucket(
        name=name,
        owner=None if app_id is None else Owner(app_id, environment),
        region=region,
        permissions=None if permissions is None else msgspec.json.decode(permissions, type=Permissions),
        version=version,
        created_ms=created_ms,
    )
