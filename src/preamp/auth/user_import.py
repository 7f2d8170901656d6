"""preamp's own operations on user pools, signed as the Amplify Backend API's: new keys, and users from elsewhere.

A user comes with a hash that another system made (`imported_hashes`: verified once, at the first sign-in, then replaced
by preamp's own), or without a password: then the first sign-in asks for a reset, as after Cognito's CSV import.
"""

from typing import Annotated

from msgspec import Meta, Struct, field
from msgspec.structs import replace

from preamp.auth import user_store
from preamp.auth.idp.accounts import add_user
from preamp.auth.idp.attributes import check_required, read_attributes
from preamp.auth.idp.context import Idp
from preamp.auth.idp.errors import ResourceNotFoundException
from preamp.auth.idp.find import known_pool
from preamp.auth.idp.groups import known_group
from preamp.auth.idp.model import AttributeType
from preamp.auth.idp.sign_up import new_user
from preamp.auth.imported_hashes import UnknownHash
from preamp.auth.passwords import Passwords
from preamp.auth.pool import Pool
from preamp.auth.users import User, UserStatus
from preamp.wire import Label, Service, ServiceError

pools_extension = Service("preamp-pools", version="2026-11-24", signing_name="amplifybackend")

MAX_USERS = 500


class NotFoundException(ServiceError):
    """There is no such user pool."""

    status = 404


class ImportedUser(Struct, frozen=True, kw_only=True, rename="camel"):
    """A user to be made; `username` is an address in pools whose users are named by one."""

    username: Annotated[str, Meta(min_length=1, max_length=128)]
    attributes: dict[str, str] = field(default_factory=dict)
    password_hash: Annotated[str, Meta(max_length=1024)] | None = None
    enabled: bool = True
    groups: tuple[str, ...] = ()


class ImportUsersRequest(Struct, frozen=True, kw_only=True, rename="camel"):
    """Input of ImportUsers."""

    user_pool_id: Label = ""
    users: Annotated[tuple[ImportedUser, ...], Meta(max_length=MAX_USERS)]


class FailedUser(Struct, frozen=True, kw_only=True, rename="camel"):
    """A user that was not made, by place in the request, and why."""

    index: int
    username: str
    message: str


class ImportUsersResponse(Struct, frozen=True, kw_only=True, rename="camel"):
    """How many were made; the others with their reasons."""

    imported: int
    failed: tuple[FailedUser, ...]


class RotateSigningKeysRequest(Struct, frozen=True, kw_only=True, rename="camel"):
    """Input of RotateSigningKeys."""

    user_pool_id: Label = ""


class RotateSigningKeysResponse(Struct, frozen=True, kw_only=True, rename="camel"):
    """The ids of the new keys, published now; they sign ten minutes later."""

    key_ids: tuple[str, ...]


@pools_extension.operation("ImportUsers", "POST /preamp-pools/{userPoolId}/users", NotFoundException)
async def import_users(idp: Idp, request: ImportUsersRequest) -> ImportUsersResponse:
    """Make users that another system had; each is made or refused for itself."""
    pool = await _pool(idp, request.user_pool_id)
    failed = []
    for index, one in enumerate(request.users):
        try:
            await _import(idp, pool, one)
        except (ServiceError, UnknownHash) as error:
            failed.append(FailedUser(index=index, username=one.username, message=str(error).strip()))
    return ImportUsersResponse(imported=len(request.users) - len(failed), failed=tuple(failed))


@pools_extension.operation("RotateSigningKeys", "POST /preamp-pools/{userPoolId}/keys", NotFoundException)
async def rotate_signing_keys(idp: Idp, request: RotateSigningKeysRequest) -> RotateSigningKeysResponse:
    """Make new signing keys for a pool; tokens of the old ones stay good until they end."""
    pool = await _pool(idp, request.user_pool_id)
    return RotateSigningKeysResponse(key_ids=await idp.keys.rotate(pool.id))


async def _pool(idp: Idp, user_pool_id: str) -> Pool:
    try:
        return await known_pool(idp, user_pool_id)
    except ResourceNotFoundException as error:
        raise NotFoundException(error.message) from None


async def _import(idp: Idp, pool: Pool, one: ImportedUser) -> None:
    given = [AttributeType(name=name, value=value) for name, value in one.attributes.items() if value]
    user = new_user(idp, pool, one.username, read_attributes(pool, given, new=True))
    check_required(pool, user.attributes)
    user = _with_password(idp, pool, replace(user, enabled=one.enabled), one.password_hash)
    async with idp.db.transaction() as tx:
        await add_user(tx, pool, user)
        for name in one.groups:
            group = await known_group(idp, pool, name, tx)
            await tx.execute(
                user_store.put_member,
                user_pool_id=pool.id,
                group_name=group.name,
                user_id=user.id,
                created_ms=user.created_ms,
            )


def _with_password(idp: Idp, pool: Pool, user: User, password_hash: str | None) -> User:
    status: UserStatus = "RESET_REQUIRED" if password_hash is None else "CONFIRMED"
    secret = None if password_hash is None else Passwords(idp.sealer).import_hash(pool.id, user.username, password_hash)
    return replace(user, status=status, secret=secret)
