"""All rooms of auth, built together at their first request."""

from msgspec import Struct

from preamp.server.auth_plane import AuthParts, AuthPlane, auth_plane
from preamp.server.identity_plane import IdentityParts, IdentityPlane, identity_plane


class AuthRooms(Struct, frozen=True):
    """User pools; identity pools, sts and the hosted UI."""

    auth: AuthPlane
    identity: IdentityPlane


def auth_rooms(parts: AuthParts) -> AuthRooms:
    """Build them from their parts. Raises StartError."""
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
