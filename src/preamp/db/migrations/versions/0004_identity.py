"""Identities of identity pools, their logins, and what pools have besides.

Revision ID: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables of identities; an identity pool need not belong to a user pool any more."""
    with op.batch_alter_table("auth_identity_pool") as batch:
        batch.alter_column("user_pool_id", existing_type=sa.Text(), nullable=True)
    op.create_table(
        "auth_identity",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("identity_pool_id", sa.Text(), nullable=False),
        sa.Column("enabled", sa.BigInteger(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("updated_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("auth_identity_by_pool", "auth_identity", ["identity_pool_id", "id"])
    op.create_table(
        "auth_identity_login",
        sa.Column("identity_pool_id", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("identity_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("identity_pool_id", "provider", "subject"),
    )
    op.create_index("ix_auth_identity_login_identity_id", "auth_identity_login", ["identity_id"])
    op.create_table(
        "auth_identity_settings",
        sa.Column("identity_pool_id", sa.Text(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("identity_pool_id"),
    )
    op.create_table(
        "auth_identity_key",
        sa.Column("kid", sa.Text(), nullable=False),
        sa.Column("private", sa.LargeBinary(), nullable=False),
        sa.Column("public", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kid"),
    )
