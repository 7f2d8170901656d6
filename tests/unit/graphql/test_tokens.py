"""Whose token it is: modes by issuer, the checks that an API's settings ask for, and every forgery told off."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from issuer import Issuer, cognito_access, cognito_id
from preamp.graphql import Identity, NotVerified, Pools, Tokens
from preamp.graphql.model import Mode
from preamp.graphql.tokens import auth_settings, clients_of
from preamp.kit.clock import SetClock
from preamp.kit.fetch import Fetcher, FetchError

NOW = 1_700_000_000
AWS, OWN = "https://cognito-idp.us-east-1.amazonaws.com", "https://preamp.example"
POOL = Issuer(f"{AWS}/us-east-1_Pool", "pool", now=NOW)
POOL_HERE = Issuer(f"{OWN}/us-east-1_Pool", "pool", now=NOW)
OTHER_POOL = Issuer(f"{AWS}/us-east-1_Other", "other pool", now=NOW)
OIDC = Issuer("https://accounts.example", "provider", "ES256", NOW)
OTHER_OIDC = Issuer("https://evil.example", "evil provider", "ES256", NOW)
CLIENT = {"aud": "app-1", "sub": "o1"}

USER_POOLS: dict[str, Any] = {"mode": "AMAZON_COGNITO_USER_POOLS"}


def oidc(**settings: Any) -> dict[str, Any]:
    """An authorization type as CreateBackendAPI stores it."""
    return {"mode": "OPENID_CONNECT", "settings": {"openIDIssueURL": OIDC.url, **settings}}


class Api:
    """A served API with these authorization types."""

    def __init__(self, *types: dict[str, Any], api_id: str = "one") -> None:
        self.api_id = api_id
        self.modes: tuple[Mode, ...] = tuple(each["mode"] for each in types)
        self.settings: dict[str, Any] = {"authTypes": list(types)}


class OwnPools:
    """Two user pools of this server."""

    def __init__(self) -> None:
        self.published: dict[str, Any] = {"us-east-1_Pool": POOL.jwks, "us-east-1_Other": json.dumps(OTHER_POOL.jwks)}
        self.revoked: set[str] = set()

    async def keys(self, user_pool_id: str) -> Any:
        """Answer a pool's JWKS."""
        return self.published.get(user_pool_id)

    def issuers(self, user_pool_id: str) -> tuple[str, ...]:
        """Answer both spellings."""
        return f"{AWS}/{user_pool_id}", f"{OWN}/{user_pool_id}"

    async def is_revoked(self, claims: Mapping[str, Any]) -> bool:
        """Look the family up."""
        return claims.get("origin_jti") in self.revoked


class Web(Fetcher):
    """The providers' documents; counts readings."""

    def __init__(self) -> None:
        super().__init__()
        self.reads: list[str] = []
        self.jwks: dict[str, Any] = {OIDC.url: OIDC.jwks, OTHER_OIDC.url: OTHER_OIDC.jwks}

    async def read(self, url: str) -> bytes:
        """Answer a document."""
        self.reads.append(url)
        issuer, _, rest = url.partition("/.well-known/")
        if rest == "openid-configuration" and issuer in self.jwks:
            return json.dumps({"issuer": issuer, "jwks_uri": f"{issuer}/keys"}).encode()
        if url.endswith("/keys"):
            return json.dumps(self.jwks[url.removesuffix("/keys")]).encode()
        raise FetchError(f"{url} answers 404")


class World:
    """One node's verifier with all that it asks."""

    def __init__(self) -> None:
        self.clock, self.pools, self.web = SetClock(NOW * 1000), OwnPools(), Web()
        self.beside = Pools(user_pool_id="us-east-1_Pool")
        self.tokens = Tokens(self.clock, self.pools, self.pools_of, self.web)

    async def pools_of(self, _api: Any) -> Pools:
        """Answer the pools of the environment."""
        return self.beside

    async def identity(self, token: str, *types: dict[str, Any]) -> Identity:
        """Verify for an API of these types."""
        return await self.tokens.verify(Api(*types), token)

    async def refusal(self, token: str, *types: dict[str, Any]) -> str:
        """The message of a refusal."""
        with pytest.raises(NotVerified) as refused:
            await self.identity(token, *types)
        return str(refused.value)


@pytest.fixture
def world() -> World:
    return World()


# User pools -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("issuer", [POOL, POOL_HERE], ids=["aws", "here"])
async def test_access_and_id_tokens_of_the_pool_are_taken(world: World, issuer: Issuer) -> None:
    """Under AWS's spelling of the issuer and under this server's own."""
    for claims in (cognito_access("s1", "ann", "A"), cognito_id("s1", "ann", "A")):
        found = await world.identity(issuer.token(**claims), USER_POOLS)

        assert found.mode == "AMAZON_COGNITO_USER_POOLS"
        assert found.claims == issuer.claims(**claims)
        assert found.role is None


async def test_an_api_may_name_its_pool(world: World) -> None:
    """Then it is that pool, and not the environment's."""
    named = {**USER_POOLS, "settings": {"cognitoUserPoolId": "us-east-1_Other"}}

    assert await world.identity(OTHER_POOL.token(**cognito_access("s", "u")), named)
    assert "issuer" in await world.refusal(POOL.token(**cognito_access("s", "u")), named)


async def test_a_token_of_another_pool_is_refused(world: World) -> None:
    """However it spells its issuer, and though this server knows the pool."""
    claims = cognito_access("s1", "ann")

    assert "issuer" in await world.refusal(OTHER_POOL.token(**claims), USER_POOLS)
    assert "publish" in await world.refusal(OTHER_POOL.token(**claims | {"iss": POOL.url}), USER_POOLS)
    assert "signature" in await world.refusal(
        OTHER_POOL.token({"kid": POOL.key.kid}, **claims | {"iss": POOL.url}), USER_POOLS
    )


@pytest.mark.parametrize(
    "issuer",
    [
        "us-east-1_Pool",
        "/us-east-1_Pool",
        f"{AWS}/us-east-1_Pool/",
        f"{AWS}//us-east-1_Pool",
        "http://preamp.example/us-east-1_Pool",
        "https://evil.example/us-east-1_Pool",
        "https://cognito-idp.eu-west-1.amazonaws.com/us-east-1_Pool",
        f"{AWS}/us-east-1_pool",
        f"{AWS}/",
        "",
        None,
        7,
        [POOL.url],
    ],
)
async def test_an_issuer_is_spelled_right_or_refused(world: World, issuer: Any) -> None:
    assert "issue" in await world.refusal(POOL.token(**cognito_access("s", "u") | {"iss": issuer}), USER_POOLS)


async def test_without_a_pool_beside_the_api_no_token_is_taken(world: World) -> None:
    world.beside = Pools()

    assert "issuer" in await world.refusal(POOL.token(**cognito_access("s", "u")), USER_POOLS)
    assert "issuer" in await world.refusal(POOL.token(**cognito_access("s", "u") | {"iss": f"{AWS}/"}), USER_POOLS)


async def test_a_remembered_token_ends_with_its_pools_place_beside_the_api(world: World) -> None:
    """The environment's auth may be removed, or another pool be imported; a pool that is named stays."""
    token = POOL.token(**cognito_access("s", "u"))
    beside, named = Api(USER_POOLS), Api({**USER_POOLS, "settings": {"cognitoUserPoolId": "us-east-1_Pool"}})
    assert await world.tokens.verify(beside, token) == await world.tokens.verify(named, token)

    world.beside = Pools(user_pool_id="us-east-1_Other")

    with pytest.raises(NotVerified, match="issuer"):
        await world.tokens.verify(beside, token)
    assert await world.tokens.verify(named, token)


async def test_a_pool_of_elsewhere_has_no_keys_here(world: World) -> None:
    del world.pools.published["us-east-1_Pool"]

    assert "cannot be read" in await world.refusal(POOL.token(**cognito_access("s", "u")), USER_POOLS)


@pytest.mark.parametrize("use", ["refresh", "", None, ["access"], "ID"])
async def test_a_pools_token_is_an_access_or_id_token(world: World, use: Any) -> None:
    refused = await world.refusal(POOL.token(**cognito_access("s", "u") | {"token_use": use}), USER_POOLS)

    assert "token_use" in refused


async def test_a_revoked_sign_in_is_refused_at_once(world: World) -> None:
    """Also where the token was seen before, and remembered."""
    token = POOL.token(**cognito_access("s1", "ann", origin_jti="f1"))
    api = Api(USER_POOLS)
    assert await world.tokens.verify(api, token)

    world.pools.revoked.add("f1")

    with pytest.raises(NotVerified, match="revoked"):
        await world.tokens.verify(api, token)


async def test_rotated_pool_keys_are_found_and_removed_ones_forgotten(world: World) -> None:
    """New keys serve within a second; tokens of a key that is gone end within ten, though remembered."""
    rotated = Issuer(POOL.url, "rotated", now=NOW)
    api = Api(USER_POOLS)
    old, new = POOL.token(**cognito_access("s", "u")), rotated.token(**cognito_access("s", "u"))
    assert await world.tokens.verify(api, old)
    world.pools.published["us-east-1_Pool"] = rotated.jwks

    world.clock.advance(1000)
    assert await world.tokens.verify(api, new)
    world.clock.advance(10_000)
    with pytest.raises(NotVerified, match="publish"):
        await world.tokens.verify(api, old)


async def test_a_pool_signs_with_rs256(world: World) -> None:
    """A pool's keys are RSA: a token that asks for another algorithm was not made by it."""
    elliptic = Issuer(POOL.url, "elliptic", "ES256", NOW)
    world.pools.published["us-east-1_Pool"] = elliptic.jwks

    assert "algorithm" in await world.refusal(elliptic.token(**cognito_access("s", "u")), USER_POOLS)


# OpenID Connect ---------------------------------------------------------------------------------------------------


async def test_a_providers_token_is_taken(world: World) -> None:
    found = await world.identity(OIDC.token(**CLIENT, email="a@x"), oidc())

    assert found.mode == "OPENID_CONNECT"
    assert found.claims["email"] == "a@x"
    assert world.web.reads == [f"{OIDC.url}/.well-known/openid-configuration", f"{OIDC.url}/keys"]


async def test_a_slash_at_the_end_of_the_issuer_makes_no_difference(world: World) -> None:
    types = {"mode": "OPENID_CONNECT", "settings": {"openIDIssueURL": OIDC.url + "/"}}

    for issuer in (OIDC.url, OIDC.url + "/"):
        assert await world.identity(OIDC.token(**CLIENT, iss=issuer), types)


async def test_another_issuers_token_is_refused(world: World) -> None:
    """And its keys are never asked for."""
    for iss in (OTHER_OIDC.url, OIDC.url + ".evil.example", OIDC.url + "//", "https://ACCOUNTS.example"):
        assert "issuer" in await world.refusal(OTHER_OIDC.token(**CLIENT, iss=iss), oidc())
    assert world.web.reads == []
    assert "publish" in await world.refusal(OTHER_OIDC.token(**CLIENT, iss=OIDC.url), oidc())
    forged = OTHER_OIDC.token({"kid": OIDC.key.kid}, **CLIENT, iss=OIDC.url)
    assert "signature" in await world.refusal(forged, oidc())


@pytest.mark.parametrize(
    ("pattern", "claims", "taken"),
    [
        (None, {"aud": "any"}, True),
        ("", {}, True),
        ("app-1", {"aud": "app-1"}, True),
        ("app-1|app-2", {"aud": "app-2"}, True),
        ("app-1|app-2", {"aud": ["x", "app-2"]}, True),
        ("app-1", {"aud": "api", "azp": "app-1"}, True),
        ("app-.*", {"aud": "app-77"}, True),
        ("app-1", {"aud": "app-12"}, False),
        ("app-1", {"aud": "xapp-1"}, False),
        ("app-1|app-2", {"aud": "app-3"}, False),
        ("app-1", {}, False),
        ("app-1", {"aud": []}, False),
        ("app-1", {"aud": {"app-1": 1}}, False),
        ("app-1", {"client_id": "app-1"}, False),
        (".*", {"aud": "x" * 300}, False),
        ("app-(", {"aud": "app-("}, False),
    ],
)
async def test_the_client_must_match_the_pattern(
    world: World, pattern: str | None, claims: dict[str, Any], taken: bool
) -> None:
    """Either `aud` or `azp`, as a whole; a pattern that cannot be read lets nobody in."""
    token, types = OIDC.token(sub="o", **claims), oidc(openIDClientId=pattern)

    if taken:
        assert await world.identity(token, types)
    else:
        assert "client" in await world.refusal(token, types)


@pytest.mark.parametrize(
    ("settings", "claims", "message"),
    [
        ({"openIDIatTTL": "60000"}, {"iat": NOW - 59}, None),
        ({"openIDIatTTL": "60000"}, {"iat": NOW - 60}, "expired"),
        ({"openIDIatTTL": "0"}, {"iat": NOW - 60}, None),
        ({}, {"iat": None}, "iat"),
        ({"openIDAuthTTL": "60000"}, {"auth_time": NOW - 59}, None),
        ({"openIDAuthTTL": "60000"}, {"auth_time": NOW - 60}, "expired"),
        ({"openIDAuthTTL": "60000"}, {}, "auth_time"),
        ({"openIDAuthTTL": "60000"}, {"auth_time": "now"}, "auth_time"),
        ({"openIDAuthTTL": "0"}, {}, None),
    ],
)
async def test_times_to_live_count_from_issue_and_from_sign_in(
    world: World, settings: dict[str, str], claims: dict[str, Any], message: str | None
) -> None:
    """In milliseconds."""
    token, types = OIDC.token(**{**CLIENT, **claims}), oidc(**settings)

    if message is None:
        assert await world.identity(token, types)
    else:
        assert message in await world.refusal(token, types)


async def test_a_remembered_token_ends_by_its_time_to_live(world: World) -> None:
    api, token = Api(oidc(openIDIatTTL="60000")), OIDC.token(**CLIENT)
    assert await world.tokens.verify(api, token) is await world.tokens.verify(api, token)

    world.clock.advance(60_000)

    with pytest.raises(NotVerified, match="expired"):
        await world.tokens.verify(api, token)


async def test_a_provider_is_asked_once_for_all_apis(world: World) -> None:
    for number in range(5):
        api = Api(oidc(), api_id=f"api{number}")
        assert await world.tokens.verify(api, OIDC.token(**CLIENT))
        with pytest.raises(NotVerified):
            await world.tokens.verify(api, OIDC.token({"kid": f"k{number}"}, **CLIENT))

    assert len(world.web.reads) == 2


async def test_a_providers_new_key_is_found(world: World) -> None:
    """Half a minute after the keys were last read, at the latest."""
    assert await world.identity(OIDC.token(**CLIENT), oidc())
    rotated = Issuer(OIDC.url, "rotated provider", "ES384", NOW)
    world.web.jwks[OIDC.url] = {"keys": [*OIDC.jwks["keys"], *rotated.jwks["keys"]]}

    assert "publish" in await world.refusal(rotated.token(**CLIENT), oidc())
    world.clock.advance(30_000)
    assert await world.identity(rotated.token(**CLIENT), oidc())


async def test_a_provider_out_of_reach_lets_nobody_in(world: World) -> None:
    del world.web.jwks[OIDC.url]

    assert "cannot be read" in await world.refusal(OIDC.token(**CLIENT), oidc())


# Both -------------------------------------------------------------------------------------------------------------


async def test_the_issuer_chooses_the_mode(world: World) -> None:
    both = (USER_POOLS, oidc())

    assert (await world.identity(POOL.token(**cognito_access("s", "u")), *both)).mode == "AMAZON_COGNITO_USER_POOLS"
    assert (await world.identity(OIDC.token(**CLIENT), *both)).mode == "OPENID_CONNECT"


async def test_an_api_without_such_a_mode_takes_no_token(world: World) -> None:
    for types in ((), ({"mode": "API_KEY"},), ({"mode": "AWS_IAM"}, {"mode": None}), (oidc(),)):
        assert "issuer" in await world.refusal(POOL.token(**cognito_access("s", "u")), *types)
    for types in ((), ({"mode": "API_KEY"},), (USER_POOLS,), ({"mode": "OPENID_CONNECT"},)):
        assert "issuer" in await world.refusal(OIDC.token(**CLIENT), *types)


async def test_a_remembered_token_is_remembered_for_its_api_alone(world: World) -> None:
    token = POOL.token(**cognito_access("s", "u"))
    assert await world.identity(token, USER_POOLS)

    assert "issuer" in await world.refusal(token, oidc())


@pytest.mark.parametrize("issuer", [POOL, OIDC], ids=["pool", "provider"])
async def test_forgeries_are_refused(world: World, issuer: Issuer) -> None:
    """No algorithm, HMAC with the public key, keys brought along, odd kids, wrong times, too long."""
    claims = cognito_access("s", "u") | {"aud": "app-1"}
    other = OTHER_POOL if issuer is POOL else OTHER_OIDC
    mine = {**claims, "iss": issuer.url}
    forged = {
        "none": issuer.unsigned(**claims),
        "none with a signature": issuer.unsigned(**claims) + "AAAA",
        "NONE": issuer.unsigned("NONE", **claims) + "AAAA",
        "key confusion": issuer.confused(**claims),
        "no kid": issuer.token({"kid": None}, **claims),
        "unknown kid": issuer.token({"kid": "x"}, **claims),
        "path as kid": issuer.token({"kid": "../../dev/null"}, **claims),
        "key brought along": other.token({"jwk": other.jwks["keys"][0], "jku": "https://evil.example/keys"}, **mine),
        "kid of another's": other.token({"kid": issuer.key.kid}, **mine),
        "critical header": issuer.token({"crit": ["exp"]}, **claims),
        "logout token": issuer.token({"typ": "logout+jwt"}, **claims),
        "expired": issuer.token(**claims | {"exp": NOW}),
        "without end": issuer.token(**claims | {"exp": None}),
        "not yet": issuer.token(**claims | {"nbf": NOW + 3600}),
        "from the future": issuer.token(**claims | {"iat": NOW + 3600}),
        "too long": issuer.token(**claims, more="x" * 20_000),
        "cut": issuer.token(**claims)[:-10],
        "doubled": issuer.token(**claims) + "," + issuer.token(**claims),
        "spaced": " " + issuer.token(**claims),
        "empty": "",
    }

    for name, token in forged.items():
        assert await world.refusal(token, USER_POOLS, oidc()), name
    assert await world.identity(issuer.token(**claims), USER_POOLS, oidc())


async def test_what_is_remembered_is_bounded(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("preamp.graphql.tokens._REMEMBERED", 3)
    api = Api(oidc())
    for number in range(6):
        assert await world.tokens.verify(api, OIDC.token(**CLIENT, n=number))

    assert len(world.tokens._apis[api].known) == 3


def test_settings_are_those_of_create_backend_api() -> None:
    found = auth_settings(
        {
            "authTypes": [
                {"mode": "API_KEY", "settings": {"expirationTime": 7, "description": "x"}},
                {**USER_POOLS, "settings": {"cognitoUserPoolId": "us-east-1_P"}},
                oidc(openIDClientId="a|b", openIDIatTTL="1000", openIDAuthTTL="2000", openIDProviderName="p"),
                None,
            ],
            "appId": "a",
        }
    )

    assert (found.pool_ids, found.default_pool) == (("us-east-1_P",), False)
    assert found.provider is not None
    assert (found.provider.issuer, found.provider.iat_ttl_ms, found.provider.auth_ttl_ms) == (OIDC.url, 1000, 2000)
    assert auth_settings({}).provider is None


def test_clients_are_texts_of_bounded_length() -> None:
    assert clients_of({"aud": ["a", 5, None, "x" * 257], "azp": "b"}) == ["a", "b"]
    assert clients_of({"aud": "a"}) == ["a"]
    assert clients_of({}) == []
