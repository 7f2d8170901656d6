"""Where the rooms of auth are found, told without loading them (docs/decisions/0004)."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from preamp.access import Access
from preamp.db import Database, Transaction
from preamp.delivery import Message
from preamp.kit.clock import Clock
from preamp.kit.seal import Sealer
from preamp.server.hosts import App, AtFirstUse, Place
from preamp.settings import Settings

if TYPE_CHECKING:
    from preamp.server.auth_rooms import AuthRooms

_ROOMS = "preamp.server.auth_rooms"
_CHECKED_AT_START = ("function_urls", "hosted_ui_css", "social_issuers")
WHERE = (
    Place(targets=("AWSCognitoIdentityProviderService",)),
    Place(seconds=(".well-known",)),
    Place(paths=("preamp-pools",)),
    Place(targets=("AWSCognitoIdentityService",)),
    Place(paths=("auth",), hosts=("auth",)),
    Place(signed=("sts",), forms=True),
    Place(paths=(".well-known",)),
)
"""The places of auth_rooms.py in their order, without those who answer (tests/unit/server/test_auth_places.py)."""


class AuthParts(Struct, frozen=True, kw_only=True):
    """What the rooms of auth work with."""

    settings: Settings
    public_url: str
    db: Database
    sealer: Sealer
    clock: Clock
    access: Access
    deliver: Callable[[Transaction, Message], Awaitable[None]]


class AuthPlaces:
    """User pools, identity pools, sts and the hosted UI, loaded at their first request."""

    def __init__(self, parts: AuthParts) -> None:
        self._parts = parts
        self._rooms: AuthRooms | None = None
        self.places = tuple(
            replace(where, app=AtFirstUse(_ROOMS, self._maker(number))) for number, where in enumerate(WHERE)
        )
        if any(getattr(parts.settings, name) for name in _CHECKED_AT_START):
            _ = self.rooms  # a setting that they cannot use is told now, not to their first user

    @property
    def rooms(self) -> "AuthRooms":
        """The rooms, loaded now if they were not."""
        if self._rooms is None:
            from preamp.server.auth_rooms import auth_rooms  # noqa: PLC0415  loaded at first use

            self._rooms = auth_rooms(self._parts)
        return self._rooms

    async def close(self) -> None:
        """Let go of what the rooms hold."""
        if self._rooms is not None:
            await self._rooms.close()

    def _maker(self, number: int) -> Callable[[], App]:
        def make() -> App:
            app = self.rooms.places[number].app
            assert app is not None  # noqa: S101  every place of auth answers HTTP
            return app

        return make
