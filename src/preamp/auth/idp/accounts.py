"""Making and changing users: the row, the addresses they sign in by, and the events that go with it."""

from collections.abc import Callable, Mapping

from msgspec.structs import replace

from preamp.auth import limits, user_store
from preamp.auth.idp.attributes import aliases
from preamp.auth.idp.context import Idp, TriggerEvent
from preamp.auth.idp.errors import (
    AliasExistsException,
    LimitExceededException,
    UsernameExistsException,
    UserNotFoundException,
)
from preamp.auth.idp.model import RecoveryOptionNameType, VerifiedAttributeType
from preamp.auth.pool import Pool
from preamp.auth.users import User
from preamp.db import Transaction

_RECOVERY: dict[RecoveryOptionNameType, VerifiedAttributeType] = {
    "verified_email": "email",
    "verified_phone_number": "phone_number",
}


async def add_user(tx: Transaction, pool: Pool, user: User, *, force_alias: bool = False) -> None:
    """Write a new user. Raises UsernameExistsException, or AliasExistsException for a verified alias of another."""
    if not await user_store.put_user(tx, user, pool.key(user.username)):
        raise UsernameExistsException("User already exists")
    await _move_aliases(tx, pool, {}, user, force=force_alias, new=True)


async def write_user(
    idp: Idp,
    tx: Transaction,
    pool: Pool,
    user: User,
    change: Callable[[User], User],
    *,
    force_alias: bool = False,
) -> User:
    """Change a user as it is now, held against other writers. Raises AliasExistsException, UserNotFoundException."""
    found = await user_store.locked_user(tx, pool.id, user.id)
    if found is None:
        raise UserNotFoundException("User does not exist.")
    after = replace(change(found), updated_ms=idp.now_ms())
    await user_store.change_user(tx, after, pool.key(after.username))
    await _move_aliases(tx, pool, aliases(pool, found), after, force=force_alias, new=False)
    return after


async def count_try(idp: Idp, what: str, who: str, limit: int) -> None:
    """Count one try of something in its hour. Raises LimitExceededException."""
    if not await limits.take(idp.db, f"{what} {who}", limit, idp.now_ms()):
        raise LimitExceededException("Attempt limit exceeded, please try after some time.")


def to_verify(pool: Pool, user: User) -> VerifiedAttributeType | None:
    """Which address a sign-up proves: one that the pool verifies and the user gave; the phone before the mail."""
    wanted = pool.wire.auto_verified_attributes or ()
    both: tuple[VerifiedAttributeType, ...] = ("phone_number", "email")
    return next((one for one in both if one in wanted and user.attributes.get(one)), None)


def recovery_attributes(pool: Pool) -> tuple[VerifiedAttributeType, ...] | None:
    """By which verified addresses a password is reset, first ones first; None where administrators alone do it."""
    setting = pool.wire.account_recovery_setting
    if setting is None or not setting.recovery_mechanisms:
        return ("phone_number", "email")
    ways = sorted(setting.recovery_mechanisms, key=lambda one: one.priority)
    if any(way.name == "admin_only" for way in ways):
        return None
    return tuple(_RECOVERY[way.name] for way in ways)


def with_verified(user: User, attribute: str, value: str | None = None) -> User:
    """The user with an address proved; `value` is what the address becomes."""
    own = {attribute: value} if value is not None else {}
    return replace(user, attributes={**user.attributes, **own, f"{attribute}_verified": "true"})


async def post_confirmation(
    idp: Idp, pool: Pool, user: User, source: str, client_id: str, client_metadata: Mapping[str, str] | None
) -> None:
    """Tell the pool's PostConfirmation trigger. Not within a transaction."""
    if pool.wire.lambda_config is None:
        return
    await idp.triggers(
        TriggerEvent(
            pool=pool,
            name="PostConfirmation",
            source=source,
            client_id=client_id,
            username=user.username,
            attributes={"sub": user.id, "cognito:user_status": user.status, **user.attributes},
            request={"clientMetadata": dict(client_metadata or {})},
            response={},
        )
    )


async def _move_aliases(
    tx: Transaction, pool: Pool, before: Mapping[str, str], user: User, *, force: bool, new: bool
) -> None:
    wanted = aliases(pool, user)
    for key in before.keys() - wanted.keys():
        await tx.execute(user_store.delete_alias, user_pool_id=pool.id, key=key)
    for key in sorted(wanted.keys() - before.keys()):
        name = wanted[key]
        if force:
            await _take_alias(tx, pool, key, name)
        rows = await tx.execute(user_store.put_alias, user_pool_id=pool.id, value=key, name=name, user_id=user.id)
        if not rows:
            _refuse_alias(pool, name, new=new)


async def _take_alias(tx: Transaction, pool: Pool, key: str, name: str) -> None:
    """Whoever had the alias keeps the address, but unverified: it is no name of theirs any more."""
    holder = await user_store.alias_holder(tx, pool.id, key)
    found = None if holder is None else await user_store.locked_user(tx, pool.id, holder)
    if found is None:
        return
    stripped = replace(found, attributes={**found.attributes, f"{name}_verified": "false"})
    await user_store.change_user(tx, stripped, pool.key(stripped.username))
    await tx.execute(user_store.delete_alias, user_pool_id=pool.id, key=key)


def _refuse_alias(pool: Pool, name: str, *, new: bool) -> None:
    if name in pool.sign_in_attributes and new:
        raise UsernameExistsException(f"An account with the given {name} already exists.")
    raise AliasExistsException(f"An account with the {name} already exists.")
