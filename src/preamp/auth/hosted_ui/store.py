"""Tables and questions of the hosted UI. Times are milliseconds since 1970 UTC; grants are sealed."""

import sqlalchemy as sa

from preamp.auth.user_store import link_table
from preamp.db import Reader, Statement, insert

tables = sa.MetaData()

code_table = sa.Table(
    "auth_oauth_code",
    tables,
    sa.Column("digest", sa.LargeBinary, primary_key=True),
    sa.Column("client_id", sa.Text, nullable=False),
    sa.Column("grant", sa.LargeBinary, nullable=False),
    sa.Column("used", sa.BigInteger, nullable=False),
    sa.Column("family_id", sa.Text),
    sa.Column("expires_ms", sa.BigInteger, nullable=False, index=True),
)

_DIGEST = sa.bindparam("digest", type_=sa.LargeBinary)
_CLIENT = sa.bindparam("client_id", type_=sa.Text)
_FAMILY = sa.bindparam("family", type_=sa.Text)

insert_code = insert(code_table)
code = Statement(sa.select(code_table).where(code_table.c.digest == _DIGEST, code_table.c.client_id == _CLIENT))
use_code = Statement(
    sa.update(code_table)
    .where(code_table.c.digest == _DIGEST, code_table.c.client_id == _CLIENT, code_table.c.used == 0)
    .values(used=1)
)
set_family = Statement(sa.update(code_table).where(code_table.c.digest == _DIGEST).values(family_id=_FAMILY))
delete_ended = Statement(
    sa.delete(code_table).where(code_table.c.expires_ms < sa.bindparam("now", type_=sa.BigInteger))
)
_linked = Statement(
    sa.select(link_table.c.user_id).where(
        link_table.c.user_pool_id == sa.bindparam("user_pool_id"),
        link_table.c.provider == sa.bindparam("provider"),
        link_table.c.subject == sa.bindparam("subject"),
    )
)


async def linked_user_id(reader: Reader, user_pool_id: str, provider: str, subject: str) -> str | None:
    """The user that a provider's user signs in as, None at the first time."""
    row = await reader.row(_linked, user_pool_id=user_pool_id, provider=provider, subject=subject)
    return None if row is None else str(row[0])
