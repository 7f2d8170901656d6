"""Signing up: SignUp, ConfirmSignUp, ResendConfirmationCode."""

from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from preamp.auth import user_store
from preamp.auth.codes import Proved
from preamp.auth.idp.accounts import add_user, count_try, post_confirmation, to_verify, with_verified, write_user
from preamp.auth.idp.attributes import check_required, check_writable, is_email, is_phone, read_attributes
from preamp.auth.idp.choice import confirmed_session, sign_up_session
from preamp.auth.idp.context import Idp, TriggerEvent
from preamp.auth.idp.errors import (
    CodeMismatchException,
    InvalidParameterException,
    NotAuthorizedException,
    UserNotFoundException,
)
from preamp.auth.idp.find import check_secret_hash, known_client
from preamp.auth.idp.messages import Letter, letter, made_up_details
from preamp.auth.idp.model import (
    AttributeType,
    ConfirmSignUpRequest,
    ConfirmSignUpResponse,
    ResendConfirmationCodeRequest,
    ResendConfirmationCodeResponse,
    SignUpRequest,
    SignUpResponse,
)
from preamp.auth.idp.sent_codes import SIGN_UP, checked_code, counted_as, send_code, used_code
from preamp.auth.idp.service import operation
from preamp.auth.idp.user_passwords import check_policy, new_secret
from preamp.auth.pool import Client, Pool
from preamp.auth.users import User
from preamp.kit import ids

_PASSWORDLESS = frozenset({"EMAIL_OTP", "SMS_OTP", "WEB_AUTHN"})


class _Decision(Struct, frozen=True):
    """What a PreSignUp trigger says of a new user."""

    confirm: bool = False
    verify_email: bool = False
    verify_phone: bool = False


@operation("SignUp")
async def sign_up(idp: Idp, request: SignUpRequest) -> SignUpResponse:
    """Make a user, unconfirmed until a code comes back, and send the code."""
    pool, client = await known_client(idp, request.client_id)
    check_secret_hash(idp, client, request.username, request.secret_hash)
    admin_only = pool.wire.admin_create_user_config
    if admin_only and admin_only.allow_admin_create_user_only:
        raise NotAuthorizedException("SignUp is not permitted for this user pool")
    attributes = read_attributes(pool, request.user_attributes, new=True)
    check_writable(client, attributes)
    user = new_user(idp, pool, request.username, attributes)
    check_required(pool, user.attributes)
    secret = await _secret(idp, pool, client, user, request.password)
    decision = await pre_sign_up(
        idp,
        pool,
        user,
        "PreSignUp_SignUp",
        client.id,
        client_metadata=request.client_metadata,
        validation_data=request.validation_data,
    )
    user = _decided(replace(user, secret=secret), decision)
    ready = await _sign_up_letter(idp, pool, client, user, request.client_metadata)
    async with idp.db.transaction() as tx:
        await add_user(tx, pool, user)
        if ready is not None:
            await send_code(idp, tx, user, SIGN_UP, ready, idp.limits.sign_up_code_seconds)
    if decision.confirm:
        source = "PostConfirmation_ConfirmSignUp"
        await post_confirmation(idp, pool, user, source, client.id, request.client_metadata)
    return SignUpResponse(
        user_confirmed=user.status == "CONFIRMED",
        user_sub=user.id,
        code_delivery_details=None if ready is None else ready.details,
        session=sign_up_session(idp, pool, client, user),
    )


@operation("ConfirmSignUp")
async def confirm_sign_up(idp: Idp, request: ConfirmSignUpRequest) -> ConfirmSignUpResponse:
    """Confirm a user by the code that was sent; its address is verified then."""
    pool, client = await known_client(idp, request.client_id)
    check_secret_hash(idp, client, request.username, request.secret_hash)
    user = await user_store.user_named(idp.db, pool.id, pool.key(request.username))
    await count_try(idp, "confirm", counted_as(idp, pool, request.username, user), idp.limits.tries_per_hour)
    if user is None:
        if client.hides_users(by_default=idp.limits.hides_users):
            raise CodeMismatchException("Invalid verification code provided, please try again.")
        raise UserNotFoundException("User does not exist.")
    if user.status != "UNCONFIRMED":
        raise NotAuthorizedException(f"User cannot be confirmed. Current status is {user.status}")
    proved = await checked_code(idp, user.id, SIGN_UP, request.confirmation_code)
    async with idp.db.transaction() as tx:
        await used_code(idp, tx, user, SIGN_UP)
        confirmed = await write_user(
            idp, tx, pool, user, lambda one: _confirmed(one, proved),
            force_alias=bool(request.force_alias_creation),
        )  # fmt: skip
    source = "PostConfirmation_ConfirmSignUp"
    await post_confirmation(idp, pool, confirmed, source, client.id, request.client_metadata)
    return ConfirmSignUpResponse(session=confirmed_session(idp, pool, client, confirmed, request.session))


@operation("ResendConfirmationCode")
async def resend_confirmation_code(idp: Idp, request: ResendConfirmationCodeRequest) -> ResendConfirmationCodeResponse:
    """Send another code for a sign-up; the last one is good for nothing then."""
    pool, client = await known_client(idp, request.client_id)
    check_secret_hash(idp, client, request.username, request.secret_hash)
    user = await user_store.user_named(idp.db, pool.id, pool.key(request.username))
    await count_try(idp, "resend", counted_as(idp, pool, request.username, user), idp.limits.codes_per_hour)
    hides = client.hides_users(by_default=idp.limits.hides_users)
    problem = _resend_problem(pool, user)
    if problem is not None or user is None:
        if hides:
            details = made_up_details(idp, pool, request.username, pool.wire.auto_verified_attributes)
            return ResendConfirmationCodeResponse(code_delivery_details=details)
        raise problem or UserNotFoundException("User does not exist.")
    attribute = to_verify(pool, user)
    assert attribute is not None  # noqa: S101  else there was a problem
    ready = await letter(
        idp,
        pool,
        user,
        "CustomMessage_ResendCode",
        attribute,
        client_id=client.id,
        client_metadata=request.client_metadata,
    )
    async with idp.db.transaction() as tx:
        await send_code(idp, tx, user, SIGN_UP, ready, idp.limits.sign_up_code_seconds)
    return ResendConfirmationCodeResponse(code_delivery_details=ready.details)


def new_user(idp: Idp, pool: Pool, username: str, attributes: Mapping[str, str]) -> User:
    """A user that is about to be: in pools whose users are named by an address, the name is the sub.

    Raises InvalidParameterException for a name of another form than the pool's.
    """
    user_id, now = ids.uuid4(), idp.now_ms()
    own = dict(attributes)
    if pool.sign_in_attributes:
        own[_address_name(pool, username)] = username
        username = user_id
    elif "email" in pool.aliases and is_email(username):
        raise InvalidParameterException(
            "Username cannot be of email format, since user pool is configured for email alias."
        )
    elif "phone_number" in pool.aliases and is_phone(username):
        raise InvalidParameterException(
            "Username cannot be of phone number format, since user pool is configured for phone number alias."
        )
    return User(
        id=user_id,
        user_pool_id=pool.id,
        username=username if pool.case_sensitive else username.lower(),
        status="UNCONFIRMED",
        attributes={name: value for name, value in own.items() if value != ""},
        created_ms=now,
        updated_ms=now,
    )


async def pre_sign_up(
    idp: Idp,
    pool: Pool,
    user: User,
    source: str,
    client_id: str,
    *,
    client_metadata: Mapping[str, str] | None,
    validation_data: Sequence[AttributeType] | None,
) -> "_Decision":
    """Ask the pool's PreSignUp trigger, which may refuse. Not within a transaction."""
    if pool.wire.lambda_config is None:
        return _Decision()
    response = await idp.triggers(
        TriggerEvent(
            pool=pool,
            name="PreSignUp",
            source=source,
            client_id=client_id,
            username=user.username,
            attributes=dict(user.attributes),
            request={
                "validationData": {one.name: one.value for one in validation_data or ()},
                "clientMetadata": dict(client_metadata or {}),
            },
            response={"autoConfirmUser": False, "autoVerifyEmail": False, "autoVerifyPhone": False},
        )
    )
    if response is None:
        return _Decision()
    return _Decision(
        confirm=response.get("autoConfirmUser") is True,
        verify_email=response.get("autoVerifyEmail") is True,
        verify_phone=response.get("autoVerifyPhone") is True,
    )


def _address_name(pool: Pool, username: str) -> str:
    for name, fits in (("email", is_email), ("phone_number", is_phone)):
        if name in pool.sign_in_attributes and fits(username):
            return name
    if len(pool.sign_in_attributes) == 2:
        raise InvalidParameterException("Username should be either an email or a phone number.")
    kind = "an email" if "email" in pool.sign_in_attributes else "a phone number"
    raise InvalidParameterException(f"Username should be {kind}.")


async def _secret(idp: Idp, pool: Pool, client: Client, user: User, password: str | None) -> bytes | None:
    if password is None or password == "":
        policy = pool.wire.policies.sign_in_policy if pool.wire.policies else None
        factors = set((policy and policy.allowed_first_auth_factors) or ())
        if factors.isdisjoint(_PASSWORDLESS) or "ALLOW_USER_AUTH" not in client.flows():
            raise InvalidParameterException("Password is required: no other first factor is on for this app client.")
        return None
    check_policy(pool, password)
    return await new_secret(idp, pool, user.username, password)


def _decided(user: User, decision: _Decision) -> User:
    if decision.verify_email and user.attributes.get("email"):
        user = with_verified(user, "email")
    if decision.verify_phone and user.attributes.get("phone_number"):
        user = with_verified(user, "phone_number")
    return replace(user, status="CONFIRMED") if decision.confirm else user


async def _sign_up_letter(
    idp: Idp, pool: Pool, client: Client, user: User, client_metadata: Mapping[str, str] | None
) -> Letter | None:
    attribute = to_verify(pool, user)
    if attribute is None or user.status == "CONFIRMED":
        return None
    return await letter(
        idp, pool, user, "CustomMessage_SignUp", attribute, client_id=client.id, client_metadata=client_metadata
    )


def _confirmed(user: User, proved: Proved) -> User:
    confirmed = replace(user, status="CONFIRMED")
    return confirmed if proved.attribute is None else with_verified(confirmed, proved.attribute)


def _resend_problem(pool: Pool, user: User | None) -> Exception | None:
    if user is None:
        return UserNotFoundException("User does not exist.")
    if user.status != "UNCONFIRMED":
        return InvalidParameterException("User is already confirmed.")
    if to_verify(pool, user) is None:
        return InvalidParameterException("Cannot resend codes. Auto verification not turned on.")
    return None
