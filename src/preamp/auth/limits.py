"""How often something may be done in an hour, counted in the database for all nodes together."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from preamp.auth.user_store import attempt_table
from preamp.db import Database, Expression, Statement
from preamp.db.engine import DialectName

_HOUR_MS = 3_600_000
_NOW = sa.bindparam("now_ms", type_=sa.BigInteger)
_LIMIT = sa.bindparam("limit", type_=sa.BigInteger)


def _count(dialect: DialectName) -> Expression:
    make = sqlite.insert if dialect == "sqlite" else postgresql.insert
    old = attempt_table.c
    fresh = old.until_ms <= _NOW
    return (
        make(attempt_table)
        .values(key=sa.bindparam("key", type_=sa.Text), count=1, since_ms=_NOW, last_ms=_NOW, until_ms=_NOW + _HOUR_MS)
        .on_conflict_do_update(
            index_elements=["key"],
            set_={
                "count": sa.case((fresh, sa.literal(1, sa.BigInteger)), else_=old.count + 1),
                "since_ms": sa.case((fresh, _NOW), else_=old.since_ms),
                "until_ms": sa.case((fresh, _NOW + _HOUR_MS), else_=old.until_ms),
                "last_ms": _NOW,
            },
            where=sa.or_(fresh, old.count < _LIMIT),
        )
        .returning(old.count)
    )


_take = Statement(_count)


async def take(db: Database, key: str, limit: int, now_ms: int) -> bool:
    """Whether this may be done once more in its hour; a refusal does not count, so the hour ends for a client too."""
    async with db.transaction() as tx:
        return await tx.row(_take, key=key, limit=limit, now_ms=now_ms) is not None
