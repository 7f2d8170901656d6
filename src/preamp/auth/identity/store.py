"""Tables and questions of identities. Times are milliseconds since 1970 UTC; settings are JSON text."""

import msgspec
import sqlalchemy as sa
from msgspec import Struct

from preamp.auth.identity.model import RoleMapping
from preamp.db import Reader, Row, Statement, insert, upsert

tables = sa.MetaData()

identity_table = sa.Table(
    "auth_identity",
    tables,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("identity_pool_id", sa.Text, nullable=False),
    sa.Column("enabled", sa.BigInteger, nullable=False),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
    sa.Column("updated_ms", sa.BigInteger, nullable=False),
    sa.Index("auth_identity_by_pool", "identity_pool_id", "id"),
)
login_table = sa.Table(
    "auth_identity_login",
    tables,
    sa.Column("identity_pool_id", sa.Text, primary_key=True),
    sa.Column("provider", sa.Text, primary_key=True),
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("identity_id", sa.Text, nullable=False, index=True),
)
settings_table = sa.Table(
    "auth_identity_settings",
    tables,
    sa.Column("identity_pool_id", sa.Text, primary_key=True),
    sa.Column("settings", sa.Text, nullable=False),
)
key_table = sa.Table(
    "auth_identity_key",
    tables,
    sa.Column("kid", sa.Text, primary_key=True),
    sa.Column("private", sa.LargeBinary, nullable=False),
    sa.Column("public", sa.Text, nullable=False),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
)


class Identity(Struct, frozen=True):
    """One identity: a guest while it has no logins."""

    id: str
    identity_pool_id: str
    enabled: bool
    created_ms: int
    updated_ms: int


class Login(Struct, frozen=True):
    """A user of a provider that an identity is linked with; `subject` is the user's `sub`."""

    provider: str
    subject: str
    identity_id: str


class Settings(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an identity pool has besides its name, its guests and its clients. `unchecked` are clients without check."""

    allow_classic_flow: bool = False
    supported_login_providers: dict[str, str] = {}
    developer_provider_name: str | None = None
    open_id_connect_provider_arns: tuple[str, ...] = ()
    saml_provider_arns: tuple[str, ...] = ()
    tags: dict[str, str] = {}
    roles: dict[str, str] | None = None
    role_mappings: dict[str, RoleMapping] | None = None
    checked_clients: tuple[str, ...] = ()


insert_identity = insert(identity_table)
put_login = upsert(login_table, update=[])
put_settings = upsert(settings_table)
put_key = upsert(key_table, update=[])

_ID = sa.bindparam("id", type_=sa.Text)
_POOL = sa.bindparam("identity_pool_id", type_=sa.Text)
_NOW = sa.bindparam("now", type_=sa.BigInteger)

_identity = Statement(sa.select(identity_table).where(identity_table.c.id == _ID))
_identities = Statement(
    sa.select(identity_table)
    .where(
        identity_table.c.identity_pool_id == _POOL,
        identity_table.c.id > sa.bindparam("after", type_=sa.Text),
        identity_table.c.enabled >= sa.bindparam("least", type_=sa.BigInteger),
    )
    .order_by(identity_table.c.id)
    .limit(sa.bindparam("count", type_=sa.BigInteger))
)
_login = Statement(
    sa.select(login_table.c.provider, login_table.c.subject, login_table.c.identity_id).where(
        login_table.c.identity_pool_id == _POOL,
        login_table.c.provider == sa.bindparam("provider"),
        login_table.c.subject == sa.bindparam("subject"),
    )
)
_logins = Statement(
    sa.select(login_table.c.provider, login_table.c.subject, login_table.c.identity_id)
    .where(login_table.c.identity_id == _ID)
    .order_by(login_table.c.provider, login_table.c.subject)
)
_settings = Statement(sa.select(settings_table.c.settings).where(settings_table.c.identity_pool_id == _POOL))
newest_keys = Statement(sa.select(key_table).order_by(key_table.c.created_ms, key_table.c.kid))
disable = Statement(sa.update(identity_table).where(identity_table.c.id == _ID).values(enabled=0, updated_ms=_NOW))
touch = Statement(sa.update(identity_table).where(identity_table.c.id == _ID).values(updated_ms=_NOW))
unlink = Statement(
    sa.delete(login_table).where(
        login_table.c.identity_id == _ID,
        login_table.c.provider == sa.bindparam("provider"),
        login_table.c.subject == sa.bindparam("subject"),
    )
)
delete_identity = (
    Statement(sa.delete(login_table).where(login_table.c.identity_id == _ID)),
    Statement(sa.delete(identity_table).where(identity_table.c.id == _ID)),
)


async def identity(reader: Reader, identity_id: str) -> Identity | None:
    """The identity, None where there is none."""
    row = await reader.row(_identity, id=identity_id)
    return None if row is None else _identity_of(row)


async def identities(
    reader: Reader, identity_pool_id: str, *, after: str, count: int, hide_disabled: bool
) -> list[Identity]:
    """A pool's identities by id, those behind `after`."""
    rows = await reader.rows(
        _identities, identity_pool_id=identity_pool_id, after=after, count=count, least=int(hide_disabled)
    )
    return [_identity_of(row) for row in rows]


async def login(reader: Reader, identity_pool_id: str, provider: str, subject: str) -> Login | None:
    """The link of a user, None where the pool knows none."""
    row = await reader.row(_login, identity_pool_id=identity_pool_id, provider=provider, subject=subject)
    return None if row is None else Login(*row)


async def logins(reader: Reader, identity_id: str) -> list[Login]:
    """The links of an identity."""
    return [Login(*row) for row in await reader.rows(_logins, id=identity_id)]


async def settings(reader: Reader, identity_pool_id: str) -> Settings:
    """The settings of a pool; a pool without any has the plain ones."""
    row = await reader.row(_settings, identity_pool_id=identity_pool_id)
    return Settings() if row is None else msgspec.json.decode(row[0], type=Settings)


def _identity_of(row: Row) -> Identity:
    identity_id, identity_pool_id, enabled, created_ms, updated_ms = row
    return Identity(identity_id, identity_pool_id, bool(enabled), created_ms, updated_ms)
