"""Many rows at once, the same for preamp's tables and the floor's: made inside the database."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import asyncpg

USERS, NOTES = 50, 1_000
PER_SHOP, KINDS = 50, 5
_AT = "'2026-01-01T00:00:00.000Z'"


def items(dialect: str, prefix: str, first: int, last: int) -> str:
    """INSERT the items numbered from `first` up to `last`: fifty for each shop, prices mixed, five kinds."""
    return _insert(
        dialect,
        f'{prefix}"Item" ("id", "shop", "price", "kind", "createdAt", "updatedAt")',
        f"'item-'||i, 'shop-'||(i / {PER_SHOP}), (i % 10000) * 7919 % 10000, 'kind-'||(i % {KINDS}), {_AT}, {_AT}",
        first,
        last,
    )


def notes(dialect: str, prefix: str) -> str:
    """INSERT notes of fifty users, whose rows lie apart."""
    owner = f"'sub-'||(i % {USERS})||'::user-'||(i % {USERS})"
    return _insert(
        dialect,
        f'{prefix}"Note" ("id", "text", "owner", "createdAt", "updatedAt")',
        f"'note-'||i, 'What note '||i||' says.', {owner}, {_AT}, {_AT}",
        0,
        NOTES,
    )


def _insert(dialect: str, into: str, values: str, first: int, last: int) -> str:
    if dialect == "postgresql":
        return f"INSERT INTO {into} SELECT {values} FROM generate_series({first}, {last - 1}) AS i"
    numbers = f"WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {last})"
    return f"{numbers} INSERT INTO {into} SELECT {values} FROM n"


async def into_preamp(data: str, database: str | None, api_id: str, *make: Callable[[str, str], str]) -> None:
    """Run statements on the rows of an API of an idle preamp. `make` answers one, given dialect and prefix."""
    if database is None:
        connection = sqlite3.connect(Path(data) / "apis" / f"{api_id}.sqlite3", timeout=30)
        with connection:
            for each in make:
                connection.execute(each("sqlite", ""))
        connection.close()
        return
    link = await asyncpg.connect(database)
    try:
        for each in make:
            await link.execute(each("postgresql", f'"api_{api_id}".'))
        await link.execute("ANALYZE")
    finally:
        await link.close()
