"""Identity providers of a pool, as administrators make them; their details hold secrets and are kept sealed."""

import msgspec
import sqlalchemy as sa
from msgspec.structs import replace

from preamp.auth import store
from preamp.auth.idp.context import Idp
from preamp.auth.idp.errors import (
    DuplicateProviderException,
    InvalidParameterException,
    ResourceNotFoundException,
    UnsupportedIdentityProviderException,
)
from preamp.auth.idp.find import known_pool
from preamp.auth.idp.model import (
    CreateIdentityProviderRequest,
    CreateIdentityProviderResponse,
    DeleteIdentityProviderRequest,
    DescribeIdentityProviderRequest,
    DescribeIdentityProviderResponse,
    GetIdentityProviderByIdentifierRequest,
    GetIdentityProviderByIdentifierResponse,
    IdentityProviderType,
    IdentityProviderTypeType,
    ListIdentityProvidersRequest,
    ListIdentityProvidersResponse,
    Nothing,
    ProviderDescription,
    UpdateIdentityProviderRequest,
    UpdateIdentityProviderResponse,
)
from preamp.auth.idp.pages import PAGE, cut, page_token, read_page
from preamp.auth.idp.service import operation
from preamp.auth.pool import Pool
from preamp.auth.user_store import insert_unless, pool_provider_table, put_pool_provider
from preamp.db import Reader, Row, Statement

PROVIDER_DETAILS = "auth-provider-details"
"""The purpose for which details are sealed; their context is `{pool id} {name}`."""

_OWN_NAMES: dict[str, str] = {
    "Google": "Google",
    "Facebook": "Facebook",
    "LoginWithAmazon": "LoginWithAmazon",
    "SignInWithApple": "SignInWithApple",
}
_columns = pool_provider_table.c
_POOL = sa.bindparam("user_pool_id", type_=sa.Text)
_NAMED = (_columns.user_pool_id == _POOL, _columns.name == sa.bindparam("name", type_=sa.Text))

_insert = insert_unless(pool_provider_table)
_one = Statement(sa.select(pool_provider_table).where(*_NAMED))
_some = Statement(sa.select(pool_provider_table).where(_columns.user_pool_id == _POOL).order_by(_columns.name))
_delete = Statement(sa.delete(pool_provider_table).where(*_NAMED))


@operation("CreateIdentityProvider")
async def create_identity_provider(idp: Idp, request: CreateIdentityProviderRequest) -> CreateIdentityProviderResponse:
    """Let users of another provider sign in."""
    pool = await known_pool(idp, request.user_pool_id)
    _check(request.provider_name, request.provider_type, request.provider_details)
    now = idp.now_ms()
    provider = IdentityProviderType(
        user_pool_id=pool.id,
        provider_name=request.provider_name,
        provider_type=request.provider_type,
        provider_details=request.provider_details,
        attribute_mapping=request.attribute_mapping,
        idp_identifiers=request.idp_identifiers,
        creation_date=now / 1000,
        last_modified_date=now / 1000,
    )
    async with idp.db.transaction() as tx:
        if not await tx.execute(_insert, **_row(idp, provider, now, now)):
            raise DuplicateProviderException(f"Provider {request.provider_name} already exists.")
    return CreateIdentityProviderResponse(identity_provider=provider)


@operation("DescribeIdentityProvider")
async def describe_identity_provider(
    idp: Idp, request: DescribeIdentityProviderRequest
) -> DescribeIdentityProviderResponse:
    """A provider with its details."""
    pool = await known_pool(idp, request.user_pool_id)
    return DescribeIdentityProviderResponse(identity_provider=await known_provider(idp, pool, request.provider_name))


@operation("UpdateIdentityProvider")
async def update_identity_provider(idp: Idp, request: UpdateIdentityProviderRequest) -> UpdateIdentityProviderResponse:
    """Change a provider; what is not given stays."""
    pool = await known_pool(idp, request.user_pool_id)
    now = idp.now_ms()
    async with idp.db.transaction() as tx:
        found = await known_provider(idp, pool, request.provider_name, tx)
        if found.provider_name in {one.provider_name for one in await _of_backend(tx, pool)}:
            raise InvalidParameterException("The backend's settings name this provider: UpdateBackendAuth changes it.")
        changed = replace(
            found,
            provider_details={**(found.provider_details or {}), **(request.provider_details or {})},
            attribute_mapping=request.attribute_mapping or found.attribute_mapping,
            idp_identifiers=request.idp_identifiers or found.idp_identifiers,
            last_modified_date=now / 1000,
        )
        created = int((found.creation_date or 0) * 1000)
        await tx.execute(put_pool_provider, **_row(idp, changed, created, now))
    return UpdateIdentityProviderResponse(identity_provider=changed)


@operation("DeleteIdentityProvider")
async def delete_identity_provider(idp: Idp, request: DeleteIdentityProviderRequest) -> Nothing:
    """Remove a provider; its users stay but cannot sign in by it."""
    pool = await known_pool(idp, request.user_pool_id)
    async with idp.db.transaction() as tx:
        if not await tx.execute(_delete, user_pool_id=pool.id, name=request.provider_name):
            raise ResourceNotFoundException(f"Identity provider {request.provider_name} does not exist.")
    return Nothing()


@operation("ListIdentityProviders")
async def list_identity_providers(idp: Idp, request: ListIdentityProvidersRequest) -> ListIdentityProvidersResponse:
    """The providers of a pool, by name."""
    pool = await known_pool(idp, request.user_pool_id)
    listed = f"providers {pool.id}"
    after = read_page(idp, listed, request.next_token, str, "")
    limit = PAGE if request.max_results is None else request.max_results
    found = [one for one in await providers_of(idp, pool) if (one.provider_name or "") > after]
    page, more = cut(found, limit or PAGE)
    return ListIdentityProvidersResponse(
        providers=tuple(
            ProviderDescription(
                provider_name=one.provider_name,
                provider_type=one.provider_type,
                creation_date=one.creation_date,
                last_modified_date=one.last_modified_date,
            )
            for one in page
        ),
        next_token=page_token(idp, listed, page[-1].provider_name) if more else None,
    )


@operation("GetIdentityProviderByIdentifier")
async def get_identity_provider_by_identifier(
    idp: Idp, request: GetIdentityProviderByIdentifierRequest
) -> GetIdentityProviderByIdentifierResponse:
    """The provider that has an identifier (a mail domain, for example)."""
    pool = await known_pool(idp, request.user_pool_id)
    for one in await providers_of(idp, pool):
        if request.idp_identifier in (one.idp_identifiers or ()):
            return GetIdentityProviderByIdentifierResponse(identity_provider=one)
    raise ResourceNotFoundException(f"No identity provider has the identifier {request.idp_identifier}.")


async def providers_of(idp: Idp, pool: Pool, reader: Reader | None = None) -> list[IdentityProviderType]:
    """The providers of a pool, by name, with their details in clear; those of a backend's settings without secrets."""
    own = [_opened(idp, row) for row in await (reader or idp.db).rows(_some, user_pool_id=pool.id)]
    named = {one.provider_name for one in own}
    backends = [one for one in await _of_backend(reader or idp.db, pool) if one.provider_name not in named]
    return sorted([*own, *backends], key=lambda one: one.provider_name or "")


async def known_provider(idp: Idp, pool: Pool, name: str, reader: Reader | None = None) -> IdentityProviderType:
    """A provider of a pool; raises ResourceNotFoundException."""
    row = await (reader or idp.db).row(_one, user_pool_id=pool.id, name=name)
    if row is not None:
        return _opened(idp, row)
    found = next((one for one in await _of_backend(reader or idp.db, pool) if one.provider_name == name), None)
    if found is None:
        raise ResourceNotFoundException(f"Identity provider {name} does not exist.")
    return found


async def _of_backend(reader: Reader, pool: Pool) -> list[IdentityProviderType]:
    """The social providers that the settings of a backend name. UpdateBackendAuth changes them."""
    found = await store.pool(reader, pool.id)
    return [
        IdentityProviderType(
            user_pool_id=pool.id,
            provider_name=name,
            provider_type=name,
            provider_details={"client_id": provider.client_id or ""},
            creation_date=pool.created_ms / 1000,
            last_modified_date=pool.updated_ms / 1000,
        )
        for name, provider in (found.settings.social_providers() if found else {}).items()
    ]


def _check(name: str, kind: IdentityProviderTypeType, details: dict[str, str]) -> None:
    if kind in _OWN_NAMES and name != kind:
        raise InvalidParameterException(f"A provider of type {kind} is named {kind}.")
    if kind == "SAML":
        raise UnsupportedIdentityProviderException(
            "preamp does not speak SAML: providers are Google, Facebook, LoginWithAmazon, SignInWithApple and OIDC."
        )
    if "client_id" not in details:
        raise InvalidParameterException("ProviderDetails must have client_id.")
    if kind == "OIDC" and "oidc_issuer" not in details:
        raise InvalidParameterException("ProviderDetails of an OIDC provider must have oidc_issuer.")


def _row(idp: Idp, provider: IdentityProviderType, created_ms: int, updated_ms: int) -> dict[str, object]:
    details = msgspec.json.encode(provider.provider_details or {})
    context = f"{provider.user_pool_id} {provider.provider_name}"
    return {
        "user_pool_id": provider.user_pool_id,
        "name": provider.provider_name,
        "kind": provider.provider_type,
        "details": idp.sealer.purpose(PROVIDER_DETAILS).seal(details, context),
        "attribute_mapping": msgspec.json.encode(provider.attribute_mapping).decode(),
        "identifiers": msgspec.json.encode(provider.idp_identifiers).decode(),
        "created_ms": created_ms,
        "updated_ms": updated_ms,
    }


def _opened(idp: Idp, row: Row) -> IdentityProviderType:
    pool_id, name, kind, details, mapping, identifiers, created_ms, updated_ms = row
    opened = idp.sealer.purpose(PROVIDER_DETAILS).open(bytes(details), f"{pool_id} {name}")
    return IdentityProviderType(
        user_pool_id=pool_id,
        provider_name=name,
        provider_type=kind,
        provider_details=msgspec.json.decode(opened, type=dict[str, str]),
        attribute_mapping=msgspec.json.decode(mapping, type=dict[str, str] | None),
        idp_identifiers=msgspec.json.decode(identifiers, type=tuple[str, ...] | None),
        creation_date=created_ms / 1000,
        last_modified_date=updated_ms / 1000,
    )
