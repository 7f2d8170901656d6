"""Making, ending and looking up access keys and sessions."""

from collections.abc import Awaitable, Callable
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from preamp.access import questions
from preamp.access.session import Session, SessionClaims
from preamp.db import Database, Row, Transaction
from preamp.kit import ids
from preamp.kit.caller import Caller
from preamp.kit.clock import Clock
from preamp.kit.seal import BrokenSealError, Sealer
from preamp.wire import Credentials

Status = Literal["active", "inactive"]

_CACHE_MS = 10_000
_CACHED_KEYS = 1024
_MAX_SESSION_SECONDS = 129_600  # 36 hours, the longest AWS STS gives (GetSessionToken)
_MAX_TOKEN_CHARACTERS = 8192  # what a sealer reads back; clients send it in a header

IsRevoked = Callable[[SessionClaims], Awaitable[bool]]
"""Whether the sign-in that a session was made from has been ended since."""


class UnknownKey(Exception):
    """There is no access key of this id."""


class WrongInstallKey(Exception):
    """The database's secrets were sealed under another install key."""


class AccessKey(Struct, frozen=True, kw_only=True):
    """A key as it may be shown. `created_ms` is in milliseconds since 1970."""

    id: str
    user: str
    status: Status
    created_ms: int


class NewKey(Struct, frozen=True, kw_only=True):
    """A key with its secret, as its owner gets it once."""

    id: str
    secret: str


class _OperatorToken(Struct, frozen=True, kw_only=True, array_like=True):
    parent: str
    secret: str
    expires_ms: int


class _IdentityToken(Struct, frozen=True, kw_only=True, array_like=True):
    secret: str
    expires_ms: int
    claims: SessionClaims


async def _never_revoked(_claims: SessionClaims) -> bool:
    return False


class Access:
    """The access keys of one installation. Other nodes learn of a change within 10 seconds."""

    def __init__(
        self, db: Database, sealer: Sealer, clock: Clock, account: str, is_revoked: IsRevoked = _never_revoked
    ) -> None:
        self._db = db
        self._clock = clock
        self._account = account
        self._is_revoked = is_revoked
        self._secrets = sealer.purpose("access key")
        self._tokens = sealer.purpose("session token")
        self._identity_tokens = sealer.purpose("identity session token")
        self._known: dict[str, tuple[int, Credentials]] = {}

    # Keys ----------------------------------------------------------------------------------------------------------

    async def create_key(self, user: str, tx: Transaction | None = None) -> NewKey:
        """Make an active key for a user, in the caller's transaction if one is given."""
        if tx is None:
            async with self._db.transaction() as own:
                return await self.create_key(user, own)
        new = NewKey(id="AKIA" + ids.base32(16), secret=ids.alnum(40))
        await tx.execute(
            questions.INSERT,
            id=new.id,
            user_name=user,
            secret=self._secrets.seal_text(new.secret, new.id),
            created_ms=self._clock.now_ms(),
            status="active",
        )
        return new

    async def list(self) -> list[AccessKey]:
        """All keys, the oldest first."""
        return [_shown(row) for row in await self._db.rows(questions.ALL)]

    async def set_status(self, access_key_id: str, status: Status) -> None:
        """Let a key sign, or let it sign no more. Raises UnknownKey."""
        async with self._db.transaction() as tx:
            if not await tx.execute(questions.SET_STATUS, key=access_key_id, state=status):
                raise UnknownKey(access_key_id)
            tx.after_commit(lambda: self._forget(access_key_id))

    async def deactivate(self, access_key_id: str) -> None:
        """Let a key sign no more, nor the sessions made from it. Raises UnknownKey."""
        await self.set_status(access_key_id, "inactive")

    async def delete(self, access_key_id: str) -> None:
        """Remove a key. Raises UnknownKey."""
        async with self._db.transaction() as tx:
            if not await tx.execute(questions.DELETE, id=access_key_id):
                raise UnknownKey(access_key_id)
            tx.after_commit(lambda: self._forget(access_key_id))

    async def root(self) -> NewKey | None:
        """The first active key of user `root`, made where there is no key at all; None where it was ended.

        Raises WrongInstallKey.
        """
        keys = await self.list()
        if not keys:
            return await self.create_key("root")
        for key in keys:
            credentials = await self._credentials(key.id)
            if key.user == "root" and credentials is not None:
                return NewKey(id=key.id, secret=credentials.secret)
        return None

    # Sessions ------------------------------------------------------------------------------------------------------

    async def issue_operator_session(self, access_key_id: str, ttl_seconds: int) -> Session:
        """Temporary credentials that act as an active key's user, and end with it. Raises UnknownKey, ValueError."""
        _check_ttl(ttl_seconds)
        if await self._credentials(access_key_id) is None:
            raise UnknownKey(access_key_id)
        own_id, secret, expires_ms = self._new_session(ttl_seconds)
        inside = _OperatorToken(parent=access_key_id, secret=secret, expires_ms=expires_ms)
        token = self._tokens.token(inside, own_id)
        return Session(access_key_id=own_id, secret=secret, token=token, expires_ms=expires_ms)

    def issue_session(self, claims: SessionClaims, ttl_seconds: int = 3600) -> Session:
        """Temporary credentials of an identity pool's user or guest; `claims.issued_ms` becomes now.

        They never act as an operator. Nothing is stored: the token holds all, sealed. Raises ValueError for a life of
        0 or of more than 36 hours, and for claims that make a token longer than a header should be.
        """
        _check_ttl(ttl_seconds)
        own_id, secret, expires_ms = self._new_session(ttl_seconds)
        claims = replace(claims, issued_ms=self._clock.now_ms())
        inside = _IdentityToken(secret=secret, expires_ms=expires_ms, claims=claims)
        token = self._identity_tokens.token(inside, own_id)
        if len(token) > _MAX_TOKEN_CHARACTERS:
            raise ValueError(f"A session's claims make a token of {_MAX_TOKEN_CHARACTERS} characters at most.")
        return Session(access_key_id=own_id, secret=secret, token=token, expires_ms=expires_ms)

    def _new_session(self, ttl_seconds: int) -> tuple[str, str, int]:
        return "ASIA" + ids.base32(16), ids.alnum(40), self._clock.now_ms() + ttl_seconds * 1000

    # Verifying -----------------------------------------------------------------------------------------------------

    async def lookup(self, access_key_id: str, token: str | None) -> Credentials | None:
        """What an operator's pair of id and session token stands for, None where it is nobody's or was ended.

        Sessions of identity pools are nobody's here: whoever this lets in may operate the server.
        """
        if token is None:
            known = self._known.get(access_key_id)
            return known[1] if known and self._clock.now_ms() < known[0] else await self._credentials(access_key_id)
        try:
            session = self._tokens.read_token(token, access_key_id, _OperatorToken)
        except BrokenSealError:
            return None
        parent = await self._credentials(session.parent)
        if parent is None:
            return None
        expired = self._clock.now_ms() >= session.expires_ms
        caller = self._caller(access_key_id, parent.caller.user)
        return Credentials(caller=caller, secret=session.secret, expired=expired)

    async def lookup_any(self, access_key_id: str, token: str | None) -> Credentials | None:
        """What a pair stands for: an operator, or an identity pool's user or guest.

        For services that app users call. Once the signature is verified, `session_claims` tells the two apart.
        """
        if token is not None:
            session = self._identity_session(access_key_id, token)
            if session is not None:
                return await self._identity_credentials(access_key_id, session)
        return await self.lookup(access_key_id, token)

    def session_claims(self, access_key_id: str, token: str | None) -> SessionClaims | None:
        """Who a verified pair is: the claims of an identity pool's session, None for an operator.

        Raises UnknownKey where the token is not the one of this id, so that a caller that mixes up tokens (a header's
        with a query's) never takes a guest for an operator.
        """
        if token is None:
            if access_key_id.startswith("AKIA"):
                return None
            raise UnknownKey(access_key_id)
        session = self._identity_session(access_key_id, token)
        if session is not None:
            return session.claims
        try:
            self._tokens.read_token(token, access_key_id, _OperatorToken)
        except BrokenSealError:
            raise UnknownKey(access_key_id) from None
        return None

    def _identity_session(self, access_key_id: str, token: str) -> _IdentityToken | None:
        try:
            return self._identity_tokens.read_token(token, access_key_id, _IdentityToken)
        except BrokenSealError:
            return None

    async def _identity_credentials(self, access_key_id: str, session: _IdentityToken) -> Credentials | None:
        claims = session.claims
        if await self._is_revoked(claims):
            return None
        caller = Caller(
            access_key_id=access_key_id,
            user=claims.identity_id,
            arn=claims.user_arn(self._account),
            account=self._account,
            region="",
        )
        return Credentials(caller=caller, secret=session.secret, expired=self._clock.now_ms() >= session.expires_ms)

    async def _credentials(self, access_key_id: str) -> Credentials | None:
        """An active key's credentials; remembered for 10 seconds."""
        now = self._clock.now_ms()
        known = self._known.get(access_key_id)
        if known is not None and now < known[0]:
            return known[1]
        row = await self._db.row(questions.BY_ID, id=access_key_id)
        if row is None or row[4] != "active":
            self._forget(access_key_id)
            return None
        try:
            secret = self._secrets.open_text(bytes(row[2]), access_key_id)
        except BrokenSealError:
            raise WrongInstallKey(access_key_id) from None
        credentials = Credentials(caller=self._caller(access_key_id, row[1]), secret=secret)
        if len(self._known) >= _CACHED_KEYS:
            self._known.pop(next(iter(self._known)))
        self._known[access_key_id] = (now + _CACHE_MS, credentials)
        return credentials

    def _caller(self, access_key_id: str, user: str) -> Caller:
        arn = f"arn:aws:iam::{self._account}:user/{user}"
        return Caller(access_key_id=access_key_id, user=user, arn=arn, account=self._account, region="")

    def _forget(self, access_key_id: str) -> None:
        self._known.pop(access_key_id, None)


def _check_ttl(ttl_seconds: int) -> None:
    if not 1 <= ttl_seconds <= _MAX_SESSION_SECONDS:
        raise ValueError(f"A session lives 1 to {_MAX_SESSION_SECONDS} seconds, not {ttl_seconds}.")


def _shown(row: Row) -> AccessKey:
    return AccessKey(id=row[0], user=row[1], created_ms=row[3], status=row[4])
