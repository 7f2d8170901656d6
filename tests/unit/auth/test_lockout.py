"""The lockout's curve and its counting, on both databases."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from preamp.auth import lockout
from preamp.db import Database, open_database

NOW = 1_795_000_000_000
KEY = lockout.key_of("u1")


@pytest.fixture
async def control(database_url: str) -> AsyncIterator[Database]:
    opened = await open_database(database_url)
    yield opened
    await opened.close()


async def claim(db: Database, now_ms: int, key: str = KEY) -> bool:
    async with db.transaction() as tx:
        return await lockout.claim(tx, key, now_ms)


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(0, 0), (4, 0), (5, 1), (6, 2), (7, 4), (8, 8), (9, 16), (10, 32), (11, 64), (12, 128), (13, 256), (14, 512),
     (15, 900), (16, 900), (1000, 900)],
)  # fmt: skip
def test_the_curve(failures: int, seconds: int) -> None:
    """2^(n-5) seconds from the fifth failure on, 900 at most."""
    assert lockout.wait_ms(failures) == seconds * 1000


async def test_the_database_waits_as_the_curve_says(control: Database) -> None:
    """Each further failure is let in exactly when its wait is over, and not a millisecond before."""
    now = NOW
    for failures in range(1, 18):
        assert await claim(control, now)
        wait = lockout.wait_ms(failures)
        if wait:
            assert not await claim(control, now + wait - 1)
        now += wait


async def test_tries_during_a_lockout_do_not_lengthen_it(control: Database) -> None:
    for _ in range(5):
        await claim(control, NOW)
    for moment in range(0, 1000, 50):
        assert not await claim(control, NOW + moment)

    assert await claim(control, NOW + 1000)


async def test_fifteen_quiet_minutes_forget(control: Database) -> None:
    for _ in range(4):
        await claim(control, NOW)

    for _ in range(4):
        assert await claim(control, NOW + lockout.QUIET_MS + 1)


async def test_guesses_at_once_count_like_guesses_one_by_one(control: Database) -> None:
    """GHSA-7h8m-vrxx-vr4m: what comes in parallel must not be judged before it is counted."""
    outcomes = await asyncio.gather(*(claim(control, NOW) for _ in range(40)))

    assert sum(outcomes) == 5


async def test_a_right_factor_is_uncounted_and_a_whole_sign_in_clears(control: Database) -> None:
    for _ in range(4):
        await claim(control, NOW)
    async with control.transaction() as tx:
        await lockout.uncount(tx, KEY)
    assert await claim(control, NOW)
    assert await claim(control, NOW)
    assert not await claim(control, NOW)
    async with control.transaction() as tx:
        await lockout.clear(tx, KEY)
    assert await claim(control, NOW)


async def test_uncounting_the_fifth_ends_the_wait(control: Database) -> None:
    """The fifth try was right: nobody has to wait for it."""
    for _ in range(5):
        await claim(control, NOW)
    async with control.transaction() as tx:
        await lockout.uncount(tx, KEY)

    assert await claim(control, NOW)


async def test_users_are_counted_apart(control: Database) -> None:
    for _ in range(6):
        await claim(control, NOW)

    assert await claim(control, NOW, lockout.key_of("u2"))


async def test_old_rows_are_forgotten(control: Database) -> None:
    """Made-up names do not fill the table for ever."""
    for number in range(30):
        await claim(control, NOW, f"nobody {number}")
    async with control.transaction() as tx:
        await lockout.forget_old(tx, NOW + lockout.QUIET_MS + 1)
        await lockout.forget_old(tx, NOW)

    assert await claim(control, NOW + lockout.QUIET_MS + 1, "nobody 1")
