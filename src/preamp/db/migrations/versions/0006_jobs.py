"""Jobs: locks are found by their app, so that starting a job writes one index less.

Revision ID: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Drop the index of locks by job; on SQLite the locks become one tree instead of two."""
    op.drop_index("jobs_lock_by_job", "jobs_lock")
    if op.get_bind().dialect.name != "sqlite":
        return
    op.rename_table("jobs_lock", "jobs_lock_before")
    op.create_table(
        "jobs_lock",
        sa.Column("app_id", sa.Text(), nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("job_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("app_id", "environment"),
        sqlite_with_rowid=False,
    )
    op.execute("INSERT INTO jobs_lock SELECT app_id, environment, job_id FROM jobs_lock_before")
    op.drop_table("jobs_lock_before")
