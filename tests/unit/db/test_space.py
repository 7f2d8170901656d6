"""What a space promises, on SQLite files and PostgreSQL schemas alike."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from preamp.db import open_spaces
from preamp.db.space import NoSpace, Space, Spaces, SpaceTimeout, UniqueViolation
from preamp.db.space_sqlite import SqliteSpace


@pytest.fixture
async def spaces(database_url: str, tmp_path: Path) -> AsyncIterator[Spaces]:
    opened = await open_spaces(tmp_path if database_url.startswith("sqlite") else database_url, timeout_seconds=1)
    yield opened
    await opened.close()


@pytest.fixture
async def space(spaces: Spaces) -> Space:
    made = await spaces.create("abc")
    async with made.transaction() as transaction:
        await transaction.run(f'CREATE TABLE {made.prefix}"Todo" (id text PRIMARY KEY, title text)')
    return made


def insert(space: Space, row_id: str) -> tuple[str, list[str]]:
    sign = "?" if space.dialect == "sqlite" else "$"
    return f'INSERT INTO {space.prefix}"Todo" VALUES ({sign}1, {sign}2) RETURNING id', [row_id, "t"]


async def count(space: Space) -> int:
    return int((await space.read(f'SELECT count(*) FROM {space.prefix}"Todo"'))[0][0])


async def test_a_write_is_read_back(space: Space) -> None:
    answers = await space.write(insert(space, "1"))

    assert [tuple(row) for row in answers[0]] == [("1",)]
    assert await count(space) == 1


async def test_many_writers_at_once_all_succeed(space: Space) -> None:
    await asyncio.gather(*(space.write(insert(space, str(number))) for number in range(200)))

    assert await count(space) == 200


async def test_one_writer_that_fails_spoils_no_other(space: Space) -> None:
    """Writers share a commit; a second row with the same key fails alone."""
    tries = [space.write(insert(space, row_id)) for row_id in ("1", "2", "2", "3")]

    answers = await asyncio.gather(*tries, return_exceptions=True)

    assert [type(answer) for answer in answers].count(UniqueViolation) == 1
    assert await count(space) == 3


async def test_statements_stop_at_the_first_without_rows(space: Space) -> None:
    nothing = (f'DELETE FROM {space.prefix}"Todo" RETURNING id', [])

    answers = await space.write(nothing, insert(space, "1"))

    assert [len(answer) for answer in answers] == [0]
    assert await count(space) == 0


async def test_a_failing_statement_undoes_those_before_it(space: Space) -> None:
    with pytest.raises(UniqueViolation):
        await space.write(insert(space, "1"), insert(space, "1"))

    assert await count(space) == 0
    await space.write(insert(space, "1"))


async def test_an_exception_undoes_a_transaction(space: Space) -> None:
    async def fail() -> None:
        async with space.transaction() as transaction:
            await transaction.run(*insert(space, "1"))
            raise LookupError

    with pytest.raises(LookupError):
        await fail()

    assert await count(space) == 0


async def test_a_transaction_and_writers_do_not_mix(space: Space) -> None:
    """Writers that come during a long transaction wait or run beside it, and none is lost."""
    async with space.transaction() as transaction:
        writers = [asyncio.create_task(space.write(insert(space, str(number)))) for number in range(20)]
        await transaction.run(*insert(space, "mine"))
        await asyncio.sleep(0)

    await asyncio.gather(*writers)

    assert await count(space) == 21


async def test_a_cancelled_writer_does_not_disturb_the_others(space: Space) -> None:
    writers = [asyncio.create_task(space.write(insert(space, str(number)))) for number in range(10)]
    await asyncio.sleep(0)
    writers[0].cancel()

    answers = await asyncio.gather(*writers, return_exceptions=True)

    assert sum(isinstance(answer, list) for answer in answers) == 9
    await space.write(insert(space, "later"))


async def test_a_long_read_lets_others_work_and_ends_in_time(space: Space) -> None:
    """A read past its time limit is stopped; another read is answered meanwhile."""
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500000000)"
    long = asyncio.create_task(space.read(f"{numbers} SELECT count(*) FROM n"))
    await asyncio.sleep(0)

    assert await count(space) == 0
    assert not long.done()
    with pytest.raises(SpaceTimeout):
        await long


async def test_a_read_that_was_slow_once_comes_back_to_the_loop(tmp_path: Path) -> None:
    """A statement is kept in threads only while it is slow there: it may have been one large page."""
    spaces = await open_spaces(tmp_path)
    space = await spaces.create("abc")
    assert isinstance(space, SqliteSpace)
    count = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1) SELECT count(*) FROM n"

    assert await space.read(count, [1_000_000]) == [(1_000_000,)]
    slow_after_the_large_one = count in space._slow
    for _ in range(100):  # on a machine that stalls, a small read may seem slow too
        assert await space.read(count, [10]) == [(10,)]
        if count not in space._slow:
            break

    assert slow_after_the_large_one
    assert count not in space._slow
    await spaces.close()


async def test_a_dropped_space_is_gone(spaces: Spaces, space: Space) -> None:
    await space.write(insert(space, "1"))

    await spaces.drop("abc")
    await spaces.drop("abc")

    assert not await spaces.exists("abc")
    assert await spaces.api_ids() == []
    with pytest.raises(NoSpace):
        await spaces.get("abc")


@pytest.mark.usefixtures("space")
async def test_spaces_are_apart(spaces: Spaces) -> None:
    """A table of one API is no table of another."""
    other = await spaces.create("other")

    with pytest.raises(Exception, match=r"(no such table|does not exist)"):
        await other.read(f'SELECT * FROM {other.prefix}"Todo"')
    assert await spaces.api_ids() == ["abc", "other"]


@pytest.mark.parametrize("api_id", ["", "../x", "A", 'a"b', "a.b", "a" * 41])
async def test_an_id_that_could_name_another_file_is_refused(spaces: Spaces, api_id: str) -> None:
    with pytest.raises(ValueError, match="API id"):
        await spaces.get(api_id)


async def test_open_files_are_bounded(tmp_path: Path) -> None:
    """With two files at a time, ten spaces still all work."""
    spaces = await open_spaces(tmp_path, limit=2)
    for number in range(10):
        space = await spaces.create(f"a{number}")
        await space.run_alone("CREATE TABLE t (id int)")

    answers = [await (await spaces.get(f"a{number}")).read("SELECT count(*) FROM t") for number in range(10)]
    await spaces.close()

    assert [rows[0][0] for rows in answers] == [0] * 10


async def test_a_read_outlives_a_cut_connection(postgres_url: str) -> None:
    """The server cuts every connection, as at a restart; the next read finds a new one."""
    spaces = await open_spaces(postgres_url)
    space = await spaces.create("abc")
    admin = await asyncpg.connect(postgres_url)
    await admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'preamp'")

    rows = await space.read("SELECT 1")
    await admin.close()
    await spaces.close()

    assert rows[0][0] == 1


async def test_no_more_connections_than_allowed_are_open(postgres_url: str) -> None:
    """Fifty reads at once share three connections."""
    spaces = await open_spaces(postgres_url, limit=3)
    space = await spaces.create("abc")

    answers = await asyncio.gather(*(space.read("SELECT 1") for _ in range(50)))
    (row,) = await space.read("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'preamp'")
    await spaces.close()

    assert len(answers) == 50
    assert row[0] <= 3


async def test_a_cancelled_read_leaves_its_connection_unused(postgres_url: str) -> None:
    """Who comes after a cancelled long read is answered by another connection."""
    spaces = await open_spaces(postgres_url, limit=1)
    space = await spaces.create("abc")
    long = asyncio.create_task(space.read("SELECT pg_sleep(20)"))
    while not await _is_running(postgres_url):
        pass
    long.cancel()

    rows = await space.read("SELECT 1")
    await spaces.close()

    assert rows[0][0] == 1


async def _is_running(url: str) -> bool:
    link = await asyncpg.connect(url)
    sleeping = "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(20)' AND state = 'active'"
    found = await link.fetchval(sleeping)
    await link.close()
    return bool(found)
