"""A user of a pool and what hangs on one, as values."""

from typing import Literal

from msgspec import Struct

from preamp.auth.pool import Client, Pool

UserStatus = Literal["UNCONFIRMED", "CONFIRMED", "RESET_REQUIRED", "FORCE_CHANGE_PASSWORD", "EXTERNAL_PROVIDER"]
Factor = Literal["SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP"]


class Mfa(Struct, frozen=True, omit_defaults=True):
    """Which second factors a user turned on, in the user's order, and the one asked for first."""

    factors: tuple[Factor, ...] = ()
    preferred: Factor | None = None


class User(Struct, frozen=True, kw_only=True):
    """A user. `id` is the sub and never changes, nor does `username`; `secret` is the sealed proof of the password.

    `attributes` are all but `sub`. `temporary_until_ms` is when a password that an administrator set ends.
    `totp_step` is the last time step whose code was used.
    """

    id: str
    user_pool_id: str
    username: str
    status: UserStatus
    enabled: bool = True
    attributes: dict[str, str]
    secret: bytes | None = None
    temporary_until_ms: int | None = None
    mfa: Mfa = Mfa()
    totp_secret: bytes | None = None
    totp_step: int = 0
    created_ms: int
    updated_ms: int

    def verified(self, attribute: str) -> bool:
        """Whether an address (email, phone_number) is verified."""
        return self.attributes.get(f"{attribute}_verified") == "true"


class Family(Struct, frozen=True, kw_only=True):
    """One sign-in and all tokens that came of it; `id` is their origin_jti.

    `digest` is the hash of what the refresh token holds; `generation` counts its exchanges where the client rotates.
    """

    id: str
    user_pool_id: str
    user_id: str
    client_id: str
    digest: bytes
    generation: int = 0
    rotated_ms: int = 0
    auth_time_ms: int
    scopes: tuple[str, ...]
    device_key: str | None = None
    hosted: bool = False
    revoked: bool = False
    expires_ms: int


class Session(Struct, frozen=True, kw_only=True):
    """Whom an access token speaks for."""

    pool: Pool
    client: Client
    user: User
    family_id: str
    revoked: bool


class Group(Struct, frozen=True, kw_only=True):
    """A group; None sorts behind every precedence."""

    user_pool_id: str
    name: str
    description: str | None
    precedence: int | None
    role_arn: str | None
    created_ms: int
    updated_ms: int
