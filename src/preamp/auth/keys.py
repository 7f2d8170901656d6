"""The keys that sign a pool's tokens: RSA, sealed at rest, two in use (one for ID tokens, one for access tokens).

A rotation makes new keys that are published at once and sign only after `OVERLAP_MS`, when every node and every client
that caches key sets has seen them; the old ones stay published until no token that they signed is valid. All of this
follows from the times in their rows, so nodes need not agree on anything but the clock.
"""

import asyncio
import base64
import hashlib
from collections.abc import Iterator, Sequence
from typing import Any, Literal

import msgspec
import sqlalchemy as sa
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from msgspec import Struct

from preamp.auth.user_store import insert_unless, key_table
from preamp.db import Database, Reader, Row, Statement, Transaction
from preamp.kit import jwt
from preamp.kit.clock import Clock
from preamp.kit.seal import Sealer

Signs = Literal["id", "access"]

SEALED_FOR = "auth-signing-keys"
OVERLAP_MS = 600_000
_LONGEST_TOKEN_MS = 86_400_000
_REFRESH_MS = 60_000
_MAX_POOLS = 4096
_BITS = 2048
_FIRST_MS = 0


class NewKey(Struct, frozen=True, kw_only=True):
    """A key that was just made; `private` is DER in clear."""

    kid: str
    signs: Signs
    private: bytes
    public: dict[str, str]


class KeptKey(Struct, frozen=True):
    """A key as its row has it, opened. `retired_ms` is when it is published no more."""

    kid: str
    signs: Signs
    private: bytes
    public: dict[str, str]
    active_ms: int
    retired_ms: int | None


class _Signer(Struct, frozen=True):
    header: str
    private: Any
    active_ms: int


class PoolKeys:
    """A pool's keys in memory: what signs now, what verifies, and the published key set."""

    def __init__(self, rows: Sequence[KeptKey], clock: Clock) -> None:
        now = clock.now_ms()
        published = [row for row in rows if row.retired_ms is None or row.retired_ms > now]
        self.loaded_ms = now
        self.jwks = msgspec.json.encode({"keys": [row.public for row in published]})
        self.verifier = jwt.Verifier(jwt.KeySet.read(self.jwks), clock)
        self.kids = frozenset(row.kid for row in published)
        self._clock = clock
        self._signers: dict[Signs, list[_Signer]] = {"id": [], "access": []}
        for row in sorted(published, key=lambda row: -row.active_ms):
            header = _b64(msgspec.json.encode({"kid": row.kid, "alg": "RS256"}))
            loaded = serialization.load_der_private_key(row.private, password=None)
            self._signers[row.signs].append(_Signer(header, loaded, row.active_ms))

    def sign(self, signs: Signs, claims: dict[str, Any]) -> str:
        """A JWT of these claims, signed by the newest key that is active."""
        now = self._clock.now_ms()
        signer = next(one for one in self._signers[signs] if one.active_ms <= now)
        signed = f"{signer.header}.{_b64(msgspec.json.encode(claims))}"
        return f"{signed}.{_b64(signer.private.sign(signed.encode(), PKCS1v15(), SHA256()))}"


class Keys:
    """The signing keys of all pools. A pool without keys (made by an older preamp) gets them at first use."""

    def __init__(self, db: Database, sealer: Sealer, clock: Clock) -> None:
        self._db = db
        self._sealer = sealer.purpose(SEALED_FOR)
        self._clock = clock
        self._pools: dict[str, PoolKeys] = {}
        self._making = asyncio.Lock()

    async def of(self, user_pool_id: str) -> PoolKeys | None:
        """A pool's keys, read anew each minute; None where there is no such pool."""
        known = self._pools.get(user_pool_id)
        if known is not None and self._clock.now_ms() - known.loaded_ms < _REFRESH_MS:
            return known
        return await self._load(user_pool_id)

    async def rotate(self, user_pool_id: str) -> tuple[str, ...]:
        """Make new keys for a pool and retire the old ones once no token of theirs is valid. Answers the new kids."""
        made = await make_keys()
        active = self._clock.now_ms() + OVERLAP_MS
        async with self._db.transaction() as tx:
            await tx.execute(_retire, user_pool_id=user_pool_id, retired_ms=active + _LONGEST_TOKEN_MS + OVERLAP_MS)
            await put_keys(tx, self._sealer, user_pool_id, made, active)
        self._pools.pop(user_pool_id, None)
        return tuple(key.kid for key in made)

    async def _load(self, user_pool_id: str) -> PoolKeys | None:
        rows = await self._rows(self._db, user_pool_id)
        if not rows:
            async with self._making:
                rows = await self._rows(self._db, user_pool_id) or await self._first(user_pool_id)
        if not rows:
            return None
        if len(self._pools) >= _MAX_POOLS:
            self._pools.clear()
        found = self._pools[user_pool_id] = PoolKeys(rows, self._clock)
        return found

    async def _first(self, user_pool_id: str) -> list[KeptKey]:
        if await self._db.row(_pool_exists, id=user_pool_id) is None:
            return []
        made = await make_keys()
        async with self._db.transaction() as tx:
            await put_keys(tx, self._sealer, user_pool_id, made)
        return await self._rows(self._db, user_pool_id)

    async def _rows(self, reader: Reader, user_pool_id: str) -> list[KeptKey]:
        return list(self._opened(user_pool_id, await reader.rows(_keys, id=user_pool_id)))

    def _opened(self, user_pool_id: str, rows: Sequence[Row]) -> Iterator[KeptKey]:
        for kid, signs, private, public, active_ms, retired_ms in rows:
            opened = self._sealer.open(bytes(private), f"{user_pool_id} {kid}")
            yield KeptKey(kid, signs, opened, msgspec.json.decode(public), active_ms, retired_ms)


async def put_keys(
    tx: Transaction, sealer: Sealer, user_pool_id: str, made: Sequence[NewKey], active_ms: int = _FIRST_MS
) -> None:
    """Keep new keys of a pool, sealed for the purpose `SEALED_FOR`; make them before the transaction begins."""
    for key in made:
        await tx.execute(
            _put_key,
            user_pool_id=user_pool_id,
            kid=key.kid,
            token_use=key.signs,
            private=sealer.seal(key.private, f"{user_pool_id} {key.kid}"),
            public=msgspec.json.encode(key.public).decode(),
            active_ms=active_ms,
            retired_ms=None,
        )


async def make_keys() -> tuple[NewKey, NewKey]:
    """A pair of keys. RSA takes some 40 ms a key, in a thread: OpenSSL lets the loop run meanwhile."""
    first, second = await asyncio.gather(asyncio.to_thread(_make, "id"), asyncio.to_thread(_make, "access"))
    return first, second


def _make(signs: Signs) -> NewKey:
    key = rsa.generate_private_key(public_exponent=65_537, key_size=_BITS)
    numbers = key.public_key().public_numbers()
    modulus, exponent = _b64(numbers.n.to_bytes(_BITS // 8, "big")), _b64(numbers.e.to_bytes(3, "big"))
    thumbprint = hashlib.sha256(msgspec.json.encode({"e": exponent, "kty": "RSA", "n": modulus})).digest()
    kid = _b64(thumbprint)
    return NewKey(
        kid=kid,
        signs=signs,
        private=key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
        public={"alg": "RS256", "e": exponent, "kid": kid, "kty": "RSA", "n": modulus, "use": "sig"},
    )


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


# Whatever rule refuses a key, somebody else's of this time is there: that one stays.
_put_key = insert_unless(key_table)
_retire = Statement(
    sa.update(key_table)
    .where(key_table.c.user_pool_id == sa.bindparam("user_pool_id"), key_table.c.retired_ms.is_(None))
    .values(retired_ms=sa.bindparam("retired_ms", type_=sa.BigInteger))
)
_keys = Statement(
    sa.select(*(key_table.c[n] for n in ("kid", "token_use", "private", "public", "active_ms", "retired_ms")))
    .where(key_table.c.user_pool_id == sa.bindparam("id"))
    .order_by(key_table.c.active_ms, key_table.c.kid)
)
_pool_exists = Statement(
    sa.select(sa.literal(1))
    .select_from(sa.table("auth_user_pool", sa.column("id")))
    .where(sa.column("id") == sa.bindparam("id", type_=sa.Text))
)
