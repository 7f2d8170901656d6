"""What a signed-in user reads and changes of the own account."""

from collections.abc import Callable, Mapping

from msgspec.structs import replace

from preamp.auth import sign_in_store, tokens, user_store
from preamp.auth.idp.accounts import count_try, with_verified, write_user
from preamp.auth.idp.attributes import SIGN_IN, changed, check_writable, read_attributes, shown
from preamp.auth.idp.context import Idp
from preamp.auth.idp.errors import InvalidParameterException
from preamp.auth.idp.messages import Letter, MessageSource, letter
from preamp.auth.idp.mfa_preference import by_settings, chosen_factors, mfa_wire
from preamp.auth.idp.model import (
    AuthFactorType,
    DeleteUserAttributesRequest,
    DeleteUserAttributesResponse,
    DeleteUserRequest,
    GetUserAttributeVerificationCodeRequest,
    GetUserAttributeVerificationCodeResponse,
    GetUserAuthFactorsRequest,
    GetUserAuthFactorsResponse,
    GetUserRequest,
    GetUserResponse,
    Nothing,
    SetUserMFAPreferenceRequest,
    SetUserMFAPreferenceResponse,
    SetUserSettingsRequest,
    SetUserSettingsResponse,
    UpdateUserAttributesRequest,
    UpdateUserAttributesResponse,
    VerifiedAttributeType,
    VerifyUserAttributeRequest,
    VerifyUserAttributeResponse,
)
from preamp.auth.idp.sent_codes import checked_code, send_code, used_code, verifying
from preamp.auth.idp.service import operation
from preamp.auth.pool import Pool
from preamp.auth.users import Session, User

_ADDRESSES: tuple[VerifiedAttributeType, ...] = ("email", "phone_number")


@operation("GetUser")
async def get_user(idp: Idp, request: GetUserRequest) -> GetUserResponse:
    """Who the access token speaks for."""
    session = await tokens.session_of(idp, request.access_token)
    preferred, factors = mfa_wire(session.user)
    return GetUserResponse(
        username=session.user.username,
        user_attributes=shown(session.user, session.client),
        preferred_mfa_setting=preferred,
        user_mfa_setting_list=factors,
    )


@operation("GetUserAuthFactors")
async def get_user_auth_factors(idp: Idp, request: GetUserAuthFactorsRequest) -> GetUserAuthFactorsResponse:
    """With which factors the user may sign in."""
    session = await tokens.session_of(idp, request.access_token)
    user, policies = session.user, session.pool.wire.policies
    policy = policies.sign_in_policy if policies else None
    allowed = (policy and policy.allowed_first_auth_factors) or ("PASSWORD",)
    has: dict[AuthFactorType, bool] = {
        "PASSWORD": user.secret is not None,
        "EMAIL_OTP": user.verified("email"),
        "SMS_OTP": user.verified("phone_number"),
        "WEB_AUTHN": bool(await sign_in_store.passkeys(idp.db, user.id, count=1)),
    }
    preferred, factors = mfa_wire(user)
    return GetUserAuthFactorsResponse(
        username=user.username,
        preferred_mfa_setting=preferred,
        user_mfa_setting_list=factors,
        configured_user_auth_factors=tuple(name for name, there in has.items() if there and name in allowed),
    )


@operation("UpdateUserAttributes")
async def update_user_attributes(idp: Idp, request: UpdateUserAttributesRequest) -> UpdateUserAttributesResponse:
    """Set attributes. A new address is proved by a code; until then the old one stays where the pool says so."""
    session = await tokens.session_of(idp, request.access_token)
    pool = session.pool
    given = read_attributes(pool, request.user_attributes, new=False)
    check_writable(session.client, given)
    _refuse_emptied(pool, given)
    to_prove = [
        name
        for name in _ADDRESSES
        if given.get(name)
        and name in (pool.wire.auto_verified_attributes or ())
        and given[name] != session.user.attributes.get(name)
    ]
    letters = [
        await _letter(idp, session, "CustomMessage_UpdateUserAttribute", name, given[name], request.client_metadata)
        for name in to_prove
    ]
    kept = _kept_until_verified(pool)
    now_set = {name: value for name, value in given.items() if name not in to_prove or name not in kept}
    for _ in letters:
        await count_try(idp, "verify", session.user.id, idp.limits.codes_per_hour)
    async with idp.db.transaction() as tx:
        await write_user(idp, tx, pool, session.user, lambda one: replace(one, attributes=changed(one, now_set)))
        for ready in letters:
            value = ready.address if ready.attribute in kept else None
            purpose, seconds = verifying(ready.attribute), idp.limits.sign_up_code_seconds
            await send_code(idp, tx, session.user, purpose, ready, seconds, value=value)
    return UpdateUserAttributesResponse(code_delivery_details_list=tuple(ready.details for ready in letters))


@operation("DeleteUserAttributes")
async def delete_user_attributes(idp: Idp, request: DeleteUserAttributesRequest) -> DeleteUserAttributesResponse:
    """Take attributes away."""
    session = await tokens.session_of(idp, request.access_token)
    check_writable(session.client, request.user_attribute_names)
    async with idp.db.transaction() as tx:
        await write_user(idp, tx, session.pool, session.user, without(session.pool, request.user_attribute_names))
    return DeleteUserAttributesResponse()


@operation("GetUserAttributeVerificationCode")
async def get_user_attribute_verification_code(
    idp: Idp, request: GetUserAttributeVerificationCodeRequest
) -> GetUserAttributeVerificationCodeResponse:
    """Send a code that verifies an address of the user."""
    session = await tokens.session_of(idp, request.access_token)
    name = _address(request.attribute_name)
    if not session.user.attributes.get(name):
        raise InvalidParameterException(f"User does not have a {name} to verify.")
    await count_try(idp, "verify", session.user.id, idp.limits.codes_per_hour)
    address = session.user.attributes[name]
    ready = await _letter(idp, session, "CustomMessage_VerifyUserAttribute", name, address, request.client_metadata)
    async with idp.db.transaction() as tx:
        await send_code(idp, tx, session.user, verifying(name), ready, idp.limits.sign_up_code_seconds)
    return GetUserAttributeVerificationCodeResponse(code_delivery_details=ready.details)


@operation("VerifyUserAttribute")
async def verify_user_attribute(idp: Idp, request: VerifyUserAttributeRequest) -> VerifyUserAttributeResponse:
    """Prove an address by the code that was sent to it; a value that waited for it becomes the attribute's."""
    session = await tokens.session_of(idp, request.access_token)
    name = _address(request.attribute_name)
    await count_try(idp, "verify-code", session.user.id, idp.limits.tries_per_hour)
    proved = await checked_code(idp, session.user.id, verifying(name), request.code)
    async with idp.db.transaction() as tx:
        await used_code(idp, tx, session.user, verifying(name))
        await write_user(idp, tx, session.pool, session.user, lambda one: with_verified(one, name, proved.value))
    return VerifyUserAttributeResponse()


@operation("DeleteUser")
async def delete_user(idp: Idp, request: DeleteUserRequest) -> Nothing:
    """Remove the user and all that belongs to it."""
    session = await tokens.session_of(idp, request.access_token)
    async with idp.db.transaction() as tx:
        for statement in user_store.delete_user:
            await tx.execute(statement, id=session.user.id)
    return Nothing()


@operation("SetUserMFAPreference")
async def set_user_mfa_preference(idp: Idp, request: SetUserMFAPreferenceRequest) -> SetUserMFAPreferenceResponse:
    """Turn second factors on and off, and say which is asked for first."""
    session = await tokens.session_of(idp, request.access_token)
    mfa = chosen_factors(
        session.pool,
        session.user,
        sms=request.sms_mfa_settings,
        totp=request.software_token_mfa_settings,
        email=request.email_mfa_settings,
    )
    async with idp.db.transaction() as tx:
        await sign_in_store.set_mfa(tx, session.user.id, mfa, idp.now_ms())
    return SetUserMFAPreferenceResponse()


@operation("SetUserSettings")
async def set_user_settings(idp: Idp, request: SetUserSettingsRequest) -> SetUserSettingsResponse:
    """Turn codes by SMS on or off, as clients did before MFA preferences."""
    session = await tokens.session_of(idp, request.access_token)
    async with idp.db.transaction() as tx:
        await sign_in_store.set_mfa(tx, session.user.id, by_settings(session.user, request.mfa_options), idp.now_ms())
    return SetUserSettingsResponse()


def without(pool: Pool, names: tuple[str, ...]) -> Callable[[User], User]:
    """A change that takes attributes away, and with an address the flag that it is verified."""
    _refuse_emptied(pool, dict.fromkeys(names, ""))
    unknown = [name for name in names if name == "sub" or pool.schema(name) is None]
    if unknown:
        told = "".join(f"user.{name}: Attribute does not exist in the schema.\n" for name in unknown)
        raise InvalidParameterException(f"Invalid user attributes: {told}")
    gone = {*names, *(f"{name}_verified" for name in names if name in SIGN_IN)}
    return lambda user: replace(
        user, attributes={name: value for name, value in user.attributes.items() if name not in gone}
    )


def _refuse_emptied(pool: Pool, given: Mapping[str, str]) -> None:
    """An address that users sign in by, and what the pool requires, cannot be taken away."""
    for name, value in given.items():
        schema = pool.schema(name)
        if value == "" and (name in pool.sign_in_attributes or (schema and schema.required)):
            raise InvalidParameterException(f"user.{name}: The attribute is required and cannot be empty.\n")


def _kept_until_verified(pool: Pool) -> tuple[str, ...]:
    settings = pool.wire.user_attribute_update_settings
    return (settings and settings.attributes_require_verification_before_update) or ()


def _address(name: str) -> VerifiedAttributeType:
    for one in _ADDRESSES:
        if name == one:
            return one
    raise InvalidParameterException("Invalid user attribute name: only email and phone_number can be verified.")


async def _letter(
    idp: Idp,
    session: Session,
    source: MessageSource,
    name: VerifiedAttributeType,
    address: str,
    client_metadata: Mapping[str, str] | None,
) -> Letter:
    return await letter(
        idp,
        session.pool,
        session.user,
        source,
        name,
        client_id=session.client.id,
        address=address,
        client_metadata=client_metadata,
    )
