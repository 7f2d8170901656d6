"""The table and questions of buckets.

The source of `questions.py`: run `make sql` after a change.
"""

from typing import Any

import sqlalchemy as sa

from preamp.db import Statement, upsert

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

bucket = Statement(sa.select(bucket_table).where(bucket_table.c.name == _NAME))
buckets_of = Statement(
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


buckets = Statement(_page)
