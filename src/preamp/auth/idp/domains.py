"""The domains of hosted UIs: a prefix names the pool's pages, on this server's own address."""

from preamp.auth import store
from preamp.auth.idp.context import Idp
from preamp.auth.idp.errors import InvalidParameterException, ResourceNotFoundException
from preamp.auth.idp.find import known_pool
from preamp.auth.idp.model import (
    CreateUserPoolDomainRequest,
    CreateUserPoolDomainResponse,
    DeleteUserPoolDomainRequest,
    DeleteUserPoolDomainResponse,
    DescribeUserPoolDomainRequest,
    DescribeUserPoolDomainResponse,
    DomainDescriptionType,
    UpdateUserPoolDomainRequest,
    UpdateUserPoolDomainResponse,
)
from preamp.auth.idp.service import operation

_VERSION = "1"


@operation("CreateUserPoolDomain")
async def create_user_pool_domain(idp: Idp, request: CreateUserPoolDomainRequest) -> CreateUserPoolDomainResponse:
    """Give a pool's hosted UI its prefix."""
    pool = await known_pool(idp, request.user_pool_id)
    if request.custom_domain_config is not None:
        raise InvalidParameterException(
            "CustomDomainConfig is not for this server: point a name of your own at it, with its own certificate."
        )
    async with idp.db.transaction() as tx:
        if await store.domain_of(tx, pool.id) is not None:
            raise InvalidParameterException("The user pool already has a domain configured.")
        await tx.execute(store.claim_domain, prefix=request.domain, user_pool_id=pool.id)
        if await store.domain_holder(tx, request.domain) != pool.id:
            raise InvalidParameterException("Domain already associated with another user pool.")
    return CreateUserPoolDomainResponse()


@operation("DescribeUserPoolDomain")
async def describe_user_pool_domain(idp: Idp, request: DescribeUserPoolDomainRequest) -> DescribeUserPoolDomainResponse:
    """Whose a prefix is; an empty description where it is free."""
    holder = await store.domain_holder(idp.db, request.domain)
    if holder is None:
        return DescribeUserPoolDomainResponse(domain_description=DomainDescriptionType())
    return DescribeUserPoolDomainResponse(
        domain_description=DomainDescriptionType(
            user_pool_id=holder,
            aws_account_id=idp.account,
            domain=request.domain,
            version=_VERSION,
            status="ACTIVE",
        )
    )


@operation("UpdateUserPoolDomain")
async def update_user_pool_domain(idp: Idp, request: UpdateUserPoolDomainRequest) -> UpdateUserPoolDomainResponse:
    """Nothing of a prefix can be changed but its certificate, which is this server's own."""
    pool = await known_pool(idp, request.user_pool_id)
    if await store.domain_of(idp.db, pool.id) != request.domain:
        raise ResourceNotFoundException(f"No such domain {request.domain} of user pool {pool.id}.")
    if request.custom_domain_config is not None:
        raise InvalidParameterException(
            "CustomDomainConfig is not for this server: point a name of your own at it, with its own certificate."
        )
    return UpdateUserPoolDomainResponse()


@operation("DeleteUserPoolDomain")
async def delete_user_pool_domain(idp: Idp, request: DeleteUserPoolDomainRequest) -> DeleteUserPoolDomainResponse:
    """End a pool's hosted UI."""
    pool = await known_pool(idp, request.user_pool_id)
    async with idp.db.transaction() as tx:
        if await store.domain_of(tx, pool.id) != request.domain:
            raise ResourceNotFoundException(f"No such domain {request.domain} of user pool {pool.id}.")
        await tx.execute(store.release_domains, id=pool.id, keep="")
    return DeleteUserPoolDomainResponse()
