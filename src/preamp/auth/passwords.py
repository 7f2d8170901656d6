"""Passwords at rest: a sealed SRP verifier where clients sign in by SRP, a sealed argon2id hash where none does.

An SRP verifier is a fast hash: stolen in clear it can be guessed at 2,000 tries a second and core, and no slower hash
beside it would help. So every secret is sealed under the install key, which lies outside the database, and bound to
its pool and user. An imported hash is kept sealed until its user's first sign-in, then `stale` asks to replace it.

Every check does the same work for a user that does not exist (`secret=None`) as for one that does.
"""

import hashlib
import hmac

import argon2
import msgspec
from argon2.low_level import Type
from msgspec import Struct

from preamp.auth import imported_hashes, srp
from preamp.auth.modexp import BYTES, N
from preamp.kit.seal import Sealer

_SALT_BYTES = 16
_hasher = argon2.PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1, type=Type.ID)


class SrpSecret(Struct, frozen=True, tag="srp", array_like=True):
    """What an SRP server keeps: salt (16 bytes) and verifier (384 bytes), big-endian."""

    salt: bytes
    verifier: bytes

    @property
    def numbers(self) -> tuple[int, int]:
        """Salt and verifier as numbers."""
        return int.from_bytes(self.salt, "big"), int.from_bytes(self.verifier, "big")


class HashSecret(Struct, frozen=True, tag="argon2id", array_like=True):
    """An argon2id hash of preamp's own cost."""

    text: str


class ImportedSecret(Struct, frozen=True, tag="imported", array_like=True):
    """A hash that another system made (`preamp.auth.imported_hashes`)."""

    text: str


Secret = SrpSecret | HashSecret | ImportedSecret
_decoder = msgspec.msgpack.Decoder(Secret)


class Passwords:
    """Makes, opens and checks the secrets of users. `user_id` is what clients get as USER_ID_FOR_SRP: it never changes.

    Making and checking cost 0.5 ms (SRP) to 20 ms (argon2id) of CPU: call them off the event loop.
    """

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer.purpose("auth-passwords")

    def make_secret(self, pool_id: str, user_id: str, password: str, srp: bool) -> bytes:
        """The sealed secret to store for a password; `srp` tells whether a client of the pool signs in by SRP."""
        made = _srp_secret(pool_id, user_id, password) if srp else HashSecret(_hasher.hash(password))
        return self._sealed(pool_id, user_id, made)

    def import_hash(self, pool_id: str, user_id: str, text: str) -> bytes:
        """The sealed secret to store for a hash of another system. Raises imported_hashes.UnknownHash."""
        imported_hashes.check_form(text)
        return self._sealed(pool_id, user_id, ImportedSecret(text))

    def check(self, pool_id: str, user_id: str, secret: bytes | None, password: str, srp: bool = True) -> bool:
        """Whether `password` belongs to the sealed `secret`, in constant time.

        None (no such user, or one without a password) costs what a user's secret of kind `srp` would, and is False.
        """
        if secret is None:
            return self._check_nobody(pool_id, user_id, password, srp)
        found = self.opened(pool_id, user_id, secret)
        match found:
            case SrpSecret():
                return _srp_matches(pool_id, user_id, found, password)
            case HashSecret():
                return _hash_matches(found.text, password)
            case ImportedSecret():
                return imported_hashes.matches(found.text, password)

    def stale(self, pool_id: str, user_id: str, secret: bytes, srp: bool) -> bool:
        """Whether a secret that was just checked should be made anew from the password, in the pool's kind."""
        return not isinstance(self.opened(pool_id, user_id, secret), SrpSecret if srp else HashSecret)

    def opened(self, pool_id: str, user_id: str, secret: bytes) -> Secret:
        """The secret in clear. Raises BrokenSealError where it is not this user's."""
        found: Secret = _decoder.decode(self._sealer.open(secret, f"{pool_id} {user_id}"))
        return found

    def srp_secret(self, pool_id: str, user_id: str, secret: bytes | None) -> SrpSecret:
        """Salt and verifier for an SRP exchange; a made-up one, always the same for one user, where there is none."""
        if secret is not None:
            found = self.opened(pool_id, user_id, secret)
            if isinstance(found, SrpSecret):
                return found
        return self._nobody(pool_id, user_id)

    def _nobody(self, pool_id: str, user_id: str) -> SrpSecret:
        seed = self._sealer.fingerprint(f"srp {pool_id} {user_id}")
        random = hashlib.shake_256(seed).digest(_SALT_BYTES + BYTES)
        number = int.from_bytes(random[_SALT_BYTES:], "big") % N
        return SrpSecret(random[:_SALT_BYTES], number.to_bytes(BYTES, "big"))

    def _check_nobody(self, pool_id: str, user_id: str, password: str, srp: bool) -> bool:
        if srp:
            _srp_matches(pool_id, user_id, self._nobody(pool_id, user_id), password)
        else:
            _hasher.hash(password)
        return False

    def _sealed(self, pool_id: str, user_id: str, secret: Secret) -> bytes:
        return self._sealer.seal(msgspec.msgpack.encode(secret), f"{pool_id} {user_id}")


def _srp_secret(pool_id: str, user_id: str, password: str) -> SrpSecret:
    salt = srp.new_salt()
    made = srp.verifier(srp.group_of(pool_id), user_id, password, salt)
    return SrpSecret(salt.to_bytes(_SALT_BYTES, "big"), made.to_bytes(BYTES, "big"))


def _srp_matches(pool_id: str, user_id: str, secret: SrpSecret, password: str) -> bool:
    made = srp.verifier(srp.group_of(pool_id), user_id, password, secret.numbers[0])
    return hmac.compare_digest(made.to_bytes(BYTES, "big"), secret.verifier)


def _hash_matches(text: str, password: str) -> bool:
    try:
        return _hasher.verify(text, password)
    except argon2.exceptions.VerifyMismatchError:
        return False
