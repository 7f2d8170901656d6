"""Identities as administrators see and remove them."""

from preamp.auth.identity import errors, store
from preamp.auth.identity.context import IdentityService, pool_of
from preamp.auth.identity.errors import ResourceNotFoundException
from preamp.auth.identity.model import (
    DeleteIdentitiesInput,
    DeleteIdentitiesResponse,
    DescribeIdentityInput,
    IdentityDescription,
    ListIdentitiesInput,
    ListIdentitiesResponse,
)
from preamp.auth.identity.pools import page_start
from preamp.auth.identity.service import identity_service
from preamp.auth.identity.store import Identity


@identity_service.operation("DescribeIdentity", "POST /", *errors.READ)
async def describe_identity(service: IdentityService, request: DescribeIdentityInput) -> IdentityDescription:
    """An identity with the names of its logins."""
    found = await store.identity(service.db, request.identity_id)
    if found is None:
        raise ResourceNotFoundException(f"Identity '{request.identity_id}' not found.")
    return await _shown(service, found)


@identity_service.operation("ListIdentities", "POST /", *errors.READ)
async def list_identities(service: IdentityService, request: ListIdentitiesInput) -> ListIdentitiesResponse:
    """The identities of a pool by id."""
    pool = await pool_of(service.db, request.identity_pool_id)
    context = f"ListIdentities {pool.id}"
    found = await store.identities(
        service.db,
        pool.id,
        after=page_start(service, request.next_token, context),
        count=request.max_results + 1,
        hide_disabled=bool(request.hide_disabled),
    )
    page = found[: request.max_results]
    return ListIdentitiesResponse(
        identity_pool_id=pool.id,
        identities=tuple([await _shown(service, one) for one in page]),
        next_token=service.sealer.token(page[-1].id, context) if len(found) > len(page) else None,
    )


@identity_service.operation(
    "DeleteIdentities",
    "POST /",
    errors.InvalidParameterException,
    errors.TooManyRequestsException,
    errors.InternalErrorException,
)
async def delete_identities(service: IdentityService, request: DeleteIdentitiesInput) -> DeleteIdentitiesResponse:
    """Remove identities; those that are none are passed over."""
    async with service.db.transaction() as tx:
        for identity_id in request.identity_ids_to_delete:
            for statement in store.delete_identity:
                await tx.execute(statement, id=identity_id)
    return DeleteIdentitiesResponse(unprocessed_identity_ids=())


async def _shown(service: IdentityService, identity: Identity) -> IdentityDescription:
    logins = await store.logins(service.db, identity.id)
    return IdentityDescription(
        identity_id=identity.id,
        logins=tuple(one.provider for one in logins),
        creation_date=identity.created_ms / 1000,
        last_modified_date=identity.updated_ms / 1000,
    )
