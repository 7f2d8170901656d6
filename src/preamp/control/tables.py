"""Tables and questions of apps, their environments and the resources in them. Every question names the app.

The source of `questions.py`: run `make sql` after a change.
"""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by

from preamp.db import Expression, Statement, insert, upsert

tables = sa.MetaData()

app = sa.Table(
    "control_app",
    tables,
    sa.Column("app_id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("feature_flags", sa.Text, nullable=False),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
    sa.Column("manager_app_id", sa.Text),
    sa.Column("login", sa.Text),
    sa.Column("manager_pool_id", sa.Text),
)
environment = sa.Table(
    "control_environment",
    tables,
    sa.Column("app_id", sa.Text, primary_key=True),
    sa.Column("environment", sa.Text, primary_key=True),
    sa.Column("stack", sa.Text, nullable=False),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
    sa.Column("meta", sa.LargeBinary, nullable=False),
)
resource = sa.Table(
    "control_resource",
    tables,
    sa.Column("app_id", sa.Text, primary_key=True),
    sa.Column("environment", sa.Text, primary_key=True),
    sa.Column("category", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("config", sa.Text, nullable=False),
    sa.Column("record", sa.Text, nullable=False),
    sa.Column("imported", sa.BigInteger, nullable=False),
    sa.Column("updated_ms", sa.BigInteger, nullable=False),
)
unserved = sa.Table(
    "control_unserved",
    tables,
    sa.Column("app_id", sa.Text, primary_key=True),
    sa.Column("environment", sa.Text, primary_key=True),
    sa.Column("document", sa.Text, nullable=False),
)
token = sa.Table(
    "control_token",
    tables,
    sa.Column("app_id", sa.Text, primary_key=True),
    sa.Column("session_id", sa.Text, primary_key=True),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
    sa.Column("expires_ms", sa.BigInteger, nullable=False),
    sa.Column("access_key_id", sa.Text, nullable=False),
    sa.Column("invocation_id", sa.Text),
)


_app_id = sa.bindparam("app_id", type_=sa.Text())
_environment = sa.bindparam("environment", type_=sa.Text())
_of_environment = sa.and_(resource.c.app_id == _app_id, resource.c.environment == _environment)

APP = Statement(sa.select(app).where(app.c.app_id == _app_id))
LOCK_APP = Statement(sa.select(app).where(app.c.app_id == _app_id).with_for_update())
_after = sa.bindparam("after", type_=sa.Text())
_count = sa.bindparam("count", type_=sa.BigInteger())
APPS = Statement(sa.select(app).where(app.c.app_id > _after).order_by(app.c.app_id).limit(_count))
_after = sa.bindparam("after", type_=sa.Text())
_count = sa.bindparam("count", type_=sa.BigInteger())
APPS = Statement(sa.select(app).where(app.c.app_id > _after).order_by(app.c.app_id).limit(_count))
PUT_APP = upsert(app)
DELETE_APP = Statement(sa.delete(app).where(app.c.app_id == _app_id))

ENVIRONMENT = Statement(
    sa.select(environment).where(environment.c.app_id == _app_id, environment.c.environment == _environment)
)
ENVIRONMENTS = Statement(
    sa.select(environment)
    .where(environment.c.app_id == _app_id, environment.c.environment > _after)
    .order_by(environment.c.environment)
    .limit(_count)
)
ENVIRONMENTS = Statement(
    sa.select(environment)
    .where(environment.c.app_id == _app_id, environment.c.environment > _after)
    .order_by(environment.c.environment)
    .limit(_count)
)
ENVIRONMENT_NAMES = Statement(
    sa.select(environment.c.environment)
    .where(environment.c.app_id == _app_id)
    .order_by(environment.c.created_ms, environment.c.environment)
)


def _backend(dialect: str) -> Expression:
    """An app, one of its environments (nulls where there is none), and the names of all, in one question.

    Names hold no comma (rules.check_id), so they can be joined by one.
    """
    named = environment.alias("named")
    other = environment.alias("other")
    if dialect == "postgresql":
        ordered: sa.ColumnElement[str] = aggregate_order_by(
            sa.literal_column("','"), other.c.created_ms, other.c.environment
        )
        joined = sa.select(sa.func.string_agg(other.c.environment, ordered)).where(other.c.app_id == _app_id)
    else:
        inner = (
            sa.select(other.c.environment)
            .where(other.c.app_id == _app_id)
            .order_by(other.c.created_ms, other.c.environment)
            .subquery()
        )
        joined = sa.select(sa.func.group_concat(inner.c.environment))
    on = sa.and_(named.c.app_id == app.c.app_id, named.c.environment == _environment)
    return (
        sa.select(app.c.name, app.c.feature_flags, named.c.meta, joined.scalar_subquery())
        .select_from(app.outerjoin(named, on))
        .where(app.c.app_id == _app_id)
    )


BACKEND = Statement(_backend)
PUT_ENVIRONMENT = upsert(environment)
SET_META = Statement(
    sa.update(environment)
    .where(environment.c.app_id == _app_id, environment.c.environment == _environment)
    .values(meta=sa.bindparam("document", type_=sa.LargeBinary()))
)
DELETE_ENVIRONMENT = Statement(
    sa.delete(environment).where(environment.c.app_id == _app_id, environment.c.environment == _environment)
)

RESOURCE = Statement(
    sa.select(resource).where(_of_environment, resource.c.category == sa.bindparam("category", type_=sa.Text()))
)
RESOURCES = Statement(sa.select(resource).where(_of_environment).order_by(resource.c.category))
ALL_RESOURCES = Statement(sa.select(resource))
PUT_RESOURCE = upsert(resource)
DELETE_RESOURCE = Statement(
    sa.delete(resource).where(_of_environment, resource.c.category == sa.bindparam("category", type_=sa.Text()))
)

_unserved = sa.and_(unserved.c.app_id == _app_id, unserved.c.environment == _environment)
UNSERVED = Statement(sa.select(unserved.c.document).where(_unserved))
PUT_UNSERVED = upsert(unserved)
DELETE_UNSERVED = Statement(sa.delete(unserved).where(_unserved))

_session_id = sa.bindparam("session_id", type_=sa.Text())
TOKEN = Statement(sa.select(token).where(token.c.app_id == _app_id, token.c.session_id == _session_id))
TOKEN_BY_INVOCATION = Statement(
    sa.select(token).where(
        token.c.app_id == _app_id,
        token.c.access_key_id == sa.bindparam("access_key_id", type_=sa.Text()),
        token.c.invocation_id == sa.bindparam("invocation_id", type_=sa.Text()),
    )
)
PUT_TOKEN = insert(token)
COUNT_TOKENS = Statement(sa.select(sa.func.count()).select_from(token).where(token.c.app_id == _app_id))
PURGE_TOKENS = Statement(sa.delete(token).where(token.c.expires_ms <= sa.bindparam("now", type_=sa.BigInteger())))
DELETE_TOKEN = Statement(sa.delete(token).where(token.c.app_id == _app_id, token.c.session_id == _session_id))
DELETE_TOKENS = Statement(sa.delete(token).where(token.c.app_id == _app_id))
