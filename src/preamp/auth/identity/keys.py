"""The key that signs OpenID tokens of identity pools (RS256); one for the installation, sealed at rest."""

import asyncio

import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc import jwt
from joserfc.jwk import RSAKey

from preamp.auth.identity import store
from preamp.db import Database
from preamp.kit import ids
from preamp.kit.clock import Clock
from preamp.kit.jwt import RS256, Claims, KeySet, verify
from preamp.kit.seal import Sealer

ISSUER = "https://cognito-identity.amazonaws.com"
_PURPOSE = "identity open id key"


async def signed(db: Database, sealer: Sealer, clock: Clock, claims: dict[str, object]) -> str:
    """A token with these claims."""
    row = await db.row(store.newest_keys)
    if row is None:
        await _make(db, sealer, clock)
        row = await db.row(store.newest_keys)
    assert row is not None  # noqa: S101  made above, and never removed
    key = RSAKey.import_key(sealer.purpose(_PURPOSE).open(bytes(row[1]), row[0]))
    return jwt.encode({"alg": "RS256", "kid": row[0], "typ": "JWT"}, claims, key, algorithms=["RS256"])


async def verified(db: Database, clock: Clock, token: str) -> Claims:
    """The claims of a token that `signed` made and that has not expired. Raises TokenError."""
    document = {"keys": [msgspec.json.decode(row[2]) for row in await db.rows(store.newest_keys)]}
    return verify(token, KeySet.read(document), RS256, clock.now_ms() / 1000)


async def key_set(db: Database) -> dict[str, list[object]]:
    """The public keys as a JWKS document."""
    return {"keys": [msgspec.json.decode(row[2]) for row in await db.rows(store.newest_keys)]}


async def _make(db: Database, sealer: Sealer, clock: Clock) -> None:
    private = await asyncio.to_thread(rsa.generate_private_key, public_exponent=65537, key_size=2048)
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    kid = ids.uuid4()
    public = RSAKey.import_key(pem, {"kid": kid, "use": "sig", "alg": "RS256"}).as_dict(private=False)
    async with db.transaction() as tx:
        await tx.execute(
            store.put_key,
            kid=kid,
            private=sealer.purpose(_PURPOSE).seal(pem, kid),
            public=msgspec.json.encode(public).decode(),
            created_ms=clock.now_ms(),
        )
