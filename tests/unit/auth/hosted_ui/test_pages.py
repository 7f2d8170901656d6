"""The pages: what people see, the steps of a sign-in, and attacks on forms and headers."""

import html
import re
from typing import Any
from urllib.parse import urlencode

import msgspec
import pyotp
import pytest

from authkit import CALLBACK, PASSWORD, POOL, WEB
from browser import Browser, Page
from hosted_site import AT, Site
from preamp.auth.hosted_ui import Pages
from preamp.auth.idp.mfa import sealed_secret
from preamp.auth.users import Mfa
from preamp.kit.clock import SetClock

WRONG = "Incorrect username or password."


async def settings(site: Site, **changes: Any) -> None:
    """Change the pool's settings as UpdateBackendAuth would."""
    from authkit import SETTINGS  # noqa: PLC0415
    from preamp.auth import PoolSettings  # noqa: PLC0415

    async with site.room.db.transaction() as tx:
        await site.room.auth.update_pool(tx, POOL, msgspec.convert({**SETTINGS, **changes}, PoolSettings))


async def last_code(site: Site) -> str:
    """The code in the newest message."""
    ((_, _, text),) = await site.room.delivery.outbox(site.room.db, 1)
    found = re.search(r"\d{4,}", text.plain)
    assert found is not None
    return found[0]


async def sign_in(site: Site, page: Page, name: str = "ann", password: str = PASSWORD) -> Page:
    return await site.browser.submit(page, username=name, password=password)


# What people see ------------------------------------------------------------------------------------------------------


async def test_pages_can_be_used_by_everybody(site: Site) -> None:
    """Each page has a language, a title, one heading, a landmark, a label for each field, and needs no script."""
    for path in ("login", "signup", "confirm", "forgotpassword"):
        login = (await site.authorize()).location
        page = await site.browser.get(login.replace("/login?", f"/{path}?"))

        assert page.status == 200
        assert '<html lang="en">' in page.body
        assert page.body.count("<h1>") == page.body.count("<main>") == 1
        assert re.search(r"<title>[^<]+</title>", page.body)
        shown = [tag for tag in re.findall(r"<input[^>]*>", page.body) if 'type="hidden"' not in tag]
        ids = [found[1] for tag in shown if (found := re.search(r' id="([^"]+)"', tag))]
        assert len(ids) == len(shown)
        assert all(f'<label for="{one}">' in page.body for one in ids)
        assert "<script" not in page.body
        assert "javascript:" not in page.body


async def test_an_error_is_told_to_screen_readers(site: Site) -> None:
    """It is an alert, the title begins with it, and the fields point to it."""
    page = await sign_in(site, await site.login_page())

    assert page.error == WRONG
    assert "<title>Error: " in page.body
    assert page.body.count('aria-invalid="true" aria-describedby="error') == 2


async def test_pages_cannot_be_framed_or_made_to_load_anything(site: Site) -> None:
    page = await site.login_page()
    policy = page.header("content-security-policy")

    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert f"form-action 'self' {CALLBACK.rpartition('/')[0]};" in policy
    nonce = re.search(r"style-src 'nonce-([\w-]+)'", policy)
    assert nonce is not None
    assert f'<style nonce="{nonce[1]}">' in page.body
    assert page.header("x-frame-options") == "DENY"
    assert page.header("referrer-policy") == "no-referrer"
    assert page.header("cache-control") == "no-store"


async def test_cookies_are_the_pools_own(site: Site) -> None:
    """Over TLS alone, out of scripts' reach, for the pool's path."""
    await site.room.user()
    login = await site.login_page()
    done = await sign_in(site, login)
    cookies = [value for page in (login, done) for name, value in page.headers if name == "set-cookie"]

    assert {cookie.partition("=")[0] for cookie in cookies} == {"__Secure-browser", "__Secure-session"}
    for cookie in cookies:
        assert cookie.endswith(f"; Path={AT}; Secure; HttpOnly; SameSite=Lax")


async def test_cookies_of_others_do_not_hide_ours(site: Site) -> None:
    """Another program at the same host may set what it likes, also what no cookie should look like."""
    await site.room.user()
    page = await site.login_page()
    site.browser.cookies = {"{json}[0]": '{"a": 1, "b"}', "": "x", "bad,name": "\xe4", **site.browser.cookies}

    assert (await sign_in(site, page)).status == 302
    assert (await site.authorize()).location.startswith(f"{CALLBACK}?code=")


async def test_an_owners_style_follows_the_pages_own() -> None:
    body = Pages("h1 { color: green }").page("message", title="T", error=None, notice=None, links=[]).body.decode()

    assert body.index("h1 { color: green }") > body.index(".card")


@pytest.mark.parametrize("css", ["</style><script>alert(1)</script>", "<!-- x", "x" * 200_000])
def test_a_style_is_style_alone(css: str) -> None:
    with pytest.raises(ValueError, match="CSS alone"):
        Pages(css)


@pytest.mark.parametrize("text", ['"><script>alert(1)</script>', "'; alert(1) //", "</title><h1>x", "{{ 7 * 7 }}"])
async def test_nothing_that_comes_in_becomes_markup(site: Site, text: str) -> None:
    """Names, hints and states are shown as text."""
    login = await site.login_page(login_hint=text, state=text)
    refused = await sign_in(site, login, text)
    signup = await site.browser.get((await site.authorize(state=text)).location.replace("/login?", "/signup?"))
    taken = await site.browser.submit(signup, username=text, password="x")

    for page in (login, refused, signup, taken):
        assert "<script>alert" not in page.body
        assert "</title><h1>x" not in page.body
        assert "49" not in page.fields.get("username", "")
    assert login.fields["username"] == text


# Signing in -----------------------------------------------------------------------------------------------------------


async def test_users_and_strangers_are_answered_alike(site: Site) -> None:
    """A page that told them apart would tell who has an account."""
    await site.room.user()
    known = await sign_in(site, await site.login_page(), "ann", "wrong-password1")
    unknown = await sign_in(site, await site.login_page(), "nobody", "wrong-password1")

    def bare(page: Page, name: str) -> str:
        return re.sub(r'nonce="[^"]*"', "", page.body).replace(name, "NAME")

    assert known.error == WRONG
    assert bare(known, "ann") == bare(unknown, "nobody")
    forgot = [
        await site.browser.submit(
            await site.browser.get((await site.authorize()).location.replace("/login?", "/forgotpassword?")),
            username=name,
        )
        for name in ("ann", "nobody")
    ]
    assert [page.title for page in forgot] == ["Set a new password", "Set a new password"]


async def test_pages_and_api_share_one_lockout(site: Site) -> None:
    """Guesses at a page count for the API, and a right password does not help while it lasts."""
    from preamp.auth.idp.model import AdminInitiateAuthRequest  # noqa: PLC0415
    from preamp.auth.idp.sign_in import admin_initiate_auth  # noqa: PLC0415

    await site.room.user()
    await site.room.configure(explicit_auth_flows=("ALLOW_ADMIN_USER_PASSWORD_AUTH",))
    page = await site.login_page()
    for number in range(6):
        refused = await sign_in(site, page, password=f"guess-{number}")

    locked = await sign_in(site, page)
    with pytest.raises(Exception, match="attempts exceeded"):
        await admin_initiate_auth(
            site.room.idp,
            AdminInitiateAuthRequest(
                user_pool_id=POOL,
                client_id=WEB,
                auth_flow="ADMIN_USER_PASSWORD_AUTH",
                auth_parameters={"USERNAME": "ann", "PASSWORD": PASSWORD},
            ),
        )
    assert isinstance(site.room.clock, SetClock)
    site.room.clock.advance(1_000_000)
    later = await sign_in(site, page)

    assert (refused.status, locked.error) == (400, "Password attempts exceeded")
    assert later.status == 302


async def test_an_authenticators_code_is_asked_for(site: Site) -> None:
    """A wrong code may be tried again, a used one never; the password alone gives nothing."""
    await settings(site, mfa={"MFAMode": "OPTIONAL", "settings": {"mfaTypes": ["TOTP"]}})
    ann = await site.room.user(mfa=Mfa(("SOFTWARE_TOKEN_MFA",), "SOFTWARE_TOKEN_MFA"))
    secret = b"12345678901234567890"
    await site.room.execute("UPDATE auth_user SET totp_secret = :s", s=sealed_secret(site.room.idp, ann, secret))
    totp = pyotp.TOTP("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
    now = site.room.clock.now_ms() // 1000

    step = await sign_in(site, await site.login_page())
    wrong = await site.browser.submit(step, code="000000")
    right = await site.browser.submit(wrong, code=totp.at(now)[:3] + " " + totp.at(now)[3:])
    site.browser.cookies.pop("__Secure-session")
    again = await site.browser.submit(await sign_in(site, await site.login_page()), code=totp.at(now))

    assert "__Secure-session" not in dict(value.split("=", 1) for name, value in step.headers if name == "set-cookie")
    assert step.title == "Enter your code"
    assert (wrong.status, wrong.fields["challenge"]) == (400, "SOFTWARE_TOKEN_MFA")
    assert right.location.startswith(f"{CALLBACK}?code=")
    assert "already been used" in again.error


async def test_an_authenticator_is_set_up_where_it_must_be(site: Site) -> None:
    """MFA ON: the key is shown, proved by its first code, and the sign-in goes on."""
    await settings(site, mfa={"MFAMode": "ON", "settings": {"mfaTypes": ["TOTP"]}})
    await site.room.user()

    step = await sign_in(site, await site.login_page())
    secret = step.fields["secret"]
    wrong = await site.browser.submit(step, code="000000")
    code = pyotp.TOTP(secret).at(site.room.clock.now_ms() // 1000)
    done = await site.browser.submit(wrong, code=code)

    assert step.title == "Set up an authenticator app"
    assert f"<code>{secret}</code>" in step.body
    assert f"otpauth://totp/people:ann?secret={secret}" in html.unescape(step.body)
    assert wrong.fields["secret"] == secret
    assert done.location.startswith(f"{CALLBACK}?code="), done.error


async def test_a_temporary_password_is_replaced(site: Site) -> None:
    """By one that follows the pool's rules, typed twice; attributes that are missing are asked for."""
    await site.room.user(status="FORCE_CHANGE_PASSWORD", attributes={"name": "Ann"})

    step = await sign_in(site, await site.login_page())
    different = await site.browser.submit(step, password="New-passw0rd", repeated="other")
    weak = await site.browser.submit(different, password="short", repeated="short")
    more = {"password": "New-passw0rd", "repeated": "New-passw0rd", "attribute.email": "ann@example.org"}
    done = await site.browser.submit(weak, **more)

    assert step.title == "Choose a new password"
    assert "attribute.email" in step.fields
    assert different.error == "The two passwords are not the same."
    assert weak.error.startswith("Password did not conform with policy")
    assert done.location.startswith(f"{CALLBACK}?code="), done.error


async def test_a_step_serves_once(site: Site) -> None:
    """The session of a step that was passed, and one of another client, begin nothing."""
    await site.room.user(status="FORCE_CHANGE_PASSWORD")
    step = await sign_in(site, await site.login_page())
    more = {"password": "New-passw0rd", "repeated": "New-passw0rd"}
    assert (await site.browser.submit(step, **more)).status == 302

    again = await site.browser.submit(step, **more)
    forged = await site.browser.submit(step, session="AAAA" * 20, **more)

    assert again.error == forged.error == "The sign-in took too long or was refused. Please begin again."


# Accounts -------------------------------------------------------------------------------------------------------------


async def test_signing_up_confirming_and_signing_in(both: Site) -> None:
    page = await both.browser.get((await both.authorize()).location.replace("/login?", "/signup?"))
    named = {"username": "zoe", "password": PASSWORD, "attribute.email": "zoe@example.org"}

    confirm = await both.browser.submit(page, **named)
    wrong = await both.browser.submit(confirm, code="000000", act="confirm")
    resent = await both.browser.submit(wrong, act="resend")
    login = await both.browser.submit(resent, code=await last_code(both), act="confirm")
    done = await sign_in(both, login, "zoe")

    assert confirm.title == "Confirm your account"
    assert "z***@e***" in confirm.body
    assert wrong.status == 400
    assert "We sent a code to" in resent.body
    assert "Your account is confirmed" in login.body
    assert done.location.startswith(f"{CALLBACK}?code=")


async def test_a_link_in_a_mail_confirms_by_a_button(site: Site) -> None:
    """Opening it does nothing yet: programs that look at mails open links. A wrong code is told."""
    from preamp.auth.idp.model import SignUpRequest  # noqa: PLC0415
    from preamp.auth.idp.sign_up import sign_up  # noqa: PLC0415

    attributes = [{"Name": "email", "Value": "zoe@example.org"}]
    wire = {"ClientId": WEB, "Username": "zoe", "Password": PASSWORD, "UserAttributes": attributes}
    await sign_up(site.room.idp, msgspec.convert(wire, SignUpRequest))
    named = {"client_id": WEB, "user_name": "zoe"}

    wrong = await site.browser.submit(await site.browser.get(f"{AT}/confirmUser", **named, confirmation_code="000000"))
    page = await site.browser.get(f"{AT}/confirmUser", **named, confirmation_code=await last_code(site))
    early = await sign_in(site, await site.login_page(), "zoe")
    done = await site.browser.submit(page)
    foreign = await Browser(site.pages).post(page.action, page.fields)

    assert wrong.status == foreign.status == 400
    assert early.location.startswith(f"{AT}/confirm?")
    assert done.title == "Your account is confirmed"
    assert (await sign_in(site, await site.login_page(), "zoe")).location.startswith(f"{CALLBACK}?code=")


async def test_an_unconfirmed_user_is_led_to_the_code(site: Site) -> None:
    await site.room.user(status="UNCONFIRMED")

    page = await sign_in(site, await site.login_page())

    assert page.location.startswith(f"{AT}/confirm?")
    assert (await site.browser.get(page.location)).fields["username"] == "ann"


async def test_a_forgotten_password_is_set_anew(site: Site) -> None:
    """All browsers of the user are signed out by it."""
    await site.room.user()
    await site.code()
    page = await site.browser.get(
        (await site.authorize(prompt="login")).location.replace("/login?", "/forgotpassword?")
    )

    step = await site.browser.submit(page, username="ann")
    wrong = await site.browser.submit(step, code="000000", password="New-passw0rd", repeated="New-passw0rd")
    code = await last_code(site)
    login = await site.browser.submit(wrong, code=code, password="New-passw0rd", repeated="New-passw0rd")

    assert wrong.status == 400
    assert "Your password is set" in login.body
    assert (await site.authorize()).location.startswith(f"{AT}/login?")
    assert (await sign_in(site, login)).error == WRONG
    assert (await sign_in(site, login, password="New-passw0rd")).status == 302


async def test_a_closed_pool_takes_no_sign_ups(site: Site) -> None:
    """Neither shows the way nor takes the form."""
    signup = await site.browser.get((await site.authorize()).location.replace("/login?", "/signup?"))
    pool = await site.room.pool()
    admin = msgspec.structs.replace(pool.wire.admin_create_user_config, allow_admin_create_user_only=True)
    config = msgspec.structs.replace(
        pool.config, pool=msgspec.structs.replace(pool.wire, admin_create_user_config=admin)
    )
    await site.room.execute("UPDATE auth_user_pool SET config = :c", c=msgspec.json.encode(config).decode())

    login = await site.login_page()
    posted = await site.browser.submit(signup, username="zoe", password=PASSWORD)

    assert "/signup?" not in login.body
    assert posted.location.startswith(f"{AT}/login?")


# Forms ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["login", "signup", "confirm", "forgotpassword"])
async def test_a_form_of_another_site_is_refused(site: Site, path: str) -> None:
    """Without the token, with another browser's, without the cookie, and with another pool's."""
    await site.room.user()
    await site.room.provision(user_pool_id="us-east-1_Other0000", prefix="other")
    page = await site.browser.get((await site.authorize()).location.replace("/login?", f"/{path}?"))
    other = Browser(site.pages)
    foreign = await other.get((await site.authorize(other)).location)
    filled = {**page.fields, "username": "ann", "password": PASSWORD}

    refused = [
        await site.browser.post(page.action, {name: value for name, value in filled.items() if name != "csrf"}),
        await site.browser.post(page.action, {**filled, "csrf": foreign.fields["csrf"]}),
        await Browser(site.pages).post(page.action, filled),
    ]

    assert [(one.status, one.location) for one in refused] == [(400, "")] * 3
    assert all("reload it and try again" in one.body for one in refused)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"a=" + b"x" * 70_000, "application/x-www-form-urlencoded"),
        (b"&".join(b"a%d=1" % number for number in range(200)), "application/x-www-form-urlencoded"),
        (b"username=a&username=b", "application/x-www-form-urlencoded"),
        (b"username=%ff%fe", "application/x-www-form-urlencoded"),
        (b"username=a%00b", "application/x-www-form-urlencoded"),
        (b"\xff\xfe", "application/x-www-form-urlencoded"),
        (b'{"username": "ann"}', "application/json"),
        (b"--x\r\n", "multipart/form-data; boundary=x"),
    ],
)
async def test_odd_forms_are_refused(site: Site, body: bytes, kind: str) -> None:
    page = await site.login_page()

    answer = await site.browser.post(page.action, body, content_type=kind)
    token = await Browser(site.pages).post(f"{AT}/oauth2/token", body, content_type=kind)

    assert answer.status == token.status == 400
    assert token.body in {'{"error":"invalid_request"}', '{"error":"invalid_client"}'}


async def test_oversized_fields_are_refused(site: Site) -> None:
    """Names and passwords have bounds before anything is computed from them."""
    page = await site.login_page()

    for filled in ({"username": "u" * 129, "password": "x"}, {"username": "ann", "password": "p" * 20_000}):
        answer = await site.browser.submit(page, **filled)
        assert answer.status == 400
        assert answer.error
    long = await site.browser.get(f"{AT}/oauth2/authorize?" + urlencode({"state": "x" * 20_000}))
    assert long.status == 400


async def test_other_methods_are_refused(site: Site) -> None:
    """A sign-in by GET would put passwords into addresses."""
    for method, path in (("PUT", "login"), ("DELETE", "logout"), ("GET", "oauth2/token"), ("POST", "logout")):
        assert (await site.browser.ask(method, f"{AT}/{path}")).status == 404


async def test_the_error_page_shows_nothing_that_comes_with_it(site: Site) -> None:
    page = await site.browser.get(f"{AT}/error", error="<b>pay here</b>", error_description="call 555-0100")

    assert page.status == 400
    assert "pay here" not in page.body
    assert "555-0100" not in page.body
