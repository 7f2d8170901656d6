"""Pages: the order of a list, where the next page starts, and the token that says so.

A page reads one row more than its limit. That row's place in the order is where the next page starts, sealed into
`nextToken` and bound to the API, the field and its arguments: a token of another list, or a changed one, is refused.
"""

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct

from preamp.graphql.errors import FieldError
from preamp.graphql.plan.filter import KeyPart, Take
from preamp.graphql.sql import Dialect, Storage

DEFAULT_LIMIT = 100
MOST_ROWS = 10_000
"""Rows of one page, whatever `limit` says: an answer is held in memory."""

LONGEST_TOKEN = 8_192
_NONCE = 12
_TYPES: dict[Storage, tuple[type, ...]] = {"text": (str,), "int": (int,), "float": (float, int), "bool": (bool,)}


class Order(Struct, frozen=True, kw_only=True):
    """What orders a list and tells its rows apart."""

    parts: tuple[KeyPart, ...]

    @property
    def storages(self) -> tuple[Storage, ...]:
        """How the values of a place are kept."""
        return tuple(part.storage for part in self.parts)

    def by(self, alias: str, dialect: Dialect, *, descending: bool) -> str:
        """Answer the ORDER BY list."""
        word = " DESC" if descending else ""
        return ", ".join(f"{expression}{word}" for expression in self.place(alias, dialect))

    def from_here(self, alias: str, dialect: Dialect, take: Take, *, descending: bool) -> str:
        """Answer the condition that a row stands at or after the place in the parameters."""
        sign = "<=" if descending else ">="
        values = [take(part.storage) for part in self.parts]
        expressions = self.place(alias, dialect)
        if len(values) == 1:
            return f"{expressions[0]} {sign} {values[0]}"
        return f"({', '.join(expressions)}) {sign} ({', '.join(values)})"

    def place(self, alias: str, dialect: Dialect) -> list[str]:
        """Answer the expressions of a row's place."""
        return [part.at(alias, dialect) for part in self.parts]


class Tokens:
    """Seals and opens the next tokens of one API."""

    def __init__(self, key: bytes, api_id: str) -> None:
        self._cipher = AESGCM(key)
        self._api_id = api_id

    def seal(self, place: Sequence[Any], scope: str) -> str:
        """Answer the token of a place in the list that `scope` names (field and arguments)."""
        nonce = os.urandom(_NONCE)
        sealed = self._cipher.encrypt(nonce, msgspec.json.encode(list(place)), self._bound(scope))
        return urlsafe_b64encode(nonce + sealed).decode().rstrip("=")

    def open(self, token: str, scope: str, storages: Sequence[Storage]) -> list[Any]:
        """Answer the place a token holds. Raises FieldError for a token of another list or none of ours."""
        if len(token) > LONGEST_TOKEN:
            raise _invalid()
        try:
            raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
            place: Any = msgspec.json.decode(self._cipher.decrypt(raw[:_NONCE], raw[_NONCE:], self._bound(scope)))
        except (ValueError, InvalidTag, msgspec.DecodeError):
            raise _invalid() from None
        fits = isinstance(place, list) and len(place) == len(storages)
        if not fits or not all(isinstance(v, _TYPES[s]) for v, s in zip(place, storages, strict=True)):
            raise _invalid()
        return list(place)

    def _bound(self, scope: str) -> bytes:
        return f"{self._api_id}\n{scope}".encode()


def page_size(limit: int | None, default: int) -> int:
    """Answer the number of rows of a page. Raises FieldError for a limit below 1."""
    if limit is None:
        return default
    if limit < 1:
        raise FieldError(f"limit is 1 or more, not {limit}.", "DynamoDB:ValidationException")
    return min(limit, MOST_ROWS)


def _invalid() -> FieldError:
    return FieldError("Invalid nextToken: it belongs to another list or is damaged.", "BadRequest")
