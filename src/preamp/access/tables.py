"""Table and questions of access keys.

The source of `questions.py`: run `make sql` after a change.
"""

import sqlalchemy as sa

from preamp.db import Statement, insert

tables = sa.MetaData()

access_key = sa.Table(
    "access_key",
    tables,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("user_name", sa.Text, nullable=False),
    sa.Column("secret", sa.LargeBinary, nullable=False),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
)

INSERT = insert(access_key)
BY_ID = Statement(sa.select(*access_key.c).where(access_key.c.id == sa.bindparam("id")))
ALL = Statement(sa.select(*access_key.c).order_by(access_key.c.created_ms, access_key.c.id))
SET_STATUS = Statement(
    sa.update(access_key).where(access_key.c.id == sa.bindparam("key")).values(status=sa.bindparam("state"))
)
DELETE = Statement(sa.delete(access_key).where(access_key.c.id == sa.bindparam("id")))
