"""/signup, /confirm and /forgotpassword: forms before the API's own operations."""

import base64
import hmac
from typing import TypeVar

import msgspec

from preamp.auth.hosted_ui.context import Site, browser, carried, check_csrf, client_of, csrf_token
from preamp.auth.hosted_ui.forms import (
    fields,
    given_attributes,
    name_kind,
    name_label,
    password_hint,
    required_attributes,
)
from preamp.auth.hosted_ui.grants import asked
from preamp.auth.hosted_ui.http import Request, Response, redirect, with_parameters
from preamp.auth.hosted_ui.rules import PARAMETERS, Wanted
from preamp.auth.hosted_ui.sign_in_pages import login_page, targets
from preamp.auth.idp.find import client_secret
from preamp.auth.idp.model import (
    ConfirmForgotPasswordRequest,
    ConfirmSignUpRequest,
    ForgotPasswordRequest,
    ResendConfirmationCodeRequest,
    SignUpRequest,
)
from preamp.auth.idp.passwords import confirm_forgot_password, forgot_password
from preamp.auth.idp.sign_up import confirm_sign_up, resend_confirmation_code, sign_up
from preamp.auth.pool import Client
from preamp.wire import ServiceError

T = TypeVar("T", bound=msgspec.Struct)

_LINK = ("client_id", "user_name", "confirmation_code")
_CONFIRMED = "Your account is confirmed. Sign in to go on."
_RESET = "Your password is set. Sign in with it to go on."


async def show_signup(site: Site, request: Request) -> Response:
    """The page for new users."""
    client, wanted, refused = await asked(site, request)
    return refused if wanted is None else _signup_page(site, request, wanted, client)


async def signup(site: Site, request: Request) -> Response:
    """Make a user of the pool."""
    check_csrf(site, request)
    client, wanted, refused = await asked(site, request)
    if wanted is None:
        return refused
    form = request.form
    username = form.get("username", "").strip()
    attributes = {name: value for name, value in given_attributes(form).items() if value}
    try:
        made = await sign_up(
            site.idp,
            _request(
                SignUpRequest,
                ClientId=client.id,
                SecretHash=_secret_hash(site, client, username),
                Username=username,
                Password=form.get("password", ""),
                UserAttributes=[{"Name": name, "Value": value} for name, value in attributes.items()],
            ),
        )
    except ServiceError as error:
        return _signup_page(site, request, wanted, client, error=error.message)
    if made.user_confirmed:
        return login_page(site, request, client, wanted, username=username, notice=_CONFIRMED)
    told = made.code_delivery_details
    notice = f"We sent a code to {told.destination}." if told else "An administrator has to confirm your account."
    return _confirm_page(site, request, wanted, username=username, notice=notice)


async def show_confirm(site: Site, request: Request) -> Response:
    """The page for the code of a sign-up."""
    _client, wanted, refused = await asked(site, request)
    if wanted is None:
        return refused
    return _confirm_page(site, request, wanted, username=request.query.get("username", "")[:128])


async def confirm(site: Site, request: Request) -> Response:
    """Confirm a user by the code, or send another."""
    check_csrf(site, request)
    client, wanted, refused = await asked(site, request)
    if wanted is None:
        return refused
    username = request.form.get("username", "").strip()
    common = {"ClientId": client.id, "Username": username, "SecretHash": _secret_hash(site, client, username)}
    try:
        if request.form.get("act") == "resend":
            sent = await resend_confirmation_code(site.idp, _request(ResendConfirmationCodeRequest, **common))
            told = sent.code_delivery_details
            notice = f"We sent a code to {told.destination}." if told else None
            return _confirm_page(site, request, wanted, username=username, notice=notice)
        code = request.form.get("code", "").strip()
        await confirm_sign_up(site.idp, _request(ConfirmSignUpRequest, **common, ConfirmationCode=code))
    except ServiceError as error:
        return _confirm_page(site, request, wanted, username=username, error=error.message)
    return login_page(site, request, client, wanted, username=username, notice=_CONFIRMED)


async def show_link(site: Site, request: Request) -> Response:
    """The page behind a link in a mail: a button, since programs that look at mails open links but press nothing."""
    if "confirmation_code" not in request.query:
        return await show_confirm(site, request)
    await client_of(site, request.query.get("client_id"))
    value, cookie = browser(request)
    page = site.ui.pages.page(
        "link",
        title="Confirm your account",
        error=None,
        notice=None,
        action=with_parameters(f"{site.path}/confirmUser", carried(request.query, _LINK)),
        csrf=csrf_token(site, value),
    )
    return msgspec.structs.replace(page, cookies=(cookie,))


async def confirm_link(site: Site, request: Request) -> Response:
    """Confirm the user whom a link names."""
    if "confirmation_code" not in request.query:
        return await confirm(site, request)
    check_csrf(site, request)
    client = await client_of(site, request.query.get("client_id"))
    username = request.query.get("user_name", "")
    title, error = "Your account is confirmed", None
    try:
        await confirm_sign_up(
            site.idp,
            _request(
                ConfirmSignUpRequest,
                ClientId=client.id,
                Username=username,
                SecretHash=_secret_hash(site, client, username),
                ConfirmationCode=request.query["confirmation_code"],
            ),
        )
    except ServiceError as refused:
        title, error = "This did not work", refused.message
    notice = None if error else "You can go back to the application and sign in."
    return site.ui.pages.page(
        "message", status=400 if error else 200, title=title, error=error, notice=notice, links=[]
    )


async def show_forgot(site: Site, request: Request) -> Response:
    """The page that sends a code for a new password."""
    _client, wanted, refused = await asked(site, request)
    if wanted is None:
        return refused
    return _forgot_page(site, request, wanted, username=request.query.get("username", "")[:128])


async def forgot(site: Site, request: Request) -> Response:
    """Send the code, or take it with the new password."""
    check_csrf(site, request)
    client, wanted, refused = await asked(site, request)
    if wanted is None:
        return refused
    form = request.form
    username = form.get("username", "").strip()
    common = {"ClientId": client.id, "Username": username, "SecretHash": _secret_hash(site, client, username)}
    if "code" not in form:
        try:
            sent = await forgot_password(site.idp, _request(ForgotPasswordRequest, **common))
        except ServiceError as error:
            return _forgot_page(site, request, wanted, username=username, error=error.message)
        told = sent.code_delivery_details
        notice = f"We sent a code to {told.destination}." if told else None
        return _reset_page(site, request, wanted, username=username, notice=notice)
    if form.get("password") != form.get("repeated"):
        return _reset_page(site, request, wanted, username=username, error="The two passwords are not the same.")
    try:
        await confirm_forgot_password(
            site.idp,
            _request(
                ConfirmForgotPasswordRequest,
                **common,
                ConfirmationCode=form["code"].strip(),
                Password=form.get("password", ""),
            ),
        )
    except ServiceError as error:
        return _reset_page(site, request, wanted, username=username, error=error.message)
    return login_page(site, request, client, wanted, username=username, notice=_RESET)


class _Unfit(ServiceError):
    """What was entered is not of the operation's shape."""


def _request(kind: type[T], **members: object) -> T:
    """The operation's request, held to its bounds as on the wire. Raises ServiceError."""
    try:
        return msgspec.convert({name: value for name, value in members.items() if value is not None}, kind)
    except msgspec.ValidationError as error:
        member = str(error).rpartition("$.")[2].rstrip("`").partition("[")[0]
        words = {"Username": "the name", "Password": "the password", "ConfirmationCode": "the code"}
        raise _Unfit(
            f"Please check {words.get(member, 'what you entered')}: it is too short, too long or misspelt."
        ) from None


def _secret_hash(site: Site, client: Client, username: str) -> str | None:
    """The proof that this is the client: the server makes it for its own pages."""
    secret = client_secret(site.idp, client)
    if secret is None:
        return None
    return base64.b64encode(hmac.digest(secret.encode(), (username + client.id).encode(), "sha256")).decode()


def _signup_page(site: Site, request: Request, wanted: Wanted, client: Client, *, error: str | None = None) -> Response:
    config = site.pool.wire.admin_create_user_config
    if config and config.allow_admin_create_user_only:
        return redirect(with_parameters(f"{site.path}/login", carried(request.query, PARAMETERS)))
    kind, completes, hint = name_kind(site.pool)
    return _page(
        site,
        request,
        wanted,
        "signup",
        "Sign up",
        error=error,
        username=request.form.get("username", "")[:128],
        name_type=kind,
        name_autocomplete=completes,
        name_hint=hint,
        attributes=fields([one for one in required_attributes(site.pool) if client.writable(one)], request.form),
        password_hint=password_hint(site.pool),
    )


def _confirm_page(
    site: Site, request: Request, wanted: Wanted, *, username: str, error: str | None = None, notice: str | None = None
) -> Response:
    return _page(
        site, request, wanted, "confirm", "Confirm your account", error=error, notice=notice, username=username
    )


def _forgot_page(site: Site, request: Request, wanted: Wanted, *, username: str, error: str | None = None) -> Response:
    return _page(site, request, wanted, "forgot", "Forgot your password?", error=error, username=username)


def _reset_page(
    site: Site, request: Request, wanted: Wanted, *, username: str, error: str | None = None, notice: str | None = None
) -> Response:
    hint = password_hint(site.pool)
    return _page(
        site, request, wanted, "reset", "Set a new password", error=error, notice=notice, username=username,
        password_hint=hint,
    )  # fmt: skip


_ADDRESSES = {"signup": "signup", "confirm": "confirm", "forgot": "forgotpassword", "reset": "forgotpassword"}


def _page(
    site: Site, request: Request, wanted: Wanted, name: str, title: str, *, error: str | None, username: str,
    notice: str | None = None, **values: object,
) -> Response:  # fmt: skip
    value, cookie = browser(request)
    query = carried(request.query, PARAMETERS)
    page = site.ui.pages.page(
        name,
        status=200 if error is None else 400,
        form_targets=targets(wanted),
        title=title,
        error=error,
        notice=notice,
        action=with_parameters(f"{site.path}/{_ADDRESSES[name]}", query),
        back=with_parameters(f"{site.path}/login", query),
        csrf=csrf_token(site, value),
        name_label=name_label(site.pool),
        username=username,
        **values,
    )
    return msgspec.structs.replace(page, cookies=(cookie,))
