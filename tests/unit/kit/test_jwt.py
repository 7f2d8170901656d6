"""Tokens prove what their issuer signed, while it holds, and nothing else does."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuer import Issuer, part, private_key
from preamp.kit.clock import SetClock
from preamp.kit.jwt import (
    ALGORITHMS,
    MAX_TOKEN_CHARACTERS,
    RS256,
    KeySet,
    KeySetError,
    TokenError,
    UnknownKeyError,
    Verifier,
    unverified_claims,
    verify,
)

NOW = 1_700_000_000.0
GOOD = Issuer("https://good.example", "good", now=NOW)
OTHER = Issuer("https://good.example", "other", now=NOW)
KEYS = KeySet.read(GOOD.jwks)
EVERY = [Issuer("https://i.example", f"key {name}", name, NOW) for name in ALGORITHMS]


def reason(token: str, keys: KeySet = KEYS, algorithms: Any = RS256, now: float = NOW) -> str:
    with pytest.raises(TokenError) as refused:
        verify(token, keys, algorithms, now)
    return refused.value.reason


@pytest.mark.parametrize("issuer", EVERY, ids=ALGORITHMS)
def test_a_signed_token_proves_its_claims(issuer: Issuer) -> None:
    claims = verify(issuer.token(sub="s"), KeySet.read(json.dumps(issuer.jwks)), ALGORITHMS, NOW)

    assert claims == {"iss": "https://i.example", "iat": NOW, "exp": NOW + 3600, "sub": "s"}


@pytest.mark.parametrize("issuer", EVERY, ids=ALGORITHMS)
def test_a_changed_token_proves_nothing(issuer: Issuer) -> None:
    """Claims, header or signature changed or taken from another token."""
    keys = KeySet.read(issuer.jwks)
    head, body, signature = issuer.token(sub="s").split(".")
    other = issuer.token(sub="t").split(".")

    for parts in ((head, other[1], signature), (head, body, other[2]), (head, body, signature[:-4] + "AAAA")):
        assert reason(".".join(parts), keys, ALGORITHMS) == "untrusted"
    assert reason(f"{head}.{body}.{signature[:40]}", keys, ALGORITHMS) == "untrusted"


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", "", "HS256", "HS512", "ES256K", "A128KW"])
def test_an_algorithm_that_needs_no_private_key_is_refused(algorithm: str) -> None:
    assert reason(f"{GOOD.unsigned(algorithm)}") in {"malformed", "untrusted"}
    assert reason(f"{GOOD.unsigned(algorithm)}AAAA", algorithms=[*ALGORITHMS, algorithm]) == "untrusted"


def test_the_public_key_is_no_secret() -> None:
    """HMAC over the published key is not a signature, even where the caller lists HS256 by mistake."""
    assert reason(GOOD.confused()) == "untrusted"
    assert reason(GOOD.confused(), algorithms=["RS256", "HS256"]) == "untrusted"


def test_only_the_algorithms_asked_for_count() -> None:
    assert reason(EVERY[1].token(), KeySet.read(EVERY[1].jwks)) == "untrusted"


def test_a_key_signs_with_its_own_algorithm_only() -> None:
    """A key published for RS256 does not verify RS512, and one of P-256 no ES384."""
    elliptic = Issuer("https://i.example", "key ES256", "ES256")

    assert reason(GOOD.token({"alg": "RS512"}), algorithms=ALGORITHMS) == "untrusted"
    assert reason(elliptic.token({"alg": "ES384"}), KeySet.read(elliptic.jwks), ALGORITHMS) == "untrusted"
    assert reason(GOOD.token({"alg": "ES256"}), algorithms=ALGORITHMS) == "untrusted"


def test_a_key_that_names_no_algorithm_verifies_those_of_its_kind() -> None:
    (published,) = EVERY[2].jwks["keys"]
    keys = KeySet.read({"keys": [{name: value for name, value in published.items() if name != "alg"}]})

    assert verify(EVERY[2].token(), keys, ["RS512"], NOW)


@pytest.mark.parametrize("kid", ["", None, "unknown", "../good", "good\x00", "GOOD"])
def test_the_key_must_be_a_known_one(kid: str | None) -> None:
    with pytest.raises(UnknownKeyError):
        verify(GOOD.token({"kid": kid}), KEYS, RS256, NOW)


def test_a_key_of_the_same_name_is_not_the_same_key() -> None:
    assert reason(OTHER.token({"kid": GOOD.key.kid})) == "untrusted"


@pytest.mark.parametrize("kid", [7, ["good"], {"a": 1}])
def test_a_kid_is_a_text(kid: Any) -> None:
    assert reason(GOOD.token({"kid": kid})) == "malformed"


def test_keys_that_a_token_brings_along_are_not_read() -> None:
    forged = {"jwk": OTHER.jwks["keys"][0], "jku": "https://evil.example/jwks", "x5c": ["MII"], "x5u": "https://evil"}

    assert reason(OTHER.token(forged)) == "untrusted"
    assert reason(OTHER.token({**forged, "kid": GOOD.key.kid})) == "untrusted"


@pytest.mark.parametrize(
    "header", [{"crit": ["b64"], "b64": False}, {"crit": []}, {"typ": "logout+jwt"}, {"typ": "secevent+jwt"}]
)
def test_tokens_of_other_kinds_are_refused(header: dict[str, Any]) -> None:
    assert reason(GOOD.token(header)) == "malformed"


@pytest.mark.parametrize("typ", ["JWT", "jwt", "at+jwt", "application/at+jwt"])
def test_access_tokens_of_rfc_9068_are_tokens(typ: str) -> None:
    assert verify(GOOD.token({"typ": typ}), KEYS, RS256, NOW)


@pytest.mark.parametrize(
    ("claims", "found"),
    [
        ({"exp": NOW}, "expired"),
        ({"exp": NOW - 1}, "expired"),
        ({"exp": None}, "malformed"),
        ({"exp": "soon"}, "malformed"),
        ({"exp": str(NOW + 3600)}, "malformed"),
        ({"exp": True}, "malformed"),
        ({"exp": [NOW + 3600]}, "malformed"),
        ({"nbf": NOW + 61}, "early"),
        ({"nbf": "now"}, "malformed"),
        ({"iat": NOW + 61}, "early"),
        ({"iat": {}}, "malformed"),
    ],
)
def test_a_token_holds_in_its_time_alone(claims: dict[str, Any], found: str) -> None:
    assert reason(GOOD.token(**claims)) == found


def test_an_infinite_time_is_no_time() -> None:
    header = {"alg": "RS256", "kid": "good"}
    for number in (b"1e999", b"NaN", b"Infinity"):
        assert reason(GOOD.signed(header, b'{"exp": %s}' % number)) == "malformed"


def test_clocks_may_differ_by_a_minute() -> None:
    assert verify(GOOD.token(nbf=NOW + 60, iat=NOW + 60), KEYS, RS256, NOW)


@pytest.mark.parametrize(
    "token",
    [
        *["", ".", "..", "...", "a.b", "a.b.c.d", "a.b.c ", " a.b.c", "a\n.b.c", "ä.b.c", "a.b.c="],
        *["a+b.c.d", "\udcff.b.c"],
        f"{part([])}.{part({})}.AAAA",
        f"{part('text')}.{part({})}.AAAA",
        f"{part(b'{')}.{part({})}.AAAA",
        f"{part(b'[' * 3000)}.{part({})}.AAAA",
        f"{part({'alg': 5})}.{part({})}.AAAA",
        f"{part({})}.{part({})}.AAAA",
        "a" * 2049 + ".b.c",
        f"{part({'alg': 'RS256', 'kid': 'good'})}.{'a' * MAX_TOKEN_CHARACTERS}.AAAA",
    ],
)  # fmt: skip
def test_what_is_no_token_is_told_so(token: str) -> None:
    assert reason(token) == "malformed"


@pytest.mark.parametrize("payload", [b"", b"[]", b'"x"', b"null", b"{", b"\xff", b"[" * 5000, b'{"a":' * 3000])
def test_a_signed_payload_must_still_be_claims(payload: bytes) -> None:
    assert reason(GOOD.signed({"alg": "RS256", "kid": "good"}, payload)) == "malformed"


@given(st.text(max_size=100) | st.text("abcXYZ019-_.", max_size=60))
def test_no_text_that_nobody_signed_is_accepted(text: str) -> None:
    with pytest.raises(TokenError):
        verify(text, KEYS, ALGORITHMS, NOW)


def test_unproven_claims_can_be_looked_at() -> None:
    assert unverified_claims(OTHER.token(sub="x"))["sub"] == "x"
    with pytest.raises(TokenError):
        unverified_claims("a.b")


# Key sets ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "document", [b"", b"[]", b"{}", b"null", b'{"keys": {}}', b'{"keys": 5}', b"\xff", b"[" * 9000]
)
def test_a_key_set_is_a_list_of_keys(document: bytes) -> None:
    with pytest.raises(KeySetError):
        KeySet.read(document)


def test_a_key_set_is_bounded() -> None:
    with pytest.raises(KeySetError):
        KeySet.read({"keys": [{}] * 101})


def test_keys_that_cannot_verify_are_passed_over() -> None:
    """One unusable key does not take the others away: sets hold encryption keys and kinds yet to come."""
    (good,) = GOOD.jwks["keys"]
    small = base64.urlsafe_b64encode(b"\xff" * 128).decode().rstrip("=")
    huge = base64.urlsafe_b64encode(b"\xff" * 2000).decode().rstrip("=")
    bad: list[Any] = [
        *[None, 5, [], {}, {"kid": "no kind"}, {"kty": "RSA"}, {**good, "kid": 5}, {**good, "kid": ""}],
        {**good, "kid": "encrypts", "use": "enc"},
        {**good, "kid": "wraps", "key_ops": ["wrapKey"]},
        {**good, "kid": "odd", "key_ops": 5},
        {"kty": "oct", "kid": "secret", "k": "AAAA"},
        {"kty": "RSA", "kid": "small", "n": small, "e": "AQAB"},
        {"kty": "RSA", "kid": "huge", "n": huge, "e": "AQAB"},
        {"kty": "RSA", "kid": "broken", "n": "a", "e": "AQAB"},
        {"kty": "RSA", "kid": "halved", "n": good["n"]},
        {"kty": "EC", "kid": "curve", "crv": "secp256k1", "x": "AA", "y": "AA"},
        {"kty": "EC", "kid": "point", "crv": "P-256", "x": "AA", "y": "AA"},
        {"kty": "OKP", "kid": "x", "crv": "X25519", "x": "A" * 43},
        {**good, "kid": "symmetric", "alg": "HS256"},
    ]

    assert KeySet.read({"keys": [*bad, good]}).kids == (GOOD.key.kid,)


def test_the_first_of_two_keys_with_one_name_counts() -> None:
    twin = {**OTHER.jwks["keys"][0], "kid": GOOD.key.kid}
    keys = KeySet.read({"keys": [*GOOD.jwks["keys"], twin]})

    assert verify(GOOD.token(), keys, RS256, NOW)
    assert reason(OTHER.token({"kid": GOOD.key.kid}), keys) == "untrusted"


def test_private_parts_of_a_key_are_left_out() -> None:
    whole = private_key("good").as_dict(private=True)
    key = KeySet.read({"keys": [whole]}).key("good")

    assert key is not None
    assert not key.key.is_private


# Remembering ------------------------------------------------------------------------------------------------------


def test_a_remembered_token_expires() -> None:
    clock = SetClock(int(NOW * 1000))
    verifier = Verifier(KEYS, clock)
    token = GOOD.token(sub="s")

    assert verifier.verify(token) is verifier.verify(token)
    clock.advance(3_600_000)
    with pytest.raises(TokenError, match="expired"):
        verifier.verify(token)


def test_no_token_is_remembered_for_another() -> None:
    verifier = Verifier(KEYS, SetClock(int(NOW * 1000)))
    token = GOOD.token(sub="s")
    verifier.verify(token)

    for other in (
        token[:-1],
        token + "A",
        token + ".",
        token.replace(".", ". "),
        OTHER.token(sub="s"),
        token + "\udcff",
    ):
        with pytest.raises(TokenError):
            verifier.verify(other)


def test_what_is_remembered_is_bounded() -> None:
    verifier = Verifier(KEYS, SetClock(int(NOW * 1000)), remembered=2)
    tokens = [GOOD.token(sub=str(number)) for number in range(4)]

    assert [verifier.verify(token)["sub"] for token in tokens * 2] == ["0", "1", "2", "3"] * 2
    assert len(verifier._known) == 2
