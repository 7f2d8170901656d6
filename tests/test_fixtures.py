"""The fixtures that other tests stand on."""

import asyncpg


async def test_each_test_has_a_database_of_its_own(postgres_url: str) -> None:
    """The database is empty and takes writes."""
    link = await asyncpg.connect(postgres_url)

    await link.execute("CREATE TABLE only_here (id int)")
    tables = await link.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    await link.close()

    assert [row["tablename"] for row in tables] == ["only_here"]


async def test_the_next_test_sees_nothing_of_it(postgres_url: str) -> None:
    """A table of another test is not here."""
    link = await asyncpg.connect(postgres_url)

    tables = await link.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    await link.close()

    assert tables == []


def test_a_database_url_names_its_kind(database_url: str) -> None:
    """Tests that take `database_url` run on both databases."""
    assert database_url.partition(":")[0] in {"sqlite", "postgresql"}
