"""Jobs: locks are found by their app, so that starting a job writes one index less.

Revision ID: 0006
"""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Drop the index of locks by job."""
    op.drop_index("jobs_lock_by_job", "jobs_lock")
