"""The questions of tables.py as SQL of each engine. Written by `make sql`: change tables.py, not this file."""

from preamp.db import Statement

put_pool = Statement(
    sqlite=(
        "INSERT INTO auth_user_pool (id, app_id, environment, name, settings, secrets, created_ms, "
        "updated_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name, "
        "settings = excluded.settings, secrets = excluded.secrets, updated_ms = excluded.updated_ms",
        ("id", "app_id", "environment", "name", "settings", "secrets", "created_ms", "updated_ms"),
    ),
    postgresql=(
        "INSERT INTO auth_user_pool (id, app_id, environment, name, settings, secrets, created_ms, "
        "updated_ms) VALUES ($1::VARCHAR, $2::VARCHAR, $3::VARCHAR, $4::VARCHAR, $5::VARCHAR, $6::BYTEA, "
        "$7::BIGINT, $8::BIGINT) ON CONFLICT (id) DO UPDATE SET name = excluded.name, settings = "
        "excluded.settings, secrets = excluded.secrets, updated_ms = excluded.updated_ms",
        ("id", "app_id", "environment", "name", "settings", "secrets", "created_ms", "updated_ms"),
    ),
)
claim_domain = Statement(
    sqlite=(
        "INSERT INTO auth_domain (prefix, user_pool_id) VALUES (?, ?) ON CONFLICT (prefix) DO NOTHING",
        ("prefix", "user_pool_id"),
    ),
    postgresql=(
        "INSERT INTO auth_domain (prefix, user_pool_id) VALUES ($1::VARCHAR, $2::VARCHAR) ON CONFLICT "
        "(prefix) DO NOTHING",
        ("prefix", "user_pool_id"),
    ),
)
insert_client = Statement(
    sqlite=(
        "INSERT INTO auth_app_client (id, user_pool_id, name, kind, secret, o_auth, created_ms) VALUES (?, ?, "
        "?, ?, ?, ?, ?)",
        ("id", "user_pool_id", "name", "kind", "secret", "o_auth", "created_ms"),
    ),
    postgresql=(
        "INSERT INTO auth_app_client (id, user_pool_id, name, kind, secret, o_auth, created_ms) VALUES "
        "($1::VARCHAR, $2::VARCHAR, $3::VARCHAR, $4::VARCHAR, $5::BYTEA, $6::VARCHAR, $7::BIGINT)",
        ("id", "user_pool_id", "name", "kind", "secret", "o_auth", "created_ms"),
    ),
)
put_client = Statement(
    sqlite=(
        "INSERT INTO auth_app_client (id, user_pool_id, name, kind, secret, o_auth, created_ms) VALUES (?, ?, "
        "?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name, o_auth = excluded.o_auth",
        ("id", "user_pool_id", "name", "kind", "secret", "o_auth", "created_ms"),
    ),
    postgresql=(
        "INSERT INTO auth_app_client (id, user_pool_id, name, kind, secret, o_auth, created_ms) VALUES "
        "($1::VARCHAR, $2::VARCHAR, $3::VARCHAR, $4::VARCHAR, $5::BYTEA, $6::VARCHAR, $7::BIGINT) ON CONFLICT "
        "(id) DO UPDATE SET name = excluded.name, o_auth = excluded.o_auth",
        ("id", "user_pool_id", "name", "kind", "secret", "o_auth", "created_ms"),
    ),
)
put_group = Statement(
    sqlite=(
        "INSERT INTO auth_group (user_pool_id, name, created_ms) VALUES (?, ?, ?) ON CONFLICT (user_pool_id, "
        "name) DO NOTHING",
        ("user_pool_id", "name", "created_ms"),
    ),
    postgresql=(
        "INSERT INTO auth_group (user_pool_id, name, created_ms) VALUES ($1::VARCHAR, $2::VARCHAR, "
        "$3::BIGINT) ON CONFLICT (user_pool_id, name) DO NOTHING",
        ("user_pool_id", "name", "created_ms"),
    ),
)
put_identity_pool = Statement(
    sqlite=(
        "INSERT INTO auth_identity_pool (id, user_pool_id, app_id, environment, name, unauthenticated_login, "
        "created_ms) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name, "
        "unauthenticated_login = excluded.unauthenticated_login",
        ("id", "user_pool_id", "app_id", "environment", "name", "unauthenticated_login", "created_ms"),
    ),
    postgresql=(
        "INSERT INTO auth_identity_pool (id, user_pool_id, app_id, environment, name, unauthenticated_login, "
        "created_ms) VALUES ($1::VARCHAR, $2::VARCHAR, $3::VARCHAR, $4::VARCHAR, $5::VARCHAR, $6::BIGINT, "
        "$7::BIGINT) ON CONFLICT (id) DO UPDATE SET name = excluded.name, unauthenticated_login = "
        "excluded.unauthenticated_login",
        ("id", "user_pool_id", "app_id", "environment", "name", "unauthenticated_login", "created_ms"),
    ),
)
put_provider = Statement(
    sqlite=(
        "INSERT INTO auth_identity_provider (identity_pool_id, client_id, user_pool_id) VALUES (?, ?, ?) ON "
        "CONFLICT (identity_pool_id, client_id) DO NOTHING",
        ("identity_pool_id", "client_id", "user_pool_id"),
    ),
    postgresql=(
        "INSERT INTO auth_identity_provider (identity_pool_id, client_id, user_pool_id) VALUES ($1::VARCHAR, "
        "$2::VARCHAR, $3::VARCHAR) ON CONFLICT (identity_pool_id, client_id) DO NOTHING",
        ("identity_pool_id", "client_id", "user_pool_id"),
    ),
)
pool = Statement(
    sqlite=(
        "SELECT auth_user_pool.id, auth_user_pool.app_id, auth_user_pool.environment, auth_user_pool.name, "
        "auth_user_pool.settings, auth_user_pool.created_ms, auth_user_pool.updated_ms FROM auth_user_pool "
        "WHERE auth_user_pool.id = ?",
        ("id",),
    ),
    postgresql=(
        "SELECT auth_user_pool.id, auth_user_pool.app_id, auth_user_pool.environment, auth_user_pool.name, "
        "auth_user_pool.settings, auth_user_pool.created_ms, auth_user_pool.updated_ms FROM auth_user_pool "
        "WHERE auth_user_pool.id = $1::VARCHAR",
        ("id",),
    ),
)
pools_of = Statement(
    sqlite=(
        "SELECT auth_user_pool.id, auth_user_pool.app_id, auth_user_pool.environment, auth_user_pool.name, "
        "auth_user_pool.settings, auth_user_pool.created_ms, auth_user_pool.updated_ms FROM auth_user_pool "
        "WHERE auth_user_pool.app_id = ? AND auth_user_pool.environment = ? ORDER BY "
        "auth_user_pool.created_ms, auth_user_pool.id",
        ("app_id", "environment"),
    ),
    postgresql=(
        "SELECT auth_user_pool.id, auth_user_pool.app_id, auth_user_pool.environment, auth_user_pool.name, "
        "auth_user_pool.settings, auth_user_pool.created_ms, auth_user_pool.updated_ms FROM auth_user_pool "
        "WHERE auth_user_pool.app_id = $1::VARCHAR AND auth_user_pool.environment = $2::VARCHAR ORDER BY "
        "auth_user_pool.created_ms, auth_user_pool.id",
        ("app_id", "environment"),
    ),
)
pool_ids = Statement(
    sqlite=(
        "SELECT auth_user_pool.id FROM auth_user_pool",
        (),
    ),
    postgresql=(
        "SELECT auth_user_pool.id FROM auth_user_pool",
        (),
    ),
)
secrets = Statement(
    sqlite=(
        "SELECT auth_user_pool.secrets FROM auth_user_pool WHERE auth_user_pool.id = ?",
        ("id",),
    ),
    postgresql=(
        "SELECT auth_user_pool.secrets FROM auth_user_pool WHERE auth_user_pool.id = $1::VARCHAR",
        ("id",),
    ),
)
domain_holder = Statement(
    sqlite=(
        "SELECT auth_domain.user_pool_id FROM auth_domain WHERE auth_domain.prefix = ?",
        ("prefix",),
    ),
    postgresql=(
        "SELECT auth_domain.user_pool_id FROM auth_domain WHERE auth_domain.prefix = $1::VARCHAR",
        ("prefix",),
    ),
)
client = Statement(
    sqlite=(
        "SELECT auth_app_client.id, auth_app_client.user_pool_id, auth_app_client.name, auth_app_client.kind, "
        "auth_app_client.secret, auth_app_client.o_auth, auth_app_client.created_ms FROM auth_app_client "
        "WHERE auth_app_client.id = ?",
        ("id",),
    ),
    postgresql=(
        "SELECT auth_app_client.id, auth_app_client.user_pool_id, auth_app_client.name, auth_app_client.kind, "
        "auth_app_client.secret, auth_app_client.o_auth, auth_app_client.created_ms FROM auth_app_client "
        "WHERE auth_app_client.id = $1::VARCHAR",
        ("id",),
    ),
)
clients = Statement(
    sqlite=(
        "SELECT auth_app_client.id, auth_app_client.user_pool_id, auth_app_client.name, auth_app_client.kind, "
        "auth_app_client.secret, auth_app_client.o_auth, auth_app_client.created_ms FROM auth_app_client "
        "WHERE auth_app_client.user_pool_id = ? ORDER BY auth_app_client.id",
        ("id",),
    ),
    postgresql=(
        "SELECT auth_app_client.id, auth_app_client.user_pool_id, auth_app_client.name, auth_app_client.kind, "
        "auth_app_client.secret, auth_app_client.o_auth, auth_app_client.created_ms FROM auth_app_client "
        "WHERE auth_app_client.user_pool_id = $1::VARCHAR ORDER BY auth_app_client.id",
        ("id",),
    ),
)
groups = Statement(
    sqlite=(
        "SELECT auth_group.name FROM auth_group WHERE auth_group.user_pool_id = ?",
        ("id",),
    ),
    postgresql=(
        "SELECT auth_group.name FROM auth_group WHERE auth_group.user_pool_id = $1::VARCHAR",
        ("id",),
    ),
)
identity_pool = Statement(
    sqlite=(
        "SELECT auth_identity_pool.id, auth_identity_pool.user_pool_id, auth_identity_pool.app_id, "
        "auth_identity_pool.environment, auth_identity_pool.name, auth_identity_pool.unauthenticated_login, "
        "auth_identity_pool.created_ms FROM auth_identity_pool WHERE auth_identity_pool.id = ?",
        ("id",),
    ),
    postgresql=(
        "SELECT auth_identity_pool.id, auth_identity_pool.user_pool_id, auth_identity_pool.app_id, "
        "auth_identity_pool.environment, auth_identity_pool.name, auth_identity_pool.unauthenticated_login, "
        "auth_identity_pool.created_ms FROM auth_identity_pool WHERE auth_identity_pool.id = $1::VARCHAR",
        ("id",),
    ),
)
identity_pools = Statement(
    sqlite=(
        "SELECT auth_identity_pool.id, auth_identity_pool.user_pool_id, auth_identity_pool.app_id, "
        "auth_identity_pool.environment, auth_identity_pool.name, auth_identity_pool.unauthenticated_login, "
        "auth_identity_pool.created_ms FROM auth_identity_pool WHERE auth_identity_pool.user_pool_id = ? "
        "ORDER BY auth_identity_pool.created_ms, auth_identity_pool.id",
        ("id",),
    ),
    postgresql=(
        "SELECT auth_identity_pool.id, auth_identity_pool.user_pool_id, auth_identity_pool.app_id, "
        "auth_identity_pool.environment, auth_identity_pool.name, auth_identity_pool.unauthenticated_login, "
        "auth_identity_pool.created_ms FROM auth_identity_pool WHERE auth_identity_pool.user_pool_id = "
        "$1::VARCHAR ORDER BY auth_identity_pool.created_ms, auth_identity_pool.id",
        ("id",),
    ),
)
identity_pool_ids = Statement(
    sqlite=(
        "SELECT auth_identity_pool.id FROM auth_identity_pool",
        (),
    ),
    postgresql=(
        "SELECT auth_identity_pool.id FROM auth_identity_pool",
        (),
    ),
)
providers = Statement(
    sqlite=(
        "SELECT auth_identity_provider.user_pool_id, auth_identity_provider.client_id FROM "
        "auth_identity_provider WHERE auth_identity_provider.identity_pool_id = ? ORDER BY "
        "auth_identity_provider.client_id",
        ("id",),
    ),
    postgresql=(
        "SELECT auth_identity_provider.user_pool_id, auth_identity_provider.client_id FROM "
        "auth_identity_provider WHERE auth_identity_provider.identity_pool_id = $1::VARCHAR ORDER BY "
        "auth_identity_provider.client_id",
        ("id",),
    ),
)
change_pool = Statement(
    sqlite=(
        "UPDATE auth_user_pool SET settings=?, secrets=?, updated_ms=? WHERE auth_user_pool.id = ?",
        ("new_settings", "new_secrets", "new_updated_ms", "id"),
    ),
    postgresql=(
        "UPDATE auth_user_pool SET settings=$1::VARCHAR, secrets=$2::BYTEA, updated_ms=$3::BIGINT WHERE "
        "auth_user_pool.id = $4::VARCHAR",
        ("new_settings", "new_secrets", "new_updated_ms", "id"),
    ),
)
release_domains = Statement(
    sqlite=(
        "DELETE FROM auth_domain WHERE auth_domain.user_pool_id = ? AND auth_domain.prefix != ?",
        ("id", "keep"),
    ),
    postgresql=(
        "DELETE FROM auth_domain WHERE auth_domain.user_pool_id = $1::VARCHAR AND auth_domain.prefix != $2::VARCHAR",
        ("id", "keep"),
    ),
)
set_clients_o_auth = Statement(
    sqlite=(
        "UPDATE auth_app_client SET o_auth=? WHERE auth_app_client.user_pool_id = ?",
        ("value", "id"),
    ),
    postgresql=(
        "UPDATE auth_app_client SET o_auth=$1::VARCHAR WHERE auth_app_client.user_pool_id = $2::VARCHAR",
        ("value", "id"),
    ),
)
set_unauthenticated_login = Statement(
    sqlite=(
        "UPDATE auth_identity_pool SET unauthenticated_login=? WHERE auth_identity_pool.user_pool_id = ?",
        ("value", "id"),
    ),
    postgresql=(
        "UPDATE auth_identity_pool SET unauthenticated_login=$1::BIGINT WHERE auth_identity_pool.user_pool_id "
        "= $2::VARCHAR",
        ("value", "id"),
    ),
)
delete_identity_pool = (
    Statement(
        sqlite=(
            "DELETE FROM auth_identity_provider WHERE auth_identity_provider.identity_pool_id = ?",
            ("id",),
        ),
        postgresql=(
            "DELETE FROM auth_identity_provider WHERE auth_identity_provider.identity_pool_id = $1::VARCHAR",
            ("id",),
        ),
    ),
    Statement(
        sqlite=(
            "DELETE FROM auth_identity_pool WHERE auth_identity_pool.id = ?",
            ("id",),
        ),
        postgresql=(
            "DELETE FROM auth_identity_pool WHERE auth_identity_pool.id = $1::VARCHAR",
            ("id",),
        ),
    ),
)
delete_pool = (
    Statement(
        sqlite=(
            "DELETE FROM auth_identity_provider WHERE auth_identity_provider.user_pool_id = ? OR "
            "auth_identity_provider.identity_pool_id IN (SELECT auth_identity_pool.id FROM auth_identity_pool "
            "WHERE auth_identity_pool.user_pool_id = ?)",
            ("id", "id"),
        ),
        postgresql=(
            "DELETE FROM auth_identity_provider WHERE auth_identity_provider.user_pool_id = $1::VARCHAR OR "
            "auth_identity_provider.identity_pool_id IN (SELECT auth_identity_pool.id FROM auth_identity_pool "
            "WHERE auth_identity_pool.user_pool_id = $1::VARCHAR)",
            ("id",),
        ),
    ),
    Statement(
        sqlite=(
            "DELETE FROM auth_identity_pool WHERE auth_identity_pool.user_pool_id = ?",
            ("id",),
        ),
        postgresql=(
            "DELETE FROM auth_identity_pool WHERE auth_identity_pool.user_pool_id = $1::VARCHAR",
            ("id",),
        ),
    ),
    Statement(
        sqlite=(
            "DELETE FROM auth_group WHERE auth_group.user_pool_id = ?",
            ("id",),
        ),
        postgresql=(
            "DELETE FROM auth_group WHERE auth_group.user_pool_id = $1::VARCHAR",
            ("id",),
        ),
    ),
    Statement(
        sqlite=(
            "DELETE FROM auth_app_client WHERE auth_app_client.user_pool_id = ?",
            ("id",),
        ),
        postgresql=(
            "DELETE FROM auth_app_client WHERE auth_app_client.user_pool_id = $1::VARCHAR",
            ("id",),
        ),
    ),
    Statement(
        sqlite=(
            "DELETE FROM auth_domain WHERE auth_domain.user_pool_id = ?",
            ("id",),
        ),
        postgresql=(
            "DELETE FROM auth_domain WHERE auth_domain.user_pool_id = $1::VARCHAR",
            ("id",),
        ),
    ),
    Statement(
        sqlite=(
            "DELETE FROM auth_user_pool WHERE auth_user_pool.id = ?",
            ("id",),
        ),
        postgresql=(
            "DELETE FROM auth_user_pool WHERE auth_user_pool.id = $1::VARCHAR",
            ("id",),
        ),
    ),
)
