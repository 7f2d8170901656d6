"""Rows of signing in: SRP and passwords against their arithmetic alone, GetUser against bare ASGI."""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import secrets
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from statistics import median
from typing import Any, Literal

import msgspec
from msgspec import Struct

from load import Address, ask, expect, repeated, request
from machine import SERVER_CORE, Meter, starting_on
from preamp.auth import srp
from preamp.auth.modexp import N, power
from preamp.kit.clock import Clock
from preamp.wire import sign
from rounds import Plan, Requests, Side, compare
from servers import HERE, Running, call, environment, floor, job, preamp
from table import Row

APP, USER, PASSWORD = "d1bench", "alice", "Passw0rd!x"
TARGET = "AWSCognitoIdentityProviderService"
TIMESTAMP = "Mon Nov 23 18:54:47 UTC 2026"
SIGN_INS = 400
_AT_ONCE = 4  # attempts are counted before they are judged: the fifth of one user at once would be locked out
Kind = Literal["srp", "password"]


class Pool(Struct, frozen=True, kw_only=True):
    """A pool with one user, and the app client by which the user signs in."""

    id: str
    client: str


class Spent(Struct, frozen=True, kw_only=True):
    """One round: CPU of the server per sign-in, and sign-ins per second."""

    cpu_us: float
    rps: float


async def rows(plan: Plan) -> list[Row]:
    """Sign-ins by SRP and by password, GetUser."""
    with preamp() as ours:
        pool = await _pool(ours)
        return [
            await _against_arithmetic(plan, ours, pool, "srp", "SRP sign-in"),
            await _against_arithmetic(plan, ours, pool, "password", "password sign-in"),
            await _get_user(plan, ours, pool),
        ]


# Sign-ins ------------------------------------------------------------------------------------------------------------


async def _against_arithmetic(plan: Plan, ours: Running, pool: Pool, kind: Kind, what: str) -> Row:
    count = max(48, int(SIGN_INS * plan.scale))
    await _round(ours, pool, kind, 48)
    pairs = [(await _round(ours, pool, kind, count), _arithmetic(kind, count)) for _ in range(plan.rounds)]
    return Row(
        what=what,
        unit="us",
        ours=median(one.cpu_us for one, _ in pairs),
        other=median(two for _, two in pairs),
        against="arithmetic alone",
        ratios=[two / one.cpu_us for one, two in pairs],
        goal=0.8,
        beside={"ours rps": median(one.rps for one, _ in pairs)},
    )


def _arithmetic(kind: Kind, count: int) -> float:
    with starting_on(SERVER_CORE):
        told = subprocess.run(
            [sys.executable, str(HERE / "sign_in_floor.py"), kind, str(count)],
            capture_output=True,
            text=True,
            check=True,
        )
    return float(told.stdout) / count * 1e6


async def _round(server: Running, pool: Pool, kind: Kind, count: int) -> Spent:
    """So many sign-ins over a few connections, each client doing its own arithmetic on the load's core."""
    turns = iter(range(count))
    meter = Meter(server.pid, None)
    started = time.perf_counter()

    async def sign_in() -> None:
        async with _line(server.address) as line:
            for _ in turns:
                answer = await (_srp(line, server, pool) if kind == "srp" else _password(line, server, pool))
                expect("AuthenticationResult" in answer, answer)

    await asyncio.gather(*(sign_in() for _ in range(_AT_ONCE)))
    seconds = time.perf_counter() - started
    return Spent(cpu_us=meter.seconds() / count * 1e6, rps=count / seconds)


async def _password(line: "_Line", server: Running, pool: Pool) -> dict[str, Any]:
    parameters = {"USERNAME": USER, "PASSWORD": PASSWORD}
    return await line.call(
        server, "InitiateAuth", AuthFlow="USER_PASSWORD_AUTH", ClientId=pool.client, AuthParameters=parameters
    )


async def _srp(line: "_Line", server: Running, pool: Pool) -> dict[str, Any]:
    exponent = secrets.randbits(256) | 1 << 255
    public = power(2, exponent)
    asked = await line.call(
        server,
        "InitiateAuth",
        AuthFlow="USER_SRP_AUTH",
        ClientId=pool.client,
        AuthParameters={"USERNAME": USER, "SRP_A": f"{public:x}"},
    )
    given = asked["ChallengeParameters"]
    responses = _proof(pool, exponent, public, given)
    return await line.call(
        server,
        "RespondToAuthChallenge",
        ChallengeName="PASSWORD_VERIFIER",
        ClientId=pool.client,
        Session=asked["Session"],
        ChallengeResponses=responses,
    )


def _proof(pool: Pool, exponent: int, public: int, given: dict[str, str]) -> dict[str, str]:
    """The client's side of SRP: S = (B - k*g^x)^(a + u*x)."""
    user, salt, server_public = given["USER_ID_FOR_SRP"], int(given["SALT"], 16), int(given["SRP_B"], 16)
    group = srp.group_of(pool.id)
    inner = hashlib.sha256(f"{group}{user}:{PASSWORD}".encode()).digest()
    private = int.from_bytes(hashlib.sha256(srp.pad(salt) + inner).digest(), "big")
    scramble = srp.scrambler(public, server_public)
    shared = power((server_public - srp.K * power(2, private)) % N, exponent + scramble * private)
    extracted = hmac.digest(srp.pad(scramble), srp.pad(shared), "sha256")
    key = hmac.digest(extracted, b"Caldera Derived Key\x01", "sha256")[:16]
    block = given["SECRET_BLOCK"]
    claim = srp.claim(key, group, user, base64.b64decode(block), TIMESTAMP)
    return {
        "USERNAME": user,
        "PASSWORD_CLAIM_SECRET_BLOCK": block,
        "PASSWORD_CLAIM_SIGNATURE": base64.b64encode(claim).decode(),
        "TIMESTAMP": TIMESTAMP,
    }


class _Line:
    """One keep-alive connection with one call under way."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def call(self, server: Running, operation: str, **members: Any) -> dict[str, Any]:
        """An unsigned call; its answer must be a 200."""
        self._writer.write(_call(server.address, operation, msgspec.json.encode(members)))
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.split(b"content-length: ")[1].split(b"\r")[0])
        body = await self._reader.readexactly(length)
        expect(head[9:12] == b"200", body)
        found: dict[str, Any] = msgspec.json.decode(body)
        return found


@contextlib.asynccontextmanager
async def _line(address: Address) -> AsyncIterator[_Line]:
    reader, writer = await asyncio.open_connection(address.host, address.port)
    try:
        yield _Line(reader, writer)
    finally:
        writer.close()


def _call(address: Address, operation: str, body: bytes, more: dict[str, str] | None = None) -> bytes:
    headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": f"{TARGET}.{operation}", **(more or {})}
    return request(address, "/", body, headers)


# GetUser -------------------------------------------------------------------------------------------------------------


async def _get_user(plan: Plan, ours: Running, pool: Pool) -> Row:
    """A warm access token, the user's row, the answer: against an application that only reads and answers."""
    async with _line(ours.address) as line:
        signed_in = await _password(line, ours, pool)
    body = msgspec.json.encode({"AccessToken": signed_in["AuthenticationResult"]["AccessToken"]})
    answer = await ask(ours.address, _call(ours.address, "GetUser", body))
    expect(answer.status == 200 and b'"Username":"alice"' in answer.body, answer)
    with floor("answer", ours.key, answer=msgspec.Raw(answer.body)) as other:
        same = await ask(other.address, _call(other.address, "GetUser", body))
        expect(same.body == answer.body, same)
        sides = [Side(server=one, requests=_same(one, body)) for one in (ours, other)]
        return await compare(plan, "GetUser", *sides, count=10_000, goal=0.4, against="bare ASGI")


def _same(server: Running, body: bytes) -> Requests:
    def requests(count: int) -> Iterator[bytes]:
        return repeated([_call(server.address, "GetUser", body)], count)

    return requests


# Pools ---------------------------------------------------------------------------------------------------------------


async def _pool(ours: Running) -> Pool:
    """A pool as CreateBackendAuth makes it, whose web client may also send passwords in clear."""
    await environment(ours, APP, "dev")
    config = {
        "authResources": "USER_POOL_ONLY",
        "service": "COGNITO",
        "userPoolConfigs": {
            "requiredSignUpAttributes": ["EMAIL"],
            "signInMethod": "USERNAME",
            "userPoolName": "people",
        },
    }
    members = {"backendEnvironmentName": "dev", "resourceName": "people", "resourceConfig": config}
    await job(ours, f"/backend/{APP}/auth", APP, "dev", **members)
    found = await call(ours, f"/backend/{APP}/details", backendEnvironmentName="dev")
    output = msgspec.json.decode(found["amplifyMetaConfig"])["auth"]["people"]["output"]
    pool = Pool(id=output["UserPoolId"], client=output["AppClientIDWeb"])
    flows = ["ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    await _admin(ours, "UpdateUserPoolClient", UserPoolId=pool.id, ClientId=pool.client, ExplicitAuthFlows=flows)
    await _user(ours, pool)
    return pool


async def _user(server: Running, pool: Pool) -> None:
    whom = {"UserPoolId": pool.id, "Username": USER}
    attributes = [{"Name": "email", "Value": "alice@example.com"}, {"Name": "email_verified", "Value": "true"}]
    await _admin(server, "AdminCreateUser", **whom, MessageAction="SUPPRESS", UserAttributes=attributes)
    await _admin(server, "AdminSetUserPassword", **whom, Password=PASSWORD, Permanent=True)


async def _admin(server: Running, operation: str, **members: Any) -> dict[str, Any]:
    """A signed call of cognito-idp; its answer must be a 200."""
    body = msgspec.json.encode(members)
    headers = sign(
        "POST", "/", server.address.name, body, access_key_id=server.key.id, secret=server.key.secret,
        service="cognito-idp", region="us-east-1", now_ms=Clock().now_ms(),
    )  # fmt: skip
    answer = await ask(server.address, _call(server.address, operation, body, headers))
    expect(answer.status == 200, answer)
    found: dict[str, Any] = msgspec.json.decode(answer.body)
    return found
