"""The rooms of auth are found where they say that they are, before they are loaded."""

from pathlib import Path

from msgspec.structs import replace

from preamp.access import Access
from preamp.db import Transaction, open_database
from preamp.delivery import Message
from preamp.kit.clock import Clock
from preamp.kit.seal import Sealer
from preamp.server.auth_places import WHERE, AuthParts, AuthPlaces
from preamp.settings import read


async def deliver(_tx: Transaction, _message: Message) -> None:
    """Send nothing."""


async def test_the_places_are_those_of_the_rooms(tmp_path: Path) -> None:
    """What is known without loading them is what they say themselves, in their order."""
    db = await open_database(f"sqlite:///{tmp_path / 'preamp.sqlite3'}")
    settings, sealer, clock = read({}, None, {"data": str(tmp_path)}), Sealer(b"k" * 32), Clock()
    places = AuthPlaces(
        AuthParts(
            settings=settings,
            public_url="http://127.0.0.1:1",
            db=db,
            sealer=sealer,
            clock=clock,
            access=Access(db, sealer, clock, settings.account),
            deliver=deliver,
        )
    )
    await places.close()

    own = tuple(replace(place, app=None) for place in places.rooms.places)

    assert own == WHERE
    await places.close()
    await db.close()
