"""Requests and answers of cognito-idp 2016-04-18, member by member.

Shape names are the model's, for grep. tests/wire/test_conformance.py holds every Struct to the service's model.
Absent and null count alike; times are seconds since 1970 UTC.
"""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

DeliveryMediumType = Literal["SMS", "EMAIL"]
AuthFlowType = Literal[
    "USER_SRP_AUTH",
    "REFRESH_TOKEN_AUTH",
    "REFRESH_TOKEN",
    "CUSTOM_AUTH",
    "ADMIN_NO_SRP_AUTH",
    "USER_PASSWORD_AUTH",
    "ADMIN_USER_PASSWORD_AUTH",
    "USER_AUTH",
]
ChallengeNameType = Literal[
    "SMS_MFA",
    "EMAIL_OTP",
    "SOFTWARE_TOKEN_MFA",
    "SELECT_MFA_TYPE",
    "MFA_SETUP",
    "PASSWORD_VERIFIER",
    "CUSTOM_CHALLENGE",
    "SELECT_CHALLENGE",
    "DEVICE_SRP_AUTH",
    "DEVICE_PASSWORD_VERIFIER",
    "ADMIN_NO_SRP_AUTH",
    "NEW_PASSWORD_REQUIRED",
    "SMS_OTP",
    "PASSWORD",
    "WEB_AUTHN",
    "PASSWORD_SRP",
]
RevokeAssociatedSessionsType = Literal["NONE", "LINKED"]
AuthFactorType = Literal["PASSWORD", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN", "SOFTWARE_TOKEN"]
VerifySoftwareTokenResponseType = Literal["SUCCESS", "ERROR"]
DeviceRememberedStatusType = Literal["remembered", "not_remembered"]
MessageActionType = Literal["RESEND", "SUPPRESS"]
UserStatusType = Literal[
    "UNCONFIRMED",
    "CONFIRMED",
    "ARCHIVED",
    "COMPROMISED",
    "UNKNOWN",
    "RESET_REQUIRED",
    "FORCE_CHANGE_PASSWORD",
    "EXTERNAL_PROVIDER",
]
DeletionProtectionType = Literal["ACTIVE", "INACTIVE"]
PreTokenGenerationLambdaVersionType = Literal["V1_0", "V2_0", "V3_0"]
CustomSMSSenderLambdaVersionType = Literal["V1_0"]
CustomEmailSenderLambdaVersionType = Literal["V1_0"]
InboundFederationLambdaVersionType = Literal["V1_0"]
VerifiedAttributeType = Literal["phone_number", "email"]
AliasAttributeType = Literal["phone_number", "email", "preferred_username"]
UsernameAttributeType = Literal["phone_number", "email"]
DefaultEmailOptionType = Literal["CONFIRM_WITH_LINK", "CONFIRM_WITH_CODE"]
UserPoolMfaType = Literal["OFF", "ON", "OPTIONAL"]
EmailSendingAccountType = Literal["COGNITO_DEFAULT", "DEVELOPER"]
AttributeDataType = Literal["String", "Number", "DateTime", "Boolean"]
AdvancedSecurityModeType = Literal["OFF", "AUDIT", "ENFORCED"]
AdvancedSecurityEnabledModeType = Literal["AUDIT", "ENFORCED"]
StatusType = Literal["Enabled", "Disabled"]
OAuthFlowType = Literal["code", "implicit", "client_credentials"]
RecoveryOptionNameType = Literal["verified_email", "verified_phone_number", "admin_only"]
UserPoolTierType = Literal["LITE", "ESSENTIALS", "PLUS"]
EncryptionKeyType = Literal["AWS_OWNED_KEY", "CUSTOMER_MANAGED_KEY"]
IssuerType = Literal["ORIGINAL", "UPDATED"]
UserVerificationType = Literal["required", "preferred"]
WebAuthnFactorConfigurationType = Literal["SINGLE_FACTOR", "MULTI_FACTOR_WITH_USER_VERIFICATION"]
TimeUnitsType = Literal["seconds", "minutes", "hours", "days"]
ExplicitAuthFlowsType = Literal[
    "ADMIN_NO_SRP_AUTH",
    "CUSTOM_AUTH_FLOW_ONLY",
    "USER_PASSWORD_AUTH",
    "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    "ALLOW_CUSTOM_AUTH",
    "ALLOW_USER_PASSWORD_AUTH",
    "ALLOW_USER_SRP_AUTH",
    "ALLOW_REFRESH_TOKEN_AUTH",
    "ALLOW_USER_AUTH",
    "ALLOW_TOKEN_EXCHANGE_DELEGATION",
    "ALLOW_TOKEN_EXCHANGE_IMPERSONATION",
]
PreventUserExistenceErrorTypes = Literal["LEGACY", "ENABLED"]
FeatureType = Literal["ENABLED", "DISABLED"]
ClientTypeType = Literal["REGULAR", "DCR"]
SecurityPolicyType = Literal["TLS_V1", "TLS_V1_2_2021", "TLS_V1_3_2025"]
DomainStatusType = Literal["CREATING", "DELETING", "UPDATING", "ACTIVE", "FAILED"]
ResourceServerManagedByType = Literal["COGNITO"]
IdentityProviderTypeType = Literal["SAML", "Facebook", "Google", "LoginWithAmazon", "SignInWithApple", "OIDC"]


class Wire(Struct, frozen=True, kw_only=True, rename="pascal", omit_defaults=True):
    """Base of all: PascalCase on the wire, None is absent."""


class Nothing(Wire, frozen=True, kw_only=True):
    """What an operation answers that answers nothing."""


class AttributeType(Wire, frozen=True, kw_only=True):
    """A user's attribute by name; custom ones begin with `custom:`."""

    name: Annotated[str, Meta(min_length=1, max_length=32, pattern=r"\A(?:[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]+)\Z")]
    value: Annotated[str, Meta(max_length=2048)] | None = None


class AnalyticsMetadataType(Wire, frozen=True, kw_only=True):
    """What a client tells of itself for analytics; not used."""

    analytics_endpoint_id: Annotated[str, Meta(min_length=0, max_length=131072)] | None = None


class UserContextDataType(Wire, frozen=True, kw_only=True):
    """What a client tells of its device, sealed by its SDK; not used."""

    ip_address: Annotated[str, Meta(min_length=0, max_length=131072)] | None = None
    encoded_data: Annotated[str, Meta(min_length=0, max_length=131072)] | None = None


class SignUpRequest(Wire, frozen=True, kw_only=True):
    """What SignUp is asked."""

    client_id: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[\w+]+)\Z")]
    secret_hash: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[\w+=/]+)\Z")] | None = None
    username: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[^\s\x00-\x1f\x7f-\x9f]+)\Z")]
    password: Annotated[str, Meta(max_length=256, pattern=r"\A(?:[\S]+)\Z")] | None = None
    user_attributes: tuple[AttributeType, ...] | None = None
    validation_data: tuple[AttributeType, ...] | None = None
    analytics_metadata: AnalyticsMetadataType | None = None
    user_context_data: UserContextDataType | None = None
    client_metadata: (
        dict[
            Annotated[str, Meta(min_length=0, max_length=131072)], Annotated[str, Meta(min_length=0, max_length=131072)]
        ]
        | None
    ) = None


class CodeDeliveryDetailsType(Wire, frozen=True, kw_only=True):
    """Where a code was sent, masked."""

    destination: Annotated[str, Meta(min_length=0, max_length=131072)] | None = None
    delivery_medium: DeliveryMediumType | None = None
    attribute_name: (
        Annotated[str, Meta(min_length=1, max_length=32, pattern=r"\A(?:[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]+)\Z")]
        | None
    ) = None


class SignUpResponse(Wire, frozen=True, kw_only=True):
    """What SignUp answers."""

    user_confirmed: bool
    code_delivery_details: CodeDeliveryDetailsType | None = None
    user_sub: Annotated[str, Meta(min_length=0, max_length=131072)]
    session: Annotated[str, Meta(min_length=20, max_length=4096)] | None = None


class ConfirmSignUpRequest(Wire, frozen=True, kw_only=True):
    """What ConfirmSignUp is asked."""

    client_id: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[\w+]+)\Z")]
    secret_hash: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[\w+=/]+)\Z")] | None = None
    username: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[^\s\x00-\x1f\x7f-\x9f]+)\Z")]
    confirmation_code: Annotated[str, Meta(min_length=1, max_length=2048, pattern=r"\A(?:[\S]+)\Z")]
    force_alias_creation: bool | None = None
    analytics_metadata: AnalyticsMetadataType | None = None
    user_context_data: UserContextDataType | None = None
    client_metadata: (
        dict[
            Annotated[str, Meta(min_length=0, max_length=131072)], Annotated[str, Meta(min_length=0, max_length=131072)]
        ]
        | None
    ) = None
    session: Annotated[str, Meta(min_length=20, max_length=4096)] | None = None


class ConfirmSignUpResponse(Wire, frozen=True, kw_only=True):
    """What ConfirmSignUp answers."""

    session: Annotated[str, Meta(min_length=20, max_length=4096)] | None = None


class ResendConfirmationCodeRequest(Wire, frozen=True, kw_only=True):
    """What ResendConfirmationCode is asked."""

    client_id: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[\w+]+)\Z")]
    secret_hash: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[\w+=/]+)\Z")] | None = None
    user_context_data: UserContextDataType | None = None
    username: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[^\s\x00-\x1f\x7f-\x9f]+)\Z")]
    analytics_metadata: AnalyticsMetadataType | None = None
    client_metadata: (
        dict[
            Annotated[str, Meta(min_length=0, max_length=131072)], Annotated[str, Meta(min_length=0, max_length=131072)]
        ]
        | None
    ) = None


class ResendConfirmationCodeResponse(Wire, frozen=True, kw_only=True):
    """What ResendConfirmationCode answers."""

    code_delivery_details: CodeDeliveryDetailsType | None = None


class InitiateAuthRequest(Wire, frozen=True, kw_only=True):
    """What InitiateAuth is asked."""

    auth_flow: AuthFlowType
    auth_parameters: (
        dict[
            Annotated[str, Meta(min_length=0, max_length=131072)], Annotated[str, Meta(min_length=0, max_length=131072)]
        ]
        | None
    ) = None
    client_metadata: (
        dict[
            Annotated[str, Meta(min_length=0, max_length=131072)], Annotated[str, Meta(min_length=0, max_length=131072)]
        ]
        | None
    ) = None
    client_id: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[\w+]+)\Z")]
    analytics_metadata: AnalyticsMetadataType | None = None
    user_context_data: UserContextDataType | None = None
    session: Annotated[str, Meta(min_length=20, max_length=4096)] | None = None


class NewDeviceMetadataType(Wire, frozen=True, kw_only=True):
    """The keys of a device that signed in for the first time; the client confirms it with them."""

    device_key: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-f-]+)\Z")] | None = None
    device_group_key: Annotated[str, Meta(min_length=0, max_length=131072)] | None = None


class AuthenticationResultType(Wire, frozen=True, kw_only=True):
    """The tokens of a finished sign-in; `expires_in` in seconds."""

    access_token: Annotated[str, Meta(pattern=r"\A(?:[A-Za-z0-9-_=.]+)\Z")] | None = None
    expires_in: int | None = None
    token_type: Annotated[str, Meta(min_length=0, max_length=131072)] | None = None
    refresh_token: Annotated[str, Meta(pattern=r"\A(?:[A-Za-z0-9-_=.]+)\Z")] | None = None
    id_token: Annotated[str, Meta(pattern=r"\A(?:[A-Za-z0-9-_=.]+)\Z")] | None = None
    new_device_metadata: NewDeviceMetadataType | None = None


class InitiateAuthResponse(Wire, frozen=True, kw_only=True):
    """What InitiateAuth answers."""

    challenge_name: ChallengeNameType | None = None
    session: Annotated[str, Meta(min_length=20, max_length=4096)] | None = None
    challenge_parameters: (
        dict[
            Annotated[str, Meta(min_length=0, max_length=131072)], Annotated[str, Meta(min_length=0, max_length=131072)]
        ]
        | None
    ) = None
    authentication_result: AuthenticationResultType | None = None
    available_challenges: tuple[ChallengeNameType, ...] | None = None


class HttpHeader(Wire, frozen=True, kw_only=True):
    """A header of the request that a server makes a call for."""

    header_name: Annotated[str, Meta(min_length=0, max_length=131072)] | None = field(name="headerName", default=None)
    header_value: Annotated[str, Meta(min_length=0, max_length=131072)] | None = field(name="headerValue", default=None)


class ContextDataType(Wire, frozen=True, kw_only=True):
    """What a server knows of the client it makes a call for."""

    ip_address: Annotated[str, Meta(min_length=0, max_length=131072)]
    server_name: Annotated[str, Meta(min_length=0, max_length=131072)]
    server_path: Annotated[str, Meta(min_length=0, max_length=131072)]
    http_headers: tuple[HttpHeader, ...]
    encoded_data: Annotated[str, Meta(min_length=0, max_length=131072)] | None = None


class AdminInitiateAuthRequest(Wire, frozen=True, kw_only=True):
    """What AdminInitiateAuth is asked."""

    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")]
    client_id: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[\w+]+)\Z")]
    auth_flow: AuthFlowType
    auth_parameters: (
        dict[
            Annotated[str, Meta(min_length=0, max_length=131072)], Annotated[str, Meta(min_length=0, max_length=131072)]
        ]
        | None
    ) = None
    client_metadata: (
        dict[
            Annotated[str, Meta(min_length=0, max_length=131072)], Annotated[str, Meta(min_length=0, max_length=131072)]
        ]
        | None
    ) = None
    analytics_metadata: AnalyticsMetadataType | None = None
    context_data: ContextDataType | None = None
    session: Annotated[str, Meta(min_length=20, max_length=4096)] | None = None


class AdminInitiateAuthResponse(Wire, frozen=True, kw_only=True):
    """What AdminInitiateAuth answers."""

    challenge_name: ChallengeNameType | None = None
    session: Annotated[str, Meta(min_length=20, max_length=4096)] | None = None
    challenge_parameters: (
        dict[
            Annotated[str, Meta(min_length=0, max_length=131072)], Annotated[str, Meta(min_length=0, max_length=131072)]
        ]
        | None
    ) = None
    authentication_result: AuthenticationResultType | None = None
    available_challenges: tuple[ChallengeNameType, ...] | None = None


class RespondToAuthChallengeRequest(Wire, frozen=True, kw_only=True):
    """What RespondToAuthChallenge is asked."""

    client_id: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[\w+]+)\Z")]
    challenge_name: ChallengeNameType
    session: Annotated[str, Meta(min_length=20, max_length=4096)] | None = None
    challenge_responses: (
        dict[
            Annotated[str, Meta(min_length=0, max_length=131072)], Annotated[str, Meta(min_length=0, max_length=131072)]
        ]
        | None
    ) = None
    analytics_metadata: AnalyticsMetadataType | None = None
    user_context_data: UserContextDataType | None = None
    client_metadata: (
        dict[
            Annotated[str, Meta(min_length=0, max_length=131072)], Annotated[str, Meta(min_length=0, max_length=131072)]
        ]
        | None
    ) = None


class RespondToAuthChallengeResponse(Wire, frozen=True, kw_only=True):
    """What RespondToAuthChallenge answers."""

    challenge_name: ChallengeNameType | None = None
    session: Annotated[str, Meta(min_length=20, max_length=4096)] | None = None
    challenge_parameters: (
        dict[
            Annotated[str, Meta(min_length=0, max_length=131072)], Annotated[str, Meta(min_length=0, max_length=131072)]
        ]
        | None
    ) = None
    authentication_result: AuthenticationResultType | None = None
    available_challenges: tuple[ChallengeNameType, ...] | None = None


class AdminRespondToAuthChallengeRequest(Wire, frozen=True, kw_only=True):
    """What AdminRespondToAuthChallenge is asked."""

    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")]
    client_id: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[\w+]+)\Z")]
    challenge_name: ChallengeNameType
    challenge_responses: (
        dict[
            Annotated[str, Meta(min_length=0, max_length=131072)], Annotated[str, Meta(min_length=0, max_length=131072)]
        ]
        | None
    ) = None
    session: Annotated[str, Meta(min_length=20, max_length=4096)] | None = None
    analytics_metadata: AnalyticsMetadataType | None = None
    context_data: ContextDataType | None = None
    client_metadata: (
        dict[
            Annotated[str, Meta(min_length=0, max_length=131072)], Annotated[str, Meta(min_length=0, max_length=131072)]
        ]
        | None
    ) = None


class AdminRespondToAuthChallengeResponse(Wire, frozen=True, kw_only=True):
    """What AdminRespondToAuthChallenge answers."""

    challenge_name: ChallengeNameType | None = None
    session: Annotated[str, Meta(min_length=20, max_length=4096)] | None = None
    challenge_parameters: (
        dict[
            Annotated[str, Meta(min_length=0, max_length=131072)], Annotated[str, Meta(min_length=0, max_length=131072)]
        ]
        | None
    ) = None
    authentication_result: AuthenticationResultType | None = None
    available_challenges: tuple[ChallengeNameType, ...] | None = None


class GetTokensFromRefreshTokenRequest(Wire, frozen=True, kw_only=True):
    """What GetTokensFromRefreshToken is asked."""

    refresh_token: Annotated[str, Meta(pattern=r"\A(?:[A-Za-z0-9-_=.]+)\Z")]
    client_id: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[\w+]+)\Z")]
    client_secret: Annotated[str, Meta(min_length=24, max_length=64, pattern=r"\A(?:[\w+]+)\Z")] | None = None
    device_key: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-f-]+)\Z")] | None = None
    client_metadata: (
        dict[
            Annotated[str, Meta(min_length=0, max_length=131072)], Annotated[str, Meta(min_length=0, max_length=131072)]
        ]
        | None
    ) = None


class GetTokensFromRefreshTokenResponse(Wire, frozen=True, kw_only=True):
    """What GetTokensFromRefreshToken answers."""

    authentication_result: AuthenticationResultType | None = None


class RevokeTokenRequest(Wire, frozen=True, kw_only=True):
    """What RevokeToken is asked."""

    token: Annotated[str, Meta(pattern=r"\A(?:[A-Za-z0-9-_=.]+)\Z")]
    client_id: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[\w+]+)\Z")]
    client_secret: Annotated[str, Meta(min_length=24, max_length=64, pattern=r"\A(?:[\w+]+)\Z")] | None = None
    revoke_associated_sessions: RevokeAssociatedSessionsType | None = None


class RevokeTokenResponse(Wire, frozen=True, kw_only=True):
    """What RevokeToken answers."""


class GlobalSignOutRequest(Wire, frozen=True, kw_only=True):
    """What GlobalSignOut is asked."""

    access_token: Annotated[str, Meta(pattern=r"\A(?:[A-Za-z0-9-_=.]+)\Z")]


class GlobalSignOutResponse(Wire, frozen=True, kw_only=True):
    """What GlobalSignOut answers."""


class ForgotPasswordRequest(Wire, frozen=True, kw_only=True):
    """What ForgotPassword is asked."""

    client_id: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[\w+]+)\Z")]
    secret_hash: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[\w+=/]+)\Z")] | None = None
    user_context_data: UserContextDataType | None = None
    username: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[^\s\x00-\x1f\x7f-\x9f]+)\Z")]
    analytics_metadata: AnalyticsMetadataType | None = None
    client_metadata: (
        dict[
            Annotated[str, Meta(min_length=0, max_length=131072)], Annotated[str, Meta(min_length=0, max_length=131072)]
        ]
        | None
    ) = None


class ForgotPasswordResponse(Wire, frozen=True, kw_only=True):
    """What ForgotPassword answers."""

    code_delivery_details: CodeDeliveryDetailsType | None = None


class ConfirmForgotPasswordRequest(Wire, frozen=True, kw_only=True):
    """What ConfirmForgotPassword is asked."""

    client_id: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[\w+]+)\Z")]
    secret_hash: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[\w+=/]+)\Z")] | None = None
    username: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[^\s\x00-\x1f\x7f-\x9f]+)\Z")]
    confirmation_code: Annotated[str, Meta(min_length=1, max_length=2048, pattern=r"\A(?:[\S]+)\Z")]
    password: Annotated[str, Meta(max_length=256, pattern=r"\A(?:[\S]+)\Z")]
    analytics_metadata: AnalyticsMetadataType | None = None
    user_context_data: UserContextDataType | None = None
    client_metadata: (
        dict[
            Annotated[str, Meta(min_length=0, max_length=131072)], Annotated[str, Meta(min_length=0, max_length=131072)]
        ]
        | None
    ) = None


class ConfirmForgotPasswordResponse(Wire, frozen=True, kw_only=True):
    """What ConfirmForgotPassword answers."""


class ChangePasswordRequest(Wire, frozen=True, kw_only=True):
    """What ChangePassword is asked."""

    previous_password: Annotated[str, Meta(max_length=256, pattern=r"\A(?:[\S]+)\Z")] | None = None
    proposed_password: Annotated[str, Meta(max_length=256, pattern=r"\A(?:[\S]+)\Z")]
    access_token: Annotated[str, Meta(pattern=r"\A(?:[A-Za-z0-9-_=.]+)\Z")]


class ChangePasswordResponse(Wire, frozen=True, kw_only=True):
    """What ChangePassword answers."""


class GetUserRequest(Wire, frozen=True, kw_only=True):
    """What GetUser is asked."""

    access_token: Annotated[str, Meta(pattern=r"\A(?:[A-Za-z0-9-_=.]+)\Z")]


class MFAOptionType(Wire, frozen=True, kw_only=True):
    """An attribute that codes are sent to, in the form before MFA preferences."""

    delivery_medium: DeliveryMediumType | None = None
    attribute_name: (
        Annotated[str, Meta(min_length=1, max_length=32, pattern=r"\A(?:[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]+)\Z")]
        | None
    ) = None


class GetUserResponse(Wire, frozen=True, kw_only=True):
    """What GetUser answers."""

    username: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[^\s\x00-\x1f\x7f-\x9f]+)\Z")]
    user_attributes: tuple[AttributeType, ...]
    mfa_options: tuple[MFAOptionType, ...] | None = field(name="MFAOptions", default=None)
    preferred_mfa_setting: Annotated[str, Meta(min_length=0, max_length=131072)] | None = None
    user_mfa_setting_list: tuple[Annotated[str, Meta(min_length=0, max_length=131072)], ...] | None = field(
        name="UserMFASettingList", default=None
    )


class GetUserAuthFactorsRequest(Wire, frozen=True, kw_only=True):
    """What GetUserAuthFactors is asked."""

    access_token: Annotated[str, Meta(pattern=r"\A(?:[A-Za-z0-9-_=.]+)\Z")]


class GetUserAuthFactorsResponse(Wire, frozen=True, kw_only=True):
    """What GetUserAuthFactors answers."""

    username: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[^\s\x00-\x1f\x7f-\x9f]+)\Z")]
    preferred_mfa_setting: Annotated[str, Meta(min_length=0, max_length=131072)] | None = None
    user_mfa_setting_list: tuple[Annotated[str, Meta(min_length=0, max_length=131072)], ...] | None = field(
        name="UserMFASettingList", default=None
    )
    configured_user_auth_factors: Annotated[tuple[AuthFactorType, ...], Meta(min_length=0, max_length=8)] | None = None


class UpdateUserAttributesRequest(Wire, frozen=True, kw_only=True):
    """What UpdateUserAttributes is asked."""

    user_attributes: tuple[AttributeType, ...]
    access_token: Annotated[str, Meta(pattern=r"\A(?:[A-Za-z0-9-_=.]+)\Z")]
    client_metadata: (
        dict[
            Annotated[str, Meta(min_length=0, max_length=131072)], Annotated[str, Meta(min_length=0, max_length=131072)]
        ]
        | None
    ) = None


class UpdateUserAttributesResponse(Wire, frozen=True, kw_only=True):
    """What UpdateUserAttributes answers."""

    code_delivery_details_list: tuple[CodeDeliveryDetailsType, ...] | None = None


class DeleteUserAttributesRequest(Wire, frozen=True, kw_only=True):
    """What DeleteUserAttributes is asked."""

    user_attribute_names: tuple[
        Annotated[str, Meta(min_length=1, max_length=32, pattern=r"\A(?:[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]+)\Z")],
        ...,
    ]
    access_token: Annotated[str, Meta(pattern=r"\A(?:[A-Za-z0-9-_=.]+)\Z")]


class DeleteUserAttributesResponse(Wire, frozen=True, kw_only=True):
    """What DeleteUserAttributes answers."""


class VerifyUserAttributeRequest(Wire, frozen=True, kw_only=True):
    """What VerifyUserAttribute is asked."""

    access_token: Annotated[str, Meta(pattern=r"\A(?:[A-Za-z0-9-_=.]+)\Z")]
    attribute_name: Annotated[
        str, Meta(min_length=1, max_length=32, pattern=r"\A(?:[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]+)\Z")
    ]
    code: Annotated[str, Meta(min_length=1, max_length=2048, pattern=r"\A(?:[\S]+)\Z")]


class VerifyUserAttributeResponse(Wire, frozen=True, kw_only=True):
    """What VerifyUserAttribute answers."""


class GetUserAttributeVerificationCodeRequest(Wire, frozen=True, kw_only=True):
    """What GetUserAttributeVerificationCode is asked."""

    access_token: Annotated[str, Meta(pattern=r"\A(?:[A-Za-z0-9-_=.]+)\Z")]
    attribute_name: Annotated[
        str, Meta(min_length=1, max_length=32, pattern=r"\A(?:[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]+)\Z")
    ]
    client_metadata: (
        dict[
            Annotated[str, Meta(min_length=0, max_length=131072)], Annotated[str, Meta(min_length=0, max_length=131072)]
        ]
        | None
    ) = None


class GetUserAttributeVerificationCodeResponse(Wire, frozen=True, kw_only=True):
    """What GetUserAttributeVerificationCode answers."""

    code_delivery_details: CodeDeliveryDetailsType | None = None


class AssociateSoftwareTokenRequest(Wire, frozen=True, kw_only=True):
    """What AssociateSoftwareToken is asked."""

    access_token: Annotated[str, Meta(pattern=r"\A(?:[A-Za-z0-9-_=.]+)\Z")] | None = None
    session: Annotated[str, Meta(min_length=20, max_length=4096)] | None = None


class AssociateSoftwareTokenResponse(Wire, frozen=True, kw_only=True):
    """What AssociateSoftwareToken answers."""

    secret_code: Annotated[str, Meta(min_length=16, pattern=r"\A(?:[A-Za-z0-9]+)\Z")] | None = None
    session: Annotated[str, Meta(min_length=20, max_length=4096)] | None = None


class VerifySoftwareTokenRequest(Wire, frozen=True, kw_only=True):
    """What VerifySoftwareToken is asked."""

    access_token: Annotated[str, Meta(pattern=r"\A(?:[A-Za-z0-9-_=.]+)\Z")] | None = None
    session: Annotated[str, Meta(min_length=20, max_length=4096)] | None = None
    user_code: Annotated[str, Meta(min_length=6, max_length=6, pattern=r"\A(?:[0-9]+)\Z")]
    friendly_device_name: Annotated[str, Meta(min_length=0, max_length=131072)] | None = None


class VerifySoftwareTokenResponse(Wire, frozen=True, kw_only=True):
    """What VerifySoftwareToken answers."""

    status: VerifySoftwareTokenResponseType | None = None
    session: Annotated[str, Meta(min_length=20, max_length=4096)] | None = None


class SMSMfaSettingsType(Wire, frozen=True, kw_only=True):
    """A user's choice about codes by SMS."""

    enabled: bool | None = None
    preferred_mfa: bool | None = None


class SoftwareTokenMfaSettingsType(Wire, frozen=True, kw_only=True):
    """A user's choice about codes of an authenticator (TOTP)."""

    enabled: bool | None = None
    preferred_mfa: bool | None = None


class EmailMfaSettingsType(Wire, frozen=True, kw_only=True):
    """A user's choice about codes by mail."""

    enabled: bool | None = None
    preferred_mfa: bool | None = None


class WebAuthnMfaSettingsType(Wire, frozen=True, kw_only=True):
    """A user's choice about passkeys as a second factor."""

    enabled: bool | None = None


class SetUserMFAPreferenceRequest(Wire, frozen=True, kw_only=True):
    """What SetUserMFAPreference is asked."""

    sms_mfa_settings: SMSMfaSettingsType | None = field(name="SMSMfaSettings", default=None)
    software_token_mfa_settings: SoftwareTokenMfaSettingsType | None = None
    email_mfa_settings: EmailMfaSettingsType | None = None
    web_authn_mfa_settings: WebAuthnMfaSettingsType | None = None
    access_token: Annotated[str, Meta(pattern=r"\A(?:[A-Za-z0-9-_=.]+)\Z")]


class SetUserMFAPreferenceResponse(Wire, frozen=True, kw_only=True):
    """What SetUserMFAPreference answers."""


class SetUserSettingsRequest(Wire, frozen=True, kw_only=True):
    """What SetUserSettings is asked."""

    access_token: Annotated[str, Meta(pattern=r"\A(?:[A-Za-z0-9-_=.]+)\Z")]
    mfa_options: tuple[MFAOptionType, ...] = field(name="MFAOptions")


class SetUserSettingsResponse(Wire, frozen=True, kw_only=True):
    """What SetUserSettings answers."""


class DeviceSecretVerifierConfigType(Wire, frozen=True, kw_only=True):
    """A device's SRP verifier and salt, base64 of signed big-endian numbers."""

    password_verifier: Annotated[str, Meta(min_length=0, max_length=131072)] | None = None
    salt: Annotated[str, Meta(min_length=0, max_length=131072)] | None = None


class ConfirmDeviceRequest(Wire, frozen=True, kw_only=True):
    """What ConfirmDevice is asked."""

    access_token: Annotated[str, Meta(pattern=r"\A(?:[A-Za-z0-9-_=.]+)\Z")]
    device_key: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-f-]+)\Z")]
    device_secret_verifier_config: DeviceSecretVerifierConfigType | None = None
    device_name: Annotated[str, Meta(min_length=1, max_length=1024)] | None = None


class ConfirmDeviceResponse(Wire, frozen=True, kw_only=True):
    """What ConfirmDevice answers."""

    user_confirmation_necessary: bool | None = None


class ListDevicesRequest(Wire, frozen=True, kw_only=True):
    """What ListDevices is asked."""

    access_token: Annotated[str, Meta(pattern=r"\A(?:[A-Za-z0-9-_=.]+)\Z")]
    limit: Annotated[int, Meta(ge=0, le=60)] | None = None
    pagination_token: Annotated[str, Meta(min_length=1, pattern=r"\A(?:[\S]+)\Z")] | None = None


class DeviceType(Wire, frozen=True, kw_only=True):
    """A remembered device of a user."""

    device_key: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-f-]+)\Z")] | None = None
    device_attributes: tuple[AttributeType, ...] | None = None
    device_create_date: float | None = None
    device_last_modified_date: float | None = None
    device_last_authenticated_date: float | None = None


class ListDevicesResponse(Wire, frozen=True, kw_only=True):
    """What ListDevices answers."""

    devices: tuple[DeviceType, ...] | None = None
    pagination_token: Annotated[str, Meta(min_length=1, pattern=r"\A(?:[\S]+)\Z")] | None = None


class GetDeviceRequest(Wire, frozen=True, kw_only=True):
    """What GetDevice is asked."""

    device_key: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-f-]+)\Z")]
    access_token: Annotated[str, Meta(pattern=r"\A(?:[A-Za-z0-9-_=.]+)\Z")] | None = None


class GetDeviceResponse(Wire, frozen=True, kw_only=True):
    """What GetDevice answers."""

    device: DeviceType


class ForgetDeviceRequest(Wire, frozen=True, kw_only=True):
    """What ForgetDevice is asked."""

    access_token: Annotated[str, Meta(pattern=r"\A(?:[A-Za-z0-9-_=.]+)\Z")] | None = None
    device_key: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-f-]+)\Z")]


class UpdateDeviceStatusRequest(Wire, frozen=True, kw_only=True):
    """What UpdateDeviceStatus is asked."""

    access_token: Annotated[str, Meta(pattern=r"\A(?:[A-Za-z0-9-_=.]+)\Z")]
    device_key: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-f-]+)\Z")]
    device_remembered_status: DeviceRememberedStatusType | None = None


class UpdateDeviceStatusResponse(Wire, frozen=True, kw_only=True):
    """What UpdateDeviceStatus answers."""


class StartWebAuthnRegistrationRequest(Wire, frozen=True, kw_only=True):
    """What StartWebAuthnRegistration is asked."""

    access_token: Annotated[str, Meta(pattern=r"\A(?:[A-Za-z0-9-_=.]+)\Z")]


class StartWebAuthnRegistrationResponse(Wire, frozen=True, kw_only=True):
    """What StartWebAuthnRegistration answers."""

    credential_creation_options: Any


class CompleteWebAuthnRegistrationRequest(Wire, frozen=True, kw_only=True):
    """What CompleteWebAuthnRegistration is asked."""

    access_token: Annotated[str, Meta(pattern=r"\A(?:[A-Za-z0-9-_=.]+)\Z")]
    credential: Any


class CompleteWebAuthnRegistrationResponse(Wire, frozen=True, kw_only=True):
    """What CompleteWebAuthnRegistration answers."""


class ListWebAuthnCredentialsRequest(Wire, frozen=True, kw_only=True):
    """What ListWebAuthnCredentials is asked."""

    access_token: Annotated[str, Meta(pattern=r"\A(?:[A-Za-z0-9-_=.]+)\Z")]
    next_token: Annotated[str, Meta(min_length=1, max_length=131072, pattern=r"\A(?:[\S]+)\Z")] | None = None
    max_results: Annotated[int, Meta(ge=0, le=20)] | None = None


class WebAuthnCredentialDescription(Wire, frozen=True, kw_only=True):
    """A user's passkey."""

    credential_id: Annotated[str, Meta(min_length=0, max_length=131072)]
    friendly_credential_name: Annotated[str, Meta(min_length=0, max_length=131072)]
    relying_party_id: Annotated[str, Meta(min_length=0, max_length=131072)]
    authenticator_attachment: str | None = None
    authenticator_transports: tuple[str, ...]
    created_at: float


class ListWebAuthnCredentialsResponse(Wire, frozen=True, kw_only=True):
    """What ListWebAuthnCredentials answers."""

    credentials: tuple[WebAuthnCredentialDescription, ...]
    next_token: Annotated[str, Meta(min_length=1, max_length=131072, pattern=r"\A(?:[\S]+)\Z")] | None = None


class DeleteWebAuthnCredentialRequest(Wire, frozen=True, kw_only=True):
    """What DeleteWebAuthnCredential is asked."""

    access_token: Annotated[str, Meta(pattern=r"\A(?:[A-Za-z0-9-_=.]+)\Z")]
    credential_id: Annotated[str, Meta(min_length=0, max_length=131072)]


class DeleteWebAuthnCredentialResponse(Wire, frozen=True, kw_only=True):
    """What DeleteWebAuthnCredential answers."""


class DeleteUserRequest(Wire, frozen=True, kw_only=True):
    """What DeleteUser is asked."""

    access_token: Annotated[str, Meta(pattern=r"\A(?:[A-Za-z0-9-_=.]+)\Z")]


class AdminAddUserToGroupRequest(Wire, frozen=True, kw_only=True):
    """What AdminAddUserToGroup is asked."""

    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")]
    username: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[^\s\x00-\x1f\x7f-\x9f]+)\Z")]
    group_name: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[^\s\x00-\x1f\x7f-\x9f]+)\Z")]


class AdminConfirmSignUpRequest(Wire, frozen=True, kw_only=True):
    """What AdminConfirmSignUp is asked."""

    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")]
    username: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[^\s\x00-\x1f\x7f-\x9f]+)\Z")]
    client_metadata: (
        dict[
            Annotated[str, Meta(min_length=0, max_length=131072)], Annotated[str, Meta(min_length=0, max_length=131072)]
        ]
        | None
    ) = None


class AdminConfirmSignUpResponse(Wire, frozen=True, kw_only=True):
    """What AdminConfirmSignUp answers."""


class AdminCreateUserRequest(Wire, frozen=True, kw_only=True):
    """What AdminCreateUser is asked."""

    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")]
    username: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[^\s\x00-\x1f\x7f-\x9f]+)\Z")]
    user_attributes: tuple[AttributeType, ...] | None = None
    validation_data: tuple[AttributeType, ...] | None = None
    temporary_password: Annotated[str, Meta(max_length=256, pattern=r"\A(?:[\S]+)\Z")] | None = None
    force_alias_creation: bool | None = None
    message_action: MessageActionType | None = None
    desired_delivery_mediums: tuple[DeliveryMediumType, ...] | None = None
    client_metadata: (
        dict[
            Annotated[str, Meta(min_length=0, max_length=131072)], Annotated[str, Meta(min_length=0, max_length=131072)]
        ]
        | None
    ) = None


class UserType(Wire, frozen=True, kw_only=True):
    """A user as administrators see it."""

    username: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[^\s\x00-\x1f\x7f-\x9f]+)\Z")] | None = (
        None
    )
    attributes: tuple[AttributeType, ...] | None = None
    user_create_date: float | None = None
    user_last_modified_date: float | None = None
    enabled: bool | None = None
    user_status: UserStatusType | None = None
    mfa_options: tuple[MFAOptionType, ...] | None = field(name="MFAOptions", default=None)


class AdminCreateUserResponse(Wire, frozen=True, kw_only=True):
    """What AdminCreateUser answers."""

    user: UserType | None = None


class AdminDeleteUserRequest(Wire, frozen=True, kw_only=True):
    """What AdminDeleteUser is asked."""

    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")]
    username: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[^\s\x00-\x1f\x7f-\x9f]+)\Z")]


class AdminDeleteUserAttributesRequest(Wire, frozen=True, kw_only=True):
    """What AdminDeleteUserAttributes is asked."""

    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")]
    username: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[^\s\x00-\x1f\x7f-\x9f]+)\Z")]
    user_attribute_names: tuple[
        Annotated[str, Meta(min_length=1, max_length=32, pattern=r"\A(?:[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]+)\Z")],
        ...,
    ]


class AdminDeleteUserAttributesResponse(Wire, frozen=True, kw_only=True):
    """What AdminDeleteUserAttributes answers."""


class ProviderUserIdentifierType(Wire, frozen=True, kw_only=True):
    """A user at a provider."""

    provider_name: (
        Annotated[str, Meta(min_length=1, max_length=32, pattern=r"\A(?:[^\x00-\x1f\x7f-\x9f]+)\Z")] | None
    ) = None
    provider_attribute_name: Annotated[str, Meta(min_length=0, max_length=131072)] | None = None
    provider_attribute_value: Annotated[str, Meta(min_length=0, max_length=131072)] | None = None


class AdminDisableProviderForUserRequest(Wire, frozen=True, kw_only=True):
    """What AdminDisableProviderForUser is asked."""

    user_pool_id: Annotated[str, Meta(min_length=0, max_length=131072)]
    user: ProviderUserIdentifierType


class AdminDisableProviderForUserResponse(Wire, frozen=True, kw_only=True):
    """What AdminDisableProviderForUser answers."""


class AdminDisableUserRequest(Wire, frozen=True, kw_only=True):
    """What AdminDisableUser is asked."""

    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")]
    username: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[^\s\x00-\x1f\x7f-\x9f]+)\Z")]


class AdminDisableUserResponse(Wire, frozen=True, kw_only=True):
    """What AdminDisableUser answers."""


class AdminEnableUserRequest(Wire, frozen=True, kw_only=True):
    """What AdminEnableUser is asked."""

    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")]
    username: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[^\s\x00-\x1f\x7f-\x9f]+)\Z")]


class AdminEnableUserResponse(Wire, frozen=True, kw_only=True):
    """What AdminEnableUser answers."""


class AdminForgetDeviceRequest(Wire, frozen=True, kw_only=True):
    """What AdminForgetDevice is asked."""

    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")]
    username: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[^\s\x00-\x1f\x7f-\x9f]+)\Z")]
    device_key: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-f-]+)\Z")]


class AdminGetDeviceRequest(Wire, frozen=True, kw_only=True):
    """What AdminGetDevice is asked."""

    device_key: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-f-]+)\Z")]
    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")]
    username: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[^\s\x00-\x1f\x7f-\x9f]+)\Z")]


class AdminGetDeviceResponse(Wire, frozen=True, kw_only=True):
    """What AdminGetDevice answers."""

    device: DeviceType


class AdminGetUserRequest(Wire, frozen=True, kw_only=True):
    """What AdminGetUser is asked."""

    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")]
    username: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[^\s\x00-\x1f\x7f-\x9f]+)\Z")]


class AdminGetUserResponse(Wire, frozen=True, kw_only=True):
    """What AdminGetUser answers."""

    username: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[^\s\x00-\x1f\x7f-\x9f]+)\Z")]
    user_attributes: tuple[AttributeType, ...] | None = None
    user_create_date: float | None = None
    user_last_modified_date: float | None = None
    enabled: bool | None = None
    user_status: UserStatusType | None = None
    mfa_options: tuple[MFAOptionType, ...] | None = field(name="MFAOptions", default=None)
    preferred_mfa_setting: Annotated[str, Meta(min_length=0, max_length=131072)] | None = None
    user_mfa_setting_list: tuple[Annotated[str, Meta(min_length=0, max_length=131072)], ...] | None = field(
        name="UserMFASettingList", default=None
    )


class AdminLinkProviderForUserRequest(Wire, frozen=True, kw_only=True):
    """What AdminLinkProviderForUser is asked."""

    user_pool_id: Annotated[str, Meta(min_length=0, max_length=131072)]
    destination_user: ProviderUserIdentifierType
    source_user: ProviderUserIdentifierType


class AdminLinkProviderForUserResponse(Wire, frozen=True, kw_only=True):
    """What AdminLinkProviderForUser answers."""


class AdminListDevicesRequest(Wire, frozen=True, kw_only=True):
    """What AdminListDevices is asked."""

    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")]
    username: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[^\s\x00-\x1f\x7f-\x9f]+)\Z")]
    limit: Annotated[int, Meta(ge=0, le=60)] | None = None
    pagination_token: Annotated[str, Meta(min_length=1, pattern=r"\A(?:[\S]+)\Z")] | None = None


class AdminListDevicesResponse(Wire, frozen=True, kw_only=True):
    """What AdminListDevices answers."""

    devices: tuple[DeviceType, ...] | None = None
    pagination_token: Annotated[str, Meta(min_length=1, pattern=r"\A(?:[\S]+)\Z")] | None = None


class AdminListGroupsForUserRequest(Wire, frozen=True, kw_only=True):
    """What AdminListGroupsForUser is asked."""

    username: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[^\s\x00-\x1f\x7f-\x9f]+)\Z")]
    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")]
    limit: Annotated[int, Meta(ge=0, le=60)] | None = None
    next_token: Annotated[str, Meta(min_length=1, max_length=131072, pattern=r"\A(?:[\S]+)\Z")] | None = None


class GroupType(Wire, frozen=True, kw_only=True):
    """A group; the lower its precedence, the sooner its role counts."""

    group_name: (
        Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[^\s\x00-\x1f\x7f-\x9f]+)\Z")] | None
    ) = None
    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")] | None = (
        None
    )
    description: Annotated[str, Meta(max_length=2048)] | None = None
    role_arn: (
        Annotated[
            str,
            Meta(
                min_length=20,
                max_length=2048,
                pattern=r"\A(?:arn:[\w+=/,.@-]+:[\w+=/,.@-]+:([\w+=/,.@-]*)?:[0-9]+:[\w+=/,.@-]+(:[\w+=/,.@-]+)?(:[\w+=/,.@-]+)?)\Z",
            ),
        ]
        | None
    ) = None
    precedence: Annotated[int, Meta(ge=0)] | None = None
    last_modified_date: float | None = None
    creation_date: float | None = None


class AdminListGroupsForUserResponse(Wire, frozen=True, kw_only=True):
    """What AdminListGroupsForUser answers."""

    groups: tuple[GroupType, ...] | None = None
    next_token: Annotated[str, Meta(min_length=1, max_length=131072, pattern=r"\A(?:[\S]+)\Z")] | None = None


class AdminRemoveUserFromGroupRequest(Wire, frozen=True, kw_only=True):
    """What AdminRemoveUserFromGroup is asked."""

    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")]
    username: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[^\s\x00-\x1f\x7f-\x9f]+)\Z")]
    group_name: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[^\s\x00-\x1f\x7f-\x9f]+)\Z")]


class AdminResetUserPasswordRequest(Wire, frozen=True, kw_only=True):
    """What AdminResetUserPassword is asked."""

    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")]
    username: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[^\s\x00-\x1f\x7f-\x9f]+)\Z")]
    client_metadata: (
        dict[
            Annotated[str, Meta(min_length=0, max_length=131072)], Annotated[str, Meta(min_length=0, max_length=131072)]
        ]
        | None
    ) = None


class AdminResetUserPasswordResponse(Wire, frozen=True, kw_only=True):
    """What AdminResetUserPassword answers."""


class AdminSetUserMFAPreferenceRequest(Wire, frozen=True, kw_only=True):
    """What AdminSetUserMFAPreference is asked."""

    sms_mfa_settings: SMSMfaSettingsType | None = field(name="SMSMfaSettings", default=None)
    software_token_mfa_settings: SoftwareTokenMfaSettingsType | None = None
    email_mfa_settings: EmailMfaSettingsType | None = None
    web_authn_mfa_settings: WebAuthnMfaSettingsType | None = None
    username: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[^\s\x00-\x1f\x7f-\x9f]+)\Z")]
    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")]


class AdminSetUserMFAPreferenceResponse(Wire, frozen=True, kw_only=True):
    """What AdminSetUserMFAPreference answers."""


class AdminSetUserPasswordRequest(Wire, frozen=True, kw_only=True):
    """What AdminSetUserPassword is asked."""

    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")]
    username: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[^\s\x00-\x1f\x7f-\x9f]+)\Z")]
    password: Annotated[str, Meta(max_length=256, pattern=r"\A(?:[\S]+)\Z")]
    permanent: bool | None = None


class AdminSetUserPasswordResponse(Wire, frozen=True, kw_only=True):
    """What AdminSetUserPassword answers."""


class AdminSetUserSettingsRequest(Wire, frozen=True, kw_only=True):
    """What AdminSetUserSettings is asked."""

    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")]
    username: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[^\s\x00-\x1f\x7f-\x9f]+)\Z")]
    mfa_options: tuple[MFAOptionType, ...] = field(name="MFAOptions")


class AdminSetUserSettingsResponse(Wire, frozen=True, kw_only=True):
    """What AdminSetUserSettings answers."""


class AdminUpdateDeviceStatusRequest(Wire, frozen=True, kw_only=True):
    """What AdminUpdateDeviceStatus is asked."""

    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")]
    username: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[^\s\x00-\x1f\x7f-\x9f]+)\Z")]
    device_key: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-f-]+)\Z")]
    device_remembered_status: DeviceRememberedStatusType | None = None


class AdminUpdateDeviceStatusResponse(Wire, frozen=True, kw_only=True):
    """What AdminUpdateDeviceStatus answers."""


class AdminUpdateUserAttributesRequest(Wire, frozen=True, kw_only=True):
    """What AdminUpdateUserAttributes is asked."""

    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")]
    username: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[^\s\x00-\x1f\x7f-\x9f]+)\Z")]
    user_attributes: tuple[AttributeType, ...]
    client_metadata: (
        dict[
            Annotated[str, Meta(min_length=0, max_length=131072)], Annotated[str, Meta(min_length=0, max_length=131072)]
        ]
        | None
    ) = None


class AdminUpdateUserAttributesResponse(Wire, frozen=True, kw_only=True):
    """What AdminUpdateUserAttributes answers."""


class AdminUserGlobalSignOutRequest(Wire, frozen=True, kw_only=True):
    """What AdminUserGlobalSignOut is asked."""

    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")]
    username: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[^\s\x00-\x1f\x7f-\x9f]+)\Z")]


class AdminUserGlobalSignOutResponse(Wire, frozen=True, kw_only=True):
    """What AdminUserGlobalSignOut answers."""


class ListUsersRequest(Wire, frozen=True, kw_only=True):
    """What ListUsers is asked."""

    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")]
    attributes_to_get: (
        tuple[
            Annotated[
                str, Meta(min_length=1, max_length=32, pattern=r"\A(?:[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]+)\Z")
            ],
            ...,
        ]
        | None
    ) = None
    limit: Annotated[int, Meta(ge=0, le=60)] | None = None
    pagination_token: Annotated[str, Meta(min_length=1, pattern=r"\A(?:[\S]+)\Z")] | None = None
    filter: Annotated[str, Meta(max_length=256)] | None = None


class ListUsersResponse(Wire, frozen=True, kw_only=True):
    """What ListUsers answers."""

    users: tuple[UserType, ...] | None = None
    pagination_token: Annotated[str, Meta(min_length=1, pattern=r"\A(?:[\S]+)\Z")] | None = None


class ListUsersInGroupRequest(Wire, frozen=True, kw_only=True):
    """What ListUsersInGroup is asked."""

    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")]
    group_name: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[^\s\x00-\x1f\x7f-\x9f]+)\Z")]
    limit: Annotated[int, Meta(ge=0, le=60)] | None = None
    next_token: Annotated[str, Meta(min_length=1, max_length=131072, pattern=r"\A(?:[\S]+)\Z")] | None = None


class ListUsersInGroupResponse(Wire, frozen=True, kw_only=True):
    """What ListUsersInGroup answers."""

    users: tuple[UserType, ...] | None = None
    next_token: Annotated[str, Meta(min_length=1, max_length=131072, pattern=r"\A(?:[\S]+)\Z")] | None = None


class ListGroupsRequest(Wire, frozen=True, kw_only=True):
    """What ListGroups is asked."""

    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")]
    limit: Annotated[int, Meta(ge=0, le=60)] | None = None
    next_token: Annotated[str, Meta(min_length=1, max_length=131072, pattern=r"\A(?:[\S]+)\Z")] | None = None


class ListGroupsResponse(Wire, frozen=True, kw_only=True):
    """What ListGroups answers."""

    groups: tuple[GroupType, ...] | None = None
    next_token: Annotated[str, Meta(min_length=1, max_length=131072, pattern=r"\A(?:[\S]+)\Z")] | None = None


class CreateGroupRequest(Wire, frozen=True, kw_only=True):
    """What CreateGroup is asked."""

    group_name: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[^\s\x00-\x1f\x7f-\x9f]+)\Z")]
    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")]
    description: Annotated[str, Meta(max_length=2048)] | None = None
    role_arn: (
        Annotated[
            str,
            Meta(
                min_length=20,
                max_length=2048,
                pattern=r"\A(?:arn:[\w+=/,.@-]+:[\w+=/,.@-]+:([\w+=/,.@-]*)?:[0-9]+:[\w+=/,.@-]+(:[\w+=/,.@-]+)?(:[\w+=/,.@-]+)?)\Z",
            ),
        ]
        | None
    ) = None
    precedence: Annotated[int, Meta(ge=0)] | None = None


class CreateGroupResponse(Wire, frozen=True, kw_only=True):
    """What CreateGroup answers."""

    group: GroupType | None = None


class GetGroupRequest(Wire, frozen=True, kw_only=True):
    """What GetGroup is asked."""

    group_name: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[^\s\x00-\x1f\x7f-\x9f]+)\Z")]
    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")]


class GetGroupResponse(Wire, frozen=True, kw_only=True):
    """What GetGroup answers."""

    group: GroupType | None = None


class UpdateGroupRequest(Wire, frozen=True, kw_only=True):
    """What UpdateGroup is asked."""

    group_name: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[^\s\x00-\x1f\x7f-\x9f]+)\Z")]
    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")]
    description: Annotated[str, Meta(max_length=2048)] | None = None
    role_arn: (
        Annotated[
            str,
            Meta(
                min_length=20,
                max_length=2048,
                pattern=r"\A(?:arn:[\w+=/,.@-]+:[\w+=/,.@-]+:([\w+=/,.@-]*)?:[0-9]+:[\w+=/,.@-]+(:[\w+=/,.@-]+)?(:[\w+=/,.@-]+)?)\Z",
            ),
        ]
        | None
    ) = None
    precedence: Annotated[int, Meta(ge=0)] | None = None


class UpdateGroupResponse(Wire, frozen=True, kw_only=True):
    """What UpdateGroup answers."""

    group: GroupType | None = None


class DeleteGroupRequest(Wire, frozen=True, kw_only=True):
    """What DeleteGroup is asked."""

    group_name: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[^\s\x00-\x1f\x7f-\x9f]+)\Z")]
    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")]


class PasswordPolicyType(Wire, frozen=True, kw_only=True):
    """What passwords must be."""

    minimum_length: Annotated[int, Meta(ge=6, le=99)] | None = None
    require_uppercase: bool | None = None
    require_lowercase: bool | None = None
    require_numbers: bool | None = None
    require_symbols: bool | None = None
    password_history_size: Annotated[int, Meta(ge=0, le=24)] | None = None
    temporary_password_validity_days: Annotated[int, Meta(ge=0, le=365)] | None = None


class SignInPolicyType(Wire, frozen=True, kw_only=True):
    """Which first factors a choice-based sign-in may begin with."""

    allowed_first_auth_factors: Annotated[tuple[AuthFactorType, ...], Meta(min_length=1, max_length=5)] | None = None


class UserPoolPolicyType(Wire, frozen=True, kw_only=True):
    """A pool's rules for passwords and first factors."""

    password_policy: PasswordPolicyType | None = None
    sign_in_policy: SignInPolicyType | None = None


class PreTokenGenerationVersionConfigType(Wire, frozen=True, kw_only=True):
    """The trigger before tokens are made, and the form of its event."""

    lambda_version: PreTokenGenerationLambdaVersionType
    lambda_arn: Annotated[
        str,
        Meta(
            min_length=20,
            max_length=2048,
            pattern=r"\A(?:arn:[\w+=/,.@-]+:[\w+=/,.@-]+:([\w+=/,.@-]*)?:[0-9]+:[\w+=/,.@-]+(:[\w+=/,.@-]+)?(:[\w+=/,.@-]+)?)\Z",
        ),
    ]


class CustomSMSLambdaVersionConfigType(Wire, frozen=True, kw_only=True):
    """A function that sends SMS instead of the server."""

    lambda_version: CustomSMSSenderLambdaVersionType
    lambda_arn: Annotated[
        str,
        Meta(
            min_length=20,
            max_length=2048,
            pattern=r"\A(?:arn:[\w+=/,.@-]+:[\w+=/,.@-]+:([\w+=/,.@-]*)?:[0-9]+:[\w+=/,.@-]+(:[\w+=/,.@-]+)?(:[\w+=/,.@-]+)?)\Z",
        ),
    ]


class CustomEmailLambdaVersionConfigType(Wire, frozen=True, kw_only=True):
    """A function that sends mail instead of the server."""

    lambda_version: CustomEmailSenderLambdaVersionType
    lambda_arn: Annotated[
        str,
        Meta(
            min_length=20,
            max_length=2048,
            pattern=r"\A(?:arn:[\w+=/,.@-]+:[\w+=/,.@-]+:([\w+=/,.@-]*)?:[0-9]+:[\w+=/,.@-]+(:[\w+=/,.@-]+)?(:[\w+=/,.@-]+)?)\Z",
        ),
    ]


class InboundFederationLambdaType(Wire, frozen=True, kw_only=True):
    """The trigger when a provider's user comes in."""

    lambda_version: InboundFederationLambdaVersionType
    lambda_arn: Annotated[
        str,
        Meta(
            min_length=20,
            max_length=2048,
            pattern=r"\A(?:arn:[\w+=/,.@-]+:[\w+=/,.@-]+:([\w+=/,.@-]*)?:[0-9]+:[\w+=/,.@-]+(:[\w+=/,.@-]+)?(:[\w+=/,.@-]+)?)\Z",
        ),
    ]


class LambdaConfigType(Wire, frozen=True, kw_only=True):
    """A pool's triggers."""

    pre_sign_up: (
        Annotated[
            str,
            Meta(
                min_length=20,
                max_length=2048,
                pattern=r"\A(?:arn:[\w+=/,.@-]+:[\w+=/,.@-]+:([\w+=/,.@-]*)?:[0-9]+:[\w+=/,.@-]+(:[\w+=/,.@-]+)?(:[\w+=/,.@-]+)?)\Z",
            ),
        ]
        | None
    ) = None
    custom_message: (
        Annotated[
            str,
            Meta(
                min_length=20,
                max_length=2048,
                pattern=r"\A(?:arn:[\w+=/,.@-]+:[\w+=/,.@-]+:([\w+=/,.@-]*)?:[0-9]+:[\w+=/,.@-]+(:[\w+=/,.@-]+)?(:[\w+=/,.@-]+)?)\Z",
            ),
        ]
        | None
    ) = None
    post_confirmation: (
        Annotated[
            str,
            Meta(
                min_length=20,
                max_length=2048,
                pattern=r"\A(?:arn:[\w+=/,.@-]+:[\w+=/,.@-]+:([\w+=/,.@-]*)?:[0-9]+:[\w+=/,.@-]+(:[\w+=/,.@-]+)?(:[\w+=/,.@-]+)?)\Z",
            ),
        ]
        | None
    ) = None
    pre_authentication: (
        Annotated[
            str,
            Meta(
                min_length=20,
                max_length=2048,
                pattern=r"\A(?:arn:[\w+=/,.@-]+:[\w+=/,.@-]+:([\w+=/,.@-]*)?:[0-9]+:[\w+=/,.@-]+(:[\w+=/,.@-]+)?(:[\w+=/,.@-]+)?)\Z",
            ),
        ]
        | None
    ) = None
    post_authentication: (
        Annotated[
            str,
            Meta(
                min_length=20,
                max_length=2048,
                pattern=r"\A(?:arn:[\w+=/,.@-]+:[\w+=/,.@-]+:([\w+=/,.@-]*)?:[0-9]+:[\w+=/,.@-]+(:[\w+=/,.@-]+)?(:[\w+=/,.@-]+)?)\Z",
            ),
        ]
        | None
    ) = None
    define_auth_challenge: (
        Annotated[
            str,
            Meta(
                min_length=20,
                max_length=2048,
                pattern=r"\A(?:arn:[\w+=/,.@-]+:[\w+=/,.@-]+:([\w+=/,.@-]*)?:[0-9]+:[\w+=/,.@-]+(:[\w+=/,.@-]+)?(:[\w+=/,.@-]+)?)\Z",
            ),
        ]
        | None
    ) = None
    create_auth_challenge: (
        Annotated[
            str,
            Meta(
                min_length=20,
                max_length=2048,
                pattern=r"\A(?:arn:[\w+=/,.@-]+:[\w+=/,.@-]+:([\w+=/,.@-]*)?:[0-9]+:[\w+=/,.@-]+(:[\w+=/,.@-]+)?(:[\w+=/,.@-]+)?)\Z",
            ),
        ]
        | None
    ) = None
    verify_auth_challenge_response: (
        Annotated[
            str,
            Meta(
                min_length=20,
                max_length=2048,
                pattern=r"\A(?:arn:[\w+=/,.@-]+:[\w+=/,.@-]+:([\w+=/,.@-]*)?:[0-9]+:[\w+=/,.@-]+(:[\w+=/,.@-]+)?(:[\w+=/,.@-]+)?)\Z",
            ),
        ]
        | None
    ) = None
    pre_token_generation: (
        Annotated[
            str,
            Meta(
                min_length=20,
                max_length=2048,
                pattern=r"\A(?:arn:[\w+=/,.@-]+:[\w+=/,.@-]+:([\w+=/,.@-]*)?:[0-9]+:[\w+=/,.@-]+(:[\w+=/,.@-]+)?(:[\w+=/,.@-]+)?)\Z",
            ),
        ]
        | None
    ) = None
    user_migration: (
        Annotated[
            str,
            Meta(
                min_length=20,
                max_length=2048,
                pattern=r"\A(?:arn:[\w+=/,.@-]+:[\w+=/,.@-]+:([\w+=/,.@-]*)?:[0-9]+:[\w+=/,.@-]+(:[\w+=/,.@-]+)?(:[\w+=/,.@-]+)?)\Z",
            ),
        ]
        | None
    ) = None
    pre_token_generation_config: PreTokenGenerationVersionConfigType | None = None
    custom_sms_sender: CustomSMSLambdaVersionConfigType | None = field(name="CustomSMSSender", default=None)
    custom_email_sender: CustomEmailLambdaVersionConfigType | None = None
    kms_key_id: (
        Annotated[
            str,
            Meta(
                min_length=20,
                max_length=2048,
                pattern=r"\A(?:arn:[\w+=/,.@-]+:[\w+=/,.@-]+:([\w+=/,.@-]*)?:[0-9]+:[\w+=/,.@-]+(:[\w+=/,.@-]+)?(:[\w+=/,.@-]+)?)\Z",
            ),
        ]
        | None
    ) = field(name="KMSKeyID", default=None)
    inbound_federation: InboundFederationLambdaType | None = None


class VerificationMessageTemplateType(Wire, frozen=True, kw_only=True):
    """The texts of verification codes and links."""

    sms_message: Annotated[str, Meta(min_length=6, max_length=140, pattern=r"\A(?:.*\{####\}.*)\Z")] | None = None
    email_message: (
        Annotated[
            str,
            Meta(
                min_length=6,
                max_length=20000,
                pattern=r"\A(?:[^\x00-\x08\x0e-\x1f\x7f-\x9f]*\{####\}[^\x00-\x08\x0e-\x1f\x7f-\x9f]*)\Z",
            ),
        ]
        | None
    ) = None
    email_subject: (
        Annotated[str, Meta(min_length=1, max_length=140, pattern=r"\A(?:[^\x00-\x08\x0e-\x1f\x7f-\x9f]+)\Z")] | None
    ) = None
    email_message_by_link: (
        Annotated[
            str,
            Meta(
                min_length=6,
                max_length=20000,
                pattern=r"\A(?:[^\x00-\x08\x0e-\x1f\x7f-\x9f]*\{##[^\x00-\x08\x0e-\x1f\x7f-\x9f]*##\}[^\x00-\x08\x0e-\x1f\x7f-\x9f]*)\Z",
            ),
        ]
        | None
    ) = None
    email_subject_by_link: (
        Annotated[str, Meta(min_length=1, max_length=140, pattern=r"\A(?:[^\x00-\x08\x0e-\x1f\x7f-\x9f]+)\Z")] | None
    ) = None
    default_email_option: DefaultEmailOptionType | None = None


class UserAttributeUpdateSettingsType(Wire, frozen=True, kw_only=True):
    """Which attributes keep their old value until the new one is verified."""

    attributes_require_verification_before_update: tuple[VerifiedAttributeType, ...] | None = None


class DeviceConfigurationType(Wire, frozen=True, kw_only=True):
    """Whether devices are remembered, and what that is good for."""

    challenge_required_on_new_device: bool | None = None
    device_only_remembered_on_user_prompt: bool | None = None


class EmailConfigurationType(Wire, frozen=True, kw_only=True):
    """How mail is sent."""

    source_arn: (
        Annotated[
            str,
            Meta(
                min_length=20,
                max_length=2048,
                pattern=r"\A(?:arn:[\w+=/,.@-]+:[\w+=/,.@-]+:([\w+=/,.@-]*)?:[0-9]+:[\w+=/,.@-]+(:[\w+=/,.@-]+)?(:[\w+=/,.@-]+)?)\Z",
            ),
        ]
        | None
    ) = None
    reply_to_email_address: (
        Annotated[str, Meta(pattern=r"\A(?:[^\s\x00-\x1f\x7f-\x9f]+@[^\s\x00-\x1f\x7f-\x9f]+)\Z")] | None
    ) = None
    email_sending_account: EmailSendingAccountType | None = None
    from_: Annotated[str, Meta(min_length=0, max_length=131072)] | None = None
    configuration_set: Annotated[str, Meta(min_length=1, max_length=64, pattern=r"\A(?:^[a-zA-Z0-9_-]+$)\Z")] | None = (
        None
    )


class EumsSmsConfigurationType(Wire, frozen=True, kw_only=True):
    """How SMS are sent by AWS End User Messaging."""

    caller_arn: Annotated[
        str,
        Meta(
            min_length=20,
            max_length=2048,
            pattern=r"\A(?:arn:[\w+=/,.@-]+:[\w+=/,.@-]+:([\w+=/,.@-]*)?:[0-9]+:[\w+=/,.@-]+(:[\w+=/,.@-]+)?(:[\w+=/,.@-]+)?)\Z",
        ),
    ]
    external_id: Annotated[str, Meta(min_length=0, max_length=131072)] | None = None
    origination_identity: Annotated[str, Meta(min_length=0, max_length=131072)] | None = None
    configuration_set_name: Annotated[str, Meta(min_length=0, max_length=131072)] | None = None
    in_entity_id: Annotated[str, Meta(min_length=0, max_length=131072)] | None = None
    in_template_id: Annotated[str, Meta(min_length=0, max_length=131072)] | None = None
    region: Annotated[str, Meta(min_length=5, max_length=32)] | None = None


class SmsConfigurationType(Wire, frozen=True, kw_only=True):
    """How SMS are sent."""

    sns_caller_arn: (
        Annotated[
            str,
            Meta(
                min_length=0,
                max_length=2048,
                pattern=r"\A(?:(arn:[\w+=/,.@-]+:[\w+=/,.@-]+:([\w+=/,.@-]*)?:[0-9]+:[\w+=/,.@-]+(:[\w+=/,.@-]+)?(:[\w+=/,.@-]+)?)?)\Z",
            ),
        ]
        | None
    ) = None
    external_id: Annotated[str, Meta(min_length=0, max_length=131072)] | None = None
    sns_region: Annotated[str, Meta(min_length=5, max_length=32)] | None = None
    eums_sms: EumsSmsConfigurationType | None = None


class MessageTemplateType(Wire, frozen=True, kw_only=True):
    """The texts of an invitation."""

    sms_message: Annotated[str, Meta(min_length=6, max_length=140, pattern=r"\A(?:[\s\S]*)\Z")] | None = field(
        name="SMSMessage", default=None
    )
    email_message: (
        Annotated[str, Meta(min_length=6, max_length=20000, pattern=r"\A(?:[^\x00-\x08\x0e-\x1f\x7f-\x9f]*)\Z")] | None
    ) = None
    email_subject: (
        Annotated[str, Meta(min_length=1, max_length=140, pattern=r"\A(?:[^\x00-\x08\x0e-\x1f\x7f-\x9f]+)\Z")] | None
    ) = None


class AdminCreateUserConfigType(Wire, frozen=True, kw_only=True):
    """Whether users may sign up themselves, and how invitations read."""

    allow_admin_create_user_only: bool | None = None
    unused_account_validity_days: Annotated[int, Meta(ge=0, le=365)] | None = None
    invite_message_template: MessageTemplateType | None = None


class NumberAttributeConstraintsType(Wire, frozen=True, kw_only=True):
    """Bounds of a number attribute."""

    min_value: Annotated[str, Meta(min_length=0, max_length=131072)] | None = None
    max_value: Annotated[str, Meta(min_length=0, max_length=131072)] | None = None


class StringAttributeConstraintsType(Wire, frozen=True, kw_only=True):
    """Bounds of a text attribute's length."""

    min_length: Annotated[str, Meta(min_length=0, max_length=131072)] | None = None
    max_length: Annotated[str, Meta(min_length=0, max_length=131072)] | None = None


class SchemaAttributeType(Wire, frozen=True, kw_only=True):
    """An attribute that users of a pool may have."""

    name: str | None = None  # bounded by the operations: answers hold names longer than requests may
    attribute_data_type: AttributeDataType | None = None
    developer_only_attribute: bool | None = None
    mutable: bool | None = None
    required: bool | None = None
    number_attribute_constraints: NumberAttributeConstraintsType | None = None
    string_attribute_constraints: StringAttributeConstraintsType | None = None


class AdvancedSecurityAdditionalFlowsType(Wire, frozen=True, kw_only=True):
    """Threat protection of custom sign-in."""

    custom_auth_mode: AdvancedSecurityEnabledModeType | None = None


class UserPoolAddOnsType(Wire, frozen=True, kw_only=True):
    """Threat protection of a pool."""

    advanced_security_mode: AdvancedSecurityModeType
    advanced_security_additional_flows: AdvancedSecurityAdditionalFlowsType | None = None


class DcrConfigurationType(Wire, frozen=True, kw_only=True):
    """Whether clients may register themselves."""

    enable_status: StatusType | None = None
    open_dcr_enabled: bool | None = None
    authenticated_grant_types: Annotated[tuple[OAuthFlowType, ...], Meta(min_length=0, max_length=3)] | None = None
    open_dcr_grant_types: Annotated[tuple[OAuthFlowType, ...], Meta(min_length=0, max_length=3)] | None = None
    allowed_scopes: (
        Annotated[
            tuple[
                Annotated[str, Meta(min_length=1, max_length=256, pattern=r"\A(?:[\x21\x23-\x5B\x5D-\x7E]+)\Z")], ...
            ],
            Meta(max_length=50),
        ]
        | None
    ) = None


class UsernameConfigurationType(Wire, frozen=True, kw_only=True):
    """Whether user names differ by case."""

    case_sensitive: bool


class RecoveryOptionType(Wire, frozen=True, kw_only=True):
    """A way to reset a password and its rank."""

    priority: Annotated[int, Meta(ge=1, le=2)]
    name: RecoveryOptionNameType


class AccountRecoverySettingType(Wire, frozen=True, kw_only=True):
    """The ways to reset a password."""

    recovery_mechanisms: Annotated[tuple[RecoveryOptionType, ...], Meta(min_length=1, max_length=2)] | None = None


class KeyConfigurationType(Wire, frozen=True, kw_only=True):
    """Whose key seals a pool's data."""

    key_type: EncryptionKeyType | None = None
    kms_key_arn: (
        Annotated[
            str,
            Meta(
                min_length=20,
                max_length=2048,
                pattern=r"\A(?:arn:[\w+=/,.@-]+:[\w+=/,.@-]+:([\w+=/,.@-]*)?:[0-9]+:[\w+=/,.@-]+(:[\w+=/,.@-]+)?(:[\w+=/,.@-]+)?)\Z",
            ),
        ]
        | None
    ) = None


class IssuerConfigurationType(Wire, frozen=True, kw_only=True):
    """Which issuer a pool's tokens name."""

    type: IssuerType | None = None


class AcrLevelConfigType(Wire, frozen=True, kw_only=True):
    """Which authentication context a sign-in is of."""

    acr_value: Annotated[str, Meta(min_length=1, max_length=64, pattern=r"\A(?:[\x21\x23-\x5B\x5D-\x7E]+)\Z")]


class CreateUserPoolRequest(Wire, frozen=True, kw_only=True):
    """What CreateUserPool is asked."""

    pool_name: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[\w\s+=,.@-]+)\Z")]
    policies: UserPoolPolicyType | None = None
    deletion_protection: DeletionProtectionType | None = None
    lambda_config: LambdaConfigType | None = None
    auto_verified_attributes: tuple[VerifiedAttributeType, ...] | None = None
    alias_attributes: tuple[AliasAttributeType, ...] | None = None
    username_attributes: tuple[UsernameAttributeType, ...] | None = None
    sms_verification_message: (
        Annotated[str, Meta(min_length=6, max_length=140, pattern=r"\A(?:.*\{####\}.*)\Z")] | None
    ) = None
    email_verification_message: (
        Annotated[
            str,
            Meta(
                min_length=6,
                max_length=20000,
                pattern=r"\A(?:[^\x00-\x08\x0e-\x1f\x7f-\x9f]*\{####\}[^\x00-\x08\x0e-\x1f\x7f-\x9f]*)\Z",
            ),
        ]
        | None
    ) = None
    email_verification_subject: (
        Annotated[str, Meta(min_length=1, max_length=140, pattern=r"\A(?:[^\x00-\x08\x0e-\x1f\x7f-\x9f]+)\Z")] | None
    ) = None
    verification_message_template: VerificationMessageTemplateType | None = None
    sms_authentication_message: (
        Annotated[str, Meta(min_length=6, max_length=140, pattern=r"\A(?:.*\{####\}.*)\Z")] | None
    ) = None
    mfa_configuration: UserPoolMfaType | None = None
    user_attribute_update_settings: UserAttributeUpdateSettingsType | None = None
    device_configuration: DeviceConfigurationType | None = None
    email_configuration: EmailConfigurationType | None = None
    sms_configuration: SmsConfigurationType | None = None
    user_pool_tags: (
        dict[Annotated[str, Meta(min_length=1, max_length=128)], Annotated[str, Meta(min_length=0, max_length=256)]]
        | None
    ) = None
    admin_create_user_config: AdminCreateUserConfigType | None = None
    schema: Annotated[tuple[SchemaAttributeType, ...], Meta(min_length=1, max_length=50)] | None = None
    user_pool_add_ons: UserPoolAddOnsType | None = None
    dcr_configuration: DcrConfigurationType | None = None
    username_configuration: UsernameConfigurationType | None = None
    account_recovery_setting: AccountRecoverySettingType | None = None
    user_pool_tier: UserPoolTierType | None = None
    key_configuration: KeyConfigurationType | None = None
    issuer_configuration: IssuerConfigurationType | None = None
    acr_configuration: (
        Annotated[
            dict[Annotated[str, Meta(pattern=r"\A(?:Level[1-4])\Z")], AcrLevelConfigType],
            Meta(min_length=0, max_length=4),
        ]
        | None
    ) = None


class UserPoolType(Wire, frozen=True, kw_only=True):
    """A user pool with all its settings."""

    id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")] | None = None
    name: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[\w\s+=,.@-]+)\Z")] | None = None
    policies: UserPoolPolicyType | None = None
    deletion_protection: DeletionProtectionType | None = None
    lambda_config: LambdaConfigType | None = None
    status: StatusType | None = None
    last_modified_date: float | None = None
    creation_date: float | None = None
    schema_attributes: Annotated[tuple[SchemaAttributeType, ...], Meta(min_length=1, max_length=50)] | None = None
    auto_verified_attributes: tuple[VerifiedAttributeType, ...] | None = None
    alias_attributes: tuple[AliasAttributeType, ...] | None = None
    username_attributes: tuple[UsernameAttributeType, ...] | None = None
    sms_verification_message: (
        Annotated[str, Meta(min_length=6, max_length=140, pattern=r"\A(?:.*\{####\}.*)\Z")] | None
    ) = None
    email_verification_message: (
        Annotated[
            str,
            Meta(
                min_length=6,
                max_length=20000,
                pattern=r"\A(?:[^\x00-\x08\x0e-\x1f\x7f-\x9f]*\{####\}[^\x00-\x08\x0e-\x1f\x7f-\x9f]*)\Z",
            ),
        ]
        | None
    ) = None
    email_verification_subject: (
        Annotated[str, Meta(min_length=1, max_length=140, pattern=r"\A(?:[^\x00-\x08\x0e-\x1f\x7f-\x9f]+)\Z")] | None
    ) = None
    verification_message_template: VerificationMessageTemplateType | None = None
    sms_authentication_message: (
        Annotated[str, Meta(min_length=6, max_length=140, pattern=r"\A(?:.*\{####\}.*)\Z")] | None
    ) = None
    user_attribute_update_settings: UserAttributeUpdateSettingsType | None = None
    mfa_configuration: UserPoolMfaType | None = None
    device_configuration: DeviceConfigurationType | None = None
    estimated_number_of_users: int | None = None
    email_configuration: EmailConfigurationType | None = None
    sms_configuration: SmsConfigurationType | None = None
    user_pool_tags: (
        dict[Annotated[str, Meta(min_length=1, max_length=128)], Annotated[str, Meta(min_length=0, max_length=256)]]
        | None
    ) = None
    sms_configuration_failure: Annotated[str, Meta(min_length=0, max_length=131072)] | None = None
    email_configuration_failure: Annotated[str, Meta(min_length=0, max_length=131072)] | None = None
    domain: (
        Annotated[str, Meta(min_length=1, max_length=63, pattern=r"\A(?:^[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?$)\Z")]
        | None
    ) = None
    custom_domain: (
        Annotated[str, Meta(min_length=1, max_length=63, pattern=r"\A(?:^[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?$)\Z")]
        | None
    ) = None
    admin_create_user_config: AdminCreateUserConfigType | None = None
    user_pool_add_ons: UserPoolAddOnsType | None = None
    dcr_configuration: DcrConfigurationType | None = None
    username_configuration: UsernameConfigurationType | None = None
    arn: (
        Annotated[
            str,
            Meta(
                min_length=20,
                max_length=2048,
                pattern=r"\A(?:arn:[\w+=/,.@-]+:[\w+=/,.@-]+:([\w+=/,.@-]*)?:[0-9]+:[\w+=/,.@-]+(:[\w+=/,.@-]+)?(:[\w+=/,.@-]+)?)\Z",
            ),
        ]
        | None
    ) = None
    account_recovery_setting: AccountRecoverySettingType | None = None
    user_pool_tier: UserPoolTierType | None = None
    key_configuration: KeyConfigurationType | None = None
    issuer_configuration: IssuerConfigurationType | None = None
    acr_configuration: (
        Annotated[
            dict[Annotated[str, Meta(pattern=r"\A(?:Level[1-4])\Z")], AcrLevelConfigType],
            Meta(min_length=0, max_length=4),
        ]
        | None
    ) = None


class CreateUserPoolResponse(Wire, frozen=True, kw_only=True):
    """What CreateUserPool answers."""

    user_pool: UserPoolType | None = None


class DescribeUserPoolRequest(Wire, frozen=True, kw_only=True):
    """What DescribeUserPool is asked."""

    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")]


class DescribeUserPoolResponse(Wire, frozen=True, kw_only=True):
    """What DescribeUserPool answers."""

    user_pool: UserPoolType | None = None


class UpdateUserPoolRequest(Wire, frozen=True, kw_only=True):
    """What UpdateUserPool is asked."""

    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")]
    policies: UserPoolPolicyType | None = None
    deletion_protection: DeletionProtectionType | None = None
    lambda_config: LambdaConfigType | None = None
    auto_verified_attributes: tuple[VerifiedAttributeType, ...] | None = None
    sms_verification_message: (
        Annotated[str, Meta(min_length=6, max_length=140, pattern=r"\A(?:.*\{####\}.*)\Z")] | None
    ) = None
    email_verification_message: (
        Annotated[
            str,
            Meta(
                min_length=6,
                max_length=20000,
                pattern=r"\A(?:[^\x00-\x08\x0e-\x1f\x7f-\x9f]*\{####\}[^\x00-\x08\x0e-\x1f\x7f-\x9f]*)\Z",
            ),
        ]
        | None
    ) = None
    email_verification_subject: (
        Annotated[str, Meta(min_length=1, max_length=140, pattern=r"\A(?:[^\x00-\x08\x0e-\x1f\x7f-\x9f]+)\Z")] | None
    ) = None
    verification_message_template: VerificationMessageTemplateType | None = None
    sms_authentication_message: (
        Annotated[str, Meta(min_length=6, max_length=140, pattern=r"\A(?:.*\{####\}.*)\Z")] | None
    ) = None
    user_attribute_update_settings: UserAttributeUpdateSettingsType | None = None
    mfa_configuration: UserPoolMfaType | None = None
    device_configuration: DeviceConfigurationType | None = None
    email_configuration: EmailConfigurationType | None = None
    sms_configuration: SmsConfigurationType | None = None
    user_pool_tags: (
        dict[Annotated[str, Meta(min_length=1, max_length=128)], Annotated[str, Meta(min_length=0, max_length=256)]]
        | None
    ) = None
    admin_create_user_config: AdminCreateUserConfigType | None = None
    user_pool_add_ons: UserPoolAddOnsType | None = None
    dcr_configuration: DcrConfigurationType | None = None
    account_recovery_setting: AccountRecoverySettingType | None = None
    pool_name: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[\w\s+=,.@-]+)\Z")] | None = None
    user_pool_tier: UserPoolTierType | None = None
    key_configuration: KeyConfigurationType | None = None
    issuer_configuration: IssuerConfigurationType | None = None
    acr_configuration: (
        Annotated[
            dict[Annotated[str, Meta(pattern=r"\A(?:Level[1-4])\Z")], AcrLevelConfigType],
            Meta(min_length=0, max_length=4),
        ]
        | None
    ) = None


class UpdateUserPoolResponse(Wire, frozen=True, kw_only=True):
    """What UpdateUserPool answers."""


class DeleteUserPoolRequest(Wire, frozen=True, kw_only=True):
    """What DeleteUserPool is asked."""

    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")]


class ListUserPoolsRequest(Wire, frozen=True, kw_only=True):
    """What ListUserPools is asked."""

    next_token: Annotated[str, Meta(min_length=1, pattern=r"\A(?:[\S]+)\Z")] | None = None
    max_results: Annotated[int, Meta(ge=1, le=60)]


class UserPoolDescriptionType(Wire, frozen=True, kw_only=True):
    """A user pool in a list."""

    id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")] | None = None
    name: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[\w\s+=,.@-]+)\Z")] | None = None
    lambda_config: LambdaConfigType | None = None
    status: StatusType | None = None
    last_modified_date: float | None = None
    creation_date: float | None = None
    replica_regions: tuple[Annotated[str, Meta(min_length=0, max_length=131072)], ...] | None = None


class ListUserPoolsResponse(Wire, frozen=True, kw_only=True):
    """What ListUserPools answers."""

    user_pools: tuple[UserPoolDescriptionType, ...] | None = None
    next_token: Annotated[str, Meta(min_length=1, pattern=r"\A(?:[\S]+)\Z")] | None = None


class AddCustomAttributesRequest(Wire, frozen=True, kw_only=True):
    """What AddCustomAttributes is asked."""

    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")]
    custom_attributes: Annotated[tuple[SchemaAttributeType, ...], Meta(min_length=1, max_length=25)]


class AddCustomAttributesResponse(Wire, frozen=True, kw_only=True):
    """What AddCustomAttributes answers."""


class GetUserPoolMfaConfigRequest(Wire, frozen=True, kw_only=True):
    """What GetUserPoolMfaConfig is asked."""

    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")]


class SmsMfaConfigType(Wire, frozen=True, kw_only=True):
    """A pool's settings for codes by SMS."""

    sms_authentication_message: (
        Annotated[str, Meta(min_length=6, max_length=140, pattern=r"\A(?:.*\{####\}.*)\Z")] | None
    ) = None
    sms_configuration: SmsConfigurationType | None = None


class SoftwareTokenMfaConfigType(Wire, frozen=True, kw_only=True):
    """A pool's settings for codes of an authenticator."""

    enabled: bool | None = None


class EmailMfaConfigType(Wire, frozen=True, kw_only=True):
    """A pool's settings for codes by mail."""

    message: (
        Annotated[
            str,
            Meta(
                min_length=6,
                max_length=20000,
                pattern=r"\A(?:[^\x00-\x08\x0e-\x1f\x7f-\x9f]*\{####\}[^\x00-\x08\x0e-\x1f\x7f-\x9f]*)\Z",
            ),
        ]
        | None
    ) = None
    subject: Annotated[str, Meta(pattern=r"\A(?:[^\x00-\x08\x0e-\x1f\x7f-\x9f]+)\Z")] | None = None


class WebAuthnConfigurationType(Wire, frozen=True, kw_only=True):
    """A pool's settings for passkeys."""

    relying_party_id: Annotated[str, Meta(min_length=1, max_length=127)] | None = None
    user_verification: UserVerificationType | None = None
    factor_configuration: WebAuthnFactorConfigurationType | None = None


class GetUserPoolMfaConfigResponse(Wire, frozen=True, kw_only=True):
    """What GetUserPoolMfaConfig answers."""

    sms_mfa_configuration: SmsMfaConfigType | None = None
    software_token_mfa_configuration: SoftwareTokenMfaConfigType | None = None
    email_mfa_configuration: EmailMfaConfigType | None = None
    mfa_configuration: UserPoolMfaType | None = None
    web_authn_configuration: WebAuthnConfigurationType | None = None


class SetUserPoolMfaConfigRequest(Wire, frozen=True, kw_only=True):
    """What SetUserPoolMfaConfig is asked."""

    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")]
    sms_mfa_configuration: SmsMfaConfigType | None = None
    software_token_mfa_configuration: SoftwareTokenMfaConfigType | None = None
    email_mfa_configuration: EmailMfaConfigType | None = None
    mfa_configuration: UserPoolMfaType | None = None
    web_authn_configuration: WebAuthnConfigurationType | None = None


class SetUserPoolMfaConfigResponse(Wire, frozen=True, kw_only=True):
    """What SetUserPoolMfaConfig answers."""

    sms_mfa_configuration: SmsMfaConfigType | None = None
    software_token_mfa_configuration: SoftwareTokenMfaConfigType | None = None
    email_mfa_configuration: EmailMfaConfigType | None = None
    mfa_configuration: UserPoolMfaType | None = None
    web_authn_configuration: WebAuthnConfigurationType | None = None


class TokenValidityUnitsType(Wire, frozen=True, kw_only=True):
    """Units of a client's token lifetimes."""

    access_token: TimeUnitsType | None = None
    id_token: TimeUnitsType | None = None
    refresh_token: TimeUnitsType | None = None


class AnalyticsConfigurationType(Wire, frozen=True, kw_only=True):
    """Where a client's usage is told."""

    application_id: Annotated[str, Meta(pattern=r"\A(?:^[0-9a-fA-F]+$)\Z")] | None = None
    application_arn: (
        Annotated[
            str,
            Meta(
                min_length=20,
                max_length=2048,
                pattern=r"\A(?:arn:[\w+=/,.@-]+:[\w+=/,.@-]+:([\w+=/,.@-]*)?:[0-9]+:[\w+=/,.@-]+(:[\w+=/,.@-]+)?(:[\w+=/,.@-]+)?)\Z",
            ),
        ]
        | None
    ) = None
    role_arn: (
        Annotated[
            str,
            Meta(
                min_length=20,
                max_length=2048,
                pattern=r"\A(?:arn:[\w+=/,.@-]+:[\w+=/,.@-]+:([\w+=/,.@-]*)?:[0-9]+:[\w+=/,.@-]+(:[\w+=/,.@-]+)?(:[\w+=/,.@-]+)?)\Z",
            ),
        ]
        | None
    ) = None
    external_id: Annotated[str, Meta(min_length=0, max_length=131072)] | None = None
    user_data_shared: bool | None = None


class RefreshTokenRotationType(Wire, frozen=True, kw_only=True):
    """Whether each use of a refresh token gives a new one, and how long the old one still serves."""

    feature: FeatureType
    retry_grace_period_seconds: Annotated[int, Meta(ge=0, le=60)] | None = None


class CreateUserPoolClientRequest(Wire, frozen=True, kw_only=True):
    """What CreateUserPoolClient is asked."""

    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")]
    client_name: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[\w\s+=,.@-]+)\Z")]
    generate_secret: bool | None = None
    client_secret: Annotated[str, Meta(min_length=24, max_length=64, pattern=r"\A(?:[\w+]+)\Z")] | None = None
    refresh_token_validity: Annotated[int, Meta(ge=0, le=315360000)] | None = None
    access_token_validity: Annotated[int, Meta(ge=1, le=86400)] | None = None
    id_token_validity: Annotated[int, Meta(ge=1, le=86400)] | None = None
    token_validity_units: TokenValidityUnitsType | None = None
    read_attributes: tuple[Annotated[str, Meta(min_length=1, max_length=2048)], ...] | None = None
    write_attributes: tuple[Annotated[str, Meta(min_length=1, max_length=2048)], ...] | None = None
    explicit_auth_flows: tuple[ExplicitAuthFlowsType, ...] | None = None
    supported_identity_providers: (
        tuple[Annotated[str, Meta(min_length=1, max_length=32, pattern=r"\A(?:[^\x00-\x1f\x7f-\x9f]+)\Z")], ...] | None
    ) = None
    callback_urls: (
        Annotated[
            tuple[
                Annotated[str, Meta(min_length=1, max_length=1024, pattern=r"\A(?:[^\s\x00-\x1f\x7f-\x9f]+)\Z")], ...
            ],
            Meta(min_length=0, max_length=100),
        ]
        | None
    ) = field(name="CallbackURLs", default=None)
    logout_urls: (
        Annotated[
            tuple[
                Annotated[str, Meta(min_length=1, max_length=1024, pattern=r"\A(?:[^\s\x00-\x1f\x7f-\x9f]+)\Z")], ...
            ],
            Meta(min_length=0, max_length=100),
        ]
        | None
    ) = field(name="LogoutURLs", default=None)
    default_redirect_uri: (
        Annotated[str, Meta(min_length=1, max_length=1024, pattern=r"\A(?:[^\s\x00-\x1f\x7f-\x9f]+)\Z")] | None
    ) = field(name="DefaultRedirectURI", default=None)
    allowed_o_auth_flows: Annotated[tuple[OAuthFlowType, ...], Meta(min_length=0, max_length=3)] | None = None
    allowed_o_auth_scopes: (
        Annotated[
            tuple[
                Annotated[str, Meta(min_length=1, max_length=256, pattern=r"\A(?:[\x21\x23-\x5B\x5D-\x7E]+)\Z")], ...
            ],
            Meta(max_length=50),
        ]
        | None
    ) = None
    allowed_o_auth_flows_user_pool_client: bool | None = None
    analytics_configuration: AnalyticsConfigurationType | None = None
    prevent_user_existence_errors: PreventUserExistenceErrorTypes | None = None
    enable_token_revocation: bool | None = None
    enable_propagate_additional_user_context_data: bool | None = None
    auth_session_validity: Annotated[int, Meta(ge=3, le=15)] | None = None
    refresh_token_rotation: RefreshTokenRotationType | None = None


class UserPoolClientType(Wire, frozen=True, kw_only=True):
    """An app client with all its settings."""

    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")] | None = (
        None
    )
    client_name: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[\w\s+=,.@-]+)\Z")] | None = None
    client_id: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[\w+]+)\Z")] | None = None
    client_secret: Annotated[str, Meta(min_length=24, max_length=64, pattern=r"\A(?:[\w+]+)\Z")] | None = None
    last_modified_date: float | None = None
    creation_date: float | None = None
    refresh_token_validity: Annotated[int, Meta(ge=0, le=315360000)] | None = None
    access_token_validity: Annotated[int, Meta(ge=1, le=86400)] | None = None
    id_token_validity: Annotated[int, Meta(ge=1, le=86400)] | None = None
    token_validity_units: TokenValidityUnitsType | None = None
    read_attributes: tuple[Annotated[str, Meta(min_length=1, max_length=2048)], ...] | None = None
    write_attributes: tuple[Annotated[str, Meta(min_length=1, max_length=2048)], ...] | None = None
    explicit_auth_flows: tuple[ExplicitAuthFlowsType, ...] | None = None
    supported_identity_providers: (
        tuple[Annotated[str, Meta(min_length=1, max_length=32, pattern=r"\A(?:[^\x00-\x1f\x7f-\x9f]+)\Z")], ...] | None
    ) = None
    callback_urls: (
        Annotated[
            tuple[
                Annotated[str, Meta(min_length=1, max_length=1024, pattern=r"\A(?:[^\s\x00-\x1f\x7f-\x9f]+)\Z")], ...
            ],
            Meta(min_length=0, max_length=100),
        ]
        | None
    ) = field(name="CallbackURLs", default=None)
    logout_urls: (
        Annotated[
            tuple[
                Annotated[str, Meta(min_length=1, max_length=1024, pattern=r"\A(?:[^\s\x00-\x1f\x7f-\x9f]+)\Z")], ...
            ],
            Meta(min_length=0, max_length=100),
        ]
        | None
    ) = field(name="LogoutURLs", default=None)
    default_redirect_uri: (
        Annotated[str, Meta(min_length=1, max_length=1024, pattern=r"\A(?:[^\s\x00-\x1f\x7f-\x9f]+)\Z")] | None
    ) = field(name="DefaultRedirectURI", default=None)
    allowed_o_auth_flows: Annotated[tuple[OAuthFlowType, ...], Meta(min_length=0, max_length=3)] | None = None
    allowed_o_auth_scopes: (
        Annotated[
            tuple[
                Annotated[str, Meta(min_length=1, max_length=256, pattern=r"\A(?:[\x21\x23-\x5B\x5D-\x7E]+)\Z")], ...
            ],
            Meta(max_length=50),
        ]
        | None
    ) = None
    allowed_o_auth_flows_user_pool_client: bool | None = None
    analytics_configuration: AnalyticsConfigurationType | None = None
    prevent_user_existence_errors: PreventUserExistenceErrorTypes | None = None
    enable_token_revocation: bool | None = None
    enable_propagate_additional_user_context_data: bool | None = None
    auth_session_validity: Annotated[int, Meta(ge=3, le=15)] | None = None
    refresh_token_rotation: RefreshTokenRotationType | None = None
    client_type: ClientTypeType | None = None


class CreateUserPoolClientResponse(Wire, frozen=True, kw_only=True):
    """What CreateUserPoolClient answers."""

    user_pool_client: UserPoolClientType | None = None


class DescribeUserPoolClientRequest(Wire, frozen=True, kw_only=True):
    """What DescribeUserPoolClient is asked."""

    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")]
    client_id: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[\w+]+)\Z")]


class DescribeUserPoolClientResponse(Wire, frozen=True, kw_only=True):
    """What DescribeUserPoolClient answers."""

    user_pool_client: UserPoolClientType | None = None


class UpdateUserPoolClientRequest(Wire, frozen=True, kw_only=True):
    """What UpdateUserPoolClient is asked."""

    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")]
    client_id: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[\w+]+)\Z")]
    client_name: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[\w\s+=,.@-]+)\Z")] | None = None
    refresh_token_validity: Annotated[int, Meta(ge=0, le=315360000)] | None = None
    access_token_validity: Annotated[int, Meta(ge=1, le=86400)] | None = None
    id_token_validity: Annotated[int, Meta(ge=1, le=86400)] | None = None
    token_validity_units: TokenValidityUnitsType | None = None
    read_attributes: tuple[Annotated[str, Meta(min_length=1, max_length=2048)], ...] | None = None
    write_attributes: tuple[Annotated[str, Meta(min_length=1, max_length=2048)], ...] | None = None
    explicit_auth_flows: tuple[ExplicitAuthFlowsType, ...] | None = None
    supported_identity_providers: (
        tuple[Annotated[str, Meta(min_length=1, max_length=32, pattern=r"\A(?:[^\x00-\x1f\x7f-\x9f]+)\Z")], ...] | None
    ) = None
    callback_urls: (
        Annotated[
            tuple[
                Annotated[str, Meta(min_length=1, max_length=1024, pattern=r"\A(?:[^\s\x00-\x1f\x7f-\x9f]+)\Z")], ...
            ],
            Meta(min_length=0, max_length=100),
        ]
        | None
    ) = field(name="CallbackURLs", default=None)
    logout_urls: (
        Annotated[
            tuple[
                Annotated[str, Meta(min_length=1, max_length=1024, pattern=r"\A(?:[^\s\x00-\x1f\x7f-\x9f]+)\Z")], ...
            ],
            Meta(min_length=0, max_length=100),
        ]
        | None
    ) = field(name="LogoutURLs", default=None)
    default_redirect_uri: (
        Annotated[str, Meta(min_length=1, max_length=1024, pattern=r"\A(?:[^\s\x00-\x1f\x7f-\x9f]+)\Z")] | None
    ) = field(name="DefaultRedirectURI", default=None)
    allowed_o_auth_flows: Annotated[tuple[OAuthFlowType, ...], Meta(min_length=0, max_length=3)] | None = None
    allowed_o_auth_scopes: (
        Annotated[
            tuple[
                Annotated[str, Meta(min_length=1, max_length=256, pattern=r"\A(?:[\x21\x23-\x5B\x5D-\x7E]+)\Z")], ...
            ],
            Meta(max_length=50),
        ]
        | None
    ) = None
    allowed_o_auth_flows_user_pool_client: bool | None = None
    analytics_configuration: AnalyticsConfigurationType | None = None
    prevent_user_existence_errors: PreventUserExistenceErrorTypes | None = None
    enable_token_revocation: bool | None = None
    enable_propagate_additional_user_context_data: bool | None = None
    auth_session_validity: Annotated[int, Meta(ge=3, le=15)] | None = None
    refresh_token_rotation: RefreshTokenRotationType | None = None


class UpdateUserPoolClientResponse(Wire, frozen=True, kw_only=True):
    """What UpdateUserPoolClient answers."""

    user_pool_client: UserPoolClientType | None = None


class DeleteUserPoolClientRequest(Wire, frozen=True, kw_only=True):
    """What DeleteUserPoolClient is asked."""

    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")]
    client_id: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[\w+]+)\Z")]


class ListUserPoolClientsRequest(Wire, frozen=True, kw_only=True):
    """What ListUserPoolClients is asked."""

    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")]
    max_results: Annotated[int, Meta(ge=1, le=60)] | None = None
    next_token: Annotated[str, Meta(min_length=1, max_length=131072, pattern=r"\A(?:[\S]+)\Z")] | None = None
    client_type: ClientTypeType | None = None


class UserPoolClientDescription(Wire, frozen=True, kw_only=True):
    """An app client in a list."""

    client_id: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[\w+]+)\Z")] | None = None
    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")] | None = (
        None
    )
    client_name: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[\w\s+=,.@-]+)\Z")] | None = None


class ListUserPoolClientsResponse(Wire, frozen=True, kw_only=True):
    """What ListUserPoolClients answers."""

    user_pool_clients: tuple[UserPoolClientDescription, ...] | None = None
    next_token: Annotated[str, Meta(min_length=1, max_length=131072, pattern=r"\A(?:[\S]+)\Z")] | None = None


class CustomDomainConfigType(Wire, frozen=True, kw_only=True):
    """The certificate of a domain of one's own."""

    certificate_arn: Annotated[
        str,
        Meta(
            min_length=20,
            max_length=2048,
            pattern=r"\A(?:arn:[\w+=/,.@-]+:[\w+=/,.@-]+:([\w+=/,.@-]*)?:[0-9]+:[\w+=/,.@-]+(:[\w+=/,.@-]+)?(:[\w+=/,.@-]+)?)\Z",
        ),
    ]
    security_policy: SecurityPolicyType | None = None


class FailoverType(Wire, frozen=True, kw_only=True):
    """Where a domain is served when its region fails."""

    secondary_region: Annotated[str, Meta(min_length=5, max_length=32)]
    primary_route53_health_check_id: Annotated[str, Meta(max_length=64)]


class RoutingType(Wire, frozen=True, kw_only=True):
    """How a domain is routed between regions."""

    failover: FailoverType | None = None


class CreateUserPoolDomainRequest(Wire, frozen=True, kw_only=True):
    """What CreateUserPoolDomain is asked."""

    domain: Annotated[
        str, Meta(min_length=1, max_length=63, pattern=r"\A(?:^[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?$)\Z")
    ]
    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")]
    managed_login_version: int | None = None
    custom_domain_config: CustomDomainConfigType | None = None
    routing: RoutingType | None = None


class CreateUserPoolDomainResponse(Wire, frozen=True, kw_only=True):
    """What CreateUserPoolDomain answers."""

    managed_login_version: int | None = None
    cloud_front_domain: (
        Annotated[str, Meta(min_length=1, max_length=63, pattern=r"\A(?:^[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?$)\Z")]
        | None
    ) = None
    routing: RoutingType | None = None


class DescribeUserPoolDomainRequest(Wire, frozen=True, kw_only=True):
    """What DescribeUserPoolDomain is asked."""

    domain: Annotated[
        str, Meta(min_length=1, max_length=63, pattern=r"\A(?:^[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?$)\Z")
    ]


class DomainDescriptionType(Wire, frozen=True, kw_only=True):
    """The domain of a hosted UI."""

    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")] | None = (
        None
    )
    aws_account_id: Annotated[str, Meta(max_length=12, pattern=r"\A(?:[0-9]+)\Z")] | None = field(
        name="AWSAccountId", default=None
    )
    domain: (
        Annotated[str, Meta(min_length=1, max_length=63, pattern=r"\A(?:^[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?$)\Z")]
        | None
    ) = None
    s3_bucket: (
        Annotated[str, Meta(min_length=3, max_length=1024, pattern=r"\A(?:^[0-9A-Za-z\.\-_]*(?<!\.)$)\Z")] | None
    ) = None
    cloud_front_distribution: Annotated[str, Meta(min_length=0, max_length=131072)] | None = None
    version: Annotated[str, Meta(min_length=1, max_length=20)] | None = None
    status: DomainStatusType | None = None
    custom_domain_config: CustomDomainConfigType | None = None
    managed_login_version: int | None = None
    routing: RoutingType | None = None


class DescribeUserPoolDomainResponse(Wire, frozen=True, kw_only=True):
    """What DescribeUserPoolDomain answers."""

    domain_description: DomainDescriptionType | None = None


class UpdateUserPoolDomainRequest(Wire, frozen=True, kw_only=True):
    """What UpdateUserPoolDomain is asked."""

    domain: Annotated[
        str, Meta(min_length=1, max_length=63, pattern=r"\A(?:^[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?$)\Z")
    ]
    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")]
    managed_login_version: int | None = None
    custom_domain_config: CustomDomainConfigType | None = None
    routing: RoutingType | None = None


class UpdateUserPoolDomainResponse(Wire, frozen=True, kw_only=True):
    """What UpdateUserPoolDomain answers."""

    managed_login_version: int | None = None
    cloud_front_domain: (
        Annotated[str, Meta(min_length=1, max_length=63, pattern=r"\A(?:^[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?$)\Z")]
        | None
    ) = None
    routing: RoutingType | None = None


class DeleteUserPoolDomainRequest(Wire, frozen=True, kw_only=True):
    """What DeleteUserPoolDomain is asked."""

    domain: Annotated[
        str, Meta(min_length=1, max_length=63, pattern=r"\A(?:^[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?$)\Z")
    ]
    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")]


class DeleteUserPoolDomainResponse(Wire, frozen=True, kw_only=True):
    """What DeleteUserPoolDomain answers."""


class ResourceServerScopeType(Wire, frozen=True, kw_only=True):
    """A scope of a resource server."""

    scope_name: Annotated[
        str, Meta(min_length=1, max_length=256, pattern=r"\A(?:[\x21\x23-\x2E\x30-\x5B\x5D-\x7E]+)\Z")
    ]
    scope_description: Annotated[str, Meta(min_length=1, max_length=256)]


class CreateResourceServerRequest(Wire, frozen=True, kw_only=True):
    """What CreateResourceServer is asked."""

    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")]
    identifier: Annotated[str, Meta(min_length=1, max_length=256, pattern=r"\A(?:[\x21\x23-\x5B\x5D-\x7E]+)\Z")]
    name: Annotated[str, Meta(min_length=1, max_length=256, pattern=r"\A(?:[\w\s+=,.@-]+)\Z")]
    scopes: Annotated[tuple[ResourceServerScopeType, ...], Meta(max_length=100)] | None = None


class ResourceServerType(Wire, frozen=True, kw_only=True):
    """An API with scopes of its own."""

    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")] | None = (
        None
    )
    identifier: (
        Annotated[str, Meta(min_length=1, max_length=256, pattern=r"\A(?:[\x21\x23-\x5B\x5D-\x7E]+)\Z")] | None
    ) = None
    name: Annotated[str, Meta(min_length=1, max_length=256, pattern=r"\A(?:[\w\s+=,.@-]+)\Z")] | None = None
    scopes: Annotated[tuple[ResourceServerScopeType, ...], Meta(max_length=100)] | None = None
    managed_by: ResourceServerManagedByType | None = None


class CreateResourceServerResponse(Wire, frozen=True, kw_only=True):
    """What CreateResourceServer answers."""

    resource_server: ResourceServerType


class DescribeResourceServerRequest(Wire, frozen=True, kw_only=True):
    """What DescribeResourceServer is asked."""

    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")]
    identifier: Annotated[str, Meta(min_length=1, max_length=256, pattern=r"\A(?:[\x21\x23-\x5B\x5D-\x7E]+)\Z")]


class DescribeResourceServerResponse(Wire, frozen=True, kw_only=True):
    """What DescribeResourceServer answers."""

    resource_server: ResourceServerType


class UpdateResourceServerRequest(Wire, frozen=True, kw_only=True):
    """What UpdateResourceServer is asked."""

    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")]
    identifier: Annotated[str, Meta(min_length=1, max_length=256, pattern=r"\A(?:[\x21\x23-\x5B\x5D-\x7E]+)\Z")]
    name: Annotated[str, Meta(min_length=1, max_length=256, pattern=r"\A(?:[\w\s+=,.@-]+)\Z")]
    scopes: Annotated[tuple[ResourceServerScopeType, ...], Meta(max_length=100)] | None = None


class UpdateResourceServerResponse(Wire, frozen=True, kw_only=True):
    """What UpdateResourceServer answers."""

    resource_server: ResourceServerType


class DeleteResourceServerRequest(Wire, frozen=True, kw_only=True):
    """What DeleteResourceServer is asked."""

    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")]
    identifier: Annotated[str, Meta(min_length=1, max_length=256, pattern=r"\A(?:[\x21\x23-\x5B\x5D-\x7E]+)\Z")]


class ListResourceServersRequest(Wire, frozen=True, kw_only=True):
    """What ListResourceServers is asked."""

    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")]
    max_results: Annotated[int, Meta(ge=1, le=50)] | None = None
    next_token: Annotated[str, Meta(min_length=1, pattern=r"\A(?:[\S]+)\Z")] | None = None


class ListResourceServersResponse(Wire, frozen=True, kw_only=True):
    """What ListResourceServers answers."""

    resource_servers: tuple[ResourceServerType, ...]
    next_token: Annotated[str, Meta(min_length=1, pattern=r"\A(?:[\S]+)\Z")] | None = None


class CreateIdentityProviderRequest(Wire, frozen=True, kw_only=True):
    """What CreateIdentityProvider is asked."""

    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")]
    provider_name: Annotated[
        str, Meta(min_length=1, max_length=32, pattern=r"\A(?:[^_\s][^\s\x00-\x1f\x7f-\x9f][^_\s]+)\Z")
    ]
    provider_type: IdentityProviderTypeType
    provider_details: dict[
        Annotated[str, Meta(min_length=0, max_length=131072)], Annotated[str, Meta(min_length=0, max_length=131072)]
    ]
    attribute_mapping: (
        dict[Annotated[str, Meta(min_length=1, max_length=32)], Annotated[str, Meta(min_length=0, max_length=131072)]]
        | None
    ) = None
    idp_identifiers: (
        Annotated[
            tuple[Annotated[str, Meta(min_length=1, max_length=40, pattern=r"\A(?:[\w\s+=.@-]+)\Z")], ...],
            Meta(min_length=0, max_length=50),
        ]
        | None
    ) = None
    acr_mapping: (
        Annotated[
            dict[
                Annotated[str, Meta(pattern=r"\A(?:Level[1-4])\Z")],
                Annotated[str, Meta(min_length=1, max_length=64, pattern=r"\A(?:[\x21\x23-\x5B\x5D-\x7E]+)\Z")],
            ],
            Meta(min_length=0, max_length=4),
        ]
        | None
    ) = None


class IdentityProviderType(Wire, frozen=True, kw_only=True):
    """A provider whose users may sign in, with its settings."""

    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")] | None = (
        None
    )
    provider_name: (
        Annotated[str, Meta(min_length=1, max_length=32, pattern=r"\A(?:[^\x00-\x1f\x7f-\x9f]+)\Z")] | None
    ) = None
    provider_type: IdentityProviderTypeType | None = None
    provider_details: (
        dict[
            Annotated[str, Meta(min_length=0, max_length=131072)], Annotated[str, Meta(min_length=0, max_length=131072)]
        ]
        | None
    ) = None
    attribute_mapping: (
        dict[Annotated[str, Meta(min_length=1, max_length=32)], Annotated[str, Meta(min_length=0, max_length=131072)]]
        | None
    ) = None
    idp_identifiers: (
        Annotated[
            tuple[Annotated[str, Meta(min_length=1, max_length=40, pattern=r"\A(?:[\w\s+=.@-]+)\Z")], ...],
            Meta(min_length=0, max_length=50),
        ]
        | None
    ) = None
    acr_mapping: (
        Annotated[
            dict[
                Annotated[str, Meta(pattern=r"\A(?:Level[1-4])\Z")],
                Annotated[str, Meta(min_length=1, max_length=64, pattern=r"\A(?:[\x21\x23-\x5B\x5D-\x7E]+)\Z")],
            ],
            Meta(min_length=0, max_length=4),
        ]
        | None
    ) = None
    last_modified_date: float | None = None
    creation_date: float | None = None


class CreateIdentityProviderResponse(Wire, frozen=True, kw_only=True):
    """What CreateIdentityProvider answers."""

    identity_provider: IdentityProviderType


class DescribeIdentityProviderRequest(Wire, frozen=True, kw_only=True):
    """What DescribeIdentityProvider is asked."""

    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")]
    provider_name: Annotated[str, Meta(min_length=1, max_length=32, pattern=r"\A(?:[^\x00-\x1f\x7f-\x9f]+)\Z")]


class DescribeIdentityProviderResponse(Wire, frozen=True, kw_only=True):
    """What DescribeIdentityProvider answers."""

    identity_provider: IdentityProviderType


class UpdateIdentityProviderRequest(Wire, frozen=True, kw_only=True):
    """What UpdateIdentityProvider is asked."""

    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")]
    provider_name: Annotated[str, Meta(min_length=1, max_length=32, pattern=r"\A(?:[^\x00-\x1f\x7f-\x9f]+)\Z")]
    provider_details: (
        dict[
            Annotated[str, Meta(min_length=0, max_length=131072)], Annotated[str, Meta(min_length=0, max_length=131072)]
        ]
        | None
    ) = None
    attribute_mapping: (
        dict[Annotated[str, Meta(min_length=1, max_length=32)], Annotated[str, Meta(min_length=0, max_length=131072)]]
        | None
    ) = None
    idp_identifiers: (
        Annotated[
            tuple[Annotated[str, Meta(min_length=1, max_length=40, pattern=r"\A(?:[\w\s+=.@-]+)\Z")], ...],
            Meta(min_length=0, max_length=50),
        ]
        | None
    ) = None
    acr_mapping: (
        Annotated[
            dict[
                Annotated[str, Meta(pattern=r"\A(?:Level[1-4])\Z")],
                Annotated[str, Meta(min_length=1, max_length=64, pattern=r"\A(?:[\x21\x23-\x5B\x5D-\x7E]+)\Z")],
            ],
            Meta(min_length=0, max_length=4),
        ]
        | None
    ) = None


class UpdateIdentityProviderResponse(Wire, frozen=True, kw_only=True):
    """What UpdateIdentityProvider answers."""

    identity_provider: IdentityProviderType


class DeleteIdentityProviderRequest(Wire, frozen=True, kw_only=True):
    """What DeleteIdentityProvider is asked."""

    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")]
    provider_name: Annotated[str, Meta(min_length=1, max_length=32, pattern=r"\A(?:[^\x00-\x1f\x7f-\x9f]+)\Z")]


class ListIdentityProvidersRequest(Wire, frozen=True, kw_only=True):
    """What ListIdentityProviders is asked."""

    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")]
    max_results: Annotated[int, Meta(ge=0, le=60)] | None = None
    next_token: Annotated[str, Meta(min_length=1, pattern=r"\A(?:[\S]+)\Z")] | None = None


class ProviderDescription(Wire, frozen=True, kw_only=True):
    """A provider in a list."""

    provider_name: (
        Annotated[str, Meta(min_length=1, max_length=32, pattern=r"\A(?:[^\x00-\x1f\x7f-\x9f]+)\Z")] | None
    ) = None
    provider_type: IdentityProviderTypeType | None = None
    last_modified_date: float | None = None
    creation_date: float | None = None


class ListIdentityProvidersResponse(Wire, frozen=True, kw_only=True):
    """What ListIdentityProviders answers."""

    providers: Annotated[tuple[ProviderDescription, ...], Meta(min_length=0, max_length=50)]
    next_token: Annotated[str, Meta(min_length=1, pattern=r"\A(?:[\S]+)\Z")] | None = None


class GetIdentityProviderByIdentifierRequest(Wire, frozen=True, kw_only=True):
    """What GetIdentityProviderByIdentifier is asked."""

    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")]
    idp_identifier: Annotated[str, Meta(min_length=1, max_length=40, pattern=r"\A(?:[\w\s+=.@-]+)\Z")]


class GetIdentityProviderByIdentifierResponse(Wire, frozen=True, kw_only=True):
    """What GetIdentityProviderByIdentifier answers."""

    identity_provider: IdentityProviderType


class GetCSVHeaderRequest(Wire, frozen=True, kw_only=True):
    """What GetCSVHeader is asked."""

    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")]


class GetCSVHeaderResponse(Wire, frozen=True, kw_only=True):
    """What GetCSVHeader answers."""

    user_pool_id: Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+_[0-9a-zA-Z]+)\Z")] | None = (
        None
    )
    csv_header: tuple[Annotated[str, Meta(min_length=0, max_length=131072)], ...] | None = field(
        name="CSVHeader", default=None
    )
