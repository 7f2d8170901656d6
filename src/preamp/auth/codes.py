"""Codes that prove an address: six digits, kept as a keyed hash, counted before they are compared, used once."""

import hmac
import secrets

from msgspec import Struct

from preamp.auth import user_store
from preamp.db import Database, Transaction
from preamp.kit.seal import Sealer

_DIGITS = 6


class Proved(Struct, frozen=True, kw_only=True):
    """What a right code proves: which attribute's address, and the value that waited for it (None: the present one)."""

    attribute: str | None
    value: str | None


class WrongCode(Exception):
    """The code is not the one that was sent."""


class NoCode(Exception):
    """No code waits: none was sent, it has ended, was used, or guessed at too often."""


def new_code() -> str:
    """Six random digits."""
    return f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}d}"


class Codes:
    """Codes of users, one per user and purpose: a new one replaces the last."""

    def __init__(self, sealer: Sealer, attempts: int) -> None:
        self._sealer = sealer.purpose("auth-codes")
        self._attempts = attempts

    async def keep(
        self,
        tx: Transaction,
        user_id: str,
        purpose: str,
        code: str,
        *,
        expires_ms: int,
        attribute: str | None = None,
        value: str | None = None,
    ) -> None:
        """Expect a code. `value` is what becomes the attribute's once the code has come."""
        await tx.execute(
            user_store.put_code,
            user_id=user_id,
            purpose=purpose,
            digest=self._digest(user_id, purpose, code),
            attribute=attribute,
            value=value,
            attempts=0,
            expires_ms=expires_ms,
        )

    async def check(self, db: Database, user_id: str, purpose: str, code: str, now_ms: int) -> Proved:
        """What the code proves. Raises WrongCode, NoCode. It still waits: `use` it with what it is good for.

        The attempt is durable before the code is looked at, so guesses that come at once count like others.
        """
        async with db.transaction() as tx:
            row = await tx.row(user_store.try_code, user_id=user_id, purpose=purpose, limit=self._attempts)
        if row is None or row[3] <= now_ms:
            raise NoCode
        if not hmac.compare_digest(bytes(row[0]), self._digest(user_id, purpose, code)):
            raise WrongCode
        return Proved(attribute=row[1], value=row[2])

    async def use(self, tx: Transaction, user_id: str, purpose: str) -> None:
        """Take the code that was right; raises NoCode where another call was faster."""
        if not await tx.execute(user_store.delete_code, user_id=user_id, purpose=purpose):
            raise NoCode

    def _digest(self, user_id: str, purpose: str, code: str) -> bytes:
        return self._sealer.fingerprint(f"{user_id} {purpose} {code}")
