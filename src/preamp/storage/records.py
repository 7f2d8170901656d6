"""What the storage room keeps, as values: buckets and their permissions."""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from preamp.wire.s3 import Algorithm, Kind

Permission = Literal["READ", "CREATE_AND_UPDATE", "DELETE"]


class Owner(Struct, frozen=True):
    """The backend environment for which a bucket was provisioned."""

    app_id: str
    environment: str


class Permissions(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """What signed-in users and guests may do, under the wire's names; None or nothing for guests means no access.

    `group_access` is preamp's extension: what the members of a group may do with the whole bucket.
    """

    authenticated: tuple[Permission, ...]
    un_authenticated: tuple[Permission, ...] | None = None
    group_access: dict[str, tuple[Permission, ...]] | None = None


class Bucket(Struct, frozen=True, kw_only=True):
    """A bucket. `owner` is None for one that no environment made, `permissions` None where no levels apply.

    `version` counts from 1 and grows with each change of the permissions; `created_ms` is milliseconds since 1970 UTC.
    `creator` is the operator who made it through S3, `cors` its rules as JSON text, `quota_bytes` a limit of its own;
    `removed_ms` is set while its objects are being removed: it serves no more, and its name is not free yet.
    """

    name: str
    owner: Owner | None
    region: str
    permissions: Permissions | None
    version: int
    created_ms: int
    creator: str | None = None
    cors: str | None = None
    quota_bytes: int | None = None
    removed_ms: int | None = None


class Checksum(Struct, frozen=True):
    """A checksum as it travels. `kind` tells how it stands to the parts of a multipart upload."""

    algorithm: Algorithm
    value: str
    kind: Kind = "FULL_OBJECT"


class Meta(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is stored beside an object's bytes and comes back with them."""

    content_type: str | None = None
    cache_control: str | None = None
    content_disposition: str | None = None
    content_encoding: str | None = None
    content_language: str | None = None
    expires: str | None = None
    storage_class: str | None = None
    redirect: str | None = None
    user: dict[str, str] = {}


class Object(Struct, frozen=True, kw_only=True):
    """An object as its row tells. `content` names its bytes; `etag` stands without quotes."""

    bucket: str
    key: bytes
    content: str
    size: int
    etag: str
    modified_ms: int
    owner: str
    checksum: Checksum | None
    meta: Meta


class Content(Struct, frozen=True, kw_only=True):
    """The bytes of objects. `parts` 0: one blob of this id, or `inline` bytes; else that many parts."""

    id: str
    size: int
    parts: int
    refs: int
    crc64: bytes | None
    inline: bytes | None


class Upload(Struct, frozen=True, kw_only=True):
    """A multipart upload under way. `algorithm` and `kind` are the checksum that was asked for."""

    id: str
    bucket: str
    key: bytes
    owner: str
    algorithm: Algorithm | None
    kind: Kind | None
    meta: Meta
    created_ms: int


class Part(Struct, frozen=True, kw_only=True):
    """A part, of an upload under way or of a content."""

    upload: str
    number: int
    blob: str
    size: int
    etag: str
    checksum: Checksum | None
    crc64: bytes
    modified_ms: int


def check_permissions(permissions: Permissions) -> list[str]:
    """All problems of `permissions`, each beginning with the member's wire path."""
    return [
        f"permissions.{member} must not repeat {', '.join(twice)}"
        for member, values in (
            ("authenticated", permissions.authenticated),
            ("unAuthenticated", permissions.un_authenticated or ()),
            *((f"groupAccess.{name}", held) for name, held in (permissions.group_access or {}).items()),
        )
        if (twice := _repeated(values))
    ]


def _repeated(values: Sequence[str]) -> list[str]:
    return sorted({value for value in values if values.count(value) > 1})
