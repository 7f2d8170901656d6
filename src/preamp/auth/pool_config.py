"""A pool's and an app client's settings in Cognito's own terms, and how those of an Amplify backend become them.

What is kept is the wire's own shape (`UserPoolType`, `UserPoolClientType`), so that Describe answers what Create was
told. For pools of CreateBackendAuth the shapes are made from their settings, as the Amplify CLI's stacks would make
them; a later UpdateUserPool may change what the backend's settings do not name.
"""

from functools import lru_cache
from typing import get_args

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from preamp.auth.idp.model import (
    AccountRecoverySettingType,
    AdminCreateUserConfigType,
    EmailConfigurationType,
    GetUserPoolMfaConfigResponse,
    MessageTemplateType,
    NumberAttributeConstraintsType,
    PasswordPolicyType,
    RecoveryOptionNameType,
    RecoveryOptionType,
    SchemaAttributeType,
    SmsMfaConfigType,
    SoftwareTokenMfaConfigType,
    StringAttributeConstraintsType,
    TokenValidityUnitsType,
    UserAttributeUpdateSettingsType,
    UsernameConfigurationType,
    UserPoolClientType,
    UserPoolPolicyType,
    UserPoolType,
    VerificationMessageTemplateType,
    VerifiedAttributeType,
)
from preamp.auth.records import ClientOAuth
from preamp.auth.settings import (
    AdditionalConstraint,
    MessageSettings,
    MfaFactors,
    MfaSettings,
    MfaType,
    OAuthScope,
    PasswordPolicy,
    PoolSettings,
    ProviderName,
    SignInMethod,
    SignUpAttribute,
)

_STANDARD = (
    "name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile", "picture",
    "website", "email", "gender", "birthdate", "zoneinfo", "locale", "phone_number", "address",
)  # fmt: skip
_USERNAME_ATTRIBUTES: dict[str, tuple[VerifiedAttributeType, ...]] = {
    "EMAIL": ("email",),
    "PHONE_NUMBER": ("phone_number",),
    "EMAIL_AND_PHONE_NUMBER": ("phone_number", "email"),
}
_METHODS: dict[frozenset[str], SignInMethod] = {
    frozenset(): "USERNAME",
    frozenset({"email"}): "EMAIL",
    frozenset({"phone_number"}): "PHONE_NUMBER",
    frozenset({"email", "phone_number"}): "EMAIL_AND_PHONE_NUMBER",
}
_SCOPES = {"AWS_COGNITO_SIGNIN_USER_ADMIN": "aws.cognito.signin.user.admin"}
_MAX_TEXT = "2048"


class PoolConfig(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All of a pool's settings. `reset_message` are the texts of reset codes where they are other than verification's.

    `pool` has no id, dates or domain: those have columns of their own.
    """

    pool: UserPoolType
    mfa: GetUserPoolMfaConfigResponse = GetUserPoolMfaConfigResponse()
    reset_message: MessageSettings | None = None


@lru_cache(1024)
def read_pool(text: str) -> PoolConfig:
    """A kept configuration. The same text gives the same value, so that requests do not decode it again."""
    return msgspec.json.decode(text, type=PoolConfig)


@lru_cache(4096)
def read_client(text: str) -> UserPoolClientType:
    """A kept app client's configuration."""
    return msgspec.json.decode(text, type=UserPoolClientType)


def pool_config(name: str, settings: PoolSettings, kept: PoolConfig | None = None) -> PoolConfig:
    """What a backend's settings become; what they do not name stays as in `kept`."""
    base = kept.pool if kept else UserPoolType(schema_attributes=schema(_attribute_names(settings)))
    by_sms = settings.verification_message is not None and settings.verification_message.delivery_method == "SMS"
    if settings.verification_message is None:
        by_sms = settings.sign_in_method == "PHONE_NUMBER"
    verified: tuple[VerifiedAttributeType, ...] = ("phone_number",) if by_sms else ("email",)
    pool = replace(
        base,
        name=name,
        policies=UserPoolPolicyType(password_policy=_password_policy(settings)),
        auto_verified_attributes=verified,
        username_attributes=_USERNAME_ATTRIBUTES.get(settings.sign_in_method),
        username_configuration=base.username_configuration or UsernameConfigurationType(case_sensitive=False),
        user_attribute_update_settings=UserAttributeUpdateSettingsType(
            attributes_require_verification_before_update=verified
        ),
        mfa_configuration=settings.mfa.mfa_mode if settings.mfa else "OFF",
        account_recovery_setting=_recovery(settings.forgot_password),
        admin_create_user_config=base.admin_create_user_config
        or AdminCreateUserConfigType(
            allow_admin_create_user_only=False, unused_account_validity_days=7, invite_message_template=None
        ),
        email_configuration=base.email_configuration or EmailConfigurationType(email_sending_account="COGNITO_DEFAULT"),
    )
    return PoolConfig(
        pool=_with_messages(pool, settings),
        mfa=_mfa(settings, kept),
        reset_message=settings.forgot_password,
    )


def client_config(name: str, o_auth: ClientOAuth | None, kept: UserPoolClientType | None = None) -> UserPoolClientType:
    """An app client as Amplify's stacks make one: 30 days of refreshing, tokens of an hour, revocable."""
    base = kept or UserPoolClientType(
        refresh_token_validity=30,
        access_token_validity=60,
        id_token_validity=60,
        token_validity_units=TokenValidityUnitsType(access_token="minutes", id_token="minutes", refresh_token="days"),  # noqa: S106
        prevent_user_existence_errors="ENABLED",
        enable_token_revocation=True,
        auth_session_validity=3,
    )
    if o_auth is None:
        return replace(
            base,
            client_name=name,
            supported_identity_providers=("COGNITO",),
            callback_urls=None,
            logout_urls=None,
            default_redirect_uri=None,
            allowed_o_auth_flows=None,
            allowed_o_auth_scopes=None,
            allowed_o_auth_flows_user_pool_client=False,
        )
    return replace(
        base,
        client_name=name,
        supported_identity_providers=("COGNITO", *o_auth.providers),
        callback_urls=o_auth.redirect_sign_in_uris,
        logout_urls=o_auth.redirect_sign_out_uris,
        allowed_o_auth_flows=("code",) if o_auth.grant_type == "CODE" else ("implicit",),
        allowed_o_auth_scopes=tuple(_SCOPES.get(scope, scope.lower()) for scope in o_auth.scopes),
        allowed_o_auth_flows_user_pool_client=True,
    )


def schema(required: frozenset[str], more: tuple[SchemaAttributeType, ...] = ()) -> tuple[SchemaAttributeType, ...]:
    """The attributes of a pool: the standard ones, those of `required` required, and `more`."""
    given = {attribute.name: attribute for attribute in more}
    standard = (_sub(), *(_standard(name, required=name in required) for name in _STANDARD), *_others(required))
    return (
        *(given.pop(attribute.name, attribute) for attribute in standard),
        *given.values(),
    )


def attribute_name(wire: SignUpAttribute) -> str:
    """The attribute that a member of RequiredSignUpAttributes means."""
    return "zoneinfo" if wire == "ZONE_INFO" else wire.lower()


def _attribute_names(settings: PoolSettings) -> frozenset[str]:
    return frozenset(attribute_name(name) for name in settings.required_sign_up_attributes)


def _sub() -> SchemaAttributeType:
    return SchemaAttributeType(
        name="sub",
        attribute_data_type="String",
        developer_only_attribute=False,
        mutable=False,
        required=True,
        string_attribute_constraints=StringAttributeConstraintsType(min_length="1", max_length=_MAX_TEXT),
    )


def _standard(name: str, *, required: bool) -> SchemaAttributeType:
    low, high = ("10", "10") if name == "birthdate" else ("0", _MAX_TEXT)
    return SchemaAttributeType(
        name=name,
        attribute_data_type="String",
        developer_only_attribute=False,
        mutable=True,
        required=required,
        string_attribute_constraints=StringAttributeConstraintsType(min_length=low, max_length=high),
    )


def _others(required: frozenset[str]) -> tuple[SchemaAttributeType, ...]:
    flags = tuple(
        SchemaAttributeType(
            name=name, attribute_data_type="Boolean", developer_only_attribute=False, mutable=True, required=False
        )
        for name in ("email_verified", "phone_number_verified")
    )
    updated = SchemaAttributeType(
        name="updated_at",
        attribute_data_type="Number",
        developer_only_attribute=False,
        mutable=True,
        required="updated_at" in required,
        number_attribute_constraints=NumberAttributeConstraintsType(min_value="0"),
    )
    identities = SchemaAttributeType(
        name="identities",
        attribute_data_type="String",
        developer_only_attribute=False,
        mutable=True,
        required=False,
        string_attribute_constraints=StringAttributeConstraintsType(),
    )
    return (*flags, updated, identities)


def _password_policy(settings: PoolSettings) -> PasswordPolicyType:
    policy = settings.password_policy
    needs = (policy and policy.additional_constraints) or ()
    return PasswordPolicyType(
        minimum_length=int(policy.minimum_length) if policy else 8,
        require_uppercase="REQUIRE_UPPERCASE" in needs,
        require_lowercase="REQUIRE_LOWERCASE" in needs,
        require_numbers="REQUIRE_DIGIT" in needs,
        require_symbols="REQUIRE_SYMBOL" in needs,
        temporary_password_validity_days=7,
    )


def _recovery(message: MessageSettings | None) -> AccountRecoverySettingType:
    email: RecoveryOptionNameType = "verified_email"
    sms: RecoveryOptionNameType = "verified_phone_number"
    first, second = (sms, email) if message is not None and message.delivery_method == "SMS" else (email, sms)
    return AccountRecoverySettingType(
        recovery_mechanisms=(
            RecoveryOptionType(priority=1, name=first),
            RecoveryOptionType(priority=2, name=second),
        )
    )


def _with_messages(pool: UserPoolType, settings: PoolSettings) -> UserPoolType:
    message = settings.verification_message
    email, sms = (message.email_settings, message.sms_settings) if message else (None, None)
    text, subject = (email.email_message, email.email_subject) if email else (None, None)
    by_link = text is not None and "{####}" not in text
    template = VerificationMessageTemplateType(
        sms_message=sms.sms_message if sms else None,
        email_message=None if by_link else text,
        email_subject=None if by_link else subject,
        email_message_by_link=text if by_link else None,
        email_subject_by_link=subject if by_link else None,
        default_email_option="CONFIRM_WITH_LINK" if by_link else "CONFIRM_WITH_CODE",
    )
    factors = settings.mfa.settings if settings.mfa else None
    return replace(
        pool,
        verification_message_template=template,
        sms_verification_message=template.sms_message,
        email_verification_message=template.email_message,
        email_verification_subject=template.email_subject,
        sms_authentication_message=factors.sms_message if factors else None,
    )


def _mfa(settings: PoolSettings, kept: PoolConfig | None) -> GetUserPoolMfaConfigResponse:
    mode = settings.mfa.mfa_mode if settings.mfa else "OFF"
    factors = settings.mfa.settings if settings.mfa else None
    types = (factors.mfa_types if factors else None) or ()
    return replace(
        kept.mfa if kept else GetUserPoolMfaConfigResponse(),
        mfa_configuration=mode,
        software_token_mfa_configuration=SoftwareTokenMfaConfigType(enabled=mode != "OFF" and "TOTP" in types),
        sms_mfa_configuration=SmsMfaConfigType(sms_authentication_message=factors.sms_message if factors else None)
        if mode != "OFF" and "SMS" in types
        else None,
    )


def settings_of(config: PoolConfig) -> PoolSettings:
    """The settings of an Amplify backend that come closest to a pool's own, for a backend that imports it."""
    pool, policies = config.pool, config.pool.policies
    policy = policies.password_policy if policies else None
    required = tuple(
        wire
        for wire in get_args(SignUpAttribute)
        if any(one.required and one.name == attribute_name(wire) for one in pool.schema_attributes or ())
    )
    needs: dict[AdditionalConstraint, bool | None] = {
        "REQUIRE_DIGIT": policy.require_numbers if policy else None,
        "REQUIRE_LOWERCASE": policy.require_lowercase if policy else None,
        "REQUIRE_SYMBOL": policy.require_symbols if policy else None,
        "REQUIRE_UPPERCASE": policy.require_uppercase if policy else None,
    }
    types: dict[MfaType, bool] = {
        "SMS": config.mfa.sms_mfa_configuration is not None,
        "TOTP": bool(
            config.mfa.software_token_mfa_configuration and config.mfa.software_token_mfa_configuration.enabled
        ),
    }
    return PoolSettings(
        sign_in_method=_METHODS[frozenset(pool.username_attributes or ())],
        required_sign_up_attributes=required,
        password_policy=PasswordPolicy(
            minimum_length=float((policy and policy.minimum_length) or 8),
            additional_constraints=tuple(name for name, needed in needs.items() if needed),
        ),
        mfa=MfaSettings(
            mfa_mode=pool.mfa_configuration or "OFF",
            settings=MfaFactors(mfa_types=tuple(name for name, on in types.items() if on)),
        ),
    )


def o_auth_of(config: UserPoolClientType) -> ClientOAuth | None:
    """How an app client may use the hosted UI, in the terms of Amplify's settings; None where it may not."""
    flows = config.allowed_o_auth_flows or ()
    if not config.allowed_o_auth_flows_user_pool_client or not {"code", "implicit"} & set(flows):
        return None
    scopes = {_SCOPES.get(scope, scope.lower()): scope for scope in get_args(OAuthScope)}
    return ClientOAuth(
        grant_type="CODE" if "code" in flows else "IMPLICIT",
        scopes=tuple(sorted(scopes[one] for one in config.allowed_o_auth_scopes or () if one in scopes)),
        redirect_sign_in_uris=tuple(sorted(config.callback_urls or ())),
        redirect_sign_out_uris=tuple(sorted(config.logout_urls or ())),
        providers=tuple(
            sorted(one for one in get_args(ProviderName) if one in (config.supported_identity_providers or ()))
        ),
    )


def invitation(pool: UserPoolType) -> MessageTemplateType:
    """The texts of the message that tells a new user of an account."""
    kept = pool.admin_create_user_config.invite_message_template if pool.admin_create_user_config else None
    return MessageTemplateType(
        sms_message=(kept and kept.sms_message) or "Your username is {username} and temporary password is {####}.",
        email_message=(kept and kept.email_message) or "Your username is {username} and temporary password is {####}.",
        email_subject=(kept and kept.email_subject) or "Your temporary password",
    )
