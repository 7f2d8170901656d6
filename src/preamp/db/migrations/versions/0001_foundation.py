"""Foundation: access keys, jobs, apps with their resources, pools, buckets, APIs.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables, room by room."""
    _access()
    _jobs()
    _control()
    _auth()
    _storage()
    _graphql()


def _access() -> None:
    op.create_table(
        "access_key",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("user_name", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def _jobs() -> None:
    op.create_table(
        "jobs_job",
        sa.Column("job_id", sa.Text(), nullable=False),
        sa.Column("sort", sa.Text(), nullable=False),
        sa.Column("app_id", sa.Text(), nullable=False),
        sa.Column("environment", sa.Text()),
        sa.Column("other_environment", sa.Text()),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("input", sa.Text(), nullable=False),
        sa.Column("secrets", sa.LargeBinary()),
        sa.Column("error", sa.Text()),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("updated_ms", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.Text()),
        sa.Column("lease_ms", sa.BigInteger(), nullable=False),
        sa.Column("not_before_ms", sa.BigInteger(), nullable=False),
        sa.Column("attempt", sa.BigInteger(), nullable=False),
        sa.Column("access_key_id", sa.Text()),
        sa.Column("invocation_id", sa.Text()),
        sa.PrimaryKeyConstraint("job_id"),
    )
    op.create_index("jobs_job_by_app", "jobs_job", ["app_id", "sort"])
    op.create_index(
        "jobs_job_invocation",
        "jobs_job",
        ["access_key_id", "operation", "invocation_id"],
        unique=True,
        sqlite_where=sa.text("invocation_id IS NOT NULL"),
        postgresql_where=sa.text("invocation_id IS NOT NULL"),
    )
    op.create_index(
        "jobs_job_open",
        "jobs_job",
        ["sort"],
        sqlite_where=sa.text("phase <> 'done'"),
        postgresql_where=sa.text("phase <> 'done'"),
    )
    op.create_table(
        "jobs_lock",
        sa.Column("app_id", sa.Text(), nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("job_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("app_id", "environment"),
    )
    op.create_index("jobs_lock_by_job", "jobs_lock", ["job_id"])
    op.create_table(
        "jobs_step",
        sa.Column("job_id", sa.Text(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("started_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("job_id", "phase", "name"),
    )


def _control() -> None:
    op.create_table(
        "control_app",
        sa.Column("app_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("feature_flags", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("manager_app_id", sa.Text()),
        sa.Column("login", sa.Text()),
        sa.Column("manager_pool_id", sa.Text()),
        sa.PrimaryKeyConstraint("app_id"),
    )
    op.create_table(
        "control_environment",
        sa.Column("app_id", sa.Text(), nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("stack", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("meta", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("app_id", "environment"),
    )
    op.create_table(
        "control_resource",
        sa.Column("app_id", sa.Text(), nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("config", sa.Text(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("imported", sa.BigInteger(), nullable=False),
        sa.Column("updated_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("app_id", "environment", "category"),
    )
    op.create_table(
        "control_token",
        sa.Column("app_id", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.Column("access_key_id", sa.Text(), nullable=False),
        sa.Column("invocation_id", sa.Text()),
        sa.PrimaryKeyConstraint("app_id", "session_id"),
    )


def _auth() -> None:
    op.create_table(
        "auth_user_pool",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("app_id", sa.Text(), nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("secrets", sa.LargeBinary()),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("updated_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("auth_user_pool_owner", "auth_user_pool", ["app_id", "environment"])
    op.create_table(
        "auth_app_client",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("user_pool_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary()),
        sa.Column("o_auth", sa.Text()),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["user_pool_id"], ["auth_user_pool.id"]),
    )
    op.create_index("ix_auth_app_client_user_pool_id", "auth_app_client", ["user_pool_id"])
    op.create_table(
        "auth_domain",
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("user_pool_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("prefix"),
        sa.ForeignKeyConstraint(["user_pool_id"], ["auth_user_pool.id"]),
    )
    op.create_index("ix_auth_domain_user_pool_id", "auth_domain", ["user_pool_id"])
    op.create_table(
        "auth_group",
        sa.Column("user_pool_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user_pool_id", "name"),
        sa.ForeignKeyConstraint(["user_pool_id"], ["auth_user_pool.id"]),
    )
    op.create_table(
        "auth_identity_pool",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("user_pool_id", sa.Text(), nullable=False),
        sa.Column("app_id", sa.Text(), nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("unauthenticated_login", sa.BigInteger(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["user_pool_id"], ["auth_user_pool.id"]),
    )
    op.create_index("auth_identity_pool_owner", "auth_identity_pool", ["app_id", "environment"])
    op.create_index("ix_auth_identity_pool_user_pool_id", "auth_identity_pool", ["user_pool_id"])
    op.create_table(
        "auth_identity_provider",
        sa.Column("identity_pool_id", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("user_pool_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("identity_pool_id", "client_id"),
        sa.ForeignKeyConstraint(["client_id"], ["auth_app_client.id"]),
        sa.ForeignKeyConstraint(["identity_pool_id"], ["auth_identity_pool.id"]),
        sa.ForeignKeyConstraint(["user_pool_id"], ["auth_user_pool.id"]),
    )
    op.create_index("ix_auth_identity_provider_client_id", "auth_identity_provider", ["client_id"])


def _storage() -> None:
    op.create_table(
        "storage_bucket",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("app_id", sa.Text()),
        sa.Column("environment", sa.Text()),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("permissions", sa.Text()),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_index("storage_bucket_owner", "storage_bucket", ["app_id", "environment"])


def _graphql() -> None:
    op.create_table(
        "graphql_api",
        sa.Column("api_id", sa.String(), nullable=False),
        sa.Column("release_id", sa.String(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("introspection", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("api_id"),
    )
    op.create_table(
        "graphql_api_key",
        sa.Column("api_id", sa.String(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("api_id", "digest"),
    )
    op.create_table(
        "graphql_models",
        sa.Column("api_id", sa.String(), nullable=False),
        sa.Column("release_id", sa.String(), nullable=False),
        sa.Column("introspection", sa.Text(), nullable=False),
        sa.Column("datastore", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("api_id"),
    )
    op.create_table(
        "graphql_release",
        sa.Column("api_id", sa.String(), nullable=False),
        sa.Column("release_id", sa.String(), nullable=False),
        sa.Column("model", sa.LargeBinary(), nullable=False),
        sa.Column("published_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("api_id", "release_id"),
    )
