"""Tables and questions of the jobs room. Times are milliseconds since 1970 UTC, by the writing node's clock.

The source of `questions.py`: run `make sql` after a change.
"""

from typing import Any

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
    sqlite_with_rowid=False,
)


def _p(name: str, type_: sa.types.TypeEngine[Any]) -> sa.BindParameter[object]:
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
_listed = (
    sa.select(*_shown)
    .where(job.c.app_id == _p("app", _TEXT), _visible, job.c.sort < _p("before", _TEXT))
    .order_by(job.c.sort.desc())
)
JOBS_OF_APP = Statement(_listed.limit(_p("count", _INT)))
SOME_JOBS_OF_APP = Statement(
    _listed.where(
        _given(job.c.job_id, "only_id"), _given(job.c.operation, "only_operation"), _given(job.c.status, "only_status")
    ).limit(_p("count", _INT))
)
_asked, _whole = _p("asked", _TEXT), _p("whole_app", _TEXT)
_blocking = sa.and_(
    lock.c.app_id == _p("app_id", _TEXT), sa.or_(lock.c.environment.in_([_asked, _whole]), _asked == _whole)
)
_taken = sa.insert(lock).from_select(
    ["app_id", "environment", "job_id"],
    sa.select(_p("app_id", _TEXT), _asked, _p("job_id", _TEXT)).where(~sa.exists().where(_blocking)),
)
# Touches no row where another job works there. One that asks for the whole app is blocked by any.
TAKE_LOCK = Statement(_taken)
_locked = _taken.returning(lock.c.job_id).cte("locked")
TAKE_LOCK_AND_INSERT_JOB = Statement(
    sa.insert(job).from_select(
        [column.name for column in job.columns],
        sa.select(*(_p(column.name, column.type) for column in job.columns)).select_from(_locked),
    ),
    only="postgresql",
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
_hold = sa.update(job).where(_held).values(lease_ms=_p("lease", _INT), updated_ms=_p("now", _INT))
HOLD = Statement(_hold)
_prolonged = _hold.returning(job.c.job_id).cte("prolonged")
HOLD_AND_INSERT_STEP = Statement(
    sa.insert(step).from_select(
        [column.name for column in step.columns],
        sa.select(*(_p(column.name, column.type) for column in step.columns)).select_from(_prolonged),
    ),
    only="postgresql",
)
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
UNLOCK = Statement(sa.delete(lock).where(lock.c.app_id == _p("app", _TEXT), lock.c.job_id == _p("id", _TEXT)))
UNFINISHED = Statement(sa.select(sa.func.count()).select_from(job).where(job.c.phase != "done"))
_ended = sa.select(job.c.job_id).where(job.c.operation == _p("op", _TEXT), job.c.phase == "done")
FORGET = (
    Statement(sa.delete(step).where(step.c.job_id.in_(_ended))),
    Statement(sa.delete(job).where(job.c.operation == _p("op", _TEXT), job.c.phase == "done")),
)
