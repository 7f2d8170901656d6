"""What administrators do to users."""

import secrets
import string
from collections.abc import Callable, Mapping

from msgspec.structs import replace

from preamp.auth import lockout, sign_in_store, tokens, user_store
from preamp.auth.idp.accounts import (
    add_user,
    post_confirmation,
    recovery_attributes,
    write_user,
)
from preamp.auth.idp.attributes import changed, check_required, read_attributes, shown
from preamp.auth.idp.context import Idp
from preamp.auth.idp.errors import (
    InvalidParameterException,
    NotAuthorizedException,
    UnsupportedUserStateException,
    UserNotFoundException,
)
from preamp.auth.idp.find import known_pool, known_user
from preamp.auth.idp.messages import Letter, letter, send
from preamp.auth.idp.mfa_preference import by_settings, chosen_factors, mfa_wire
from preamp.auth.idp.model import (
    AdminConfirmSignUpRequest,
    AdminConfirmSignUpResponse,
    AdminCreateUserRequest,
    AdminCreateUserResponse,
    AdminDeleteUserAttributesRequest,
    AdminDeleteUserAttributesResponse,
    AdminDeleteUserRequest,
    AdminDisableUserRequest,
    AdminDisableUserResponse,
    AdminEnableUserRequest,
    AdminEnableUserResponse,
    AdminGetUserRequest,
    AdminGetUserResponse,
    AdminResetUserPasswordRequest,
    AdminResetUserPasswordResponse,
    AdminSetUserMFAPreferenceRequest,
    AdminSetUserMFAPreferenceResponse,
    AdminSetUserPasswordRequest,
    AdminSetUserPasswordResponse,
    AdminSetUserSettingsRequest,
    AdminSetUserSettingsResponse,
    AdminUpdateUserAttributesRequest,
    AdminUpdateUserAttributesResponse,
    AdminUserGlobalSignOutRequest,
    AdminUserGlobalSignOutResponse,
    Nothing,
    UserType,
    VerifiedAttributeType,
)
from preamp.auth.idp.own_account import without
from preamp.auth.idp.sent_codes import RESET, send_code
from preamp.auth.idp.service import operation
from preamp.auth.idp.sign_up import new_user, pre_sign_up
from preamp.auth.idp.user_passwords import check_policy, new_secret
from preamp.auth.pool import Pool
from preamp.auth.users import User

_DAY_MS = 86_400_000
_NO_CLIENT = "CLIENT_ID_NOT_APPLICABLE"
_TEMPORARY_LENGTH = 12
_SYMBOLS = "!#%+:=?@"


@operation("AdminCreateUser")
async def admin_create_user(idp: Idp, request: AdminCreateUserRequest) -> AdminCreateUserResponse:
    """Make a user with a temporary password, and send the invitation; or send it again."""
    pool = await known_pool(idp, request.user_pool_id)
    if request.message_action == "RESEND":
        return AdminCreateUserResponse(user=user_wire(await _invite_again(idp, pool, request)))
    attributes = read_attributes(pool, request.user_attributes, new=True)
    user = new_user(idp, pool, request.username, attributes)
    check_required(pool, user.attributes)
    await pre_sign_up(
        idp,
        pool,
        user,
        "PreSignUp_AdminCreateUser",
        _NO_CLIENT,
        client_metadata=request.client_metadata,
        validation_data=request.validation_data,
    )
    password = request.temporary_password or _temporary_password(pool)
    check_policy(pool, password)
    user = await _with_temporary(idp, pool, user, password)
    addresses = [] if request.message_action == "SUPPRESS" else _invited(user, request.desired_delivery_mediums)
    letters = [await _invitation(idp, pool, user, one, request.client_metadata) for one in addresses]
    async with idp.db.transaction() as tx:
        await add_user(tx, pool, user, force_alias=bool(request.force_alias_creation))
        for ready in letters:
            await send(idp, tx, ready, password)
    return AdminCreateUserResponse(user=user_wire(user))


@operation("AdminGetUser")
async def admin_get_user(idp: Idp, request: AdminGetUserRequest) -> AdminGetUserResponse:
    """A user with everything that administrators may see."""
    pool = await known_pool(idp, request.user_pool_id)
    user = await known_user(idp, pool, request.username)
    preferred, factors = mfa_wire(user)
    return AdminGetUserResponse(
        username=user.username,
        user_attributes=shown(user),
        user_create_date=user.created_ms / 1000,
        user_last_modified_date=user.updated_ms / 1000,
        enabled=user.enabled,
        user_status=user.status,
        preferred_mfa_setting=preferred,
        user_mfa_setting_list=factors,
    )


@operation("AdminDeleteUser")
async def admin_delete_user(idp: Idp, request: AdminDeleteUserRequest) -> Nothing:
    """Remove a user and all that belongs to it."""
    pool = await known_pool(idp, request.user_pool_id)
    user = await known_user(idp, pool, request.username)
    async with idp.db.transaction() as tx:
        for statement in user_store.delete_user:
            await tx.execute(statement, id=user.id)
    return Nothing()


@operation("AdminEnableUser")
async def admin_enable_user(idp: Idp, request: AdminEnableUserRequest) -> AdminEnableUserResponse:
    """Let a user sign in again."""
    pool = await known_pool(idp, request.user_pool_id)
    user = await known_user(idp, pool, request.username)
    await _change(idp, pool, user, lambda one: replace(one, enabled=True))
    return AdminEnableUserResponse()


@operation("AdminDisableUser")
async def admin_disable_user(idp: Idp, request: AdminDisableUserRequest) -> AdminDisableUserResponse:
    """Let a user sign in no more; all sessions end at once."""
    pool = await known_pool(idp, request.user_pool_id)
    user = await known_user(idp, pool, request.username)
    await _change(idp, pool, user, lambda one: replace(one, enabled=False), ends_sessions=True)
    return AdminDisableUserResponse()


@operation("AdminConfirmSignUp")
async def admin_confirm_sign_up(idp: Idp, request: AdminConfirmSignUpRequest) -> AdminConfirmSignUpResponse:
    """Confirm a user without a code; addresses stay as unverified as they were."""
    pool = await known_pool(idp, request.user_pool_id)
    user = await known_user(idp, pool, request.username)
    if user.status != "UNCONFIRMED":
        raise NotAuthorizedException(f"User cannot be confirmed. Current status is {user.status}")
    confirmed = await _change(idp, pool, user, lambda one: replace(one, status="CONFIRMED"))
    source = "PostConfirmation_ConfirmSignUp"
    await post_confirmation(idp, pool, confirmed, source, _NO_CLIENT, request.client_metadata)
    return AdminConfirmSignUpResponse()


@operation("AdminResetUserPassword")
async def admin_reset_user_password(idp: Idp, request: AdminResetUserPasswordRequest) -> AdminResetUserPasswordResponse:
    """Make a user set a new password by a code that is sent now; all sessions end."""
    pool = await known_pool(idp, request.user_pool_id)
    user = await known_user(idp, pool, request.username)
    if not user.enabled:
        raise NotAuthorizedException("User is disabled")
    if user.status in {"FORCE_CHANGE_PASSWORD", "EXTERNAL_PROVIDER"}:
        raise NotAuthorizedException("User password cannot be reset in the current state.")
    address = next((one for one in recovery_attributes(pool) or () if user.verified(one)), None)
    if address is None:
        told = "Cannot reset password for the user as there is no registered/verified email or phone_number"
        raise InvalidParameterException(told)
    ready = await letter(
        idp,
        pool,
        user,
        "CustomMessage_ForgotPassword",
        address,
        client_id=_NO_CLIENT,
        client_metadata=request.client_metadata,
    )
    async with idp.db.transaction() as tx:
        await write_user(idp, tx, pool, user, lambda one: replace(one, status="RESET_REQUIRED"))
        await tokens.end_sessions(tx, user)
        await send_code(idp, tx, user, RESET, ready, idp.limits.reset_code_seconds)
    return AdminResetUserPasswordResponse()


@operation("AdminSetUserPassword")
async def admin_set_user_password(idp: Idp, request: AdminSetUserPasswordRequest) -> AdminSetUserPasswordResponse:
    """Give a user a password: for good, or until the next sign-in. All sessions end."""
    pool = await known_pool(idp, request.user_pool_id)
    user = await known_user(idp, pool, request.username)
    if user.status == "EXTERNAL_PROVIDER":
        raise UnsupportedUserStateException("Users of external providers have no password.")
    check_policy(pool, request.password)
    secret = await new_secret(idp, pool, user.username, request.password)
    until = None if request.permanent else _temporary_until(idp, pool)
    async with idp.db.transaction() as tx:
        status = "CONFIRMED" if request.permanent else "FORCE_CHANGE_PASSWORD"
        await sign_in_store.set_secret(tx, user.id, secret, status, idp.now_ms(), temporary_until_ms=until)
        await tokens.end_sessions(tx, user)
        await lockout.clear(tx, lockout.key_of(user.id))
    return AdminSetUserPasswordResponse()


@operation("AdminUpdateUserAttributes")
async def admin_update_user_attributes(
    idp: Idp, request: AdminUpdateUserAttributesRequest
) -> AdminUpdateUserAttributesResponse:
    """Set attributes, flags of verified addresses among them; nothing is sent."""
    pool = await known_pool(idp, request.user_pool_id)
    user = await known_user(idp, pool, request.username)
    given = read_attributes(pool, request.user_attributes, new=False)
    for name in pool.sign_in_attributes:
        if given.get(name) == "":
            raise InvalidParameterException(f"user.{name}: users of this pool sign in by it; it cannot be empty.")
    await _change(idp, pool, user, lambda one: replace(one, attributes=changed(one, given)))
    return AdminUpdateUserAttributesResponse()


@operation("AdminDeleteUserAttributes")
async def admin_delete_user_attributes(
    idp: Idp, request: AdminDeleteUserAttributesRequest
) -> AdminDeleteUserAttributesResponse:
    """Take attributes away."""
    pool = await known_pool(idp, request.user_pool_id)
    user = await known_user(idp, pool, request.username)
    await _change(idp, pool, user, without(pool, request.user_attribute_names))
    return AdminDeleteUserAttributesResponse()


@operation("AdminUserGlobalSignOut")
async def admin_user_global_sign_out(
    idp: Idp, request: AdminUserGlobalSignOutRequest
) -> AdminUserGlobalSignOutResponse:
    """End all sessions of a user."""
    pool = await known_pool(idp, request.user_pool_id)
    user = await known_user(idp, pool, request.username)
    async with idp.db.transaction() as tx:
        await tokens.end_sessions(tx, user)
    return AdminUserGlobalSignOutResponse()


@operation("AdminSetUserMFAPreference")
async def admin_set_user_mfa_preference(
    idp: Idp, request: AdminSetUserMFAPreferenceRequest
) -> AdminSetUserMFAPreferenceResponse:
    """Turn a user's second factors on and off."""
    pool = await known_pool(idp, request.user_pool_id)
    user = await known_user(idp, pool, request.username)
    mfa = chosen_factors(
        pool,
        user,
        sms=request.sms_mfa_settings,
        totp=request.software_token_mfa_settings,
        email=request.email_mfa_settings,
    )
    async with idp.db.transaction() as tx:
        await sign_in_store.set_mfa(tx, user.id, mfa, idp.now_ms())
    return AdminSetUserMFAPreferenceResponse()


@operation("AdminSetUserSettings")
async def admin_set_user_settings(idp: Idp, request: AdminSetUserSettingsRequest) -> AdminSetUserSettingsResponse:
    """Turn a user's codes by SMS on or off, as before MFA preferences."""
    pool = await known_pool(idp, request.user_pool_id)
    user = await known_user(idp, pool, request.username)
    async with idp.db.transaction() as tx:
        await sign_in_store.set_mfa(tx, user.id, by_settings(user, request.mfa_options), idp.now_ms())
    return AdminSetUserSettingsResponse()


def user_wire(user: User, names: tuple[str, ...] | None = None) -> UserType:
    """A user as lists and AdminCreateUser answer one; `names` are the attributes asked for."""
    return UserType(
        username=user.username,
        attributes=shown(user, names=names),
        user_create_date=user.created_ms / 1000,
        user_last_modified_date=user.updated_ms / 1000,
        enabled=user.enabled,
        user_status=user.status,
    )


async def _change(
    idp: Idp, pool: Pool, user: User, change: Callable[[User], User], *, ends_sessions: bool = False
) -> User:
    async with idp.db.transaction() as tx:
        after = await write_user(idp, tx, pool, user, change)
        if ends_sessions:
            await tokens.end_sessions(tx, user)
    return after


async def _invite_again(idp: Idp, pool: Pool, request: AdminCreateUserRequest) -> User:
    """Another temporary password for a user who never signed in."""
    user = await user_store.user_named(idp.db, pool.id, pool.key(request.username))
    if user is None:
        raise UserNotFoundException("User does not exist.")
    if user.status != "FORCE_CHANGE_PASSWORD":
        raise UnsupportedUserStateException("Resend not possible. User status is not FORCE_CHANGE_PASSWORD")
    password = request.temporary_password or _temporary_password(pool)
    check_policy(pool, password)
    renewed = await _with_temporary(idp, pool, user, password)
    addresses = _invited(user, request.desired_delivery_mediums)
    letters = [await _invitation(idp, pool, user, one, request.client_metadata) for one in addresses]
    async with idp.db.transaction() as tx:
        await sign_in_store.set_secret(
            tx,
            user.id,
            renewed.secret or b"",
            "FORCE_CHANGE_PASSWORD",
            idp.now_ms(),
            temporary_until_ms=renewed.temporary_until_ms,
        )
        for ready in letters:
            await send(idp, tx, ready, password)
    return renewed


async def _with_temporary(idp: Idp, pool: Pool, user: User, password: str) -> User:
    return replace(
        user,
        status="FORCE_CHANGE_PASSWORD",
        secret=await new_secret(idp, pool, user.username, password),
        temporary_until_ms=_temporary_until(idp, pool),
    )


def _temporary_until(idp: Idp, pool: Pool) -> int:
    policies, older = pool.wire.policies, pool.wire.admin_create_user_config
    policy = policies.password_policy if policies else None
    days = (policy and policy.temporary_password_validity_days) or (older and older.unused_account_validity_days) or 7
    return idp.now_ms() + days * _DAY_MS


def _temporary_password(pool: Pool) -> str:
    """A random password that any policy takes: of each kind of character, as long as the policy asks."""
    policy = pool.wire.policies.password_policy if pool.wire.policies else None
    length = max(_TEMPORARY_LENGTH, (policy and policy.minimum_length) or 0)
    kinds = (string.ascii_uppercase, string.ascii_lowercase, string.digits, _SYMBOLS)
    letters = [secrets.choice(kind) for kind in kinds]
    letters += [secrets.choice("".join(kinds)) for _ in range(length - len(letters))]
    secrets.SystemRandom().shuffle(letters)
    return "".join(letters)


def _invited(user: User, mediums: tuple[str, ...] | None) -> list[VerifiedAttributeType]:
    """Where an invitation goes: by SMS where nothing is asked for, as Cognito does, if there is a number for it."""
    wanted: dict[str, VerifiedAttributeType] = {"SMS": "phone_number", "EMAIL": "email"}
    asked = [name for medium, name in wanted.items() if medium in (mediums or ("SMS",))]
    found = [name for name in asked if user.attributes.get(name)]
    if not found and not mediums and user.attributes.get("email"):
        return ["email"]
    return found


async def _invitation(
    idp: Idp,
    pool: Pool,
    user: User,
    attribute: VerifiedAttributeType,
    client_metadata: Mapping[str, str] | None,
) -> Letter:
    name = next((user.attributes[one] for one in pool.sign_in_attributes if user.attributes.get(one)), user.username)
    ready = await letter(
        idp,
        pool,
        user,
        "CustomMessage_AdminCreateUser",
        attribute,
        client_id=_NO_CLIENT,
        client_metadata=client_metadata,
    )
    return replace(ready, username=name)
