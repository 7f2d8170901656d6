"""User pools, identity pools, sts and the hosted UI together: loaded at their first request (docs/decisions/0004)."""

from preamp.server.auth_places import AuthParts
from preamp.server.auth_plane import AuthPlane, auth_plane
from preamp.server.identity_plane import IdentityParts, IdentityPlane, identity_plane


class AuthRooms:
    """The rooms of auth, built."""

    def __init__(self, auth: AuthPlane, identity: IdentityPlane) -> None:
        self.auth = auth
        self.identity = identity
        self.places = (*auth.places, *identity.places)

    async def close(self) -> None:
        """Let go of connections and threads."""
        await self.identity.close()
        await self.auth.close()


def auth_rooms(parts: AuthParts) -> AuthRooms:
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
    return AuthRooms(auth, identity)
