"""Lists in pages: the token that says where the next one begins is sealed, so nobody can make one up."""

from collections.abc import Sequence
from typing import TypeVar

from preamp.auth.idp.context import Idp
from preamp.auth.idp.errors import InvalidParameterException
from preamp.kit.seal import BrokenSealError

T = TypeVar("T")

PAGE = 60
"""The longest page of every list, and the length where none is asked for."""


def read_page(idp: Idp, listed: str, token: str | None, kind: type[T], first: T) -> T:
    """Behind what the page begins. `listed` names the list; raises InvalidParameterException for another's token."""
    if token is None:
        return first
    try:
        return idp.sealer.purpose("auth-pages").read_token(token, listed, kind)
    except BrokenSealError:
        raise InvalidParameterException("Invalid pagination token: pass what the last page answered.") from None


def page_token(idp: Idp, listed: str, last: object) -> str:
    """The token of the page that begins behind `last`."""
    return idp.sealer.purpose("auth-pages").token(last, listed)


def cut(found: Sequence[T], limit: int) -> tuple[tuple[T, ...], bool]:
    """A page of what was read with one more than its length, and whether another follows."""
    return tuple(found[:limit]), len(found) > limit
