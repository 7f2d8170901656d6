"""The lockout of a user after failures, shared by all factors and all nodes.

An attempt is counted in the database before anything is verified, in one statement: so guesses that come at once
count like guesses that come one by one. A factor that was right is uncounted, and only a whole sign-in clears the
count: so someone who knows the password does not reset the count of wrong codes by it. From the fifth failure on the
user waits 2^(n-5) seconds, 900 at most; what comes meanwhile is refused and does not lengthen it. Fifteen quiet
minutes forget everything. Users that do not exist are counted alike, under a fingerprint of their name.
Source: Cognito developer guide, "Lockout behavior for failed sign-in attempts".
"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from preamp.auth.user_store import attempt_table
from preamp.db import Expression, Statement, Transaction
from preamp.db.engine import DialectName

FREE_FAILURES = 4
"""Failures that cost no waiting."""
LONGEST_WAIT_MS = 900_000
QUIET_MS = 900_000
_LONGEST_AT = 15  # the failure whose 2^(n-5) seconds are cut to the longest wait
_FORGET_AT_ONCE = 100

_NOW = sa.bindparam("now_ms", type_=sa.BigInteger)
_KEY = sa.bindparam("key", type_=sa.Text)


def wait_ms(failures: int) -> int:
    """How long a user waits after this many failures."""
    if failures <= FREE_FAILURES:
        return 0
    return min(1000 << min(failures - FREE_FAILURES - 1, 20), LONGEST_WAIT_MS)


def _wait(failures: "sa.ColumnElement[int]") -> "sa.ColumnElement[int]":
    """`wait_ms` as SQL."""
    waits = [(failures == n, sa.literal(wait_ms(n), sa.BigInteger)) for n in range(FREE_FAILURES + 1, _LONGEST_AT)]
    rest = sa.case((failures <= FREE_FAILURES, sa.literal(0, sa.BigInteger)), else_=sa.literal(LONGEST_WAIT_MS))
    return sa.case(*waits, else_=rest)


def _claim(dialect: DialectName) -> Expression:
    make = sqlite.insert if dialect == "sqlite" else postgresql.insert
    old = attempt_table.c
    counted = sa.case((old.last_ms < _NOW - QUIET_MS, sa.literal(1, sa.BigInteger)), else_=old.count + 1)
    since = sa.case((old.last_ms < _NOW - QUIET_MS, _NOW), else_=old.since_ms)
    return (
        make(attempt_table)
        .values(key=_KEY, count=1, since_ms=_NOW, last_ms=_NOW, until_ms=_NOW)
        .on_conflict_do_update(
            index_elements=["key"],
            set_={"count": counted, "since_ms": since, "last_ms": _NOW, "until_ms": _NOW + _wait(counted)},
            where=old.until_ms <= _NOW,
        )
        .returning(old.count)
    )


_claim_attempt = Statement(_claim)
_uncount = Statement(
    sa.update(attempt_table)
    .where(attempt_table.c.key == _KEY, attempt_table.c.count > 0)
    .values(
        count=attempt_table.c.count - 1,
        until_ms=attempt_table.c.last_ms + _wait(attempt_table.c.count - 1),
    )
)
_clear = Statement(sa.delete(attempt_table).where(attempt_table.c.key == _KEY))
_old = sa.select(attempt_table.c.key).where(attempt_table.c.until_ms < _NOW - QUIET_MS).limit(_FORGET_AT_ONCE)
_forget = Statement(sa.delete(attempt_table).where(attempt_table.c.key.in_(_old)))


def key_of(user_id: str) -> str:
    """The key under which a user's failures are counted: by id, whatever name or address the user signs in with."""
    return f"sign-in {user_id}"


async def claim(tx: Transaction, key: str, now_ms: int) -> bool:
    """Count an attempt before verifying it; False while the user is locked out (nothing is counted then)."""
    return await tx.row(_claim_attempt, key=key, now_ms=now_ms) is not None


async def uncount(tx: Transaction, key: str) -> None:
    """Take back the attempt that was counted for a factor which proved right."""
    await tx.execute(_uncount, key=key)


async def clear(tx: Transaction, key: str) -> None:
    """Forget the failures of a user who has signed in whole, or whose password was reset."""
    await tx.execute(_clear, key=key)


async def forget_old(tx: Transaction, now_ms: int) -> None:
    """Delete some rows that no longer say anything, so that made-up names do not fill the table."""
    await tx.execute(_forget, now_ms=now_ms)
