"""A pool with users, called as clients call it but without sockets; codes that were sent, triggers that are functions.

`Clients` are the other side: pycognito's SRP, and a device as aws-amplify keeps it.
"""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec.structs import replace
from pycognito.aws_srp import AWSSRP

from preamp.auth import Auth, Idp, Keys, NewKey, Owner, PoolRequest, PoolSettings, idp_service, make_keys
from preamp.auth import store as auth_store
from preamp.auth.functions import FunctionError
from preamp.auth.idp.accounts import add_user
from preamp.auth.idp.model import UserPoolClientType
from preamp.auth.idp.user_passwords import new_secret
from preamp.auth.pool_config import PoolConfig
from preamp.auth.store import client_table, pool_table
from preamp.auth.triggers import PoolTriggers
from preamp.auth.users import Mfa, User
from preamp.db import Database, Statement, Transaction, open_database
from preamp.delivery import Message
from preamp.kit import ids
from preamp.kit.clock import SetClock
from preamp.kit.seal import Sealer
from preamp.wire import ServiceError

POOL = "us-east-1_TestPool1"
CLIENT = "webclient123"
NATIVE = "nativeclient123"
PASSWORD = "Passw0rd!x"
NOW_MS = 1_795_460_000_000
ARN = "arn:aws:lambda:us-east-1:000000000000:function:"
TIMESTAMP = "Mon Nov 23 18:54:47 UTC 2026"
_CODE = re.compile(r"\d{4,8}")

# RSA keys take a while to make: all pools of a test process have the same.
_keys: list[NewKey] = []

Trigger = Callable[[dict[str, Any]], dict[str, Any]]


class Cognito:
    """A pool on a database: `call` is the wire, `sent` the messages, `functions` the pool's triggers by name."""

    def __init__(self, db: Database, clock: SetClock, sealer: Sealer | None = None) -> None:
        sealer = sealer or Sealer(b"k" * 32)
        self.db, self.clock = db, clock
        self.sent: list[Message] = []
        self.functions: dict[str, Trigger] = {}
        self.events: list[dict[str, Any]] = []
        self.auth = Auth(sealer, clock)
        self.idp = Idp(
            db=db,
            sealer=sealer,
            clock=clock,
            keys=Keys(db, sealer, clock),
            deliver=self._deliver,
            triggers=PoolTriggers(self._invoke, "us-east-1"),
            region="us-east-1",
            account="000000000000",
            public_url="https://preamp.test",
        )

    async def _deliver(self, _tx: Transaction, message: Message) -> None:
        self.sent.append(message)

    async def _invoke(self, function: str, event: dict[str, Any]) -> dict[str, Any]:
        self.events.append(msgspec.json.decode(msgspec.json.encode(event)))
        name = function.rpartition(":")[2]
        if name not in self.functions:
            raise FunctionError(f"{name}: no such function")
        return {**event, "response": {**event["response"], **self.functions[name](event)}}

    @property
    def last_code(self) -> str:
        """The code of the newest message."""
        return self.sent[-1].code

    async def call(self, operation: str, /, **wire: Any) -> dict[str, Any]:
        """Call an operation with its wire members; answers the wire's JSON."""
        found = idp_service.operations[operation]
        request = found.decoder.decode(msgspec.json.encode(wire))
        answer = await found.handler(self.idp, request)
        document: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(answer))
        return document

    async def refused(self, operation: str, /, **wire: Any) -> tuple[str, str]:
        """Call an operation that must be refused; answers the error's name and message."""
        return await refusal(self.call(operation, **wire))

    async def initiate(self, flow: str, *, client: str = CLIENT, session: str | None = None, **parameters: str) -> Any:
        """InitiateAuth."""
        more = {"Session": session} if session else {}
        return await self.call("InitiateAuth", AuthFlow=flow, ClientId=client, AuthParameters=parameters, **more)

    async def respond(self, name: str, session: str | None, *, client: str = CLIENT, **responses: str) -> Any:
        """RespondToAuthChallenge."""
        wire: dict[str, Any] = {"ChallengeName": name, "ClientId": client, "ChallengeResponses": responses}
        return await self.call("RespondToAuthChallenge", **wire, **({"Session": session} if session else {}))

    async def by_password(self, username: str = "alice", password: str = PASSWORD, **parameters: str) -> Any:
        """Sign in by USER_PASSWORD_AUTH."""
        return await self.initiate("USER_PASSWORD_AUTH", USERNAME=username, PASSWORD=password, **parameters)

    async def by_srp(self, username: str = "alice", password: str = PASSWORD, **parameters: str) -> Any:
        """Sign in by USER_SRP_AUTH, as pycognito does."""
        srp = Srp(password)
        asked = await self.initiate("USER_SRP_AUTH", USERNAME=username, SRP_A=srp.public, **parameters)
        return await self.respond("PASSWORD_VERIFIER", asked.get("Session"), **srp.answer(asked), **parameters)

    async def add(self, username: str = "alice", password: str | None = PASSWORD, **fields: Any) -> User:
        """A user of the pool, CONFIRMED unless said otherwise."""
        found = await auth_store.served_pool(self.db, POOL)
        assert found is not None
        secret = None if password is None else await new_secret(self.idp, found, username, password)
        made = User(
            **{
                "id": ids.uuid4(),
                "user_pool_id": POOL,
                "username": username,
                "status": "CONFIRMED",
                "attributes": {"email": f"{username}@example.com", "email_verified": "true"},
                "secret": secret,
                "mfa": Mfa(),
                "created_ms": self.clock.ms,
                "updated_ms": self.clock.ms,
                **fields,
            }
        )
        async with self.db.transaction() as tx:
            await add_user(tx, found, made)
        return made

    async def configure(self, **settings: Any) -> None:
        """Set members of the pool's configuration as UpdateUserPool would; `mfa` are those of SetUserPoolMfaConfig."""
        found = await auth_store.served_pool(self.db, POOL)
        assert found is not None
        config: PoolConfig = found.config
        mfa = settings.pop("mfa", None)
        changed = replace(
            config,
            pool=merged(config.pool, settings),
            mfa=config.mfa if mfa is None else merged(config.mfa, mfa),
        )
        await self._write(pool_table, POOL, changed)

    async def configure_client(self, client: str = CLIENT, **settings: Any) -> None:
        """Set members of an app client's configuration as UpdateUserPoolClient would."""
        found = await auth_store.served_client(self.db, client)
        assert found is not None
        await self._write(client_table, client, merged(found[1].config, settings))

    async def triggers(self, **functions: Trigger) -> None:
        """Give the pool triggers: LambdaConfig's members and what they do."""
        self.functions.update(functions)
        await self.configure(LambdaConfig={name: f"{ARN}{name}" for name in self.functions})

    async def _write(self, table: sa.Table, row_id: str, config: PoolConfig | UserPoolClientType) -> None:
        text = msgspec.json.encode(config).decode()
        statement = Statement(sa.update(table).where(table.c.id == row_id).values(config=text))
        async with self.db.transaction() as tx:
            assert await tx.execute(statement) == 1

    async def count(self, table: str) -> int:
        """How many rows a table has."""
        row = await self.db.row(Statement(sa.select(sa.func.count()).select_from(sa.table(table))))
        assert row is not None
        return int(row[0])


async def refusal(call: Awaitable[Any]) -> tuple[str, str]:
    """The name and the message of the error that a call must end in."""
    try:
        answer = await call
    except ServiceError as error:
        return error.code, error.message
    raise AssertionError(f"this was not refused: {sorted(answer)}")


def merged(value: Any, wire: dict[str, Any]) -> Any:
    """A Struct with wire members set, checked as a request's would be."""
    document = msgspec.to_builtins(value) | wire
    return msgspec.convert(document, type(value))


class Srp:
    """Pycognito's client side of one exchange."""

    def __init__(self, password: str, pool: str = POOL) -> None:
        self.peer = AWSSRP(username="x", password=password, pool_id=pool, client_id="c", client=object())
        self.public = f"{self.peer.large_a_value:x}"
        self.password, self.group = password, pool.partition("_")[2]

    def answer(self, asked: dict[str, Any]) -> dict[str, str]:
        """The responses to PASSWORD_VERIFIER."""
        given = asked["ChallengeParameters"]
        user = given["USER_ID_FOR_SRP"]
        key = self.peer.get_password_authentication_key(user, self.password, int(given["SRP_B"], 16), given["SALT"])
        return signed(key, self.group, user, given["SECRET_BLOCK"]) | {"USERNAME": given["USERNAME"]}


class DeviceClient:
    """A device as aws-amplify keeps it: a random password, its verifier for ConfirmDevice, and its own exchange."""

    def __init__(self, metadata: dict[str, str]) -> None:
        self.key, self.group = metadata["DeviceKey"], metadata["DeviceGroupKey"]
        self.password = base64.b64encode(secrets.token_bytes(40)).decode()
        self.peer = AWSSRP(username=self.key, password=self.password, pool_id=f"x_{self.group}", client_id="c",
                           client=object())  # fmt: skip
        self.public = f"{self.peer.large_a_value:x}"

    def verifier(self) -> dict[str, str]:
        """DeviceSecretVerifierConfig."""
        inner = hashlib.sha256(f"{self.group}{self.key}:{self.password}".encode()).hexdigest()
        salt = secrets.token_bytes(16)
        padded = padded_bytes(int.from_bytes(salt, "big"))
        x = int(hashlib.sha256(padded + bytes.fromhex(inner)).hexdigest(), 16)
        value = pow(self.peer.val_g, x, self.peer.big_n)
        return {
            "Salt": base64.b64encode(padded).decode(),
            "PasswordVerifier": base64.b64encode(padded_bytes(value)).decode(),
        }

    def answer(self, asked: dict[str, Any]) -> dict[str, str]:
        """The responses to DEVICE_PASSWORD_VERIFIER."""
        given = asked["ChallengeParameters"]
        key = self.peer.get_password_authentication_key(self.key, self.password, int(given["SRP_B"], 16), given["SALT"])
        own = {"USERNAME": given["USERNAME"], "DEVICE_KEY": self.key}
        return signed(key, self.group, self.key, given["SECRET_BLOCK"]) | own


def padded_bytes(number: int) -> bytes:
    """A number in two's complement form, big-endian."""
    return number.to_bytes(number.bit_length() // 8 + 1, "big")


def signed(key: bytes, group: str, user: str, block: str) -> dict[str, str]:
    """PASSWORD_CLAIM_SIGNATURE and what it signs."""
    message = f"{group}{user}".encode() + base64.b64decode(block) + TIMESTAMP.encode()
    signature = base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode()
    return {
        "PASSWORD_CLAIM_SIGNATURE": signature,
        "PASSWORD_CLAIM_SECRET_BLOCK": block,
        "TIMESTAMP": TIMESTAMP,
    }


def claims(token: str) -> dict[str, Any]:
    """What a JWT says, unverified."""
    part = token.split(".")[1]
    document: dict[str, Any] = msgspec.json.decode(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return document


@asynccontextmanager
async def cognito(database_url: str, *, sign_in_method: str = "USERNAME", **settings: Any) -> AsyncIterator[Cognito]:
    """A pool whose web client may also sign in by USER_PASSWORD_AUTH and USER_AUTH."""
    db = await open_database(database_url)
    try:
        made = Cognito(db, SetClock(NOW_MS))
        wire = {"signInMethod": sign_in_method, "requiredSignUpAttributes": ["EMAIL"], **settings}
        request = PoolRequest(
            owner=Owner("d1", "dev"),
            user_pool_id=POOL,
            user_pool_name="people",
            web_client_id=CLIENT,
            web_client_name="web",
            native_client_id=NATIVE,
            native_client_name="native",
            settings=msgspec.convert(wire, PoolSettings),
        )
        if not _keys:
            _keys.extend(await make_keys())
        async with db.transaction() as tx:
            await made.auth.provision_pool(tx, request, _keys)
        flows = ["SRP", "PASSWORD"]
        await made.configure_client(
            ExplicitAuthFlows=[
                *(f"ALLOW_USER_{flow}_AUTH" for flow in flows),
                "ALLOW_USER_AUTH",
                "ALLOW_CUSTOM_AUTH",
                "ALLOW_REFRESH_TOKEN_AUTH",
                "ALLOW_ADMIN_USER_PASSWORD_AUTH",
            ]
        )
        yield made
    finally:
        await db.close()
