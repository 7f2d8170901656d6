"""Identity pools as administrators see and change them."""

from collections.abc import Iterable
from typing import Protocol

import msgspec

from preamp.auth import store as pool_store
from preamp.auth.identity import errors, store
from preamp.auth.identity.context import IdentityService, Pool, pool_of, provider_name
from preamp.auth.identity.errors import InvalidParameterException, LimitExceededException
from preamp.auth.identity.model import (
    CognitoIdentityProvider,
    CreateIdentityPoolInput,
    DeleteIdentityPoolInput,
    DescribeIdentityPoolInput,
    Empty,
    GetIdentityPoolRolesInput,
    GetIdentityPoolRolesResponse,
    IdentityPool,
    IdentityPoolShortDescription,
    ListIdentityPoolsInput,
    ListIdentityPoolsResponse,
    RoleMapping,
    SetIdentityPoolRolesInput,
)
from preamp.auth.identity.roles import AMPLIFY
from preamp.auth.identity.service import identity_service
from preamp.auth.records import IdentityProvider
from preamp.db import Reader, Transaction
from preamp.kit import ids
from preamp.kit.seal import BrokenSealError

_MAX_TAGS = 50
_PAGE_CONTEXT = "ListIdentityPools"


class _Wanted(Protocol):
    """What CreateIdentityPool and UpdateIdentityPool share."""

    @property
    def allow_classic_flow(self) -> bool | None: ...
    @property
    def supported_login_providers(self) -> dict[str, str] | None: ...
    @property
    def developer_provider_name(self) -> str | None: ...
    @property
    def open_id_connect_provider_arns(self) -> tuple[str, ...] | None: ...
    @property
    def cognito_identity_providers(self) -> tuple[CognitoIdentityProvider, ...] | None: ...
    @property
    def saml_provider_arns(self) -> tuple[str, ...] | None: ...
    @property
    def identity_pool_tags(self) -> dict[str, str] | None: ...


@identity_service.operation(
    "CreateIdentityPool", "POST /", *errors.CHANGE[:1], *errors.CHANGE[2:], LimitExceededException
)
async def create_identity_pool(service: IdentityService, request: CreateIdentityPoolInput) -> IdentityPool:
    """Make an identity pool that trusts the named app clients; it has no roles until they are set."""
    pool_id, now = f"{service.region}:{ids.uuid4()}", service.clock.now_ms()
    async with service.db.transaction() as tx:
        providers = await _providers(service, tx, request.cognito_identity_providers)
        await tx.execute(
            pool_store.put_identity_pool,
            id=pool_id,
            user_pool_id=None,
            app_id="",
            environment="",
            name=request.identity_pool_name,
            unauthenticated_login=int(request.allow_unauthenticated_identities),
            created_ms=now,
        )
        await _put_providers(tx, pool_id, providers)
        settings = _settings(store.Settings(), request)
        await tx.execute(store.put_settings, identity_pool_id=pool_id, settings=_json(settings))
        return _shown(service, await pool_of(tx, pool_id))


@identity_service.operation("DescribeIdentityPool", "POST /", *errors.READ)
async def describe_identity_pool(service: IdentityService, request: DescribeIdentityPoolInput) -> IdentityPool:
    """An identity pool with its settings."""
    return _shown(service, await pool_of(service.db, request.identity_pool_id))


@identity_service.operation(
    "UpdateIdentityPool", "POST /", *errors.CHANGE, errors.ConcurrentModificationException, LimitExceededException
)
async def update_identity_pool(service: IdentityService, request: IdentityPool) -> IdentityPool:
    """Replace the settings of an identity pool; what is not given is none, tags aside. Roles stay."""
    async with service.db.transaction() as tx:
        pool = await pool_of(tx, request.identity_pool_id)
        providers = await _providers(service, tx, request.cognito_identity_providers)
        await tx.execute(
            pool_store.put_identity_pool,
            id=pool.id,
            user_pool_id=pool.record.user_pool_id,
            app_id=pool.record.owner.app_id,
            environment=pool.record.owner.environment,
            name=request.identity_pool_name,
            unauthenticated_login=int(request.allow_unauthenticated_identities),
            created_ms=pool.record.created_ms,
        )
        await tx.execute(pool_store.delete_providers, id=pool.id)
        await _put_providers(tx, pool.id, providers)
        settings = _settings(pool.settings, request)
        await tx.execute(store.put_settings, identity_pool_id=pool.id, settings=_json(settings))
        return _shown(service, await pool_of(tx, pool.id))


@identity_service.operation("DeleteIdentityPool", "POST /", *errors.READ)
async def delete_identity_pool(service: IdentityService, request: DeleteIdentityPoolInput) -> Empty:
    """Remove an identity pool with its identities; credentials given out end within the hour."""
    async with service.db.transaction() as tx:
        pool = await pool_of(tx, request.identity_pool_id)
        for statement in pool_store.delete_identity_pool:
            await tx.execute(statement, id=pool.id)
    return Empty()


@identity_service.operation(
    "ListIdentityPools",
    "POST /",
    *errors.READ,
)
async def list_identity_pools(service: IdentityService, request: ListIdentityPoolsInput) -> ListIdentityPoolsResponse:
    """The identity pools by id."""
    after = page_start(service, request.next_token, _PAGE_CONTEXT)
    pool_ids = [each for each in await pool_store.identity_pool_ids(service.db) if each > after]
    shown = []
    for pool_id in pool_ids[: request.max_results]:
        record = await pool_store.identity_pool(service.db, pool_id)
        if record is not None:
            shown.append(IdentityPoolShortDescription(identity_pool_id=pool_id, identity_pool_name=record.name))
    more = len(pool_ids) > request.max_results
    last = pool_ids[request.max_results - 1] if more else ""
    return ListIdentityPoolsResponse(
        identity_pools=tuple(shown), next_token=service.sealer.token(last, _PAGE_CONTEXT) if more else None
    )


@identity_service.operation("GetIdentityPoolRoles", "POST /", *errors.CHANGE)
async def get_identity_pool_roles(
    service: IdentityService, request: GetIdentityPoolRolesInput
) -> GetIdentityPoolRolesResponse:
    """The roles of an identity pool, and how logins choose among them."""
    pool = await pool_of(service.db, request.identity_pool_id)
    return GetIdentityPoolRolesResponse(
        identity_pool_id=pool.id, roles=pool.roles(service.account), role_mappings=_mappings(service, pool) or None
    )


@identity_service.operation("SetIdentityPoolRoles", "POST /", *errors.CHANGE, errors.ConcurrentModificationException)
async def set_identity_pool_roles(service: IdentityService, request: SetIdentityPoolRolesInput) -> Empty:
    """Set the roles of an identity pool; mappings that are not given are none."""
    for name, mapping in (request.role_mappings or {}).items():
        _check_mapping(name, mapping)
    async with service.db.transaction() as tx:
        pool = await pool_of(tx, request.identity_pool_id)
        settings = msgspec.structs.replace(
            pool.settings, roles=request.roles, role_mappings=_canonical(service, request.role_mappings or {})
        )
        await tx.execute(store.put_settings, identity_pool_id=pool.id, settings=_json(settings))
    return Empty()


def page_start(service: IdentityService, token: str | None, context: str) -> str:
    """The id behind which a page begins. Raises InvalidParameterException."""
    if token is None:
        return ""
    try:
        return service.sealer.read_token(token, context, str)
    except BrokenSealError:
        raise InvalidParameterException("NextToken is not one that this operation answered.") from None


async def _providers(
    service: IdentityService, reader: Reader, wanted: Iterable[CognitoIdentityProvider] | None
) -> list[IdentityProvider]:
    found = []
    for one in wanted or ():
        host, _, user_pool_id = (one.provider_name or "").rpartition("/")
        if not host.startswith("cognito-idp.") and host != service.issuer.partition("://")[2]:
            raise InvalidParameterException(
                f"Invalid Cognito Identity Provider: ProviderName must be {provider_name(service.region, 'POOL')}."
            )
        client = await pool_store.client(reader, one.client_id or "")
        if client is None or client.user_pool_id != user_pool_id:
            raise InvalidParameterException(
                f"Invalid Cognito Identity Provider: user pool {user_pool_id!r} has no app client {one.client_id!r}."
            )
        found.append(IdentityProvider(user_pool_id, client.id))
    return found


async def _put_providers(tx: Transaction, pool_id: str, providers: list[IdentityProvider]) -> None:
    for one in providers:
        await tx.execute(
            pool_store.put_provider, identity_pool_id=pool_id, client_id=one.client_id, user_pool_id=one.user_pool_id
        )


def _settings(kept: store.Settings, wanted: _Wanted) -> store.Settings:
    tags = kept.tags if wanted.identity_pool_tags is None else wanted.identity_pool_tags
    if len(tags) > _MAX_TAGS:
        raise InvalidParameterException(f"IdentityPoolTags holds {_MAX_TAGS} tags at most.")
    return msgspec.structs.replace(
        kept,
        allow_classic_flow=bool(wanted.allow_classic_flow),
        supported_login_providers=wanted.supported_login_providers or {},
        developer_provider_name=wanted.developer_provider_name,
        open_id_connect_provider_arns=wanted.open_id_connect_provider_arns or (),
        saml_provider_arns=wanted.saml_provider_arns or (),
        tags=tags,
        checked_clients=tuple(
            one.client_id
            for one in wanted.cognito_identity_providers or ()
            if one.server_side_token_check and one.client_id
        ),
    )


def _shown(service: IdentityService, pool: Pool) -> IdentityPool:
    settings = pool.settings
    return IdentityPool(
        identity_pool_id=pool.id,
        identity_pool_name=pool.record.name,
        allow_unauthenticated_identities=pool.record.unauthenticated_login,
        allow_classic_flow=settings.allow_classic_flow,
        supported_login_providers=settings.supported_login_providers or None,
        developer_provider_name=settings.developer_provider_name,
        open_id_connect_provider_arns=settings.open_id_connect_provider_arns or None,
        cognito_identity_providers=tuple(
            CognitoIdentityProvider(
                provider_name=provider_name(service.region, one.user_pool_id),
                client_id=one.client_id,
                server_side_token_check=one.client_id in settings.checked_clients,
            )
            for one in pool.record.providers
        ),
        saml_provider_arns=settings.saml_provider_arns or None,
        identity_pool_tags=settings.tags,
    )


def _mappings(service: IdentityService, pool: Pool) -> dict[str, RoleMapping]:
    if pool.settings.role_mappings is not None:
        return pool.settings.role_mappings
    if not pool.record.owner.app_id:
        return {}
    return {
        f"{provider_name(service.region, one.user_pool_id)}:{one.client_id}": AMPLIFY for one in pool.record.providers
    }


def _canonical(service: IdentityService, mappings: dict[str, RoleMapping]) -> dict[str, RoleMapping]:
    """The mappings under the names by which logins are looked up, whatever region or host they name."""

    def canonical(name: str) -> str:
        provider, _, client_id = name.rpartition(":")
        pool_id = provider.rpartition("/")[2]
        return f"{provider_name(service.region, pool_id)}:{client_id}" if "/" in provider else name

    return {canonical(name): mapping for name, mapping in mappings.items()}


def _check_mapping(name: str, mapping: RoleMapping) -> None:
    if mapping.ambiguous_role_resolution is None:
        raise InvalidParameterException(f"RoleMappings.{name}: AmbiguousRoleResolution is AuthenticatedRole or Deny.")
    if mapping.type == "Rules" and mapping.rules_configuration is None:
        raise InvalidParameterException(f"RoleMappings.{name}: Type Rules needs RulesConfiguration.")


def _json(settings: store.Settings) -> str:
    return msgspec.json.encode(settings).decode()
