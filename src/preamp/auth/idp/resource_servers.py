"""Resource servers: APIs with scopes of their own, which app clients may ask for in the hosted UI."""

import msgspec
import sqlalchemy as sa

from preamp.auth.idp.context import Idp
from preamp.auth.idp.errors import InvalidParameterException, ResourceNotFoundException
from preamp.auth.idp.find import known_pool
from preamp.auth.idp.model import (
    CreateResourceServerRequest,
    CreateResourceServerResponse,
    DeleteResourceServerRequest,
    DescribeResourceServerRequest,
    DescribeResourceServerResponse,
    ListResourceServersRequest,
    ListResourceServersResponse,
    Nothing,
    ResourceServerScopeType,
    ResourceServerType,
    UpdateResourceServerRequest,
    UpdateResourceServerResponse,
)
from preamp.auth.idp.pages import cut, page_token, read_page
from preamp.auth.idp.service import operation
from preamp.auth.user_store import insert_unless, resource_server_table
from preamp.db import Row, Statement

_PAGE = 50
_columns = resource_server_table.c
_POOL = sa.bindparam("user_pool_id", type_=sa.Text)
_ID = sa.bindparam("identifier", type_=sa.Text)
_NAMED = (_columns.user_pool_id == _POOL, _columns.identifier == _ID)

_insert = insert_unless(resource_server_table)
_one = Statement(sa.select(resource_server_table).where(*_NAMED))
_some = Statement(
    sa.select(resource_server_table)
    .where(_columns.user_pool_id == _POOL, _columns.identifier > sa.bindparam("after", type_=sa.Text))
    .order_by(_columns.identifier)
    .limit(sa.bindparam("count", type_=sa.Integer))
)
_update = Statement(
    sa.update(resource_server_table)
    .where(*_NAMED)
    .values(name=sa.bindparam("new_name"), scopes=sa.bindparam("new_scopes"))
)
_delete = Statement(sa.delete(resource_server_table).where(*_NAMED))


@operation("CreateResourceServer")
async def create_resource_server(idp: Idp, request: CreateResourceServerRequest) -> CreateResourceServerResponse:
    """Make a resource server."""
    pool = await known_pool(idp, request.user_pool_id)
    async with idp.db.transaction() as tx:
        made = await tx.execute(
            _insert,
            user_pool_id=pool.id,
            identifier=request.identifier,
            name=request.name,
            scopes=_text(request.scopes or ()),
        )
        if not made:
            raise InvalidParameterException(f"{request.identifier} already exists in user pool {pool.id}.")
    return CreateResourceServerResponse(
        resource_server=ResourceServerType(
            user_pool_id=pool.id, identifier=request.identifier, name=request.name, scopes=request.scopes
        )
    )


@operation("DescribeResourceServer")
async def describe_resource_server(idp: Idp, request: DescribeResourceServerRequest) -> DescribeResourceServerResponse:
    """A resource server with its scopes."""
    pool = await known_pool(idp, request.user_pool_id)
    row = await idp.db.row(_one, user_pool_id=pool.id, identifier=request.identifier)
    if row is None:
        raise ResourceNotFoundException("Resource server does not exist.")
    return DescribeResourceServerResponse(resource_server=_wire(row))


@operation("UpdateResourceServer")
async def update_resource_server(idp: Idp, request: UpdateResourceServerRequest) -> UpdateResourceServerResponse:
    """Replace a resource server's name and scopes."""
    pool = await known_pool(idp, request.user_pool_id)
    async with idp.db.transaction() as tx:
        changed = await tx.execute(
            _update,
            user_pool_id=pool.id,
            identifier=request.identifier,
            new_name=request.name,
            new_scopes=_text(request.scopes or ()),
        )
        if not changed:
            raise ResourceNotFoundException("Resource server does not exist.")
    return UpdateResourceServerResponse(
        resource_server=ResourceServerType(
            user_pool_id=pool.id, identifier=request.identifier, name=request.name, scopes=request.scopes
        )
    )


@operation("DeleteResourceServer")
async def delete_resource_server(idp: Idp, request: DeleteResourceServerRequest) -> Nothing:
    """Remove a resource server."""
    pool = await known_pool(idp, request.user_pool_id)
    async with idp.db.transaction() as tx:
        if not await tx.execute(_delete, user_pool_id=pool.id, identifier=request.identifier):
            raise ResourceNotFoundException("Resource server does not exist.")
    return Nothing()


@operation("ListResourceServers")
async def list_resource_servers(idp: Idp, request: ListResourceServersRequest) -> ListResourceServersResponse:
    """The resource servers of a pool, by identifier."""
    pool = await known_pool(idp, request.user_pool_id)
    listed, limit = f"resource servers {pool.id}", request.max_results or _PAGE
    after = read_page(idp, listed, request.next_token, str, "")
    rows = await idp.db.rows(_some, user_pool_id=pool.id, after=after, count=limit + 1)
    page, more = cut([_wire(row) for row in rows], limit)
    return ListResourceServersResponse(
        resource_servers=page, next_token=page_token(idp, listed, page[-1].identifier) if more else None
    )


def _wire(row: Row) -> ResourceServerType:
    pool_id, identifier, name, scopes = row
    read = msgspec.json.decode(scopes, type=tuple[ResourceServerScopeType, ...])
    return ResourceServerType(user_pool_id=pool_id, identifier=identifier, name=name, scopes=read or None)


def _text(scopes: tuple[ResourceServerScopeType, ...]) -> str:
    return msgspec.json.encode(scopes).decode()
