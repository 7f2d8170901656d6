"""Taking messages in: outbox, caps, durable sending."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import sqlalchemy as sa

from preamp.db import Database, Statement, open_database
from preamp.delivery import Caps, Delivery, Message, Sender, TooManyMessages, TryAgain, Undeliverable
from preamp.delivery.message import Text
from preamp.jobs import Jobs
from preamp.kit.clock import Clock, SetClock
from preamp.kit.seal import Sealer

NOW = 1_800_000_000_000
CODE = "918273"


def mail(to: str = "ann@example.org", pool: str = "us-east-1_AAAAAAAAA") -> Message:
    return Message(kind="mail", to=to, subject="Your code", body="Code {####}", code=CODE, pool=pool)


class Relay:
    """A relay that first fails as told, then takes messages."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.taken: list[tuple[str, str]] = []
        self.tried = asyncio.Event()

    async def send(self, text: Text, message_id: str) -> None:
        """Take a message, or fail."""
        self.tried.set()
        if self.failures:
            raise self.failures.pop(0)
        self.taken.append((text.to, message_id))

    async def close(self) -> None:
        """Nothing is open."""


@asynccontextmanager
async def delivery(
    url: str, relay: Sender | None = None, caps: Caps | None = None, clock: Clock | None = None
) -> AsyncIterator[tuple[Database, Delivery, Jobs]]:
    db = await open_database(url)
    jobs = Jobs(db, Clock(), lease_seconds=1)
    made = Delivery(Sealer(b"k" * 32), clock or Clock(), jobs, mail=relay, caps=caps)
    try:
        yield db, made, jobs
    finally:
        await jobs.stop()
        await db.close()


async def counted(db: Database, table: str) -> int:
    row = await db.row(Statement(sa.text(f"SELECT count(*) FROM {table}")))
    assert row is not None
    return int(row[0])


async def until_done(db: Database) -> str:
    while True:
        row = await db.row(Statement(sa.text("SELECT status, phase FROM jobs_job")))
        if row is not None and row[1] == "done":
            return str(row[0])
        await asyncio.sleep(0.01)


async def test_the_outbox_has_the_message_once_its_transaction_committed(database_url: str) -> None:
    async with delivery(database_url) as (db, made, _):
        async with db.transaction() as tx:
            await made.deliver(tx, mail())
        with pytest.raises(RuntimeError):
            async with db.transaction() as tx:
                await made.deliver(tx, mail("eve@example.org"))
                raise RuntimeError

        found = await made.outbox(db, 10)

    assert [(text.to, text.plain) for _, _, text in found] == [("ann@example.org", f"Code {CODE}")]


async def test_the_outbox_is_bounded(database_url: str) -> None:
    """Newer messages displace the oldest."""
    async with delivery(database_url, caps=Caps(outbox=3)) as (db, made, _):
        for number in range(7):
            async with db.transaction() as tx:
                await made.deliver(tx, mail(f"u{number}@example.org"))

        found = await made.outbox(db, 100)

    assert [text.to for _, _, text in found] == ["u6@example.org", "u5@example.org", "u4@example.org"]


async def test_nothing_at_rest_tells_code_or_address(tmp_path: object) -> None:
    """A stolen database file has neither."""
    async with delivery(f"sqlite:///{tmp_path}/p.sqlite3", Relay(TryAgain("later"))) as (db, made, _):
        async with db.transaction() as tx:
            await made.deliver(tx, mail())
        dump = [
            str(value)
            for table in ("jobs_job", "jobs_lock", "delivery_count")
            for row in await db.rows(Statement(sa.text(f"SELECT * FROM {table}")))
            for value in row
        ]

    assert dump
    assert not [value for value in dump if CODE in value or "ann@" in value]


async def test_a_recipient_is_not_flooded(database_url: str) -> None:
    """Spelled in other case it is the same recipient; another pool and the next hour have counts of their own."""
    clock = SetClock(NOW)
    async with delivery(database_url, caps=Caps(recipient=2), clock=clock) as (db, made, _):

        async def send(to: str, pool: str = "p") -> None:
            async with db.transaction() as tx:
                await made.deliver(tx, mail(to, pool))

        await send("ann@example.org")
        await send("ANN@example.org")
        with pytest.raises(TooManyMessages, match="recipient"):
            await send("ann@example.org")
        await send("ann@example.org", "another")
        await send("bob@example.org")
        clock.advance(3_600_000)
        await send("ann@example.org")


async def test_a_pool_is_not_a_spam_relay(database_url: str) -> None:
    async with delivery(database_url, caps=Caps(pool=3)) as (db, made, _):
        for number in range(3):
            async with db.transaction() as tx:
                await made.deliver(tx, mail(f"u{number}@example.org"))
        with pytest.raises(TooManyMessages, match="pool"):
            async with db.transaction() as tx:
                await made.deliver(tx, mail("u4@example.org"))


async def test_parallel_messages_do_not_pass_the_cap(database_url: str) -> None:
    """The count is taken in the database, one after the other."""
    async with delivery(database_url, caps=Caps(recipient=5)) as (db, made, _):

        async def send() -> bool:
            try:
                async with db.transaction() as tx:
                    await made.deliver(tx, mail())
            except TooManyMessages:
                return False
            return True

        passed = await asyncio.gather(*(send() for _ in range(20)))

    assert sum(passed) == 5


async def test_a_message_is_sent_once_and_forgotten(database_url: str) -> None:
    relay, clock = Relay(), SetClock(NOW)
    async with delivery(database_url, relay, clock=clock) as (db, made, jobs):
        await jobs.start_workers(made.workflows)
        async with db.transaction() as tx:
            await made.deliver(tx, mail())
        assert await until_done(db) == "COMPLETED"
        clock.advance(120_000)
        async with db.transaction() as tx:
            await made.deliver(tx, mail("bob@example.org"))
        while len(relay.taken) < 2:
            await asyncio.sleep(0.01)

        assert [to for to, _ in relay.taken] == ["ann@example.org", "bob@example.org"]
        assert await counted(db, "jobs_job") == 1


async def test_a_relay_that_is_away_gets_it_later_under_the_same_id(tmp_path: object) -> None:
    """The id lets a relay see a repetition; a rest protects it meanwhile."""
    relay = Relay(TryAgain("HTTP 503"))
    clock = SetClock(NOW)
    async with delivery(f"sqlite:///{tmp_path}/p.sqlite3", relay, clock=clock) as (db, made, jobs):
        await jobs.start_workers(made.workflows)
        async with db.transaction() as tx:
            await made.deliver(tx, mail())
        await relay.tried.wait()
        assert relay.taken == []
        clock.advance(6_000)

        assert await until_done(db) == "COMPLETED"

    assert len(relay.taken) == 1


async def test_a_refused_message_ends_and_tells_no_address(tmp_path: object, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with delivery(f"sqlite:///{tmp_path}/p.sqlite3", Relay(Undeliverable("SMTP 550"))) as (db, made, jobs):
        await jobs.start_workers(made.workflows)
        async with db.transaction() as tx:
            await made.deliver(tx, mail())

        assert await until_done(db) == "FAILED"

    assert "SMTP 550" in caplog.text
    assert CODE not in caplog.text
    assert "ann@example.org" not in caplog.text


async def test_a_message_survives_the_process_that_took_it(tmp_path: object) -> None:
    """Enqueued with its code, sent by the next process."""
    url, relay = f"sqlite:///{tmp_path}/p.sqlite3", Relay()
    async with delivery(url, relay) as (db, made, _), db.transaction() as tx:
        await made.deliver(tx, mail())

    async with delivery(url, relay) as (db, made, jobs):
        await jobs.start_workers(made.workflows)
        assert await until_done(db) == "COMPLETED"

    assert len(relay.taken) == 1
