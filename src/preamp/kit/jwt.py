"""Signed tokens: JWTs in compact form (RFC 7519, 7515), verified against an issuer's public keys.

joserfc reads the keys and knows the algorithms. Here stands what makes a verifier safe: only public-key algorithms, and
of these only the caller's; the key is the one its `kid` names, and it must be of the algorithm's kind; whatever a token
says about where its key lies (jwk, jku, x5c, x5u) is not read (RFC 8725).
"""

import base64
import hashlib
import math
import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any, Final, Literal

import msgspec
from joserfc import jwk
from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry
from msgspec import Struct

from preamp.kit.clock import Clock

Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
RS256: Final[tuple[Algorithm, ...]] = ("RS256",)
ALGORITHMS: Final[tuple[Algorithm, ...]] = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"),
)
"""Every algorithm that can be asked for: all of them have a public key, so no key confusion is possible."""

MAX_TOKEN_CHARACTERS = 16_384
MAX_KEYS = 100
_LEAST_RSA_BITS, _MOST_RSA_BITS = 2048, 8192
_REMEMBERED = 4096
_COMPACT = re.compile(r"([\w-]{1,2048})\.([\w-]+)\.([\w-]{1,2048})", re.ASCII)
_CURVES = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512", "Ed25519": "EdDSA"}
_PARTS = frozenset({"kty", "n", "e", "crv", "x", "y"})
_OF_RSA: frozenset[str] = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"})

Claims = dict[str, Any]


class TokenError(Exception):
    """A token proves nothing. `reason` tells cases apart for callers; the text is fit for whoever sent the token."""

    def __init__(self, reason: Literal["malformed", "untrusted", "expired", "early"], message: str) -> None:
        super().__init__(message)
        self.reason = reason


class UnknownKeyError(TokenError):
    """The token names a key that the set does not hold: the issuer may have rotated its keys since they were read."""

    def __init__(self, kid: str) -> None:
        super().__init__("untrusted", "The token is signed with a key that its issuer does not publish.")
        self.kid = kid


class KeySetError(ValueError):
    """A document is no JSON Web Key Set."""


class _Key(Struct, frozen=True):
    """A public key, and the algorithms that it may verify."""

    key: Any
    algorithms: frozenset[str]


class KeySet:
    """An issuer's public keys by `kid`. Equal documents make equal sets; a set never changes."""

    def __init__(self, keys: Mapping[str, _Key]) -> None:
        self._keys = dict(keys)

    @classmethod
    def read(cls, document: bytes | str | Mapping[str, Any]) -> "KeySet":
        """The signing keys of a JWKS (RFC 7517 section 5). Raises KeySetError.

        Keys that cannot verify here are passed over, as the RFC asks: other uses, kinds or curves, symmetric ones,
        those without `kid`, RSA under 2048 bits. Of two with one `kid` the first counts.
        """
        try:
            whole = msgspec.json.decode(document) if isinstance(document, bytes | str) else document
            listed = whole["keys"]
        except (msgspec.DecodeError, RecursionError, UnicodeError, LookupError, TypeError):
            raise KeySetError("A key set is a JSON object with a list `keys`.") from None
        if not isinstance(listed, list | tuple) or len(listed) > MAX_KEYS:
            raise KeySetError(f"`keys` is a list of at most {MAX_KEYS} keys.")
        found: dict[str, _Key] = {}
        for one in listed:
            match one:
                case {"kid": str(kid)} if kid and kid not in found:
                    key = _public(one)
                    found |= {kid: key} if key else {}
        return cls(found)

    @property
    def kids(self) -> tuple[str, ...]:
        """The names of the keys."""
        return tuple(self._keys)

    def key(self, kid: str) -> _Key | None:
        """The key of a name."""
        return self._keys.get(kid)


def _public(member: dict[str, Any]) -> _Key | None:
    """A JWK as a public key; None where it cannot verify signatures."""
    operations = member.get("key_ops", ["verify"])
    if member.get("use", "sig") != "sig" or not isinstance(operations, list) or "verify" not in operations:
        return None
    able = _able(member)
    if isinstance(member.get("alg"), str):
        able &= {member["alg"]}
    if not able:
        return None
    try:
        # The parts of the public key alone: what else a set says of a key is judged here.
        return _Key(jwk.import_key({name: value for name, value in member.items() if name in _PARTS}), able)
    except (JoseError, ValueError, TypeError):
        return None


def _able(member: dict[str, Any]) -> frozenset[str]:
    """The algorithms of a JWK's kind, curve and size."""
    match member:
        case {"kty": "RSA", "n": str(modulus)} if len(modulus) <= _MOST_RSA_BITS // 4:
            try:
                bits = int.from_bytes(_bytes(modulus)).bit_length()
            except ValueError:
                return frozenset()
            return _OF_RSA if _LEAST_RSA_BITS <= bits <= _MOST_RSA_BITS else frozenset()
        case {"kty": "EC" | "OKP", "crv": str(curve)} if curve in _CURVES:
            return frozenset({_CURVES[curve]})
    return frozenset()


class _Header(Struct):
    alg: str
    kid: str = ""
    typ: str | None = None
    crit: Any = None


_HEADER = msgspec.json.Decoder(_Header)
_CLAIMS = msgspec.json.Decoder(dict[str, Any])
_MALFORMED = "Unable to parse JWT token."


@lru_cache(maxsize=256)
def _header(segment: str) -> _Header | None:
    """A token's first part, None where it is none. All tokens of one key share it."""
    try:
        return _HEADER.decode(_bytes(segment))
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None


def _bytes(segment: str) -> bytes:
    return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))


def verify(token: str, keys: KeySet, algorithms: Collection[Algorithm], now: float, leeway_seconds: int = 60) -> Claims:
    """The claims of a token whose signature and times are right. Raises TokenError.

    `now` is in seconds since 1970. `exp` must be there and holds to the second; `nbf` and `iat` may lie
    `leeway_seconds` ahead, for issuers whose clocks are. Issuer and audience are the caller's to check.
    """
    claims = signed_claims(token, keys, algorithms)
    check_times(claims, now, leeway_seconds)
    return claims


def signed_claims(token: str, keys: KeySet, algorithms: Collection[Algorithm]) -> Claims:
    """The claims of a token whose signature is right, whatever its times. Raises TokenError."""
    parts = _COMPACT.fullmatch(token) if len(token) <= MAX_TOKEN_CHARACTERS else None
    if parts is None:
        raise TokenError("malformed", _MALFORMED)
    header = _header(parts[1])
    if header is None:
        raise TokenError("malformed", _MALFORMED)
    if header.crit is not None or not _is_jwt(header.typ):
        raise TokenError("malformed", "The token is of another kind than a JWT with plain claims.")
    if header.alg not in algorithms or header.alg not in ALGORITHMS:
        raise TokenError("untrusted", "The token is signed with an algorithm that is not accepted.")
    key = keys.key(header.kid)
    if key is None:
        raise UnknownKeyError(header.kid)
    if header.alg not in key.algorithms:
        raise TokenError("untrusted", "The token is signed with another algorithm than its key is for.")
    if not _is_signature(token, parts, header.alg, key):
        raise TokenError("untrusted", "The token's signature is wrong.")
    return _payload(parts[2])


def _is_jwt(typ: str | None) -> bool:
    """Whether a header's `typ` is that of an ID or access token: a logout token must not pass for one."""
    return typ is None or typ.lower().removeprefix("application/") in {"jwt", "at+jwt"}


def _is_signature(token: str, parts: re.Match[str], algorithm: str, key: _Key) -> bool:
    try:
        signature = _bytes(parts[3])
        return JWSRegistry.algorithms[algorithm].verify(token[: parts.end(2)].encode(), signature, key.key)
    except (JoseError, ValueError):
        return False


def _payload(segment: str) -> Claims:
    try:
        return _CLAIMS.decode(_bytes(segment))
    except (msgspec.DecodeError, ValueError, RecursionError):
        raise TokenError("malformed", _MALFORMED) from None


def unverified_claims(token: str) -> Claims:
    """What a token says, unproven: good for choosing whose keys to ask, and for nothing else. Raises TokenError."""
    parts = _COMPACT.fullmatch(token) if len(token) <= MAX_TOKEN_CHARACTERS else None
    if parts is None:
        raise TokenError("malformed", _MALFORMED)
    return _payload(parts[2])


def check_times(claims: Mapping[str, Any], now: float, leeway_seconds: int = 60) -> None:
    """Hold a token's times against the clock. Raises TokenError."""
    expires = seconds(claims, "exp")
    if expires is None:
        raise TokenError("malformed", "The token has no time of expiry (exp).")
    if now >= expires:
        raise TokenError("expired", "Token has expired.")
    for name in ("nbf", "iat"):
        moment = seconds(claims, name)
        if moment is not None and moment > now + leeway_seconds:
            raise TokenError("early", f"The token is not valid yet ({name} lies in the future).")


def seconds(claims: Mapping[str, Any], name: str) -> float | None:
    """A claim that is a time, in seconds since 1970; None where it is absent. Raises TokenError for anything else."""
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TokenError("malformed", f"The token's {name} is not a number of seconds.")
    return float(value)


class Verifier:
    """Verifies the tokens of one key set, and remembers those it found good until they expire.

    A token is remembered by its SHA-256: a look-up tells nothing about the bytes of another's. Where the issuer's keys
    change, make another Verifier; what this one remembers goes with it.
    """

    def __init__(
        self,
        keys: KeySet,
        clock: Clock,
        algorithms: Collection[Algorithm] = RS256,
        *,
        leeway_seconds: int = 60,
        remembered: int = _REMEMBERED,
    ) -> None:
        self.keys = keys
        self._clock, self._algorithms, self._leeway = clock, frozenset(algorithms), leeway_seconds
        self._most = remembered
        self._known: dict[bytes, Claims] = {}

    def verify(self, token: str) -> Claims:
        """The claims of a good token, the same value for the same token: not to be changed. Raises TokenError."""
        now = self._clock.now_ms() / 1000
        name = hashlib.sha256(token.encode("utf-8", "replace")).digest()
        known = self._known.get(name)
        if known is not None:
            if now < known["exp"]:
                return known
            del self._known[name]
        claims = verify(token, self.keys, self._algorithms, now, self._leeway)
        if len(self._known) >= self._most:
            del self._known[next(iter(self._known))]
        self._known[name] = claims
        return claims
