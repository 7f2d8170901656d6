"""Temporary credentials, and what those of an identity pool say of the user or guest who holds them."""

from msgspec import Struct


class Session(Struct, frozen=True, kw_only=True):
    """Temporary credentials. `expires_ms` is in milliseconds since 1970."""

    access_key_id: str
    secret: str
    token: str
    expires_ms: int


class SessionClaims(Struct, frozen=True, kw_only=True, array_like=True):
    """Who holds an identity pool's credentials: sealed in the session token, so that no node has to ask for it.

    `role` is the name of the IAM role that was chosen (the pool's authenticated or unauthenticated one, or a group's).
    The rest tells of the sign-in behind it and is empty for guests: the user pool and client that issued the token,
    the user's `sub`, name and groups, and `family` (`origin_jti`), by which a sign-in is revoked; `not_before` of a
    user compares with `issued_ms` (milliseconds since 1970, set when the session is issued).
    Fields are kept in order inside tokens: new ones go to the end and need a default.
    Source: what AppSync and S3 see of GetCredentialsForIdentity (`$ctx.identity`, policy variables).
    """

    identity_pool_id: str
    identity_id: str
    role: str
    authenticated: bool
    issued_ms: int = 0
    provider: str | None = None
    """The login's name as it stands in `Logins`: cognito-idp.REGION.amazonaws.com/POOL, accounts.google.com, ..."""
    user_pool_id: str | None = None
    client_id: str | None = None
    sub: str | None = None
    username: str | None = None
    groups: tuple[str, ...] = ()
    family: str | None = None

    @property
    def auth_type(self) -> str:
        """`cognitoIdentityAuthType`: authenticated or unauthenticated."""
        return "authenticated" if self.authenticated else "unauthenticated"

    @property
    def auth_provider(self) -> str | None:
        """`cognitoIdentityAuthProvider`: the login, and the login with the user, each in quotes."""
        if self.provider is None:
            return None
        if self.sub is None:
            return f'"{self.provider}"'
        return f'"{self.provider}","{self.provider}:CognitoSignIn:{self.sub}"'

    def user_arn(self, account: str) -> str:
        """`userArn` of these credentials."""
        return f"arn:aws:sts::{account}:assumed-role/{self.role}/CognitoIdentityCredentials"
