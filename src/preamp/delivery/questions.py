"""The questions of tables.py as SQL of each engine. Written by `make sql`: change tables.py, not this file."""

from preamp.db import Statement

PUT = Statement(
    sqlite=(
        "INSERT INTO delivery_outbox (id, message, created_ms) VALUES (?, ?, ?)",
        ("id", "message", "created_ms"),
    ),
    postgresql=(
        "INSERT INTO delivery_outbox (id, message, created_ms) VALUES ($1::VARCHAR, $2::BYTEA, $3::BIGINT)",
        ("id", "message", "created_ms"),
    ),
)
SWEEP = Statement(
    sqlite=(
        "DELETE FROM delivery_outbox WHERE delivery_outbox.id <= (SELECT delivery_outbox.id FROM "
        "delivery_outbox ORDER BY delivery_outbox.id DESC LIMIT ? OFFSET ?)",
        ("param_1", "keep"),
    ),
    postgresql=(
        "DELETE FROM delivery_outbox WHERE delivery_outbox.id <= (SELECT delivery_outbox.id FROM "
        "delivery_outbox ORDER BY delivery_outbox.id DESC LIMIT $1::INTEGER OFFSET $2)",
        ("param_1", "keep"),
    ),
    literals={"param_1": 1},
)
LIST = Statement(
    sqlite=(
        "SELECT delivery_outbox.id, delivery_outbox.message, delivery_outbox.created_ms FROM delivery_outbox "
        "ORDER BY delivery_outbox.id DESC LIMIT ? OFFSET ?",
        ("count", "param_1"),
    ),
    postgresql=(
        "SELECT delivery_outbox.id, delivery_outbox.message, delivery_outbox.created_ms FROM delivery_outbox "
        "ORDER BY delivery_outbox.id DESC LIMIT $1",
        ("count",),
    ),
    literals={"param_1": 0},
)
ONE = Statement(
    sqlite=(
        "SELECT delivery_outbox.id, delivery_outbox.message, delivery_outbox.created_ms FROM delivery_outbox "
        "WHERE delivery_outbox.id = ?",
        ("id",),
    ),
    postgresql=(
        "SELECT delivery_outbox.id, delivery_outbox.message, delivery_outbox.created_ms FROM delivery_outbox "
        "WHERE delivery_outbox.id = $1::VARCHAR",
        ("id",),
    ),
)
COUNTED = Statement(
    sqlite=(
        'INSERT INTO delivery_count ("key", hour, sent) VALUES (?, ?, ?) ON CONFLICT ("key", hour) DO UPDATE '
        "SET sent = (delivery_count.sent + ?) RETURNING sent",
        ("key", "hour", "sent", "sent_1"),
    ),
    postgresql=(
        "INSERT INTO delivery_count (key, hour, sent) VALUES ($1::BYTEA, $2::BIGINT, $3::BIGINT) ON CONFLICT "
        "(key, hour) DO UPDATE SET sent = (delivery_count.sent + $4::BIGINT) RETURNING delivery_count.sent",
        ("key", "hour", "sent", "sent_1"),
    ),
    literals={"sent": 1, "sent_1": 1},
)
FORGET_COUNTS = Statement(
    sqlite=(
        "DELETE FROM delivery_count WHERE delivery_count.hour < ?",
        ("before",),
    ),
    postgresql=(
        "DELETE FROM delivery_count WHERE delivery_count.hour < $1::BIGINT",
        ("before",),
    ),
)
