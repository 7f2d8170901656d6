"""SRP against pycognito's client, which is another implementation, and against those who cheat."""

import base64
import hashlib
import hmac
import secrets

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycognito.aws_srp import AWSSRP

from preamp.auth import modexp, srp
from preamp.auth.modexp import N

POOL = "us-east-1_TestPool1"
GROUP = "TestPool1"
TIMESTAMP = "Mon Nov 23 18:54:47 UTC 2026"
BLOCK = b"block" * 100


class Client:
    """Pycognito's client side of one exchange."""

    def __init__(self, password: str, user: str = "alice") -> None:
        self.user = user
        self.peer = AWSSRP(username=user, password=password, pool_id=POOL, client_id="c", client=object())
        self.public = int(self.peer.large_a_value)

    def signature(self, salt: int, server_public: int) -> str:
        """What it would send as PASSWORD_CLAIM_SIGNATURE."""
        key = self.peer.get_password_authentication_key(self.user, self.peer.password, server_public, f"{salt:x}")
        message = f"{GROUP}{self.user}".encode() + BLOCK + TIMESTAMP.encode()
        return base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode()


def accepted(client: Client, password: str, salt: int) -> bool:
    """Whether a server that keeps the verifier of `password` accepts the client's proof."""
    verifier = srp.verifier(GROUP, client.user, password, salt)
    offer = srp.offer(verifier)
    signature = client.signature(salt, offer.public)
    scramble = srp.scrambler(client.public, offer.public)
    key = srp.session_key(client.public, offer.secret, scramble, verifier)
    return srp.claim_matches(srp.claim(key, GROUP, client.user, BLOCK, TIMESTAMP), signature)


@pytest.mark.parametrize("password", ["Passw0rd!x", "ünïcode ✓ 12A", " inner space ", "p"])
def test_a_client_that_knows_the_password_is_accepted(password: str) -> None:
    assert accepted(Client(password), password, srp.new_salt())


def test_a_client_with_another_password_is_refused() -> None:
    assert not accepted(Client("Passw0rd!y"), "Passw0rd!x", srp.new_salt())


@pytest.mark.parametrize("salt", [1, 0x7F, 0x80, 0xFF, 1 << 64, (1 << 128) - 1, 0x00AB << 8])
def test_leading_zero_bytes_of_a_salt_do_not_count(salt: int) -> None:
    """Clients read SALT as a number: a salt that is short, or has its top bit set, is hashed like theirs."""
    assert accepted(Client("Passw0rd!x"), "Passw0rd!x", salt)


@pytest.mark.parametrize(
    "text",
    ["0", "00", f"{N:x}", f"{N + 1:x}", f"{2 * N:x}", "", "-1", "0x2", "1_0", " 2", "g", "\u0663", "f" * 4000],
)
def test_public_values_that_give_the_key_away_are_refused(text: str) -> None:
    """A = 0 mod N makes the session key 0 whatever the password; what is no number below N is refused with it."""
    with pytest.raises(srp.BadPublicValue):
        srp.read_public(text)


def test_a_multiple_of_n_is_refused_where_the_key_is_made() -> None:
    offer = srp.offer(srp.verifier(GROUP, "alice", "x", 1))
    with pytest.raises(srp.BadPublicValue):
        srp.session_key(N, offer.secret, 7, 5)


def test_every_exchange_has_its_own_exponent() -> None:
    first, second = srp.offer(7), srp.offer(7)

    assert first.secret != second.secret
    assert first.public != second.public
    assert first.secret.bit_length() == 256


@pytest.mark.parametrize(("number", "padded"), [(0, "00"), (0x7F, "7f"), (0x80, "0080"), (0xABC, "0abc")])
def test_numbers_are_hashed_in_twos_complement(number: int, padded: str) -> None:
    assert srp.pad(number).hex() == padded


@settings(max_examples=20, deadline=None)
@given(base=st.integers(0, 2 * N), exponent=st.integers(0, 2**256))
def test_powers_agree_with_pythons(base: int, exponent: int) -> None:
    assert modexp.power(base, exponent) == pow(base, exponent, N)


@pytest.mark.parametrize("base", [0, 1, 2, N - 2, N - 1, N, N + 1])
@pytest.mark.parametrize("exponent", [0, 1, 2, 3])
def test_trivial_powers_are_answered_too(base: int, exponent: int) -> None:
    """OpenSSL refuses some of these, which must not end a sign-in in an error of the server."""
    assert modexp.power(base, exponent) == pow(base, exponent, N)


def test_openssl_does_the_work() -> None:
    """The plain `pow` is ten times slower and tells its exponent by its time."""
    assert modexp.power is not modexp.plain_power


def test_a_signature_of_another_length_or_alphabet_is_refused() -> None:
    for text in ("", "a", "é" * 44, base64.b64encode(secrets.token_bytes(32)).decode()):
        assert not srp.claim_matches(b"x" * 32, text)
