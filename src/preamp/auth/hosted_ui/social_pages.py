"""To a provider and back: /oauth2/authorize with identity_provider, and /oauth2/idpresponse."""

import hmac
import secrets
from typing import Any

import msgspec
from msgspec import Struct

from preamp.auth import user_store
from preamp.auth.hosted_ui import federation
from preamp.auth.hosted_ui.context import BROWSER_COOKIE, Site, begin_session, browser, carried
from preamp.auth.hosted_ui.grants import asked, granted, to_application
from preamp.auth.hosted_ui.http import Request, Response, redirect, with_parameters
from preamp.auth.hosted_ui.rules import PARAMETERS, PageError
from preamp.auth.social import Profile, Provider, ProviderError
from preamp.kit import ids
from preamp.kit.seal import BrokenSealError, sha256

_STATE_MS = 600_000
_PURPOSE = "auth-hosted-state"
_MAX_CODE = 4096
_MAX_USER = 4096


class _State(Struct, frozen=True, kw_only=True):
    """What comes back from the provider as it went: for which request, at which browser, once."""

    id: str
    provider: str
    query: dict[str, str]
    nonce: str
    verifier: str
    browser: str
    expires_ms: int


async def begin(site: Site, request: Request, name: str) -> Response:
    """Send the browser to a provider. Raises PageError."""
    provider = await federation.provider_of(site, name)
    value, cookie = browser(request)
    try:
        ready = await site.ui.social.ready(provider)
        state = _State(
            id=ids.uuid4(),
            provider=name,
            query=carried(request.query, PARAMETERS),
            nonce=secrets.token_urlsafe(24),
            verifier=secrets.token_urlsafe(48),
            browser=sha256(value).hex(),
            expires_ms=site.idp.now_ms() + _STATE_MS,
        )
        address = site.ui.social.address(
            ready,
            state=site.idp.sealer.purpose(_PURPOSE).token(state, site.pool.id),
            nonce=state.nonce,
            verifier=state.verifier,
            redirect_uri=_return_address(site),
        )
    except ProviderError as error:
        raise PageError("server_error", str(error)) from None
    return redirect(address, cookie)


async def returned(site: Site, request: Request) -> Response:
    """Take up the sign-in where the provider left it.

    Apple answers by a form of its own site, with which the browser sends no cookies: it is sent on by GET first.
    """
    if request.method == "POST":
        names = ("state", "code", "error", "user", "iss")
        return redirect(with_parameters(_return_address(site), carried(request.form, names)))
    state = _opened(site, request)
    await _use(site, state)
    again = msgspec.structs.replace(request, query=state.query)
    client, wanted, refused = await asked(site, again)
    if wanted is None:
        return refused
    if "error" in request.query:
        told = {"error": "invalid_request", "error_description": f"{state.provider}: {request.query['error'][:100]}"}
        return to_application(wanted, told)
    try:
        provider, profile = await _profile(site, request, state)
    except ProviderError as error:
        return to_application(wanted, {"error": "invalid_request", "error_description": str(error)})
    user = await federation.signed_in(site, provider, profile)
    async with site.idp.db.transaction() as tx:
        cookie = await begin_session(site, tx, user)
    answer = await granted(site, client, wanted, user, site.idp.now_ms())
    return msgspec.structs.replace(answer, cookies=(*answer.cookies, cookie))


async def _profile(site: Site, request: Request, state: _State) -> tuple[Provider, Profile]:
    """Who signed in there. Raises ProviderError, PageError."""
    code = request.query.get("code", "")
    if not 0 < len(code) <= _MAX_CODE:
        raise ProviderError(f"{state.provider} sent no code.")
    provider = await site.ui.social.ready(await federation.provider_of(site, state.provider))
    _check_issuer(request.query.get("iss"), provider.issuers, state.provider)
    profile = await site.ui.social.profile(
        provider,
        code=code,
        nonce=state.nonce,
        verifier=state.verifier,
        redirect_uri=_return_address(site),
        extra=_apple_name(request.query.get("user")) if provider.form_post else {},
    )
    return provider, profile


def _opened(site: Site, request: Request) -> _State:
    """What this browser took along. Raises PageError."""
    try:
        sealer = site.idp.sealer.purpose(_PURPOSE)
        state = sealer.read_token(request.query.get("state", ""), site.pool.id, _State)
    except BrokenSealError:
        raise PageError("invalid_request", "This sign-in was not begun here. Please start again.") from None
    held = sha256(request.cookies.get(BROWSER_COOKIE, "")).hex()
    if not hmac.compare_digest(held, state.browser):
        raise PageError("invalid_request", "This sign-in was begun at another browser. Please start again.")
    if site.idp.now_ms() >= state.expires_ms:
        raise PageError("invalid_request", "This sign-in took too long. Please start again.")
    return state


async def _use(site: Site, state: _State) -> None:
    async with site.idp.db.transaction() as tx:
        first = await user_store.use_nonce(tx, f"social {state.id}", state.expires_ms)
    if not first:
        raise PageError("invalid_request", "This sign-in has ended already. Please start again.")


def _check_issuer(told: str | None, issuers: tuple[str, ...], name: str) -> None:
    """RFC 9207: an answer that names its issuer must come from the one that was asked."""
    if told is not None and told not in issuers:
        raise ProviderError(f"The answer is not from {name}.")


def _apple_name(text: str | None) -> dict[str, Any]:
    """Apple tells the name beside the code, at the first consent alone; it proves nothing but is nobody else's."""
    if text is None or len(text) > _MAX_USER:
        return {}
    try:
        told = msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.DecodeError:
        return {}
    name = told.get("name")
    parts = {key: value for key, value in name.items() if isinstance(value, str)} if isinstance(name, dict) else {}
    whole = " ".join(parts[key] for key in ("firstName", "lastName") if key in parts)
    return {key: parts[key] for key in ("firstName", "lastName") if key in parts} | ({"name": whole} if whole else {})


def _return_address(site: Site) -> str:
    return f"{site.url}/oauth2/idpresponse"
