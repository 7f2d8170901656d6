"""Tables and questions of the functions room. Times are milliseconds since 1970 UTC.

The source of `questions.py`: run `make sql` after a change.
"""

import sqlalchemy as sa

from preamp.db import Statement, insert, upsert

tables = sa.MetaData()

function_table = sa.Table(
    "functions_function",
    tables,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("app_id", sa.Text, nullable=False),
    sa.Column("environment", sa.Text, nullable=False),
    sa.Column("code", sa.Text),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("value", sa.LargeBinary, nullable=False),
    sa.Index("functions_function_owner", "app_id", "environment"),
    sa.Index("functions_function_code", "code"),
)
code_table = sa.Table(
    "functions_code",
    tables,
    sa.Column("sha256", sa.Text, primary_key=True),
    sa.Column("package", sa.LargeBinary, nullable=False),
)
log_table = sa.Table(
    "functions_log",
    tables,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("request_id", sa.Text, nullable=False),
    sa.Column("at_ms", sa.BigInteger, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
)

_NAME = sa.bindparam("name", type_=sa.Text)
_used = sa.select(function_table.c.code).where(function_table.c.code.is_not(None))
_newest = (
    sa.select(log_table.c.id)
    .where(log_table.c.name == _NAME)
    .order_by(log_table.c.id.desc())
    .offset(sa.bindparam("keep"))
    .limit(1)
)

INSERT = insert(function_table)
CHANGE = Statement(
    sa.update(function_table)
    .where(function_table.c.name == _NAME, function_table.c.version == sa.bindparam("known"))
    .values({name: sa.bindparam(f"new_{name}") for name in ("code", "version", "value")})
)
DELETE = Statement(sa.delete(function_table).where(function_table.c.name == _NAME))
DELETE_OF = Statement(
    sa.delete(function_table).where(
        function_table.c.app_id == sa.bindparam("app_id"), function_table.c.environment == sa.bindparam("environment")
    )
)
ONE = Statement(sa.select(function_table.c.value).where(function_table.c.name == _NAME))
OF = Statement(
    sa.select(function_table.c.value)
    .where(
        function_table.c.app_id == sa.bindparam("app_id"), function_table.c.environment == sa.bindparam("environment")
    )
    .order_by(function_table.c.name)
)
ALL = Statement(
    sa.select(function_table.c.value)
    .where(function_table.c.name > sa.bindparam("after"))
    .order_by(function_table.c.name)
    .limit(sa.bindparam("count"))
)
PUT_CODE = upsert(code_table, update=[])
CODE = Statement(sa.select(code_table.c.package).where(code_table.c.sha256 == sa.bindparam("sha256")))
SWEEP_CODE = Statement(sa.delete(code_table).where(code_table.c.sha256.not_in(_used)))
PUT_LOG = insert(log_table)
SWEEP_LOG = Statement(
    sa.delete(log_table).where(log_table.c.name == _NAME, log_table.c.id <= _newest.scalar_subquery())
)
DELETE_LOG = Statement(sa.delete(log_table).where(log_table.c.name == _NAME))
LOGS = Statement(
    sa.select(log_table.c.id, log_table.c.request_id, log_table.c.at_ms, log_table.c.text)
    .where(log_table.c.name == _NAME, log_table.c.id > sa.bindparam("after"))
    .order_by(log_table.c.id.desc())
    .limit(sa.bindparam("count"))
)
