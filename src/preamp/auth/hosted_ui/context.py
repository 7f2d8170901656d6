"""What the pages work with: the pool in question, and the browser's cookies."""

import base64
import hmac
import secrets
from collections.abc import Mapping

from msgspec import Struct

from preamp.auth import store as pool_store
from preamp.auth import user_store
from preamp.auth.hosted_ui.http import Cookie, Request
from preamp.auth.hosted_ui.rendering import Pages
from preamp.auth.hosted_ui.rules import PageError
from preamp.auth.idp.context import Idp
from preamp.auth.pool import Client, Pool
from preamp.auth.social import Social
from preamp.auth.users import Family, User
from preamp.db import Transaction
from preamp.kit import ids
from preamp.kit.seal import BrokenSealError, sha256

SESSION_COOKIE = "__Secure-session"
BROWSER_COOKIE = "__Secure-browser"
SESSION_SECONDS = 3600
_HOSTED = "hosted-ui"
"""The client of a browser's own session: no app client has such an id, so its family issues no tokens."""
_MAY_STAY = frozenset({"CONFIRMED", "EXTERNAL_PROVIDER"})
_COOKIE_PURPOSE = "auth-hosted-session"


class HostedUI(Struct, frozen=True, kw_only=True):
    """The context. `pkce`: applications without a secret must use it."""

    idp: Idp
    pages: Pages
    social: Social
    pkce: bool = True


class Site(Struct, frozen=True, kw_only=True):
    """One pool's pages. `url` is what their addresses begin with, `path` the part of it behind the host."""

    ui: HostedUI
    pool: Pool
    url: str
    path: str

    @property
    def idp(self) -> Idp:
        """What the room's operations work with."""
        return self.ui.idp


class BrowserSession(Struct, frozen=True):
    """Somebody signed in at this browser. `auth_time_ms` is when."""

    user: User
    family_id: str
    auth_time_ms: int


async def client_of(site: Site, client_id: str | None) -> Client:
    """The app client of this pool. Raises PageError."""
    found = await pool_store.served_client(site.idp.db, client_id) if client_id else None
    if found is None or found[1].user_pool_id != site.pool.id:
        raise PageError("invalid_client", "The application that sent you here is not known.")
    return found[1]


async def browser_session(site: Site, request: Request) -> BrowserSession | None:
    """Who is signed in at this browser; None after a sign-out anywhere, a reset, or an hour."""
    cookie = request.cookies.get(SESSION_COOKIE)
    if cookie is None:
        return None
    try:
        opened = site.idp.sealer.purpose(_COOKIE_PURPOSE).read_token(cookie, site.pool.id, tuple[str, str])
    except BrokenSealError:
        return None
    family_id, secret = opened
    found = await user_store.family_and_user(site.idp.db, family_id)
    if found is None:
        return None
    family, user = found
    alive = (
        family.user_pool_id == site.pool.id
        and family.client_id == _HOSTED
        and hmac.compare_digest(family.digest, sha256(secret))
        and not family.revoked
        and family.expires_ms > site.idp.now_ms()
        and user.enabled
        and user.status in _MAY_STAY
    )
    return BrowserSession(user, family.id, family.auth_time_ms) if alive else None


async def begin_session(site: Site, tx: Transaction, user: User) -> Cookie:
    """Remember for an hour that this user signed in at this browser.

    It is a family like those of tokens, so whatever ends a user's sessions ends it too.
    """
    now, secret = site.idp.now_ms(), secrets.token_hex(32)
    family = Family(
        id=ids.uuid4(),
        user_pool_id=site.pool.id,
        user_id=user.id,
        client_id=_HOSTED,
        digest=sha256(secret),
        auth_time_ms=now,
        scopes=(),
        hosted=True,
        expires_ms=now + SESSION_SECONDS * 1000,
    )
    await user_store.put_family(tx, family)
    token = site.idp.sealer.purpose(_COOKIE_PURPOSE).token((family.id, secret), site.pool.id)
    return Cookie(name=SESSION_COOKIE, value=token, max_age=SESSION_SECONDS)


def browser(request: Request) -> tuple[str, Cookie]:
    """The browser's own random value, and the cookie that keeps it."""
    known = request.cookies.get(BROWSER_COOKIE, "")
    value = known if 32 <= len(known) <= 64 and known.isascii() and known.isalnum() else ids.alnum(43)
    return value, Cookie(name=BROWSER_COOKIE, value=value, max_age=86_400)


def csrf_token(site: Site, browser_value: str) -> str:
    """What a form must carry: bound to the browser and to the pool."""
    made = site.idp.sealer.purpose("auth-hosted-csrf").fingerprint(f"{site.pool.id} {browser_value}")
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode()


def check_csrf(site: Site, request: Request) -> None:
    """Refuse a form that was not made for this browser. Raises PageError."""
    value = request.cookies.get(BROWSER_COOKIE, "")
    given = request.form.get("csrf", "")
    if not value or not hmac.compare_digest(csrf_token(site, value).encode(), given.encode()):
        raise PageError("csrf", "This page is too old, or cookies are off. Go back, reload it and try again.")


def carried(query: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    """The parameters that pages carry on."""
    return {name: query[name] for name in names if name in query}
