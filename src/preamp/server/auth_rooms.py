"""Which requests are for the rooms of auth, told without loading them: most servers have users, but not at once."""

from collections.abc import Callable
from typing import Protocol

from preamp.server.hosts import App, Finds, Scope

_TARGET = b"x-amz-target"
_PAGES = b".auth."
_FORM = b"application/x-www-form-urlencoded"


class AuthRooms:
    """Loads cognito-idp, cognito-identity, sts and the hosted UI at their first request (docs/decisions/0004)."""

    def __init__(self, load: Callable[[], "Loaded"]) -> None:
        self._load = load
        self._loaded: Loaded | None = None

    def app(self, scope: Scope, raw_path: str) -> App | None:
        """Who answers this request, None where it is for no room of auth."""
        return self.rooms.app(scope, raw_path) if _concerns(scope, raw_path) else None

    @property
    def rooms(self) -> "Loaded":
        """The rooms, loaded now if they were not."""
        if self._loaded is None:
            self._loaded = self._load()
        return self._loaded

    async def close(self) -> None:
        """Let go of what the rooms hold."""
        if self._loaded is not None:
            await self._loaded.close()


class Loaded(Finds, Protocol):
    """The rooms of auth."""

    async def close(self) -> None:
        """Let go of connections and threads."""
        ...


def _concerns(scope: Scope, raw_path: str) -> bool:
    """Whether a request may be theirs: by target, a preflight of one, a form (sts, pages), or one of their paths."""
    if raw_path.startswith("/auth/") or "/.well-known/" in raw_path:
        return True
    for name, value in scope["headers"]:
        if name == _TARGET or (name == b"access-control-request-headers" and _TARGET in value.lower()):
            return True
        if (name == b"content-type" and value.startswith(_FORM)) or (name == b"host" and _PAGES in value):
            return True
    return False
