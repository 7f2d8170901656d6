"""Codes on their way: made, kept and sent together; checked and used when they come back."""

from preamp.auth.codes import Codes, NoCode, Proved, WrongCode, new_code
from preamp.auth.idp.context import Idp
from preamp.auth.idp.errors import CodeMismatchException, ExpiredCodeException
from preamp.auth.idp.messages import Letter, send
from preamp.auth.pool import Pool
from preamp.auth.users import User
from preamp.db import Transaction

SIGN_UP = "sign-up"
"""The purpose of codes that confirm a sign-up."""
RESET = "reset"
"""The purpose of codes that reset a password."""


def verifying(attribute: str) -> str:
    """The purpose of codes that verify an address."""
    return f"verify {attribute}"


async def send_code(
    idp: Idp, tx: Transaction, user: User, purpose: str, ready: Letter, seconds: int, *, value: str | None = None
) -> None:
    """Make a code, expect it for `seconds`, and send it. `value` is the address that waits for it."""
    code = new_code()
    await _codes(idp).keep(
        tx,
        user.id,
        purpose,
        code,
        attribute=ready.attribute,
        value=value,
        expires_ms=idp.now_ms() + seconds * 1000,
    )
    await send(idp, tx, ready, code)


async def checked_code(idp: Idp, user_id: str, purpose: str, code: str) -> Proved:
    """What a code proves. Raises CodeMismatchException, ExpiredCodeException."""
    try:
        return await _codes(idp).check(idp.db, user_id, purpose, code, idp.now_ms())
    except WrongCode:
        raise CodeMismatchException("Invalid verification code provided, please try again.") from None
    except NoCode:
        raise ExpiredCodeException("Invalid code provided, please request a code again.") from None


async def used_code(idp: Idp, tx: Transaction, user: User, purpose: str) -> None:
    """Take a code that was right. Raises ExpiredCodeException where another call was faster."""
    try:
        await _codes(idp).use(tx, user.id, purpose)
    except NoCode:
        raise ExpiredCodeException("Invalid code provided, please request a code again.") from None


def counted_as(idp: Idp, pool: Pool, name: str, user: User | None) -> str:
    """Under which key tries are counted: for a name of nobody, a fingerprint of it."""
    if user is not None:
        return user.id
    return idp.sealer.purpose("auth-nobody").fingerprint(f"{pool.id} {pool.key(name)}").hex()


def _codes(idp: Idp) -> Codes:
    return Codes(idp.sealer, idp.limits.code_attempts)
