"""What the control database knows of GraphQL APIs: the release each serves, its keys, its generated models.

Tables `graphql_*`. A release's model is kept compressed; a key is looked up by its SHA-256 and kept sealed, since
amplify-meta shows it to the app's developers.
"""

import zlib
from typing import Any, Protocol

import msgspec
import sqlalchemy as sa
from msgspec import Struct

from preamp.db import Database, Row, Statement, Transaction, insert, upsert
from preamp.graphql.keys import ApiKey, digest_of, new_key
from preamp.graphql.model import Model

metadata = sa.MetaData()

apis = sa.Table(
    "graphql_api",
    metadata,
    sa.Column("api_id", sa.String, primary_key=True),
    sa.Column("release_id", sa.String, nullable=False),
    sa.Column("settings", sa.Text, nullable=False),
    sa.Column("introspection", sa.Boolean, nullable=False),
)
releases = sa.Table(
    "graphql_release",
    metadata,
    sa.Column("api_id", sa.String, primary_key=True),
    sa.Column("release_id", sa.String, primary_key=True),
    sa.Column("model", sa.LargeBinary, nullable=False),
    sa.Column("published_ms", sa.BigInteger, nullable=False),
)
keys = sa.Table(
    "graphql_api_key",
    metadata,
    sa.Column("api_id", sa.String, primary_key=True),
    sa.Column("digest", sa.LargeBinary, primary_key=True),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
    sa.Column("description", sa.Text, nullable=False),
    sa.Column("expires_ms", sa.BigInteger, nullable=False),
)
models = sa.Table(
    "graphql_models",
    metadata,
    sa.Column("api_id", sa.String, primary_key=True),
    sa.Column("release_id", sa.String, nullable=False),
    sa.Column("introspection", sa.Text, nullable=False),
    sa.Column("datastore", sa.Text, nullable=False),
)

_PUT_API, _PUT_RELEASE, _PUT_MODELS, _ADD_KEY = upsert(apis), upsert(releases), upsert(models), insert(keys)
_PUBLISHED = Statement(
    sa.select(apis.c.release_id, apis.c.settings, apis.c.introspection, releases.c.model)
    .join(releases, (releases.c.api_id == apis.c.api_id) & (releases.c.release_id == apis.c.release_id))
    .where(apis.c.api_id == sa.bindparam("api_id"))
)
_RELEASE = Statement(sa.select(apis.c.release_id).where(apis.c.api_id == sa.bindparam("api_id")))
_KEYS = Statement(
    sa.select(keys.c.digest, keys.c.sealed, keys.c.description, keys.c.expires_ms)
    .where(keys.c.api_id == sa.bindparam("api_id"))
    .order_by(keys.c.expires_ms, keys.c.digest)
)
_EXTEND_KEY = Statement(
    sa.update(keys)
    .where((keys.c.api_id == sa.bindparam("of")) & (keys.c.digest == sa.bindparam("key")))
    .values(expires_ms=sa.bindparam("until"))
)
_REMOVE_KEY = Statement(
    sa.delete(keys).where((keys.c.api_id == sa.bindparam("api_id")) & (keys.c.digest == sa.bindparam("digest")))
)
_MODELS = Statement(
    sa.select(models.c.release_id, models.c.introspection, models.c.datastore, apis.c.release_id)
    .join(apis, apis.c.api_id == models.c.api_id)
    .where(models.c.api_id == sa.bindparam("api_id"))
)
_OLD_RELEASES = Statement(
    sa.delete(releases).where(
        (releases.c.api_id == sa.bindparam("api_id")) & (releases.c.release_id != sa.bindparam("release_id"))
    )
)
_REMOVE = tuple(
    Statement(sa.delete(table).where(table.c.api_id == sa.bindparam("api_id")))
    for table in (apis, releases, keys, models)
)


class Sealing(Protocol):
    """What is asked of the installation's sealer."""

    def seal(self, plain: bytes, context: str) -> bytes:
        """Encrypt for a context."""
        ...

    def open(self, sealed: bytes, context: str) -> bytes:
        """Decrypt what was sealed for the same context."""
        ...


class Published(Struct, frozen=True, kw_only=True):
    """The release that an API serves. `settings` is whatever the checks of its tokens need."""

    api_id: str
    release_id: str
    model: Model
    keys: tuple[ApiKey, ...] = ()
    settings: dict[str, Any] = {}
    introspection: bool = True


class KnownKey(Struct, frozen=True, kw_only=True):
    """A key as its API's developers see it. `expires_ms` is in milliseconds since 1970."""

    key: str
    description: str
    expires_ms: int


class GeneratedModels(Struct, frozen=True, kw_only=True):
    """What codegen made of a release. `latest` is False once the API serves another release."""

    introspection: str
    datastore: str
    latest: bool


class Store:
    """The tables' questions and changes."""

    def __init__(self, database: Database, sealer: Sealing) -> None:
        self._database, self._sealer = database, sealer
        self.shared = database.dialect == "postgresql"
        """Whether other nodes may write the same database."""

    async def published(self, api_id: str) -> Published | None:
        """Answer what an API serves, None where nothing is published."""
        row = await self._database.row(_PUBLISHED, api_id=api_id)
        if row is None:
            return None
        release_id, settings, introspection, model = row
        known = await self._database.rows(_KEYS, api_id=api_id)
        return Published(
            api_id=api_id,
            release_id=release_id,
            model=msgspec.json.decode(zlib.decompress(model), type=Model),
            keys=tuple(ApiKey(digest=bytes(key[0]), expires=key[3] / 1000) for key in known),
            settings=msgspec.json.decode(settings),
            introspection=bool(introspection),
        )

    async def is_current(self, published: Published) -> bool:
        """Tell whether the API still serves this release with these keys: another node may have changed either."""
        row = await self._database.row(_RELEASE, api_id=published.api_id)
        if row is None or row[0] != published.release_id:
            return False
        known = await self._database.rows(_KEYS, api_id=published.api_id)
        return published.keys == tuple(ApiKey(digest=bytes(key[0]), expires=key[3] / 1000) for key in known)

    async def publish(self, tx: Transaction, published: Published, now_ms: int) -> None:
        """Let an API serve a release; older releases are forgotten. Keys stay as they are."""
        await tx.execute(
            _PUT_RELEASE,
            api_id=published.api_id,
            release_id=published.release_id,
            model=zlib.compress(msgspec.json.encode(published.model)),
            published_ms=now_ms,
        )
        await tx.execute(
            _PUT_API,
            api_id=published.api_id,
            release_id=published.release_id,
            settings=msgspec.json.encode(published.settings).decode(),
            introspection=published.introspection,
        )
        await tx.execute(_OLD_RELEASES, api_id=published.api_id, release_id=published.release_id)

    async def unpublish(self, tx: Transaction, api_id: str) -> None:
        """Forget an API: release, keys and models."""
        for statement in _REMOVE:
            await tx.execute(statement, api_id=api_id)

    async def add_key(self, tx: Transaction, api_id: str, description: str, expires_ms: int) -> str:
        """Make a key and answer it."""
        key = new_key()
        await tx.execute(
            _ADD_KEY,
            api_id=api_id,
            digest=digest_of(key),
            sealed=self._sealer.seal(key.encode(), _context(api_id)),
            description=description,
            expires_ms=expires_ms,
        )
        return key

    async def extend_key(self, tx: Transaction, api_id: str, key: str, expires_ms: int) -> bool:
        """Let a key expire at another moment; False if the API has no such key."""
        return await tx.execute(_EXTEND_KEY, of=api_id, key=digest_of(key), until=expires_ms) > 0

    async def remove_key(self, tx: Transaction, api_id: str, key: str) -> bool:
        """Take a key away; False if the API has no such key."""
        return await tx.execute(_REMOVE_KEY, api_id=api_id, digest=digest_of(key)) > 0

    async def keys(self, reader: Database | Transaction, api_id: str) -> list[KnownKey]:
        """Answer an API's keys, the first to expire first."""
        return [self._known(api_id, row) for row in await reader.rows(_KEYS, api_id=api_id)]

    def _known(self, api_id: str, row: Row) -> KnownKey:
        key = self._sealer.open(bytes(row[1]), _context(api_id)).decode()
        return KnownKey(key=key, description=row[2], expires_ms=row[3])

    async def set_models(
        self, tx: Transaction, api_id: str, release_id: str, introspection: str, datastore: str
    ) -> None:
        """Keep what codegen made of a release."""
        await tx.execute(
            _PUT_MODELS, api_id=api_id, release_id=release_id, introspection=introspection, datastore=datastore
        )

    async def models(self, reader: Database | Transaction, api_id: str) -> GeneratedModels | None:
        """Answer the models kept, and whether they are of the release that is served."""
        row = await reader.row(_MODELS, api_id=api_id)
        if row is None:
            return None
        return GeneratedModels(introspection=row[1], datastore=row[2], latest=row[0] == row[3])


def _context(api_id: str) -> str:
    return f"graphql_api_key {api_id}"
