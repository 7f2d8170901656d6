"""Tables and questions of a pool's users and of all that they hold. Times are milliseconds since 1970 UTC.

Flags are 0 or 1; lists and maps are JSON text; secrets are sealed or hashed before they come here. Whatever is counted
is counted by one conditional UPDATE, so that guesses that arrive together cannot pass a limit together.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from preamp.auth.store import (
    CLIENT_SERVED,
    POOL_SERVED,
    client_of,
    client_table,
    group_table,
    pool_of,
    pool_table,
    tables,
)
from preamp.auth.users import Family, Group, Mfa, Session, User, UserStatus
from preamp.db import Expression, Reader, Row, Statement, Transaction, insert, upsert
from preamp.db.engine import DialectName

_POOL = "auth_user_pool.id"
_USER = "auth_user.id"


def _pool_column(*, primary_key: bool = False) -> "sa.Column[str]":
    return sa.Column("user_pool_id", sa.Text, sa.ForeignKey(_POOL), primary_key=primary_key, nullable=False)


def _user_column(*, primary_key: bool = False, index: bool = False) -> "sa.Column[str]":
    return sa.Column("user_id", sa.Text, sa.ForeignKey(_USER), primary_key=primary_key, nullable=False, index=index)


user_table = sa.Table(
    "auth_user",
    tables,
    sa.Column("id", sa.Text, primary_key=True),
    _pool_column(),
    sa.Column("username", sa.Text, nullable=False),
    sa.Column("username_key", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("enabled", sa.BigInteger, nullable=False),
    sa.Column("attributes", sa.Text, nullable=False),
    sa.Column("secret", sa.LargeBinary),
    sa.Column("temporary_until_ms", sa.BigInteger),
    sa.Column("mfa", sa.Text, nullable=False),
    sa.Column("totp_secret", sa.LargeBinary),
    sa.Column("totp_step", sa.BigInteger, nullable=False),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
    sa.Column("updated_ms", sa.BigInteger, nullable=False),
    sa.Index("auth_user_name", "user_pool_id", "username_key", unique=True),
    sa.Index("auth_user_by_age", "user_pool_id", "created_ms", "id"),
)
alias_table = sa.Table(
    "auth_alias",
    tables,
    _pool_column(primary_key=True),
    sa.Column("value", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    _user_column(index=True),
)
member_table = sa.Table(
    "auth_group_member",
    tables,
    _pool_column(primary_key=True),
    sa.Column("group_name", sa.Text, primary_key=True),
    _user_column(primary_key=True, index=True),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
    sa.ForeignKeyConstraint(["user_pool_id", "group_name"], ["auth_group.user_pool_id", "auth_group.name"]),
)
code_table = sa.Table(
    "auth_code",
    tables,
    _user_column(primary_key=True),
    sa.Column("purpose", sa.Text, primary_key=True),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    sa.Column("attribute", sa.Text),
    sa.Column("value", sa.Text),
    sa.Column("attempts", sa.BigInteger, nullable=False),
    sa.Column("expires_ms", sa.BigInteger, nullable=False),
)
family_table = sa.Table(
    "auth_family",
    tables,
    sa.Column("id", sa.Text, primary_key=True),
    _pool_column(),
    _user_column(index=True),
    sa.Column("client_id", sa.Text, nullable=False, index=True),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    sa.Column("generation", sa.BigInteger, nullable=False),
    sa.Column("rotated_ms", sa.BigInteger, nullable=False),
    sa.Column("auth_time_ms", sa.BigInteger, nullable=False),
    sa.Column("scopes", sa.Text, nullable=False),
    sa.Column("device_key", sa.Text),
    sa.Column("hosted", sa.BigInteger, nullable=False),
    sa.Column("revoked", sa.BigInteger, nullable=False),
    sa.Column("expires_ms", sa.BigInteger, nullable=False),
)
nonce_table = sa.Table(
    "auth_nonce",
    tables,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("expires_ms", sa.BigInteger, nullable=False, index=True),
)
attempt_table = sa.Table(
    "auth_attempt",
    tables,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("count", sa.BigInteger, nullable=False),
    sa.Column("since_ms", sa.BigInteger, nullable=False),
    sa.Column("last_ms", sa.BigInteger, nullable=False),
    sa.Column("until_ms", sa.BigInteger, nullable=False, index=True),
)
device_table = sa.Table(
    "auth_device",
    tables,
    _user_column(primary_key=True),
    sa.Column("device_key", sa.Text, primary_key=True),
    sa.Column("group_key", sa.Text, nullable=False),
    sa.Column("name", sa.Text),
    sa.Column("verifier", sa.LargeBinary),
    sa.Column("remembered", sa.BigInteger, nullable=False),
    sa.Column("attributes", sa.Text, nullable=False),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
    sa.Column("updated_ms", sa.BigInteger, nullable=False),
    sa.Column("authenticated_ms", sa.BigInteger, nullable=False),
)
passkey_table = sa.Table(
    "auth_passkey",
    tables,
    _pool_column(primary_key=True),
    sa.Column("credential_id", sa.Text, primary_key=True),
    _user_column(index=True),
    sa.Column("public_key", sa.LargeBinary, nullable=False),
    sa.Column("sign_count", sa.BigInteger, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("relying_party_id", sa.Text, nullable=False),
    sa.Column("attachment", sa.Text),
    sa.Column("transports", sa.Text, nullable=False),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
)
key_table = sa.Table(
    "auth_signing_key",
    tables,
    _pool_column(primary_key=True),
    sa.Column("kid", sa.Text, primary_key=True),
    sa.Column("token_use", sa.Text, nullable=False),
    sa.Column("private", sa.LargeBinary, nullable=False),
    sa.Column("public", sa.Text, nullable=False),
    sa.Column("active_ms", sa.BigInteger, nullable=False),
    sa.Column("retired_ms", sa.BigInteger),
    # One first key per use: nodes that make keys for the same pool at once keep the same pair.
    sa.Index("auth_signing_key_at", "user_pool_id", "token_use", "active_ms", unique=True),
)
link_table = sa.Table(
    "auth_link",
    tables,
    _pool_column(primary_key=True),
    sa.Column("provider", sa.Text, primary_key=True),
    sa.Column("subject", sa.Text, primary_key=True),
    _user_column(index=True),
    sa.Column("provider_type", sa.Text, nullable=False),
    sa.Column("issuer", sa.Text),
    sa.Column("main", sa.BigInteger, nullable=False),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
)
resource_server_table = sa.Table(
    "auth_resource_server",
    tables,
    _pool_column(primary_key=True),
    sa.Column("identifier", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("scopes", sa.Text, nullable=False),
)
pool_provider_table = sa.Table(
    "auth_pool_provider",
    tables,
    _pool_column(primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("details", sa.LargeBinary, nullable=False),
    sa.Column("attribute_mapping", sa.Text, nullable=False),
    sa.Column("identifiers", sa.Text, nullable=False),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
    sa.Column("updated_ms", sa.BigInteger, nullable=False),
)

_ID = sa.bindparam("id", type_=sa.Text)
_POOL_ID = sa.bindparam("user_pool_id", type_=sa.Text)
_USER_ID = sa.bindparam("user_id", type_=sa.Text)
_KEY = sa.bindparam("key", type_=sa.Text)
_NOW = sa.bindparam("now_ms", type_=sa.BigInteger)


def insert_unless(table: sa.Table) -> Statement:
    """INSERT of a whole row unless any rule of the table refuses it: no row is touched then."""

    def build(dialect: DialectName) -> Expression:
        make = sqlite.insert if dialect == "sqlite" else postgresql.insert
        values: dict[str, Any] = {column.name: sa.bindparam(column.name) for column in table.columns}
        return make(table).values(values).on_conflict_do_nothing()

    return Statement(build)


insert_user = insert_unless(user_table)
put_alias = upsert(alias_table, update=[])
put_member = upsert(member_table, update=[])
put_code = upsert(code_table)
insert_family = insert(family_table)
insert_nonce = upsert(nonce_table, update=[])
put_device = upsert(device_table)
insert_passkey = upsert(passkey_table, update=[])
put_link = upsert(link_table, update=[])
put_resource_server = upsert(resource_server_table)
put_pool_provider = upsert(pool_provider_table)

_aliased = sa.select(alias_table.c.user_id).where(alias_table.c.user_pool_id == _POOL_ID, alias_table.c.value == _KEY)
_user = Statement(sa.select(user_table).where(user_table.c.id == _ID, user_table.c.user_pool_id == _POOL_ID))
_locked_user = Statement(
    sa.select(user_table).where(user_table.c.id == _ID, user_table.c.user_pool_id == _POOL_ID).with_for_update()
)
_users_named = Statement(
    sa.select(user_table).where(
        user_table.c.user_pool_id == _POOL_ID,
        sa.or_(user_table.c.username_key == _KEY, user_table.c.id == _KEY, user_table.c.id.in_(_aliased)),
    )
)
_session = Statement(
    sa.select(family_table.c.revoked, *user_table.c, *CLIENT_SERVED, *POOL_SERVED)
    .select_from(
        family_table.join(user_table, user_table.c.id == family_table.c.user_id)
        .join(client_table, client_table.c.id == family_table.c.client_id)
        .join(pool_table, pool_table.c.id == user_table.c.user_pool_id)
    )
    .where(family_table.c.id == _ID)
)
_family_state = Statement(
    sa.select(family_table.c.revoked, user_table.c.enabled, family_table.c.client_id, family_table.c.user_id)
    .select_from(family_table.join(user_table, user_table.c.id == family_table.c.user_id))
    .where(family_table.c.id == _ID)
)
_alias_holder = Statement(
    sa.select(alias_table.c.user_id).where(alias_table.c.user_pool_id == _POOL_ID, alias_table.c.value == _KEY)
)
_family = Statement(sa.select(family_table).where(family_table.c.id == _ID))
_family_and_user = Statement(
    sa.select(*family_table.c, *user_table.c)
    .select_from(family_table.join(user_table, user_table.c.id == family_table.c.user_id))
    .where(family_table.c.id == _ID)
)
_nonce = Statement(sa.select(nonce_table.c.id).where(nonce_table.c.id == _ID, nonce_table.c.expires_ms > _NOW))
_count_users = Statement(
    sa.select(sa.func.count()).select_from(user_table).where(user_table.c.user_pool_id == _POOL_ID)
)
_groups_of = Statement(
    sa.select(group_table)
    .join(
        member_table,
        sa.and_(
            member_table.c.user_pool_id == group_table.c.user_pool_id, member_table.c.group_name == group_table.c.name
        ),
    )
    .where(member_table.c.user_id == _USER_ID)
)

write_user = Statement(
    sa.update(user_table)
    .where(user_table.c.id == _ID)
    .values({c.name: sa.bindparam(c.name) for c in user_table.c if c.name not in {"id", "user_pool_id", "created_ms"}})
)
advance_totp = Statement(
    sa.update(user_table)
    .where(user_table.c.id == _ID, user_table.c.totp_step < sa.bindparam("step", type_=sa.BigInteger))
    .values(totp_step=sa.bindparam("step", type_=sa.BigInteger))
)
delete_aliases = Statement(sa.delete(alias_table).where(alias_table.c.user_id == _USER_ID))
delete_alias = Statement(
    sa.delete(alias_table).where(alias_table.c.user_pool_id == _POOL_ID, alias_table.c.value == _KEY)
)
delete_member = Statement(
    sa.delete(member_table).where(
        member_table.c.user_pool_id == _POOL_ID,
        member_table.c.group_name == sa.bindparam("group_name"),
        member_table.c.user_id == _USER_ID,
    )
)
revoke_family = Statement(sa.update(family_table).where(family_table.c.id == _ID).values(revoked=1))
revoke_families = Statement(sa.update(family_table).where(family_table.c.user_id == _USER_ID).values(revoked=1))
delete_ended_families = Statement(
    sa.delete(family_table).where(family_table.c.user_id == _USER_ID, family_table.c.expires_ms < _NOW)
)
rotate_family = Statement(
    sa.update(family_table)
    .where(
        family_table.c.id == _ID,
        family_table.c.revoked == 0,
        family_table.c.generation == sa.bindparam("generation", type_=sa.BigInteger),
    )
    .values(generation=family_table.c.generation + 1, rotated_ms=_NOW)
)
delete_code = Statement(
    sa.delete(code_table).where(code_table.c.user_id == _USER_ID, code_table.c.purpose == sa.bindparam("purpose"))
)
try_code = Statement(
    sa.update(code_table)
    .where(
        code_table.c.user_id == _USER_ID,
        code_table.c.purpose == sa.bindparam("purpose"),
        code_table.c.attempts < sa.bindparam("limit", type_=sa.BigInteger),
    )
    .values(attempts=code_table.c.attempts + 1)
    .returning(code_table.c.digest, code_table.c.attribute, code_table.c.value, code_table.c.expires_ms)
)
delete_ended_nonces = Statement(sa.delete(nonce_table).where(nonce_table.c.expires_ms < _NOW))
_OF_USER = (
    alias_table,
    member_table,
    code_table,
    family_table,
    device_table,
    passkey_table,
    link_table,
)
# Children first: the foreign keys are checked row by row.
delete_user = (
    *(Statement(sa.delete(table).where(table.c.user_id == _ID)) for table in _OF_USER),
    Statement(sa.delete(user_table).where(user_table.c.id == _ID)),
)
_users_of_pool = sa.select(user_table.c.id).where(user_table.c.user_pool_id == _ID)
delete_pool_users = (
    *(Statement(sa.delete(table).where(table.c.user_id.in_(_users_of_pool))) for table in _OF_USER),
    *(
        Statement(sa.delete(table).where(table.c.user_pool_id == _ID))
        for table in (user_table, key_table, resource_server_table, pool_provider_table)
    ),
)


async def user(reader: Reader, user_pool_id: str, user_id: str) -> User | None:
    """The user of an id (sub), None where the pool has none."""
    row = await reader.row(_user, id=user_id, user_pool_id=user_pool_id)
    return None if row is None else user_of(row)


async def locked_user(tx: Transaction, user_pool_id: str, user_id: str) -> User | None:
    """The user, held against other writers until the transaction ends."""
    row = await tx.row(_locked_user, id=user_id, user_pool_id=user_pool_id)
    return None if row is None else user_of(row)


async def user_named(reader: Reader, user_pool_id: str, key: str) -> User | None:
    """The user that signs in as `key`: a name, an alias or a sub, folded as the pool folds case.

    A name wins over an alias of another user.
    """
    found = await reader.rows(_users_named, user_pool_id=user_pool_id, key=key)
    row = next((row for row in found if row[3] == key), found[0] if found else None)
    return None if row is None else user_of(row)


async def session(reader: Reader, family_id: str) -> Session | None:
    """Who a session is of, with client and pool; None where there is none (any more)."""
    row = await reader.row(_session, id=family_id)
    if row is None:
        return None
    users, clients = 1 + len(user_table.c), 1 + len(user_table.c) + len(CLIENT_SERVED)
    return Session(
        pool=pool_of(row[clients:]),
        client=client_of(row[users:clients]),
        user=user_of(row[1:users]),
        family_id=family_id,
        revoked=bool(row[0]),
    )


async def family_alive(reader: Reader, family_id: str, user_id: str, client_id: str) -> bool:
    """Whether a session of this user and client goes on: not revoked, and the user enabled."""
    row = await reader.row(_family_state, id=family_id)
    return row is not None and (row[0], row[1], row[2], row[3]) == (0, 1, client_id, user_id)


async def alias_holder(reader: Reader, user_pool_id: str, key: str) -> str | None:
    """Id of the user who signs in by this address."""
    row = await reader.row(_alias_holder, user_pool_id=user_pool_id, key=key)
    return None if row is None else str(row[0])


async def put_family(tx: Transaction, new: Family) -> None:
    """Write a new family."""
    await tx.execute(
        insert_family,
        id=new.id,
        user_pool_id=new.user_pool_id,
        user_id=new.user_id,
        client_id=new.client_id,
        digest=new.digest,
        generation=new.generation,
        rotated_ms=new.rotated_ms,
        auth_time_ms=new.auth_time_ms,
        scopes=" ".join(new.scopes),
        device_key=new.device_key,
        hosted=int(new.hosted),
        revoked=int(new.revoked),
        expires_ms=new.expires_ms,
    )


async def family_and_user(reader: Reader, family_id: str) -> tuple[Family, User] | None:
    """A refresh family and whose it is, None where there is none."""
    row = await reader.row(_family_and_user, id=family_id)
    if row is None:
        return None
    width = len(family_table.c)
    return _family_of(row[:width]), user_of(row[width:])


async def family(reader: Reader, family_id: str) -> Family | None:
    """The refresh family, None where there is none."""
    row = await reader.row(_family, id=family_id)
    return None if row is None else _family_of(row)


async def groups_of(reader: Reader, user_id: str) -> list[Group]:
    """The groups of a user: those of lower precedence first, then by name."""
    found = [group_of(row) for row in await reader.rows(_groups_of, user_id=user_id)]
    return sorted(found, key=lambda one: (one.precedence is None, one.precedence, one.name))


def group_of(row: Row) -> Group:
    """The group of a row of `auth_group`."""
    pool_id, name, created_ms, description, precedence, role_arn, updated_ms = row
    return Group(
        user_pool_id=pool_id,
        name=name,
        description=description,
        precedence=precedence,
        role_arn=role_arn,
        created_ms=created_ms,
        updated_ms=created_ms if updated_ms is None else updated_ms,
    )


async def use_nonce(tx: Transaction, nonce: str, expires_ms: int) -> bool:
    """Whether this is the nonce's first use; it is remembered until `expires_ms`."""
    return await tx.execute(insert_nonce, id=nonce, expires_ms=expires_ms) == 1


async def count_users(reader: Reader, user_pool_id: str) -> int:
    """How many users a pool has."""
    row = await reader.row(_count_users, user_pool_id=user_pool_id)
    return 0 if row is None else int(row[0])


async def nonce_used(reader: Reader, nonce: str, now_ms: int) -> bool:
    """Whether a nonce is remembered."""
    return await reader.row(_nonce, id=nonce, now_ms=now_ms) is not None


async def put_user(tx: Transaction, new: User, key: str) -> bool:
    """Write a new user; False where the pool has a user of this name (`key`: the name as the pool folds case)."""
    return await tx.execute(insert_user, **_columns(new, key), id=new.id, user_pool_id=new.user_pool_id,
                            created_ms=new.created_ms) == 1  # fmt: skip


async def change_user(tx: Transaction, changed: User, key: str) -> None:
    """Write a user's row anew; aliases have rows of their own."""
    await tx.execute(write_user, **_columns(changed, key), id=changed.id)


def user_of(row: Sequence[Any]) -> User:
    """The user of a row of `auth_user`."""
    (
        user_id, pool_id, username, _key, status, enabled, attributes, secret, temporary_until_ms, mfa, totp_secret,
        totp_step, created_ms, updated_ms,
    ) = row  # fmt: skip
    return User(
        id=user_id,
        user_pool_id=pool_id,
        username=username,
        status=msgspec.convert(status, UserStatus),
        enabled=bool(enabled),
        attributes=msgspec.json.decode(attributes, type=dict[str, str]),
        secret=None if secret is None else bytes(secret),
        temporary_until_ms=temporary_until_ms,
        mfa=msgspec.json.decode(mfa, type=Mfa),
        totp_secret=None if totp_secret is None else bytes(totp_secret),
        totp_step=totp_step,
        created_ms=created_ms,
        updated_ms=updated_ms,
    )


def _columns(value: User, key: str) -> dict[str, Any]:
    return {
        "username": value.username,
        "username_key": key,
        "status": value.status,
        "enabled": int(value.enabled),
        "attributes": msgspec.json.encode(value.attributes).decode(),
        "secret": value.secret,
        "temporary_until_ms": value.temporary_until_ms,
        "mfa": msgspec.json.encode(value.mfa).decode(),
        "totp_secret": value.totp_secret,
        "totp_step": value.totp_step,
        "updated_ms": value.updated_ms,
    }


def _family_of(row: Row) -> Family:
    (
        family_id, pool_id, user_id, client_id, digest, generation, rotated_ms, auth_time_ms, scopes, device_key,
        hosted, revoked, expires_ms,
    ) = row  # fmt: skip
    return Family(
        id=family_id,
        user_pool_id=pool_id,
        user_id=user_id,
        client_id=client_id,
        digest=bytes(digest),
        generation=generation,
        rotated_ms=rotated_ms,
        auth_time_ms=auth_time_ms,
        scopes=tuple(scopes.split()),
        device_key=device_key,
        hosted=bool(hosted),
        revoked=bool(revoked),
        expires_ms=expires_ms,
    )
