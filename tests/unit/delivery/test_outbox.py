"""The outbox on the wire and in the terminal."""

from pathlib import Path

import click.testing
import msgspec
import pytest

import server
from preamp.cli.main import group
from preamp.db import open_database
from preamp.delivery import Delivery, Message, Outbox, outbox
from preamp.jobs import Jobs
from preamp.kit.clock import Clock
from preamp.kit.seal import Sealer


async def test_messages_are_listed_and_shown(tmp_path: Path) -> None:
    """Newest first, one recipient's where asked for."""
    db = await open_database(f"sqlite:///{tmp_path}/p.sqlite3")
    delivery = Delivery(Sealer(b"k" * 32), Clock(), Jobs(db, Clock()))
    box = Outbox(db=db, delivery=delivery)
    for to in ("ann@example.org", "bob@example.org"):
        async with db.transaction() as tx:
            await delivery.deliver(
                tx, Message(kind="mail", to=to, subject="S", body="<b>{####}</b>", code="123456", pool="p")
            )
    listing, showing = outbox.operations["ListOutboxMessages"], outbox.operations["GetOutboxMessage"]

    everything = await listing.handler(box, listing.request())
    anns = await listing.handler(box, listing.request(to="ann@example.org"))
    one = await showing.handler(box, showing.request(message_id=anns.messages[0].message_id))
    with pytest.raises(Exception, match="no message 'x'"):
        await showing.handler(box, showing.request(message_id="x"))
    await db.close()

    assert [each.to for each in everything.messages] == ["bob@example.org", "ann@example.org"]
    assert (one.body, one.html, one.subject) == ("123456", "<b>123456</b>", "S")


def test_the_command_asks_the_running_server(tmp_path: Path) -> None:
    """An empty outbox is an empty list; an unknown message is told as such."""
    with server.running(data=tmp_path / "data"):
        runner = click.testing.CliRunner()

        listed = runner.invoke(group, ["outbox", "list", "--json", "--data", str(tmp_path / "data")])
        missing = runner.invoke(group, ["outbox", "show", "nothing", "--data", str(tmp_path / "data")])

    assert listed.exception is None, repr(listed.exception)
    assert msgspec.json.decode(listed.stdout) == []
    assert "NotFoundException" in str(missing.exception)
