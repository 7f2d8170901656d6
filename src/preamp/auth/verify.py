"""The tokens of user pools, verified for the other rooms."""

from collections.abc import Mapping
from typing import Any

import msgspec

from preamp.auth import store, user_store
from preamp.auth.keys import Keys
from preamp.db import Database
from preamp.kit import jwt


class NotAToken(Exception):
    """The token proves nothing here; the text is fit for whoever sent it."""


class Tokens:
    """Verifies access and ID tokens of this server's pools. `public_url` is what their issuers begin with."""

    def __init__(self, db: Database, keys: Keys, public_url: str) -> None:
        self._db, self._keys, self._public_url = db, keys, public_url

    async def verify(self, token: str) -> Mapping[str, Any]:
        """The claims of a token that is good now: signed by its pool, not ended, its session alive, its user enabled.

        The value is shared between calls: not to be changed. `token_use` tells `access` from `id`; the pool is the end
        of `iss`. Raises NotAToken. Revoking a session, disabling or deleting the user act at once.
        """
        try:
            claims = await self._signed(token)
        except jwt.TokenError as error:
            raise NotAToken(str(error)) from None
        client_id = claims.get("client_id") if claims.get("token_use") == "access" else claims.get("aud")
        if claims.get("token_use") not in {"access", "id"} or not isinstance(client_id, str):
            raise NotAToken("The token is neither an access token nor an ID token.")
        alive = await user_store.family_alive(
            self._db, str(claims.get("origin_jti")), str(claims.get("sub")), client_id
        )
        if not alive:
            raise NotAToken("The token's session has ended, or its user is disabled.")
        return claims

    async def jwks(self, user_pool_id: str) -> bytes | None:
        """The pool's published key set as JSON, None where there is no such pool."""
        keys = await self._keys.of(user_pool_id)
        return None if keys is None else keys.jwks

    async def openid_configuration(self, user_pool_id: str) -> bytes | None:
        """The pool's OpenID Connect discovery document, None where there is no such pool."""
        if await store.served_pool(self._db, user_pool_id) is None:
            return None
        issuer = f"{self._public_url}/{user_pool_id}"
        prefix = await store.domain_of(self._db, user_pool_id)
        hosted = f"{self._public_url}/auth/{prefix}" if prefix else None
        endpoints = {
            "authorization_endpoint": f"{hosted}/oauth2/authorize",
            "token_endpoint": f"{hosted}/oauth2/token",
            "userinfo_endpoint": f"{hosted}/oauth2/userInfo",
            "revocation_endpoint": f"{hosted}/oauth2/revoke",
            "end_session_endpoint": f"{hosted}/logout",
        }
        return msgspec.json.encode(
            {
                "issuer": issuer,
                "jwks_uri": f"{issuer}/.well-known/jwks.json",
                **(endpoints if hosted else {}),
                "response_types_supported": ["code", "token"],
                "scopes_supported": ["openid", "email", "phone", "profile"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
                "code_challenge_methods_supported": ["S256"],
            }
        )

    async def _signed(self, token: str) -> Mapping[str, Any]:
        issuer = jwt.unverified_claims(token).get("iss")
        prefix, _, pool_id = issuer.rpartition("/") if isinstance(issuer, str) else ("", "", "")
        keys = await self._keys.of(pool_id) if prefix == self._public_url else None
        if keys is None:
            raise NotAToken("The token is not of a user pool of this server.")
        return keys.verifier.verify(token)
