"""User pools and identity pools as stored. Times are milliseconds since 1970 UTC; settings are JSON text."""

import msgspec

from preamp.auth import questions
from preamp.auth.records import AppClient, ClientKind, ClientOAuth, IdentityPool, IdentityProvider, Owner, UserPool
from preamp.auth.settings import PoolSettings
from preamp.db import Reader, Row


async def pool(reader: Reader, user_pool_id: str) -> UserPool | None:
    """The user pool, None where there is none."""
    row = await reader.row(questions.pool, id=user_pool_id)
    return None if row is None else _user_pool(row)


async def pools_of(reader: Reader, owner: Owner) -> list[UserPool]:
    """The user pools of one environment, oldest first."""
    rows = await reader.rows(questions.pools_of, app_id=owner.app_id, environment=owner.environment)
    return [_user_pool(row) for row in rows]


async def pool_ids(reader: Reader) -> list[str]:
    """The ids of all user pools, sorted."""
    return sorted(row[0] for row in await reader.rows(questions.pool_ids))


async def sealed_secrets(reader: Reader, user_pool_id: str) -> bytes | None:
    """The pool's secrets as sealed, None where it has none (or is none)."""
    row = await reader.row(questions.secrets, id=user_pool_id)
    return None if row is None or row[0] is None else bytes(row[0])


async def domain_holder(reader: Reader, prefix: str) -> str | None:
    """Id of the pool whose hosted UI has this prefix."""
    row = await reader.row(questions.domain_holder, prefix=prefix)
    return None if row is None else str(row[0])


async def client(reader: Reader, client_id: str) -> AppClient | None:
    """The app client, None where there is none."""
    row = await reader.row(questions.client, id=client_id)
    return None if row is None else _app_client(row)


async def clients(reader: Reader, user_pool_id: str) -> list[AppClient]:
    """The app clients of a pool, by id."""
    return [_app_client(row) for row in await reader.rows(questions.clients, id=user_pool_id)]


async def groups(reader: Reader, user_pool_id: str) -> list[str]:
    """The names of a pool's groups, sorted."""
    return sorted(row[0] for row in await reader.rows(questions.groups, id=user_pool_id))


async def identity_pool(reader: Reader, identity_pool_id: str) -> IdentityPool | None:
    """The identity pool with its providers, None where there is none."""
    row = await reader.row(questions.identity_pool, id=identity_pool_id)
    return None if row is None else await _with_providers(reader, row)


async def identity_pools(reader: Reader, user_pool_id: str) -> list[IdentityPool]:
    """The identity pools provisioned with a user pool, oldest first."""
    return [await _with_providers(reader, row) for row in await reader.rows(questions.identity_pools, id=user_pool_id)]


async def identity_pool_ids(reader: Reader) -> list[str]:
    """The ids of all identity pools, sorted."""
    return sorted(row[0] for row in await reader.rows(questions.identity_pool_ids))


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
    providers = await reader.rows(questions.providers, id=identity_pool_id)
    return IdentityPool(
        id=identity_pool_id,
        owner=Owner(app_id, environment),
        user_pool_id=pool_id,
        name=name,
        unauthenticated_login=bool(unauthenticated_login),
        providers=tuple(IdentityProvider(*provider) for provider in providers),
        created_ms=created_ms,
    )
