"""What a sign-in remembers between two calls: sealed values that the client carries, and a nonce that is used once.

Session and SECRET_BLOCK hold the whole state of a sign-in, so any node can go on with it and nothing is kept for
those who never come back. SECRET_BLOCK carries it as well as Session does, since pycognito answers PASSWORD_VERIFIER
without a Session. A value is bound to its pool, client and user; its nonce is written down when a step is passed, and
a second use is refused until the value has ended.
"""

import base64
import secrets
from typing import TypeVar

import msgspec
from msgspec import Struct

from preamp.kit.seal import BrokenSealError, Sealer

MAX_SESSION_CHARACTERS = 4096  # shape SessionType
_MAX_BLOCK_CHARACTERS = 8192
_NONCE_BYTES = 16


class InvalidSession(ValueError):
    """The value is not of this server, was changed, has ended, or belongs to another pool, client, user or step."""


class Round(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """One past challenge as DefineAuthChallenge sees it in `request.session`."""

    challenge_name: str
    challenge_result: bool
    challenge_metadata: str | None = None


class SignIn(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How far a sign-in has come.

    `step` is the challenge that is open. `username` is what the client signs in as; `user_id` is a made-up one for a
    name that no user has, so that a Session is as long for nobody as for anybody. `factors` are the challenges that
    were passed. `rounds` are those of CUSTOM_AUTH, `private` and `challenge_metadata` what CreateAuthChallenge gave
    for the open one. `code` is the keyed hash of a code that was sent, `webauthn` the challenge of a passkey,
    `totp_secret` a secret that is not proved yet.
    """

    pool: str
    client: str
    username: str
    user_id: str
    step: str
    exp_ms: int
    nonce: str
    begun_ms: int
    factors: tuple[str, ...] = ()
    admin: bool = False
    choice: bool = False
    device_key: str | None = None
    rounds: tuple[Round, ...] = ()
    private: dict[str, str] | None = None
    code: bytes | None = None
    challenge_metadata: str | None = None
    webauthn: bytes | None = None
    totp_secret: bytes | None = None


class Exchange(Struct, frozen=True, kw_only=True):
    """The server's side of one SRP exchange, as SECRET_BLOCK holds it: the client's A, b and u, big-endian.

    `user` is whose secret is proved: USER_ID_FOR_SRP, or a device key.
    """

    sign_in: SignIn
    user: str
    a: bytes
    b: bytes
    u: bytes


T = TypeVar("T")


def new_nonce() -> str:
    """A random nonce."""
    return secrets.token_urlsafe(_NONCE_BYTES)


class Challenges:
    """Seals and opens what a sign-in carries."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer.purpose("auth-challenges")

    def session(self, sign_in: SignIn) -> str:
        """The Session for the open step. Raises ValueError where it would be longer than a Session may be."""
        text = base64.urlsafe_b64encode(self._seal(sign_in, "session")).decode()
        if len(text) > MAX_SESSION_CHARACTERS:
            raise ValueError(f"the state of the sign-in is too long: a Session holds {MAX_SESSION_CHARACTERS}")
        return text

    def read_session(self, text: str, pool: str, client: str, now_ms: int) -> SignIn:
        """What the Session holds. Raises InvalidSession."""
        return _checked(self.read_any_session(text, now_ms), pool, client, now_ms)

    def read_any_session(self, text: str, now_ms: int) -> SignIn:
        """What a Session holds, for calls that name no client. Raises InvalidSession."""
        if len(text) > MAX_SESSION_CHARACTERS:
            raise InvalidSession("too long")
        found = self._open(text, b"-_", "session", SignIn)
        return _checked(found, found.pool, found.client, now_ms)

    def secret_block(self, exchange: Exchange) -> str:
        """SECRET_BLOCK: standard base64, about 1,300 characters."""
        return base64.b64encode(self._seal(exchange, "secret block")).decode()

    def read_secret_block(self, text: str, pool: str, client: str, now_ms: int) -> Exchange:
        """What the SECRET_BLOCK holds. Raises InvalidSession."""
        if len(text) > _MAX_BLOCK_CHARACTERS:
            raise InvalidSession("too long")
        exchange = self._open(text, b"+/", "secret block", Exchange)
        _checked(exchange.sign_in, pool, client, now_ms)
        return exchange

    def code_digest(self, sign_in_nonce: str, code: str) -> bytes:
        """The keyed hash by which a one-time code that was sent is compared, bound to one sign-in."""
        return self._sealer.fingerprint(f"{sign_in_nonce} {code}")

    def fake_uuid(self, pool: str, name: str) -> str:
        """The USER_ID_FOR_SRP of a name that no user has, in pools whose users are named by UUIDs: always the same."""
        text = self._sealer.fingerprint(f"uuid {pool} {name}").hex()
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-{'89ab'[int(text[16], 16) % 4]}{text[17:20]}-{text[20:32]}"

    def nobody(self, pool: str, name: str) -> str:
        """The key under which failures of a name are counted that no user has."""
        return f"sign-in nobody {self._sealer.fingerprint(f'nobody {pool} {name}').hex()}"

    def _seal(self, value: Struct, context: str) -> bytes:
        return self._sealer.seal(msgspec.msgpack.encode(value), context)

    def _open(self, text: str, altchars: bytes, context: str, type_: type[T]) -> T:
        try:
            sealed = base64.b64decode(text.encode(), altchars=altchars, validate=True)
            return msgspec.msgpack.decode(self._sealer.open(sealed, context), type=type_)
        except (ValueError, BrokenSealError, msgspec.MsgspecError):
            raise InvalidSession("not of this server") from None


def _checked(sign_in: SignIn, pool: str, client: str, now_ms: int) -> SignIn:
    if (sign_in.pool, sign_in.client) != (pool, client):
        raise InvalidSession("of another pool or client")
    if sign_in.exp_ms <= now_ms:
        raise InvalidSession("ended")
    return sign_in
