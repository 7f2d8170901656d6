"""Who signed a request to a GraphQL API: operators, an identity pool's users and guests, and nobody else."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from preamp.access import Access, Session, SessionClaims
from preamp.control.context import AuthRecord
from preamp.control.questions import DELETE_RESOURCE, PUT_RESOURCE
from preamp.db import Database, open_database
from preamp.graphql import ADMIN, Incoming, NotVerified, Pools
from preamp.kit.clock import SetClock
from preamp.kit.seal import Sealer
from preamp.server.identities import EnvironmentPools, OwnUserPools, Signatures
from preamp.wire import sign

NOW = 1_700_000_000_000
IDENTITY_POOL, USER_POOL = "us-east-1:pool", "us-east-1_Pool"
BODY = b'{"query": "{ __typename }"}'


class Api:
    """A served API of an environment."""

    def __init__(self, settings: Any = None) -> None:
        self.settings = {"appId": "app", "environment": "dev"} if settings is None else settings


def claims(*, authenticated: bool = True, pool: str = IDENTITY_POOL) -> SessionClaims:
    """Claims of a session; those of a guest tell of no user."""
    if not authenticated:
        return SessionClaims(identity_pool_id=pool, identity_id="us-east-1:g", role="unauthRole", authenticated=False)
    return SessionClaims(
        identity_pool_id=pool,
        identity_id="us-east-1:ann",
        role="authRole",
        authenticated=True,
        provider="cognito-idp.us-east-1.amazonaws.com/us-east-1_Pool",
        sub="s1",
    )


class World:
    """The verifier over a real database."""

    def __init__(self, db: Database) -> None:
        self.db, self.clock = db, SetClock(NOW)
        self.access = Access(db, Sealer(b"k" * 32), self.clock, "000000000000")
        self.pools = EnvironmentPools(db, self.clock)
        self.signatures = Signatures(self.access, self.pools, self.clock, 900)

    async def provide(self, identity_pool_id: str | None = IDENTITY_POOL) -> None:
        """Let the environment have auth."""
        record = AuthRecord(
            user_pool_id=USER_POOL,
            user_pool_name="p",
            web_client_id="w",
            native_client_id="n",
            identity_pool_id=identity_pool_id,
        )
        async with self.db.transaction() as tx:
            await tx.execute(
                PUT_RESOURCE,
                app_id="app",
                environment="dev",
                category="auth",
                name="auth",
                config="{}",
                record=msgspec.json.encode(record).decode(),
                imported=0,
                updated_ms=NOW,
            )

    def signed(self, session: Session, **changes: Any) -> Incoming:
        """A signed request."""
        given: dict[str, Any] = {
            "access_key_id": session.access_key_id,
            "secret": session.secret,
            "token": session.token or None,
            "service": "appsync",
            "region": "us-east-1",
            "now_ms": self.clock.now_ms(),
        } | changes
        headers = sign("POST", "/graphql/one", "preamp.example", BODY, **given)
        raw = tuple((name.encode(), value.encode()) for name, value in headers.items())
        return Incoming(method="POST", path=b"/graphql/one", query=b"", headers=raw, body=BODY)

    async def refusal(self, incoming: Incoming, api: Any = None) -> str:
        """The message of a refusal."""
        with pytest.raises(NotVerified) as refused:
            await self.signatures.verify(api or Api(), incoming)
        return str(refused.value)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    db = await open_database(f"sqlite:///{tmp_path / 'control.sqlite3'}")
    yield World(db)
    await db.close()


async def test_operators_pass_as_administrators(world: World) -> None:
    """With a key, or with a session of one; no auth is needed beside the API."""
    key = await world.access.create_key("ann")
    session = await world.access.issue_operator_session(key.id, 900)
    permanent = Session(access_key_id=key.id, secret=key.secret, token="", expires_ms=0)

    for one in (permanent, session):
        assert await world.signatures.verify(Api(), world.signed(one)) is ADMIN  # type: ignore[arg-type]


async def test_users_and_guests_of_the_pool_are_told_apart(world: World) -> None:
    await world.provide()
    user = await world.signatures.verify(Api(), world.signed(world.access.issue_session(claims())))  # type: ignore[arg-type]
    guest_session = world.access.issue_session(claims(authenticated=False))
    guest = await world.signatures.verify(Api(), world.signed(guest_session))  # type: ignore[arg-type]

    assert (user.mode, user.role) == ("AWS_IAM", "authenticated")
    assert (guest.mode, guest.role) == ("AWS_IAM", "unauthenticated")
    assert user.claims == {
        "accountId": "000000000000",
        "cognitoIdentityPoolId": IDENTITY_POOL,
        "cognitoIdentityId": "us-east-1:ann",
        "cognitoIdentityAuthType": "authenticated",
        "cognitoIdentityAuthProvider": '"cognito-idp.us-east-1.amazonaws.com/us-east-1_Pool",'
        '"cognito-idp.us-east-1.amazonaws.com/us-east-1_Pool:CognitoSignIn:s1"',
        "userArn": "arn:aws:sts::000000000000:assumed-role/authRole/CognitoIdentityCredentials",
    }
    assert guest.claims["cognitoIdentityAuthProvider"] is None


async def test_sessions_of_another_environments_pool_are_refused(world: World) -> None:
    """And all sessions, where the API's environment has no identity pool, or no auth."""
    foreign = world.signed(world.access.issue_session(claims(pool="us-east-1:other")))
    own = world.signed(world.access.issue_session(claims()))

    assert "not authorized" in await world.refusal(own)
    await world.provide()
    assert "not authorized" in await world.refusal(foreign)
    assert "not authorized" in await world.refusal(own, Api({}))
    assert "not authorized" in await world.refusal(own, Api({"appId": "app", "environment": "other"}))
    assert await world.signatures.verify(Api(), own)  # type: ignore[arg-type]
    await world.provide(None)
    world.clock.advance(5000)
    assert "not authorized" in await world.refusal(own)


async def test_signatures_must_be_right(world: World) -> None:
    """Another secret, another's token, no token, another service, too old, ended."""
    await world.provide()
    session, other = world.access.issue_session(claims()), world.access.issue_session(claims(authenticated=False))

    assert "does not match" in await world.refusal(world.signed(session, secret="x" * 40))
    assert "invalid" in await world.refusal(world.signed(session, token=other.token))
    assert "invalid" in await world.refusal(world.signed(session, token=None))
    assert "invalid" in await world.refusal(world.signed(session, access_key_id=other.access_key_id))
    assert "service" in await world.refusal(world.signed(session, service="s3"))
    assert "expired" in await world.refusal(world.signed(session, now_ms=NOW - 901_000))
    world.clock.advance(3_600_000)
    assert "expired" in await world.refusal(world.signed(session))


async def test_the_environments_pools_are_found_soon_after_they_change(world: World) -> None:
    """That there are none is never remembered."""
    api: Any = Api()

    assert await world.pools.of(api) == Pools()
    await world.provide()
    assert await world.pools.of(api) == Pools(USER_POOL, IDENTITY_POOL)
    async with world.db.transaction() as tx:
        await tx.execute(DELETE_RESOURCE, app_id="app", environment="dev", category="auth")
    world.clock.advance(5000)
    assert await world.pools.of(api) == Pools()


async def test_own_pools_spell_their_issuers_in_two_ways() -> None:
    """As this server's tokens do, and as AWS's and its clients do."""

    async def jwks(user_pool_id: str) -> bytes | None:
        return b"{}" if user_pool_id == "eu-west-1_A" else None

    async def is_alive(_claims: Any) -> bool:
        return True

    pools = OwnUserPools(jwks, is_alive, "https://preamp.example", SetClock(NOW))

    assert pools.issuers("eu-west-1_A") == (
        "https://preamp.example/eu-west-1_A",
        "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_A",
    )
    assert (await pools.keys("eu-west-1_A"), await pools.keys("eu-west-1_B")) == (b"{}", None)


async def test_an_ended_sign_in_is_known_within_a_second() -> None:
    """One sign-in is asked about once a second; another's is asked about by itself."""
    ended: set[str] = set()
    asked: list[str] = []
    clock = SetClock(NOW)

    async def jwks(_user_pool_id: str) -> bytes | None:
        return None

    async def is_alive(claims: Any) -> bool:
        asked.append(claims["origin_jti"])
        return claims["origin_jti"] not in ended

    pools = OwnUserPools(jwks, is_alive, "https://preamp.example", clock)
    one, two = {"sub": "s", "origin_jti": "1"}, {"sub": "s", "origin_jti": "2"}
    for _ in range(3):
        assert not await pools.is_revoked(one)
    ended |= {"1", "2"}

    assert await pools.is_revoked(two)
    assert not await pools.is_revoked(one)
    clock.advance(1000)
    assert await pools.is_revoked(one)
    assert asked == ["1", "2", "1"]
