"""Issuers of tokens for tests: keys of their own, and whatever token a test or an attacker may want of them."""

import base64
import hashlib
import hmac
import json
from functools import cache
from typing import Any

from joserfc import jwk
from joserfc.jws import JWSRegistry


@cache
def private_key(name: str, algorithm: str = "RS256") -> Any:
    """A private key; the same for the same name within one test run, since RSA keys take long to make."""
    parameters: Any = {"kid": name, "alg": algorithm, "use": "sig"}
    if algorithm.startswith(("RS", "PS")):
        return jwk.RSAKey.generate_key(2048, parameters)
    if algorithm == "EdDSA":
        return jwk.OKPKey.generate_key("Ed25519", parameters)
    return jwk.ECKey.generate_key({"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}[algorithm], parameters)


def part(value: object) -> str:
    """One part of a compact token: bytes as they are, anything else as JSON."""
    plain = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(plain).rstrip(b"=").decode()


class Issuer:
    """One issuer with one key. `now` is the time of its tokens, in seconds; they live an hour."""

    def __init__(self, url: str, name: str, algorithm: str = "RS256", now: float = 1_700_000_000.0) -> None:
        self.url, self.algorithm, self.now = url, algorithm, int(now)
        self.key = private_key(name, algorithm)

    @property
    def jwks(self) -> dict[str, Any]:
        """The public keys."""
        return {"keys": [self.key.as_dict(private=False)]}

    def claims(self, **more: Any) -> dict[str, Any]:
        """The claims that every token of this issuer has; None leaves one out."""
        whole = {"iss": self.url, "iat": self.now, "exp": self.now + 3600} | more
        return {name: value for name, value in whole.items() if value is not None}

    def token(self, header: dict[str, Any] | None = None, **more: Any) -> str:
        """A signed token. `header` changes the header and nothing about how it is signed."""
        head = {"alg": self.algorithm, "kid": self.key.kid, **(header or {})}
        return self.signed({name: value for name, value in head.items() if value is not None}, self.claims(**more))

    def signed(self, header: object, payload: object) -> str:
        """Any two parts, signed with this issuer's key."""
        text = f"{part(header)}.{part(payload)}"
        signature = JWSRegistry.algorithms[self.algorithm].sign(text.encode(), self.key)
        return f"{text}.{part(signature)}"

    def confused(self, **more: Any) -> str:
        """A token whose HMAC is made with the public key, as a verifier that is told HS256 by the token would check."""
        text = f"{part({'alg': 'HS256', 'kid': self.key.kid})}.{part(self.claims(**more))}"
        public: bytes = self.key.as_pem(private=False)
        return f"{text}.{part(hmac.digest(public, text.encode(), hashlib.sha256))}"

    def unsigned(self, algorithm: str = "none", **more: Any) -> str:
        """A token without a signature."""
        return f"{part({'alg': algorithm, 'kid': self.key.kid})}.{part(self.claims(**more))}."


def cognito_access(sub: str, username: str, *groups: str, client_id: str = "web", **more: Any) -> dict[str, Any]:
    """The claims of a user pool's access token."""
    claims = {"sub": sub, "username": username, "client_id": client_id, "token_use": "access"}
    return claims | ({"cognito:groups": list(groups)} if groups else {}) | more


def cognito_id(sub: str, username: str, *groups: str, client_id: str = "web", **more: Any) -> dict[str, Any]:
    """The claims of a user pool's ID token."""
    claims = {"sub": sub, "cognito:username": username, "aud": client_id, "token_use": "id"}
    return claims | ({"cognito:groups": list(groups)} if groups else {}) | more
