"""An auth room over a real database, in this process: a pool with its clients, users, tokens, pages and identities."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from preamp.access import Access, SessionClaims
from preamp.auth import (
    Auth,
    IdentityPoolRequest,
    Idp,
    IdpLimits,
    Keys,
    Owner,
    PoolRequest,
    PoolSecrets,
    PoolSettings,
    Tokens,
    tokens,
    user_store,
)
from preamp.auth import store as pool_store
from preamp.auth.identity import IdentityService, identity_service, is_ended, sts_service
from preamp.auth.idp.model import AuthenticationResultType
from preamp.auth.idp.user_passwords import new_secret
from preamp.auth.pool import Client, Pool
from preamp.auth.users import User
from preamp.db import Database, open_database
from preamp.delivery import Delivery
from preamp.jobs import Jobs
from preamp.kit import ids
from preamp.kit.caller import Call, Caller
from preamp.kit.clock import Clock
from preamp.kit.seal import Sealer
from preamp.server.identity_plane import IdentityParts, service_of
from preamp.settings import Settings

URL = "https://preamp.test:20443"
REGION = "us-east-1"
ACCOUNT = "000000000000"
POOL = "us-east-1_Aa1Bb2Cc3"
WEB, NATIVE = "web1234567890abcdefghijklm", "nat1234567890abcdefghijklm"
IDENTITY_POOL = "us-east-1:11111111-2222-4333-8444-555555555555"
PASSWORD = "Tr0ub4dor&3"
CALLBACK = "https://app.example/callback"
SETTINGS: dict[str, Any] = {
    "signInMethod": "USERNAME",
    "requiredSignUpAttributes": ["EMAIL"],
    "passwordPolicy": {"minimumLength": 8, "additionalConstraints": ["REQUIRE_DIGIT"]},
    "oAuth": {
        "domainPrefix": "people",
        "oAuthGrantType": "CODE",
        "oAuthScopes": ["OPENID", "EMAIL", "AWS_COGNITO_SIGNIN_USER_ADMIN"],
        "redirectSignInURIs": [CALLBACK, "myapp://callback/", "https://app.example/other?x=1"],
        "redirectSignOutURIs": ["https://app.example/bye"],
    },
}


class Room:
    """Everything of one auth room, by name."""

    def __init__(self, db: Database, clock: Clock, limits: IdpLimits, settings: Settings) -> None:
        self.db, self.clock = db, clock
        self.sealer = Sealer(b"k" * 32)
        self.auth = Auth(self.sealer, clock)
        self.delivery = Delivery(self.sealer, clock, Jobs(db, clock))

        async def revoked(claims: SessionClaims) -> bool:
            return await is_ended(db, family=claims.family, sub=claims.sub, client_id=claims.client_id)

        self.access = Access(db, self.sealer, clock, ACCOUNT, revoked)
        keys = Keys(db, self.sealer, clock)
        self.idp = Idp(
            db=db,
            sealer=self.sealer,
            clock=clock,
            keys=keys,
            deliver=self.delivery.deliver,
            limits=limits,
            region=REGION,
            account=ACCOUNT,
            public_url=URL,
        )
        self.tokens = Tokens(db, keys, URL)
        self.parts = IdentityParts(
            settings=settings,
            public_url=URL,
            db=db,
            sealer=self.sealer,
            clock=clock,
            access=self.access,
            idp=self.idp,
            tokens=self.tokens,
        )
        self.identity: IdentityService = service_of(self.parts)

    async def provision(self, *, user_pool_id: str = POOL, prefix: str = "people", **more: Any) -> None:
        """Make a pool with both clients and an identity pool; `more` are settings that replace those above."""
        wire = {**SETTINGS, **more}
        if wire.get("oAuth"):
            wire["oAuth"] = {**wire["oAuth"], "domainPrefix": prefix}
        social = (wire.get("oAuth") or {}).get("socialProviderSettings", {})
        tail = "" if user_pool_id == POOL else user_pool_id[-4:].lower()
        request = PoolRequest(
            owner=Owner(f"d1app{tail}", "dev"),
            user_pool_id=user_pool_id,
            user_pool_name="people",
            web_client_id=WEB + tail,
            web_client_name="web",
            native_client_id=NATIVE + tail,
            native_client_name="native",
            settings=msgspec.convert(wire, PoolSettings),
            secrets=msgspec.convert(social, PoolSecrets),
            identity_pool=IdentityPoolRequest(
                identity_pool_id=f"us-east-1:99999999-2222-4333-8444-{ids.hexadecimal(12)}" if tail else IDENTITY_POOL,
                name="people_ids",
                unauthenticated_login=bool(more.get("guests", True)),
            ),
        )
        async with self.db.transaction() as tx:
            await self.auth.provision_pool(tx, request)

    async def pool(self, user_pool_id: str = POOL) -> Pool:
        """The pool as requests see it."""
        found = await pool_store.served_pool(self.db, user_pool_id)
        assert found is not None
        return found

    async def client(self, client_id: str = WEB) -> Client:
        """An app client as requests see it."""
        found = await pool_store.served_client(self.db, client_id)
        assert found is not None
        return found[1]

    async def configure(self, client_id: str = WEB, *, secret: str | None = None, **changes: Any) -> None:
        """Change an app client's settings."""
        from preamp.auth.idp.find import sealed_client_secret  # noqa: PLC0415

        client = await self.client(client_id)
        config = msgspec.json.encode(msgspec.structs.replace(client.config, **changes)).decode()
        sealed = client.secret if secret is None else sealed_client_secret(self.idp, client_id, secret)
        await self.execute(
            "UPDATE auth_app_client SET config = :config, secret = :secret WHERE id = :id",
            config=config,
            secret=sealed,
            id=client_id,
        )

    async def user(self, name: str = "ann", user_pool_id: str = POOL, **more: Any) -> User:
        """Make a confirmed user with the password above."""
        pool, now = await self.pool(user_pool_id), self.clock.now_ms()
        user = User(
            **{
                "id": ids.uuid4(),
                "user_pool_id": pool.id,
                "username": name,
                "status": "CONFIRMED",
                "attributes": {"email": f"{name}@example.org", "email_verified": "true", "name": name.title()},
                "secret": await new_secret(self.idp, pool, name, PASSWORD),
                "created_ms": now,
                "updated_ms": now,
                **more,
            }
        )
        async with self.db.transaction() as tx:
            assert await user_store.put_user(tx, user, pool.key(name))
        return user

    async def tokens_of(self, user: User, client_id: str = WEB, **more: Any) -> AuthenticationResultType:
        """Sign a user in, as the API would."""
        found = await pool_store.served_client(self.db, client_id)
        assert found is not None
        granted = await tokens.grant(self.idp, *found, user, source="TokenGeneration_Authentication", **more)
        async with self.db.transaction() as tx:
            return await tokens.issue_tokens(self.idp, tx, granted)

    async def execute(self, sql: str, **values: Any) -> int:
        """Change a row behind the room's back."""
        import sqlalchemy as sa  # noqa: PLC0415

        from preamp.db import Statement  # noqa: PLC0415

        text = sa.text(sql).bindparams(*(sa.bindparam(name) for name in values))
        async with self.db.transaction() as tx:
            return await tx.execute(Statement(text), **values)

    async def call(self, operation: str, /, *, caller: Caller | None = None, **wire: Any) -> Any:
        """Call an operation of cognito-identity or sts by name, with its wire members."""
        found = identity_service.operations.get(operation) or sts_service.operations[operation]
        request = msgspec.convert(wire, found.request)
        if not found.takes_call:
            return await found.handler(self.identity, request)
        assert caller is not None
        return await found.handler(self.identity, request, Call(caller=caller, request_id="r"))


@asynccontextmanager
async def room(
    url: str, clock: Clock | None = None, limits: IdpLimits | None = None, **settings: Any
) -> AsyncIterator[Room]:
    """An auth room with one pool."""
    db = await open_database(url)
    made = Room(db, clock or Clock(), limits or IdpLimits(), Settings(**settings))
    try:
        await made.provision()
        yield made
    finally:
        made.idp.work.close()
        await db.close()
