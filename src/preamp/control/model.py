"""Requests and answers of amplifybackend 2020-08-11, member by member.

Shape names are the model's, for grep; answers of equal members are merged (`JobResponse`, `StorageJobResponse`,
`TokenResponse`, `BackendJobResponse`). tests/wire/test_conformance.py holds every Struct to the service's model.
Absent and null count alike.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from preamp.wire import Label

Mode = Literal["API_KEY", "AWS_IAM", "AMAZON_COGNITO_USER_POOLS", "OPENID_CONNECT"]
ResolutionStrategy = Literal["OPTIMISTIC_CONCURRENCY", "LAMBDA", "AUTOMERGE", "NONE"]
DeliveryMethod = Literal["EMAIL", "SMS"]
MfaType = Literal["SMS", "TOTP"]
MFAMode = Literal["ON", "OFF", "OPTIONAL"]
OAuthGrantType = Literal["CODE", "IMPLICIT"]
OAuthScope = Literal["PHONE", "EMAIL", "OPENID", "PROFILE", "AWS_COGNITO_SIGNIN_USER_ADMIN"]
AdditionalConstraint = Literal["REQUIRE_DIGIT", "REQUIRE_LOWERCASE", "REQUIRE_SYMBOL", "REQUIRE_UPPERCASE"]
SignUpAttribute = Literal[
    "ADDRESS",
    "BIRTHDATE",
    "EMAIL",
    "FAMILY_NAME",
    "GENDER",
    "GIVEN_NAME",
    "LOCALE",
    "MIDDLE_NAME",
    "NAME",
    "NICKNAME",
    "PHONE_NUMBER",
    "PICTURE",
    "PREFERRED_USERNAME",
    "PROFILE",
    "UPDATED_AT",
    "WEBSITE",
    "ZONE_INFO",
]
SignInMethod = Literal["EMAIL", "EMAIL_AND_PHONE_NUMBER", "PHONE_NUMBER", "USERNAME"]
AuthResources = Literal["USER_POOL_ONLY", "IDENTITY_POOL_AND_USER_POOL"]
Permission = Literal["READ", "CREATE_AND_UPDATE", "DELETE"]


class Wire(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Base of all: camelCase on the wire, None is absent."""


class JobResponse(Wire, frozen=True, kw_only=True):
    """A job was started (eleven operations answer this)."""

    app_id: str | None = None
    backend_environment_name: str | None = None
    error: str | None = None
    job_id: str | None = None
    operation: str | None = None
    status: str | None = None


class StorageJobResponse(Wire, frozen=True, kw_only=True):
    """A job was started; the storage operations and CreateBackendConfig answer no more than this."""

    app_id: str | None = None
    backend_environment_name: str | None = None
    job_id: str | None = None
    status: str | None = None


class TokenResponse(Wire, frozen=True, kw_only=True):
    """A console log-in challenge. `ttl` is the moment it ends: seconds since 1970, as text."""

    app_id: str | None = None
    challenge_code: str | None = None
    session_id: str | None = None
    ttl: str | None = None


class BackendJobResponse(Wire, frozen=True, kw_only=True):
    """One job. Times are milliseconds since 1970 as text."""

    app_id: str | None = None
    backend_environment_name: str | None = None
    create_time: str | None = None
    error: str | None = None
    job_id: str | None = None
    operation: str | None = None
    status: str | None = None
    update_time: str | None = None


class CloneBackendRequest(Wire, frozen=True, kw_only=True):
    """Input of CloneBackend."""

    app_id: Label = ""
    backend_environment_name: Label = ""
    target_environment_name: str


class ResourceConfig(Wire, frozen=True, kw_only=True):
    """CreateBackend takes an empty object; nothing in it has a meaning."""


class CreateBackendRequest(Wire, frozen=True, kw_only=True):
    """Input of CreateBackend."""

    app_id: str
    app_name: str
    backend_environment_name: str
    resource_config: ResourceConfig | None = None
    resource_name: str | None = None


class BackendAPIAppSyncAuthSettings(Wire, frozen=True, kw_only=True):
    """Settings of one API authorization type: the API key's life in days, token life times in ms as text."""

    cognito_user_pool_id: str | None = None
    description: str | None = None
    expiration_time: float | None = None
    open_id_auth_ttl: str | None = field(name="openIDAuthTTL", default=None)
    open_id_client_id: str | None = field(name="openIDClientId", default=None)
    open_id_iat_ttl: str | None = field(name="openIDIatTTL", default=None)
    open_id_issue_url: str | None = field(name="openIDIssueURL", default=None)
    open_id_provider_name: str | None = field(name="openIDProviderName", default=None)


class BackendAPIAuthType(Wire, frozen=True, kw_only=True):
    """One authorization type of an API."""

    mode: Mode | None = None
    settings: BackendAPIAppSyncAuthSettings | None = None


class BackendAPIConflictResolution(Wire, frozen=True, kw_only=True):
    """How edits that meet are resolved; NONE or absent = rows carry no version."""

    resolution_strategy: ResolutionStrategy | None = None


class BackendAPIResourceConfig(Wire, frozen=True, kw_only=True):
    """Configuration of a GraphQL API; `transform_schema` is the annotated SDL."""

    additional_auth_types: tuple[BackendAPIAuthType, ...] | None = None
    api_name: str | None = None
    conflict_resolution: BackendAPIConflictResolution | None = None
    default_auth_type: BackendAPIAuthType | None = None
    service: str | None = None
    transform_schema: str | None = None


class CreateBackendAPIRequest(Wire, frozen=True, kw_only=True):
    """Input of CreateBackendAPI."""

    app_id: Label = ""
    backend_environment_name: str
    resource_config: BackendAPIResourceConfig
    resource_name: str


class CreateBackendAuthIdentityPoolConfig(Wire, frozen=True, kw_only=True):
    """The identity pool: its name, and whether guests get credentials."""

    identity_pool_name: str
    unauthenticated_login: bool


class EmailSettings(Wire, frozen=True, kw_only=True):
    """Text of a mail; `{####}` stands for the code. Sensitive in the model: never logged."""

    email_message: str | None = None
    email_subject: str | None = None


class SmsSettings(Wire, frozen=True, kw_only=True):
    """Text of an SMS; `{####}` stands for the code. Sensitive in the model: never logged."""

    sms_message: str | None = None


class CreateBackendAuthForgotPasswordConfig(Wire, frozen=True, kw_only=True):
    """(Deprecated by AWS) how the code of a forgotten password is sent; VerificationMessage replaced it."""

    delivery_method: DeliveryMethod
    email_settings: EmailSettings | None = None
    sms_settings: SmsSettings | None = None


class Settings(Wire, frozen=True, kw_only=True):
    """Which second factors, and the text of the SMS."""

    mfa_types: tuple[MfaType, ...] | None = None
    sms_message: str | None = None


class CreateBackendAuthMFAConfig(Wire, frozen=True, kw_only=True):
    """Whether users must, may or cannot have a second factor."""

    mfa_mode: MFAMode = field(name="MFAMode")
    settings: Settings | None = None


class BackendAuthSocialProviderConfig(Wire, frozen=True, kw_only=True):
    """Client of a social provider. The secret is stored sealed and never answered back."""

    client_id: str | None = field(name="client_id", default=None)
    client_secret: str | None = field(name="client_secret", default=None)


class BackendAuthAppleProviderConfig(Wire, frozen=True, kw_only=True):
    """Client of Sign in with Apple. The private key is stored sealed and never answered back."""

    client_id: str | None = field(name="client_id", default=None)
    key_id: str | None = field(name="key_id", default=None)
    private_key: str | None = field(name="private_key", default=None)
    team_id: str | None = field(name="team_id", default=None)


class SocialProviderSettings(Wire, frozen=True, kw_only=True):
    """Social providers of the hosted UI."""

    facebook: BackendAuthSocialProviderConfig | None = field(name="Facebook", default=None)
    google: BackendAuthSocialProviderConfig | None = field(name="Google", default=None)
    login_with_amazon: BackendAuthSocialProviderConfig | None = field(name="LoginWithAmazon", default=None)
    sign_in_with_apple: BackendAuthAppleProviderConfig | None = field(name="SignInWithApple", default=None)


class CreateBackendAuthOAuthConfig(Wire, frozen=True, kw_only=True):
    """The hosted UI: flow, scopes and redirect addresses."""

    domain_prefix: str | None = None
    o_auth_grant_type: OAuthGrantType
    o_auth_scopes: tuple[OAuthScope, ...]
    redirect_sign_in_uris: tuple[str, ...] = field(name="redirectSignInURIs")
    redirect_sign_out_uris: tuple[str, ...] = field(name="redirectSignOutURIs")
    social_provider_settings: SocialProviderSettings | None = None


class CreateBackendAuthPasswordPolicyConfig(Wire, frozen=True, kw_only=True):
    """Rules for passwords; `minimum_length` counts characters, 6 to 99 as in Cognito."""

    additional_constraints: tuple[AdditionalConstraint, ...] | None = None
    minimum_length: float


class CreateBackendAuthVerificationMessageConfig(Wire, frozen=True, kw_only=True):
    """How a code for sign-up or reset is sent, and with which text."""

    delivery_method: DeliveryMethod
    email_settings: EmailSettings | None = None
    sms_settings: SmsSettings | None = None


class CreateBackendAuthUserPoolConfig(Wire, frozen=True, kw_only=True):
    """The user pool. Name, sign-in method and required attributes never change after creation."""

    forgot_password: CreateBackendAuthForgotPasswordConfig | None = None
    mfa: CreateBackendAuthMFAConfig | None = None
    o_auth: CreateBackendAuthOAuthConfig | None = None
    password_policy: CreateBackendAuthPasswordPolicyConfig | None = None
    required_sign_up_attributes: tuple[SignUpAttribute, ...]
    sign_in_method: SignInMethod
    user_pool_name: str
    verification_message: CreateBackendAuthVerificationMessageConfig | None = None


class CreateBackendAuthResourceConfig(Wire, frozen=True, kw_only=True):
    """Configuration of auth, as created and as answered by GetBackendAuth (without secrets)."""

    auth_resources: AuthResources
    identity_pool_configs: CreateBackendAuthIdentityPoolConfig | None = None
    service: Literal["COGNITO"]
    user_pool_configs: CreateBackendAuthUserPoolConfig


class CreateBackendAuthRequest(Wire, frozen=True, kw_only=True):
    """Input of CreateBackendAuth."""

    app_id: Label = ""
    backend_environment_name: str
    resource_config: CreateBackendAuthResourceConfig
    resource_name: str


class CreateBackendConfigRequest(Wire, frozen=True, kw_only=True):
    """Input of CreateBackendConfig."""

    app_id: Label = ""
    backend_manager_app_id: str | None = None


class BackendStoragePermissions(Wire, frozen=True, kw_only=True):
    """What signed-in users and guests may do."""

    authenticated: tuple[Permission, ...]
    un_authenticated: tuple[Permission, ...] | None = None


class CreateBackendStorageResourceConfig(Wire, frozen=True, kw_only=True):
    """Configuration of a bucket; without `bucket_name` a name is made."""

    bucket_name: str | None = None
    permissions: BackendStoragePermissions
    service_name: Literal["S3"]


class CreateBackendStorageRequest(Wire, frozen=True, kw_only=True):
    """Input of CreateBackendStorage."""

    app_id: Label = ""
    backend_environment_name: str
    resource_config: CreateBackendStorageResourceConfig
    resource_name: str


class CreateTokenRequest(Wire, frozen=True, kw_only=True):
    """Input of CreateToken."""

    app_id: Label = ""


class DeleteBackendRequest(Wire, frozen=True, kw_only=True):
    """Input of DeleteBackend."""

    app_id: Label = ""
    backend_environment_name: Label = ""


class DeleteBackendAPIRequest(Wire, frozen=True, kw_only=True):
    """Input of DeleteBackendAPI."""

    app_id: Label = ""
    backend_environment_name: Label = ""
    resource_config: BackendAPIResourceConfig | None = None
    resource_name: str


class DeleteBackendAuthRequest(Wire, frozen=True, kw_only=True):
    """Input of DeleteBackendAuth."""

    app_id: Label = ""
    backend_environment_name: Label = ""
    resource_name: str


class DeleteBackendStorageRequest(Wire, frozen=True, kw_only=True):
    """Input of DeleteBackendStorage."""

    app_id: Label = ""
    backend_environment_name: Label = ""
    resource_name: str
    service_name: Literal["S3"]


class DeleteTokenRequest(Wire, frozen=True, kw_only=True):
    """Input of DeleteToken."""

    app_id: Label = ""
    session_id: Label = ""


class DeleteTokenResponse(Wire, frozen=True, kw_only=True):
    """Output of DeleteToken."""

    is_success: bool | None = None


class GenerateBackendAPIModelsRequest(Wire, frozen=True, kw_only=True):
    """Input of GenerateBackendAPIModels."""

    app_id: Label = ""
    backend_environment_name: Label = ""
    resource_name: str


class GetBackendRequest(Wire, frozen=True, kw_only=True):
    """Input of GetBackend."""

    app_id: Label = ""
    backend_environment_name: str | None = None


class GetBackendResponse(Wire, frozen=True, kw_only=True):
    """Output of GetBackend."""

    amplify_feature_flags: str | None = None
    amplify_meta_config: str | None = None
    app_id: str | None = None
    app_name: str | None = None
    backend_environment_list: tuple[str, ...] | None = None
    backend_environment_name: str | None = None
    error: str | None = None


class GetBackendAPIRequest(Wire, frozen=True, kw_only=True):
    """Input of GetBackendAPI."""

    app_id: Label = ""
    backend_environment_name: Label = ""
    resource_config: BackendAPIResourceConfig | None = None
    resource_name: str


class GetBackendAPIResponse(Wire, frozen=True, kw_only=True):
    """Output of GetBackendAPI."""

    app_id: str | None = None
    backend_environment_name: str | None = None
    error: str | None = None
    resource_config: BackendAPIResourceConfig | None = None
    resource_name: str | None = None


class GetBackendAPIModelsRequest(Wire, frozen=True, kw_only=True):
    """Input of GetBackendAPIModels."""

    app_id: Label = ""
    backend_environment_name: Label = ""
    resource_name: str


class GetBackendAPIModelsResponse(Wire, frozen=True, kw_only=True):
    """Output of GetBackendAPIModels."""

    models: str | None = None
    status: Literal["LATEST", "STALE"] | None = None
    model_introspection_schema: str | None = None


class GetBackendAuthRequest(Wire, frozen=True, kw_only=True):
    """Input of GetBackendAuth."""

    app_id: Label = ""
    backend_environment_name: Label = ""
    resource_name: str


class GetBackendAuthResponse(Wire, frozen=True, kw_only=True):
    """Output of GetBackendAuth."""

    app_id: str | None = None
    backend_environment_name: str | None = None
    error: str | None = None
    resource_config: CreateBackendAuthResourceConfig | None = None
    resource_name: str | None = None


class GetBackendJobRequest(Wire, frozen=True, kw_only=True):
    """Input of GetBackendJob."""

    app_id: Label = ""
    backend_environment_name: Label = ""
    job_id: Label = ""


class GetBackendStorageRequest(Wire, frozen=True, kw_only=True):
    """Input of GetBackendStorage."""

    app_id: Label = ""
    backend_environment_name: Label = ""
    resource_name: str


class GetBackendStorageResourceConfig(Wire, frozen=True, kw_only=True):
    """A bucket as answered: an imported one keeps its own rules and has no permissions here."""

    bucket_name: str | None = None
    imported: bool
    permissions: BackendStoragePermissions | None = None
    service_name: Literal["S3"]


class GetBackendStorageResponse(Wire, frozen=True, kw_only=True):
    """Output of GetBackendStorage."""

    app_id: str | None = None
    backend_environment_name: str | None = None
    resource_config: GetBackendStorageResourceConfig | None = None
    resource_name: str | None = None


class GetTokenRequest(Wire, frozen=True, kw_only=True):
    """Input of GetToken."""

    app_id: Label = ""
    session_id: Label = ""


class ImportBackendAuthRequest(Wire, frozen=True, kw_only=True):
    """Input of ImportBackendAuth."""

    app_id: Label = ""
    backend_environment_name: Label = ""
    identity_pool_id: str | None = None
    native_client_id: str
    user_pool_id: str
    web_client_id: str


class ImportBackendStorageRequest(Wire, frozen=True, kw_only=True):
    """Input of ImportBackendStorage."""

    app_id: Label = ""
    backend_environment_name: Label = ""
    bucket_name: str | None = None
    service_name: Literal["S3"]


class ListBackendJobsRequest(Wire, frozen=True, kw_only=True):
    """Input of ListBackendJobs."""

    app_id: Label = ""
    backend_environment_name: Label = ""
    job_id: str | None = None
    max_results: Annotated[int, Meta(ge=1, le=25)] | None = None
    next_token: str | None = None
    operation: str | None = None
    status: str | None = None


class BackendJobRespObj(Wire, frozen=True, kw_only=True):
    """One job in a list. Times are milliseconds since 1970 as text."""

    app_id: str
    backend_environment_name: str
    create_time: str | None = None
    error: str | None = None
    job_id: str | None = None
    operation: str | None = None
    status: str | None = None
    update_time: str | None = None


class ListBackendJobsResponse(Wire, frozen=True, kw_only=True):
    """Output of ListBackendJobs."""

    jobs: tuple[BackendJobRespObj, ...] | None = None
    next_token: str | None = None


class ListS3BucketsRequest(Wire, frozen=True, kw_only=True):
    """Input of ListS3Buckets."""

    next_token: str | None = None


class S3BucketInfo(Wire, frozen=True, kw_only=True):
    """A bucket; `creation_date` is ISO 8601."""

    creation_date: str | None = None
    name: str | None = None


class ListS3BucketsResponse(Wire, frozen=True, kw_only=True):
    """Output of ListS3Buckets."""

    buckets: tuple[S3BucketInfo, ...] | None = None
    next_token: str | None = None


class RemoveAllBackendsRequest(Wire, frozen=True, kw_only=True):
    """Input of RemoveAllBackends."""

    app_id: Label = ""
    clean_amplify_app: bool | None = None


class RemoveAllBackendsResponse(Wire, frozen=True, kw_only=True):
    """Output of RemoveAllBackends."""

    app_id: str | None = None
    error: str | None = None
    job_id: str | None = None
    operation: str | None = None
    status: str | None = None


class RemoveBackendConfigRequest(Wire, frozen=True, kw_only=True):
    """Input of RemoveBackendConfig."""

    app_id: Label = ""


class RemoveBackendConfigResponse(Wire, frozen=True, kw_only=True):
    """Output of RemoveBackendConfig."""

    error: str | None = None


class UpdateBackendAPIRequest(Wire, frozen=True, kw_only=True):
    """Input of UpdateBackendAPI."""

    app_id: Label = ""
    backend_environment_name: Label = ""
    resource_config: BackendAPIResourceConfig | None = None
    resource_name: str


class UpdateBackendAuthIdentityPoolConfig(Wire, frozen=True, kw_only=True):
    """Changes of the identity pool."""

    unauthenticated_login: bool | None = None


class UpdateBackendAuthForgotPasswordConfig(Wire, frozen=True, kw_only=True):
    """Changes of the forgotten-password message."""

    delivery_method: DeliveryMethod | None = None
    email_settings: EmailSettings | None = None
    sms_settings: SmsSettings | None = None


class UpdateBackendAuthMFAConfig(Wire, frozen=True, kw_only=True):
    """Changes of second factors."""

    mfa_mode: MFAMode | None = field(name="MFAMode", default=None)
    settings: Settings | None = None


class UpdateBackendAuthOAuthConfig(Wire, frozen=True, kw_only=True):
    """Changes of the hosted UI; an empty object switches it off."""

    domain_prefix: str | None = None
    o_auth_grant_type: OAuthGrantType | None = None
    o_auth_scopes: tuple[OAuthScope, ...] | None = None
    redirect_sign_in_uris: tuple[str, ...] | None = field(name="redirectSignInURIs", default=None)
    redirect_sign_out_uris: tuple[str, ...] | None = field(name="redirectSignOutURIs", default=None)
    social_provider_settings: SocialProviderSettings | None = None


class UpdateBackendAuthPasswordPolicyConfig(Wire, frozen=True, kw_only=True):
    """Changes of the password policy."""

    additional_constraints: tuple[AdditionalConstraint, ...] | None = None
    minimum_length: float | None = None


class UpdateBackendAuthVerificationMessageConfig(Wire, frozen=True, kw_only=True):
    """Changes of the verification message."""

    delivery_method: DeliveryMethod
    email_settings: EmailSettings | None = None
    sms_settings: SmsSettings | None = None


class UpdateBackendAuthUserPoolConfig(Wire, frozen=True, kw_only=True):
    """Blocks that are given replace; blocks left out stay."""

    forgot_password: UpdateBackendAuthForgotPasswordConfig | None = None
    mfa: UpdateBackendAuthMFAConfig | None = None
    o_auth: UpdateBackendAuthOAuthConfig | None = None
    password_policy: UpdateBackendAuthPasswordPolicyConfig | None = None
    verification_message: UpdateBackendAuthVerificationMessageConfig | None = None


class UpdateBackendAuthResourceConfig(Wire, frozen=True, kw_only=True):
    """An update of auth: given blocks replace, omitted blocks stay."""

    auth_resources: AuthResources
    identity_pool_configs: UpdateBackendAuthIdentityPoolConfig | None = None
    service: Literal["COGNITO"]
    user_pool_configs: UpdateBackendAuthUserPoolConfig


class UpdateBackendAuthRequest(Wire, frozen=True, kw_only=True):
    """Input of UpdateBackendAuth."""

    app_id: Label = ""
    backend_environment_name: Label = ""
    resource_config: UpdateBackendAuthResourceConfig
    resource_name: str


class LoginAuthConfigReqObj(Wire, frozen=True, kw_only=True):
    """The pool by which operators sign in to the console."""

    aws_cognito_identity_pool_id: str | None = field(name="aws_cognito_identity_pool_id", default=None)
    aws_cognito_region: str | None = field(name="aws_cognito_region", default=None)
    aws_user_pools_id: str | None = field(name="aws_user_pools_id", default=None)
    aws_user_pools_web_client_id: str | None = field(name="aws_user_pools_web_client_id", default=None)


class UpdateBackendConfigRequest(Wire, frozen=True, kw_only=True):
    """Input of UpdateBackendConfig."""

    app_id: Label = ""
    login_auth_config: LoginAuthConfigReqObj | None = None


class UpdateBackendConfigResponse(Wire, frozen=True, kw_only=True):
    """Output of UpdateBackendConfig."""

    app_id: str | None = None
    backend_manager_app_id: str | None = None
    error: str | None = None
    login_auth_config: LoginAuthConfigReqObj | None = None


class UpdateBackendJobRequest(Wire, frozen=True, kw_only=True):
    """Input of UpdateBackendJob."""

    app_id: Label = ""
    backend_environment_name: Label = ""
    job_id: Label = ""
    operation: str | None = None
    status: str | None = None


class UpdateBackendStorageResourceConfig(Wire, frozen=True, kw_only=True):
    """New permissions of a bucket."""

    permissions: BackendStoragePermissions
    service_name: Literal["S3"]


class UpdateBackendStorageRequest(Wire, frozen=True, kw_only=True):
    """Input of UpdateBackendStorage."""

    app_id: Label = ""
    backend_environment_name: Label = ""
    resource_config: UpdateBackendStorageResourceConfig
    resource_name: str
