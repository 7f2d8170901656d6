"""Tables and questions of the delivery room. Times are milliseconds since 1970 UTC; messages are sealed.

The source of `questions.py`: run `make sql` after a change.
"""

from typing import cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from preamp.db import Expression, Statement, insert

tables = sa.MetaData()

outbox_table = sa.Table(
    "delivery_outbox",
    tables,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("message", sa.LargeBinary, nullable=False),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
)
count_table = sa.Table(
    "delivery_count",
    tables,
    sa.Column("key", sa.LargeBinary, primary_key=True),
    sa.Column("hour", sa.BigInteger, primary_key=True),
    sa.Column("sent", sa.BigInteger, nullable=False),
    sa.Index("delivery_count_by_hour", "hour"),
)


def _counted(dialect: str) -> Expression:
    make = sqlite.insert if dialect == "sqlite" else postgresql.insert
    row = make(count_table).values(key=sa.bindparam("key"), hour=sa.bindparam("hour"), sent=1)
    keys = ["key", "hour"]
    more = row.on_conflict_do_update(index_elements=keys, set_={"sent": count_table.c.sent + 1})
    return cast("Expression", more.returning(count_table.c.sent))


_newest = sa.select(outbox_table.c.id).order_by(outbox_table.c.id.desc()).offset(sa.bindparam("keep")).limit(1)

PUT = insert(outbox_table)
SWEEP = Statement(sa.delete(outbox_table).where(outbox_table.c.id <= _newest.scalar_subquery()))
LIST = Statement(sa.select(outbox_table).order_by(outbox_table.c.id.desc()).limit(sa.bindparam("count")))
ONE = Statement(sa.select(outbox_table).where(outbox_table.c.id == sa.bindparam("id")))
COUNTED = Statement(_counted)
FORGET_COUNTS = Statement(sa.delete(count_table).where(count_table.c.hour < sa.bindparam("before")))
