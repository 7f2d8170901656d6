"""Tables and questions of the jobs room. Times are milliseconds since 1970 UTC, by the writing node's clock.

The source of `questions.py`: run `make sql` after a change.
"""

import sqlalchemy as sa

from preamp.db import Statement, insert

tables = sa.MetaData()

job = sa.Table(
    "jobs_job",
    tables,
    sa.Column("job_id", sa.Text, primary_key=True),
    sa.Column("sort", sa.Text, nullable=False),
    sa.Column("app_id", sa.Text, nullable=False),
    sa.Column("environment", sa.Text),
    sa.Column("other_environment", sa.Text),
    sa.Column("operation", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("phase", sa.Text, nullable=False),
    sa.Column("input", sa.Text, nullable=False),
    sa.Column("secrets", sa.LargeBinary),
    sa.Column("error", sa.Text),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
    sa.Column("updated_ms", sa.BigInteger, nullable=False),
    sa.Column("owner", sa.Text),
    sa.Column("lease_ms", sa.BigInteger, nullable=False),
    sa.Column("not_before_ms", sa.BigInteger, nullable=False),
    sa.Column("attempt", sa.BigInteger, nullable=False),
    sa.Column("access_key_id", sa.Text),
    sa.Column("invocation_id", sa.Text),
    sa.Index("jobs_job_by_app", "app_id", "sort"),
    sa.Index(
        "jobs_job_open",
        "sort",
        sqlite_where=sa.text("phase <> 'done'"),
        postgresql_where=sa.text("phase <> 'done'"),
    ),
    sa.Index(
        "jobs_job_invocation",
        "access_key_id",
        "operation",
        "invocation_id",
        unique=True,
        sqlite_where=sa.text("invocation_id IS NOT NULL"),
        postgresql_where=sa.text("invocation_id IS NOT NULL"),
    ),
)
step = sa.Table(
    "jobs_step",
    tables,
    sa.Column("job_id", sa.Text, primary_key=True),
    sa.Column("phase", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Column("result", sa.Text, nullable=False),
    sa.Column("started_ms", sa.BigInteger, nullable=False),
    sa.Column("ended_ms", sa.BigInteger, nullable=False),
)
lock = sa.Table(
    "jobs_lock",
    tables,
    sa.Column("app_id", sa.Text, primary_key=True),
    sa.Column("environment", sa.Text, primary_key=True),
    sa.Column("job_id", sa.Text, nullable=False),
    sa.Index("jobs_lock_by_job", "job_id"),
)


def _p(name: str, type_: sa.types.TypeEngine[str] | sa.types.TypeEngine[int]) -> sa.BindParameter[object]:
    return sa.bindparam(name, type_=type_)


_TEXT, _INT = sa.Text(), sa.BigInteger()
_visible = sa.or_(
    job.c.environment == _p("environment", _TEXT),
    job.c.other_environment == _p("environment", _TEXT),
    job.c.environment.is_(None),
)
_held = sa.and_(job.c.job_id == _p("id", _TEXT), job.c.owner == _p("node", _TEXT), job.c.phase == _p("in_phase", _TEXT))


def _given(column: sa.Column[str], name: str) -> sa.ColumnElement[bool]:
    return sa.or_(_p(name, _TEXT).is_(None), column == _p(name, _TEXT))


# What clients are shown of a job: never its input, which holds a schema of up to a megabyte, nor its sealed secrets.
_NOT_SHOWN = {"input": sa.literal_column("''"), "secrets": sa.null()}
_shown = [_NOT_SHOWN.get(column.name, column) for column in job.columns]

INSERT_JOB = insert(job)
INSERT_LOCK = insert(lock)
INSERT_STEP = insert(step)
JOB = Statement(sa.select(job).where(job.c.job_id == _p("id", _TEXT)))
JOB_OF_APP = Statement(
    sa.select(*_shown).where(job.c.job_id == _p("id", _TEXT), job.c.app_id == _p("app", _TEXT), _visible)
)
JOB_BY_INVOCATION = Statement(
    sa.select(job).where(
        job.c.access_key_id == _p("key", _TEXT),
        job.c.operation == _p("op", _TEXT),
        job.c.invocation_id == _p("invocation", _TEXT),
    )
)
JOBS_OF_APP = Statement(
    sa.select(*_shown)
    .where(
        job.c.app_id == _p("app", _TEXT),
        _visible,
        job.c.sort < _p("before", _TEXT),
        _given(job.c.job_id, "only_id"),
        _given(job.c.operation, "only_operation"),
        _given(job.c.status, "only_status"),
    )
    .order_by(job.c.sort.desc())
    .limit(_p("count", _INT))
)
LOCKS = Statement(sa.select(lock.c.environment, lock.c.job_id).where(lock.c.app_id == _p("app", _TEXT)))
STEPS = Statement(sa.select(step.c.phase, step.c.name, step.c.result).where(step.c.job_id == _p("id", _TEXT)))
STEP_LIST = Statement(
    sa.select(step.c.phase, step.c.name, step.c.started_ms, step.c.ended_ms)
    .where(step.c.job_id == _p("id", _TEXT))
    .order_by(step.c.started_ms, step.c.position)
)
_open = sa.select(job.c.job_id).where(
    job.c.phase != "done",
    job.c.not_before_ms <= _p("now", _INT),
    sa.or_(job.c.owner.is_(None), job.c.lease_ms < _p("now", _INT)),
)
CLAIMABLE = Statement(_open.limit(1))
CLAIM = Statement(
    sa.update(job)
    .where(job.c.job_id == _open.order_by(job.c.sort).limit(1).with_for_update(skip_locked=True).scalar_subquery())
    .values(owner=_p("node", _TEXT), lease_ms=_p("lease", _INT), attempt=job.c.attempt + 1)
    .returning(*job.c)
)
HOLD = Statement(sa.update(job).where(_held).values(lease_ms=_p("lease", _INT), updated_ms=_p("now", _INT)))
ENTER = Statement(
    sa.update(job)
    .where(_held)
    .values(
        phase=_p("to_phase", _TEXT),
        status=_p("to_status", _TEXT),
        error=_p("to_error", _TEXT),
        attempt=_p("to_attempt", _INT),
        updated_ms=_p("now", _INT),
    )
)
RELEASE = Statement(
    sa.update(job).where(_held).values(owner=None, not_before_ms=_p("later", _INT), updated_ms=_p("now", _INT))
)
CANCEL = Statement(
    sa.update(job)
    .where(job.c.job_id == _p("id", _TEXT), job.c.status == "RUNNING", job.c.phase == "forward")
    .values(status="FAILED", phase="undo", error=_p("reason", _TEXT), updated_ms=_p("now", _INT))
)
ORPHAN_ALL = Statement(sa.update(job).where(job.c.phase != "done").values(owner=None, lease_ms=0))
UNLOCK = Statement(sa.delete(lock).where(lock.c.job_id == _p("id", _TEXT)))
UNFINISHED = Statement(sa.select(sa.func.count()).select_from(job).where(job.c.phase != "done"))
_ended = sa.select(job.c.job_id).where(job.c.operation == _p("op", _TEXT), job.c.phase == "done")
FORGET = (
    Statement(sa.delete(step).where(step.c.job_id.in_(_ended))),
    Statement(sa.delete(job).where(job.c.operation == _p("op", _TEXT), job.c.phase == "done")),
)
