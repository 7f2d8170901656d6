"""UserMigration: a user who signs in with a password and is not here yet may be fetched from where the user was.

Source: Cognito developer guide, "Migrate user Lambda trigger".
"""

from typing import Any, Literal

import msgspec
from msgspec import Struct, ValidationError

from preamp.auth.challenges import SignIn
from preamp.auth.idp.accounts import add_user
from preamp.auth.idp.context import TriggerEvent
from preamp.auth.idp.errors import (
    AliasExistsException,
    InvalidLambdaResponseException,
    UsernameExistsException,
)
from preamp.auth.idp.steps import Attempt, Person, passed, person, wrong
from preamp.auth.idp.user_passwords import new_secret
from preamp.auth.users import User
from preamp.kit import ids

_MAX_ATTRIBUTES = 50
_MAX_VALUE_CHARACTERS = 2048


class Migrated(Struct, frozen=True, kw_only=True, rename="camel"):
    """What the trigger answers of a user whose password it has verified."""

    user_attributes: dict[str, str] | None = None
    final_user_status: Literal["CONFIRMED", "RESET_REQUIRED"] | None = None


async def migrated(attempt: Attempt, who: Person, sign_in: SignIn, password: str) -> tuple[Person, SignIn]:
    """The user that the trigger vouches for, with this password. Raises NotAuthorizedException without one."""
    config = attempt.pool.wire.lambda_config
    if config is None or config.user_migration is None:
        raise wrong()
    told = await attempt.idp.triggers(_event(attempt, who, password))
    try:
        found = msgspec.convert(told or {}, Migrated)
    except ValidationError:
        raise InvalidLambdaResponseException("UserMigration: userAttributes must be texts by name") from None
    if not found.user_attributes:
        raise wrong()
    user = await _created(attempt, who.username, found.user_attributes, password, found)
    moved = person(attempt, who.username, user)
    return moved, passed(msgspec.structs.replace(sign_in, user_id=user.id), "PASSWORD")


def _event(attempt: Attempt, who: Person, password: str) -> TriggerEvent:
    request: dict[str, Any] = {
        "password": password,
        "validationData": dict(attempt.metadata),
        "clientMetadata": dict(attempt.metadata),
    }
    response = {
        "userAttributes": None, "forceAliasCreation": None, "enableSMSMFA": None, "finalUserStatus": None,
        "messageAction": None, "desiredDeliveryMediums": None,
    }  # fmt: skip
    return TriggerEvent(
        pool=attempt.pool,
        name="UserMigration",
        source="UserMigration_Authentication",
        client_id=attempt.client.id,
        username=who.username,
        attributes={},
        request=request,
        response=response,
    )


async def _created(attempt: Attempt, username: str, attributes: dict[str, str], password: str, found: Migrated) -> User:
    """The user's row, with the password that the trigger has verified. Someone else's address cannot be taken."""
    idp, pool, sub = attempt.idp, attempt.pool, ids.uuid4()
    own_name = attributes.get("username", username)
    name = sub if pool.sign_in_attributes else own_name
    now = idp.now_ms()
    user = User(
        id=sub,
        user_pool_id=pool.id,
        username=name,
        status=found.final_user_status or "RESET_REQUIRED",
        attributes=_kept(attempt, attributes),
        secret=await new_secret(idp, pool, name, password),
        created_ms=now,
        updated_ms=now,
    )
    try:
        async with idp.db.transaction() as tx:
            await add_user(tx, pool, user)
    except (UsernameExistsException, AliasExistsException):
        raise wrong() from None
    return user


def _kept(attempt: Attempt, attributes: dict[str, str]) -> dict[str, str]:
    """The attributes that the pool has; a trigger's other answers are left out."""
    kept = {
        name: value[:_MAX_VALUE_CHARACTERS]
        for name, value in attributes.items()
        if name != "sub" and attempt.pool.schema(name) is not None
    }
    return dict(list(kept.items())[:_MAX_ATTRIBUTES])
