"""/login: the password, and what a pool asks besides.

Each step is the API's own (`preamp.auth.idp`): the same checks, lockout, counters and answers; only the end differs, as
a browser gets a cookie and a code instead of tokens.
"""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

import msgspec

from preamp.auth import user_store
from preamp.auth.hosted_ui.context import Site, begin_session, browser, carried, check_csrf, csrf_token
from preamp.auth.hosted_ui.forms import fields, given_attributes, name_label, password_hint, provider_label
from preamp.auth.hosted_ui.grants import asked, granted
from preamp.auth.hosted_ui.http import Cookie, Request, Response, origin_of, redirect, with_parameters
from preamp.auth.hosted_ui.rules import PARAMETERS, Wanted, providers_of
from preamp.auth.idp.codes_sent import answer_code
from preamp.auth.idp.errors import (
    CodeMismatchException,
    EnableSoftwareTokenMFAException,
    ExpiredCodeException,
    InvalidParameterException,
    InvalidPasswordException,
    NotAuthorizedException,
    PasswordResetRequiredException,
    UserNotConfirmedException,
)
from preamp.auth.idp.first_factors import by_password
from preamp.auth.idp.mfa import (
    answer_choice,
    answer_set_up,
    answer_software_token,
    associate_software_token,
    verify_software_token,
)
from preamp.auth.idp.model import AssociateSoftwareTokenRequest, VerifySoftwareTokenRequest
from preamp.auth.idp.new_password import answer_new_password
from preamp.auth.idp.next_step import proceed
from preamp.auth.idp.steps import Attempt, Outcome, Person, begin, person
from preamp.auth.pool import Client
from preamp.auth.users import User
from preamp.db import Transaction
from preamp.wire import ServiceError

_CHOICES = {
    "SMS_MFA": "A code by SMS",
    "SOFTWARE_TOKEN_MFA": "A code of my authenticator app",
    "EMAIL_OTP": "A code by e-mail",
}
_TITLES = {
    "NEW_PASSWORD_REQUIRED": "Choose a new password",
    "SELECT_MFA_TYPE": "Second step",
    "MFA_SETUP": "Set up an authenticator app",
}
_CODE_ANSWERS = {
    "SMS_MFA": "SMS_MFA_CODE",
    "EMAIL_OTP": "EMAIL_OTP_CODE",
    "SOFTWARE_TOKEN_MFA": "SOFTWARE_TOKEN_MFA_CODE",
}
# After these the same form may be tried again; after others the sign-in begins anew.
_AGAIN = (
    CodeMismatchException,
    EnableSoftwareTokenMFAException,
    ExpiredCodeException,
    InvalidParameterException,
    InvalidPasswordException,
)


class _Signing:
    """One form of one sign-in: what it is for, and who got through."""

    def __init__(self, site: Site, request: Request, client: Client, wanted: Wanted) -> None:
        self.site, self.request, self.client, self.wanted = site, request, client, wanted
        self.user: User | None = None
        self.cookie: Cookie | None = None

    async def passed(self, tx: Transaction, user: User) -> None:
        """The last proof was right: remember it, in the transaction that ends the sign-in."""
        self.user, self.cookie = user, await begin_session(self.site, tx, user)

    def attempt(self, given: dict[str, str], session: str | None = None) -> Attempt:
        """A call of a step."""
        return Attempt(
            idp=self.site.idp,
            pool=self.site.pool,
            client=self.client,
            given=given,
            metadata={},
            session=session,
            hosted=self.passed,
        )


async def show_login(site: Site, request: Request) -> Response:
    """The sign-in page."""
    client, wanted, refused = await asked(site, request)
    if wanted is None:
        return refused
    return login_page(site, request, client, wanted, username=wanted.login_hint)


async def login(site: Site, request: Request) -> Response:
    """Take a form of the sign-in page: the password, or the answer to a challenge."""
    check_csrf(site, request)
    client, wanted, refused = await asked(site, request)
    if wanted is None:
        return refused
    signing = _Signing(site, request, client, wanted)
    step = _challenge if request.form.get("challenge") else _password
    try:
        outcome = await step(signing)
    except UserNotConfirmedException:
        return _to(site, request, "confirm", request.form.get("username", ""))
    except PasswordResetRequiredException:
        return _to(site, request, "forgotpassword", request.form.get("username", ""))
    except ServiceError as error:
        return _refused(signing, error)
    if signing.user is None or signing.cookie is None:
        return await _challenge_page(signing, outcome)
    answer = await granted(site, client, wanted, signing.user, site.idp.now_ms())
    return msgspec.structs.replace(answer, cookies=(*answer.cookies, signing.cookie))


def login_page(
    site: Site, request: Request, client: Client, wanted: Wanted, *, username: str = "", error: str | None = None,
    notice: str | None = None,
) -> Response:  # fmt: skip
    """The page with the password's form and the providers' links."""
    value, cookie = browser(request)
    query = carried(request.query, PARAMETERS)
    providers = providers_of(client)
    by_provider = [
        {
            "label": provider_label(name),
            "address": with_parameters(f"{site.path}/oauth2/authorize", {**query, "identity_provider": name}),
        }
        for name in providers
        if name != "COGNITO"
    ]
    config = site.pool.wire.admin_create_user_config
    closed = bool(config and config.allow_admin_create_user_only)
    page = site.ui.pages.page(
        "login",
        status=200 if error is None else 400,
        form_targets=targets(wanted),
        title="Sign in",
        error=error,
        notice=notice,
        action=with_parameters(f"{site.path}/login", query),
        csrf=csrf_token(site, value),
        username=username,
        name_label=name_label(site.pool),
        with_password="COGNITO" in providers,
        forgot=with_parameters(f"{site.path}/forgotpassword", query),
        signup=None if closed else with_parameters(f"{site.path}/signup", query),
        providers=by_provider,
    )
    return msgspec.structs.replace(page, cookies=(cookie,))


def targets(wanted: Wanted) -> tuple[str, ...]:
    """Where a form's answer may lead: browsers hold redirects after a form to its policy."""
    origin = origin_of(wanted.redirect_uri)
    return () if origin is None else (origin,)


async def _password(signing: _Signing) -> Outcome:
    form, site = signing.request.form, signing.site
    username = form.get("username", "").strip()
    attempt = signing.attempt({"USERNAME": username, "PASSWORD": form.get("password", "")})
    name = attempt.need("USERNAME")
    if len(name) > 128:
        raise InvalidParameterException("The name is longer than 128 characters.")
    user = await user_store.user_named(site.idp.db, site.pool.id, site.pool.key(name))
    who = person(attempt, name, user)
    who, sign_in = await by_password(attempt, who, begin(attempt, who, ""))
    return await proceed(attempt, who, sign_in)


async def _challenge(signing: _Signing) -> Outcome:
    form = signing.request.form
    name, session = form["challenge"], form.get("session")
    given = {"USERNAME": form.get("username", "")}
    match name:
        case "SELECT_MFA_TYPE":
            return await answer_choice(signing.attempt({**given, "ANSWER": form.get("answer", "")}, session))
        case "NEW_PASSWORD_REQUIRED":
            if form.get("password") != form.get("repeated"):
                raise InvalidPasswordException("The two passwords are not the same.")
            attributes = {f"userAttributes.{key}": value for key, value in given_attributes(form).items()}
            given |= {"NEW_PASSWORD": form.get("password", ""), **attributes}
            return await _proved(signing.attempt(given, session), answer_new_password)
        case "MFA_SETUP":
            request = VerifySoftwareTokenRequest(session=session, user_code=_digits(form.get("code", "")))
            done = await verify_software_token(signing.site.idp, request)
            return await _proved(signing.attempt(given, done.session), answer_set_up)
        case "SOFTWARE_TOKEN_MFA":
            given[_CODE_ANSWERS[name]] = _digits(form.get("code", ""))
            return await _proved(signing.attempt(given, session), answer_software_token)
        case "SMS_MFA" | "EMAIL_OTP":
            given[_CODE_ANSWERS[name]] = _digits(form.get("code", ""))
            return await _proved(signing.attempt(given, session), lambda one: answer_code(one, name))
    raise InvalidParameterException("This step of the sign-in is not known.")


async def _proved(attempt: Attempt, answer: Callable[[Attempt], Awaitable[tuple[Person, Any, Any]]]) -> Outcome:
    who, sign_in, burnt = await answer(attempt)
    return await proceed(attempt, who, sign_in, burnt)


def _digits(text: str) -> str:
    """A code as it was meant: people type it in groups."""
    return text.replace(" ", "").replace("-", "")


def _refused(signing: _Signing, error: ServiceError) -> Response:
    form = signing.request.form
    challenge, session = form.get("challenge"), form.get("session")
    if challenge and session and isinstance(error, _AGAIN):
        return _form(signing, challenge, session, secret=form.get("secret", ""), error=error.message)
    message = error.message
    if isinstance(error, NotAuthorizedException) and challenge:
        message = "The sign-in took too long or was refused. Please begin again."
    username = form.get("username", "")[:128]
    return login_page(signing.site, signing.request, signing.client, signing.wanted, username=username, error=message)


async def _challenge_page(signing: _Signing, outcome: Outcome) -> Response:
    name, session, secret = str(outcome.challenge_name), outcome.session or "", ""
    if name == "MFA_SETUP":
        made = await associate_software_token(signing.site.idp, AssociateSoftwareTokenRequest(session=session))
        session, secret = made.session or "", made.secret_code or ""
    return _form(signing, name, session, secret=secret, parameters=outcome.challenge_parameters)


def _form(
    signing: _Signing, name: str, session: str, *, secret: str = "", parameters: dict[str, str] | None = None,
    error: str | None = None,
) -> Response:  # fmt: skip
    site, request, told = signing.site, signing.request, parameters or {}
    value, cookie = browser(request)
    query = carried(request.query, PARAMETERS)
    username = told.get("USER_ID_FOR_SRP") or request.form.get("username", "")
    choices = msgspec.json.decode(told.get("MFAS_CAN_CHOOSE", "[]"), type=list[str])
    missing = msgspec.json.decode(told.get("requiredAttributes", "[]"), type=list[str])
    names = [one.removeprefix("userAttributes.") for one in missing] or list(given_attributes(request.form))
    destination = told.get("CODE_DELIVERY_DESTINATION")
    page = site.ui.pages.page(
        "challenge",
        status=200 if error is None else 400,
        form_targets=targets(signing.wanted),
        title=_TITLES.get(name, "Enter your code"),
        error=error,
        notice=f"We sent a code to {destination}." if destination else None,
        action=with_parameters(f"{site.path}/login", query),
        back=with_parameters(f"{site.path}/login", query),
        csrf=csrf_token(site, value),
        challenge=name,
        session=session,
        username=username,
        secret=secret,
        secret_address=_otpauth(site, username, secret),
        choices=[{"value": one, "label": _CHOICES.get(one, one)} for one in choices],
        attributes=fields(names, request.form),
        password_hint=password_hint(site.pool),
        code_hint="",
    )
    return msgspec.structs.replace(page, cookies=(cookie,))


def _otpauth(site: Site, username: str, secret: str) -> str:
    name = quote(site.pool.name, safe="")
    return f"otpauth://totp/{name}:{quote(username, safe='')}?secret={secret}&issuer={name}"


def _to(site: Site, request: Request, page: str, username: str) -> Response:
    query = carried(request.query, PARAMETERS) | ({"username": username[:128]} if username else {})
    return redirect(with_parameters(f"{site.path}/{page}", query))
