"""Passwords as operations use them: which kind a pool keeps, made and checked off the event loop."""

from preamp.auth import store
from preamp.auth.idp.context import Idp
from preamp.auth.idp.errors import InvalidPasswordException
from preamp.auth.idp.model import PasswordPolicyType
from preamp.auth.passwords import Passwords
from preamp.auth.pool import Client, Pool
from preamp.auth.users import User

_DEFAULT_LENGTH = 8
_SYMBOLS = frozenset("^$*.[]{}()?-\"!@#%&/\\,><':;|_~`=+")
_SRP_FLOWS = frozenset({"ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH", "ALLOW_USER_AUTH"})


def by_srp(client: Client) -> bool:
    """Whether the client may begin a sign-in by SRP."""
    return not _SRP_FLOWS.isdisjoint(client.flows())


async def pool_uses_srp(idp: Idp, pool_id: str) -> bool:
    """Whether any client of the pool may: then its users' secrets must be SRP verifiers."""
    return any(by_srp(client) for client in await store.served_clients(idp.db, pool_id))


async def new_secret(idp: Idp, pool: Pool, username: str, password: str) -> bytes:
    """The sealed secret to keep for a user's new password, which has passed `check_policy`."""
    srp = await pool_uses_srp(idp, pool.id)
    return await idp.work.run(Passwords(idp.sealer).make_secret, pool.id, username, password, srp)


async def password_is_right(idp: Idp, pool: Pool, username: str, user: User | None, password: str) -> bool:
    """Whether the user has this password; takes as long for a user that does not exist.

    Count the attempt before you ask (`preamp.auth.lockout`).
    """
    srp = await pool_uses_srp(idp, pool.id)
    secret = None if user is None else user.secret
    return await idp.work.run(Passwords(idp.sealer).check, pool.id, username, secret, password, srp)


async def converted_secret(idp: Idp, pool: Pool, user: User, password: str) -> bytes | None:
    """The secret in the kind that the pool keeps now, None where it is of that kind. `password` was right."""
    srp = await pool_uses_srp(idp, pool.id)
    passwords = Passwords(idp.sealer)
    if user.secret is None or not passwords.stale(pool.id, user.username, user.secret, srp):
        return None
    return await idp.work.run(passwords.make_secret, pool.id, user.username, password, srp)


def check_policy(pool: Pool, password: str) -> None:
    """Raise InvalidPasswordException for a new password that the pool's policy refuses."""
    policies = pool.wire.policies
    problem = policy_problem(password, policies.password_policy if policies else None)
    if problem is not None:
        raise InvalidPasswordException(problem)


def policy_problem(password: str, policy: PasswordPolicyType | None) -> str | None:
    """The first thing that a new password lacks, in Cognito's words; None where it conforms."""
    policy = policy or PasswordPolicyType()
    for lacking, what in (
        (len(password) < (policy.minimum_length or _DEFAULT_LENGTH), "Password not long enough"),
        (policy.require_uppercase and not any("A" <= c <= "Z" for c in password), _must("uppercase")),
        (policy.require_lowercase and not any("a" <= c <= "z" for c in password), _must("lowercase")),
        (policy.require_numbers and not any("0" <= c <= "9" for c in password), _must("numeric")),
        (policy.require_symbols and not _has_symbol(password), _must("symbol")),
    ):
        if lacking:
            return f"Password did not conform with policy: {what}"
    return None


def _must(kind: str) -> str:
    return f"Password must have {kind} characters"


def _has_symbol(password: str) -> bool:
    """Cognito's list of symbols; a space counts within the password, not at its ends."""
    return any(c in _SYMBOLS for c in password) or " " in password.strip(" ")
