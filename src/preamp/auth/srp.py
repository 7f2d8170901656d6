"""Secure Remote Password as Cognito speaks it: SRP-6a over RFC 3526 group 15 with SHA-256.

A group name (the part of the pool's id after `_`, or a device group key), a user name (USER_ID_FOR_SRP, or a device
key) and a password make the private number x; the server keeps only the verifier g^x. Numbers are hashed in two's
complement form (`pad`): clients read SALT as a number, so leading zero bytes of a salt do not count.
Source: what aws-amplify 6, amazon-cognito-identity-js and pycognito compute; RFC 5054 for the checks of A and u.
"""

import base64
import hashlib
import hmac
import re
import secrets

from msgspec import Struct

from preamp.auth.modexp import N, power

G = 2
_B_BITS = 256  # twice the strength of the whole; the 1,024 bits that clients use would cost three times as much
_SALT_BITS = 128
_INFO = b"Caldera Derived Key\x01"
_KEY_BYTES = 16
_HEXADECIMAL = re.compile(r"[0-9a-fA-F]{1,770}")  # two characters for each of the prime's 384 bytes, and 00 before


class BadPublicValue(ValueError):
    """The client's A, or what follows from it, would make the session key known to anyone."""


class Offer(Struct, frozen=True):
    """The server's half of one exchange: its secret exponent b and the public value B."""

    secret: int
    public: int


def pad(number: int) -> bytes:
    """A non-negative number as the clients hash it: big-endian, with a zero byte where the top bit is set."""
    return number.to_bytes(number.bit_length() // 8 + 1, "big")


def _hash(*parts: bytes) -> int:
    return int.from_bytes(hashlib.sha256(b"".join(parts)).digest(), "big")


K = _hash(pad(N), pad(G))


def group_of(user_pool_id: str) -> str:
    """The group name of a user pool: its id without the region."""
    return user_pool_id.partition("_")[2]


def new_salt() -> int:
    """A random salt of 128 bits."""
    return secrets.randbits(_SALT_BITS)


def verifier(group: str, user: str, password: str, salt: int) -> int:
    """g^x: one exponentiation, about half a millisecond."""
    inner = hashlib.sha256(f"{group}{user}:{password}".encode()).digest()
    return power(G, _hash(pad(salt), inner))


def read_public(text: str) -> int:
    """A as the client sent it, in hexadecimal. Raises BadPublicValue for 0 mod N and for what is no number below N."""
    number = int(text, 16) if _HEXADECIMAL.fullmatch(text) else 0
    if not 0 < number < N:
        raise BadPublicValue("A must be a hexadecimal number below N, and not 0")
    return number


def offer(of_verifier: int) -> Offer:
    """A fresh b, and B = k*v + g^b: one exponentiation."""
    while True:
        secret = secrets.randbits(_B_BITS) | 1 << (_B_BITS - 1)
        public = (K * of_verifier + power(G, secret)) % N
        if public:
            return Offer(secret, public)


def scrambler(client_public: int, server_public: int) -> int:
    """u, which ties A and B together. Raises BadPublicValue where it is 0."""
    made = _hash(pad(client_public), pad(server_public))
    if made == 0:
        raise BadPublicValue("the exchange must be begun anew")
    return made


def session_key(client_public: int, secret: int, scramble: int, of_verifier: int) -> bytes:
    """The 16 bytes that both sides know if the client knew the password: S = (A * v^u)^b, two exponentiations.

    Raises BadPublicValue where A is 0 mod N: S would be 0 for everyone.
    """
    if client_public % N == 0:
        raise BadPublicValue("A must not be 0 mod N")
    shared = power(client_public * power(of_verifier, scramble) % N, secret)
    extracted = hmac.digest(pad(scramble), pad(shared), "sha256")
    return hmac.digest(extracted, _INFO, "sha256")[:_KEY_BYTES]


def claim(key: bytes, group: str, user: str, secret_block: bytes, timestamp: str) -> bytes:
    """The proof: HMAC over group, user, the decoded SECRET_BLOCK and the client's time as the text it sent."""
    return hmac.digest(key, f"{group}{user}".encode() + secret_block + timestamp.encode(), "sha256")


def block_bytes(secret_block: str) -> bytes:
    """SECRET_BLOCK as it is signed: decoded, from the standard alphabet."""
    return base64.b64decode(secret_block)


def claim_matches(expected: bytes, signature: str) -> bool:
    """Whether PASSWORD_CLAIM_SIGNATURE (base64) is the expected proof; in constant time."""
    return hmac.compare_digest(base64.b64encode(expected), signature.encode())
