"""NEW_PASSWORD_REQUIRED: a user whom an administrator made takes a password of their own."""

from msgspec.structs import replace

from preamp.auth.challenges import SignIn
from preamp.auth.idp.accounts import write_user
from preamp.auth.idp.attributes import changed, check_required, read_attributes
from preamp.auth.idp.errors import InvalidParameterException, InvalidPasswordException
from preamp.auth.idp.model import AttributeType
from preamp.auth.idp.steps import Attempt, Person, claim, invalid_session, opened, passed, person_of
from preamp.auth.idp.user_passwords import check_policy, new_secret
from preamp.auth.users import User

_PREFIX = "userAttributes."
_MAX_PASSWORD_CHARACTERS = 256


async def answer_new_password(attempt: Attempt) -> tuple[Person, SignIn, SignIn]:
    """Check the password and the attributes that were missing, and keep them."""
    sign_in = opened(attempt, "NEW_PASSWORD_REQUIRED")
    password = attempt.need("NEW_PASSWORD")
    if len(password) > _MAX_PASSWORD_CHARACTERS:
        raise InvalidPasswordException(f"Password must be at most {_MAX_PASSWORD_CHARACTERS} characters")
    check_policy(attempt.pool, password)
    given = _attributes(attempt)
    who = await person_of(attempt, sign_in)
    if who.user is None or who.user.status != "FORCE_CHANGE_PASSWORD":
        raise invalid_session()
    check_required(attempt.pool, changed(who.user, given))
    await claim(attempt, who)
    secret = await new_secret(attempt.idp, attempt.pool, who.user.username, password)

    def renewed(user: User) -> User:
        if user.status != "FORCE_CHANGE_PASSWORD":  # another call was faster
            raise invalid_session()
        own = {"status": "CONFIRMED", "secret": secret, "temporary_until_ms": None}
        return replace(user, **own, attributes=changed(user, given))

    async with attempt.idp.db.transaction() as tx:
        user = await write_user(attempt.idp, tx, attempt.pool, who.user, renewed)
    return replace(who, user=user), passed(sign_in, "NEW_PASSWORD_REQUIRED"), sign_in


def _attributes(attempt: Attempt) -> dict[str, str]:
    """The `userAttributes.*` of the answer. A client sets no flag of verification here."""
    named = tuple(
        AttributeType(name=name.removeprefix(_PREFIX), value=value)
        for name, value in attempt.given.items()
        if name.startswith(_PREFIX)
    )
    for attribute in named:
        if attribute.name.endswith("_verified") or not attempt.client.writable(attribute.name):
            raise InvalidParameterException(f"{_PREFIX}{attribute.name}: the client may not set this attribute")
    return read_attributes(attempt.pool, named, new=True)
