"""Groups of users, their roles and who is in them."""

import sqlalchemy as sa

from preamp.auth import user_store
from preamp.auth.idp.context import Idp
from preamp.auth.idp.errors import GroupExistsException, ResourceNotFoundException
from preamp.auth.idp.find import known_pool, known_user
from preamp.auth.idp.model import (
    AdminAddUserToGroupRequest,
    AdminListGroupsForUserRequest,
    AdminListGroupsForUserResponse,
    AdminRemoveUserFromGroupRequest,
    CreateGroupRequest,
    CreateGroupResponse,
    DeleteGroupRequest,
    GetGroupRequest,
    GetGroupResponse,
    GroupType,
    ListGroupsRequest,
    ListGroupsResponse,
    Nothing,
    UpdateGroupRequest,
    UpdateGroupResponse,
)
from preamp.auth.idp.pages import PAGE, cut, page_token, read_page
from preamp.auth.idp.service import operation
from preamp.auth.pool import Pool
from preamp.auth.store import group_table, put_group
from preamp.auth.user_store import member_table
from preamp.auth.users import Group
from preamp.db import Reader, Statement

_POOL = sa.bindparam("user_pool_id", type_=sa.Text)
_NAME = sa.bindparam("group_name", type_=sa.Text)
_NAMED = (group_table.c.user_pool_id == _POOL, group_table.c.name == _NAME)

_group = Statement(sa.select(group_table).where(*_NAMED))
_groups = Statement(
    sa.select(group_table)
    .where(group_table.c.user_pool_id == _POOL, group_table.c.name > sa.bindparam("after", type_=sa.Text))
    .order_by(group_table.c.name)
    .limit(sa.bindparam("count", type_=sa.Integer))
)
_groups_of_user = Statement(
    sa.select(group_table)
    .join(
        member_table,
        sa.and_(
            member_table.c.user_pool_id == group_table.c.user_pool_id, member_table.c.group_name == group_table.c.name
        ),
    )
    .where(
        member_table.c.user_id == sa.bindparam("user_id", type_=sa.Text),
        group_table.c.name > sa.bindparam("after", type_=sa.Text),
    )
    .order_by(group_table.c.name)
    .limit(sa.bindparam("count", type_=sa.Integer))
)
_update_group = Statement(
    sa.update(group_table)
    .where(*_NAMED)
    .values({name: sa.bindparam(f"new_{name}") for name in ("description", "precedence", "role_arn", "updated_ms")})
)
_delete_members = Statement(
    sa.delete(member_table).where(member_table.c.user_pool_id == _POOL, member_table.c.group_name == _NAME)
)
_delete_group = Statement(sa.delete(group_table).where(*_NAMED))


@operation("CreateGroup")
async def create_group(idp: Idp, request: CreateGroupRequest) -> CreateGroupResponse:
    """Make a group."""
    pool = await known_pool(idp, request.user_pool_id)
    now = idp.now_ms()
    group = Group(
        user_pool_id=pool.id,
        name=request.group_name,
        description=request.description,
        precedence=request.precedence,
        role_arn=request.role_arn,
        created_ms=now,
        updated_ms=now,
    )
    async with idp.db.transaction() as tx:
        made = await tx.execute(
            put_group,
            user_pool_id=pool.id,
            name=group.name,
            created_ms=now,
            description=group.description,
            precedence=group.precedence,
            role_arn=group.role_arn,
            updated_ms=now,
        )
        if not made:
            raise GroupExistsException("A group with the name already exists")
    return CreateGroupResponse(group=_wire(group))


@operation("GetGroup")
async def get_group(idp: Idp, request: GetGroupRequest) -> GetGroupResponse:
    """A group."""
    pool = await known_pool(idp, request.user_pool_id)
    return GetGroupResponse(group=_wire(await known_group(idp, pool, request.group_name)))


@operation("UpdateGroup")
async def update_group(idp: Idp, request: UpdateGroupRequest) -> UpdateGroupResponse:
    """Change a group's description, precedence and role; what is not given stays."""
    pool = await known_pool(idp, request.user_pool_id)
    async with idp.db.transaction() as tx:
        group = await known_group(idp, pool, request.group_name, tx)
        await tx.execute(
            _update_group,
            user_pool_id=pool.id,
            group_name=group.name,
            new_description=group.description if request.description is None else request.description,
            new_precedence=group.precedence if request.precedence is None else request.precedence,
            new_role_arn=group.role_arn if request.role_arn is None else request.role_arn,
            new_updated_ms=idp.now_ms(),
        )
        changed = await known_group(idp, pool, request.group_name, tx)
    return UpdateGroupResponse(group=_wire(changed))


@operation("DeleteGroup")
async def delete_group(idp: Idp, request: DeleteGroupRequest) -> Nothing:
    """Remove a group; its users stay."""
    pool = await known_pool(idp, request.user_pool_id)
    async with idp.db.transaction() as tx:
        group = await known_group(idp, pool, request.group_name, tx)
        await tx.execute(_delete_members, user_pool_id=pool.id, group_name=group.name)
        await tx.execute(_delete_group, user_pool_id=pool.id, group_name=group.name)
    return Nothing()


@operation("ListGroups")
async def list_groups(idp: Idp, request: ListGroupsRequest) -> ListGroupsResponse:
    """The groups of a pool, by name."""
    pool = await known_pool(idp, request.user_pool_id)
    listed, limit = f"groups {pool.id}", request.limit or PAGE
    after = read_page(idp, listed, request.next_token, str, "")
    rows = await idp.db.rows(_groups, user_pool_id=pool.id, after=after, count=limit + 1)
    found, more = cut([user_store.group_of(row) for row in rows], limit)
    return ListGroupsResponse(
        groups=tuple(_wire(one) for one in found),
        next_token=page_token(idp, listed, found[-1].name) if more else None,
    )


@operation("AdminAddUserToGroup")
async def admin_add_user_to_group(idp: Idp, request: AdminAddUserToGroupRequest) -> Nothing:
    """Put a user into a group; nothing happens to one who is in it."""
    pool = await known_pool(idp, request.user_pool_id)
    async with idp.db.transaction() as tx:
        group = await known_group(idp, pool, request.group_name, tx)
        user = await known_user(idp, pool, request.username, tx)
        await tx.execute(
            user_store.put_member,
            user_pool_id=pool.id,
            group_name=group.name,
            user_id=user.id,
            created_ms=idp.now_ms(),
        )
    return Nothing()


@operation("AdminRemoveUserFromGroup")
async def admin_remove_user_from_group(idp: Idp, request: AdminRemoveUserFromGroupRequest) -> Nothing:
    """Take a user out of a group; nothing happens to one who is not in it."""
    pool = await known_pool(idp, request.user_pool_id)
    async with idp.db.transaction() as tx:
        group = await known_group(idp, pool, request.group_name, tx)
        user = await known_user(idp, pool, request.username, tx)
        await tx.execute(user_store.delete_member, user_pool_id=pool.id, group_name=group.name, user_id=user.id)
    return Nothing()


@operation("AdminListGroupsForUser")
async def admin_list_groups_for_user(
    idp: Idp, request: AdminListGroupsForUserRequest
) -> AdminListGroupsForUserResponse:
    """The groups of a user, by name."""
    pool = await known_pool(idp, request.user_pool_id)
    user = await known_user(idp, pool, request.username)
    listed, limit = f"groups of {user.id}", request.limit or PAGE
    after = read_page(idp, listed, request.next_token, str, "")
    rows = await idp.db.rows(_groups_of_user, user_id=user.id, after=after, count=limit + 1)
    found, more = cut([user_store.group_of(row) for row in rows], limit)
    return AdminListGroupsForUserResponse(
        groups=tuple(_wire(one) for one in found),
        next_token=page_token(idp, listed, found[-1].name) if more else None,
    )


async def known_group(idp: Idp, pool: Pool, name: str, reader: Reader | None = None) -> Group:
    """The group of a pool; raises ResourceNotFoundException."""
    row = await (reader or idp.db).row(_group, user_pool_id=pool.id, group_name=name)
    if row is None:
        raise ResourceNotFoundException("Group not found.")
    return user_store.group_of(row)


def _wire(group: Group) -> GroupType:
    return GroupType(
        group_name=group.name,
        user_pool_id=group.user_pool_id,
        description=group.description,
        role_arn=group.role_arn,
        precedence=group.precedence,
        last_modified_date=group.updated_ms / 1000,
        creation_date=group.created_ms / 1000,
    )
