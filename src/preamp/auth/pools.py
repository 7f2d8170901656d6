"""Provisioning, changing, reading and removing user pools and what belongs to them."""

import enum
from collections.abc import Sequence
from typing import Final

import msgspec

from preamp.auth import store
from preamp.auth.imports import identity_pool_problem, import_problems
from preamp.auth.keys import SEALED_FOR, NewKey, put_keys
from preamp.auth.pool_config import client_config, pool_config
from preamp.auth.records import (
    AppClient,
    ClientOAuth,
    IdentityPool,
    IdentityPoolRequest,
    Owner,
    PoolRequest,
    UserPool,
    client_o_auth,
)
from preamp.auth.settings import PoolSecrets, PoolSettings, joined_secrets
from preamp.auth.user_store import delete_pool_users
from preamp.db import Reader, Transaction
from preamp.kit.clock import Clock
from preamp.kit.seal import Sealer

_NO_PREFIX = ""


class Keep(enum.Enum):
    """The one value that says: leave it as it is (None says: there shall be none)."""

    KEEP = "keep"


KEEP: Final = Keep.KEEP


class NoSuchPool(LookupError):
    """There is no user pool of this id."""


class DomainTaken(Exception):
    """Another user pool's hosted UI has this domain prefix."""


class IdTaken(Exception):
    """A pool, client or identity pool of this id exists for something else: ids are never moved."""


class ImmutableSetting(Exception):
    """The sign-in method and the required sign-up attributes never change after creation."""


class Auth:
    """User pools, app clients and identity pools. Each write happens in the caller's transaction.

    Repeating a call with the same ids leaves the same records, so a workflow's step may run twice. A write is made
    before it is checked for rivals, so that two at once cannot both pass: after any error the transaction must end.
    """

    def __init__(self, sealer: Sealer, clock: Clock) -> None:
        self._sealer = sealer.purpose("auth-pool-secrets")
        self._key_sealer = sealer.purpose(SEALED_FOR)
        self._clock = clock

    async def provision_pool(self, tx: Transaction, request: PoolRequest, keys: Sequence[NewKey] = ()) -> None:
        """Make the pool, its two app clients, its groups and its identity pool.

        `keys` are the pool's first signing keys (`make_keys`); without them they are made at first use.
        `request.settings` have passed `check_settings`. Raises DomainTaken, IdTaken.
        """
        now = self._clock.now_ms()
        secrets = joined_secrets(PoolSecrets(), request.secrets, request.settings)
        await self._put_pool(tx, request, secrets, now)
        await put_keys(tx, self._key_sealer, request.user_pool_id, keys)
        await self._put_clients(tx, request, now)
        await self._set_domain(tx, request.user_pool_id, request.settings.domain_prefix)
        for name in request.groups:
            await tx.execute(
                store.put_group,
                user_pool_id=request.user_pool_id,
                name=name,
                created_ms=now,
                description=None,
                precedence=None,
                role_arn=None,
                updated_ms=now,
            )
        if request.identity_pool is not None:
            await self._put_identity_pool(tx, request.user_pool_id, request.owner, request.identity_pool, now)

    async def update_pool(
        self,
        tx: Transaction,
        user_pool_id: str,
        settings: PoolSettings,
        secrets: PoolSecrets | None = None,
        *,
        unauthenticated_login: bool | None = None,
        identity_pool: IdentityPoolRequest | Keep | None = KEEP,
    ) -> None:
        """Replace the pool's settings by `settings` (whole, checked), for the pool and both its clients.

        Given secrets replace stored ones; those of providers no longer set are dropped. `identity_pool` None removes
        the pool's identity pool, a request makes or renames it. `unauthenticated_login` None leaves that as it is.
        Raises NoSuchPool, ImmutableSetting, DomainTaken, IdTaken.
        """
        pool = await store.pool(tx, user_pool_id)
        if pool is None:
            raise NoSuchPool(user_pool_id)
        _refuse_immutable(pool.settings, settings)
        joined = joined_secrets(await self.secrets_of(tx, user_pool_id), secrets, settings)
        now = self._clock.now_ms()
        changed = await tx.execute(
            store.change_pool,
            id=user_pool_id,
            new_settings=_json(settings),
            new_secrets=self._sealed(user_pool_id, joined),
            new_updated_ms=now,
            new_config=_json(pool_config(pool.name, settings, await store.pool_config(tx, user_pool_id))),
        )
        if not changed:  # deleted since the read
            raise NoSuchPool(user_pool_id)
        await self._set_domain(tx, user_pool_id, settings.domain_prefix)
        await self._set_clients_o_auth(tx, user_pool_id, client_o_auth(settings), now)
        if identity_pool is not KEEP:
            await self._replace_identity_pool(tx, pool, identity_pool, now)
        if unauthenticated_login is not None:
            await tx.execute(store.set_unauthenticated_login, id=user_pool_id, value=int(unauthenticated_login))

    async def delete_pool(self, tx: Transaction, user_pool_id: str) -> None:
        """Remove the pool and all that belongs to it; nothing happens where there is none."""
        for statement in (*delete_pool_users, *store.delete_pool):
            await tx.execute(statement, id=user_pool_id)

    async def delete_identity_pool(self, tx: Transaction, identity_pool_id: str) -> None:
        """Remove the identity pool; nothing happens where there is none."""
        for statement in store.delete_identity_pool:
            await tx.execute(statement, id=identity_pool_id)

    async def pool(self, reader: Reader, user_pool_id: str) -> UserPool | None:
        """The user pool, None where there is none."""
        return await store.pool(reader, user_pool_id)

    async def pools_of(self, reader: Reader, owner: Owner) -> list[UserPool]:
        """The user pools of one environment, oldest first."""
        return await store.pools_of(reader, owner)

    async def all_pool_ids(self, reader: Reader) -> list[str]:
        """The ids of all user pools, sorted."""
        return await store.pool_ids(reader)

    async def clients(self, reader: Reader, user_pool_id: str) -> list[AppClient]:
        """The app clients of a pool, by id."""
        return await store.clients(reader, user_pool_id)

    async def groups(self, reader: Reader, user_pool_id: str) -> list[str]:
        """The names of a pool's groups, sorted."""
        return await store.groups(reader, user_pool_id)

    async def identity_pool(self, reader: Reader, identity_pool_id: str) -> IdentityPool | None:
        """The identity pool, None where there is none."""
        return await store.identity_pool(reader, identity_pool_id)

    async def identity_pools(self, reader: Reader, user_pool_id: str) -> list[IdentityPool]:
        """The identity pools provisioned with a user pool (one at most, by this face)."""
        return await store.identity_pools(reader, user_pool_id)

    async def all_identity_pool_ids(self, reader: Reader) -> list[str]:
        """The ids of all identity pools, sorted."""
        return await store.identity_pool_ids(reader)

    async def secrets_of(self, reader: Reader, user_pool_id: str) -> PoolSecrets:
        """The social providers' secrets in clear: for the hosted UI and for cloning, never for an answer.

        Raises BrokenSealError when they were sealed under another install key.
        """
        sealed = await store.sealed_secrets(reader, user_pool_id)
        if sealed is None:
            return PoolSecrets()
        return msgspec.json.decode(self._sealer.open(sealed, user_pool_id), type=PoolSecrets)

    async def domain_taken(self, reader: Reader, prefix: str, except_pool_id: str | None = None) -> bool:
        """Whether another pool than `except_pool_id` has this prefix."""
        holder = await store.domain_holder(reader, prefix)
        return holder is not None and holder != except_pool_id

    async def check_import(
        self,
        reader: Reader,
        *,
        user_pool_id: str,
        web_client_id: str,
        native_client_id: str,
        identity_pool_id: str | None = None,
    ) -> list[str]:
        """Why these cannot be imported together, empty when they can; each problem begins with a wire member."""
        if await store.pool(reader, user_pool_id) is None:
            return [f"userPoolId: there is no user pool {user_pool_id!r}"]
        clients = await store.clients(reader, user_pool_id)
        problems = list(import_problems(user_pool_id, clients, web_client_id, native_client_id))
        if identity_pool_id is not None:
            found = await store.identity_pool(reader, identity_pool_id)
            client_ids = (web_client_id, native_client_id)
            problem = identity_pool_problem(identity_pool_id, found, user_pool_id, client_ids)
            problems += [] if problem is None else [problem]
        return problems

    async def _put_pool(self, tx: Transaction, request: PoolRequest, secrets: PoolSecrets, now: int) -> None:
        await tx.execute(
            store.put_pool,
            id=request.user_pool_id,
            app_id=request.owner.app_id,
            environment=request.owner.environment,
            name=request.user_pool_name,
            settings=_json(request.settings),
            secrets=self._sealed(request.user_pool_id, secrets),
            created_ms=now,
            updated_ms=now,
            config=_json(pool_config(request.user_pool_name, request.settings)),
        )
        found = await store.pool(tx, request.user_pool_id)
        if found is None or found.owner != request.owner:
            raise IdTaken(f"user pool {request.user_pool_id!r} belongs to another environment")

    async def _put_clients(self, tx: Transaction, request: PoolRequest, now: int) -> None:
        o_auth = client_o_auth(request.settings)
        for client_id, name, kind in (
            (request.web_client_id, request.web_client_name, "web"),
            (request.native_client_id, request.native_client_name, "native"),
        ):
            await tx.execute(
                store.put_client,
                id=client_id,
                user_pool_id=request.user_pool_id,
                name=name,
                kind=kind,
                secret=None,
                o_auth=_json_or_none(o_auth),
                created_ms=now,
                config=_json(client_config(name, o_auth)),
                updated_ms=now,
            )
            found = await store.client(tx, client_id)
            if found is None or (found.user_pool_id, found.kind) != (request.user_pool_id, kind):
                raise IdTaken(f"app client {client_id!r} is in use")

    async def _set_clients_o_auth(
        self, tx: Transaction, user_pool_id: str, o_auth: ClientOAuth | None, now: int
    ) -> None:
        for client in await store.clients(tx, user_pool_id):
            kept = await store.client_config(tx, client.id)
            await tx.execute(
                store.set_client_o_auth,
                id=client.id,
                value=_json_or_none(o_auth),
                new_config=_json(client_config(client.name, o_auth, kept)),
                now_ms=now,
            )

    async def _set_domain(self, tx: Transaction, user_pool_id: str, prefix: str | None) -> None:
        await tx.execute(store.release_domains, id=user_pool_id, keep=prefix or _NO_PREFIX)
        if not prefix:
            return
        # The insert waits for a rival's commit, so the holder read after it is the one that stays.
        await tx.execute(store.claim_domain, prefix=prefix, user_pool_id=user_pool_id)
        if await store.domain_holder(tx, prefix) != user_pool_id:
            raise DomainTaken(f"the domain prefix {prefix!r} is taken by another user pool")

    async def _put_identity_pool(
        self, tx: Transaction, user_pool_id: str, owner: Owner, request: IdentityPoolRequest, now: int
    ) -> None:
        await tx.execute(
            store.put_identity_pool,
            id=request.identity_pool_id,
            user_pool_id=user_pool_id,
            app_id=owner.app_id,
            environment=owner.environment,
            name=request.name,
            unauthenticated_login=int(request.unauthenticated_login),
            created_ms=now,
        )
        found = await store.identity_pool(tx, request.identity_pool_id)
        if found is None or found.user_pool_id != user_pool_id:
            raise IdTaken(f"identity pool {request.identity_pool_id!r} belongs to another user pool")
        for client in await store.clients(tx, user_pool_id):
            await tx.execute(
                store.put_provider,
                identity_pool_id=request.identity_pool_id,
                client_id=client.id,
                user_pool_id=user_pool_id,
            )

    async def _replace_identity_pool(
        self, tx: Transaction, pool: UserPool, request: IdentityPoolRequest | None, now: int
    ) -> None:
        wanted = None if request is None else request.identity_pool_id
        for old in await store.identity_pools(tx, pool.id):
            if old.id != wanted:
                await self.delete_identity_pool(tx, old.id)
        if request is not None:
            await self._put_identity_pool(tx, pool.id, pool.owner, request, now)

    def _sealed(self, user_pool_id: str, secrets: PoolSecrets) -> bytes | None:
        if not secrets.by_provider():
            return None
        return self._sealer.seal(msgspec.json.encode(secrets), user_pool_id)


def _refuse_immutable(old: PoolSettings, new: PoolSettings) -> None:
    if new.sign_in_method != old.sign_in_method:
        raise ImmutableSetting(f"signInMethod is {old.sign_in_method} and never changes after creation")
    if set(new.required_sign_up_attributes) != set(old.required_sign_up_attributes):
        raise ImmutableSetting("requiredSignUpAttributes never change after creation")


def _json(value: msgspec.Struct) -> str:
    return msgspec.json.encode(value).decode()


def _json_or_none(value: msgspec.Struct | None) -> str | None:
    return None if value is None else _json(value)
