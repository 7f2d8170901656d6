"""The questions of tables.py as SQL of each engine. Written by `make sql`: change tables.py, not this file."""

from preamp.db import Statement

claim_bucket = Statement(
    sqlite=(
        "INSERT INTO storage_bucket (name, app_id, environment, region, permissions, version, created_ms) "
        "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO NOTHING",
        ("name", "app_id", "environment", "region", "permissions", "version", "created_ms"),
    ),
    postgresql=(
        "INSERT INTO storage_bucket (name, app_id, environment, region, permissions, version, created_ms) "
        "VALUES ($1::VARCHAR, $2::VARCHAR, $3::VARCHAR, $4::VARCHAR, $5::VARCHAR, $6::BIGINT, $7::BIGINT) ON "
        "CONFLICT (name) DO NOTHING",
        ("name", "app_id", "environment", "region", "permissions", "version", "created_ms"),
    ),
)
set_permissions = Statement(
    sqlite=(
        "UPDATE storage_bucket SET permissions=?, version=(storage_bucket.version + ?) WHERE storage_bucket.name = ?",
        ("value", "version_1", "name"),
    ),
    postgresql=(
        "UPDATE storage_bucket SET permissions=$1::VARCHAR, version=(storage_bucket.version + $2::BIGINT) "
        "WHERE storage_bucket.name = $3::VARCHAR",
        ("value", "version_1", "name"),
    ),
    literals={"version_1": 1},
)
delete_bucket = Statement(
    sqlite=(
        "DELETE FROM storage_bucket WHERE storage_bucket.name = ?",
        ("name",),
    ),
    postgresql=(
        "DELETE FROM storage_bucket WHERE storage_bucket.name = $1::VARCHAR",
        ("name",),
    ),
)
bucket = Statement(
    sqlite=(
        "SELECT storage_bucket.name, storage_bucket.app_id, storage_bucket.environment, "
        "storage_bucket.region, storage_bucket.permissions, storage_bucket.version, storage_bucket.created_ms "
        "FROM storage_bucket WHERE storage_bucket.name = ?",
        ("name",),
    ),
    postgresql=(
        "SELECT storage_bucket.name, storage_bucket.app_id, storage_bucket.environment, "
        "storage_bucket.region, storage_bucket.permissions, storage_bucket.version, storage_bucket.created_ms "
        "FROM storage_bucket WHERE storage_bucket.name = $1::VARCHAR",
        ("name",),
    ),
)
buckets_of = Statement(
    sqlite=(
        "SELECT storage_bucket.name, storage_bucket.app_id, storage_bucket.environment, "
        "storage_bucket.region, storage_bucket.permissions, storage_bucket.version, storage_bucket.created_ms "
        "FROM storage_bucket WHERE storage_bucket.app_id = ? AND storage_bucket.environment = ?",
        ("app_id", "environment"),
    ),
    postgresql=(
        "SELECT storage_bucket.name, storage_bucket.app_id, storage_bucket.environment, "
        "storage_bucket.region, storage_bucket.permissions, storage_bucket.version, storage_bucket.created_ms "
        "FROM storage_bucket WHERE storage_bucket.app_id = $1::VARCHAR AND storage_bucket.environment = "
        "$2::VARCHAR",
        ("app_id", "environment"),
    ),
)
buckets = Statement(
    sqlite=(
        "SELECT storage_bucket.name, storage_bucket.app_id, storage_bucket.environment, "
        "storage_bucket.region, storage_bucket.permissions, storage_bucket.version, storage_bucket.created_ms "
        "FROM storage_bucket WHERE storage_bucket.name > ? ORDER BY storage_bucket.name LIMIT ? OFFSET ?",
        ("start_after", "limit", "param_1"),
    ),
    postgresql=(
        "SELECT storage_bucket.name, storage_bucket.app_id, storage_bucket.environment, "
        "storage_bucket.region, storage_bucket.permissions, storage_bucket.version, storage_bucket.created_ms "
        'FROM storage_bucket WHERE (storage_bucket.name COLLATE "C") > $1::VARCHAR ORDER BY '
        'storage_bucket.name COLLATE "C" LIMIT $2::BIGINT',
        ("start_after", "limit"),
    ),
    literals={"param_1": 0},
)
