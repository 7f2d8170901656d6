"""What preamp knows of apps, their environments and the resources in them, row by row."""

from typing import Literal

from msgspec import Struct

Category = Literal["api", "auth", "storage"]


class App(Struct, frozen=True):
    """One app. `login` is LoginAuthConfig as JSON; `manager_pool_id` the pool that CreateBackendConfig made."""

    app_id: str
    name: str
    feature_flags: str
    created_ms: int
    manager_app_id: str | None
    login: str | None
    manager_pool_id: str | None


class Environment(Struct, frozen=True):
    """One backend environment. `meta` is its amplify-meta document, sealed since it shows the API key."""

    app_id: str
    environment: str
    stack: str
    created_ms: int
    meta: bytes


class Resource(Struct, frozen=True):
    """One resource. `config` is what the wire answers (JSON, no secrets); `record` the ids of what was provisioned."""

    app_id: str
    environment: str
    category: Category
    name: str
    config: str
    record: str
    imported: int
    updated_ms: int


class Token(Struct, frozen=True):
    """One console log-in challenge; the code is sealed."""

    app_id: str
    session_id: str
    sealed: bytes
    expires_ms: int
    access_key_id: str
    invocation_id: str | None
