"""The questions of tables.py as SQL of each engine. Written by `make sql`: change tables.py, not this file."""

from preamp.db import Statement

INSERT = Statement(
    sqlite=(
        "INSERT INTO access_key (id, user_name, secret, created_ms, status) VALUES (?, ?, ?, ?, ?)",
        ("id", "user_name", "secret", "created_ms", "status"),
    ),
    postgresql=(
        "INSERT INTO access_key (id, user_name, secret, created_ms, status) VALUES ($1::VARCHAR, $2::VARCHAR, "
        "$3::BYTEA, $4::BIGINT, $5::VARCHAR)",
        ("id", "user_name", "secret", "created_ms", "status"),
    ),
)
BY_ID = Statement(
    sqlite=(
        "SELECT access_key.id, access_key.user_name, access_key.secret, access_key.created_ms, "
        "access_key.status FROM access_key WHERE access_key.id = ?",
        ("id",),
    ),
    postgresql=(
        "SELECT access_key.id, access_key.user_name, access_key.secret, access_key.created_ms, "
        "access_key.status FROM access_key WHERE access_key.id = $1::VARCHAR",
        ("id",),
    ),
)
ALL = Statement(
    sqlite=(
        "SELECT access_key.id, access_key.user_name, access_key.secret, access_key.created_ms, "
        "access_key.status FROM access_key ORDER BY access_key.created_ms, access_key.id",
        (),
    ),
    postgresql=(
        "SELECT access_key.id, access_key.user_name, access_key.secret, access_key.created_ms, "
        "access_key.status FROM access_key ORDER BY access_key.created_ms, access_key.id",
        (),
    ),
)
SET_STATUS = Statement(
    sqlite=(
        "UPDATE access_key SET status=? WHERE access_key.id = ?",
        ("state", "key"),
    ),
    postgresql=(
        "UPDATE access_key SET status=$1::VARCHAR WHERE access_key.id = $2::VARCHAR",
        ("state", "key"),
    ),
)
DELETE = Statement(
    sqlite=(
        "DELETE FROM access_key WHERE access_key.id = ?",
        ("id",),
    ),
    postgresql=(
        "DELETE FROM access_key WHERE access_key.id = $1::VARCHAR",
        ("id",),
    ),
)
