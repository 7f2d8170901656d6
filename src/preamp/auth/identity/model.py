"""Requests and answers of cognito-identity 2014-06-30, held to botocore's model by tests/wire.

Times are seconds since 1970.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

IdentityId = Annotated[str, Meta(min_length=1, max_length=55, pattern=r"\A(?:[\w-]+:[0-9a-f-]+)\Z")]
IdentityPoolId = IdentityId
PoolName = Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[\w\s+=,.@-]+)\Z")]
ProviderName = Annotated[str, Meta(min_length=1, max_length=128)]
ProviderToken = Annotated[str, Meta(min_length=1, max_length=50000)]
Logins = Annotated[dict[ProviderName, ProviderToken], Meta(max_length=10)]
Arn = Annotated[str, Meta(min_length=20, max_length=2048)]
ProviderId = Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[\w.;_/-]+)\Z")]
SupportedLogins = Annotated[dict[ProviderName, ProviderId], Meta(max_length=10)]
DeveloperProvider = Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[\w._-]+)\Z")]
Tags = dict[Annotated[str, Meta(min_length=1, max_length=128)], Annotated[str, Meta(min_length=0, max_length=256)]]
RoleType = Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:(un)?authenticated)\Z")]
Roles = Annotated[dict[RoleType, Arn], Meta(max_length=2)]
PageSize = Annotated[int, Meta(ge=1, le=60)]
PageToken = Annotated[str, Meta(min_length=1, max_length=65535, pattern=r"\A(?:[\S]+)\Z")]


class Wire(Struct, frozen=True, kw_only=True, rename="pascal", omit_defaults=True):
    """Base of all: PascalCase on the wire, None is absent."""


class Empty(Wire, frozen=True, kw_only=True):
    """The answer that has no members."""


class GetIdInput(Wire, frozen=True, kw_only=True):
    """Input of GetId."""

    identity_pool_id: IdentityPoolId
    account_id: Annotated[str, Meta(min_length=1, max_length=15, pattern=r"\A(?:\d+)\Z")] | None = None
    logins: Logins | None = None


class GetIdResponse(Wire, frozen=True, kw_only=True):
    """Output of GetId."""

    identity_id: IdentityId | None = None


class GetCredentialsForIdentityInput(Wire, frozen=True, kw_only=True):
    """Input of GetCredentialsForIdentity."""

    identity_id: IdentityId
    logins: Logins | None = None
    custom_role_arn: Arn | None = None


class Credentials(Wire, frozen=True, kw_only=True):
    """Temporary credentials. The secret is `SecretKey` here, `SecretAccessKey` everywhere else."""

    access_key_id: str | None = None
    secret_key: str | None = None
    session_token: str | None = None
    expiration: float | None = None


class GetCredentialsForIdentityResponse(Wire, frozen=True, kw_only=True):
    """Output of GetCredentialsForIdentity; the id may be another than was asked for."""

    identity_id: IdentityId | None = None
    credentials: Credentials | None = None


class GetOpenIdTokenInput(Wire, frozen=True, kw_only=True):
    """Input of GetOpenIdToken."""

    identity_id: IdentityId
    logins: Logins | None = None


class GetOpenIdTokenResponse(Wire, frozen=True, kw_only=True):
    """Output of GetOpenIdToken."""

    identity_id: IdentityId | None = None
    token: str | None = None


class UnlinkIdentityInput(Wire, frozen=True, kw_only=True):
    """Input of UnlinkIdentity."""

    identity_id: IdentityId
    logins: Logins
    logins_to_remove: tuple[ProviderName, ...]


class CognitoIdentityProvider(Wire, frozen=True, kw_only=True):
    """An app client of a user pool; `provider_name` is cognito-idp.REGION.amazonaws.com/POOL."""

    provider_name: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[\w._:/-]+)\Z")] | None = None
    client_id: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\A(?:[\w_]+)\Z")] | None = None
    server_side_token_check: bool | None = None


class CreateIdentityPoolInput(Wire, frozen=True, kw_only=True):
    """Input of CreateIdentityPool."""

    identity_pool_name: PoolName
    allow_unauthenticated_identities: bool
    allow_classic_flow: bool | None = None
    supported_login_providers: SupportedLogins | None = None
    developer_provider_name: DeveloperProvider | None = None
    open_id_connect_provider_arns: tuple[Arn, ...] | None = field(name="OpenIdConnectProviderARNs", default=None)
    cognito_identity_providers: tuple[CognitoIdentityProvider, ...] | None = None
    saml_provider_arns: tuple[Arn, ...] | None = field(name="SamlProviderARNs", default=None)
    identity_pool_tags: Tags | None = None


class IdentityPool(Wire, frozen=True, kw_only=True):
    """An identity pool, as it is described and as it is changed."""

    identity_pool_id: IdentityPoolId
    identity_pool_name: PoolName
    allow_unauthenticated_identities: bool
    allow_classic_flow: bool | None = None
    supported_login_providers: SupportedLogins | None = None
    developer_provider_name: DeveloperProvider | None = None
    open_id_connect_provider_arns: tuple[Arn, ...] | None = field(name="OpenIdConnectProviderARNs", default=None)
    cognito_identity_providers: tuple[CognitoIdentityProvider, ...] | None = None
    saml_provider_arns: tuple[Arn, ...] | None = field(name="SamlProviderARNs", default=None)
    identity_pool_tags: Tags | None = None


class DescribeIdentityPoolInput(Wire, frozen=True, kw_only=True):
    """Input of DescribeIdentityPool."""

    identity_pool_id: IdentityPoolId


class DeleteIdentityPoolInput(Wire, frozen=True, kw_only=True):
    """Input of DeleteIdentityPool."""

    identity_pool_id: IdentityPoolId


class GetIdentityPoolRolesInput(Wire, frozen=True, kw_only=True):
    """Input of GetIdentityPoolRoles."""

    identity_pool_id: IdentityPoolId


class MappingRule(Wire, frozen=True, kw_only=True):
    """A claim's value that gives a role."""

    claim: Annotated[str, Meta(min_length=1, max_length=64, pattern=r"\A(?:[^\s\x00-\x1f\x7f-\x9f]+)\Z")]
    match_type: Literal["Equals", "Contains", "StartsWith", "NotEqual"]
    value: Annotated[str, Meta(min_length=1, max_length=128)]
    role_arn: Arn = field(name="RoleARN")


class RulesConfigurationType(Wire, frozen=True, kw_only=True):
    """Rules in order: the first that matches counts."""

    rules: Annotated[tuple[MappingRule, ...], Meta(min_length=1, max_length=400)]


class RoleMapping(Wire, frozen=True, kw_only=True):
    """How a login's claims choose the role."""

    type: Literal["Token", "Rules"]
    ambiguous_role_resolution: Literal["AuthenticatedRole", "Deny"] | None = None
    rules_configuration: RulesConfigurationType | None = None


RoleMappings = Annotated[dict[ProviderName, RoleMapping], Meta(max_length=10)]


class GetIdentityPoolRolesResponse(Wire, frozen=True, kw_only=True):
    """Output of GetIdentityPoolRoles."""

    identity_pool_id: IdentityPoolId | None = None
    roles: Roles | None = None
    role_mappings: RoleMappings | None = None


class SetIdentityPoolRolesInput(Wire, frozen=True, kw_only=True):
    """Input of SetIdentityPoolRoles."""

    identity_pool_id: IdentityPoolId
    roles: Roles
    role_mappings: RoleMappings | None = None


class ListIdentityPoolsInput(Wire, frozen=True, kw_only=True):
    """Input of ListIdentityPools."""

    max_results: PageSize
    next_token: PageToken | None = None


class IdentityPoolShortDescription(Wire, frozen=True, kw_only=True):
    """An identity pool in a list."""

    identity_pool_id: IdentityPoolId | None = None
    identity_pool_name: PoolName | None = None


class ListIdentityPoolsResponse(Wire, frozen=True, kw_only=True):
    """Output of ListIdentityPools."""

    identity_pools: tuple[IdentityPoolShortDescription, ...] | None = None
    next_token: PageToken | None = None


class DescribeIdentityInput(Wire, frozen=True, kw_only=True):
    """Input of DescribeIdentity."""

    identity_id: IdentityId


class IdentityDescription(Wire, frozen=True, kw_only=True):
    """An identity with the names of its logins."""

    identity_id: IdentityId | None = None
    logins: tuple[ProviderName, ...] | None = None
    creation_date: float | None = None
    last_modified_date: float | None = None


class ListIdentitiesInput(Wire, frozen=True, kw_only=True):
    """Input of ListIdentities."""

    identity_pool_id: IdentityPoolId
    max_results: PageSize
    next_token: PageToken | None = None
    hide_disabled: bool | None = None


class ListIdentitiesResponse(Wire, frozen=True, kw_only=True):
    """Output of ListIdentities."""

    identity_pool_id: IdentityPoolId | None = None
    identities: tuple[IdentityDescription, ...] | None = None
    next_token: PageToken | None = None


class DeleteIdentitiesInput(Wire, frozen=True, kw_only=True):
    """Input of DeleteIdentities."""

    identity_ids_to_delete: Annotated[tuple[IdentityId, ...], Meta(min_length=1, max_length=60)]


class UnprocessedIdentityId(Wire, frozen=True, kw_only=True):
    """An identity that was not deleted."""

    identity_id: IdentityId | None = None
    error_code: Literal["AccessDenied", "InternalServerError"] | None = None


class DeleteIdentitiesResponse(Wire, frozen=True, kw_only=True):
    """Output of DeleteIdentities."""

    unprocessed_identity_ids: Annotated[tuple[UnprocessedIdentityId, ...], Meta(max_length=60)] | None = None
