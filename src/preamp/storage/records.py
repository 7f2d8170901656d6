"""What the storage room keeps, as values: buckets and their permissions."""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

Permission = Literal["READ", "CREATE_AND_UPDATE", "DELETE"]


class Owner(Struct, frozen=True):
    """The backend environment for which a bucket was provisioned."""

    app_id: str
    environment: str


class Permissions(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """What signed-in users and guests may do, under the wire's names; None or nothing for guests means no access."""

    authenticated: tuple[Permission, ...]
    un_authenticated: tuple[Permission, ...] | None = None


class Bucket(Struct, frozen=True, kw_only=True):
    """A bucket. `owner` is None for one that no environment made, `permissions` None where no levels apply.

    `version` counts from 1 and grows with each change of the permissions; `created_ms` is milliseconds since 1970 UTC.
    """

    name: str
    owner: Owner | None
    region: str
    permissions: Permissions | None
    version: int
    created_ms: int


def check_permissions(permissions: Permissions) -> list[str]:
    """All problems of `permissions`, each beginning with the member's wire path."""
    return [
        f"permissions.{member} must not repeat {', '.join(twice)}"
        for member, values in (
            ("authenticated", permissions.authenticated),
            ("unAuthenticated", permissions.un_authenticated or ()),
        )
        if (twice := _repeated(values))
    ]


def _repeated(values: Sequence[str]) -> list[str]:
    return sorted({value for value in values if values.count(value) > 1})
