"""The places of identity pools, of sts and of the hosted UI in the server."""

from pathlib import Path

import msgspec
from msgspec import Struct

from preamp.access import Access, Session, SessionClaims, UnknownKey
from preamp.auth import Idp, NotAToken, Tokens
from preamp.auth.hosted_ui import HostedPages, HostedUI, Pages
from preamp.auth.identity import (
    Claims,
    Holder,
    IdentityService,
    NoSession,
    Operators,
    Pace,
    TemporaryKeys,
    bad_login,
    identity_service,
    invalid_identity_parameter,
    key_set,
    sts_service,
)
from preamp.auth.social import Social
from preamp.db import Database, Unavailable
from preamp.kit.clock import Clock
from preamp.kit.seal import Sealer
from preamp.server.hosts import Place, Receive, Scope, Send, answer_json
from preamp.server.install import StartError
from preamp.settings import Settings
from preamp.wire import AwsJson, Endpoint, Limits, Query, Verifier

_JWKS = b"/.well-known/jwks_uri"
_KEY_SET_SECONDS = b"public, max-age=300"
_STS = "https://sts.amazonaws.com/doc/2011-06-15/"


class IdentityParts(Struct, frozen=True, kw_only=True):
    """What these work with."""

    settings: Settings
    public_url: str
    db: Database
    sealer: Sealer
    clock: Clock
    access: Access
    idp: Idp
    tokens: Tokens


class IdentityPlane:
    """The places of identity pools, sts and the hosted UI."""

    def __init__(self, db: Database, identity: Endpoint, sts: Endpoint, pages: HostedPages, social: Social) -> None:
        self._db, self._social = db, social
        self.places = (
            Place(app=identity, targets=(str(identity_service.target),)),
            Place(app=pages, paths=("auth",), hosts=("auth",)),
            Place(app=sts, signed=("sts",), forms=True),
            Place(app=self._key_set, paths=(".well-known",)),
        )

    async def _key_set(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """The keys of GetOpenIdToken, at the path where Cognito has them."""
        if scope["raw_path"].partition(b"?")[0] == _JWKS:
            await answer_json(send, 200, msgspec.json.encode(await key_set(self._db)), _KEY_SET_SECONDS)
        else:
            await answer_json(send, 404, msgspec.json.encode({"message": "There is nothing here."}), b"no-store")

    async def close(self) -> None:
        """Let go of connections to providers."""
        await self._social.close()


def identity_plane(parts: IdentityParts) -> IdentityPlane:
    """Build them from their parts. Raises StartError."""
    settings, clock = parts.settings, parts.clock
    service = service_of(parts)
    limits = Limits(max_body_bytes=settings.auth_max_body_bytes)
    identity = Endpoint(
        AwsJson(identity_service, invalid=invalid_identity_parameter),
        service,
        Verifier(identity_service.signing_name, parts.access.lookup, clock, settings.clock_skew_seconds),
        limits=limits,
        transient=(Unavailable,),
    )
    sts = Endpoint(
        Query(sts_service, _STS),
        service,
        Verifier(sts_service.signing_name, parts.access.lookup_any, clock, settings.clock_skew_seconds),
        limits=limits,
        transient=(Unavailable,),
    )
    social = Social(clock, _issuers(settings.social_issuers))
    ui = HostedUI(idp=parts.idp, pages=_pages(settings), social=social, pkce=settings.hosted_ui_requires_pkce)
    return IdentityPlane(parts.db, identity, sts, HostedPages(ui), social)


def service_of(parts: IdentityParts) -> IdentityService:
    """The context of identity pools and sts: what they ask of the access room and of the pools' tokens."""

    async def verify_login(user_pool_id: str, token: str) -> Claims:
        try:
            claims = await parts.tokens.verify(token)
        except NotAToken as error:
            raise bad_login(str(error)) from None
        if claims["iss"] != f"{parts.public_url}/{user_pool_id}":
            raise bad_login("Issuer doesn't match providerName")
        return claims

    def issue(holder: Holder, seconds: int) -> TemporaryKeys:
        claims = SessionClaims(
            identity_pool_id=holder.identity_pool_id,
            identity_id=holder.identity_id,
            role=holder.role,
            authenticated=holder.authenticated,
            provider=holder.provider,
            user_pool_id=holder.user_pool_id,
            client_id=holder.client_id,
            sub=holder.sub,
            username=holder.username,
            groups=holder.groups,
            family=holder.family,
        )
        return _keys(parts.access.issue_session(claims, seconds))

    async def issue_operator(access_key_id: str, seconds: int) -> TemporaryKeys:
        try:
            return _keys(await parts.access.issue_operator_session(access_key_id, seconds))
        except UnknownKey:
            raise NoSession(access_key_id) from None

    return IdentityService(
        db=parts.db,
        sealer=parts.sealer,
        clock=parts.clock,
        region=parts.settings.region,
        account=parts.settings.account,
        issuer=parts.public_url,
        verify_login=verify_login,
        issue=issue,
        operators=Operators(issue=issue_operator),
        guests=Pace(parts.settings.guests_per_second),
    )


def _keys(session: Session) -> TemporaryKeys:
    return TemporaryKeys(
        access_key_id=session.access_key_id, secret=session.secret, token=session.token, expires_ms=session.expires_ms
    )


def _pages(settings: Settings) -> Pages:
    try:
        return Pages(Path(settings.hosted_ui_css).read_text(encoding="utf-8") if settings.hosted_ui_css else "")
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise StartError(f"cannot use the style of setting hosted_ui_css: {error}") from None


def _issuers(text: str) -> dict[str, str]:
    """`Google=https://host, ...` as a map."""
    pairs = [one.strip().partition("=") for one in text.split(",") if one.strip()]
    return {name: issuer for name, _, issuer in pairs}
