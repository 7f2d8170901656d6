"""The auth room's place in the server: cognito-idp by x-amz-target, and the key sets of its pools by path."""

from collections.abc import Mapping

import msgspec

from preamp.auth import (
    HttpFunctions,
    Idp,
    IdpLimits,
    Keys,
    PoolTriggers,
    Tokens,
    idp_service,
    invalid_parameter,
    pools_extension,
    read_urls,
)
from preamp.db import Unavailable
from preamp.server.auth_places import AuthParts
from preamp.server.hosts import Place, Receive, Scope, Send, answer_json
from preamp.server.install import StartError
from preamp.settings import Settings
from preamp.wire import AwsJson, Endpoint, Limits, Verifier

_WELL_KNOWN = ".well-known"
_KEY_SET_SECONDS = b"public, max-age=300"


class AuthPlane:
    """The auth room's places: its services by x-amz-target, its pools' public documents by path."""

    def __init__(
        self, idp: Idp, tokens: Tokens, functions: HttpFunctions, endpoint: Endpoint, extension: Endpoint
    ) -> None:
        self.idp = idp
        self.tokens = tokens
        self._functions = functions
        self.places = (
            Place(app=endpoint, targets=(str(idp_service.target),)),
            Place(app=self._well_known, seconds=(_WELL_KNOWN,)),
            Place(app=extension, paths=extension.roots),
        )

    async def close(self) -> None:
        """Let go of connections to functions, and of threads."""
        await self._functions.close()
        self.idp.work.close()

    async def _well_known(self, scope: Scope, _receive: Receive, send: Send) -> None:
        pool_id, _, name = scope["raw_path"].decode("latin-1").strip("/").partition(f"/{_WELL_KNOWN}/")
        documents = {"jwks.json": self.tokens.jwks, "openid-configuration": self.tokens.openid_configuration}
        found = await documents[name](pool_id) if name in documents else None
        if found is None:
            await answer_json(send, 404, msgspec.json.encode({"message": "There is no such user pool."}), b"no-store")
        else:
            await answer_json(send, 200, found, _KEY_SET_SECONDS)


def auth_plane(parts: AuthParts) -> AuthPlane:
    """Build the auth room from its parts."""
    settings = parts.settings
    functions = HttpFunctions(_urls(settings))
    keys = Keys(parts.db, parts.sealer, parts.clock)
    idp = Idp(
        db=parts.db,
        sealer=parts.sealer,
        clock=parts.clock,
        keys=keys,
        deliver=parts.deliver,
        triggers=PoolTriggers(functions.invoke, settings.region),
        limits=IdpLimits(hides_users=settings.auth_hides_users),
        region=settings.region,
        account=settings.account,
        public_url=parts.public_url,
    )
    verifier = Verifier(idp_service.signing_name, parts.access.lookup, parts.clock, settings.clock_skew_seconds)
    endpoint = Endpoint(
        AwsJson(idp_service, invalid=invalid_parameter),
        idp,
        verifier,
        limits=Limits(max_body_bytes=settings.auth_max_body_bytes),
        transient=(Unavailable,),
    )
    tokens = Tokens(parts.db, keys, parts.public_url)
    extension = Endpoint(
        (pools_extension,),
        idp,
        Verifier(pools_extension.signing_name, parts.access.lookup, parts.clock, settings.clock_skew_seconds),
        limits=Limits(max_body_bytes=settings.max_body_bytes),
        transient=(Unavailable,),
    )
    return AuthPlane(idp, tokens, functions, endpoint, extension)


def _urls(settings: Settings) -> Mapping[str, str]:
    try:
        return read_urls(settings.function_urls)
    except ValueError as error:
        raise StartError(f"setting function_urls: {error}") from None
