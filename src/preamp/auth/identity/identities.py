"""GetId and UnlinkIdentity: which identity somebody is."""

from msgspec import Struct

from preamp.auth.identity import errors, store
from preamp.auth.identity.context import IdentityService, Pool, VerifiedLogin, pool_of, verified_logins
from preamp.auth.identity.errors import NotAuthorizedException, ResourceNotFoundException, TooManyRequestsException
from preamp.auth.identity.model import Empty, GetIdInput, GetIdResponse, UnlinkIdentityInput
from preamp.auth.identity.service import identity_service
from preamp.auth.identity.store import Identity
from preamp.db import Reader, Transaction
from preamp.kit import ids

NO_GUESTS = "Unauthenticated access is not supported for this identity pool."
_MISMATCH = "Logins don't match. Please include at least one valid login for this identity or identity pool."


class Resolved(Struct, frozen=True):
    """An identity with the verified login it is used by; None for a guest."""

    pool: Pool
    identity: Identity
    login: VerifiedLogin | None


@identity_service.operation("GetId", "POST /", *errors.LOGIN, errors.LimitExceededException, signed=False)
async def get_id(service: IdentityService, request: GetIdInput) -> GetIdResponse:
    """The identity of a login, made at its first use; without logins a new guest."""
    pool = await pool_of(service.db, request.identity_pool_id)
    logins = await verified_logins(service, pool, request.logins or {})
    if not logins and not pool.record.unauthenticated_login:
        raise NotAuthorizedException(NO_GUESTS)
    if not logins and not service.guests.take(pool.id, service.clock.now_ms()):
        raise TooManyRequestsException("Rate exceeded")
    known = await _known(service.db, pool, logins)
    if known and len(known) == len(logins):
        return GetIdResponse(identity_id=_one(known).identity_id)
    async with service.db.transaction() as tx:
        known = await _known(tx, pool, logins)
        identity_id = _one(known).identity_id if known else await _new(service, tx, pool)
        await _link(service, tx, pool, identity_id, logins)
    return GetIdResponse(identity_id=identity_id)


@identity_service.operation("UnlinkIdentity", "POST /", *errors.LOGIN, signed=False)
async def unlink_identity(service: IdentityService, request: UnlinkIdentityInput) -> Empty:
    """Take logins from an identity, proven by one of its logins. Without any left it is used no more."""
    resolved = await resolve(service, request.identity_id, request.logins)
    names = {name.rpartition("/")[2] for name in request.logins_to_remove}
    async with service.db.transaction() as tx:
        left = []
        for login in await store.logins(tx, request.identity_id):
            if login.provider.rpartition("/")[2] in names:
                await tx.execute(store.unlink, id=login.identity_id, provider=login.provider, subject=login.subject)
            else:
                left.append(login)
        now = service.clock.now_ms()
        await tx.execute(store.touch if left else store.disable, id=resolved.identity.id, now=now)
    return Empty()


async def resolve(service: IdentityService, identity_id: str, logins: dict[str, str] | None) -> Resolved:
    """The identity that may act for a call with this id and these logins.

    A guest's id with a login links the two where the login is new; where the login has an identity that one acts, and
    the guest is used no more. Nobody acts for an identity with logins without proving one of them. Raises
    ResourceNotFoundException, NotAuthorizedException.
    """
    identity = await store.identity(service.db, identity_id)
    if identity is None:
        raise ResourceNotFoundException(f"Identity '{identity_id}' not found.")
    pool = await pool_of(service.db, identity.identity_pool_id)
    verified = await verified_logins(service, pool, logins or {})
    if not verified:
        return await _guest(service, pool, identity)
    linked = await store.logins(service.db, identity_id)
    known = await _known(service.db, pool, verified)
    if len(known) < len(verified) or not identity.enabled or any(one.identity_id != identity.id for one in known):
        identity = await _joined(service, pool, identity, verified)
    elif not linked:
        raise NotAuthorizedException(_MISMATCH)
    return Resolved(pool, identity, verified[0])


async def _guest(service: IdentityService, pool: Pool, identity: Identity) -> Resolved:
    if await store.logins(service.db, identity.id) or not identity.enabled:
        raise NotAuthorizedException(f"Access to Identity '{identity.id}' is forbidden.")
    if not pool.record.unauthenticated_login:
        raise NotAuthorizedException(NO_GUESTS)
    return Resolved(pool, identity, None)


async def _joined(service: IdentityService, pool: Pool, given: Identity, logins: list[VerifiedLogin]) -> Identity:
    """The identity after the logins were linked: the given one, or the one that the logins had before."""
    async with service.db.transaction() as tx:
        linked, known = await store.logins(tx, given.id), await _known(tx, pool, logins)
        if known:
            target = await store.identity(tx, _one(known).identity_id)
        else:
            target = given if given.enabled and not linked else None
        if target is None or not target.enabled or (linked and target.id != given.id):
            raise NotAuthorizedException(_MISMATCH)
        if target.id != given.id:
            await tx.execute(store.disable, id=given.id, now=service.clock.now_ms())
        await _link(service, tx, pool, target.id, logins)
    return target


async def _known(reader: Reader, pool: Pool, logins: list[VerifiedLogin]) -> list[store.Login]:
    found = [await store.login(reader, pool.id, one.provider, one.subject) for one in logins]
    return [one for one in found if one is not None]


def _one(known: list[store.Login]) -> store.Login:
    if len({one.identity_id for one in known}) > 1:
        raise NotAuthorizedException(_MISMATCH)
    return known[0]


async def _new(service: IdentityService, tx: Transaction, pool: Pool) -> str:
    identity_id, now = f"{service.region}:{ids.uuid4()}", service.clock.now_ms()
    await tx.execute(
        store.insert_identity, id=identity_id, identity_pool_id=pool.id, enabled=1, created_ms=now, updated_ms=now
    )
    return identity_id


async def _link(
    service: IdentityService, tx: Transaction, pool: Pool, identity_id: str, logins: list[VerifiedLogin]
) -> None:
    """Link the logins, each user of a provider to one identity and each identity to one user of a provider."""
    for login in logins:
        await tx.execute(
            store.put_login,
            identity_pool_id=pool.id,
            provider=login.provider,
            subject=login.subject,
            identity_id=identity_id,
        )
        now_linked = await store.login(tx, pool.id, login.provider, login.subject)
        if now_linked is None or now_linked.identity_id != identity_id:
            raise NotAuthorizedException(_MISMATCH)
    if logins:
        providers = [login.provider for login in await store.logins(tx, identity_id)]
        if len(set(providers)) < len(providers):
            raise NotAuthorizedException(_MISMATCH)
        await tx.execute(store.touch, id=identity_id, now=service.clock.now_ms())
