"""The questions of tables.py as SQL of each engine. Written by `make sql`: change tables.py, not this file."""

from preamp.db import Statement

INSERT = Statement(
    sqlite=(
        "INSERT INTO functions_function (name, app_id, environment, code, version, value) VALUES (?, ?, ?, ?, ?, ?)",
        ("name", "app_id", "environment", "code", "version", "value"),
    ),
    postgresql=(
        "INSERT INTO functions_function (name, app_id, environment, code, version, value) VALUES "
        "($1::VARCHAR, $2::VARCHAR, $3::VARCHAR, $4::VARCHAR, $5::BIGINT, $6::BYTEA)",
        ("name", "app_id", "environment", "code", "version", "value"),
    ),
)
CHANGE = Statement(
    sqlite=(
        "UPDATE functions_function SET code=?, version=?, value=? WHERE functions_function.name = ? AND "
        "functions_function.version = ?",
        ("new_code", "new_version", "new_value", "name", "known"),
    ),
    postgresql=(
        "UPDATE functions_function SET code=$1::VARCHAR, version=$2::BIGINT, value=$3::BYTEA WHERE "
        "functions_function.name = $4::VARCHAR AND functions_function.version = $5::BIGINT",
        ("new_code", "new_version", "new_value", "name", "known"),
    ),
)
DELETE = Statement(
    sqlite=(
        "DELETE FROM functions_function WHERE functions_function.name = ?",
        ("name",),
    ),
    postgresql=(
        "DELETE FROM functions_function WHERE functions_function.name = $1::VARCHAR",
        ("name",),
    ),
)
DELETE_OF = Statement(
    sqlite=(
        "DELETE FROM functions_function WHERE functions_function.app_id = ? AND functions_function.environment = ?",
        ("app_id", "environment"),
    ),
    postgresql=(
        "DELETE FROM functions_function WHERE functions_function.app_id = $1::VARCHAR AND "
        "functions_function.environment = $2::VARCHAR",
        ("app_id", "environment"),
    ),
)
ONE = Statement(
    sqlite=(
        "SELECT functions_function.value FROM functions_function WHERE functions_function.name = ?",
        ("name",),
    ),
    postgresql=(
        "SELECT functions_function.value FROM functions_function WHERE functions_function.name = $1::VARCHAR",
        ("name",),
    ),
)
OF = Statement(
    sqlite=(
        "SELECT functions_function.value FROM functions_function WHERE functions_function.app_id = ? AND "
        "functions_function.environment = ? ORDER BY functions_function.name",
        ("app_id", "environment"),
    ),
    postgresql=(
        "SELECT functions_function.value FROM functions_function WHERE functions_function.app_id = "
        "$1::VARCHAR AND functions_function.environment = $2::VARCHAR ORDER BY functions_function.name",
        ("app_id", "environment"),
    ),
)
ALL = Statement(
    sqlite=(
        "SELECT functions_function.value FROM functions_function WHERE functions_function.name > ? ORDER BY "
        "functions_function.name LIMIT ? OFFSET ?",
        ("after", "count", "param_1"),
    ),
    postgresql=(
        "SELECT functions_function.value FROM functions_function WHERE functions_function.name > $1::VARCHAR "
        "ORDER BY functions_function.name LIMIT $2",
        ("after", "count"),
    ),
    literals={"param_1": 0},
)
PUT_CODE = Statement(
    sqlite=(
        "INSERT INTO functions_code (sha256, package) VALUES (?, ?) ON CONFLICT (sha256) DO NOTHING",
        ("sha256", "package"),
    ),
    postgresql=(
        "INSERT INTO functions_code (sha256, package) VALUES ($1::VARCHAR, $2::BYTEA) ON CONFLICT (sha256) DO NOTHING",
        ("sha256", "package"),
    ),
)
CODE = Statement(
    sqlite=(
        "SELECT functions_code.package FROM functions_code WHERE functions_code.sha256 = ?",
        ("sha256",),
    ),
    postgresql=(
        "SELECT functions_code.package FROM functions_code WHERE functions_code.sha256 = $1::VARCHAR",
        ("sha256",),
    ),
)
SWEEP_CODE = Statement(
    sqlite=(
        "DELETE FROM functions_code WHERE (functions_code.sha256 NOT IN (SELECT functions_function.code FROM "
        "functions_function WHERE functions_function.code IS NOT NULL))",
        (),
    ),
    postgresql=(
        "DELETE FROM functions_code WHERE (functions_code.sha256 NOT IN (SELECT functions_function.code FROM "
        "functions_function WHERE functions_function.code IS NOT NULL))",
        (),
    ),
)
PUT_LOG = Statement(
    sqlite=(
        "INSERT INTO functions_log (name, id, request_id, at_ms, text) VALUES (?, ?, ?, ?, ?)",
        ("name", "id", "request_id", "at_ms", "text"),
    ),
    postgresql=(
        "INSERT INTO functions_log (name, id, request_id, at_ms, text) VALUES ($1::VARCHAR, $2::VARCHAR, "
        "$3::VARCHAR, $4::BIGINT, $5::VARCHAR)",
        ("name", "id", "request_id", "at_ms", "text"),
    ),
)
SWEEP_LOG = Statement(
    sqlite=(
        "DELETE FROM functions_log WHERE functions_log.name = ? AND functions_log.id <= (SELECT "
        "functions_log.id FROM functions_log WHERE functions_log.name = ? ORDER BY functions_log.id DESC "
        "LIMIT ? OFFSET ?)",
        ("name", "name", "param_1", "keep"),
    ),
    postgresql=(
        "DELETE FROM functions_log WHERE functions_log.name = $1::VARCHAR AND functions_log.id <= (SELECT "
        "functions_log.id FROM functions_log WHERE functions_log.name = $1::VARCHAR ORDER BY functions_log.id "
        "DESC LIMIT $2::INTEGER OFFSET $3)",
        ("name", "param_1", "keep"),
    ),
    literals={"param_1": 1},
)
DELETE_LOG = Statement(
    sqlite=(
        "DELETE FROM functions_log WHERE functions_log.name = ?",
        ("name",),
    ),
    postgresql=(
        "DELETE FROM functions_log WHERE functions_log.name = $1::VARCHAR",
        ("name",),
    ),
)
LOGS = Statement(
    sqlite=(
        "SELECT functions_log.id, functions_log.request_id, functions_log.at_ms, functions_log.text FROM "
        "functions_log WHERE functions_log.name = ? AND functions_log.id > ? ORDER BY functions_log.id DESC "
        "LIMIT ? OFFSET ?",
        ("name", "after", "count", "param_1"),
    ),
    postgresql=(
        "SELECT functions_log.id, functions_log.request_id, functions_log.at_ms, functions_log.text FROM "
        "functions_log WHERE functions_log.name = $1::VARCHAR AND functions_log.id > $2::VARCHAR ORDER BY "
        "functions_log.id DESC LIMIT $3",
        ("name", "after", "count"),
    ),
    literals={"param_1": 0},
)
