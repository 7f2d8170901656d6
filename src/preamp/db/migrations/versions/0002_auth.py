"""Users of pools and all that they hold: codes, sessions, devices, passkeys, signing keys, providers.

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Widen the tables of pools, clients and groups, and make those of users."""
    op.add_column("auth_user_pool", sa.Column("config", sa.Text()))
    op.add_column("auth_app_client", sa.Column("config", sa.Text()))
    op.add_column("auth_app_client", sa.Column("updated_ms", sa.BigInteger()))
    op.add_column("auth_group", sa.Column("description", sa.Text()))
    op.add_column("auth_group", sa.Column("precedence", sa.BigInteger()))
    op.add_column("auth_group", sa.Column("role_arn", sa.Text()))
    op.add_column("auth_group", sa.Column("updated_ms", sa.BigInteger()))
    _tables_1()
    _tables_2()
    _tables_3()
    _tables_4()


def _tables_1() -> None:
    op.create_table(
        "auth_attempt",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
        sa.Column("last_ms", sa.BigInteger(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("ix_auth_attempt_until_ms", "auth_attempt", ["until_ms"])
    op.create_table(
        "auth_nonce",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_auth_nonce_expires_ms", "auth_nonce", ["expires_ms"])
    op.create_table(
        "auth_pool_provider",
        sa.Column("user_pool_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("details", sa.LargeBinary(), nullable=False),
        sa.Column("attribute_mapping", sa.Text(), nullable=False),
        sa.Column("identifiers", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("updated_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user_pool_id", "name"),
        sa.ForeignKeyConstraint(["user_pool_id"], ["auth_user_pool.id"]),
    )


def _tables_2() -> None:
    op.create_table(
        "auth_resource_server",
        sa.Column("user_pool_id", sa.Text(), nullable=False),
        sa.Column("identifier", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("user_pool_id", "identifier"),
        sa.ForeignKeyConstraint(["user_pool_id"], ["auth_user_pool.id"]),
    )
    op.create_table(
        "auth_signing_key",
        sa.Column("user_pool_id", sa.Text(), nullable=False),
        sa.Column("kid", sa.Text(), nullable=False),
        sa.Column("token_use", sa.Text(), nullable=False),
        sa.Column("private", sa.LargeBinary(), nullable=False),
        sa.Column("public", sa.Text(), nullable=False),
        sa.Column("active_ms", sa.BigInteger(), nullable=False),
        sa.Column("retired_ms", sa.BigInteger()),
        sa.PrimaryKeyConstraint("user_pool_id", "kid"),
        sa.ForeignKeyConstraint(["user_pool_id"], ["auth_user_pool.id"]),
    )
    op.create_index("auth_signing_key_at", "auth_signing_key", ["user_pool_id", "token_use", "active_ms"], unique=True)
    op.create_table(
        "auth_user",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("user_pool_id", sa.Text(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("username_key", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("enabled", sa.BigInteger(), nullable=False),
        sa.Column("attributes", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary()),
        sa.Column("temporary_until_ms", sa.BigInteger()),
        sa.Column("mfa", sa.Text(), nullable=False),
        sa.Column("totp_secret", sa.LargeBinary()),
        sa.Column("totp_step", sa.BigInteger(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("updated_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["user_pool_id"], ["auth_user_pool.id"]),
    )
    op.create_index("auth_user_by_age", "auth_user", ["user_pool_id", "created_ms", "id"])
    op.create_index("auth_user_name", "auth_user", ["user_pool_id", "username_key"], unique=True)
    op.create_table(
        "auth_alias",
        sa.Column("user_pool_id", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("user_pool_id", "value"),
        sa.ForeignKeyConstraint(["user_id"], ["auth_user.id"]),
        sa.ForeignKeyConstraint(["user_pool_id"], ["auth_user_pool.id"]),
    )
    op.create_index("ix_auth_alias_user_id", "auth_alias", ["user_id"])


def _tables_3() -> None:
    op.create_table(
        "auth_code",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("attribute", sa.Text()),
        sa.Column("value", sa.Text()),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "purpose"),
        sa.ForeignKeyConstraint(["user_id"], ["auth_user.id"]),
    )
    op.create_table(
        "auth_device",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("device_key", sa.Text(), nullable=False),
        sa.Column("group_key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text()),
        sa.Column("verifier", sa.LargeBinary()),
        sa.Column("remembered", sa.BigInteger(), nullable=False),
        sa.Column("attributes", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("updated_ms", sa.BigInteger(), nullable=False),
        sa.Column("authenticated_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "device_key"),
        sa.ForeignKeyConstraint(["user_id"], ["auth_user.id"]),
    )
    op.create_table(
        "auth_family",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("user_pool_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.Column("rotated_ms", sa.BigInteger(), nullable=False),
        sa.Column("auth_time_ms", sa.BigInteger(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("device_key", sa.Text()),
        sa.Column("hosted", sa.BigInteger(), nullable=False),
        sa.Column("revoked", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["user_id"], ["auth_user.id"]),
        sa.ForeignKeyConstraint(["user_pool_id"], ["auth_user_pool.id"]),
    )
    op.create_index("ix_auth_family_client_id", "auth_family", ["client_id"])
    op.create_index("ix_auth_family_user_id", "auth_family", ["user_id"])
    op.create_table(
        "auth_group_member",
        sa.Column("user_pool_id", sa.Text(), nullable=False),
        sa.Column("group_name", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user_pool_id", "group_name", "user_id"),
        sa.ForeignKeyConstraint(["user_id"], ["auth_user.id"]),
        sa.ForeignKeyConstraint(["user_pool_id"], ["auth_user_pool.id"]),
        sa.ForeignKeyConstraint(["user_pool_id", "group_name"], ["auth_group.user_pool_id", "auth_group.name"]),
    )
    op.create_index("ix_auth_group_member_user_id", "auth_group_member", ["user_id"])


def _tables_4() -> None:
    op.create_table(
        "auth_link",
        sa.Column("user_pool_id", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("provider_type", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text()),
        sa.Column("main", sa.BigInteger(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user_pool_id", "provider", "subject"),
        sa.ForeignKeyConstraint(["user_id"], ["auth_user.id"]),
        sa.ForeignKeyConstraint(["user_pool_id"], ["auth_user_pool.id"]),
    )
    op.create_index("ix_auth_link_user_id", "auth_link", ["user_id"])
    op.create_table(
        "auth_passkey",
        sa.Column("user_pool_id", sa.Text(), nullable=False),
        sa.Column("credential_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("relying_party_id", sa.Text(), nullable=False),
        sa.Column("attachment", sa.Text()),
        sa.Column("transports", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user_pool_id", "credential_id"),
        sa.ForeignKeyConstraint(["user_id"], ["auth_user.id"]),
        sa.ForeignKeyConstraint(["user_pool_id"], ["auth_user_pool.id"]),
    )
    op.create_index("ix_auth_passkey_user_id", "auth_passkey", ["user_id"])
