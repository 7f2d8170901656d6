"""App clients as administrators make, read and change them."""

from collections.abc import Sequence

import msgspec
import sqlalchemy as sa
from msgspec.structs import replace

from preamp.auth import store
from preamp.auth.idp.context import Idp
from preamp.auth.idp.errors import (
    InvalidOAuthFlowException,
    InvalidParameterException,
    ResourceNotFoundException,
    ScopeDoesNotExistException,
)
from preamp.auth.idp.find import client_secret, known_client_of, known_pool, sealed_client_secret
from preamp.auth.idp.model import (
    CreateUserPoolClientRequest,
    CreateUserPoolClientResponse,
    DeleteUserPoolClientRequest,
    DescribeUserPoolClientRequest,
    DescribeUserPoolClientResponse,
    ListUserPoolClientsRequest,
    ListUserPoolClientsResponse,
    Nothing,
    UpdateUserPoolClientRequest,
    UpdateUserPoolClientResponse,
    UserPoolClientDescription,
    UserPoolClientType,
)
from preamp.auth.idp.pages import PAGE, cut, page_token, read_page
from preamp.auth.idp.service import operation
from preamp.auth.pool import Client, Pool
from preamp.auth.pool_config import o_auth_of
from preamp.auth.store import client_table, provider_table
from preamp.auth.user_store import family_table, resource_server_table
from preamp.db import Reader, Statement
from preamp.kit import ids

_SECRET_LENGTH = 51
_ID_LENGTH = 26
_MINUTE, _DAY = 60, 86_400
_ACCESS_SECONDS = (5 * _MINUTE, _DAY)
_REFRESH_SECONDS = (60 * _MINUTE, 3650 * _DAY)
_KEPT = frozenset(UserPoolClientType.__struct_fields__)
_CREATED = _KEPT & frozenset(CreateUserPoolClientRequest.__struct_fields__) - {"user_pool_id", "client_secret"}
_UPDATED = _KEPT & frozenset(UpdateUserPoolClientRequest.__struct_fields__) - {"user_pool_id", "client_id"}
_OWN_SCOPES = frozenset({"phone", "email", "openid", "profile", "aws.cognito.signin.user.admin"})

_ID = sa.bindparam("id", type_=sa.Text)
_scopes = Statement(
    sa.select(resource_server_table.c.identifier, resource_server_table.c.scopes).where(
        resource_server_table.c.user_pool_id == _ID
    )
)
_write_client = Statement(
    sa.update(client_table)
    .where(client_table.c.id == _ID)
    .values({name: sa.bindparam(f"new_{name}") for name in ("name", "o_auth", "config", "updated_ms")})
)
_delete_client = (
    Statement(sa.delete(family_table).where(family_table.c.client_id == _ID)),
    Statement(sa.delete(provider_table).where(provider_table.c.client_id == _ID)),
    Statement(sa.delete(client_table).where(client_table.c.id == _ID)),
)


@operation("CreateUserPoolClient")
async def create_user_pool_client(idp: Idp, request: CreateUserPoolClientRequest) -> CreateUserPoolClientResponse:
    """Make an app client, with a secret where asked for one."""
    pool = await known_pool(idp, request.user_pool_id)
    config = _with_defaults(UserPoolClientType(**{name: getattr(request, name) for name in _CREATED}))
    await _check(idp.db, pool, config)
    client_id, now = ids.lower_alnum(_ID_LENGTH), idp.now_ms()
    secret = request.client_secret or (ids.lower_alnum(_SECRET_LENGTH) if request.generate_secret else None)
    client = Client(
        id=client_id,
        user_pool_id=pool.id,
        config=config,
        secret=None if secret is None else sealed_client_secret(idp, client_id, secret),
        created_ms=now,
        updated_ms=now,
    )
    async with idp.db.transaction() as tx:
        await tx.execute(
            store.insert_client,
            id=client.id,
            user_pool_id=pool.id,
            name=request.client_name,
            kind="web" if secret is None else "native",
            secret=client.secret,
            o_auth=_o_auth_text(config),
            created_ms=now,
            config=_json(config),
            updated_ms=now,
        )
    return CreateUserPoolClientResponse(user_pool_client=_wire(idp, client))


@operation("DescribeUserPoolClient")
async def describe_user_pool_client(idp: Idp, request: DescribeUserPoolClientRequest) -> DescribeUserPoolClientResponse:
    """An app client with all its settings."""
    _pool, client = await known_client_of(idp, request.user_pool_id, request.client_id)
    return DescribeUserPoolClientResponse(user_pool_client=_wire(idp, client))


@operation("UpdateUserPoolClient")
async def update_user_pool_client(idp: Idp, request: UpdateUserPoolClientRequest) -> UpdateUserPoolClientResponse:
    """Replace an app client's settings: what is not given falls back to its default, as Cognito does."""
    pool, client = await known_client_of(idp, request.user_pool_id, request.client_id)
    given = {name: getattr(request, name) for name in _UPDATED - {"client_name"}}
    name = request.client_name or client.config.client_name
    config = _with_defaults(replace(client.config, **given, client_name=name))
    await _check(idp.db, pool, config)
    async with idp.db.transaction() as tx:
        changed = await tx.execute(
            _write_client,
            id=client.id,
            new_name=name,
            new_o_auth=_o_auth_text(config),
            new_config=_json(config),
            new_updated_ms=idp.now_ms(),
        )
        if not changed:
            raise ResourceNotFoundException(f"User pool client {client.id} does not exist.")
    return UpdateUserPoolClientResponse(
        user_pool_client=_wire(idp, replace(client, config=config, updated_ms=idp.now_ms()))
    )


@operation("DeleteUserPoolClient")
async def delete_user_pool_client(idp: Idp, request: DeleteUserPoolClientRequest) -> Nothing:
    """Remove an app client; sessions that began by it end. A backend's own two clients stay."""
    pool, client = await known_client_of(idp, request.user_pool_id, request.client_id)
    found = await store.pool(idp.db, pool.id)
    if found is not None and found.owner.app_id and len(await store.clients(idp.db, pool.id)) <= 2:
        raise InvalidParameterException("The two app clients of a backend environment are removed with its auth.")
    async with idp.db.transaction() as tx:
        for statement in _delete_client:
            await tx.execute(statement, id=client.id)
    return Nothing()


@operation("ListUserPoolClients")
async def list_user_pool_clients(idp: Idp, request: ListUserPoolClientsRequest) -> ListUserPoolClientsResponse:
    """The app clients of a pool, by id."""
    pool = await known_pool(idp, request.user_pool_id)
    listed = f"clients {pool.id}"
    after = read_page(idp, listed, request.next_token, str, "")
    every = sorted(await store.served_clients(idp.db, pool.id), key=lambda one: one.id)
    page, more = cut([one for one in every if one.id > after], request.max_results or PAGE)
    return ListUserPoolClientsResponse(
        user_pool_clients=tuple(
            UserPoolClientDescription(client_id=one.id, user_pool_id=pool.id, client_name=one.config.client_name)
            for one in page
        ),
        next_token=page_token(idp, listed, page[-1].id) if more else None,
    )


def _wire(idp: Idp, client: Client) -> UserPoolClientType:
    return replace(
        client.config,
        user_pool_id=client.user_pool_id,
        client_id=client.id,
        client_secret=client_secret(idp, client),
        creation_date=client.created_ms / 1000,
        last_modified_date=client.updated_ms / 1000,
    )


def _with_defaults(config: UserPoolClientType) -> UserPoolClientType:
    return replace(
        config,
        refresh_token_validity=config.refresh_token_validity or 30,
        enable_token_revocation=config.enable_token_revocation is not False,
        auth_session_validity=config.auth_session_validity or 3,
        allowed_o_auth_flows_user_pool_client=bool(config.allowed_o_auth_flows_user_pool_client),
    )


async def _check(reader: Reader, pool: Pool, config: UserPoolClientType) -> None:
    _check_lifetimes(config)
    flows = config.explicit_auth_flows or ()
    if flows and len({flow.startswith("ALLOW_") for flow in flows}) > 1:
        raise InvalidParameterException("ExplicitAuthFlows are either all of the newer names, ALLOW_..., or none is.")
    _check_o_auth(config)
    known = {
        f"{identifier}/{one['ScopeName']}"
        for identifier, text in await reader.rows(_scopes, id=pool.id)
        for one in msgspec.json.decode(text)
    }
    unknown = [one for one in config.allowed_o_auth_scopes or () if one not in _OWN_SCOPES and one not in known]
    if unknown:
        raise ScopeDoesNotExistException(f"Invalid scope requested: {', '.join(unknown)}")
    for name in (*(config.read_attributes or ()), *(config.write_attributes or ())):
        if pool.schema(name) is None:
            raise InvalidParameterException(
                f"Invalid read or write attributes specified while creating a client: {name}"
            )


def _check_lifetimes(config: UserPoolClientType) -> None:
    client = Client(id="", user_pool_id="", config=config, secret=None, created_ms=0, updated_ms=0)
    access, id_, refresh = (client.lifetime_seconds(use) for use in ("access", "id", "refresh"))
    for name, seconds in (("AccessTokenValidity", access), ("IdTokenValidity", id_)):
        if not _ACCESS_SECONDS[0] <= seconds <= _ACCESS_SECONDS[1]:
            raise InvalidParameterException(f"Invalid range for token validity: {name} is 5 minutes to 1 day.")
    if not _REFRESH_SECONDS[0] <= refresh <= _REFRESH_SECONDS[1]:
        raise InvalidParameterException(
            "Invalid range for token validity: RefreshTokenValidity is 60 minutes to 3650 days."
        )


def _check_o_auth(config: UserPoolClientType) -> None:
    flows: Sequence[str] = config.allowed_o_auth_flows or ()
    if "client_credentials" in flows and len(flows) > 1:
        raise InvalidOAuthFlowException(
            "client_credentials flow can not be selected along with code flow or implicit flow."
        )
    if flows and flows != ("client_credentials",) and not config.callback_urls:
        raise InvalidParameterException("CallbackURLs are needed for the code and the implicit flow.")
    if config.default_redirect_uri and config.default_redirect_uri not in (config.callback_urls or ()):
        raise InvalidParameterException("DefaultRedirectURI must be one of CallbackURLs.")


def _o_auth_text(config: UserPoolClientType) -> str | None:
    found = o_auth_of(config)
    return None if found is None else _json(found)


def _json(value: msgspec.Struct) -> str:
    return msgspec.json.encode(value).decode()
