"""Passwords at rest: sealed, bound to their user, and imported hashes that are verified once."""

import hashlib
from base64 import b64encode

import argon2
import bcrypt
import pytest

from preamp.auth import imported_hashes
from preamp.auth.passwords import HashSecret, ImportedSecret, Passwords, SrpSecret
from preamp.kit.seal import BrokenSealError, Sealer

POOL = "us-east-1_TestPool1"
PASSWORD = "Passw0rd!x"


@pytest.fixture
def passwords() -> Passwords:
    return Passwords(Sealer(b"k" * 32))


@pytest.mark.parametrize("srp", [True, False])
def test_the_right_password_is_accepted_and_no_other(passwords: Passwords, srp: bool) -> None:
    secret = passwords.make_secret(POOL, "alice", PASSWORD, srp)

    assert passwords.check(POOL, "alice", secret, PASSWORD)
    assert not passwords.check(POOL, "alice", secret, PASSWORD + " ")
    assert not passwords.check(POOL, "alice", secret, "")


@pytest.mark.parametrize("srp", [True, False])
def test_a_secret_shows_nothing_of_the_password(passwords: Passwords, srp: bool) -> None:
    """Two secrets of one password differ, and neither verifier nor hash can be read without the install key."""
    first, second = (passwords.make_secret(POOL, "alice", PASSWORD, srp) for _ in range(2))

    assert first != second
    assert b"argon2" not in first
    assert PASSWORD.encode() not in first


@pytest.mark.parametrize(("pool", "user"), [(POOL, "bob"), ("us-east-1_Other", "alice")])
def test_a_secret_that_was_moved_to_another_user_does_not_open(passwords: Passwords, pool: str, user: str) -> None:
    """Whoever can write to the database cannot give a user the password of another."""
    secret = passwords.make_secret(POOL, "alice", PASSWORD, srp=True)

    with pytest.raises(BrokenSealError):
        passwords.check(pool, user, secret, PASSWORD)


def test_another_install_key_opens_nothing(passwords: Passwords) -> None:
    secret = passwords.make_secret(POOL, "alice", PASSWORD, srp=True)

    with pytest.raises(BrokenSealError):
        Passwords(Sealer(b"j" * 32)).check(POOL, "alice", secret, PASSWORD)


@pytest.mark.parametrize("srp", [True, False])
def test_nobody_has_no_password(passwords: Passwords, srp: bool) -> None:
    assert not passwords.check(POOL, "nobody", None, PASSWORD, srp)


def test_an_unknown_user_looks_the_same_each_time(passwords: Passwords) -> None:
    """RFC 5054 section 2.5.1.3: a salt that changed would tell that there is no such user."""
    first, again = (passwords.srp_secret(POOL, "nobody", None) for _ in range(2))
    other = passwords.srp_secret(POOL, "somebody", None)

    assert first == again
    assert first.salt != other.salt
    assert len(first.salt) == len(passwords.srp_secret(POOL, "a", passwords.make_secret(POOL, "a", "x", True)).salt)


def test_a_pool_that_turns_srp_on_or_off_makes_secrets_anew(passwords: Passwords) -> None:
    by_srp = passwords.make_secret(POOL, "alice", PASSWORD, srp=True)
    by_hash = passwords.make_secret(POOL, "alice", PASSWORD, srp=False)

    assert isinstance(passwords.opened(POOL, "alice", by_srp), SrpSecret)
    assert isinstance(passwords.opened(POOL, "alice", by_hash), HashSecret)
    assert not passwords.stale(POOL, "alice", by_srp, srp=True)
    assert passwords.stale(POOL, "alice", by_srp, srp=False)
    assert passwords.stale(POOL, "alice", by_hash, srp=True)


def passlib(raw: bytes) -> str:
    """Base64 without padding, as passlib writes it ('.' for '+')."""
    return plain(raw).replace("+", ".")


def plain(raw: bytes) -> str:
    """Base64 without padding."""
    return b64encode(raw).decode().rstrip("=")


def imports() -> dict[str, str]:
    """Hashes of PASSWORD as other systems keep them."""
    raw, salt = PASSWORD.encode(), b"saltsaltsaltsalt"
    pbkdf2 = hashlib.pbkdf2_hmac("sha256", raw, salt, 1000)
    scrypt = hashlib.scrypt(raw, salt=salt, n=2**4, r=8, p=1, dklen=32)
    return {
        "bcrypt": bcrypt.hashpw(raw, bcrypt.gensalt(4)).decode(),
        "bcrypt of PHP": bcrypt.hashpw(raw, bcrypt.gensalt(4)).decode().replace("$2b$", "$2y$"),
        "argon2id": argon2.PasswordHasher(1, 64, 1).hash(PASSWORD),
        "argon2i": argon2.PasswordHasher(1, 64, 1, type=argon2.Type.I).hash(PASSWORD),
        "scrypt": f"$scrypt$ln=4,r=8,p=1${plain(salt)}${plain(scrypt)}",
        "PBKDF2": f"$pbkdf2-sha256$1000${passlib(salt)}${passlib(pbkdf2)}",
        "PBKDF2 of Django": f"pbkdf2_sha256$1000$saltsaltsaltsalt${b64encode(pbkdf2).decode()}",
    }


@pytest.mark.parametrize("kind", list(imports()))
def test_an_imported_hash_is_verified_and_then_replaced(passwords: Passwords, kind: str) -> None:
    secret = passwords.import_hash(POOL, "alice", imports()[kind])

    assert isinstance(passwords.opened(POOL, "alice", secret), ImportedSecret)
    assert passwords.check(POOL, "alice", secret, PASSWORD)
    assert not passwords.check(POOL, "alice", secret, "other")
    assert passwords.stale(POOL, "alice", secret, srp=True)
    assert passwords.stale(POOL, "alice", secret, srp=False)


def test_srp_cannot_use_an_imported_hash(passwords: Passwords) -> None:
    """Until the first sign-in with the password itself there is no verifier: the user looks like an unknown one."""
    secret = passwords.import_hash(POOL, "alice", imports()["bcrypt"])

    assert passwords.srp_secret(POOL, "alice", secret) == passwords.srp_secret(POOL, "alice", None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Passw0rd!x",
        "5f4dcc3b5aa765d61d8327deb882cf99",
        "$2b$31$" + "a" * 53,
        "$2b$99$" + "a" * 53,
        "$argon2id$v=19$m=9999999,t=3,p=4$c2FsdHNhbHQ$" + "a" * 43,
        "$argon2id$v=19$m=65536,t=999,p=4$c2FsdHNhbHQ$" + "a" * 43,
        "$scrypt$ln=30,r=8,p=1$c2FsdA$" + "a" * 43,
        "$scrypt$ln=14,r=8,p=0$c2FsdA$" + "a" * 43,
        "$pbkdf2-sha256$99999999$c2FsdA$" + "a" * 43,
        "pbkdf2_sha256$0$salt$" + "a" * 43,
        "$2b$04$" + "a" * 53 + "\n",
    ],
)
def test_hashes_of_unknown_form_or_unbearable_cost_are_refused(text: str) -> None:
    """A hash that took a minute to verify would let anyone stop the server by signing in."""
    with pytest.raises(imported_hashes.UnknownHash):
        imported_hashes.check_form(text)
