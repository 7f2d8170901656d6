"""Users in lists: ListUsers, ListUsersInGroup."""

from typing import Any

from preamp.auth import user_store
from preamp.auth.idp.admin_users import user_wire
from preamp.auth.idp.context import Idp
from preamp.auth.idp.find import known_pool
from preamp.auth.idp.groups import known_group
from preamp.auth.idp.model import (
    GetCSVHeaderRequest,
    GetCSVHeaderResponse,
    ListUsersInGroupRequest,
    ListUsersInGroupResponse,
    ListUsersRequest,
    ListUsersResponse,
)
from preamp.auth.idp.pages import PAGE, cut, page_token, read_page
from preamp.auth.idp.service import operation
from preamp.auth.idp.user_filter import arguments, listing, read_filter
from preamp.auth.users import User
from preamp.db import Statement

_FIRST = (-1, "")


@operation("ListUsers")
async def list_users(idp: Idp, request: ListUsersRequest) -> ListUsersResponse:
    """The users of a pool that meet a filter, oldest first."""
    pool = await known_pool(idp, request.user_pool_id)
    condition = read_filter(request.filter)
    listed = f"users {pool.id} {request.filter or ''}"
    question = listing(condition.name if condition else None, condition.match if condition else "=")
    limit = PAGE if request.limit is None else request.limit
    if limit == 0:
        limit = PAGE
    found, token = await _page(
        idp, listed, question, request.pagination_token, limit, user_pool_id=pool.id, **arguments(condition)
    )
    return ListUsersResponse(
        users=tuple(user_wire(one, request.attributes_to_get) for one in found), pagination_token=token
    )


@operation("ListUsersInGroup")
async def list_users_in_group(idp: Idp, request: ListUsersInGroupRequest) -> ListUsersInGroupResponse:
    """The users of a group, oldest first."""
    pool = await known_pool(idp, request.user_pool_id)
    group = await known_group(idp, pool, request.group_name)
    question = listing(None, "=", of_group=True)
    found, token = await _page(
        idp,
        f"group {pool.id} {group.name}",
        question,
        request.next_token,
        request.limit or PAGE,
        user_pool_id=pool.id,
        group_name=group.name,
    )
    return ListUsersInGroupResponse(users=tuple(user_wire(one) for one in found), next_token=token)


@operation("GetCSVHeader")
async def get_csv_header(idp: Idp, request: GetCSVHeaderRequest) -> GetCSVHeaderResponse:
    """The columns of a file of users for this pool (`preamp auth import-users` reads them)."""
    pool = await known_pool(idp, request.user_pool_id)
    own = {"sub", "identities"}
    names = [one.name for one in pool.wire.schema_attributes or () if one.name and one.name not in own]
    return GetCSVHeaderResponse(user_pool_id=pool.id, csv_header=("cognito:username", *names, "cognito:mfa_enabled"))


async def _page(
    idp: Idp, listed: str, question: Statement, token: str | None, limit: int, **values: Any
) -> tuple[tuple[User, ...], str | None]:
    after_ms, after_id = read_page(idp, listed, token, tuple[int, str], _FIRST)
    rows = await idp.db.rows(question, **values, after_ms=after_ms, after_id=after_id, count=limit + 1)
    found, more = cut([user_store.user_of(row) for row in rows], limit)
    return found, page_token(idp, listed, (found[-1].created_ms, found[-1].id)) if more else None
