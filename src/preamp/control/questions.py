"""The questions of tables.py as SQL of each engine. Written by `make sql`: change tables.py, not this file."""

from preamp.db import Statement

APP = Statement(
    sqlite=(
        "SELECT control_app.app_id, control_app.name, control_app.feature_flags, control_app.created_ms, "
        "control_app.manager_app_id, control_app.login, control_app.manager_pool_id FROM control_app WHERE "
        "control_app.app_id = ?",
        ("app_id",),
    ),
    postgresql=(
        "SELECT control_app.app_id, control_app.name, control_app.feature_flags, control_app.created_ms, "
        "control_app.manager_app_id, control_app.login, control_app.manager_pool_id FROM control_app WHERE "
        "control_app.app_id = $1::VARCHAR",
        ("app_id",),
    ),
)
LOCK_APP = Statement(
    sqlite=(
        "SELECT control_app.app_id, control_app.name, control_app.feature_flags, control_app.created_ms, "
        "control_app.manager_app_id, control_app.login, control_app.manager_pool_id FROM control_app WHERE "
        "control_app.app_id = ?",
        ("app_id",),
    ),
    postgresql=(
        "SELECT control_app.app_id, control_app.name, control_app.feature_flags, control_app.created_ms, "
        "control_app.manager_app_id, control_app.login, control_app.manager_pool_id FROM control_app WHERE "
        "control_app.app_id = $1::VARCHAR FOR UPDATE",
        ("app_id",),
    ),
)
APPS = Statement(
    sqlite=(
        "SELECT control_app.app_id, control_app.name, control_app.feature_flags, control_app.created_ms, "
        "control_app.manager_app_id, control_app.login, control_app.manager_pool_id FROM control_app WHERE "
        "control_app.app_id > ? ORDER BY control_app.app_id LIMIT ? OFFSET ?",
        ("after", "count", "param_1"),
    ),
    postgresql=(
        "SELECT control_app.app_id, control_app.name, control_app.feature_flags, control_app.created_ms, "
        "control_app.manager_app_id, control_app.login, control_app.manager_pool_id FROM control_app WHERE "
        "control_app.app_id > $1::VARCHAR ORDER BY control_app.app_id LIMIT $2::BIGINT",
        ("after", "count"),
    ),
    literals={"param_1": 0},
)
PUT_APP = Statement(
    sqlite=(
        "INSERT INTO control_app (app_id, name, feature_flags, created_ms, manager_app_id, login, "
        "manager_pool_id) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (app_id) DO UPDATE SET name = "
        "excluded.name, feature_flags = excluded.feature_flags, created_ms = excluded.created_ms, "
        "manager_app_id = excluded.manager_app_id, login = excluded.login, manager_pool_id = "
        "excluded.manager_pool_id",
        ("app_id", "name", "feature_flags", "created_ms", "manager_app_id", "login", "manager_pool_id"),
    ),
    postgresql=(
        "INSERT INTO control_app (app_id, name, feature_flags, created_ms, manager_app_id, login, "
        "manager_pool_id) VALUES ($1::VARCHAR, $2::VARCHAR, $3::VARCHAR, $4::BIGINT, $5::VARCHAR, "
        "$6::VARCHAR, $7::VARCHAR) ON CONFLICT (app_id) DO UPDATE SET name = excluded.name, feature_flags = "
        "excluded.feature_flags, created_ms = excluded.created_ms, manager_app_id = excluded.manager_app_id, "
        "login = excluded.login, manager_pool_id = excluded.manager_pool_id",
        ("app_id", "name", "feature_flags", "created_ms", "manager_app_id", "login", "manager_pool_id"),
    ),
)
DELETE_APP = Statement(
    sqlite=(
        "DELETE FROM control_app WHERE control_app.app_id = ?",
        ("app_id",),
    ),
    postgresql=(
        "DELETE FROM control_app WHERE control_app.app_id = $1::VARCHAR",
        ("app_id",),
    ),
)
ENVIRONMENT = Statement(
    sqlite=(
        "SELECT control_environment.app_id, control_environment.environment, control_environment.stack, "
        "control_environment.created_ms, control_environment.meta FROM control_environment WHERE "
        "control_environment.app_id = ? AND control_environment.environment = ?",
        ("app_id", "environment"),
    ),
    postgresql=(
        "SELECT control_environment.app_id, control_environment.environment, control_environment.stack, "
        "control_environment.created_ms, control_environment.meta FROM control_environment WHERE "
        "control_environment.app_id = $1::VARCHAR AND control_environment.environment = $2::VARCHAR",
        ("app_id", "environment"),
    ),
)
ENVIRONMENTS = Statement(
    sqlite=(
        "SELECT control_environment.app_id, control_environment.environment, control_environment.stack, "
        "control_environment.created_ms, control_environment.meta FROM control_environment WHERE "
        "control_environment.app_id = ? AND control_environment.environment > ? ORDER BY "
        "control_environment.environment LIMIT ? OFFSET ?",
        ("app_id", "after", "count", "param_1"),
    ),
    postgresql=(
        "SELECT control_environment.app_id, control_environment.environment, control_environment.stack, "
        "control_environment.created_ms, control_environment.meta FROM control_environment WHERE "
        "control_environment.app_id = $1::VARCHAR AND control_environment.environment > $2::VARCHAR ORDER BY "
        "control_environment.environment LIMIT $3::BIGINT",
        ("app_id", "after", "count"),
    ),
    literals={"param_1": 0},
)
ENVIRONMENT_NAMES = Statement(
    sqlite=(
        "SELECT control_environment.environment FROM control_environment WHERE control_environment.app_id = ? "
        "ORDER BY control_environment.created_ms, control_environment.environment",
        ("app_id",),
    ),
    postgresql=(
        "SELECT control_environment.environment FROM control_environment WHERE control_environment.app_id = "
        "$1::VARCHAR ORDER BY control_environment.created_ms, control_environment.environment",
        ("app_id",),
    ),
)
BACKEND = Statement(
    sqlite=(
        "SELECT control_app.name, control_app.feature_flags, named.meta, (SELECT "
        "group_concat(anon_2.environment) AS group_concat_1 FROM (SELECT other.environment AS environment "
        "FROM control_environment AS other WHERE other.app_id = ? ORDER BY other.created_ms, "
        "other.environment) AS anon_2) AS anon_1 FROM control_app LEFT OUTER JOIN control_environment AS "
        "named ON named.app_id = control_app.app_id AND named.environment = ? WHERE control_app.app_id = ?",
        ("app_id", "environment", "app_id"),
    ),
    postgresql=(
        "SELECT control_app.name, control_app.feature_flags, named.meta, (SELECT "
        "string_agg(other.environment, ',' ORDER BY other.created_ms, other.environment) AS string_agg_1 FROM "
        "control_environment AS other WHERE other.app_id = $1::VARCHAR) AS anon_1 FROM control_app LEFT OUTER "
        "JOIN control_environment AS named ON named.app_id = control_app.app_id AND named.environment = "
        "$2::VARCHAR WHERE control_app.app_id = $1::VARCHAR",
        ("app_id", "environment"),
    ),
)
PUT_ENVIRONMENT = Statement(
    sqlite=(
        "INSERT INTO control_environment (app_id, environment, stack, created_ms, meta) VALUES (?, ?, ?, ?, "
        "?) ON CONFLICT (app_id, environment) DO UPDATE SET stack = excluded.stack, created_ms = "
        "excluded.created_ms, meta = excluded.meta",
        ("app_id", "environment", "stack", "created_ms", "meta"),
    ),
    postgresql=(
        "INSERT INTO control_environment (app_id, environment, stack, created_ms, meta) VALUES ($1::VARCHAR, "
        "$2::VARCHAR, $3::VARCHAR, $4::BIGINT, $5::BYTEA) ON CONFLICT (app_id, environment) DO UPDATE SET "
        "stack = excluded.stack, created_ms = excluded.created_ms, meta = excluded.meta",
        ("app_id", "environment", "stack", "created_ms", "meta"),
    ),
)
SET_META = Statement(
    sqlite=(
        "UPDATE control_environment SET meta=? WHERE control_environment.app_id = ? AND "
        "control_environment.environment = ?",
        ("document", "app_id", "environment"),
    ),
    postgresql=(
        "UPDATE control_environment SET meta=$1::BYTEA WHERE control_environment.app_id = $2::VARCHAR AND "
        "control_environment.environment = $3::VARCHAR",
        ("document", "app_id", "environment"),
    ),
)
DELETE_ENVIRONMENT = Statement(
    sqlite=(
        "DELETE FROM control_environment WHERE control_environment.app_id = ? AND control_environment.environment = ?",
        ("app_id", "environment"),
    ),
    postgresql=(
        "DELETE FROM control_environment WHERE control_environment.app_id = $1::VARCHAR AND "
        "control_environment.environment = $2::VARCHAR",
        ("app_id", "environment"),
    ),
)
RESOURCE = Statement(
    sqlite=(
        "SELECT control_resource.app_id, control_resource.environment, control_resource.category, "
        "control_resource.name, control_resource.config, control_resource.record, control_resource.imported, "
        "control_resource.updated_ms FROM control_resource WHERE control_resource.app_id = ? AND "
        "control_resource.environment = ? AND control_resource.category = ?",
        ("app_id", "environment", "category"),
    ),
    postgresql=(
        "SELECT control_resource.app_id, control_resource.environment, control_resource.category, "
        "control_resource.name, control_resource.config, control_resource.record, control_resource.imported, "
        "control_resource.updated_ms FROM control_resource WHERE control_resource.app_id = $1::VARCHAR AND "
        "control_resource.environment = $2::VARCHAR AND control_resource.category = $3::VARCHAR",
        ("app_id", "environment", "category"),
    ),
)
RESOURCES = Statement(
    sqlite=(
        "SELECT control_resource.app_id, control_resource.environment, control_resource.category, "
        "control_resource.name, control_resource.config, control_resource.record, control_resource.imported, "
        "control_resource.updated_ms FROM control_resource WHERE control_resource.app_id = ? AND "
        "control_resource.environment = ? ORDER BY control_resource.category",
        ("app_id", "environment"),
    ),
    postgresql=(
        "SELECT control_resource.app_id, control_resource.environment, control_resource.category, "
        "control_resource.name, control_resource.config, control_resource.record, control_resource.imported, "
        "control_resource.updated_ms FROM control_resource WHERE control_resource.app_id = $1::VARCHAR AND "
        "control_resource.environment = $2::VARCHAR ORDER BY control_resource.category",
        ("app_id", "environment"),
    ),
)
ALL_RESOURCES = Statement(
    sqlite=(
        "SELECT control_resource.app_id, control_resource.environment, control_resource.category, "
        "control_resource.name, control_resource.config, control_resource.record, control_resource.imported, "
        "control_resource.updated_ms FROM control_resource",
        (),
    ),
    postgresql=(
        "SELECT control_resource.app_id, control_resource.environment, control_resource.category, "
        "control_resource.name, control_resource.config, control_resource.record, control_resource.imported, "
        "control_resource.updated_ms FROM control_resource",
        (),
    ),
)
PUT_RESOURCE = Statement(
    sqlite=(
        "INSERT INTO control_resource (app_id, environment, category, name, config, record, imported, "
        "updated_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (app_id, environment, category) DO UPDATE "
        "SET name = excluded.name, config = excluded.config, record = excluded.record, imported = "
        "excluded.imported, updated_ms = excluded.updated_ms",
        ("app_id", "environment", "category", "name", "config", "record", "imported", "updated_ms"),
    ),
    postgresql=(
        "INSERT INTO control_resource (app_id, environment, category, name, config, record, imported, "
        "updated_ms) VALUES ($1::VARCHAR, $2::VARCHAR, $3::VARCHAR, $4::VARCHAR, $5::VARCHAR, $6::VARCHAR, "
        "$7::BIGINT, $8::BIGINT) ON CONFLICT (app_id, environment, category) DO UPDATE SET name = "
        "excluded.name, config = excluded.config, record = excluded.record, imported = excluded.imported, "
        "updated_ms = excluded.updated_ms",
        ("app_id", "environment", "category", "name", "config", "record", "imported", "updated_ms"),
    ),
)
DELETE_RESOURCE = Statement(
    sqlite=(
        "DELETE FROM control_resource WHERE control_resource.app_id = ? AND control_resource.environment = ? "
        "AND control_resource.category = ?",
        ("app_id", "environment", "category"),
    ),
    postgresql=(
        "DELETE FROM control_resource WHERE control_resource.app_id = $1::VARCHAR AND "
        "control_resource.environment = $2::VARCHAR AND control_resource.category = $3::VARCHAR",
        ("app_id", "environment", "category"),
    ),
)
UNSERVED = Statement(
    sqlite=(
        "SELECT control_unserved.document FROM control_unserved WHERE control_unserved.app_id = ? AND "
        "control_unserved.environment = ?",
        ("app_id", "environment"),
    ),
    postgresql=(
        "SELECT control_unserved.document FROM control_unserved WHERE control_unserved.app_id = $1::VARCHAR "
        "AND control_unserved.environment = $2::VARCHAR",
        ("app_id", "environment"),
    ),
)
PUT_UNSERVED = Statement(
    sqlite=(
        "INSERT INTO control_unserved (app_id, environment, document) VALUES (?, ?, ?) ON CONFLICT (app_id, "
        "environment) DO UPDATE SET document = excluded.document",
        ("app_id", "environment", "document"),
    ),
    postgresql=(
        "INSERT INTO control_unserved (app_id, environment, document) VALUES ($1::VARCHAR, $2::VARCHAR, "
        "$3::VARCHAR) ON CONFLICT (app_id, environment) DO UPDATE SET document = excluded.document",
        ("app_id", "environment", "document"),
    ),
)
DELETE_UNSERVED = Statement(
    sqlite=(
        "DELETE FROM control_unserved WHERE control_unserved.app_id = ? AND control_unserved.environment = ?",
        ("app_id", "environment"),
    ),
    postgresql=(
        "DELETE FROM control_unserved WHERE control_unserved.app_id = $1::VARCHAR AND "
        "control_unserved.environment = $2::VARCHAR",
        ("app_id", "environment"),
    ),
)
TOKEN = Statement(
    sqlite=(
        "SELECT control_token.app_id, control_token.session_id, control_token.sealed, "
        "control_token.expires_ms, control_token.access_key_id, control_token.invocation_id FROM "
        "control_token WHERE control_token.app_id = ? AND control_token.session_id = ?",
        ("app_id", "session_id"),
    ),
    postgresql=(
        "SELECT control_token.app_id, control_token.session_id, control_token.sealed, "
        "control_token.expires_ms, control_token.access_key_id, control_token.invocation_id FROM "
        "control_token WHERE control_token.app_id = $1::VARCHAR AND control_token.session_id = $2::VARCHAR",
        ("app_id", "session_id"),
    ),
)
TOKEN_BY_INVOCATION = Statement(
    sqlite=(
        "SELECT control_token.app_id, control_token.session_id, control_token.sealed, "
        "control_token.expires_ms, control_token.access_key_id, control_token.invocation_id FROM "
        "control_token WHERE control_token.app_id = ? AND control_token.access_key_id = ? AND "
        "control_token.invocation_id = ?",
        ("app_id", "access_key_id", "invocation_id"),
    ),
    postgresql=(
        "SELECT control_token.app_id, control_token.session_id, control_token.sealed, "
        "control_token.expires_ms, control_token.access_key_id, control_token.invocation_id FROM "
        "control_token WHERE control_token.app_id = $1::VARCHAR AND control_token.access_key_id = $2::VARCHAR "
        "AND control_token.invocation_id = $3::VARCHAR",
        ("app_id", "access_key_id", "invocation_id"),
    ),
)
PUT_TOKEN = Statement(
    sqlite=(
        "INSERT INTO control_token (app_id, session_id, sealed, expires_ms, access_key_id, invocation_id) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        ("app_id", "session_id", "sealed", "expires_ms", "access_key_id", "invocation_id"),
    ),
    postgresql=(
        "INSERT INTO control_token (app_id, session_id, sealed, expires_ms, access_key_id, invocation_id) "
        "VALUES ($1::VARCHAR, $2::VARCHAR, $3::BYTEA, $4::BIGINT, $5::VARCHAR, $6::VARCHAR)",
        ("app_id", "session_id", "sealed", "expires_ms", "access_key_id", "invocation_id"),
    ),
)
COUNT_TOKENS = Statement(
    sqlite=(
        "SELECT count(*) AS count_1 FROM control_token WHERE control_token.app_id = ?",
        ("app_id",),
    ),
    postgresql=(
        "SELECT count(*) AS count_1 FROM control_token WHERE control_token.app_id = $1::VARCHAR",
        ("app_id",),
    ),
)
PURGE_TOKENS = Statement(
    sqlite=(
        "DELETE FROM control_token WHERE control_token.expires_ms <= ?",
        ("now",),
    ),
    postgresql=(
        "DELETE FROM control_token WHERE control_token.expires_ms <= $1::BIGINT",
        ("now",),
    ),
)
DELETE_TOKEN = Statement(
    sqlite=(
        "DELETE FROM control_token WHERE control_token.app_id = ? AND control_token.session_id = ?",
        ("app_id", "session_id"),
    ),
    postgresql=(
        "DELETE FROM control_token WHERE control_token.app_id = $1::VARCHAR AND control_token.session_id = $2::VARCHAR",
        ("app_id", "session_id"),
    ),
)
DELETE_TOKENS = Statement(
    sqlite=(
        "DELETE FROM control_token WHERE control_token.app_id = ?",
        ("app_id",),
    ),
    postgresql=(
        "DELETE FROM control_token WHERE control_token.app_id = $1::VARCHAR",
        ("app_id",),
    ),
)
