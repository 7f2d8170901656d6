"""Signing in at another provider: a real one on loopback, which also says what no honest one would."""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import parse_qsl

import msgspec
import pytest

from authkit import CALLBACK, POOL, SETTINGS, WEB
from browser import Browser, Page, query_of
from hosted_site import AT, NOW, Site
from issuer import Issuer
from preamp.auth import PoolSecrets, PoolSettings, user_store
from preamp.auth.users import User
from preamp.kit.clock import SetClock

CLIENT = "social-client"


class Provider:
    """An OIDC provider. `claims` and `answer` change what it says; `forms` are the token requests it got."""

    def __init__(self) -> None:
        self.url = ""
        self.keys: Issuer
        self.sub = "g-1"
        self.nonce: str | None = None
        self.claims: dict[str, Any] = {}
        self.answer: dict[str, Any] = {}
        self.header: dict[str, Any] | None = None
        self.attributes: dict[str, Any] | None = None
        self.discovery: dict[str, Any] = {}
        self.forms: list[dict[str, str]] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        path = head.split(" ")[1]
        length = next((line for line in head.lower().split("\r\n") if line.startswith("content-length:")), ":0")
        form = dict(parse_qsl((await reader.readexactly(int(length.partition(":")[2]))).decode()))
        body = msgspec.json.encode(self.said(path, form))
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % len(body) + body)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    def said(self, path: str, form: dict[str, str]) -> dict[str, Any]:
        """The document at a path."""
        if path == "/.well-known/openid-configuration":
            addresses = {
                "authorization_endpoint": f"{self.url}/auth",
                "token_endpoint": f"{self.url}/token",
                "userinfo_endpoint": f"{self.url}/me",
                "jwks_uri": f"{self.url}/jwks",
            }
            return {"issuer": self.url, **addresses, **self.discovery}
        if path == "/jwks":
            return self.keys.jwks
        if path.startswith("/me"):
            return self.attributes or {"sub": self.sub, "email": "ann@gmail.example", "name": "Ann"}
        self.forms.append(form)
        at_hash = base64.urlsafe_b64encode(hashlib.sha256(b"at-1").digest()[:16]).rstrip(b"=").decode()
        claims = {"sub": self.sub, "aud": CLIENT, "nonce": self.nonce, "at_hash": at_hash, **self.claims}
        token = self.keys.token(self.header, **claims)
        return {"access_token": "at-1", "token_type": "Bearer", "id_token": token, **self.answer}


@pytest.fixture
async def google() -> AsyncIterator[Provider]:
    provider = Provider()
    server = await asyncio.start_server(provider.serve, "127.0.0.1", 0)
    provider.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    provider.keys = Issuer(provider.url, "google", now=NOW / 1000)
    async with server:
        yield provider


@pytest.fixture
async def social(site: Site, google: Provider) -> Site:
    """A pool with Google, found at the local provider."""
    providers = {"Google": {"client_id": CLIENT, "client_secret": "google-secret"}}
    wire = {**SETTINGS, "oAuth": {**SETTINGS["oAuth"], "socialProviderSettings": providers}}
    async with site.room.db.transaction() as tx:
        settings, secrets = msgspec.convert(wire, PoolSettings), msgspec.convert(providers, PoolSecrets)
        await site.room.auth.update_pool(tx, POOL, settings, secrets)
    site.social._issuers["Google"] = google.url
    return site


async def there(site: Site, google: Provider, **more: str) -> Page:
    """Go to the provider."""
    page = await site.authorize(identity_provider="Google", **more)
    assert page.location.startswith(f"{google.url}/auth?"), page.error
    google.nonce = query_of(page.location)["nonce"][0]
    return page


async def back(site: Site, page: Page, browser: Browser | None = None, **more: str) -> Page:
    """Come back with a code."""
    answer = {"code": "c-1", "state": query_of(page.location)["state"][0], **more}
    return await (browser or site.browser).get(f"{AT}/oauth2/idpresponse", **answer)


async def user_of(site: Site, subject: str = "g-1") -> User:
    user = await user_store.user_named(site.room.db, POOL, f"google_{subject}")
    assert user is not None
    return user


async def test_a_users_first_and_second_sign_in(social: Site, google: Provider) -> None:
    """The user is made as Cognito makes one, with mapped attributes and a group; later sign-ins write them anew."""
    done = await back(social, await there(social, google, nonce="app-nonce"))
    google.attributes = {"sub": "g-1", "email": "ann@new.example"}
    social.browser.cookies.clear()
    again = await back(social, await there(social, google))

    user = await user_of(social)
    assert done.location.startswith(f"{CALLBACK}?code=")
    assert again.location.startswith(f"{CALLBACK}?code=")
    assert (user.status, user.username) == ("EXTERNAL_PROVIDER", "google_g-1")
    assert (user.attributes["email"], user.attributes["email_verified"]) == ("ann@new.example", "false")
    (identity,) = msgspec.json.decode(user.attributes["identities"])
    assert (identity["userId"], identity["providerName"], identity["primary"]) == ("g-1", "Google", True)
    assert [group.name for group in await user_store.groups_of(social.room.db, user.id)] == [f"{POOL}_Google"]
    tokens = await social.token(
        grant_type="authorization_code", client_id=WEB, code=again.told["code"], redirect_uri=CALLBACK,
        code_verifier="v" * 64,
    )  # fmt: skip
    assert tokens.status == 200


async def test_what_the_provider_is_asked(social: Site, google: Provider) -> None:
    """State, nonce and PKCE of the server's own, and the secret in the request's body."""
    page = await there(social, google)
    await back(social, page)

    asked = query_of(page.location)
    (form,) = google.forms
    challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
    assert asked["code_challenge"] == [challenge]
    assert asked["redirect_uri"] == ["https://preamp.test:20443/auth/people/oauth2/idpresponse"]
    assert (form["client_id"], form["client_secret"], form["code"]) == (CLIENT, "google-secret", "c-1")
    assert asked["state"] != ["s123"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda google: google.claims.update(iss="https://accounts.google.com"),
        lambda google: google.claims.update(iss=google.url + "/"),
        lambda google: google.claims.update(aud="another-client"),
        lambda google: google.claims.update(aud=[CLIENT, "another"]),
        lambda google: google.claims.update(azp="another-client"),
        lambda google: google.claims.update(nonce="another-nonce"),
        lambda google: google.claims.update(nonce=None),
        lambda google: google.claims.update(exp=NOW // 1000 - 1),
        lambda google: google.claims.update(exp=None),
        lambda google: google.claims.update(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
        lambda google: google.claims.update(sub=None),
        lambda google: google.claims.update(sub=""),
        lambda google: google.claims.update(sub="x" * 256),
        lambda google: google.claims.update(sub={"a": 1}),
        lambda google: google.answer.update(id_token=None),
        lambda google: google.answer.update(error="invalid_grant"),
        lambda google: google.answer.update(access_token="x" * 300_000),
        lambda google: google.answer.update(id_token=google.keys.confused(sub="g-1", aud=CLIENT)),
        lambda google: google.answer.update(
            id_token=google.keys.token(sub="g-1", aud=CLIENT, nonce=google.nonce).rpartition(".")[0] + "."
        ),
        lambda google: google.answer.update(
            id_token=Issuer(google.url, "mallory", now=NOW / 1000).token(sub="g-1", aud=CLIENT, nonce=google.nonce)
        ),
        lambda google: setattr(google, "header", {"alg": "none"}),
        lambda google: setattr(google, "attributes", {"sub": "somebody-else", "email": "boss@example.org"}),
    ],
)
async def test_what_a_provider_may_not_say(social: Site, google: Provider, spoil: Callable[[Provider], object]) -> None:
    """Issuer, audience, times, nonce, signature and hash are held against what was asked: no user is made."""
    page = await there(social, google)
    spoil(google)

    done = await back(social, page)

    assert done.location.startswith(CALLBACK)
    assert done.told["error"] == "invalid_request"
    assert "code" not in done.told
    assert await user_store.user_named(social.room.db, POOL, "google_g-1") is None


async def test_an_answer_of_another_issuer_is_refused(social: Site, google: Provider) -> None:
    """RFC 9207: the mixed-up provider is seen before the code is sent anywhere."""
    done = await back(social, await there(social, google), iss="https://evil.example")

    assert done.told["error"] == "invalid_request"
    assert google.forms == []


async def test_discovery_of_another_issuer_is_refused(social: Site, google: Provider) -> None:
    google.discovery = {"issuer": "https://evil.example"}

    page = await social.authorize(identity_provider="Google")

    assert (page.status, page.location) == (400, "")


async def test_a_sign_in_belongs_to_the_browser_that_began_it(social: Site, google: Provider) -> None:
    """A link with somebody else's code signs nobody in: login CSRF."""
    page = await there(social, google)

    stranger = await back(social, page, Browser(social.pages))

    assert (stranger.status, stranger.location) == (400, "")
    assert google.forms == []


async def test_a_sign_in_ends_once_and_in_time(social: Site, google: Provider) -> None:
    page = await there(social, google)
    assert (await back(social, page)).status == 302
    late = await there(social, google, prompt="login")

    again = await back(social, page)
    assert isinstance(social.room.clock, SetClock)
    social.room.clock.advance(600_000)
    too_late = await back(social, late)

    assert (again.status, too_late.status) == (400, 400)
    assert len(google.forms) == 1


@pytest.mark.parametrize("state", ["", "x", "A" * 9000, "\u00e9"])
async def test_a_forged_state_is_refused(social: Site, state: str) -> None:
    page = await social.browser.get(f"{AT}/oauth2/idpresponse", code="c-1", state=state)

    assert (page.status, page.location) == (400, "")


async def test_a_state_of_another_pool_is_refused(social: Site, google: Provider) -> None:
    await social.room.provision(user_pool_id="us-east-1_Other0000", prefix="other")
    page = await there(social, google)
    state = query_of(page.location)["state"][0]

    other = await social.browser.get("/auth/other/oauth2/idpresponse", code="c-1", state=state)

    assert (other.status, other.location) == (400, "")


async def test_a_refusal_there_is_told_to_the_application(social: Site, google: Provider) -> None:
    page = await there(social, google)
    state = query_of(page.location)["state"][0]

    done = await social.browser.get(f"{AT}/oauth2/idpresponse", error="access_denied", state=state)

    assert (done.told["error"], done.told["state"]) == ("invalid_request", "s123")
    assert "access_denied" in done.told["error_description"]


async def test_nobody_is_linked_by_an_address(social: Site, google: Provider) -> None:
    """A provider that says an e-mail address is not the user of the pool who has it."""
    ann = await social.room.user(attributes={"email": "ann@gmail.example", "email_verified": "true"})

    await back(social, await there(social, google))

    assert (await user_of(social)).id != ann.id


async def test_a_name_that_was_taken_before_is_not_taken_over(social: Site, google: Provider) -> None:
    """Whoever signed up as google_g-1 does not get into the provider's user, nor the other way round."""
    squatter = await social.room.user("google_g-1")

    done = await back(social, await there(social, google))

    assert (done.status, done.location) == (400, "")
    kept = await user_store.user(social.room.db, POOL, squatter.id)
    assert kept == squatter


async def test_an_administrators_link_signs_in_the_pools_own_user(social: Site, google: Provider) -> None:
    """Whose attributes stay the pool's."""
    ann = await social.room.user()
    await social.room.execute(
        "INSERT INTO auth_link (user_pool_id, provider, subject, user_id, provider_type, main, created_ms) "
        "VALUES (:p, 'Google', 'g-1', :u, 'Google', 0, 1)",
        p=POOL,
        u=ann.id,
    )

    done = await back(social, await there(social, google))

    assert done.location.startswith(f"{CALLBACK}?code=")
    assert await user_store.user_named(social.room.db, POOL, "google_g-1") is None
    kept = await user_store.user(social.room.db, POOL, ann.id)
    assert kept is not None
    assert kept.attributes["email"] == "ann@example.org"


async def test_a_disabled_user_does_not_come_in_that_way(social: Site, google: Provider) -> None:
    await back(social, await there(social, google))
    await social.room.execute("UPDATE auth_user SET enabled = 0")
    social.browser.cookies.pop("__Secure-session")

    done = await back(social, await there(social, google))

    assert (done.status, done.location) == (400, "")
    assert "disabled" in done.body


async def test_a_providers_user_has_no_password(social: Site, google: Provider) -> None:
    """The sign-in form refuses the name like any wrong password."""
    await back(social, await there(social, google))
    social.browser.cookies.pop("__Secure-session")
    page = await social.login_page()

    for password in ("", "x" * 12):
        refused = await social.browser.submit(page, username="google_g-1", password=password)
        assert refused.status == 400
        assert "__Secure-session" not in social.browser.cookies


async def test_apples_form_keeps_the_cookies(social: Site, google: Provider) -> None:
    """A form of Apple's site carries no cookies of ours: it is sent on by GET, with what came."""
    page = await there(social, google)
    state = query_of(page.location)["state"][0]

    sent_on = await Browser(social.pages).post(
        f"{AT}/oauth2/idpresponse", {"state": state, "code": "c-1", "user": "{}", "evil": "x"}
    )
    done = await social.browser.get(sent_on.location.removeprefix("https://preamp.test:20443"))

    assert sent_on.status == 302
    assert set(query_of(sent_on.location)) == {"state", "code", "user"}
    assert done.location.startswith(f"{CALLBACK}?code=")


async def test_an_oidc_provider_of_the_api(social: Site, google: Provider) -> None:
    """CreateIdentityProvider's details: found by discovery, mapped as told, under its own name."""
    from preamp.auth.idp.model import CreateIdentityProviderRequest  # noqa: PLC0415
    from preamp.auth.idp.providers import create_identity_provider  # noqa: PLC0415

    details = {
        "client_id": CLIENT,
        "client_secret": "s",
        "oidc_issuer": google.url,
        "authorize_scopes": "openid email",
        "attributes_request_method": "GET",
    }
    await create_identity_provider(
        social.room.idp,
        CreateIdentityProviderRequest(
            user_pool_id=POOL,
            provider_name="Corp",
            provider_type="OIDC",
            provider_details=details,
            attribute_mapping={"email": "email", "nickname": "name", "username": "sub"},
        ),
    )
    await social.room.configure(supported_identity_providers=("COGNITO", "Corp"))
    page = await social.authorize(identity_provider="Corp")
    google.nonce = query_of(page.location)["nonce"][0]

    done = await back(social, page)

    user = await user_store.user_named(social.room.db, POOL, "corp_g-1")
    assert done.location.startswith(f"{CALLBACK}?code=")
    assert user is not None
    assert (user.attributes["nickname"], user.attributes["email"]) == ("Ann", "ann@gmail.example")
    assert query_of(page.location)["scope"] == ["openid email"]


async def test_the_secret_of_apple_is_a_signed_token(site: Site) -> None:
    """ES256 over team, client and audience, for five minutes."""
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    from preamp.auth.settings import AppleProvider  # noqa: PLC0415
    from preamp.auth.social import known_provider  # noqa: PLC0415
    from preamp.kit.jwt import unverified_claims  # noqa: PLC0415

    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    apple = known_provider(
        "SignInWithApple", AppleProvider(client_id="com.app", key_id="K1", team_id="T1"), pem, frozenset()
    )

    claims = unverified_claims(site.social._secret(apple))

    assert (claims["iss"], claims["sub"], claims["aud"]) == ("T1", "com.app", "https://appleid.apple.com")
    assert claims["exp"] - claims["iat"] == 300


def test_the_words_of_the_known_providers() -> None:
    """Their addresses use TLS, and their secrets never show."""
    from preamp.auth.settings import SocialProvider  # noqa: PLC0415
    from preamp.auth.social import known_provider  # noqa: PLC0415

    for name in ("Google", "Facebook", "LoginWithAmazon", "SignInWithApple"):
        provider = known_provider(name, SocialProvider(client_id="c"), "hidden", frozenset({"name"}))
        addresses = (provider.authorize_url, provider.token_url, provider.attributes_url, provider.jwks_url)
        assert all(address.startswith("https://") for address in addresses if address)
        assert set(provider.mapping) <= {"email", "name"}
        assert "hidden" not in repr(provider)
