"""User pools as administrators make, read and change them. Pools of the Amplify Backend API are among them."""

import re
from typing import Any

import msgspec
from msgspec.structs import replace

from preamp.auth import store, user_store
from preamp.auth.idp.context import Idp
from preamp.auth.idp.errors import InvalidParameterException
from preamp.auth.idp.find import known_pool
from preamp.auth.idp.model import (
    AddCustomAttributesRequest,
    AddCustomAttributesResponse,
    AdminCreateUserConfigType,
    CreateUserPoolRequest,
    CreateUserPoolResponse,
    DeleteUserPoolRequest,
    DescribeUserPoolRequest,
    DescribeUserPoolResponse,
    EmailConfigurationType,
    GetUserPoolMfaConfigRequest,
    GetUserPoolMfaConfigResponse,
    ListUserPoolsRequest,
    ListUserPoolsResponse,
    Nothing,
    PasswordPolicyType,
    SchemaAttributeType,
    SetUserPoolMfaConfigRequest,
    SetUserPoolMfaConfigResponse,
    StringAttributeConstraintsType,
    UpdateUserPoolRequest,
    UpdateUserPoolResponse,
    UserPoolDescriptionType,
    UserPoolPolicyType,
    UserPoolType,
    VerificationMessageTemplateType,
)
from preamp.auth.idp.pages import cut, page_token, read_page
from preamp.auth.idp.service import operation
from preamp.auth.keys import SEALED_FOR, make_keys, put_keys
from preamp.auth.pool import Pool
from preamp.auth.pool_config import PoolConfig, schema, settings_of
from preamp.db import Transaction
from preamp.kit import ids

_MAX_CUSTOM = 50
_MAX_LENGTH = 2048
_WHOLE = re.compile(r"-?[0-9]{1,17}", re.ASCII)
_MAX_ATTRIBUTE_NAME = 20
_CREATED = frozenset(UserPoolType.__struct_fields__) & frozenset(CreateUserPoolRequest.__struct_fields__)
_UPDATED = frozenset(UserPoolType.__struct_fields__) & frozenset(UpdateUserPoolRequest.__struct_fields__)
_STANDARD = frozenset(one.name for one in schema(frozenset()))
_DEFAULT_POLICY = PasswordPolicyType(
    minimum_length=8,
    require_uppercase=True,
    require_lowercase=True,
    require_numbers=True,
    require_symbols=True,
    temporary_password_validity_days=7,
)


@operation("CreateUserPool")
async def create_user_pool(idp: Idp, request: CreateUserPoolRequest) -> CreateUserPoolResponse:
    """Make a pool with its signing keys. It belongs to no backend environment, until one imports it."""
    _check_names(request)
    attributes = tuple(_attribute(one) for one in request.schema or ())
    wire = UserPoolType(
        name=request.pool_name,
        schema_attributes=schema(frozenset(), attributes),
        **{name: getattr(request, name) for name in _CREATED},
    )
    pool = Pool(
        id=f"{idp.region}_{ids.alnum(9)}",
        name=request.pool_name,
        config=PoolConfig(
            pool=_with_defaults(wire),
            mfa=GetUserPoolMfaConfigResponse(mfa_configuration=request.mfa_configuration or "OFF"),
        ),
        created_ms=idp.now_ms(),
        updated_ms=idp.now_ms(),
    )
    _check_pool(pool.wire)
    keys = await make_keys()
    async with idp.db.transaction() as tx:
        await _put(tx, pool)
        await put_keys(tx, idp.sealer.purpose(SEALED_FOR), pool.id, keys)
    return CreateUserPoolResponse(user_pool=pool_wire(idp, pool))


@operation("DescribeUserPool")
async def describe_user_pool(idp: Idp, request: DescribeUserPoolRequest) -> DescribeUserPoolResponse:
    """A pool with all its settings."""
    pool = await known_pool(idp, request.user_pool_id)
    users = await user_store.count_users(idp.db, pool.id)
    domain = await store.domain_of(idp.db, pool.id)
    return DescribeUserPoolResponse(
        user_pool=replace(pool_wire(idp, pool), estimated_number_of_users=users, domain=domain)
    )


@operation("UpdateUserPool")
async def update_user_pool(idp: Idp, request: UpdateUserPoolRequest) -> UpdateUserPoolResponse:
    """Replace a pool's settings: what is not given falls back to its default, as Cognito does."""
    given = {name: getattr(request, name) for name in _UPDATED}

    def change(pool: Pool) -> PoolConfig:
        name = request.pool_name or pool.name
        wire = _with_defaults(replace(pool.wire, **given, name=name))
        _check_pool(wire)
        mode = wire.mfa_configuration
        return replace(pool.config, pool=wire, mfa=replace(pool.config.mfa, mfa_configuration=mode))

    await _change(idp, request.user_pool_id, change)
    return UpdateUserPoolResponse()


@operation("DeleteUserPool")
async def delete_user_pool(idp: Idp, request: DeleteUserPoolRequest) -> Nothing:
    """Remove a pool with its users. One that a backend environment made is removed by DeleteBackendAuth alone."""
    async with idp.db.transaction() as tx:
        pool = await known_pool(idp, request.user_pool_id, tx)
        found = await store.pool(tx, pool.id)
        if found is not None and found.owner.app_id:
            raise InvalidParameterException(
                f"User pool {pool.id} belongs to backend environment {found.owner.environment} of app "
                f"{found.owner.app_id}: DeleteBackendAuth removes it."
            )
        if pool.wire.deletion_protection == "ACTIVE":
            raise InvalidParameterException(
                "The user pool cannot be deleted because deletion protection is activated. "
                "Deletion protection must be inactivated first."
            )
        for statement in (*user_store.delete_pool_users, *store.delete_pool):
            await tx.execute(statement, id=pool.id)
    return Nothing()


@operation("ListUserPools")
async def list_user_pools(idp: Idp, request: ListUserPoolsRequest) -> ListUserPoolsResponse:
    """All pools, by id."""
    after = read_page(idp, "pools", request.next_token, str, "")
    found = [pool for pool in await store.served_pools(idp.db) if pool.id > after]
    page, more = cut(found, request.max_results)
    return ListUserPoolsResponse(
        user_pools=tuple(_description(pool) for pool in page),
        next_token=page_token(idp, "pools", page[-1].id) if more else None,
    )


@operation("AddCustomAttributes")
async def add_custom_attributes(idp: Idp, request: AddCustomAttributesRequest) -> AddCustomAttributesResponse:
    """Give a pool's users more attributes; none is ever taken away."""
    added = tuple(_attribute(one, custom=True) for one in request.custom_attributes)

    def change(pool: Pool) -> PoolConfig:
        present = pool.wire.schema_attributes or ()
        for one in added:
            if pool.schema(one.name or "") is not None:
                told = f"Existing attribute already has name {one.name}."
                raise InvalidParameterException(f"{(one.name or '').removeprefix('dev:')}: {told}")
        custom = [one for one in (*present, *added) if one.name not in _STANDARD]
        if len(custom) > _MAX_CUSTOM:
            raise InvalidParameterException(f"A user pool has at most {_MAX_CUSTOM} custom attributes.")
        return replace(pool.config, pool=replace(pool.wire, schema_attributes=(*present, *added)))

    await _change(idp, request.user_pool_id, change)
    return AddCustomAttributesResponse()


@operation("GetUserPoolMfaConfig")
async def get_user_pool_mfa_config(idp: Idp, request: GetUserPoolMfaConfigRequest) -> GetUserPoolMfaConfigResponse:
    """A pool's second factors."""
    pool = await known_pool(idp, request.user_pool_id)
    return replace(pool.config.mfa, mfa_configuration=pool.wire.mfa_configuration or "OFF")


@operation("SetUserPoolMfaConfig")
async def set_user_pool_mfa_config(idp: Idp, request: SetUserPoolMfaConfigRequest) -> SetUserPoolMfaConfigResponse:
    """Set a pool's second factors."""
    mode = request.mfa_configuration
    if mode == "ON" and not (
        request.sms_mfa_configuration
        or request.email_mfa_configuration
        or (request.software_token_mfa_configuration and request.software_token_mfa_configuration.enabled)
    ):
        raise InvalidParameterException(
            "At least one of [SmsMfaConfiguration] or [SoftwareTokenMfaConfiguration] must be provided."
        )
    given = {
        name: getattr(request, name)
        for name in GetUserPoolMfaConfigResponse.__struct_fields__
        if getattr(request, name) is not None
    }

    def change(pool: Pool) -> PoolConfig:
        mfa = replace(pool.config.mfa, **given)
        sms = mfa.sms_mfa_configuration
        return replace(
            pool.config,
            mfa=mfa,
            pool=replace(
                pool.wire,
                mfa_configuration=mode or pool.wire.mfa_configuration,
                sms_authentication_message=(sms and sms.sms_authentication_message)
                or pool.wire.sms_authentication_message,
            ),
        )

    pool = await _change(idp, request.user_pool_id, change)
    answer = {name: getattr(pool.config.mfa, name) for name in SetUserPoolMfaConfigResponse.__struct_fields__}
    return SetUserPoolMfaConfigResponse(**answer)


def pool_wire(idp: Idp, pool: Pool) -> UserPoolType:
    """A pool as answers have it."""
    return replace(
        pool.wire,
        id=pool.id,
        arn=f"arn:aws:cognito-idp:{idp.region}:{idp.account}:userpool/{pool.id}",
        name=pool.name,
        creation_date=pool.created_ms / 1000,
        last_modified_date=pool.updated_ms / 1000,
        estimated_number_of_users=0,
    )


async def _put(tx: Transaction, pool: Pool) -> None:
    await tx.execute(
        store.put_pool,
        id=pool.id,
        app_id="",
        environment="",
        name=pool.name,
        settings=_json(settings_of(pool.config)),
        secrets=None,
        created_ms=pool.created_ms,
        updated_ms=pool.updated_ms,
        config=_json(pool.config),
    )


async def _change(idp: Idp, user_pool_id: str, change: Any) -> Pool:
    """Change a pool's configuration as it is now; answers the changed pool."""
    async with idp.db.transaction() as tx:
        pool = await known_pool(idp, user_pool_id, tx)
        config: PoolConfig = change(pool)
        found = await store.pool(tx, pool.id)
        # The settings of a backend stay what UpdateBackendAuth was told.
        settings = found.settings if found is not None and found.owner.app_id else settings_of(config)
        await tx.execute(
            store.write_pool,
            id=pool.id,
            new_name=config.pool.name or pool.name,
            new_settings=_json(settings),
            new_config=_json(config),
            new_updated_ms=idp.now_ms(),
        )
    return replace(pool, config=config)


def _check_names(request: CreateUserPoolRequest) -> None:
    if request.username_attributes and request.alias_attributes:
        raise InvalidParameterException(
            "Only one of the aliasAttributes or usernameAttributes can be set in a user pool."
        )


def _check_pool(wire: UserPoolType) -> None:
    policy = wire.policies.password_policy if wire.policies else None
    if policy and policy.minimum_length is not None and not 6 <= policy.minimum_length <= 99:
        raise InvalidParameterException("Password minimum length must be 6 to 99.")
    recovery = wire.account_recovery_setting
    names = [one.name for one in (recovery and recovery.recovery_mechanisms) or ()]
    if "admin_only" in names and len(names) > 1:
        raise InvalidParameterException("admin_only stands alone among the recovery mechanisms.")


def _with_defaults(wire: UserPoolType) -> UserPoolType:
    """What Cognito fills in where a pool's settings are silent."""
    policies = wire.policies or UserPoolPolicyType()
    given = wire.verification_message_template
    return replace(
        wire,
        sms_verification_message=(given and given.sms_message) or wire.sms_verification_message,
        email_verification_message=(given and given.email_message) or wire.email_verification_message,
        email_verification_subject=(given and given.email_subject) or wire.email_verification_subject,
        policies=replace(policies, password_policy=policies.password_policy or _DEFAULT_POLICY),
        mfa_configuration=wire.mfa_configuration or "OFF",
        deletion_protection=wire.deletion_protection or "INACTIVE",
        email_configuration=wire.email_configuration or EmailConfigurationType(email_sending_account="COGNITO_DEFAULT"),
        admin_create_user_config=wire.admin_create_user_config
        or AdminCreateUserConfigType(allow_admin_create_user_only=False, unused_account_validity_days=7),
        verification_message_template=wire.verification_message_template
        or VerificationMessageTemplateType(default_email_option="CONFIRM_WITH_CODE"),
    )


def _check_bounds(given: SchemaAttributeType, name: str) -> None:
    text, number = given.string_attribute_constraints, given.number_attribute_constraints
    low, high = _whole(text, ("min_length", "max_length"), "StringAttributeConstraints", name)
    if max(low or 0, high or 0) > _MAX_LENGTH:
        raise InvalidParameterException(
            f"user.{name}: String attributes cannot have a length of more than {_MAX_LENGTH}"
        )
    if low is not None and high is not None and high < low:
        raise InvalidParameterException(f"user.{name}: Max length cannot be less than min length.")
    low, high = _whole(number, ("min_value", "max_value"), "NumberAttributeConstraints", name)
    if low is not None and high is not None and high < low:
        raise InvalidParameterException(f"user.{name}: Max value cannot be less than min value.")


def _whole(
    bounds: msgspec.Struct | None, members: tuple[str, str], constraint: str, name: str
) -> tuple[int | None, int | None]:
    """Both bounds as whole numbers; raises InvalidParameterException for anything else."""
    texts = [getattr(bounds, member, None) for member in members]
    if any(text is not None and not _WHOLE.fullmatch(text) for text in texts):
        raise InvalidParameterException(f"Invalid {constraint} for schema attribute {name}")
    low, high = (None if text is None else int(text) for text in texts)
    return low, high


def _attribute(given: SchemaAttributeType, *, custom: bool = False) -> SchemaAttributeType:
    """An attribute of a request as it is kept: custom ones get their prefix. Raises InvalidParameterException."""
    name = given.name or ""
    if not 0 < len(name) <= _MAX_ATTRIBUTE_NAME:
        raise InvalidParameterException(f"An attribute's name has 1 to {_MAX_ATTRIBUTE_NAME} characters.")
    _check_bounds(given, name)
    standard = next((one for one in schema(frozenset()) if one.name == name), None)
    if standard is not None and not custom:
        if given.attribute_data_type not in {None, standard.attribute_data_type} or given.developer_only_attribute:
            told = "You can not change AttributeDataType or set developerOnlyAttribute for standard schema attribute"
            raise InvalidParameterException(f"{told} {name}")
        return replace(standard, **_given(given, ("mutable", "required", *_BOUNDS)))
    if given.required:
        raise InvalidParameterException("Required custom attributes are not supported currently.")
    kind = given.attribute_data_type
    if kind is None:
        told = "Invalid AttributeDataType input, consider using the provided AttributeDataType enum."
        raise InvalidParameterException(told)
    text, number = given.string_attribute_constraints, given.number_attribute_constraints
    return SchemaAttributeType(
        name=f"{'dev:' if given.developer_only_attribute else ''}custom:{name}",
        attribute_data_type=kind,
        developer_only_attribute=bool(given.developer_only_attribute),
        mutable=given.mutable is not False,
        required=False,
        string_attribute_constraints=(text or StringAttributeConstraintsType()) if kind == "String" else None,
        number_attribute_constraints=number if kind == "Number" else None,
    )


_BOUNDS = ("number_attribute_constraints", "string_attribute_constraints")


def _given(value: SchemaAttributeType, names: "tuple[str, ...]") -> dict[str, Any]:
    return {name: getattr(value, name) for name in names if getattr(value, name) is not None}


def _description(pool: Pool) -> UserPoolDescriptionType:
    return UserPoolDescriptionType(
        id=pool.id,
        name=pool.name,
        lambda_config=pool.wire.lambda_config,
        creation_date=pool.created_ms / 1000,
        last_modified_date=pool.updated_ms / 1000,
    )


def _json(value: msgspec.Struct) -> str:
    return msgspec.json.encode(value).decode()
