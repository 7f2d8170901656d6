"""Storage: objects, their contents, uploads and parts; blobs to be removed; what a bucket holds.

Revision ID: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the tables."""
    for column in (
        sa.Column("creator", sa.Text()),
        sa.Column("cors", sa.Text()),
        sa.Column("quota_bytes", sa.BigInteger()),
        sa.Column("removed_ms", sa.BigInteger()),
    ):
        op.add_column("storage_bucket", column)
    op.create_table(
        "storage_link",
        sa.Column("bucket", sa.Text(), nullable=False),
        sa.Column("app_id", sa.Text(), nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("bucket", "app_id", "environment"),
    )
    _objects()
    _uploads()
    op.create_table(
        "storage_orphan",
        sa.Column("blob", sa.Text(), nullable=False),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("blob"),
    )
    op.create_table(
        "storage_usage",
        sa.Column("bucket", sa.Text(), nullable=False),
        sa.Column("slot", sa.BigInteger(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("objects", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("bucket", "slot"),
    )


def _objects() -> None:
    op.create_table(
        "storage_object",
        sa.Column("bucket", sa.Text(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("modified_ms", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("checksum", sa.Text()),
        sa.Column("meta", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("bucket", "key"),
    )
    op.create_table(
        "storage_content",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("parts", sa.BigInteger(), nullable=False),
        sa.Column("refs", sa.BigInteger(), nullable=False),
        sa.Column("crc64", sa.LargeBinary()),
        sa.Column("inline", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id"),
    )


def _uploads() -> None:
    op.create_table(
        "storage_upload",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("bucket", sa.Text(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("algorithm", sa.Text()),
        sa.Column("kind", sa.Text()),
        sa.Column("meta", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("storage_upload_place", "storage_upload", ["bucket", "key", "id"])
    op.create_table(
        "storage_part",
        sa.Column("upload", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("blob", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("checksum", sa.Text()),
        sa.Column("crc64", sa.LargeBinary(), nullable=False),
        sa.Column("modified_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("upload", "number"),
    )
    op.create_index("storage_part_blob", "storage_part", ["blob"])
