"""Making, ending and looking up access keys and sessions."""

from typing import Literal

from msgspec import Struct

from preamp.access import questions
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


class Session(Struct, frozen=True, kw_only=True):
    """Temporary credentials. `expires_ms` is in milliseconds since 1970."""

    access_key_id: str
    secret: str
    token: str
    expires_ms: int


class _SessionToken(Struct, frozen=True, kw_only=True, array_like=True):
    parent: str
    secret: str
    expires_ms: int


class Access:
    """The access keys of one installation. Other nodes learn of a change within 10 seconds."""

    def __init__(self, db: Database, sealer: Sealer, clock: Clock, account: str) -> None:
        self._db = db
        self._clock = clock
        self._account = account
        self._secrets = sealer.purpose("access key")
        self._tokens = sealer.purpose("session token")
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

    async def issue_session(self, access_key_id: str, ttl_seconds: int) -> Session:
        """Temporary credentials that act as an active key's user, and end with it. Raises UnknownKey, ValueError."""
        if not 1 <= ttl_seconds <= _MAX_SESSION_SECONDS:
            raise ValueError(f"A session lives 1 to {_MAX_SESSION_SECONDS} seconds, not {ttl_seconds}.")
        if await self._credentials(access_key_id) is None:
            raise UnknownKey(access_key_id)
        own_id, secret = "ASIA" + ids.base32(16), ids.alnum(40)
        expires_ms = self._clock.now_ms() + ttl_seconds * 1000
        token = self._tokens.token(_SessionToken(parent=access_key_id, secret=secret, expires_ms=expires_ms), own_id)
        return Session(access_key_id=own_id, secret=secret, token=token, expires_ms=expires_ms)

    # Verifying -----------------------------------------------------------------------------------------------------

    async def lookup(self, access_key_id: str, token: str | None) -> Credentials | None:
        """What a pair of id and session token stands for, None where it is not of this installation or was ended."""
        if token is None:
            return await self._credentials(access_key_id)
        try:
            session = self._tokens.read_token(token, access_key_id, _SessionToken)
        except BrokenSealError:
            return None
        parent = await self._credentials(session.parent)
        if parent is None:
            return None
        expired = self._clock.now_ms() >= session.expires_ms
        caller = self._caller(access_key_id, parent.caller.user)
        return Credentials(caller=caller, secret=session.secret, expired=expired)

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


def _shown(row: Row) -> AccessKey:
    return AccessKey(id=row[0], user=row[1], created_ms=row[3], status=row[4])
