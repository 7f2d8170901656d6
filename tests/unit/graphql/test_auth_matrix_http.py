"""Part of the authorization matrix through the endpoint: keys, JWTs, signatures and sessions instead of identities.

Each schema of a few is served with its modes. Its cells are asked with what proves their caller; callers whose mode the
API does not take, forged proofs and no proof at all are unauthorized; an operator may do everything.
"""

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
from served import model_of
from test_auth_matrix import CALLERS, CREATE, DELETE, GET, LIST, MATRIX, UPDATE, expected, outcome

import oidc
from issuer import Issuer
from preamp.access import Access, Session, SessionClaims
from preamp.control.context import AuthRecord
from preamp.control.questions import PUT_RESOURCE
from preamp.db import Database, open_database, open_spaces
from preamp.db.space import Space, Spaces
from preamp.graphql import ADMIN, Endpoint, GraphQL, Identity, Published, Store, Tokens
from preamp.graphql.model import Model
from preamp.kit.clock import SetClock
from preamp.kit.fetch import Fetcher
from preamp.kit.seal import Sealer
from preamp.server.identities import EnvironmentPools, Signatures
from preamp.wire import sign

NOW = 1_700_000_000
API_ID = "matrix"
POOL_ID, IDENTITY_POOL_ID = "us-east-1_Matrix", "us-east-1:matrix"
POOL = Issuer(f"https://cognito-idp.us-east-1.amazonaws.com/{POOL_ID}", "matrix pool", now=NOW)
FORGER = Issuer(POOL.url, "forger", now=NOW)
OF_EACH = 2
CASES: list[Any] = []
for _case in MATRIX["cases"]:  # some of each combination of modes; AWS_LAMBDA is none that an API can have
    if "AWS_LAMBDA" not in _case["modes"] and sum(one["modes"] == _case["modes"] for one in CASES) < OF_EACH:
        CASES.append(_case)


class OnePool:
    """The environment's user pool."""

    async def keys(self, user_pool_id: str) -> Any:
        """Answer its JWKS."""
        return POOL.jwks if user_pool_id == POOL_ID else None

    def issuers(self, _user_pool_id: str) -> tuple[str, ...]:
        """Answer the one spelling."""
        return (POOL.url,)

    async def is_revoked(self, _claims: Mapping[str, Any]) -> bool:
        """Nobody signed out."""
        return False


class Unauthorized(Exception):
    """The endpoint answered 401."""


class Http:
    """The endpoint, asked as identities: each is proved by what its mode asks for."""

    def __init__(self, db: Database, spaces: Spaces, provider: Issuer) -> None:
        self.db, self.spaces, self.provider = db, spaces, provider
        clock = SetClock(NOW * 1000)
        self.access = Access(db, Sealer(b"k" * 32), clock, "000000000000")
        self.room = GraphQL(spaces, Store(db, Sealer(b"s" * 32)), token_key=b"k" * 32, now=lambda: NOW)
        pools = EnvironmentPools(db, clock)
        tokens = Tokens(clock, OnePool(), pools.of, Fetcher(private_addresses=True))
        signatures = Signatures(self.access, pools, clock, 900)
        self.endpoint = Endpoint(self.room, tokens.verify, signatures.verify)
        self.key = ""
        self.operator = Session(access_key_id="", secret="", token="", expires_ms=0)
        self.space: Space

    async def serve(self, model: Model, number: int) -> None:
        """Serve a model in place of the one before."""
        release = f"r{number}"
        await self.room.remove(API_ID)
        await self.room.prepare(API_ID, release, model)
        provider = {"openIDIssueURL": self.provider.url, "openIDClientId": "app"}
        types = [{"mode": mode} | ({"settings": provider} if mode == "OPENID_CONNECT" else {}) for mode in model.modes]
        settings = {"authTypes": types, "appId": "app", "environment": "dev"}
        async with self.db.transaction() as tx:
            published = Published(api_id=API_ID, release_id=release, model=model, settings=settings)
            await self.room.publish(tx, published)
            self.key = await self.room.add_key(tx, API_ID)
        await self.room.settle(API_ID, release)
        self.space = await self.spaces.get(API_ID)

    async def ask(self, query: str, variables: Any = None, identity: Identity = ADMIN) -> Any:
        """Ask as an identity."""
        body = msgspec.json.encode({"query": query, "variables": variables})
        return await self.send(body, self.proof(identity, body))

    async def data(self, query: str, variables: Any = None, identity: Identity = ADMIN) -> Any:
        """Ask; errors fail the test."""
        answer = await self.ask(query, variables, identity)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    async def send(self, body: bytes, headers: Mapping[str, str]) -> Any:
        """Send a request; raises Unauthorized for 401."""
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": body}

        async def send(message: Any) -> None:
            sent.append(message)

        path = f"/graphql/{API_ID}"
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        scope = {"type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b""}
        await self.endpoint({**scope, "headers": raw}, receive, send)
        if sent[0]["status"] == 401:
            raise Unauthorized(sent[1]["body"])
        assert sent[0]["status"] == 200, sent
        return json.loads(sent[1]["body"])

    def proof(self, identity: Identity, body: bytes) -> dict[str, str]:
        """The headers that prove an identity."""
        if identity.mode == "API_KEY":
            return {"x-api-key": self.key}
        if identity.mode == "AMAZON_COGNITO_USER_POOLS":
            return {"authorization": POOL.token(token_use="access", **identity.claims)}
        if identity.mode == "OPENID_CONNECT":
            return {"authorization": f"Bearer {self.provider.token(aud='app', **identity.claims)}"}
        return self.signed(self.session(identity), body)

    def session(self, identity: Identity) -> Session:
        """The credentials of an IAM caller."""
        if identity.role == "admin":
            return self.operator
        claims = SessionClaims(
            identity_pool_id=IDENTITY_POOL_ID,
            identity_id="us-east-1:one",
            role="role",
            authenticated=identity.role == "authenticated",
        )
        return self.access.issue_session(claims)

    def signed(self, session: Session, body: bytes) -> dict[str, str]:
        """The headers that sign a request."""
        return sign(
            "POST",
            f"/graphql/{API_ID}",
            "localhost",
            body,
            access_key_id=session.access_key_id,
            secret=session.secret,
            token=session.token or None,
            service="appsync",
            region="us-east-1",
            now_ms=NOW * 1000,
        )


@pytest.fixture(scope="module")
def provider() -> Iterator[Issuer]:
    with oidc.provider("matrix provider", "ES256", NOW) as one:
        yield one


@pytest.fixture
async def http(tmp_path: Path, provider: Issuer) -> AsyncIterator[Http]:
    db, spaces = await open_database(f"sqlite:///{tmp_path / 'control.sqlite3'}"), await open_spaces(tmp_path)
    http = Http(db, spaces, provider)
    key = await http.access.create_key("root")
    http.operator = Session(access_key_id=key.id, secret=key.secret, token="", expires_ms=0)
    record = AuthRecord(
        user_pool_id=POOL_ID,
        user_pool_name="p",
        web_client_id="w",
        native_client_id="n",
        identity_pool_id=IDENTITY_POOL_ID,
    )
    async with db.transaction() as tx:
        await tx.execute(
            PUT_RESOURCE,
            app_id="app",
            environment="dev",
            category="auth",
            name="auth",
            config="{}",
            record=msgspec.json.encode(record).decode(),
            imported=0,
            updated_ms=0,
        )
    yield http
    await spaces.close()
    await db.close()


@pytest.mark.parametrize("part", range(4))
async def test_proved_callers_get_what_amplify_decides(http: Http, part: int) -> None:
    """Every cell of these schemas; and no more than the whole matrix says of their callers."""
    differences, count = [], 0
    for number, case in list(enumerate(CASES))[part::4]:
        await http.serve(model_of(case["sdl"]), number)
        for row in MATRIX["rows"]:
            await http.data(CREATE, {"i": row}, ADMIN)
        for cell in case["cells"]:
            found = await outcome(http, *cell[:4])  # type: ignore[arg-type]
            count += 1
            if found != expected(cell[4]):
                differences.append((case["sdl"], cell, found))

    assert differences == []
    assert count >= 200


async def test_modes_that_an_api_does_not_take_are_unauthorized(http: Http) -> None:
    """Whoever the caller is, and however well it is proved."""
    refused = 0
    for number, case in enumerate(CASES):
        await http.serve(model_of(case["sdl"]), number)
        for caller in CALLERS:
            if caller.mode in case["modes"] or caller.mode == "AWS_LAMBDA":
                continue
            with pytest.raises(Unauthorized):
                await http.ask(LIST, None, caller)
            refused += 1

    assert refused > 50


async def test_operators_pass_every_rule(http: Http) -> None:
    """With their keys, in every schema, whether the API takes IAM or not."""
    for number, case in enumerate(CASES):
        await http.serve(model_of(case["sdl"]), number)
        await http.data(CREATE, {"i": {"id": "1", "a": "a", "b": "b", "c": "c", "owner": "somebody"}})
        await http.data(UPDATE, {"i": {"id": "1", "a": None, "c": "d", "owner": "else"}})

        assert (await http.data(GET, {"id": "1"}))["getItem"] == {"id": "1", "b": "b", "c": "d"}
        assert len((await http.data(LIST))["listItems"]["items"]) == 1
        await http.data(DELETE, {"i": {"id": "1"}})


async def test_what_proves_nobody_is_unauthorized(http: Http) -> None:
    """No header, wrong and doubled ones, forged and stale tokens, sessions of another pool, other secrets."""
    rules = ("public", "private", "private, provider: iam", "private, provider: oidc")
    listed = ", ".join(f"{{ allow: {rule} }}" for rule in rules)
    sdl = f"type Item @model @auth(rules: [{listed}]) {{ id: ID! a: String b: String c: String }}"
    await http.serve(model_of(sdl), 0)
    body = msgspec.json.encode({"query": LIST})
    user = {"sub": "s1", "username": "ann", "token_use": "access"}
    stranger = SessionClaims(identity_pool_id="other", identity_id="i", role="r", authenticated=True)
    own = http.session(Identity(mode="AWS_IAM", role="authenticated"))
    wrong_secret = msgspec.structs.replace(own, secret="x" * 40)
    proofs = {
        "nothing": {},
        "empty": {"authorization": ""},
        "a wrong key": {"x-api-key": "da2-wrong"},
        "an empty key": {"x-api-key": ""},
        "a wrong key beside a good token": {"x-api-key": "da2-wrong", "authorization": POOL.token(**user)},
        "another's signature": {"authorization": FORGER.token({"kid": POOL.key.kid}, **user)},
        "another's key": {"authorization": FORGER.token(**user)},
        "no signature": {"authorization": POOL.unsigned(**user)},
        "the public key as secret": {"authorization": POOL.confused(**user)},
        "an expired token": {"authorization": POOL.token(**{**user, "exp": NOW})},
        "a token of tomorrow": {"authorization": POOL.token(**{**user, "nbf": NOW + 86_400})},
        "a refresh token": {"authorization": POOL.token(**{**user, "token_use": "refresh"})},
        "another pool": {"authorization": POOL.token(**{**user, "iss": POOL.url.replace("Matrix", "Other")})},
        "a provider's token as the pool's": {"authorization": http.provider.token(**{**user, "iss": POOL.url})},
        "another client": {"authorization": http.provider.token(sub="s", aud="stranger")},
        "a session of another pool": http.signed(http.access.issue_session(stranger), body),
        "another secret": http.signed(wrong_secret, body),
        "another body": http.signed(own, b"{}"),
        "no session token": http.signed(msgspec.structs.replace(own, token=""), body),
    }

    for name, headers in proofs.items():
        with pytest.raises(Unauthorized):
            pytest.fail(f"{name}: {await http.send(body, headers)}")
    for mode in ("API_KEY", "AMAZON_COGNITO_USER_POOLS", "OPENID_CONNECT", "AWS_IAM"):
        claims = {"sub": "s1", "username": "ann"}
        good = Identity(mode=mode, claims=claims, role="authenticated" if mode == "AWS_IAM" else None)
        assert (await http.data(LIST, None, good))["listItems"] == {"items": []}
