"""Listing keys: one page of contents and common prefixes, in the order of the keys' bytes.

A common prefix is not read through: the next read begins behind all keys that share it. So a page costs about its own
length, however many keys there are before it, behind it, or under a prefix.
"""

from collections.abc import Awaitable, Callable
from urllib.parse import quote

from msgspec import Struct

from preamp.db import Reader
from preamp.storage import rows
from preamp.storage.records import Object

_READ = 1000
Read = Callable[[bytes, bytes | None, int], Awaitable[list[Object]]]
"""(first key, key to end before, how many) -> objects in order."""


class Page(Struct, frozen=True, kw_only=True):
    """A page. `last` is the key or common prefix that ends it, None where it is empty."""

    objects: list[Object]
    prefixes: list[bytes]
    truncated: bool
    last: bytes | None


def reader_of(reader: Reader, bucket: str) -> Read:
    """Reads a bucket's objects."""

    async def read(first: bytes, until: bytes | None, limit: int) -> list[Object]:
        if until is None:
            found = await reader.rows(rows.LIST, bucket=bucket, after=first, limit=limit)
        else:
            found = await reader.rows(rows.LIST_UNTIL, bucket=bucket, after=first, until=until, limit=limit)
        return [rows.object_of(row) for row in found]

    return read


async def page(read: Read, prefix: bytes, delimiter: bytes, after: bytes | None, limit: int) -> Page:
    """The first `limit` keys and common prefixes behind `after` that begin with `prefix`."""
    objects: list[Object] = []
    prefixes: list[bytes] = []
    last: bytes | None = None
    until = successor(prefix)
    first: bytes | None = prefix if after is None or after < prefix else _behind(after, prefix, delimiter)
    while first is not None and (until is None or first < until):
        wanted = limit - len(objects) - len(prefixes) + 1
        found = await read(first, until, min(wanted, _READ) if wanted > 0 else 1)
        first = found[-1].key + b"\0" if found else None
        shared: bytes | None = None
        for each in found:
            if shared is not None and each.key.startswith(shared):
                continue
            shared = common_prefix(each.key, prefix, delimiter)
            if len(objects) + len(prefixes) >= limit:
                return Page(objects=objects, prefixes=prefixes, truncated=limit > 0, last=last)
            if shared is None:
                objects.append(each)
                last = each.key
            else:
                prefixes.append(shared)
                last = shared
        if shared is not None:
            first = successor(shared)
    return Page(objects=objects, prefixes=prefixes, truncated=False, last=last)


def common_prefix(key: bytes, prefix: bytes, delimiter: bytes) -> bytes | None:
    """What stands in a listing for all keys that share it; None where the key stands for itself."""
    if not delimiter:
        return None
    at = key.find(delimiter, len(prefix))
    return None if at < 0 else key[: at + len(delimiter)]


def successor(prefix: bytes) -> bytes | None:
    """The first key behind all that begin with `prefix`; None where there is none."""
    trimmed = prefix.rstrip(b"\xff")
    return trimmed[:-1] + bytes([trimmed[-1] + 1]) if trimmed else None


def _behind(after: bytes, prefix: bytes, delimiter: bytes) -> bytes | None:
    """Where to go on behind a marker; a marker under a common prefix is behind that whole prefix."""
    shared = common_prefix(after, prefix, delimiter) if after.startswith(prefix) else None
    return after + b"\0" if shared is None else successor(shared)


def shown(key: bytes, *, encoded: bool) -> str:
    """A key as XML text; by percent where the client asked for that, since XML has no form for some characters."""
    return quote(key, safe="/-_.~*!()'") if encoded else key.decode("utf-8", "replace")
