"""The hosted UI as an ASGI application: which pool is meant, which page, and what an error looks like.

A pool's pages stand under `/auth/<DomainPrefix>/` of the server, and at `<prefix>.auth.<region>.<any domain>` where DNS
leads such a name here.
"""

import logging
import re
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from preamp.auth import store as pool_store
from preamp.auth import user_store
from preamp.auth.hosted_ui import account_pages, sign_in_pages, social_pages, token
from preamp.auth.hosted_ui.authorize import authorize
from preamp.auth.hosted_ui.context import SESSION_COOKIE, HostedUI, Site, browser_session, carried, client_of
from preamp.auth.hosted_ui.http import (
    BadRequest,
    ClientDisconnectedError,
    Cookie,
    Receive,
    Request,
    Response,
    Scope,
    Send,
    answer,
    read,
    redirect,
    with_parameters,
)
from preamp.auth.hosted_ui.rules import PARAMETERS, PageError
from preamp.auth.work import Overloaded
from preamp.db import Unavailable
from preamp.wire import ServiceError

log = logging.getLogger("preamp.auth")

_NOT_FOUND = "not_found"

Page = Callable[[Site, Request], Awaitable[Response]]

_PREFIX = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_HOST = re.compile(r"([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)\.auth\.[a-z0-9-]+\.[a-z0-9.-]+(?::[0-9]{1,5})?", re.ASCII)
_CALLED_BY_SCRIPTS = frozenset({"/oauth2/token", "/oauth2/userInfo", "/oauth2/revoke"})


async def logout(site: Site, request: Request) -> Response:
    """End the browser's session; then to a registered address, or to the sign-in page of another application."""
    client = await client_of(site, request.query.get("client_id"))
    target = request.query.get("logout_uri")
    if target is not None:
        if target not in (client.config.logout_urls or ()):
            raise PageError("redirect_mismatch", "The address to return to is not one of the application's.")
    elif "redirect_uri" in request.query:
        if request.query["redirect_uri"] not in (client.config.callback_urls or ()):
            raise PageError("redirect_mismatch", "The address to return to is not one of the application's.")
        target = with_parameters(f"{site.path}/login", carried(request.query, PARAMETERS))
    else:
        raise PageError("invalid_request", "The application did not say where to return to (logout_uri).")
    session = await browser_session(site, request)
    if session is not None:
        async with site.idp.db.transaction() as tx:
            await tx.execute(user_store.revoke_family, id=session.family_id)
    if request.query.get("logout_uri") is not None and "state" in request.query:
        target = with_parameters(target, {"state": request.query["state"][:4096]})
    return redirect(target, Cookie(name=SESSION_COOKIE, value=""))


async def show_error(site: Site, request: Request) -> Response:
    """The page for applications that send people to /error; it shows nothing that came with the address."""
    del request
    return site.ui.pages.page(
        "message", status=400, title="Something went wrong", error="The sign-in failed. Please try again.", notice=None,
        links=[],
    )  # fmt: skip


_PAGES: dict[tuple[str, str], Page] = {
    ("GET", "/oauth2/authorize"): authorize,
    ("POST", "/oauth2/authorize"): authorize,
    ("POST", "/oauth2/token"): token.token,
    ("GET", "/oauth2/userInfo"): token.user_info,
    ("POST", "/oauth2/userInfo"): token.user_info,
    ("POST", "/oauth2/revoke"): token.revoke,
    ("GET", "/oauth2/idpresponse"): social_pages.returned,
    ("POST", "/oauth2/idpresponse"): social_pages.returned,
    ("GET", "/login"): sign_in_pages.show_login,
    ("POST", "/login"): sign_in_pages.login,
    ("GET", "/signup"): account_pages.show_signup,
    ("POST", "/signup"): account_pages.signup,
    ("GET", "/confirm"): account_pages.show_confirm,
    ("POST", "/confirm"): account_pages.confirm,
    ("GET", "/confirmUser"): account_pages.show_link,
    ("POST", "/confirmUser"): account_pages.confirm_link,
    ("GET", "/forgotpassword"): account_pages.show_forgot,
    ("POST", "/forgotpassword"): account_pages.forgot,
    ("GET", "/logout"): logout,
    ("GET", "/error"): show_error,
}
_SPELLINGS = {path.lower(): path for _method, path in _PAGES} | {"/confirmforgotpassword": "/forgotpassword"}


class HostedPages:
    """Serves the pages of all pools."""

    def __init__(self, ui: HostedUI) -> None:
        self._ui = ui
        self._url = ui.idp.public_url.rstrip("/")
        self._path = urlsplit(self._url).path

    def owns(self, scope: Scope, raw_path: str) -> bool:
        """Whether a request is for a pool's pages."""
        return raw_path.startswith("/auth/") or _HOST.fullmatch(_host(scope)) is not None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            site, path = await self._site(scope)
        except PageError as error:
            await answer(send, self._failed(error, 404), "/auth")
            return
        try:
            response = await self._answered(site, scope, receive, path)
        except ClientDisconnectedError:
            return
        await answer(send, response, site.path or "/")

    async def _answered(self, site: Site, scope: Scope, receive: Receive, path: str) -> Response:
        try:
            request = await read(scope, receive, path)
            return await self._page(request)(site, request)
        except (BadRequest, PageError, ServiceError) as error:
            return self._refused(path, error)
        except (Unavailable, Overloaded) as error:
            log.warning("a page is unavailable: %s", error)
            if path in _CALLED_BY_SCRIPTS:
                return token.failed(503, "temporarily_unavailable")
            return self._failed(PageError("unavailable", "The server cannot answer now. Please try again."), 503)

    def _refused(self, path: str, error: BadRequest | PageError | ServiceError) -> Response:
        told = str(error) if not isinstance(error, ServiceError) else error.message
        missing = isinstance(error, PageError) and error.error == _NOT_FOUND
        if path in _CALLED_BY_SCRIPTS and not missing:
            return token.failed(400, "invalid_request", "" if isinstance(error, BadRequest) else told)
        return self._failed(PageError("invalid_request", told), 404 if missing else 400)

    def _page(self, request: Request) -> Page:
        if request.method == "OPTIONS" and request.path in _CALLED_BY_SCRIPTS:
            return token.preflight
        page = _PAGES.get(("GET" if request.method == "HEAD" else request.method, request.path))
        if page is None:
            raise PageError(_NOT_FOUND, "There is no such page.")
        return page

    def _failed(self, error: PageError, status: int) -> Response:
        return self._ui.pages.page(
            "message", status=status, title="This did not work", error=str(error), notice=None, links=[]
        )

    async def _site(self, scope: Scope) -> tuple[Site, str]:
        """The pool whose pages these are, and the path within them. Raises PageError.

        The raw path is matched, so nothing in it is decoded into a slash or a dot on the way.
        """
        raw_path = scope["raw_path"].decode("latin-1").partition("?")[0]
        by_host = _HOST.fullmatch(_host(scope))
        if raw_path.startswith("/auth/"):
            prefix, slash, rest = raw_path.removeprefix("/auth/").partition("/")
            path = f"{self._path}/auth/{prefix}"
            url = f"{self._url}/auth/{prefix}"
            rest = slash + rest
        elif by_host is not None:
            prefix, rest, path = by_host[1], raw_path, ""
            url = f"https://{_host(scope)}"
        else:
            raise PageError(_NOT_FOUND, "There is no such page.")
        pool = None
        if _PREFIX.fullmatch(prefix):
            holder = await pool_store.domain_holder(self._ui.idp.db, prefix)
            pool = await pool_store.served_pool(self._ui.idp.db, holder) if holder else None
        if pool is None:
            raise PageError(_NOT_FOUND, "There is no sign-in page of this name.")
        return Site(ui=self._ui, pool=pool, url=url, path=path), _SPELLINGS.get(rest.lower(), rest)


def _host(scope: Scope) -> str:
    return next((value for name, value in scope["headers"] if name == b"host"), b"").decode("latin-1").lower()
