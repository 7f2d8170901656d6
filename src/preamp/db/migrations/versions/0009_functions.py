"""Functions: their settings, code and logs.

Revision ID: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "functions_function",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("app_id", sa.Text, nullable=False),
        sa.Column("environment", sa.Text, nullable=False),
        sa.Column("code", sa.Text),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("value", sa.LargeBinary, nullable=False),
    )
    op.create_index("functions_function_owner", "functions_function", ["app_id", "environment"])
    op.create_index("functions_function_code", "functions_function", ["code"])
    op.create_table(
        "functions_code",
        sa.Column("sha256", sa.Text, primary_key=True),
        sa.Column("package", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "functions_log",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("request_id", sa.Text, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )
