"""What every page asks first, the application's request, and what a finished sign-in answers to it."""

import secrets

import msgspec
from msgspec import Struct

from preamp.auth import tokens
from preamp.auth.hosted_ui import rules, store
from preamp.auth.hosted_ui.context import Site, client_of
from preamp.auth.hosted_ui.http import Request, Response, redirect, with_parameters
from preamp.auth.hosted_ui.rules import OPENID, RedirectError, Wanted
from preamp.auth.pool import Client
from preamp.auth.users import User
from preamp.kit.seal import sha256

CODE_SECONDS = 300
# A code that was used is remembered for as long as a replay could matter to anybody.
_REMEMBERED_MS = 3_600_000
CODE_PURPOSE = "auth-oauth-code"


class CodeGrant(Struct, frozen=True, kw_only=True):
    """What a code stands for."""

    user_pool_id: str
    user_id: str
    redirect_uri: str
    scopes: tuple[str, ...]
    auth_time_ms: int
    issued_ms: int
    nonce: str | None = None
    challenge: str | None = None


async def asked(site: Site, request: Request) -> tuple[Client, Wanted | None, Response]:
    """The request to authorize behind a page; None and the answer where the application must be told. Raises PageError.

    Every page checks it anew: its address is the browser's to change.
    """
    client = await client_of(site, request.query.get("client_id"))
    redirect_uri = rules.redirect_of(client, request.query)
    try:
        wanted = rules.wanted(client, redirect_uri, request.query, pkce=site.ui.pkce)
    except RedirectError as error:
        parameters = {"error": error.error, "error_description": error.description}
        if "state" in request.query:
            parameters["state"] = request.query["state"][:4096]
        fragment = request.query.get("response_type") == "token"
        return client, None, redirect(with_parameters(redirect_uri, parameters, fragment=fragment))
    return client, wanted, Response()


async def granted(site: Site, client: Client, wanted: Wanted, user: User, auth_time_ms: int) -> Response:
    """Tell the application that this user signed in: by a code, or by the tokens themselves."""
    if wanted.response_type == "code":
        code = await new_code(site, client, wanted, user, auth_time_ms)
        return to_application(wanted, {"code": code})
    made = await tokens.grant(
        site.idp,
        site.pool,
        client,
        user,
        source="TokenGeneration_HostedAuth",
        auth_time_ms=auth_time_ms,
        scopes=wanted.scopes,
        nonce=wanted.nonce,
        hosted=True,
    )
    async with site.idp.db.transaction() as tx:
        result = await tokens.issue_tokens(site.idp, tx, made)
    parameters = {"access_token": str(result.access_token), "token_type": "Bearer"}
    parameters["expires_in"] = str(result.expires_in)
    if OPENID in wanted.scopes:
        parameters["id_token"] = str(result.id_token)
    return to_application(wanted, parameters)


async def new_code(site: Site, client: Client, wanted: Wanted, user: User, auth_time_ms: int) -> str:
    """A code for five minutes and one use, bound to client, address and challenge."""
    code, now = secrets.token_urlsafe(32), site.idp.now_ms()
    digest = sha256(code)
    grant = CodeGrant(
        user_pool_id=site.pool.id,
        user_id=user.id,
        redirect_uri=wanted.redirect_uri,
        scopes=wanted.scopes,
        auth_time_ms=auth_time_ms,
        issued_ms=now,
        nonce=wanted.nonce,
        challenge=wanted.challenge,
    )
    sealed = site.idp.sealer.purpose(CODE_PURPOSE).seal(msgspec.json.encode(grant), digest.hex())
    async with site.idp.db.transaction() as tx:
        await tx.execute(store.delete_ended, now=now)
        await tx.execute(
            store.insert_code,
            digest=digest,
            client_id=client.id,
            grant=sealed,
            used=0,
            family_id=None,
            expires_ms=now + _REMEMBERED_MS,
        )
    return code


def to_application(wanted: Wanted, parameters: dict[str, str]) -> Response:
    """Send the browser back to the application, with its state."""
    if wanted.state is not None:
        parameters = {**parameters, "state": wanted.state}
    return redirect(with_parameters(wanted.redirect_uri, parameters, fragment=wanted.response_type == "token"))
