"""Transactions and statements, on both engines."""

import asyncio

import pytest
import sqlalchemy as sa

from preamp.access.tables import access_key
from preamp.db import Conflict, Database, Statement, insert, open_database, upsert

PUT, OVERWRITE = insert(access_key), upsert(access_key, update=["status"])
COUNT = Statement(sa.select(sa.func.count()).select_from(access_key))
STATUS = Statement(sa.select(access_key.c.status).where(access_key.c.id == sa.bindparam("id")))


async def put(db: Database, key: str, statement: Statement = PUT, status: str = "Active") -> None:
    async with db.transaction() as tx:
        await tx.execute(statement, id=key, user_name="u", secret=b"s", created_ms=1, status=status)


async def count(db: Database) -> int:
    row = await db.row(COUNT)
    assert row is not None
    return int(row[0])


async def test_a_transaction_that_raises_leaves_nothing(database_url: str) -> None:
    db = await open_database(database_url)
    with pytest.raises(RuntimeError):
        async with db.transaction() as tx:
            await tx.execute(PUT, id="A", user_name="u", secret=b"s", created_ms=1, status="Active")
            raise RuntimeError

    assert await count(db) == 0
    await db.close()


async def test_transactions_at_once_stand_alone(database_url: str) -> None:
    """Of many that commit together, those that fail take nobody with them."""
    db = await open_database(database_url)
    outcomes = await asyncio.gather(*(put(db, f"K{n % 20}") for n in range(40)), return_exceptions=True)

    assert await count(db) == 20
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 20
    await db.close()


async def test_a_listener_hears_of_durable_writes_only(database_url: str) -> None:
    db = await open_database(database_url)
    heard: list[int] = []
    async with db.transaction() as tx:
        tx.after_commit(lambda: heard.append(1))
        assert heard == []
    with pytest.raises(RuntimeError):
        async with db.transaction() as tx:
            tx.after_commit(lambda: heard.append(2))
            raise RuntimeError

    assert heard == [1]
    await db.close()


async def test_an_upsert_changes_what_it_names(database_url: str) -> None:
    db = await open_database(database_url)
    await put(db, "A")
    await put(db, "A", OVERWRITE, "Inactive")

    assert tuple(await db.row(STATUS, id="A") or ()) == ("Inactive",)
    with pytest.raises(Conflict):
        await put(db, "A")
    await db.close()


async def test_a_forgotten_parameter_is_an_error(database_url: str) -> None:
    db = await open_database(database_url)
    with pytest.raises(KeyError, match="id"):
        await db.row(STATUS)
    await db.close()
