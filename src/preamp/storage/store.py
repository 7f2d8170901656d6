"""Buckets as stored. Times are milliseconds since 1970 UTC; permissions are JSON text."""

import msgspec

from preamp.db import Reader, Row
from preamp.storage import questions
from preamp.storage.records import Bucket, Owner, Permissions


async def bucket(reader: Reader, name: str) -> Bucket | None:
    """The bucket, None where there is none."""
    row = await reader.row(questions.bucket, name=name)
    return None if row is None else _value(row)


async def buckets(reader: Reader, start_after: str, limit: int) -> list[Bucket]:
    """Up to `limit` buckets whose names come after `start_after`, by the bytes of their names."""
    return [_value(row) for row in await reader.rows(questions.buckets, start_after=start_after, limit=limit)]


async def buckets_of(reader: Reader, owner: Owner) -> list[Bucket]:
    """The buckets of one environment, by name."""
    rows = await reader.rows(questions.buckets_of, app_id=owner.app_id, environment=owner.environment)
    return sorted((_value(row) for row in rows), key=lambda found: found.name)


def _value(row: Row) -> Bucket:
    name, app_id, environment, region, permissions, version, created_ms = row
    return Bucket(
        name=name,
        owner=None if app_id is None else Owner(app_id, environment),
        region=region,
        permissions=None if permissions is None else msgspec.json.decode(permissions, type=Permissions),
        version=version,
        created_ms=created_ms,
    )
