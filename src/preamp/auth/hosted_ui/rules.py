"""What an authorization request may ask: pure rules.

Source: Cognito developer guide, "Authorize endpoint"; RFC 6749, RFC 7636, RFC 9700. An unknown client or redirect
address is told on a page and never by a redirect; every other mistake goes back to the application.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from preamp.auth.pool import Client

ResponseType = Literal["code", "token"]

ADMIN_SCOPE = "aws.cognito.signin.user.admin"
OPENID = "openid"
# What an application sends to /oauth2/authorize; pages carry it on from one to the next.
PARAMETERS = (
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "identity_provider",
    "idp_identifier",
    "prompt",
    "login_hint",
    "lang",
)
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}", re.ASCII)
_MAX_STATE = 4096
_MAX_NONCE = 1024


class PageError(Exception):
    """Told to the person at the browser; `error` is Cognito's word for it."""

    def __init__(self, error: str, message: str) -> None:
        super().__init__(message)
        self.error = error


class RedirectError(Exception):
    """Told to the application, in `error` and `error_description`."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error
        self.description = description


class Wanted(Struct, frozen=True, kw_only=True):
    """A checked authorization request."""

    client_id: str
    redirect_uri: str
    response_type: ResponseType
    scopes: tuple[str, ...]
    state: str | None = None
    nonce: str | None = None
    challenge: str | None = None
    provider: str | None = None
    prompt: str | None = None
    login_hint: str = ""


def redirect_of(client: Client, query: Mapping[str, str]) -> str:
    """Where the answer goes: an address that the client registered, letter by letter. Raises PageError."""
    config = client.config
    asked = query.get("redirect_uri")
    if not config.allowed_o_auth_flows_user_pool_client or not config.callback_urls:
        raise PageError("unauthorized_client", "This application has no hosted sign-in.")
    if asked is None:
        registered = config.default_redirect_uri
        if registered is None:
            raise PageError("invalid_request", "The application did not say where to return to (redirect_uri).")
        return registered
    if asked not in config.callback_urls:
        raise PageError("redirect_mismatch", "The address to return to is not one of the application's.")
    return asked


def wanted(client: Client, redirect_uri: str, query: Mapping[str, str], *, pkce: bool) -> Wanted:
    """The request, checked. `pkce`: an application without a secret must use it. Raises RedirectError."""
    response_type = _response_type(client, query.get("response_type"))
    state, nonce = query.get("state"), query.get("nonce")
    if len(state or "") > _MAX_STATE or len(nonce or "") > _MAX_NONCE:
        raise RedirectError("invalid_request", "state or nonce is too long")
    return Wanted(
        client_id=client.id,
        redirect_uri=redirect_uri,
        response_type=response_type,
        scopes=scopes_of(client, query.get("scope")),
        state=state,
        nonce=nonce,
        challenge=_challenge(client, response_type, query, pkce=pkce),
        provider=_provider(client, query),
        prompt=query.get("prompt"),
        login_hint=query.get("login_hint", "")[:128],
    )


def scopes_of(client: Client, asked: str | None) -> tuple[str, ...]:
    """The scopes, all of the client's where none are named. Raises RedirectError."""
    allowed = client.config.allowed_o_auth_scopes or ()
    named = tuple(dict.fromkeys((asked or "").split()))
    if not set(named) <= set(allowed):
        raise RedirectError("invalid_scope", "a scope is not one of the client's")
    if not (named or allowed):
        raise RedirectError("invalid_scope", "the client has no scopes")
    return named or tuple(allowed)


def providers_of(client: Client) -> tuple[str, ...]:
    """The providers whose users may sign in, `COGNITO` for the pool's own."""
    return client.config.supported_identity_providers or ("COGNITO",)


def verifier_matches(challenge: str, verifier: str | None) -> bool:
    """Whether a verifier is the one behind an S256 challenge (RFC 7636)."""
    if verifier is None or not _VERIFIER.fullmatch(verifier):
        return False
    made = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
    return hmac.compare_digest(made, challenge.encode())


def _response_type(client: Client, asked: str | None) -> ResponseType:
    flows = client.config.allowed_o_auth_flows or ()
    if asked == "code":
        if "code" not in flows:
            raise RedirectError("unauthorized_client", "the client may not use the code flow")
        return "code"
    if asked == "token":
        if "implicit" not in flows:
            raise RedirectError("unauthorized_client", "the client may not use the implicit flow")
        return "token"
    raise RedirectError("invalid_request", "response_type is code or token")


def _challenge(client: Client, response_type: str, query: Mapping[str, str], *, pkce: bool) -> str | None:
    challenge, method = query.get("code_challenge"), query.get("code_challenge_method")
    if response_type == "token":
        return None
    if challenge is None and method is None:
        if pkce and client.secret is None:
            raise RedirectError("invalid_request", "code_challenge is required for a client without a secret")
        return None
    if challenge is None or method is None:
        raise RedirectError("invalid_request", "code_challenge and code_challenge_method go together")
    if method != "S256":
        raise RedirectError("invalid_request", "code_challenge_method is S256")
    if not _CHALLENGE.fullmatch(challenge):
        raise RedirectError("invalid_request", "code_challenge is a SHA-256 in base64url: 43 characters")
    return challenge


def _provider(client: Client, query: Mapping[str, str]) -> str | None:
    asked = query.get("identity_provider") or query.get("idp_identifier")
    providers = providers_of(client)
    if asked is None:
        return providers[0] if len(providers) == 1 and providers[0] != "COGNITO" else None
    if asked not in providers:
        raise RedirectError("invalid_request", "identity_provider is not one of the client's")
    return asked
