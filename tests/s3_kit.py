"""S3 without sockets: the storage room's endpoint over real stores, and a client that signs what it is told to send."""

import hashlib
import hmac
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import quote

from msgspec import Struct

from preamp.access import Access, SessionClaims
from preamp.db import Database, Unavailable, open_database
from preamp.kit.clock import SetClock
from preamp.kit.seal import Sealer
from preamp.objects import Objects, StoreUnavailable, open_objects
from preamp.server.storage_plane import caller_of
from preamp.storage import S3, Catalog, Contents, Owner, Permissions, Storage, Sweeper, table
from preamp.wire.s3 import S3Endpoint, S3Verifier

NOW_MS = 1_790_000_000_000
HOST = "s3.preamp.test"
ENVIRONMENT = Owner("d1app", "dev")
POOL = "us-east-1:11111111-1111-4111-8111-111111111111"


class Key(Struct, frozen=True, kw_only=True):
    """Credentials to sign with."""

    id: str
    secret: str
    token: str | None = None


class Reply(Struct, frozen=True, kw_only=True):
    """An answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def code(self) -> str | None:
        """S3's error code."""
        start = self.body.find(b"<Code>")
        return None if start < 0 else self.body[start + 6 : self.body.find(b"</Code>")].decode()


class Stand:
    """A storage room to call."""

    def __init__(self, db: Database, objects: Objects, clock: SetClock, *, quota_bytes: int = 0) -> None:
        self.db, self.clock = db, clock
        self.access = Access(db, Sealer(b"k" * 32), clock, "0" * 12)
        self.storage = Storage(clock)
        self.contents = Contents(objects)
        self.catalog = Catalog(db, clock, self.storage.orphaned, quota_bytes=quota_bytes)
        self.sweeper = Sweeper(db, self.contents, self.catalog, clock, grace_ms=0, upload_days=7)
        verifier = S3Verifier(self.access.lookup_any, clock)
        self.pools: dict[Owner, str] = {ENVIRONMENT: POOL}
        s3 = S3(
            db=db,
            storage=self.storage,
            catalog=self.catalog,
            contents=self.contents,
            verifier=verifier,
            clock=clock,
            region="us-east-1",
            account="0" * 12,
            caller_of=partial(caller_of, self.access),
            pool_of=self._pool_of,
        )
        self.endpoint = S3Endpoint(
            table, s3, verifier, bucket_of_host=_bucket_of_host, transient=(Unavailable, StoreUnavailable)
        )
        self.root = Key(id="", secret="")

    async def _pool_of(self, environment: Owner) -> str | None:
        return self.pools.get(environment)

    async def make_root(self) -> None:
        """Make the operator's key."""
        made = await self.access.create_key("root")
        self.root = Key(id=made.id, secret=made.secret)

    def person(self, name: str | None, *, pool: str = POOL, groups: tuple[str, ...] = ()) -> Key:
        """Credentials of a signed-in user with this identity id, of a guest for None."""
        claims = SessionClaims(
            identity_pool_id=pool,
            identity_id=name or "us-east-1:guest",
            role="auth" if name else "guest",
            authenticated=name is not None,
            groups=groups,
        )
        session = self.access.issue_session(claims)
        return Key(id=session.access_key_id, secret=session.secret, token=session.token)

    async def bucket(
        self, name: str, permissions: Permissions | None = None, owner: Owner | None = ENVIRONMENT
    ) -> None:
        """Provision a bucket, or set its permissions."""
        async with self.db.transaction() as tx:
            await self.storage.provision_bucket(tx, owner, name, "us-east-1", permissions)

    async def ask(
        self,
        method: str,
        target: str,
        *,
        key: Key | None = None,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        host: str = HOST,
        signed: bool = True,
        payload: str | None = None,
        pieces: list[bytes] | None = None,
    ) -> Reply:
        """Send a request with this raw target."""
        path, _, query = target.partition("?")
        sent = {"host": host, **(headers or {})}
        if "transfer-encoding" not in sent:
            sent.setdefault("content-length", str(len(body)))
        if signed:
            sent |= self.signature(method, path, query, key or self.root, sent, body, payload)
        return await self.send(method, path, query, sent, body, pieces)

    def signature(
        self,
        method: str,
        path: str,
        query: str,
        key: Key,
        sent: Mapping[str, str],
        body: bytes,
        payload: str | None = None,
        region: str = "us-east-1",
    ) -> dict[str, str]:
        """The headers that sign a request."""
        time = datetime.fromtimestamp(self.clock.now_ms() / 1000, UTC).strftime("%Y%m%dT%H%M%SZ")
        digest = payload or hashlib.sha256(body).hexdigest()
        own = {"x-amz-date": time, "x-amz-content-sha256": digest}
        if key.token:
            own["x-amz-security-token"] = key.token
        covered = {
            name: value for name, value in {**sent, **own}.items() if name.startswith("x-amz-") or name == "host"
        }
        names = ";".join(sorted(covered))
        pairs = sorted((part.partition("=")[0], part.partition("=")[2]) for part in query.split("&") if part)
        lines = [method, quote(path, safe="/-_.~%"), "&".join(f"{name}={value}" for name, value in pairs)]
        canonical = "\n".join([*lines, *(f"{name}:{covered[name]}" for name in sorted(covered))])
        request = f"{canonical}\n\n{names}\n{digest}"
        scope = f"{time[:8]}/{region}/s3/aws4_request"
        text = f"AWS4-HMAC-SHA256\n{time}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
        signature = hmac.digest(signing_key(key.secret, time[:8], region), text.encode(), "sha256").hex()
        own["authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={key.id}/{scope}, SignedHeaders={names}, Signature={signature}"
        )
        return own

    async def send(
        self,
        method: str,
        path: str,
        query: str,
        headers: Mapping[str, str],
        body: bytes = b"",
        pieces: list[bytes] | None = None,
    ) -> Reply:
        """Send a request as it stands."""
        parts = pieces or [body]
        messages = [
            {"type": "http.request", "body": part, "more_body": at < len(parts) - 1} for at, part in enumerate(parts)
        ]
        received: list[Any] = []

        async def receive() -> Any:
            return messages.pop(0) if messages else {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            received.append(message)

        scope = {
            "type": "http",
            "method": method,
            "raw_path": path.encode("latin-1"),
            "query_string": query.encode("latin-1"),
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers.items()],
        }
        await self.endpoint(scope, receive, send)
        content = b"".join(message.get("body", b"") for message in received[1:])
        told = {name.decode(): value.decode("latin-1") for name, value in received[0]["headers"]}
        return Reply(status=received[0]["status"], headers=told, body=content)

    async def put(self, path: str, body: bytes = b"content", **named: Any) -> Reply:
        """Put an object as the operator."""
        return await self.ask("PUT", path, body=body, **named)

    async def blobs(self) -> set[str]:
        """The ids of all blobs."""
        return {blob.id async for blob in self.contents.objects.list()}


def signing_key(secret: str, date: str, region: str) -> bytes:
    """The key of one secret for one day and region."""
    key = ("AWS4" + secret).encode()
    for part in (date, region, "s3", "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def escaped(text: str) -> str:
    """A key as the SDKs write it into a path."""
    return quote(text, safe="/-_.~")


def _bucket_of_host(host: str) -> str | None:
    return host.removesuffix(f".{HOST}") if host.endswith(f".{HOST}") else None


@asynccontextmanager
async def stand(database_url: str, objects_url: str = "memory://", **named: Any) -> AsyncIterator[Stand]:
    """A storage room over a database and a store of blobs."""
    db = await open_database(database_url)
    objects = open_objects(objects_url)
    made = Stand(db, objects, SetClock(NOW_MS), **named)
    await made.make_root()
    try:
        yield made
    finally:
        await objects.close()
        await db.close()
