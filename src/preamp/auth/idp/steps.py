"""What the steps of a sign-in share: the call, its answer, the state that is carried on, and the count of attempts."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from preamp.auth import lockout, user_store
from preamp.auth.challenges import Challenges, Exchange, InvalidSession, SignIn, new_nonce
from preamp.auth.idp.context import Idp, TriggerEvent
from preamp.auth.idp.errors import InvalidParameterException, NotAuthorizedException, UnexpectedLambdaException
from preamp.auth.idp.model import AuthenticationResultType, ChallengeNameType
from preamp.auth.pool import Client, Pool
from preamp.auth.users import User
from preamp.db import Transaction

_DEFAULT_SESSION_MINUTES = 3
_MAX_PARAMETER_CHARACTERS = 16_384
_TIDY_ONE_IN = 64


class Attempt(Struct, frozen=True, kw_only=True):
    """One call of a sign-in: by whom, for which pool and client, and with which parameters.

    `given` are AuthParameters or ChallengeResponses, `metadata` is ClientMetadata, `session` as the client sent it.
    `hosted` is the end of a sign-in at a page: it takes the user in the last transaction, and no tokens are issued.
    """

    idp: Idp
    pool: Pool
    client: Client
    given: Mapping[str, str]
    metadata: Mapping[str, str]
    session: str | None = None
    admin: bool = False
    hosted: Callable[[Transaction, User], Awaitable[None]] | None = None

    def need(self, name: str) -> str:
        """A parameter that must be there. Raises InvalidParameterException."""
        value = self.given.get(name)
        if not value:
            raise InvalidParameterException(f"Missing required parameter {name}")
        if len(value) > _MAX_PARAMETER_CHARACTERS:
            raise InvalidParameterException(f"Parameter {name} is longer than {_MAX_PARAMETER_CHARACTERS} characters")
        return value

    @property
    def hides_users(self) -> bool:
        """Whether the answer must not tell if a user exists. Administrators are told."""
        return not self.admin and self.client.hides_users(by_default=self.idp.limits.hides_users)

    @property
    def challenges(self) -> Challenges:
        """The seals of sessions."""
        return Challenges(self.idp.sealer)


class Outcome(Struct, frozen=True, kw_only=True):
    """What a step answers: tokens, or the next challenge."""

    authentication_result: AuthenticationResultType | None = None
    challenge_name: ChallengeNameType | None = None
    session: str | None = None
    challenge_parameters: dict[str, str] = {}
    available_challenges: tuple[ChallengeNameType, ...] | None = None


class Person(Struct, frozen=True, kw_only=True):
    """Who signs in: a user, or nobody under a name. `id_for_srp` is what an SRP proof names."""

    username: str
    user: User | None
    id_for_srp: str
    key: str

    @property
    def attributes(self) -> dict[str, str]:
        """The attributes as triggers see them."""
        return {} if self.user is None else {"sub": self.user.id, **self.user.attributes}


def wrong() -> NotAuthorizedException:
    """The answer for a wrong password and for a user that does not exist."""
    return NotAuthorizedException("Incorrect username or password.")


def invalid_session() -> NotAuthorizedException:
    """The answer for a Session that was used, has ended, or belongs elsewhere."""
    return NotAuthorizedException("Invalid session for the user, session is expired.")


def person(attempt: Attempt, username: str, user: User | None) -> Person:
    """The person of a name: all of it looks and counts alike for a name that no user has."""
    if user is not None:
        return Person(username=username, user=user, id_for_srp=user.username, key=lockout.key_of(user.id))
    pool, folded = attempt.pool, attempt.pool.key(username)
    named_by_uuid = bool(pool.sign_in_attributes)
    return Person(
        username=username,
        user=None,
        id_for_srp=attempt.challenges.fake_uuid(pool.id, folded) if named_by_uuid else folded,
        key=attempt.challenges.nobody(pool.id, folded),
    )


def begin(attempt: Attempt, who: Person, step: str) -> SignIn:
    """The state of a sign-in that begins with the challenge `step`."""
    now = attempt.idp.now_ms()
    return SignIn(
        pool=attempt.pool.id,
        client=attempt.client.id,
        username=who.username,
        user_id=who.user.id if who.user else attempt.challenges.fake_uuid(attempt.pool.id, who.username),
        step=step,
        exp_ms=now + _validity_ms(attempt.client),
        nonce=new_nonce(),
        begun_ms=now,
        admin=attempt.admin,
        device_key=attempt.given.get("DEVICE_KEY"),
    )


def advance(attempt: Attempt, sign_in: SignIn, step: str) -> SignIn:
    """The state at the next challenge: what one challenge needed alone is gone."""
    return replace(
        sign_in,
        step=step,
        exp_ms=attempt.idp.now_ms() + _validity_ms(attempt.client),
        nonce=new_nonce(),
        private=None,
        code=None,
        challenge_metadata=None,
        webauthn=None,
        totp_secret=None,
        device_key=attempt.given.get("DEVICE_KEY") or sign_in.device_key,
    )


def passed(sign_in: SignIn, factor: str) -> SignIn:
    """The state with one more challenge passed."""
    return replace(sign_in, factors=(*sign_in.factors, factor))


def _validity_ms(client: Client) -> int:
    return (client.config.auth_session_validity or _DEFAULT_SESSION_MINUTES) * 60_000


def opened(attempt: Attempt, *steps: str) -> SignIn:
    """The state in the call's Session, which must stand at one of `steps`. Raises NotAuthorizedException."""
    if attempt.session is None:
        raise InvalidParameterException("Missing required parameter Session")
    try:
        found = attempt.challenges.read_session(
            attempt.session, attempt.pool.id, attempt.client.id, attempt.idp.now_ms()
        )
    except InvalidSession:
        raise invalid_session() from None
    if found.step not in steps or found.admin != attempt.admin:
        raise invalid_session()
    return found


def opened_block(attempt: Attempt, step: str) -> Exchange:
    """The exchange in the call's SECRET_BLOCK; a Session beside it must be the same sign-in's."""
    block = attempt.need("PASSWORD_CLAIM_SECRET_BLOCK")
    try:
        found = attempt.challenges.read_secret_block(block, attempt.pool.id, attempt.client.id, attempt.idp.now_ms())
    except InvalidSession:
        raise invalid_session() from None
    if found.sign_in.step != step or found.sign_in.admin != attempt.admin:
        raise invalid_session()
    if attempt.session is not None and opened(attempt, step).nonce != found.sign_in.nonce:
        raise invalid_session()
    return found


async def person_of(attempt: Attempt, sign_in: SignIn) -> Person:
    """Whom a sign-in is of; the USERNAME of the call must mean the same user."""
    user = await user_store.user(attempt.idp.db, attempt.pool.id, sign_in.user_id)
    found = person(attempt, sign_in.username, user)
    if user is None and sign_in.user_id != attempt.challenges.fake_uuid(attempt.pool.id, sign_in.username):
        raise invalid_session()  # deleted since
    named = attempt.given.get("USERNAME")
    key = attempt.pool.key
    same = {key(sign_in.username), key(found.id_for_srp), *({user.id} if user else ())}
    if named is not None and key(named) not in same and not await _is_alias(attempt, named, user):
        raise invalid_session()
    return found


async def _is_alias(attempt: Attempt, named: str, user: User | None) -> bool:
    holder = await user_store.alias_holder(attempt.idp.db, attempt.pool.id, attempt.pool.key(named))
    return user is not None and holder == user.id


async def claim(attempt: Attempt, who: Person, burnt: SignIn | None = None) -> None:
    """Count an attempt before anything is verified; `burnt` is a sign-in whose values may not be used again.

    Raises NotAuthorizedException for a user who is locked out, and for values that were used before.
    """
    idp, now = attempt.idp, attempt.idp.now_ms()
    async with idp.db.transaction() as tx:
        if burnt is not None and not await user_store.use_nonce(tx, burnt.nonce, burnt.exp_ms):
            raise invalid_session()
        if not await lockout.claim(tx, who.key, now):
            raise NotAuthorizedException("Password attempts exceeded")
        if secrets.randbelow(_TIDY_ONE_IN) == 0:
            await lockout.forget_old(tx, now)
            await tx.execute(user_store.delete_ended_nonces, now_ms=now)


async def settle(attempt: Attempt, who: Person, burnt: SignIn | None = None) -> None:
    """Take back the count of an attempt that proved right, as the sign-in goes on; its Session is used up."""
    async with attempt.idp.db.transaction() as tx:
        if burnt is not None and not await user_store.use_nonce(tx, burnt.nonce, burnt.exp_ms):
            raise invalid_session()
        await lockout.uncount(tx, who.key)


async def pre_authentication(attempt: Attempt, who: Person) -> None:
    """Let the pool's PreAuthentication trigger refuse, before anything is verified."""
    if attempt.pool.wire.lambda_config is not None:
        request = {"validationData": dict(attempt.metadata), **_not_found(attempt, who)}
        await attempt.idp.triggers(event(attempt, who, "PreAuthentication", "Authentication", request, {}))


async def post_authentication(attempt: Attempt, who: Person, *, new_device: bool) -> None:
    """Tell the pool's PostAuthentication trigger, before tokens are made."""
    if attempt.pool.wire.lambda_config is not None:
        request = {"newDeviceUsed": new_device, "clientMetadata": dict(attempt.metadata)}
        await attempt.idp.triggers(event(attempt, who, "PostAuthentication", "Authentication", request, {}))


def event(
    attempt: Attempt, who: Person, name: str, source: str, request: dict[str, Any], response: dict[str, Any]
) -> TriggerEvent:
    """The call of a trigger; `source` is the last part of triggerSource."""
    return TriggerEvent(
        pool=attempt.pool,
        name=name,
        source=f"{name}_{source}",
        client_id=attempt.client.id,
        username=who.user.username if who.user else who.username,
        attributes=who.attributes,
        request=request,
        response=response,
    )


def _not_found(attempt: Attempt, who: Person) -> dict[str, bool]:
    """`userNotFound`, which triggers of clients that hide users get."""
    return {"userNotFound": who.user is None} if attempt.hides_users else {}


def challenge(attempt: Attempt, sign_in: SignIn, name: ChallengeNameType, parameters: dict[str, str]) -> Outcome:
    """Ask for the challenge at which the sign-in stands."""
    try:
        session = attempt.challenges.session(sign_in)
    except ValueError:
        raise UnexpectedLambdaException(
            "The challenges of this sign-in are more than a session can hold; let DefineAuthChallenge end it"
        ) from None
    return Outcome(challenge_name=name, session=session, challenge_parameters=parameters)
