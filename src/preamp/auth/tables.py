"""Tables and questions of user pools and identity pools.

The source of `questions.py`: run `make sql` after a change.
"""

import sqlalchemy as sa

from preamp.db import Statement, insert, upsert

tables = sa.MetaData()

pool_table = sa.Table(
    "auth_user_pool",
    tables,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("app_id", sa.Text, nullable=False),
    sa.Column("environment", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("settings", sa.Text, nullable=False),
    sa.Column("secrets", sa.LargeBinary),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
    sa.Column("updated_ms", sa.BigInteger, nullable=False),
    sa.Index("auth_user_pool_owner", "app_id", "environment"),
)
domain_table = sa.Table(
    "auth_domain",
    tables,
    sa.Column("prefix", sa.Text, primary_key=True),
    sa.Column("user_pool_id", sa.Text, sa.ForeignKey("auth_user_pool.id"), nullable=False, index=True),
)
client_table = sa.Table(
    "auth_app_client",
    tables,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("user_pool_id", sa.Text, sa.ForeignKey("auth_user_pool.id"), nullable=False, index=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("secret", sa.LargeBinary),
    sa.Column("o_auth", sa.Text),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
)
group_table = sa.Table(
    "auth_group",
    tables,
    sa.Column("user_pool_id", sa.Text, sa.ForeignKey("auth_user_pool.id"), primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
)
identity_pool_table = sa.Table(
    "auth_identity_pool",
    tables,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("user_pool_id", sa.Text, sa.ForeignKey("auth_user_pool.id"), nullable=False, index=True),
    sa.Column("app_id", sa.Text, nullable=False),
    sa.Column("environment", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("unauthenticated_login", sa.BigInteger, nullable=False),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
    sa.Index("auth_identity_pool_owner", "app_id", "environment"),
)
provider_table = sa.Table(
    "auth_identity_provider",
    tables,
    sa.Column("identity_pool_id", sa.Text, sa.ForeignKey("auth_identity_pool.id"), primary_key=True),
    sa.Column("client_id", sa.Text, sa.ForeignKey("auth_app_client.id"), primary_key=True, index=True),
    sa.Column("user_pool_id", sa.Text, sa.ForeignKey("auth_user_pool.id"), nullable=False),
)

put_pool = upsert(pool_table, update=["name", "settings", "secrets", "updated_ms"])
claim_domain = upsert(domain_table, update=[])
insert_client = insert(client_table)
put_client = upsert(client_table, update=["name", "o_auth"])
put_group = upsert(group_table, update=[])
put_identity_pool = upsert(identity_pool_table, update=["name", "unauthenticated_login"])
put_provider = upsert(provider_table, update=[])

_ID = sa.bindparam("id", type_=sa.Text)
_POOL_COLUMNS = [
    pool_table.c[n] for n in ("id", "app_id", "environment", "name", "settings", "created_ms", "updated_ms")
]

pool = Statement(sa.select(*_POOL_COLUMNS).where(pool_table.c.id == _ID))
pools_of = Statement(
    sa.select(*_POOL_COLUMNS)
    .where(pool_table.c.app_id == sa.bindparam("app_id"), pool_table.c.environment == sa.bindparam("environment"))
    .order_by(pool_table.c.created_ms, pool_table.c.id)
)
pool_ids = Statement(sa.select(pool_table.c.id))
secrets = Statement(sa.select(pool_table.c.secrets).where(pool_table.c.id == _ID))
domain_holder = Statement(sa.select(domain_table.c.user_pool_id).where(domain_table.c.prefix == sa.bindparam("prefix")))
client = Statement(sa.select(client_table).where(client_table.c.id == _ID))
clients = Statement(sa.select(client_table).where(client_table.c.user_pool_id == _ID).order_by(client_table.c.id))
groups = Statement(sa.select(group_table.c.name).where(group_table.c.user_pool_id == _ID))
identity_pool = Statement(sa.select(identity_pool_table).where(identity_pool_table.c.id == _ID))
identity_pools = Statement(
    sa.select(identity_pool_table)
    .where(identity_pool_table.c.user_pool_id == _ID)
    .order_by(identity_pool_table.c.created_ms, identity_pool_table.c.id)
)
identity_pool_ids = Statement(sa.select(identity_pool_table.c.id))
providers = Statement(
    sa.select(provider_table.c.user_pool_id, provider_table.c.client_id)
    .where(provider_table.c.identity_pool_id == _ID)
    .order_by(provider_table.c.client_id)
)

change_pool = Statement(
    sa.update(pool_table)
    .where(pool_table.c.id == _ID)
    .values({name: sa.bindparam(f"new_{name}") for name in ("settings", "secrets", "updated_ms")})
)
release_domains = Statement(
    sa.delete(domain_table).where(domain_table.c.user_pool_id == _ID, domain_table.c.prefix != sa.bindparam("keep"))
)
set_clients_o_auth = Statement(
    sa.update(client_table).where(client_table.c.user_pool_id == _ID).values(o_auth=sa.bindparam("value"))
)
set_unauthenticated_login = Statement(
    sa.update(identity_pool_table)
    .where(identity_pool_table.c.user_pool_id == _ID)
    .values(unauthenticated_login=sa.bindparam("value"))
)
delete_identity_pool = (
    Statement(sa.delete(provider_table).where(provider_table.c.identity_pool_id == _ID)),
    Statement(sa.delete(identity_pool_table).where(identity_pool_table.c.id == _ID)),
)
_own_identity_pools = sa.select(identity_pool_table.c.id).where(identity_pool_table.c.user_pool_id == _ID)
# Children first: the foreign keys are checked row by row.
delete_pool = (
    Statement(
        sa.delete(provider_table).where(
            sa.or_(provider_table.c.user_pool_id == _ID, provider_table.c.identity_pool_id.in_(_own_identity_pools))
        )
    ),
    *(
        Statement(sa.delete(table).where(table.c.user_pool_id == _ID))
        for table in (identity_pool_table, group_table, client_table, domain_table)
    ),
    Statement(sa.delete(pool_table).where(pool_table.c.id == _ID)),
)
