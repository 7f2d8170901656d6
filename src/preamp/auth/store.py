"""Tables and questions of the auth room. Times are milliseconds since 1970 UTC; settings are JSON text."""

import msgspec
import sqlalchemy as sa

from preamp.auth.idp.model import UserPoolClientType
from preamp.auth.pool import Client, Pool
from preamp.auth.pool_config import PoolConfig, read_client, read_pool
from preamp.auth.pool_config import client_config as made_client_config
from preamp.auth.pool_config import pool_config as made_pool_config
from preamp.auth.records import AppClient, ClientKind, ClientOAuth, IdentityPool, IdentityProvider, Owner, UserPool
from preamp.auth.settings import PoolSettings
from preamp.db import Reader, Row, Statement, insert, upsert

tables = sa.MetaData()

pool_table = sa.Table(
    "auth_user_pool",
    tables,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("app_id", sa.Text, nullable=False),
    sa.Column("environment", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("settings", sa.Text, nullable=False),
    sa.Column("secrets", sa.LargeBinary),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
    sa.Column("updated_ms", sa.BigInteger, nullable=False),
    # Columns of later revisions stand last, where ALTER TABLE puts them.
    sa.Column("config", sa.Text),
    sa.Index("auth_user_pool_owner", "app_id", "environment"),
)
domain_table = sa.Table(
    "auth_domain",
    tables,
    sa.Column("prefix", sa.Text, primary_key=True),
    sa.Column("user_pool_id", sa.Text, sa.ForeignKey("auth_user_pool.id"), nullable=False, index=True),
)
client_table = sa.Table(
    "auth_app_client",
    tables,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("user_pool_id", sa.Text, sa.ForeignKey("auth_user_pool.id"), nullable=False, index=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("secret", sa.LargeBinary),
    sa.Column("o_auth", sa.Text),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
    sa.Column("config", sa.Text),
    sa.Column("updated_ms", sa.BigInteger),
)
group_table = sa.Table(
    "auth_group",
    tables,
    sa.Column("user_pool_id", sa.Text, sa.ForeignKey("auth_user_pool.id"), primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
    sa.Column("description", sa.Text),
    sa.Column("precedence", sa.BigInteger),
    sa.Column("role_arn", sa.Text),
    sa.Column("updated_ms", sa.BigInteger),
)
identity_pool_table = sa.Table(
    "auth_identity_pool",
    tables,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("user_pool_id", sa.Text, sa.ForeignKey("auth_user_pool.id"), index=True),
    sa.Column("app_id", sa.Text, nullable=False),
    sa.Column("environment", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("unauthenticated_login", sa.BigInteger, nullable=False),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
    sa.Index("auth_identity_pool_owner", "app_id", "environment"),
)
provider_table = sa.Table(
    "auth_identity_provider",
    tables,
    sa.Column("identity_pool_id", sa.Text, sa.ForeignKey("auth_identity_pool.id"), primary_key=True),
    sa.Column("client_id", sa.Text, sa.ForeignKey("auth_app_client.id"), primary_key=True, index=True),
    sa.Column("user_pool_id", sa.Text, sa.ForeignKey("auth_user_pool.id"), nullable=False),
)

put_pool = upsert(pool_table, update=["name", "settings", "secrets", "updated_ms", "config"])
claim_domain = upsert(domain_table, update=[])
insert_client = insert(client_table)
put_client = upsert(client_table, update=["name", "o_auth", "config", "updated_ms"])
put_group = upsert(group_table, update=[])
put_identity_pool = upsert(identity_pool_table, update=["name", "unauthenticated_login"])
put_provider = upsert(provider_table, update=[])

_ID = sa.bindparam("id", type_=sa.Text)
_POOL_COLUMNS = [
    pool_table.c[n] for n in ("id", "app_id", "environment", "name", "settings", "created_ms", "updated_ms")
]

_pool = Statement(sa.select(*_POOL_COLUMNS).where(pool_table.c.id == _ID))
_pools_of = Statement(
    sa.select(*_POOL_COLUMNS)
    .where(pool_table.c.app_id == sa.bindparam("app_id"), pool_table.c.environment == sa.bindparam("environment"))
    .order_by(pool_table.c.created_ms, pool_table.c.id)
)
_pool_config = Statement(
    sa.select(pool_table.c.config, pool_table.c.name, pool_table.c.settings).where(pool_table.c.id == _ID)
)
_client_config = Statement(
    sa.select(client_table.c.config, client_table.c.name, client_table.c.o_auth).where(client_table.c.id == _ID)
)
POOL_SERVED = [pool_table.c[n] for n in ("id", "name", "settings", "config", "created_ms", "updated_ms")]
CLIENT_SERVED = [
    client_table.c[n] for n in ("id", "user_pool_id", "name", "secret", "o_auth", "config", "created_ms", "updated_ms")
]
_served_pool = Statement(sa.select(*POOL_SERVED).where(pool_table.c.id == _ID))
_served_pools = Statement(sa.select(*POOL_SERVED).order_by(pool_table.c.id))
_served_client = Statement(
    sa.select(*POOL_SERVED, *CLIENT_SERVED)
    .select_from(client_table.join(pool_table, pool_table.c.id == client_table.c.user_pool_id))
    .where(client_table.c.id == _ID)
)
_served_clients = Statement(
    sa.select(*CLIENT_SERVED).where(client_table.c.user_pool_id == _ID).order_by(client_table.c.name, client_table.c.id)
)
_pool_ids = Statement(sa.select(pool_table.c.id))
_secrets = Statement(sa.select(pool_table.c.secrets).where(pool_table.c.id == _ID))
_domain_holder = Statement(
    sa.select(domain_table.c.user_pool_id).where(domain_table.c.prefix == sa.bindparam("prefix"))
)
_domain_of = Statement(sa.select(domain_table.c.prefix).where(domain_table.c.user_pool_id == _ID))
_CLIENT_COLUMNS = [client_table.c[n] for n in ("id", "user_pool_id", "name", "kind", "secret", "o_auth", "created_ms")]
_client = Statement(sa.select(*_CLIENT_COLUMNS).where(client_table.c.id == _ID))
_clients = Statement(sa.select(*_CLIENT_COLUMNS).where(client_table.c.user_pool_id == _ID).order_by(client_table.c.id))
_groups = Statement(sa.select(group_table.c.name).where(group_table.c.user_pool_id == _ID))
_identity_pool = Statement(sa.select(identity_pool_table).where(identity_pool_table.c.id == _ID))
_identity_pools = Statement(
    sa.select(identity_pool_table)
    .where(identity_pool_table.c.user_pool_id == _ID)
    .order_by(identity_pool_table.c.created_ms, identity_pool_table.c.id)
)
_identity_pool_ids = Statement(sa.select(identity_pool_table.c.id))
_providers = Statement(
    sa.select(provider_table.c.user_pool_id, provider_table.c.client_id)
    .where(provider_table.c.identity_pool_id == _ID)
    .order_by(provider_table.c.client_id)
)

change_pool = Statement(
    sa.update(pool_table)
    .where(pool_table.c.id == _ID)
    .values({name: sa.bindparam(f"new_{name}") for name in ("settings", "secrets", "updated_ms", "config")})
)
write_pool = Statement(
    sa.update(pool_table)
    .where(pool_table.c.id == _ID)
    .values({name: sa.bindparam(f"new_{name}") for name in ("name", "settings", "config", "updated_ms")})
)
release_domains = Statement(
    sa.delete(domain_table).where(domain_table.c.user_pool_id == _ID, domain_table.c.prefix != sa.bindparam("keep"))
)
set_client_o_auth = Statement(
    sa.update(client_table)
    .where(client_table.c.id == _ID)
    .values(o_auth=sa.bindparam("value"), config=sa.bindparam("new_config"), updated_ms=sa.bindparam("now_ms"))
)
set_unauthenticated_login = Statement(
    sa.update(identity_pool_table)
    .where(identity_pool_table.c.user_pool_id == _ID)
    .values(unauthenticated_login=sa.bindparam("value"))
)
delete_providers = Statement(sa.delete(provider_table).where(provider_table.c.identity_pool_id == _ID))
# The rows of auth/identity/store.py, named here so that provisioning does not load that service.
_of_identity_pools = tuple(
    sa.table(name, sa.column("identity_pool_id", sa.Text))
    for name in ("auth_identity_login", "auth_identity", "auth_identity_settings")
)
delete_identity_pool = (
    *(Statement(sa.delete(table).where(table.c.identity_pool_id == _ID)) for table in _of_identity_pools),
    delete_providers,
    Statement(sa.delete(identity_pool_table).where(identity_pool_table.c.id == _ID)),
)
_own_identity_pools = sa.select(identity_pool_table.c.id).where(identity_pool_table.c.user_pool_id == _ID)
# Children first: the foreign keys are checked row by row.
delete_pool = (
    *(
        Statement(sa.delete(table).where(table.c.identity_pool_id.in_(_own_identity_pools)))
        for table in _of_identity_pools
    ),
    Statement(
        sa.delete(provider_table).where(
            sa.or_(provider_table.c.user_pool_id == _ID, provider_table.c.identity_pool_id.in_(_own_identity_pools))
        )
    ),
    *(
        Statement(sa.delete(table).where(table.c.user_pool_id == _ID))
        for table in (identity_pool_table, group_table, client_table, domain_table)
    ),
    Statement(sa.delete(pool_table).where(pool_table.c.id == _ID)),
)


async def pool(reader: Reader, user_pool_id: str) -> UserPool | None:
    """The user pool, None where there is none."""
    row = await reader.row(_pool, id=user_pool_id)
    return None if row is None else _user_pool(row)


async def pool_config(reader: Reader, user_pool_id: str) -> PoolConfig | None:
    """The pool's configuration in Cognito's terms, None where there is no pool."""
    row = await reader.row(_pool_config, id=user_pool_id)
    return None if row is None else pool_config_of(*row)


async def client_config(reader: Reader, client_id: str) -> UserPoolClientType | None:
    """The app client's configuration in Cognito's terms, None where there is none."""
    row = await reader.row(_client_config, id=client_id)
    return None if row is None else client_config_of(*row)


def pool_config_of(config: str | None, name: str, settings: str) -> PoolConfig:
    """The configuration of a pool's row; pools from before there was one have it made from their settings."""
    if config is not None:
        return read_pool(config)
    return made_pool_config(name, msgspec.json.decode(settings, type=PoolSettings))


def client_config_of(config: str | None, name: str, o_auth: str | None) -> UserPoolClientType:
    """The configuration of an app client's row, made from its OAuth settings where it has none."""
    if config is not None:
        return read_client(config)
    return made_client_config(name, None if o_auth is None else msgspec.json.decode(o_auth, type=ClientOAuth))


async def served_pool(reader: Reader, user_pool_id: str) -> Pool | None:
    """The pool as requests need it, None where there is none."""
    row = await reader.row(_served_pool, id=user_pool_id)
    return None if row is None else pool_of(row)


async def served_client(reader: Reader, client_id: str) -> tuple[Pool, Client] | None:
    """An app client and its pool, None where there is none."""
    row = await reader.row(_served_client, id=client_id)
    return None if row is None else (pool_of(row[: len(POOL_SERVED)]), client_of(row[len(POOL_SERVED) :]))


async def served_clients(reader: Reader, user_pool_id: str) -> list[Client]:
    """The app clients of a pool, by name."""
    return [client_of(row) for row in await reader.rows(_served_clients, id=user_pool_id)]


async def served_pools(reader: Reader) -> list[Pool]:
    """All pools, by id."""
    return [pool_of(row) for row in await reader.rows(_served_pools)]


def pool_of(row: Row) -> Pool:
    """The pool of a row of `POOL_SERVED`."""
    pool_id, name, settings, config, created_ms, updated_ms = row
    return Pool(
        id=pool_id,
        name=name,
        config=pool_config_of(config, name, settings),
        created_ms=created_ms,
        updated_ms=updated_ms,
    )


def client_of(row: Row) -> Client:
    """The app client of a row of `CLIENT_SERVED`."""
    client_id, pool_id, name, secret, o_auth, config, created_ms, updated_ms = row
    return Client(
        id=client_id,
        user_pool_id=pool_id,
        config=client_config_of(config, name, o_auth),
        secret=None if secret is None else bytes(secret),
        created_ms=created_ms,
        updated_ms=created_ms if updated_ms is None else updated_ms,
    )


async def pools_of(reader: Reader, owner: Owner) -> list[UserPool]:
    """The user pools of one environment, oldest first."""
    rows = await reader.rows(_pools_of, app_id=owner.app_id, environment=owner.environment)
    return [_user_pool(row) for row in rows]


async def pool_ids(reader: Reader) -> list[str]:
    """The ids of all user pools, sorted."""
    return sorted(row[0] for row in await reader.rows(_pool_ids))


async def sealed_secrets(reader: Reader, user_pool_id: str) -> bytes | None:
    """The pool's secrets as sealed, None where it has none (or is none)."""
    row = await reader.row(_secrets, id=user_pool_id)
    return None if row is None or row[0] is None else bytes(row[0])


async def domain_holder(reader: Reader, prefix: str) -> str | None:
    """Id of the pool whose hosted UI has this prefix."""
    row = await reader.row(_domain_holder, prefix=prefix)
    return None if row is None else str(row[0])


async def domain_of(reader: Reader, user_pool_id: str) -> str | None:
    """The domain prefix of a pool's hosted UI."""
    row = await reader.row(_domain_of, id=user_pool_id)
    return None if row is None else str(row[0])


async def client(reader: Reader, client_id: str) -> AppClient | None:
    """The app client, None where there is none."""
    row = await reader.row(_client, id=client_id)
    return None if row is None else _app_client(row)


async def clients(reader: Reader, user_pool_id: str) -> list[AppClient]:
    """The app clients of a pool, by id."""
    return [_app_client(row) for row in await reader.rows(_clients, id=user_pool_id)]


async def groups(reader: Reader, user_pool_id: str) -> list[str]:
    """The names of a pool's groups, sorted."""
    return sorted(row[0] for row in await reader.rows(_groups, id=user_pool_id))


async def identity_pool(reader: Reader, identity_pool_id: str) -> IdentityPool | None:
    """The identity pool with its providers, None where there is none."""
    row = await reader.row(_identity_pool, id=identity_pool_id)
    return None if row is None else await _with_providers(reader, row)


async def identity_pools(reader: Reader, user_pool_id: str) -> list[IdentityPool]:
    """The identity pools provisioned with a user pool, oldest first."""
    return [await _with_providers(reader, row) for row in await reader.rows(_identity_pools, id=user_pool_id)]


async def identity_pool_ids(reader: Reader) -> list[str]:
    """The ids of all identity pools, sorted."""
    return sorted(row[0] for row in await reader.rows(_identity_pool_ids))


def _user_pool(row: Row) -> UserPool:
    pool_id, app_id, environment, name, settings, created_ms, updated_ms = row
    return UserPool(
        id=pool_id,
        owner=Owner(app_id, environment),
        name=name,
        settings=msgspec.json.decode(settings, type=PoolSettings),
        created_ms=created_ms,
        updated_ms=updated_ms,
    )


def _app_client(row: Row) -> AppClient:
    client_id, pool_id, name, kind, secret, o_auth, created_ms = row
    return AppClient(
        id=client_id,
        user_pool_id=pool_id,
        name=name,
        kind=msgspec.convert(kind, ClientKind),
        has_secret=secret is not None,
        o_auth=None if o_auth is None else msgspec.json.decode(o_auth, type=ClientOAuth),
        created_ms=created_ms,
    )


async def _with_providers(reader: Reader, row: Row) -> IdentityPool:
    identity_pool_id, pool_id, app_id, environment, name, unauthenticated_login, created_ms = row
    providers = await reader.rows(_providers, id=identity_pool_id)
    return IdentityPool(
        id=identity_pool_id,
        owner=Owner(app_id, environment),
        user_pool_id=pool_id,
        name=name,
        unauthenticated_login=bool(unauthenticated_login),
        providers=tuple(IdentityProvider(*provider) for provider in providers),
        created_ms=created_ms,
    )
