"""A user's links to users of other providers (AdminLinkProviderForUser): administrators alone make them."""

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from msgspec.structs import replace

from preamp.auth import user_store
from preamp.auth.idp.accounts import write_user
from preamp.auth.idp.context import Idp
from preamp.auth.idp.errors import AliasExistsException, InvalidParameterException, UserNotFoundException
from preamp.auth.idp.find import known_pool, known_user
from preamp.auth.idp.model import (
    AdminDisableProviderForUserRequest,
    AdminDisableProviderForUserResponse,
    AdminLinkProviderForUserRequest,
    AdminLinkProviderForUserResponse,
    ProviderUserIdentifierType,
)
from preamp.auth.idp.providers import known_provider
from preamp.auth.idp.service import operation
from preamp.auth.pool import Pool
from preamp.auth.user_store import link_table
from preamp.auth.users import User
from preamp.db import Reader, Statement, Transaction

_SUBJECT = "Cognito_Subject"
_OWN = "Cognito"
_MAX_LINKS = 5

_NAMED = (
    link_table.c.user_pool_id == sa.bindparam("user_pool_id", type_=sa.Text),
    link_table.c.provider == sa.bindparam("provider", type_=sa.Text),
    link_table.c.subject == sa.bindparam("subject", type_=sa.Text),
)
_linked = Statement(sa.select(link_table.c.user_id).where(*_NAMED))
_links = Statement(
    sa.select(link_table)
    .where(link_table.c.user_id == sa.bindparam("user_id", type_=sa.Text))
    .order_by(link_table.c.created_ms, link_table.c.provider)
)
_unlink = Statement(sa.delete(link_table).where(*_NAMED))


class Link(Struct, frozen=True, kw_only=True):
    """A user of a provider who signs in as a user of the pool."""

    provider: str
    subject: str
    provider_type: str
    issuer: str | None
    main: bool
    created_ms: int


@operation("AdminLinkProviderForUser")
async def admin_link_provider_for_user(
    idp: Idp, request: AdminLinkProviderForUserRequest
) -> AdminLinkProviderForUserResponse:
    """Let a provider's user sign in as a user who exists."""
    pool = await known_pool(idp, request.user_pool_id)
    user = await known_user(idp, pool, _value(request.destination_user, "DestinationUser"))
    source = request.source_user
    if source.provider_name in {None, _OWN} or source.provider_attribute_name != _SUBJECT:
        raise InvalidParameterException(
            f"SourceUser names a provider of the pool, and the user there by ProviderAttributeName {_SUBJECT}."
        )
    provider = await known_provider(idp, pool, source.provider_name or "")
    details = provider.provider_details or {}
    link = Link(
        provider=provider.provider_name or "",
        subject=_value(source, "SourceUser"),
        provider_type=str(provider.provider_type),
        issuer=details.get("oidc_issuer"),
        main=False,
        created_ms=idp.now_ms(),
    )
    async with idp.db.transaction() as tx:
        await put_link(idp, tx, pool, user, link)
    return AdminLinkProviderForUserResponse()


@operation("AdminDisableProviderForUser")
async def admin_disable_provider_for_user(
    idp: Idp, request: AdminDisableProviderForUserRequest
) -> AdminDisableProviderForUserResponse:
    """Take a link away: the provider's user is a user of the own again."""
    pool = await known_pool(idp, request.user_pool_id)
    provider, subject = request.user.provider_name or "", _value(request.user, "User")
    async with idp.db.transaction() as tx:
        user_id = await linked_user(tx, pool, provider, subject)
        user = None if user_id is None else await user_store.user(tx, pool.id, user_id)
        if user is None:
            raise UserNotFoundException("User does not exist.")
        await tx.execute(_unlink, user_pool_id=pool.id, provider=provider, subject=subject)
        await _write_identities(idp, tx, pool, user)
    return AdminDisableProviderForUserResponse()


async def linked_user(reader: Reader, pool: Pool, provider: str, subject: str) -> str | None:
    """Id of the user who signs in as this provider's user, None where nobody does."""
    row = await reader.row(_linked, user_pool_id=pool.id, provider=provider, subject=subject)
    return None if row is None else str(row[0])


async def put_link(idp: Idp, tx: Transaction, pool: Pool, user: User, link: Link) -> None:
    """Write a link and the user's attribute `identities`. Raises AliasExistsException where it is another user's."""
    made = await tx.execute(
        user_store.put_link,
        user_pool_id=pool.id,
        provider=link.provider,
        subject=link.subject,
        user_id=user.id,
        provider_type=link.provider_type,
        issuer=link.issuer,
        main=int(link.main),
        created_ms=link.created_ms,
    )
    if not made and await linked_user(tx, pool, link.provider, link.subject) != user.id:
        raise AliasExistsException("Merging is not currently supported, provide a SourceUser that is not linked yet.")
    await _write_identities(idp, tx, pool, user)


async def links_of(reader: Reader, user_id: str) -> list[Link]:
    """A user's links, oldest first."""
    rows = await reader.rows(_links, user_id=user_id)
    return [
        Link(provider=row[1], subject=row[2], provider_type=row[4], issuer=row[5], main=bool(row[6]), created_ms=row[7])
        for row in rows
    ]


async def _write_identities(idp: Idp, tx: Transaction, pool: Pool, user: User) -> None:
    links = await links_of(tx, user.id)
    if len(links) > _MAX_LINKS:
        raise InvalidParameterException(f"A user has at most {_MAX_LINKS} linked providers.")
    text = msgspec.json.encode(
        [
            {
                "userId": link.subject,
                "providerName": link.provider,
                "providerType": link.provider_type,
                "issuer": link.issuer,
                "primary": "true" if link.main else "false",
                "dateCreated": str(link.created_ms),
            }
            for link in links
        ]
    ).decode()

    def change(one: User) -> User:
        rest = {name: value for name, value in one.attributes.items() if name != "identities"}
        return replace(one, attributes={**rest, "identities": text} if links else rest)

    await write_user(idp, tx, pool, user, change)


def _value(user: ProviderUserIdentifierType, member: str) -> str:
    if not user.provider_attribute_value:
        raise InvalidParameterException(f"{member} must have ProviderAttributeValue.")
    return user.provider_attribute_value
