"""Where the rooms of auth are found, told without loading them (docs/decisions/0004)."""

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from preamp.server.hosts import App, AtFirstUse, Place
from preamp.settings import Settings

if TYPE_CHECKING:
    from preamp.server.auth_plane import AuthParts
    from preamp.server.auth_rooms import AuthRooms

_ROOMS = "preamp.server.auth_rooms"
_CHECKED_AT_START = ("function_urls", "hosted_ui_css", "social_issuers")


class AuthPlaces:
    """The places of user pools, identity pools, sts and the hosted UI."""

    def __init__(self, settings: Settings, parts: "Callable[[], AuthParts]") -> None:
        self._made: AuthRooms | None = None

        @cache
        def rooms() -> "AuthRooms":
            from preamp.server.auth_rooms import auth_rooms  # noqa: PLC0415  loaded at first use

            made = self._made = auth_rooms(parts())
            return made

        def late(pick: "Callable[[AuthRooms], App]") -> AtFirstUse:
            return AtFirstUse(_ROOMS, lambda: pick(rooms()))

        self.places = (
            Place(app=late(lambda it: it.auth.endpoint), targets=("AWSCognitoIdentityProviderService",)),
            Place(app=late(lambda it: it.auth.well_known), seconds=(".well-known",)),
            Place(app=late(lambda it: it.identity.identity), targets=("AWSCognitoIdentityService",)),
            Place(app=late(lambda it: it.identity.pages), paths=("auth",), hosts=("auth",)),
            Place(app=late(lambda it: it.identity.sts), signed=("sts",), forms=True),
        )
        if any(getattr(settings, name) for name in _CHECKED_AT_START):
            rooms()  # a setting that they cannot use is told now, not to their first user

    async def close(self) -> None:
        """Let go of connections and threads."""
        if self._made is not None:
            await self._made.identity.close()
            await self._made.auth.close()
