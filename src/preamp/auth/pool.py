"""A user pool and an app client as requests need them: settings in Cognito's terms and the questions about them."""

from collections.abc import Collection
from typing import Literal

from msgspec import Struct

from preamp.auth.idp.model import ExplicitAuthFlowsType, SchemaAttributeType, UserPoolClientType, UserPoolType
from preamp.auth.pool_config import PoolConfig

ADMIN_SCOPE = "aws.cognito.signin.user.admin"
"""The scope of tokens that the API issues: without it a token does not open a user's own operations."""

TokenUse = Literal["access", "id", "refresh"]

_SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400}
_HOUR = 3600
_DEFAULT_FLOWS: tuple[ExplicitAuthFlowsType, ...] = (
    "ALLOW_USER_SRP_AUTH",
    "ALLOW_CUSTOM_AUTH",
    "ALLOW_REFRESH_TOKEN_AUTH",
)
_OLD_FLOWS: dict[str, ExplicitAuthFlowsType] = {
    "ADMIN_NO_SRP_AUTH": "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    "CUSTOM_AUTH_FLOW_ONLY": "ALLOW_CUSTOM_AUTH",
    "USER_PASSWORD_AUTH": "ALLOW_USER_PASSWORD_AUTH",
}


class Pool(Struct, frozen=True, kw_only=True):
    """A user pool. Times are milliseconds since 1970 UTC."""

    id: str
    name: str
    config: PoolConfig
    created_ms: int
    updated_ms: int

    @property
    def wire(self) -> UserPoolType:
        """The settings as the wire has them."""
        return self.config.pool

    @property
    def case_sensitive(self) -> bool:
        """Whether names that differ by case are two names (Cognito's default where nothing is set)."""
        configured = self.wire.username_configuration
        return configured is None or configured.case_sensitive

    @property
    def sign_in_attributes(self) -> tuple[str, ...]:
        """The attributes that are a user's only name; empty where names are free."""
        return self.wire.username_attributes or ()

    @property
    def aliases(self) -> tuple[str, ...]:
        """The attributes that a user may sign in with besides the name."""
        return self.wire.alias_attributes or ()

    def key(self, name: str) -> str:
        """A name or alias as it is compared."""
        return name if self.case_sensitive else name.lower()

    def schema(self, name: str) -> SchemaAttributeType | None:
        """The attribute of a name, None where users of the pool have none."""
        return next((one for one in self.wire.schema_attributes or () if one.name == name), None)


class Client(Struct, frozen=True, kw_only=True):
    """An app client; `secret` is sealed."""

    id: str
    user_pool_id: str
    config: UserPoolClientType
    secret: bytes | None
    created_ms: int
    updated_ms: int

    def flows(self) -> Collection[ExplicitAuthFlowsType]:
        """The sign-in flows that are allowed, in the newer names; refreshing is always among them for older ones."""
        given = self.config.explicit_auth_flows
        if not given:
            return _DEFAULT_FLOWS
        named = {_OLD_FLOWS.get(flow, flow) for flow in given}
        return named if any(flow.startswith("ALLOW_") for flow in given) else named | set(_DEFAULT_FLOWS)

    def hides_users(self, *, by_default: bool) -> bool:
        """Whether answers must not tell if a user exists."""
        told = self.config.prevent_user_existence_errors
        return by_default if told is None else told == "ENABLED"

    def lifetime_seconds(self, use: TokenUse) -> int:
        """How long a token of this client lives: an hour, or 30 days for a refresh token, where nothing is set."""
        config, units = self.config, self.config.token_validity_units
        if use == "refresh":
            unit = (units and units.refresh_token) or "days"
            return (config.refresh_token_validity or 30) * _SECONDS[unit]
        count = config.access_token_validity if use == "access" else config.id_token_validity
        unit = (units and (units.access_token if use == "access" else units.id_token)) or "hours"
        return count * _SECONDS[unit] if count else _HOUR

    @property
    def rotates(self) -> bool:
        """Whether each use of a refresh token gives a new one."""
        rotation = self.config.refresh_token_rotation
        return rotation is not None and rotation.feature == "ENABLED"

    @property
    def grace_ms(self) -> int:
        """How long a refresh token serves after it was exchanged."""
        rotation = self.config.refresh_token_rotation
        return ((rotation and rotation.retry_grace_period_seconds) or 0) * 1000

    def readable(self, attribute: str) -> bool:
        """Whether the client may see an attribute."""
        return attribute == "sub" or not self.config.read_attributes or attribute in self.config.read_attributes

    def writable(self, attribute: str) -> bool:
        """Whether the client may set an attribute."""
        return not self.config.write_attributes or attribute in self.config.write_attributes
