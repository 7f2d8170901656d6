"""The questions of tables.py as SQL of each engine. Written by `make sql`: change tables.py, not this file."""

from preamp.db import Statement

INSERT_JOB = Statement(
    sqlite=(
        "INSERT INTO jobs_job (job_id, sort, app_id, environment, other_environment, operation, status, "
        "phase, input, secrets, error, created_ms, updated_ms, owner, lease_ms, not_before_ms, attempt, "
        "access_key_id, invocation_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            "job_id",
            "sort",
            "app_id",
            "environment",
            "other_environment",
            "operation",
            "status",
            "phase",
            "input",
            "secrets",
            "error",
            "created_ms",
            "updated_ms",
            "owner",
            "lease_ms",
            "not_before_ms",
            "attempt",
            "access_key_id",
            "invocation_id",
        ),
    ),
    postgresql=(
        "INSERT INTO jobs_job (job_id, sort, app_id, environment, other_environment, operation, status, "
        "phase, input, secrets, error, created_ms, updated_ms, owner, lease_ms, not_before_ms, attempt, "
        "access_key_id, invocation_id) VALUES ($1::VARCHAR, $2::VARCHAR, $3::VARCHAR, $4::VARCHAR, "
        "$5::VARCHAR, $6::VARCHAR, $7::VARCHAR, $8::VARCHAR, $9::VARCHAR, $10::BYTEA, $11::VARCHAR, "
        "$12::BIGINT, $13::BIGINT, $14::VARCHAR, $15::BIGINT, $16::BIGINT, $17::BIGINT, $18::VARCHAR, "
        "$19::VARCHAR)",
        (
            "job_id",
            "sort",
            "app_id",
            "environment",
            "other_environment",
            "operation",
            "status",
            "phase",
            "input",
            "secrets",
            "error",
            "created_ms",
            "updated_ms",
            "owner",
            "lease_ms",
            "not_before_ms",
            "attempt",
            "access_key_id",
            "invocation_id",
        ),
    ),
)
INSERT_STEP = Statement(
    sqlite=(
        "INSERT INTO jobs_step (job_id, phase, name, position, result, started_ms, ended_ms) VALUES (?, ?, ?, "
        "?, ?, ?, ?)",
        ("job_id", "phase", "name", "position", "result", "started_ms", "ended_ms"),
    ),
    postgresql=(
        "INSERT INTO jobs_step (job_id, phase, name, position, result, started_ms, ended_ms) VALUES "
        "($1::VARCHAR, $2::VARCHAR, $3::VARCHAR, $4::BIGINT, $5::VARCHAR, $6::BIGINT, $7::BIGINT)",
        ("job_id", "phase", "name", "position", "result", "started_ms", "ended_ms"),
    ),
)
JOB = Statement(
    sqlite=(
        "SELECT jobs_job.job_id, jobs_job.sort, jobs_job.app_id, jobs_job.environment, "
        "jobs_job.other_environment, jobs_job.operation, jobs_job.status, jobs_job.phase, jobs_job.input, "
        "jobs_job.secrets, jobs_job.error, jobs_job.created_ms, jobs_job.updated_ms, jobs_job.owner, "
        "jobs_job.lease_ms, jobs_job.not_before_ms, jobs_job.attempt, jobs_job.access_key_id, "
        "jobs_job.invocation_id FROM jobs_job WHERE jobs_job.job_id = ?",
        ("id",),
    ),
    postgresql=(
        "SELECT jobs_job.job_id, jobs_job.sort, jobs_job.app_id, jobs_job.environment, "
        "jobs_job.other_environment, jobs_job.operation, jobs_job.status, jobs_job.phase, jobs_job.input, "
        "jobs_job.secrets, jobs_job.error, jobs_job.created_ms, jobs_job.updated_ms, jobs_job.owner, "
        "jobs_job.lease_ms, jobs_job.not_before_ms, jobs_job.attempt, jobs_job.access_key_id, "
        "jobs_job.invocation_id FROM jobs_job WHERE jobs_job.job_id = $1::VARCHAR",
        ("id",),
    ),
)
JOB_OF_APP = Statement(
    sqlite=(
        "SELECT jobs_job.job_id, jobs_job.sort, jobs_job.app_id, jobs_job.environment, "
        "jobs_job.other_environment, jobs_job.operation, jobs_job.status, jobs_job.phase, '', NULL AS anon_1, "
        "jobs_job.error, jobs_job.created_ms, jobs_job.updated_ms, jobs_job.owner, jobs_job.lease_ms, "
        "jobs_job.not_before_ms, jobs_job.attempt, jobs_job.access_key_id, jobs_job.invocation_id FROM "
        "jobs_job WHERE jobs_job.job_id = ? AND jobs_job.app_id = ? AND (jobs_job.environment = ? OR "
        "jobs_job.other_environment = ? OR jobs_job.environment IS NULL)",
        ("id", "app", "environment", "environment"),
    ),
    postgresql=(
        "SELECT jobs_job.job_id, jobs_job.sort, jobs_job.app_id, jobs_job.environment, "
        "jobs_job.other_environment, jobs_job.operation, jobs_job.status, jobs_job.phase, '', NULL AS anon_1, "
        "jobs_job.error, jobs_job.created_ms, jobs_job.updated_ms, jobs_job.owner, jobs_job.lease_ms, "
        "jobs_job.not_before_ms, jobs_job.attempt, jobs_job.access_key_id, jobs_job.invocation_id FROM "
        "jobs_job WHERE jobs_job.job_id = $1::VARCHAR AND jobs_job.app_id = $2::VARCHAR AND "
        "(jobs_job.environment = $3::VARCHAR OR jobs_job.other_environment = $3::VARCHAR OR "
        "jobs_job.environment IS NULL)",
        ("id", "app", "environment"),
    ),
)
JOB_BY_INVOCATION = Statement(
    sqlite=(
        "SELECT jobs_job.job_id, jobs_job.sort, jobs_job.app_id, jobs_job.environment, "
        "jobs_job.other_environment, jobs_job.operation, jobs_job.status, jobs_job.phase, jobs_job.input, "
        "jobs_job.secrets, jobs_job.error, jobs_job.created_ms, jobs_job.updated_ms, jobs_job.owner, "
        "jobs_job.lease_ms, jobs_job.not_before_ms, jobs_job.attempt, jobs_job.access_key_id, "
        "jobs_job.invocation_id FROM jobs_job WHERE jobs_job.access_key_id = ? AND jobs_job.operation = ? AND "
        "jobs_job.invocation_id = ?",
        ("key", "op", "invocation"),
    ),
    postgresql=(
        "SELECT jobs_job.job_id, jobs_job.sort, jobs_job.app_id, jobs_job.environment, "
        "jobs_job.other_environment, jobs_job.operation, jobs_job.status, jobs_job.phase, jobs_job.input, "
        "jobs_job.secrets, jobs_job.error, jobs_job.created_ms, jobs_job.updated_ms, jobs_job.owner, "
        "jobs_job.lease_ms, jobs_job.not_before_ms, jobs_job.attempt, jobs_job.access_key_id, "
        "jobs_job.invocation_id FROM jobs_job WHERE jobs_job.access_key_id = $1::VARCHAR AND "
        "jobs_job.operation = $2::VARCHAR AND jobs_job.invocation_id = $3::VARCHAR",
        ("key", "op", "invocation"),
    ),
)
JOBS_OF_APP = Statement(
    sqlite=(
        "SELECT jobs_job.job_id, jobs_job.sort, jobs_job.app_id, jobs_job.environment, "
        "jobs_job.other_environment, jobs_job.operation, jobs_job.status, jobs_job.phase, '', NULL AS anon_1, "
        "jobs_job.error, jobs_job.created_ms, jobs_job.updated_ms, jobs_job.owner, jobs_job.lease_ms, "
        "jobs_job.not_before_ms, jobs_job.attempt, jobs_job.access_key_id, jobs_job.invocation_id FROM "
        "jobs_job WHERE jobs_job.app_id = ? AND (jobs_job.environment = ? OR jobs_job.other_environment = ? "
        "OR jobs_job.environment IS NULL) AND jobs_job.sort < ? ORDER BY jobs_job.sort DESC LIMIT ? OFFSET ?",
        ("app", "environment", "environment", "before", "count", "param_1"),
    ),
    postgresql=(
        "SELECT jobs_job.job_id, jobs_job.sort, jobs_job.app_id, jobs_job.environment, "
        "jobs_job.other_environment, jobs_job.operation, jobs_job.status, jobs_job.phase, '', NULL AS anon_1, "
        "jobs_job.error, jobs_job.created_ms, jobs_job.updated_ms, jobs_job.owner, jobs_job.lease_ms, "
        "jobs_job.not_before_ms, jobs_job.attempt, jobs_job.access_key_id, jobs_job.invocation_id FROM "
        "jobs_job WHERE jobs_job.app_id = $1::VARCHAR AND (jobs_job.environment = $2::VARCHAR OR "
        "jobs_job.other_environment = $2::VARCHAR OR jobs_job.environment IS NULL) AND jobs_job.sort < "
        "$3::VARCHAR ORDER BY jobs_job.sort DESC LIMIT $4::BIGINT",
        ("app", "environment", "before", "count"),
    ),
    literals={"param_1": 0},
)
SOME_JOBS_OF_APP = Statement(
    sqlite=(
        "SELECT jobs_job.job_id, jobs_job.sort, jobs_job.app_id, jobs_job.environment, "
        "jobs_job.other_environment, jobs_job.operation, jobs_job.status, jobs_job.phase, '', NULL AS anon_1, "
        "jobs_job.error, jobs_job.created_ms, jobs_job.updated_ms, jobs_job.owner, jobs_job.lease_ms, "
        "jobs_job.not_before_ms, jobs_job.attempt, jobs_job.access_key_id, jobs_job.invocation_id FROM "
        "jobs_job WHERE jobs_job.app_id = ? AND (jobs_job.environment = ? OR jobs_job.other_environment = ? "
        "OR jobs_job.environment IS NULL) AND jobs_job.sort < ? AND (? IS NULL OR jobs_job.job_id = ?) AND (? "
        "IS NULL OR jobs_job.operation = ?) AND (? IS NULL OR jobs_job.status = ?) ORDER BY jobs_job.sort "
        "DESC LIMIT ? OFFSET ?",
        (
            "app",
            "environment",
            "environment",
            "before",
            "only_id",
            "only_id",
            "only_operation",
            "only_operation",
            "only_status",
            "only_status",
            "count",
            "param_1",
        ),
    ),
    postgresql=(
        "SELECT jobs_job.job_id, jobs_job.sort, jobs_job.app_id, jobs_job.environment, "
        "jobs_job.other_environment, jobs_job.operation, jobs_job.status, jobs_job.phase, '', NULL AS anon_1, "
        "jobs_job.error, jobs_job.created_ms, jobs_job.updated_ms, jobs_job.owner, jobs_job.lease_ms, "
        "jobs_job.not_before_ms, jobs_job.attempt, jobs_job.access_key_id, jobs_job.invocation_id FROM "
        "jobs_job WHERE jobs_job.app_id = $1::VARCHAR AND (jobs_job.environment = $2::VARCHAR OR "
        "jobs_job.other_environment = $2::VARCHAR OR jobs_job.environment IS NULL) AND jobs_job.sort < "
        "$3::VARCHAR AND ($4::VARCHAR IS NULL OR jobs_job.job_id = $4::VARCHAR) AND ($5::VARCHAR IS NULL OR "
        "jobs_job.operation = $5::VARCHAR) AND ($6::VARCHAR IS NULL OR jobs_job.status = $6::VARCHAR) ORDER "
        "BY jobs_job.sort DESC LIMIT $7::BIGINT",
        ("app", "environment", "before", "only_id", "only_operation", "only_status", "count"),
    ),
    literals={"param_1": 0},
)
TAKE_LOCK = Statement(
    sqlite=(
        "INSERT INTO jobs_lock (app_id, environment, job_id) SELECT ? AS anon_1, ? AS anon_2, ? AS anon_3 "
        "WHERE NOT (EXISTS (SELECT * FROM jobs_lock WHERE jobs_lock.app_id = ? AND (jobs_lock.environment IN "
        "(?, ?) OR ? = ?)))",
        ("app_id", "asked", "job_id", "app_id", "asked", "whole_app", "asked", "whole_app"),
    ),
    postgresql=(
        "INSERT INTO jobs_lock (app_id, environment, job_id) SELECT $1::VARCHAR AS anon_1, $2::VARCHAR AS "
        "anon_2, $3::VARCHAR AS anon_3 WHERE NOT (EXISTS (SELECT * FROM jobs_lock WHERE jobs_lock.app_id = "
        "$1::VARCHAR AND (jobs_lock.environment IN ($2::VARCHAR, $4::VARCHAR) OR $2::VARCHAR = $4::VARCHAR)))",
        ("app_id", "asked", "job_id", "whole_app"),
    ),
)
TAKE_LOCK_AND_INSERT_JOB = Statement(
    postgresql=(
        "WITH locked AS (INSERT INTO jobs_lock (app_id, environment, job_id) SELECT $3::VARCHAR AS anon_20, "
        "$20::VARCHAR AS anon_21, $1::VARCHAR AS anon_22 WHERE NOT (EXISTS (SELECT * FROM jobs_lock WHERE "
        "jobs_lock.app_id = $3::VARCHAR AND (jobs_lock.environment IN ($20::VARCHAR, $21::VARCHAR) OR "
        "$20::VARCHAR = $21::VARCHAR))) RETURNING jobs_lock.job_id) INSERT INTO jobs_job (job_id, sort, "
        "app_id, environment, other_environment, operation, status, phase, input, secrets, error, created_ms, "
        "updated_ms, owner, lease_ms, not_before_ms, attempt, access_key_id, invocation_id) SELECT "
        "$1::VARCHAR AS anon_1, $2::VARCHAR AS anon_2, $3::VARCHAR AS anon_3, $4::VARCHAR AS anon_4, "
        "$5::VARCHAR AS anon_5, $6::VARCHAR AS anon_6, $7::VARCHAR AS anon_7, $8::VARCHAR AS anon_8, "
        "$9::VARCHAR AS anon_9, $10::BYTEA AS anon_10, $11::VARCHAR AS anon_11, $12::BIGINT AS anon_12, "
        "$13::BIGINT AS anon_13, $14::VARCHAR AS anon_14, $15::BIGINT AS anon_15, $16::BIGINT AS anon_16, "
        "$17::BIGINT AS anon_17, $18::VARCHAR AS anon_18, $19::VARCHAR AS anon_19 FROM locked",
        (
            "job_id",
            "sort",
            "app_id",
            "environment",
            "other_environment",
            "operation",
            "status",
            "phase",
            "input",
            "secrets",
            "error",
            "created_ms",
            "updated_ms",
            "owner",
            "lease_ms",
            "not_before_ms",
            "attempt",
            "access_key_id",
            "invocation_id",
            "asked",
            "whole_app",
        ),
    ),
)
LOCKS = Statement(
    sqlite=(
        "SELECT jobs_lock.environment, jobs_lock.job_id FROM jobs_lock WHERE jobs_lock.app_id = ?",
        ("app",),
    ),
    postgresql=(
        "SELECT jobs_lock.environment, jobs_lock.job_id FROM jobs_lock WHERE jobs_lock.app_id = $1::VARCHAR",
        ("app",),
    ),
)
STEPS = Statement(
    sqlite=(
        "SELECT jobs_step.phase, jobs_step.name, jobs_step.result FROM jobs_step WHERE jobs_step.job_id = ?",
        ("id",),
    ),
    postgresql=(
        "SELECT jobs_step.phase, jobs_step.name, jobs_step.result FROM jobs_step WHERE jobs_step.job_id = $1::VARCHAR",
        ("id",),
    ),
)
STEP_LIST = Statement(
    sqlite=(
        "SELECT jobs_step.phase, jobs_step.name, jobs_step.started_ms, jobs_step.ended_ms FROM jobs_step "
        "WHERE jobs_step.job_id = ? ORDER BY jobs_step.started_ms, jobs_step.position",
        ("id",),
    ),
    postgresql=(
        "SELECT jobs_step.phase, jobs_step.name, jobs_step.started_ms, jobs_step.ended_ms FROM jobs_step "
        "WHERE jobs_step.job_id = $1::VARCHAR ORDER BY jobs_step.started_ms, jobs_step.position",
        ("id",),
    ),
)
CLAIMABLE = Statement(
    sqlite=(
        "SELECT jobs_job.job_id FROM jobs_job WHERE jobs_job.phase != ? AND jobs_job.not_before_ms <= ? AND "
        "(jobs_job.owner IS NULL OR jobs_job.lease_ms < ?) LIMIT ? OFFSET ?",
        ("phase_1", "now", "now", "param_1", "param_2"),
    ),
    postgresql=(
        "SELECT jobs_job.job_id FROM jobs_job WHERE jobs_job.phase != $1::VARCHAR AND jobs_job.not_before_ms "
        "<= $2::BIGINT AND (jobs_job.owner IS NULL OR jobs_job.lease_ms < $2::BIGINT) LIMIT $3::INTEGER",
        ("phase_1", "now", "param_1"),
    ),
    literals={"phase_1": "done", "param_1": 1, "param_2": 0},
)
CLAIM = Statement(
    sqlite=(
        "UPDATE jobs_job SET owner=?, lease_ms=?, attempt=(jobs_job.attempt + ?) WHERE jobs_job.job_id = "
        "(SELECT jobs_job.job_id FROM jobs_job WHERE jobs_job.phase != ? AND jobs_job.not_before_ms <= ? AND "
        "(jobs_job.owner IS NULL OR jobs_job.lease_ms < ?) ORDER BY jobs_job.sort LIMIT ? OFFSET ?) RETURNING "
        "job_id, sort, app_id, environment, other_environment, operation, status, phase, input, secrets, "
        "error, created_ms, updated_ms, owner, lease_ms, not_before_ms, attempt, access_key_id, invocation_id",
        ("node", "lease", "attempt_1", "phase_1", "now", "now", "param_1", "param_2"),
    ),
    postgresql=(
        "UPDATE jobs_job SET owner=$1::VARCHAR, lease_ms=$2::BIGINT, attempt=(jobs_job.attempt + $3::BIGINT) "
        "WHERE jobs_job.job_id = (SELECT jobs_job.job_id FROM jobs_job WHERE jobs_job.phase != $4::VARCHAR "
        "AND jobs_job.not_before_ms <= $5::BIGINT AND (jobs_job.owner IS NULL OR jobs_job.lease_ms < "
        "$5::BIGINT) ORDER BY jobs_job.sort LIMIT $6::INTEGER FOR UPDATE SKIP LOCKED) RETURNING "
        "jobs_job.job_id, jobs_job.sort, jobs_job.app_id, jobs_job.environment, jobs_job.other_environment, "
        "jobs_job.operation, jobs_job.status, jobs_job.phase, jobs_job.input, jobs_job.secrets, "
        "jobs_job.error, jobs_job.created_ms, jobs_job.updated_ms, jobs_job.owner, jobs_job.lease_ms, "
        "jobs_job.not_before_ms, jobs_job.attempt, jobs_job.access_key_id, jobs_job.invocation_id",
        ("node", "lease", "attempt_1", "phase_1", "now", "param_1"),
    ),
    literals={"attempt_1": 1, "phase_1": "done", "param_1": 1, "param_2": 0},
)
HOLD = Statement(
    sqlite=(
        "UPDATE jobs_job SET updated_ms=?, lease_ms=? WHERE jobs_job.job_id = ? AND jobs_job.owner = ? AND "
        "jobs_job.phase = ?",
        ("now", "lease", "id", "node", "in_phase"),
    ),
    postgresql=(
        "UPDATE jobs_job SET updated_ms=$1::BIGINT, lease_ms=$2::BIGINT WHERE jobs_job.job_id = $3::VARCHAR "
        "AND jobs_job.owner = $4::VARCHAR AND jobs_job.phase = $5::VARCHAR",
        ("now", "lease", "id", "node", "in_phase"),
    ),
)
HOLD_AND_INSERT_STEP = Statement(
    postgresql=(
        "WITH prolonged AS (UPDATE jobs_job SET updated_ms=$8::BIGINT, lease_ms=$9::BIGINT WHERE "
        "jobs_job.job_id = $10::VARCHAR AND jobs_job.owner = $11::VARCHAR AND jobs_job.phase = $12::VARCHAR "
        "RETURNING jobs_job.job_id) INSERT INTO jobs_step (job_id, phase, name, position, result, started_ms, "
        "ended_ms) SELECT $1::VARCHAR AS anon_1, $2::VARCHAR AS anon_2, $3::VARCHAR AS anon_3, $4::BIGINT AS "
        "anon_4, $5::VARCHAR AS anon_5, $6::BIGINT AS anon_6, $7::BIGINT AS anon_7 FROM prolonged",
        (
            "job_id",
            "phase",
            "name",
            "position",
            "result",
            "started_ms",
            "ended_ms",
            "now",
            "lease",
            "id",
            "node",
            "in_phase",
        ),
    ),
)
ENTER = Statement(
    sqlite=(
        "UPDATE jobs_job SET status=?, phase=?, error=?, updated_ms=?, attempt=? WHERE jobs_job.job_id = ? "
        "AND jobs_job.owner = ? AND jobs_job.phase = ?",
        ("to_status", "to_phase", "to_error", "now", "to_attempt", "id", "node", "in_phase"),
    ),
    postgresql=(
        "UPDATE jobs_job SET status=$1::VARCHAR, phase=$2::VARCHAR, error=$3::VARCHAR, updated_ms=$4::BIGINT, "
        "attempt=$5::BIGINT WHERE jobs_job.job_id = $6::VARCHAR AND jobs_job.owner = $7::VARCHAR AND "
        "jobs_job.phase = $8::VARCHAR",
        ("to_status", "to_phase", "to_error", "now", "to_attempt", "id", "node", "in_phase"),
    ),
)
RELEASE = Statement(
    sqlite=(
        "UPDATE jobs_job SET updated_ms=?, owner=?, not_before_ms=? WHERE jobs_job.job_id = ? AND "
        "jobs_job.owner = ? AND jobs_job.phase = ?",
        ("now", "owner", "later", "id", "node", "in_phase"),
    ),
    postgresql=(
        "UPDATE jobs_job SET updated_ms=$1::BIGINT, owner=$2::VARCHAR, not_before_ms=$3::BIGINT WHERE "
        "jobs_job.job_id = $4::VARCHAR AND jobs_job.owner = $5::VARCHAR AND jobs_job.phase = $6::VARCHAR",
        ("now", "owner", "later", "id", "node", "in_phase"),
    ),
    literals={"owner": None},
)
CANCEL = Statement(
    sqlite=(
        "UPDATE jobs_job SET status=?, phase=?, error=?, updated_ms=? WHERE jobs_job.job_id = ? AND "
        "jobs_job.status = ? AND jobs_job.phase = ?",
        ("status", "phase", "reason", "now", "id", "status_1", "phase_1"),
    ),
    postgresql=(
        "UPDATE jobs_job SET status=$1::VARCHAR, phase=$2::VARCHAR, error=$3::VARCHAR, updated_ms=$4::BIGINT "
        "WHERE jobs_job.job_id = $5::VARCHAR AND jobs_job.status = $6::VARCHAR AND jobs_job.phase = "
        "$7::VARCHAR",
        ("status", "phase", "reason", "now", "id", "status_1", "phase_1"),
    ),
    literals={"status": "FAILED", "phase": "undo", "status_1": "RUNNING", "phase_1": "forward"},
)
ORPHAN_ALL = Statement(
    sqlite=(
        "UPDATE jobs_job SET owner=?, lease_ms=? WHERE jobs_job.phase != ?",
        ("owner", "lease_ms", "phase_1"),
    ),
    postgresql=(
        "UPDATE jobs_job SET owner=$1::VARCHAR, lease_ms=$2::BIGINT WHERE jobs_job.phase != $3::VARCHAR",
        ("owner", "lease_ms", "phase_1"),
    ),
    literals={"owner": None, "lease_ms": 0, "phase_1": "done"},
)
UNLOCK = Statement(
    sqlite=(
        "DELETE FROM jobs_lock WHERE jobs_lock.app_id = ? AND jobs_lock.job_id = ?",
        ("app", "id"),
    ),
    postgresql=(
        "DELETE FROM jobs_lock WHERE jobs_lock.app_id = $1::VARCHAR AND jobs_lock.job_id = $2::VARCHAR",
        ("app", "id"),
    ),
)
UNFINISHED = Statement(
    sqlite=(
        "SELECT count(*) AS count_1 FROM jobs_job WHERE jobs_job.phase != ?",
        ("phase_1",),
    ),
    postgresql=(
        "SELECT count(*) AS count_1 FROM jobs_job WHERE jobs_job.phase != $1::VARCHAR",
        ("phase_1",),
    ),
    literals={"phase_1": "done"},
)
FORGET = (
    Statement(
        sqlite=(
            "DELETE FROM jobs_step WHERE jobs_step.job_id IN (SELECT jobs_job.job_id FROM jobs_job WHERE "
            "jobs_job.operation = ? AND jobs_job.phase = ?)",
            ("op", "phase_1"),
        ),
        postgresql=(
            "DELETE FROM jobs_step WHERE jobs_step.job_id IN (SELECT jobs_job.job_id FROM jobs_job WHERE "
            "jobs_job.operation = $1::VARCHAR AND jobs_job.phase = $2::VARCHAR)",
            ("op", "phase_1"),
        ),
        literals={"phase_1": "done"},
    ),
    Statement(
        sqlite=(
            "DELETE FROM jobs_job WHERE jobs_job.operation = ? AND jobs_job.phase = ?",
            ("op", "phase_1"),
        ),
        postgresql=(
            "DELETE FROM jobs_job WHERE jobs_job.operation = $1::VARCHAR AND jobs_job.phase = $2::VARCHAR",
            ("op", "phase_1"),
        ),
        literals={"phase_1": "done"},
    ),
)
