"""What the auth room's records promise, on both databases."""

import asyncio

import msgspec
import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from preamp.auth import (
    Auth,
    ClientOAuth,
    DomainTaken,
    IdentityPoolRequest,
    IdentityProvider,
    IdTaken,
    ImmutableSetting,
    NoSuchPool,
    Owner,
    PoolRequest,
    PoolSecrets,
)
from preamp.auth.settings import ProviderSecret
from preamp.auth.store import insert_client, tables
from preamp.db import Database, Statement
from preamp.kit.clock import SetClock
from preamp.kit.seal import BrokenSealError, Sealer

POOL = "eu-west-1_Aa1Bb2Cc3"
IDENTITY_POOL = "eu-west-1:idpool1"


async def provision(db: Database, auth: Auth, request: PoolRequest) -> None:
    async with db.transaction() as tx:
        await auth.provision_pool(tx, request)


async def everything(db: Database) -> dict[str, list[tuple[object, ...]]]:
    """All rows of the room but the sealed bytes, whose nonce differs each time."""
    rows = {}
    for table in tables.sorted_tables:
        columns = [column for column in table.columns if column.name != "secrets"]
        rows[table.name] = sorted(tuple(row) for row in await db.rows(Statement(sa.select(*columns))))
    return rows


def other(request: PoolRequest, prefix: str | None = "other") -> PoolRequest:
    assert request.settings.o_auth is not None
    return replace(
        request,
        owner=Owner("d999", "prod"),
        user_pool_id="eu-west-1_Other",
        web_client_id="web2",
        native_client_id="native2",
        identity_pool=IdentityPoolRequest(identity_pool_id="eu-west-1:2", name="two", unauthenticated_login=False),
        settings=replace(request.settings, o_auth=replace(request.settings.o_auth, domain_prefix=prefix)),
    )


async def test_a_provisioned_pool_is_read_back_whole(db: Database, auth: Auth, pool_request: PoolRequest) -> None:
    await provision(db, auth, pool_request)

    pool = await auth.pool(db, POOL)
    web, native = reversed(await auth.clients(db, POOL))
    identity_pool = await auth.identity_pool(db, IDENTITY_POOL)
    assert pool is not None
    assert (pool.owner, pool.name, pool.settings) == (
        pool_request.owner,
        "site_userpool-dev",
        pool_request.settings,
    )
    assert pool.created_ms == pool.updated_ms == 1_700_000_000_000
    assert (web.id, web.kind, web.name, web.has_secret) == ("web1", "web", "site_app_clientWeb", False)
    assert (native.id, native.kind, native.name, native.has_secret) == ("native1", "native", "site_app_client", False)
    assert web.o_auth == native.o_auth
    assert web.o_auth == ClientOAuth(
        grant_type="CODE",
        scopes=("EMAIL", "OPENID"),
        redirect_sign_in_uris=("https://example.org/", "myapp://"),
        redirect_sign_out_uris=("http://localhost:3000/out",),
        providers=("Google", "SignInWithApple"),
    )
    assert identity_pool is not None
    assert (identity_pool.name, identity_pool.unauthenticated_login) == ("site_identitypool__dev", True)
    assert identity_pool.providers == (IdentityProvider(POOL, "native1"), IdentityProvider(POOL, "web1"))
    assert await auth.groups(db, POOL) == ["Full access", "Manage only"]
    assert await auth.all_pool_ids(db) == [POOL]
    assert await auth.all_identity_pool_ids(db) == [IDENTITY_POOL]


async def test_provisioning_twice_leaves_the_same_rows(
    db: Database, auth: Auth, pool_request: PoolRequest, clock: SetClock
) -> None:
    await provision(db, auth, pool_request)
    once = await everything(db)

    await provision(db, auth, pool_request)

    assert await everything(db) == once
    clock.advance(1)
    await provision(db, auth, pool_request)
    pool = await auth.pool(db, POOL)
    assert pool is not None
    assert (pool.created_ms, pool.updated_ms) == (1_700_000_000_000, 1_700_000_000_001)


async def test_a_rolled_back_provisioning_leaves_nothing(db: Database, auth: Auth, pool_request: PoolRequest) -> None:
    async def fail_after_provisioning() -> None:
        async with db.transaction() as tx:
            await auth.provision_pool(tx, pool_request)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_after_provisioning()

    assert not any((await everything(db)).values())


@pytest.mark.parametrize("member", ["user_pool_id", "web_client_id", "native_client_id", "identity_pool"])
async def test_an_id_in_use_is_never_moved(db: Database, auth: Auth, pool_request: PoolRequest, member: str) -> None:
    """A request that names an id of another pool is refused and changes nothing."""
    await provision(db, auth, pool_request)
    before = await everything(db)

    with pytest.raises(IdTaken):
        await provision(db, auth, replace(other(pool_request), **{member: getattr(pool_request, member)}))

    assert await everything(db) == before


async def test_pools_are_listed_by_their_environment(db: Database, auth: Auth, pool_request: PoolRequest) -> None:
    await provision(db, auth, pool_request)
    await provision(db, auth, other(pool_request))

    assert [pool.id for pool in await auth.pools_of(db, pool_request.owner)] == [POOL]
    assert [pool.id for pool in await auth.pools_of(db, Owner("d999", "prod"))] == ["eu-west-1_Other"]
    assert await auth.pools_of(db, Owner("d999", "dev")) == []
    assert await auth.all_pool_ids(db) == [POOL, "eu-west-1_Other"]


async def test_secrets_are_sealed_at_rest_and_bound_to_their_pool(
    db: Database, auth: Auth, pool_request: PoolRequest, clock: SetClock
) -> None:
    """The secret's text is in no column; moved to another pool's row, or under another key, it does not open."""
    await provision(db, auth, pool_request)
    await provision(db, auth, other(pool_request))

    table = tables.tables["auth_user_pool"]
    row = await db.row(Statement(sa.select(table.c.secrets, table.c.settings).where(table.c.id == POOL)))
    assert row is not None
    assert b"google-secret" not in row[0]
    assert "secret" not in row[1]
    assert "private" not in row[1]
    assert (await auth.secrets_of(db, POOL)).by_provider() == {
        "Google": "google-secret",
        "SignInWithApple": "apple-private",
    }
    with pytest.raises(BrokenSealError):
        await Auth(Sealer(bytes(32)), clock).secrets_of(db, POOL)
    async with db.transaction() as tx:
        await tx.execute(
            Statement(sa.update(table).where(table.c.id == "eu-west-1_Other").values(secrets=sa.bindparam("moved"))),
            moved=bytes(row[0]),
        )
    with pytest.raises(BrokenSealError):
        await auth.secrets_of(db, "eu-west-1_Other")


async def test_a_pool_without_secrets_has_none(db: Database, auth: Auth, pool_request: PoolRequest) -> None:
    await provision(db, auth, replace(pool_request, secrets=None))

    assert await auth.secrets_of(db, POOL) == PoolSecrets()
    assert await auth.secrets_of(db, "nowhere") == PoolSecrets()


async def test_an_update_keeps_the_secrets_it_does_not_repeat(
    db: Database, auth: Auth, pool_request: PoolRequest
) -> None:
    await provision(db, auth, pool_request)

    async with db.transaction() as tx:
        given = PoolSecrets(google=ProviderSecret(client_secret="new"))
        await auth.update_pool(tx, POOL, pool_request.settings, given)

    assert (await auth.secrets_of(db, POOL)).by_provider() == {"Google": "new", "SignInWithApple": "apple-private"}


async def test_an_update_that_ends_the_hosted_ui_frees_its_domain_and_drops_the_secrets(
    db: Database, auth: Auth, pool_request: PoolRequest
) -> None:
    await provision(db, auth, pool_request)

    async with db.transaction() as tx:
        await auth.update_pool(tx, POOL, replace(pool_request.settings, o_auth=None))

    assert not await auth.domain_taken(db, "site-dev")
    assert await auth.secrets_of(db, POOL) == PoolSecrets()
    assert [client.o_auth for client in await auth.clients(db, POOL)] == [None, None]


async def test_an_update_replaces_settings_and_moves_the_time(
    db: Database, auth: Auth, pool_request: PoolRequest, clock: SetClock
) -> None:
    await provision(db, auth, pool_request)
    clock.advance(5)
    settings = replace(pool_request.settings, mfa=None)

    async with db.transaction() as tx:
        await auth.update_pool(tx, POOL, settings)

    pool = await auth.pool(db, POOL)
    assert pool is not None
    assert pool.settings == settings
    assert pool.updated_ms == pool.created_ms + 5
    assert await auth.identity_pool(db, IDENTITY_POOL) is not None


async def test_an_update_makes_changes_and_removes_the_identity_pool(
    db: Database, auth: Auth, pool_request: PoolRequest
) -> None:
    await provision(db, auth, pool_request)
    settings = pool_request.settings

    async with db.transaction() as tx:
        await auth.update_pool(tx, POOL, settings, unauthenticated_login=False)
    kept = await auth.identity_pool(db, IDENTITY_POOL)
    async with db.transaction() as tx:
        await auth.update_pool(tx, POOL, settings, identity_pool=None)
    removed = await auth.identity_pools(db, POOL)
    wanted = IdentityPoolRequest(identity_pool_id="eu-west-1:new", name="new", unauthenticated_login=True)
    async with db.transaction() as tx:
        await auth.update_pool(tx, POOL, settings, identity_pool=wanted)

    assert kept is not None
    assert not kept.unauthenticated_login
    assert removed == []
    [made] = await auth.identity_pools(db, POOL)
    assert (made.id, made.owner, made.unauthenticated_login) == ("eu-west-1:new", pool_request.owner, True)
    assert len(made.providers) == 2


async def test_what_cannot_change_is_refused(db: Database, auth: Auth, pool_request: PoolRequest) -> None:
    await provision(db, auth, pool_request)

    for settings in (
        replace(pool_request.settings, sign_in_method="USERNAME"),
        replace(pool_request.settings, required_sign_up_attributes=()),
    ):
        with pytest.raises(ImmutableSetting, match="never change"):
            async with db.transaction() as tx:
                await auth.update_pool(tx, POOL, settings)
    with pytest.raises(NoSuchPool):
        async with db.transaction() as tx:
            await auth.update_pool(tx, "nowhere", pool_request.settings)


async def test_a_domain_prefix_belongs_to_one_pool(db: Database, auth: Auth, pool_request: PoolRequest) -> None:
    await provision(db, auth, pool_request)

    with pytest.raises(DomainTaken):
        await provision(db, auth, other(pool_request, "site-dev"))

    assert await auth.domain_taken(db, "site-dev")
    assert not await auth.domain_taken(db, "site-dev", POOL)
    assert not await auth.domain_taken(db, "free")
    assert await auth.all_pool_ids(db) == [POOL]


async def test_two_pools_that_ask_at_once_do_not_both_get_the_prefix(
    db: Database, auth: Auth, pool_request: PoolRequest
) -> None:
    tries = [provision(db, auth, pool_request), provision(db, auth, other(pool_request, "site-dev"))]

    answers = await asyncio.gather(*tries, return_exceptions=True)

    assert sorted(type(answer).__name__ for answer in answers) == ["DomainTaken", "NoneType"]
    assert len(await auth.all_pool_ids(db)) == 1


async def test_changing_the_prefix_frees_the_old_one(db: Database, auth: Auth, pool_request: PoolRequest) -> None:
    await provision(db, auth, pool_request)
    assert pool_request.settings.o_auth is not None
    renamed = replace(pool_request.settings, o_auth=replace(pool_request.settings.o_auth, domain_prefix="renamed"))

    async with db.transaction() as tx:
        await auth.update_pool(tx, POOL, renamed)

    assert await auth.domain_taken(db, "renamed")
    assert not await auth.domain_taken(db, "site-dev")


async def test_deleting_a_pool_leaves_no_row_of_it_and_all_rows_of_others(
    db: Database, auth: Auth, pool_request: PoolRequest
) -> None:
    await provision(db, auth, other(pool_request))
    before = await everything(db)
    await provision(db, auth, pool_request)

    for _ in range(2):
        async with db.transaction() as tx:
            await auth.delete_pool(tx, POOL)

    assert await everything(db) == before


async def test_an_identity_pool_can_go_alone(db: Database, auth: Auth, pool_request: PoolRequest) -> None:
    await provision(db, auth, pool_request)

    for _ in range(2):
        async with db.transaction() as tx:
            await auth.delete_identity_pool(tx, IDENTITY_POOL)

    assert await auth.identity_pool(db, IDENTITY_POOL) is None
    assert await auth.all_pool_ids(db) == [POOL]


async def add_client(db: Database, auth: Auth, client_id: str, *, secret: bool, like: str | None) -> None:
    """Add a client as later issues' CreateUserPoolClient will: `like` names the client whose OAuth settings it has."""
    o_auth = next((c.o_auth for c in await auth.clients(db, POOL) if c.id == like), None)
    async with db.transaction() as tx:
        await tx.execute(
            insert_client,
            id=client_id,
            user_pool_id=POOL,
            name=client_id,
            kind="native",
            secret=b"sealed" if secret else None,
            o_auth=None if o_auth is None else msgspec.json.encode(o_auth).decode(),
            created_ms=0,
            config=None,
            updated_ms=0,
        )


async def test_an_import_of_what_belongs_together_has_no_problem(
    db: Database, auth: Auth, pool_request: PoolRequest
) -> None:
    """The native client may have a secret or be the web client itself; the identity pool is optional."""
    await provision(db, auth, pool_request)
    await add_client(db, auth, "secret1", secret=True, like="web1")

    named = {"user_pool_id": POOL, "web_client_id": "web1"}
    assert await auth.check_import(db, **named, native_client_id="native1", identity_pool_id=IDENTITY_POOL) == []
    assert await auth.check_import(db, **named, native_client_id="secret1") == []
    assert await auth.check_import(db, **named, native_client_id="web1", identity_pool_id=IDENTITY_POOL) == []


async def test_import_problems_come_in_order_and_name_the_wire_member(
    db: Database, auth: Auth, pool_request: PoolRequest
) -> None:
    await provision(db, auth, pool_request)
    await provision(db, auth, other(pool_request))
    await add_client(db, auth, "secret1", secret=True, like="web1")
    await add_client(db, auth, "plain", secret=False, like=None)

    async def members(pool: str, web: str, native: str, identity_pool: str | None = None) -> list[str]:
        problems = await auth.check_import(
            db, user_pool_id=pool, web_client_id=web, native_client_id=native, identity_pool_id=identity_pool
        )
        return [problem.split(":")[0] for problem in problems]

    assert await members("nowhere", "web1", "native1", IDENTITY_POOL) == ["userPoolId"]
    assert await members(POOL, "web2", "native1") == ["webClientId"]
    assert await members(POOL, "none", "none") == ["webClientId", "nativeClientId"]
    assert await members(POOL, "secret1", "native1") == ["webClientId"]
    assert await members(POOL, "web1", "plain") == ["nativeClientId"]
    assert await members(POOL, "web1", "native1", "nowhere") == ["identityPoolId"]
    assert await members(POOL, "web1", "native1", "eu-west-1:2") == ["identityPoolId"]
    assert await members(POOL, "web1", "secret1", IDENTITY_POOL) == ["identityPoolId"]
    assert await members(POOL, "none", "plain", "nowhere") == ["webClientId", "identityPoolId"]


async def test_a_pool_of_clients_with_secrets_has_no_web_client(
    db: Database, auth: Auth, pool_request: PoolRequest
) -> None:
    await provision(db, auth, pool_request)
    table = tables.tables["auth_app_client"]
    async with db.transaction() as tx:
        await tx.execute(Statement(sa.update(table).values(secret=sa.bindparam("sealed"))), sealed=b"sealed")

    problems = await auth.check_import(db, user_pool_id=POOL, web_client_id="web1", native_client_id="native1")

    assert [problem.split(":")[0] for problem in problems] == ["userPoolId", "webClientId"]
