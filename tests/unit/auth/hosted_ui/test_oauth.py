"""The OAuth endpoints: the code flow from end to end, its errors, and attacks on it."""

import base64
from urllib.parse import urlencode

import msgspec
import pytest

from authkit import CALLBACK, NATIVE, PASSWORD, POOL, URL, WEB
from browser import CHALLENGE, VERIFIER, Browser, Page, query_of
from hosted_site import AT, Site
from preamp.kit.clock import SetClock
from preamp.kit.jwt import unverified_claims


def read(page: Page) -> dict[str, str]:
    """The JSON of an answer."""
    return msgspec.json.decode(page.body, type=dict)


async def exchange(site: Site, code: str, **more: str | None) -> Page:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "client_id": WEB,
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
        **more,
    }
    return await site.token(**form)


async def test_the_code_flow(both: Site) -> None:
    """Authorize, sign in, exchange: tokens with the granted scopes, the nonce, and a session that refreshes."""
    await both.room.user()
    code = await both.code(nonce="n-1")

    answer = await exchange(both, code)

    tokens = read(answer)
    access, identity = unverified_claims(tokens["access_token"]), unverified_claims(tokens["id_token"])
    assert (answer.status, tokens["token_type"], tokens["expires_in"]) == (200, "Bearer", 3600)
    assert access["scope"] == "openid email aws.cognito.signin.user.admin"
    assert (access["version"], access["client_id"], access["iss"]) == (2, WEB, f"{URL}/{POOL}")
    assert (identity["nonce"], identity["aud"], identity["email_verified"]) == ("n-1", WEB, True)
    assert await both.room.tokens.verify(tokens["access_token"])
    refreshed = read(await both.token(grant_type="refresh_token", client_id=WEB, refresh_token=tokens["refresh_token"]))
    assert unverified_claims(refreshed["id_token"])["origin_jti"] == identity["origin_jti"]
    assert answer.header("access-control-allow-origin") == "*"
    assert answer.header("cache-control") == "no-store"


async def test_the_state_comes_back_letter_by_letter(site: Site) -> None:
    await site.room.user()
    state = "x y&z=ä#/?-" + "s" * 200

    page = await site.browser.submit(await site.login_page(state=state), username="ann", password=PASSWORD)

    assert page.told["state"] == state
    assert page.location.startswith(f"{CALLBACK}?code=")


@pytest.mark.parametrize("uri", ["myapp://callback/", "https://app.example/other?x=1"])
async def test_registered_addresses_keep_their_form(site: Site, uri: str) -> None:
    """Schemes of apps, and addresses with a query."""
    await site.room.user()

    page = await site.browser.submit(await site.login_page(redirect_uri=uri), username="ann", password=PASSWORD)

    assert page.location.startswith(uri + ("&" if "?" in uri else "?") + "code=")
    code = page.told["code"]
    assert (await exchange(site, code, redirect_uri=uri)).status == 200


async def test_a_browser_that_is_signed_in_is_not_asked_again(site: Site) -> None:
    """For an hour, unless the application wants it otherwise."""
    await site.room.user()
    await site.code()

    again = await site.authorize()
    asked = await site.authorize(prompt="login")
    assert isinstance(site.room.clock, SetClock)
    site.room.clock.advance(3_601_000)
    later = await site.authorize()

    assert again.location.startswith(f"{CALLBACK}?code=")
    assert asked.location.startswith(f"{AT}/login?")
    assert later.location.startswith(f"{AT}/login?")


@pytest.mark.parametrize("how", ["families", "disabled", "status"])
async def test_what_ends_a_users_sessions_ends_the_browsers(site: Site, how: str) -> None:
    """Global sign-out and password reset, disabling, and a state that must not sign in."""
    await site.room.user()
    await site.code()

    match how:
        case "families":
            await site.room.execute("UPDATE auth_family SET revoked = 1")
        case "disabled":
            await site.room.execute("UPDATE auth_user SET enabled = 0")
        case _:
            await site.room.execute("UPDATE auth_user SET status = 'RESET_REQUIRED'")

    assert (await site.authorize()).location.startswith(f"{AT}/login?")


async def test_the_implicit_flow_as_configured(site: Site) -> None:
    """Tokens in the fragment, never a refresh token; an ID token for openid alone."""
    await site.room.user()
    await site.room.configure(allowed_o_auth_flows=("implicit",))

    page = await site.browser.submit(
        await site.login_page(response_type="token", code_challenge=None, code_challenge_method=None),
        username="ann",
        password=PASSWORD,
    )
    without = await site.authorize(response_type="token", scope="email")
    code = await site.authorize()

    assert page.location.startswith(f"{CALLBACK}#")
    assert set(page.told) == {"access_token", "id_token", "token_type", "expires_in", "state"}
    assert set(without.told) == {"access_token", "token_type", "expires_in", "state"}
    assert code.told["error"] == "unauthorized_client"


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "id_token"}, "invalid_request"),
        ({"response_type": "token"}, "unauthorized_client"),
        ({"scope": "openid admin"}, "invalid_scope"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain", "code_challenge": VERIFIER}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"identity_provider": "Google"}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
        ({"nonce": "n" * 1025}, "invalid_request"),
    ],
)
async def test_mistakes_go_back_to_the_application(site: Site, more: dict[str, str | None], error: str) -> None:
    page = await site.authorize(**more)

    assert page.status == 302
    assert page.location.startswith(CALLBACK)
    assert (page.told["error"], page.told["state"]) == (error, "s123")


@pytest.mark.parametrize(
    "more",
    [
        {"client_id": None},
        {"client_id": "unknown"},
        {"client_id": "' OR 1=1 --"},
        {"redirect_uri": None},
        {"redirect_uri": "https://evil.example/"},
        {"redirect_uri": CALLBACK + "/"},
        {"redirect_uri": CALLBACK + "?x=1"},
        {"redirect_uri": CALLBACK + "/../evil"},
        {"redirect_uri": CALLBACK + "#fragment"},
        {"redirect_uri": CALLBACK.replace("https", "http")},
        {"redirect_uri": CALLBACK.replace("app.", "app.example@evil.")},
        {"redirect_uri": CALLBACK.upper()},
        {"redirect_uri": CALLBACK + "\r\nset-cookie: a=b"},
        {"redirect_uri": "javascript:alert(1)"},
        {"redirect_uri": "//evil.example/callback"},
        {"redirect_uri": CALLBACK + "%00"},
    ],
)
async def test_nothing_is_sent_to_an_address_that_is_not_registered(site: Site, more: dict[str, str | None]) -> None:
    """The mistake stands on a page, at authorize and at every later step alike."""
    await site.room.user()
    login = await site.login_page()

    for path in ("oauth2/authorize", "login", "signup", "confirm", "forgotpassword"):
        asked = {"redirect_uri": CALLBACK, "response_type": "code", "client_id": WEB, "code_challenge": CHALLENGE}
        asked |= {"code_challenge_method": "S256", **{name: value or "" for name, value in more.items()}}
        given = {name: value for name, value in asked.items() if value}
        shown = await site.browser.get(f"{AT}/{path}", **given)
        assert (shown.status, shown.location) == (400, "")
        if path != "oauth2/authorize":
            posted = await site.browser.post(
                f"{AT}/{path}?{urlencode(given)}", {**login.fields, "username": "ann", "password": PASSWORD}
            )
            assert (posted.status, posted.location) == (400, "")


async def test_a_parameter_given_twice_is_refused(site: Site) -> None:
    """Two readers could each see another one."""
    address = f"{AT}/oauth2/authorize?redirect_uri={CALLBACK}&redirect_uri=https://evil.example&client_id={WEB}"

    page = await site.browser.get(address + "&response_type=code")

    assert (page.status, page.location) == (400, "")


async def test_a_client_of_another_pool_is_unknown_here(site: Site) -> None:
    await site.room.provision(user_pool_id="us-east-1_Other0000", prefix="other")

    page = await site.authorize(client_id=WEB + "0000")

    assert (page.status, page.location) == (400, "")


# Codes ----------------------------------------------------------------------------------------------------------------


async def test_a_replayed_code_ends_what_it_gave(both: Site) -> None:
    """The second use is refused and revokes the tokens of the first: one of the two users is a thief."""
    await both.room.user()
    code = await both.code()
    tokens = read(await exchange(both, code))

    again = await exchange(both, code)

    assert (again.status, read(again)) == (400, {"error": "invalid_grant"})
    refresh = await both.token(grant_type="refresh_token", client_id=WEB, refresh_token=tokens["refresh_token"])
    assert read(refresh) == {"error": "invalid_grant"}
    with pytest.raises(Exception, match="ended"):
        await both.room.tokens.verify(tokens["access_token"])


@pytest.mark.parametrize(
    "more",
    [
        {"code_verifier": None},
        {"code_verifier": "w" * 64},
        {"code_verifier": CHALLENGE},
        {"code_verifier": "v" * 129},
        {"redirect_uri": None},
        {"redirect_uri": "myapp://callback/"},
    ],
)
async def test_a_code_is_bound_and_a_wrong_try_uses_it_up(site: Site, more: dict[str, str | None]) -> None:
    """To its verifier and its address; who tries without them gets no second try."""
    await site.room.user()
    code = await site.code()

    wrong = await exchange(site, code, **more)
    right = await exchange(site, code)

    assert (wrong.status, read(wrong)) == (400, {"error": "invalid_grant"})
    assert read(right) == {"error": "invalid_grant"}


async def test_a_code_is_no_use_to_another_client(site: Site) -> None:
    """Nor does the try of another client spoil it."""
    await site.room.user()
    code = await site.code()

    other = await exchange(site, code, client_id=NATIVE)

    assert read(other) == {"error": "invalid_grant"}
    assert (await exchange(site, code)).status == 200


async def test_a_code_lives_five_minutes(site: Site) -> None:
    await site.room.user()
    code = await site.code()

    assert isinstance(site.room.clock, SetClock)
    site.room.clock.advance(300_000)

    assert read(await exchange(site, code)) == {"error": "invalid_grant"}


async def test_pkce_cannot_be_dropped_on_the_way(site: Site) -> None:
    """A code asked for without a challenge takes no verifier, and an app without a secret must have one."""
    await site.room.user()
    await site.room.configure(secret="client-secret-of-this-test")
    code = await site.code(code_challenge=None, code_challenge_method=None)

    answer = await exchange(site, code, client_secret="client-secret-of-this-test")

    assert read(answer) == {"error": "invalid_grant"}


async def test_a_disabled_user_gets_no_tokens_for_a_code(site: Site) -> None:
    await site.room.user()
    code = await site.code()
    await site.room.execute("UPDATE auth_user SET enabled = 0")

    assert read(await exchange(site, code)) == {"error": "invalid_grant"}


async def test_no_secret_of_a_flow_is_logged(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    """Not the password, the code, the verifier, a token or a cookie, also where a replay is noted."""
    caplog.set_level("DEBUG")
    await site.room.user()
    code = await site.code()
    tokens = read(await exchange(site, code))
    await exchange(site, code)

    secrets = [PASSWORD, code, VERIFIER, *site.browser.cookies.values(), *(str(one) for one in tokens.values())]
    assert "used twice" in caplog.text
    assert not [one for one in secrets if len(one) > 8 and one in caplog.text]


async def test_nothing_at_rest_is_a_code(site: Site) -> None:
    """The table has hashes and sealed grants."""
    import sqlalchemy as sa  # noqa: PLC0415

    from preamp.db import Statement  # noqa: PLC0415

    await site.room.user()
    code = await site.code()

    rows = await site.room.db.rows(Statement(sa.text("SELECT * FROM auth_oauth_code")))

    assert len(rows) == 1
    assert not any(code in str(value) or "ann" in str(value) for value in rows[0])


# The token endpoint ---------------------------------------------------------------------------------------------------


async def test_a_secret_by_basic_or_in_the_form(site: Site) -> None:
    await site.room.user()
    await site.room.configure(secret="s3cret:with%colon")
    basic = base64.b64encode(f"{WEB}:s3cret%3Awith%25colon".encode()).decode()
    form = {"grant_type": "authorization_code", "redirect_uri": CALLBACK, "code_verifier": VERIFIER}

    by_form = await exchange(site, await site.code(), client_secret="s3cret:with%colon")
    by_header = await Browser(site.pages).post(
        f"{AT}/oauth2/token", {**form, "code": (await site.authorize()).told["code"]}, authorization=f"Basic {basic}"
    )

    assert (by_form.status, by_header.status) == (200, 200)


@pytest.mark.parametrize("authorization", ["Basic !!!", "Basic QQ==", "Bearer x", "Basic " + "A" * 4000])
async def test_a_client_that_is_not_proven_gets_nothing(site: Site, authorization: str) -> None:
    """Without its secret, with a wrong one, with a header that is none."""
    await site.room.user()
    await site.room.configure(secret="right-secret")
    code = await site.code()

    for more in ({}, {"client_secret": "wrong"}, {"client_secret": ""}):
        assert read(await exchange(site, code, **more)) == {"error": "invalid_client"}
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
    answer = await Browser(site.pages).post(f"{AT}/oauth2/token", form, authorization=authorization)
    assert read(answer) == {"error": "invalid_client"}


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "invalid_request"),
        ({"client_id": WEB}, "invalid_request"),
        ({"client_id": "nobody", "grant_type": "refresh_token"}, "invalid_client"),
        ({"client_id": WEB, "grant_type": "password"}, "unsupported_grant_type"),
        ({"client_id": WEB, "grant_type": "authorization_code"}, "invalid_request"),
        ({"client_id": WEB, "grant_type": "authorization_code", "code": "x"}, "invalid_grant"),
        ({"client_id": WEB, "grant_type": "authorization_code", "code": "x" * 600}, "invalid_grant"),
        ({"client_id": WEB, "grant_type": "refresh_token"}, "invalid_request"),
        ({"client_id": WEB, "grant_type": "refresh_token", "refresh_token": "x" * 5000}, "invalid_grant"),
        ({"client_id": WEB, "grant_type": "client_credentials"}, "unauthorized_client"),
    ],
)
async def test_token_errors_are_oauths(site: Site, form: dict[str, str], error: str) -> None:
    answer = await site.token(**form)

    assert (answer.status, read(answer)["error"]) == (400, error)
    assert answer.header("access-control-allow-origin") == "*"


async def test_client_credentials(site: Site) -> None:
    """For a client with a secret, and scopes of resource servers alone."""
    await site.room.configure(
        secret="machine-secret",
        allowed_o_auth_flows=("client_credentials",),
        allowed_o_auth_scopes=("openid", "files/read", "files/write"),
    )
    form = {"grant_type": "client_credentials", "client_id": WEB, "client_secret": "machine-secret"}

    answer = read(await site.token(**form))
    narrow = read(await site.token(**form, scope="files/read"))
    wide = await site.token(**form, scope="openid")

    assert unverified_claims(answer["access_token"])["scope"] == "files/read files/write"
    assert unverified_claims(narrow["access_token"])["scope"] == "files/read"
    assert "refresh_token" not in answer
    assert "id_token" not in answer
    assert read(wide) == {"error": "invalid_scope"}


async def test_user_info_tells_what_the_scopes_reach(site: Site) -> None:
    await site.room.user()
    tokens = read(await exchange(site, await site.code(scope="openid email")))
    script = Browser(site.pages)

    told = await script.ask(
        "GET", f"{AT}/oauth2/userInfo", headers={"authorization": f"Bearer {tokens['access_token']}"}
    )

    assert set(read(told)) == {"sub", "email", "email_verified", "username"}
    assert read(told)["email_verified"] == "true"


async def test_user_info_takes_access_tokens_with_openid_alone(site: Site) -> None:
    """Not those of the API, not ID tokens, not ended ones, not another pool's."""
    ann = await site.room.user()
    api = await site.room.tokens_of(ann)
    tokens = read(await exchange(site, await site.code()))
    await site.room.provision(user_pool_id="us-east-1_Other0000", prefix="other")

    async def status(token: str, prefix: str = "people") -> tuple[int, str]:
        page = await Browser(site.pages).ask(
            "GET", f"/auth/{prefix}/oauth2/userInfo", headers={"authorization": f"Bearer {token}"}
        )
        return page.status, page.header("www-authenticate")[:27]

    refused = (401, 'Bearer error="invalid_token')
    assert (await status(tokens["access_token"]))[0] == 200
    assert await status(str(api.access_token)) == refused
    assert await status(tokens["id_token"]) == refused
    assert await status("x.y.z") == refused
    assert await status(tokens["access_token"], "other") == refused
    await site.room.execute("UPDATE auth_family SET revoked = 1")
    assert await status(tokens["access_token"]) == refused


async def test_revoking_ends_the_session(site: Site) -> None:
    await site.room.user()
    tokens = read(await exchange(site, await site.code()))

    async def revoke(**form: str) -> tuple[int, str]:
        page = await Browser(site.pages).post(f"{AT}/oauth2/revoke", form)
        return page.status, page.body

    assert await revoke(token=tokens["access_token"], client_id=WEB) == (400, '{"error":"unsupported_token_type"}')
    assert await revoke(client_id=WEB) == (400, '{"error":"invalid_request"}')
    assert await revoke(token="x", client_id="nobody") == (401, '{"error":"invalid_client"}')
    assert await revoke(token="unknown", client_id=WEB) == (200, "")
    assert await revoke(token=tokens["refresh_token"], client_id=WEB) == (200, "")
    again = await site.token(grant_type="refresh_token", client_id=WEB, refresh_token=tokens["refresh_token"])
    assert read(again) == {"error": "invalid_grant"}


async def test_scripts_may_ask_first(site: Site) -> None:
    page = await Browser(site.pages).ask("OPTIONS", f"{AT}/oauth2/token")

    assert (page.status, page.header("access-control-allow-origin")) == (204, "*")
    assert page.header("access-control-allow-credentials") == ""


# Logging out ----------------------------------------------------------------------------------------------------------


async def test_logging_out_ends_the_browsers_session(site: Site) -> None:
    await site.room.user()
    await site.code()
    stolen = dict(site.browser.cookies)

    page = await site.browser.get(f"{AT}/logout", client_id=WEB, logout_uri="https://app.example/bye")

    assert page.location == "https://app.example/bye"
    assert "__Secure-session" not in site.browser.cookies
    site.browser.cookies = stolen
    assert (await site.authorize()).location.startswith(f"{AT}/login?")


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"logout_uri": "https://evil.example/"},
        {"logout_uri": "https://app.example/bye/"},
        {"logout_uri": "https://app.example/bye?next=https://evil.example"},
        {"logout_uri": "//evil.example"},
        {"logout_uri": CALLBACK},
        {"redirect_uri": "https://evil.example/", "response_type": "code"},
    ],
)
async def test_logging_out_is_no_open_redirect(site: Site, more: dict[str, str]) -> None:
    page = await site.browser.get(f"{AT}/logout", client_id=WEB, **more)

    assert (page.status, page.location) == (400, "")


async def test_logging_out_to_another_sign_in(site: Site) -> None:
    page = await site.browser.get(f"{AT}/logout", client_id=WEB, redirect_uri=CALLBACK, response_type="code", state="s")

    assert page.location.startswith(f"{AT}/login?")
    assert query_of(page.location)["redirect_uri"] == [CALLBACK]


# Which pool -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/auth/nobody/login",
        "/auth/../people/login",
        "/auth/%70eople/login",
        "/auth/people%2Flogin",
        "/auth//login",
        "/auth/PEOPLE/login",
        "/auth/people/../other/login",
        "/auth/people/%2e%2e/login",
        "/auth/people//login",
        "/auth/people",
        "/auth/",
        "/auth/people/static/style.css",
    ],
)
async def test_odd_paths_lead_nowhere(site: Site, path: str) -> None:
    page = await site.browser.get(path)

    assert (page.status, page.location) == (404, "")
    assert page.header("x-frame-options") == "DENY"


async def test_a_pools_own_host_name(site: Site) -> None:
    """`<prefix>.auth.<region>.<domain>` serves the same pages at its root."""
    asked = {"redirect_uri": CALLBACK, "response_type": "code", "client_id": WEB, "code_challenge": CHALLENGE}
    browser = Browser(site.pages, host="people.auth.us-east-1.preamp.test")

    page = await browser.get("/oauth2/authorize", **asked, code_challenge_method="S256")

    assert page.location.startswith("/login?")
    assert (await browser.get(page.location)).title == "Sign in"
