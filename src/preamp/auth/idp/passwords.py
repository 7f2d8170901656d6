"""Passwords that users change or forgot: ForgotPassword, ConfirmForgotPassword, ChangePassword."""

from msgspec.structs import replace

from preamp.auth import lockout, sign_in_store, tokens, user_store
from preamp.auth.idp.accounts import count_try, post_confirmation, recovery_attributes, write_user
from preamp.auth.idp.context import Idp
from preamp.auth.idp.errors import (
    CodeMismatchException,
    ExpiredCodeException,
    InvalidParameterException,
    LimitExceededException,
    NotAuthorizedException,
    ResourceNotFoundException,
    UserNotFoundException,
)
from preamp.auth.idp.find import check_secret_hash, known_client
from preamp.auth.idp.messages import letter, made_up_details
from preamp.auth.idp.model import (
    ChangePasswordRequest,
    ChangePasswordResponse,
    ConfirmForgotPasswordRequest,
    ConfirmForgotPasswordResponse,
    ForgotPasswordRequest,
    ForgotPasswordResponse,
    VerifiedAttributeType,
)
from preamp.auth.idp.sent_codes import RESET, checked_code, counted_as, send_code, used_code
from preamp.auth.idp.service import operation
from preamp.auth.idp.user_passwords import check_policy, new_secret, password_is_right
from preamp.auth.pool import Pool
from preamp.auth.users import User
from preamp.wire import ServiceError


@operation("ForgotPassword")
async def forgot_password(idp: Idp, request: ForgotPasswordRequest) -> ForgotPasswordResponse:
    """Send a code that resets the password, to a verified address.

    Where the client hides users, nobody's name and a user who cannot reset are answered alike: as if a code went out.
    """
    try:
        pool, client = await known_client(idp, request.client_id)
    except ResourceNotFoundException:
        raise ResourceNotFoundException("Username/client id combination not found.") from None
    check_secret_hash(idp, client, request.username, request.secret_hash)
    user = await user_store.user_named(idp.db, pool.id, pool.key(request.username))
    who = counted_as(idp, pool, request.username, user)
    await count_try(idp, "forgot", who, idp.limits.codes_per_hour)
    problem, attribute = _way(pool, user)
    if user is None or attribute is None:
        if not client.hides_users(by_default=idp.limits.hides_users):
            raise problem or UserNotFoundException("User does not exist.")
        # Remembered, so that the code which never comes is "wrong", as for others, and not "never asked for".
        async with idp.db.transaction() as tx:
            ends = idp.now_ms() + idp.limits.reset_code_seconds * 1000
            await user_store.use_nonce(tx, f"{RESET} {who}", ends)
        return ForgotPasswordResponse(
            code_delivery_details=made_up_details(idp, pool, request.username, recovery_attributes(pool))
        )
    ready = await letter(
        idp,
        pool,
        user,
        "CustomMessage_ForgotPassword",
        attribute,
        client_id=client.id,
        client_metadata=request.client_metadata,
    )
    async with idp.db.transaction() as tx:
        await send_code(idp, tx, user, RESET, ready, idp.limits.reset_code_seconds)
    return ForgotPasswordResponse(code_delivery_details=ready.details)


@operation("ConfirmForgotPassword")
async def confirm_forgot_password(idp: Idp, request: ConfirmForgotPasswordRequest) -> ConfirmForgotPasswordResponse:
    """Set a new password by the code that was sent; all sessions end and the lockout is forgotten."""
    pool, client = await known_client(idp, request.client_id)
    check_secret_hash(idp, client, request.username, request.secret_hash)
    user = await user_store.user_named(idp.db, pool.id, pool.key(request.username))
    who = counted_as(idp, pool, request.username, user)
    await count_try(idp, "confirm-reset", who, idp.limits.tries_per_hour)
    check_policy(pool, request.password)
    hides = client.hides_users(by_default=idp.limits.hides_users)
    if user is None and not hides:
        raise UserNotFoundException("User does not exist.")
    # Everybody walks the same way here, nobody too: so time does not tell who exists.
    pretended = hides and await user_store.nonce_used(idp.db, f"{RESET} {who}", idp.now_ms())
    try:
        await checked_code(idp, who, RESET, request.confirmation_code)
    except ExpiredCodeException:
        if pretended:
            raise CodeMismatchException("Invalid verification code provided, please try again.") from None
        raise
    if user is None:
        raise ExpiredCodeException("Invalid code provided, please request a code again.")
    secret = await new_secret(idp, pool, user.username, request.password)
    async with idp.db.transaction() as tx:
        await used_code(idp, tx, user, RESET)
        changed = await write_user(
            idp,
            tx,
            pool,
            user,
            lambda one: replace(one, secret=secret, status="CONFIRMED", temporary_until_ms=None),
        )
        await tokens.end_sessions(tx, user)
        await lockout.clear(tx, lockout.key_of(user.id))
    source = "PostConfirmation_ConfirmForgotPassword"
    await post_confirmation(idp, pool, changed, source, client.id, request.client_metadata)
    return ConfirmForgotPasswordResponse()


@operation("ChangePassword")
async def change_password(idp: Idp, request: ChangePasswordRequest) -> ChangePasswordResponse:
    """Replace the password of a signed-in user, who must know the old one; wrong ones count towards the lockout."""
    session = await tokens.session_of(idp, request.access_token)
    pool, user = session.pool, session.user
    key = lockout.key_of(user.id)
    if request.previous_password is not None or user.secret is not None:
        async with idp.db.transaction() as tx:
            free = await lockout.claim(tx, key, idp.now_ms())
        if not free:
            raise LimitExceededException("Attempt limit exceeded, please try after some time.")
        if not await password_is_right(idp, pool, user.username, user, request.previous_password or ""):
            raise NotAuthorizedException("Incorrect username or password.")
    check_policy(pool, request.proposed_password)
    secret = await new_secret(idp, pool, user.username, request.proposed_password)
    async with idp.db.transaction() as tx:
        await lockout.clear(tx, key)
        await sign_in_store.set_secret(tx, user.id, secret, "CONFIRMED", idp.now_ms())
    return ChangePasswordResponse()


def _way(pool: Pool, user: User | None) -> tuple[ServiceError | None, VerifiedAttributeType | None]:
    """By which address a user may reset the password, or why not."""
    attributes = recovery_attributes(pool)
    if attributes is None:
        return NotAuthorizedException("Contact administrator to reset password."), None
    if user is None:
        return UserNotFoundException("Username/client id combination not found."), None
    if not user.enabled:
        return NotAuthorizedException("User is disabled."), None
    if user.status in {"FORCE_CHANGE_PASSWORD", "EXTERNAL_PROVIDER"}:
        return NotAuthorizedException("User password cannot be reset in the current state."), None
    verified = next((one for one in attributes if user.verified(one) and user.attributes.get(one)), None)
    if verified is None:
        told = "Cannot reset password for the user as there is no registered/verified email or phone_number"
        return InvalidParameterException(told), None
    return None, verified
