"""All rooms of auth, built together at their first request."""

from preamp.server.auth_plane import AuthParts, AuthPlane, auth_plane
from preamp.server.hosts import App, Scope
from preamp.server.identity_plane import Either, IdentityParts, IdentityPlane, identity_plane


class AllOfAuth:
    """User pools, identity pools, sts and the hosted UI."""

    def __init__(self, auth: AuthPlane, identity: IdentityPlane) -> None:
        self.auth = auth
        self._identity = identity
        self._either = Either(auth, identity)

    def app(self, scope: Scope, raw_path: str) -> App | None:
        """Who answers this request, None where it is for another room."""
        return self._either.app(scope, raw_path)

    async def close(self) -> None:
        """Let go of connections and threads."""
        await self._identity.close()
        await self.auth.close()


def load_auth(parts: AuthParts) -> AllOfAuth:
    """Build them from their parts."""
    auth = auth_plane(parts)
    identity = identity_plane(
        IdentityParts(
            settings=parts.settings,
            public_url=parts.public_url,
            db=parts.db,
            sealer=parts.sealer,
            clock=parts.clock,
            access=parts.access,
            idp=auth.idp,
            tokens=auth.tokens,
        )
    )
    return AllOfAuth(auth, identity)
