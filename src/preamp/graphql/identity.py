"""Who asks: what the authorization mode of a request established."""

from collections.abc import Callable
from typing import Any, Generic, Literal, TypeVar

from msgspec import Struct

from preamp.graphql.model import Mode


class Identity(Struct, frozen=True, kw_only=True):
    """One caller.

    `claims` are those of a verified token (user pools, OIDC). `role` tells what an IAM caller acts as: the identity
    pool's role for signed-in or for guest users, or an administrator, who passes every rule.
    """

    mode: Mode
    claims: dict[str, Any] = {}
    role: Literal["authenticated", "unauthenticated", "admin"] | None = None


API_KEY = Identity(mode="API_KEY")
"""Whoever holds an API key: it never tells who somebody is."""

ADMIN = Identity(mode="AWS_IAM", role="admin")
"""The operator: passes every rule."""

MOST_KEPT = 64
"""Callers for whom one thing is kept."""

_T = TypeVar("_T")


class ByIdentity(Generic[_T]):
    """What was made of a caller, kept while the same value comes again: a verified token's, or a key's."""

    __slots__ = ("_kept", "_make")

    def __init__(self, make: Callable[[Identity], _T]) -> None:
        self._make = make
        # Claims have no hash. The entry holds its identity, so that no other can have the same id meanwhile.
        self._kept: dict[int, tuple[Identity, _T]] = {}

    def of(self, identity: Identity) -> _T:
        """Answer what is made of a caller."""
        kept = self._kept.get(id(identity))
        if kept is not None:
            return kept[1]
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        made = self._make(identity)
        self._kept[id(identity)] = identity, made
        return made
