"""An opened database with the auth room's tables, on both engines, and values to provision."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import pytest
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from preamp.auth import Auth, IdentityPoolRequest, Owner, PoolRequest, PoolSecrets, PoolSettings
from preamp.auth.identity.store import tables as identity_tables
from preamp.auth.store import tables
from preamp.db import Database
from preamp.db.postgres import PostgresDatabase
from preamp.db.sqlite import SqliteDatabase, connect
from preamp.kit.clock import SetClock
from preamp.kit.seal import Sealer

KEY = bytes(range(32))
OWNER = Owner("d1234567890abc", "dev")

WIRE: dict[str, Any] = {
    "userPoolName": "site_userpool",
    "signInMethod": "EMAIL",
    "requiredSignUpAttributes": ["EMAIL", "ZONE_INFO"],
    "passwordPolicy": {"minimumLength": 8.0, "additionalConstraints": ["REQUIRE_DIGIT"]},
    "mfa": {"MFAMode": "OPTIONAL", "settings": {"mfaTypes": ["SMS", "TOTP"], "smsMessage": "Your code is {####}"}},
    "verificationMessage": {
        "deliveryMethod": "EMAIL",
        "emailSettings": {"emailMessage": "Your code is {####}", "emailSubject": "Your code"},
    },
    "forgotPassword": {"deliveryMethod": "SMS", "smsSettings": {"smsMessage": "Reset with {####}"}},
    "oAuth": {
        "domainPrefix": "site-dev",
        "oAuthGrantType": "CODE",
        "oAuthScopes": ["OPENID", "EMAIL"],
        "redirectSignInURIs": ["https://example.org/", "myapp://"],
        "redirectSignOutURIs": ["http://localhost:3000/out"],
        "socialProviderSettings": {
            "Google": {"client_id": "google-id", "client_secret": "google-secret"},
            "SignInWithApple": {
                "client_id": "apple-id",
                "key_id": "apple-key",
                "team_id": "apple-team",
                "private_key": "apple-private",
            },
        },
    },
}


@pytest.fixture
def wire() -> dict[str, Any]:
    """A `userPoolConfigs` object with every block, as builtins; the test may change it."""
    copy: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(WIRE))
    return copy


@pytest.fixture
def pool_request(wire: dict[str, Any]) -> PoolRequest:
    return PoolRequest(
        owner=OWNER,
        user_pool_id="eu-west-1_Aa1Bb2Cc3",
        user_pool_name="site_userpool-dev",
        web_client_id="web1",
        web_client_name="site_app_clientWeb",
        native_client_id="native1",
        native_client_name="site_app_client",
        settings=msgspec.convert(wire, PoolSettings),
        secrets=msgspec.convert(wire["oAuth"]["socialProviderSettings"], PoolSecrets),
        identity_pool=IdentityPoolRequest(
            identity_pool_id="eu-west-1:idpool1", name="site_identitypool__dev", unauthenticated_login=True
        ),
        groups=("Full access", "Manage only"),
    )


@pytest.fixture
def clock() -> SetClock:
    return SetClock(1_700_000_000_000)


@pytest.fixture
def auth(clock: SetClock) -> Auth:
    return Auth(Sealer(KEY), clock)


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    """Open the database with this room's tables alone."""
    every = [*tables.sorted_tables, *identity_tables.sorted_tables]
    ddl = [CreateTable(table) for table in every]
    indexes = [CreateIndex(index) for table in every for index in table.indexes]
    if database_url.startswith("sqlite"):
        path = Path(database_url.removeprefix("sqlite:///"))
        with connect(path) as connection:
            for statement in (*ddl, *indexes):
                connection.execute(str(statement.compile(dialect=sqlite.dialect())))
        connection.close()
        opened: Database = SqliteDatabase(path)
    else:
        server = await asyncpg.connect(database_url)
        for statement in (*ddl, *indexes):
            await server.execute(str(statement.compile(dialect=postgresql.dialect())))
        await server.close()
        opened = PostgresDatabase(database_url)
    yield opened
    await opened.close()
