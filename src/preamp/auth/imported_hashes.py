"""Password hashes of other systems: verified once, at the user's first sign-in, and then replaced by preamp's own.

Forms: bcrypt (`$2a$`, `$2b$`, `$2y$`), argon2 (`$argon2id$`, `$argon2i$`, `$argon2d$`), scrypt as passlib writes it
(`$scrypt$ln=14,r=8,p=1$salt$hash`), PBKDF2 as passlib (`$pbkdf2-sha256$rounds$salt$hash`) and as Django
(`pbkdf2_sha256$rounds$salt$hash`) write it. Costs are bounded, since whoever signs in makes the server pay them.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable
from re import Match

import argon2
import bcrypt

_BCRYPT = re.compile(r"\$2[aby]\$(?P<cost>\d\d)\$[./A-Za-z0-9]{53}")
_ARGON2 = re.compile(
    r"\$argon2(?:id|i|d)\$v=\d{1,3}\$m=(?P<memory>\d{1,7}),t=(?P<time>\d{1,3}),p=(?P<lanes>\d{1,2})"
    r"\$[A-Za-z0-9+/]{8,128}\$[A-Za-z0-9+/]{16,128}"
)
_SCRYPT = re.compile(
    r"\$scrypt\$ln=(?P<log>\d{1,2}),r=(?P<block>\d{1,2}),p=(?P<lanes>\d{1,2})"
    r"\$(?P<salt>[A-Za-z0-9+/]{2,128})\$(?P<key>[A-Za-z0-9+/]{22,128})"
)
_PBKDF2 = re.compile(
    r"\$pbkdf2(?:-(?P<digest>sha1|sha256|sha512))?\$(?P<rounds>\d{1,8})"
    r"\$(?P<salt>[A-Za-z0-9./]{2,128})\$(?P<key>[A-Za-z0-9./]{22,128})"
)
_DJANGO = re.compile(
    r"pbkdf2_(?P<digest>sha1|sha256|sha512)\$(?P<rounds>\d{1,8})"
    r"\$(?P<salt>[^$]{1,128})\$(?P<key>[A-Za-z0-9+/]{22,128}={0,2})"
)
_MAX_BCRYPT_COST = 14
_MAX_ARGON2 = {"memory": 262_144, "time": 16, "lanes": 16}  # memory in KiB
_MAX_SCRYPT_BYTES = 128 * 1024 * 1024
_MAX_ROUNDS = 2_000_000
_BCRYPT_BYTES = 72  # bcrypt reads no more of a password; whoever made the hash cut it there as well


class UnknownHash(ValueError):
    """The text is no hash of a form and a cost that preamp reads."""


def check_form(text: str) -> None:
    """Raise UnknownHash unless `matches` can verify this hash."""
    _form(text)


def matches(text: str, password: str) -> bool:
    """Whether `password` belongs to the hash, compared in constant time. Raises UnknownHash."""
    verify, found = _form(text)
    return verify(found, password)


def _form(text: str) -> tuple[Callable[[Match[str], str], bool], Match[str]]:
    for form, affordable, verify in _FORMS:
        found = form.fullmatch(text)
        if found is not None and affordable(found):
            return verify, found
    raise UnknownHash("not a bcrypt, argon2, scrypt or PBKDF2 hash of a bearable cost")


def _bcrypt_affordable(found: Match[str]) -> bool:
    return 4 <= int(found["cost"]) <= _MAX_BCRYPT_COST


def _bcrypt(found: Match[str], password: str) -> bool:
    return bcrypt.checkpw(password.encode()[:_BCRYPT_BYTES], found[0].encode())


def _argon2_affordable(found: Match[str]) -> bool:
    return all(0 < int(found[name]) <= bound for name, bound in _MAX_ARGON2.items())


def _argon2(found: Match[str], password: str) -> bool:
    try:
        return argon2.PasswordHasher().verify(found[0], password)
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False


def _scrypt_affordable(found: Match[str]) -> bool:
    log, block, lanes = int(found["log"]), int(found["block"]), int(found["lanes"])
    return log > 0 and block > 0 and 0 < lanes <= 16 and 128 * block * (1 << log) <= _MAX_SCRYPT_BYTES


def _scrypt(found: Match[str], password: str) -> bool:
    expected = _bytes(found["key"])
    made = hashlib.scrypt(
        password.encode(),
        salt=_bytes(found["salt"]),
        n=1 << int(found["log"]),
        r=int(found["block"]),
        p=int(found["lanes"]),
        maxmem=2 * _MAX_SCRYPT_BYTES,
        dklen=len(expected),
    )
    return hmac.compare_digest(made, expected)


def _rounds_affordable(found: Match[str]) -> bool:
    return 0 < int(found["rounds"]) <= _MAX_ROUNDS


def _pbkdf2(found: Match[str], password: str) -> bool:
    expected, salt = _bytes(found["key"].replace(".", "+")), _bytes(found["salt"].replace(".", "+"))
    made = hashlib.pbkdf2_hmac(
        found["digest"] or "sha1", password.encode(), salt, int(found["rounds"]), dklen=len(expected)
    )
    return hmac.compare_digest(made, expected)


def _django(found: Match[str], password: str) -> bool:
    expected = _bytes(found["key"].rstrip("="))
    salt = found["salt"].encode()
    made = hashlib.pbkdf2_hmac(found["digest"], password.encode(), salt, int(found["rounds"]), dklen=len(expected))
    return hmac.compare_digest(made, expected)


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4))


_FORMS = (
    (_BCRYPT, _bcrypt_affordable, _bcrypt),
    (_ARGON2, _argon2_affordable, _argon2),
    (_SCRYPT, _scrypt_affordable, _scrypt),
    (_PBKDF2, _rounds_affordable, _pbkdf2),
    (_DJANGO, _rounds_affordable, _django),
)
