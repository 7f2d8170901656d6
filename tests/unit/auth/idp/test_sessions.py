"""Tokens after a sign-in: what they say, how they are exchanged and revoked, and what forgers try."""

import asyncio
import base64
import hashlib
import hmac
from collections.abc import AsyncIterator, Callable
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from joserfc import jwk

from preamp.auth import Keys, NotAToken, Tokens
from preamp.auth.keys import OVERLAP_MS
from preamp.auth.user_store import key_table
from preamp.db import Statement
from preamp.kit import jwt
from sign_in_kit import CLIENT, NATIVE, POOL, Cognito, claims, cognito

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Cognito]:
    async with cognito(database_url) as made:
        yield made


@pytest.fixture
async def tokens(pool: Cognito) -> dict[str, Any]:
    """Alice's tokens."""
    await pool.add("alice")
    result: dict[str, Any] = (await pool.by_password())["AuthenticationResult"]
    return result


async def refreshed(pool: Cognito, token: str, client: str = CLIENT) -> dict[str, Any]:
    answer = await pool.call("GetTokensFromRefreshToken", ClientId=client, RefreshToken=token)
    result: dict[str, Any] = answer["AuthenticationResult"]
    return result


async def no_refresh(pool: Cognito, token: str, client: str = CLIENT) -> tuple[str, str]:
    return await pool.refused("GetTokensFromRefreshToken", ClientId=client, RefreshToken=token)


async def verifier(pool: Cognito) -> Tokens:
    return Tokens(pool.db, pool.idp.keys, pool.idp.public_url)


def encoded(value: Any) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(value)).rstrip(b"=").decode()


async def test_claims_are_cognitos(tokens: dict[str, Any]) -> None:
    """Issuer, audience, scope, lifetimes and the session's id are where clients and verifiers look for them."""
    access, identity = claims(tokens["AccessToken"]), claims(tokens["IdToken"])

    issuer = f"https://preamp.test/{POOL}"
    assert (access["iss"], identity["iss"]) == (issuer, issuer)
    assert access["scope"] == "aws.cognito.signin.user.admin"
    assert (access["exp"] - access["iat"], identity["exp"] - identity["iat"]) == (3600, 3600)
    assert access["origin_jti"] == identity["origin_jti"]
    assert access["jti"] != identity["jti"]
    assert (identity["email_verified"], identity["cognito:username"]) == (True, "alice")
    assert "aud" not in access
    assert "client_id" not in identity


async def test_both_tokens_verify_against_the_published_keys(pool: Cognito, tokens: dict[str, Any]) -> None:
    """Each token is signed with a key of its own, both in the pool's key set."""
    document = await (await verifier(pool)).jwks(POOL)
    assert document is not None
    keys = jwt.KeySet.read(document)

    kids = set()
    for name in ("AccessToken", "IdToken"):
        assert jwt.verify(tokens[name], keys, jwt.RS256, pool.clock.ms / 1000)
        kids.add(msgspec.json.decode(base64.urlsafe_b64decode(tokens[name].split(".")[0] + "=="))["kid"])
    assert kids == set(keys.kids)
    assert all("d" not in key for key in msgspec.json.decode(document)["keys"])


async def test_a_refresh_keeps_session_and_time_of_sign_in(pool: Cognito, tokens: dict[str, Any]) -> None:
    """origin_jti and auth_time stay over refreshes; no refresh token comes where the client does not rotate."""
    pool.clock.advance(HOUR_MS)

    result = await refreshed(pool, tokens["RefreshToken"])

    before, after = claims(tokens["AccessToken"]), claims(result["AccessToken"])
    assert (after["origin_jti"], after["auth_time"]) == (before["origin_jti"], before["auth_time"])
    assert after["iat"] == before["iat"] + 3600
    assert "RefreshToken" not in result


async def test_a_refresh_token_ends(pool: Cognito, tokens: dict[str, Any]) -> None:
    pool.clock.advance(30 * DAY_MS)

    assert await no_refresh(pool, tokens["RefreshToken"]) == ("NotAuthorizedException", "Refresh Token has expired")


async def test_a_refresh_token_is_of_one_client(pool: Cognito, tokens: dict[str, Any]) -> None:
    """Another client of the same pool cannot use it, nor end its session."""
    assert await no_refresh(pool, tokens["RefreshToken"], NATIVE) == (
        "NotAuthorizedException",
        "Invalid Refresh Token",
    )
    await pool.call("RevokeToken", ClientId=NATIVE, Token=tokens["RefreshToken"])
    assert await refreshed(pool, tokens["RefreshToken"])


@pytest.mark.parametrize(
    "changed",
    [
        lambda token: token[:-2] + ("AA" if token[-2:] != "AA" else "BB"),
        lambda token: "x" + token[1:],
        lambda token: token[: len(token) // 2],
        lambda _token: "a",
        lambda _token: "A" * 2048,
    ],
)
async def test_a_changed_refresh_token_is_refused(
    pool: Cognito, tokens: dict[str, Any], changed: Callable[[str], str]
) -> None:
    refused = await no_refresh(pool, changed(tokens["RefreshToken"]))

    assert refused == ("NotAuthorizedException", "Invalid Refresh Token")


async def test_the_database_cannot_make_a_refresh_token(pool: Cognito, tokens: dict[str, Any]) -> None:
    """What the family's row holds is the hash of a secret that the token alone carries."""
    family = claims(tokens["AccessToken"])["origin_jti"]
    forged = pool.idp.sealer.purpose("auth-refresh").token((family, 0, "0" * 64), CLIENT)

    assert await no_refresh(pool, forged) == ("NotAuthorizedException", "Invalid Refresh Token")


async def test_revoking_ends_the_session_and_no_other(pool: Cognito, tokens: dict[str, Any]) -> None:
    """After RevokeToken its access and refresh tokens are refused at once; another sign-in lives on."""
    other = (await pool.by_password())["AuthenticationResult"]

    await pool.call("RevokeToken", ClientId=CLIENT, Token=tokens["RefreshToken"])

    assert await pool.refused("GetUser", AccessToken=tokens["AccessToken"]) == (
        "NotAuthorizedException",
        "Access Token has been revoked",
    )
    assert (await no_refresh(pool, tokens["RefreshToken"]))[1] == "Refresh Token has been revoked"
    assert await pool.call("GetUser", AccessToken=other["AccessToken"])


async def test_revoking_what_is_no_refresh_token(pool: Cognito, tokens: dict[str, Any]) -> None:
    """An access token cannot be revoked; an unknown token is answered like a known one (RFC 7009)."""
    refused = await pool.refused("RevokeToken", ClientId=CLIENT, Token=tokens["AccessToken"])

    assert refused[0] == "UnsupportedTokenTypeException"
    assert await pool.call("RevokeToken", ClientId=CLIENT, Token="unknown") == {}


async def ended(pool: Cognito, tokens: dict[str, Any]) -> None:
    """All of a session's tokens are refused, here and for the other rooms."""
    verify = (await verifier(pool)).verify
    assert (await pool.refused("GetUser", AccessToken=tokens["AccessToken"]))[0] == "NotAuthorizedException"
    assert (await no_refresh(pool, tokens["RefreshToken"]))[0] == "NotAuthorizedException"
    for name in ("AccessToken", "IdToken"):
        with pytest.raises(NotAToken):
            await verify(tokens[name])


ENDS: dict[str, dict[str, Any]] = {
    "AdminUserGlobalSignOut": {},
    "AdminDisableUser": {},
    "AdminDeleteUser": {},
    "AdminResetUserPassword": {},
    "AdminSetUserPassword": {"Password": "An0ther!pw", "Permanent": True},
}


@pytest.mark.parametrize("operation", ENDS)
async def test_what_an_administrator_does_ends_sessions_at_once(
    pool: Cognito, tokens: dict[str, Any], operation: str
) -> None:
    """A refresh token does not survive its user's being locked out (as it did in Zitadel, CVE-2023-22492)."""
    assert await (await verifier(pool)).verify(tokens["AccessToken"])

    await pool.call(operation, UserPoolId=POOL, Username="alice", **ENDS[operation])

    await ended(pool, tokens)


async def test_a_reset_password_ends_sessions(pool: Cognito, tokens: dict[str, Any]) -> None:
    await pool.call("ForgotPassword", ClientId=CLIENT, Username="alice")
    code = pool.last_code

    await pool.call(
        "ConfirmForgotPassword", ClientId=CLIENT, Username="alice", ConfirmationCode=code, Password="N3w!pass"
    )

    await ended(pool, tokens)


async def test_global_sign_out_ends_every_session_of_the_user_alone(pool: Cognito, tokens: dict[str, Any]) -> None:
    await pool.add("carol")
    second = (await pool.by_password())["AuthenticationResult"]
    carols = (await pool.by_password("carol"))["AuthenticationResult"]

    await pool.call("GlobalSignOut", AccessToken=second["AccessToken"])

    await ended(pool, tokens)
    await ended(pool, second)
    assert await pool.call("GetUser", AccessToken=carols["AccessToken"])


async def rotating(pool: Cognito, grace: int) -> dict[str, Any]:
    await pool.configure_client(RefreshTokenRotation={"Feature": "ENABLED", "RetryGracePeriodSeconds": grace})
    result: dict[str, Any] = (await pool.by_password())["AuthenticationResult"]
    return result


async def test_rotation_gives_a_new_token_each_time(pool: Cognito) -> None:
    await pool.add("alice")
    first = await rotating(pool, 0)

    second = await refreshed(pool, first["RefreshToken"])
    third = await refreshed(pool, second["RefreshToken"])

    assert len({one["RefreshToken"] for one in (first, second, third)}) == 3


async def test_a_token_that_was_exchanged_revokes_its_family(pool: Cognito) -> None:
    """Whoever replays a stolen token ends the session, the thief's and the owner's (RFC 9700)."""
    await pool.add("alice")
    first = await rotating(pool, 0)
    second = await refreshed(pool, first["RefreshToken"])

    assert (await no_refresh(pool, first["RefreshToken"]))[0] == "RefreshTokenReuseException"

    assert (await no_refresh(pool, second["RefreshToken"]))[1] == "Refresh Token has been revoked"
    assert (await pool.refused("GetUser", AccessToken=second["AccessToken"]))[1] == "Access Token has been revoked"


async def test_a_token_serves_for_its_grace_time(pool: Cognito) -> None:
    """A client that lost an answer may ask again within the grace time, with the last token and not an older one."""
    await pool.add("alice")
    first = await rotating(pool, 30)
    await refreshed(pool, first["RefreshToken"])

    pool.clock.advance(30_000)
    again = await refreshed(pool, first["RefreshToken"])
    assert await refreshed(pool, again["RefreshToken"])
    assert (await no_refresh(pool, first["RefreshToken"]))[0] == "RefreshTokenReuseException"


async def test_parallel_exchanges_of_one_token(pool: Cognito) -> None:
    """Of two that come at once one is given tokens; the other is a reuse, and the family ends."""
    await pool.add("alice")
    first = await rotating(pool, 0)

    answers = await asyncio.gather(*(refreshed(pool, first["RefreshToken"]) for _ in range(4)), return_exceptions=True)

    assert sum(isinstance(one, dict) for one in answers) == 1


FORGERIES: dict[str, Callable[[str], str]] = {
    "alg none": lambda token: f"{encoded({'alg': 'none'})}.{token.split('.')[1]}.",
    "alg none with a signature": lambda token: ".".join([encoded({"alg": "none"}), *token.split(".")[1:]]),
    "no signature": lambda token: token.rpartition(".")[0] + ".",
    "another's signature": lambda token: token[:-8] + "AAAAAAAA",
    "unknown kid": lambda token: ".".join([encoded({"alg": "RS256", "kid": "x"}), *token.split(".")[1:]]),
    "kid is a path": lambda token: ".".join([encoded({"alg": "RS256", "kid": "../../x"}), *token.split(".")[1:]]),
    "kid is no text": lambda token: ".".join([encoded({"alg": "RS256", "kid": [1]}), *token.split(".")[1:]]),
    "four parts": lambda token: token + ".x",
    "empty parts": lambda _token: "..",
    "huge": lambda token: token + "A" * 100_000,
}


@pytest.mark.parametrize("forgery", FORGERIES)
async def test_forged_access_tokens_are_refused(pool: Cognito, tokens: dict[str, Any], forgery: str) -> None:
    forged = FORGERIES[forgery](tokens["AccessToken"])

    with pytest.raises(NotAToken):
        await (await verifier(pool)).verify(forged)
    refused = await pool.refused("GetUser", AccessToken=forged)
    assert refused[0] in {"NotAuthorizedException", "InvalidParameterException"}


async def test_the_public_key_is_no_secret_to_sign_with(pool: Cognito, tokens: dict[str, Any]) -> None:
    """Key confusion: HS256 with the published key as its secret, in several spellings, is refused."""
    document = await (await verifier(pool)).jwks(POOL)
    assert document is not None
    for key in msgspec.json.decode(document)["keys"]:
        public = jwk.import_key(key)
        for secret in (public.as_pem(private=False), msgspec.json.encode(key), public.as_der(private=False)):
            head = f"{encoded({'alg': 'HS256', 'kid': key['kid']})}.{tokens['AccessToken'].split('.')[1]}"
            mac = base64.urlsafe_b64encode(hmac.digest(secret, head.encode(), hashlib.sha256)).rstrip(b"=").decode()
            with pytest.raises(NotAToken):
                await (await verifier(pool)).verify(f"{head}.{mac}")


async def test_a_key_within_the_token_is_not_looked_at(pool: Cognito, tokens: dict[str, Any]) -> None:
    """`jwk`, `jku` and `x5u` in a header are an attacker's wish."""
    own = jwk.RSAKey.generate_key(2048, parameters={"kid": "mine"})
    for extra in (
        {"jwk": own.as_dict(private=False)},
        {"jku": "http://127.0.0.1:1/jwks"},
        {"x5u": "http://127.0.0.1:1/"},
    ):
        forged = ".".join([encoded({"alg": "RS256", "kid": "mine", **extra}), *tokens["AccessToken"].split(".")[1:]])
        with pytest.raises(NotAToken):
            await (await verifier(pool)).verify(forged)


async def test_an_id_token_is_no_access_token(pool: Cognito, tokens: dict[str, Any]) -> None:
    refused = await pool.refused("GetUser", AccessToken=tokens["IdToken"])

    assert refused == ("NotAuthorizedException", "Invalid Access Token")


async def test_a_token_of_another_server_or_pool_is_refused(pool: Cognito, tokens: dict[str, Any]) -> None:
    """The pool is the one whose keys verify, not the one that a token names."""
    made = await pool.call("CreateUserPool", PoolName="other")
    keys = await pool.idp.keys.of(POOL)
    assert keys is not None
    told = claims(tokens["AccessToken"])
    for issuer in (f"https://preamp.test/{made['UserPool']['Id']}", f"https://evil.test/{POOL}", POOL, ""):
        forged = keys.sign("access", {**told, "iss": issuer})
        with pytest.raises(NotAToken):
            await (await verifier(pool)).verify(forged)
        assert (await pool.refused("GetUser", AccessToken=forged))[1] == "Invalid Access Token"


async def test_a_token_names_its_own_session_user_and_client(pool: Cognito, tokens: dict[str, Any]) -> None:
    """Even a well-signed token is refused where its session is another user's or client's."""
    keys = await pool.idp.keys.of(POOL)
    assert keys is not None
    told = claims(tokens["AccessToken"])
    for change in ({"sub": "someone"}, {"client_id": NATIVE}, {"origin_jti": "none"}):
        with pytest.raises(NotAToken):
            await (await verifier(pool)).verify(keys.sign("access", {**told, **change}))


async def test_an_access_token_ends(pool: Cognito, tokens: dict[str, Any]) -> None:
    """It ends to the second, also where it was found good before."""
    assert await pool.call("GetUser", AccessToken=tokens["AccessToken"])
    pool.clock.advance(HOUR_MS)

    assert (await pool.refused("GetUser", AccessToken=tokens["AccessToken"]))[1] == "Access Token has expired"
    with pytest.raises(NotAToken):
        await (await verifier(pool)).verify(tokens["AccessToken"])


async def test_the_scope_of_users_own_operations_is_needed(pool: Cognito, tokens: dict[str, Any]) -> None:
    keys = await pool.idp.keys.of(POOL)
    assert keys is not None
    narrow = keys.sign("access", {**claims(tokens["AccessToken"]), "scope": "openid email"})

    refused = await pool.refused("GetUser", AccessToken=narrow)

    assert refused == ("NotAuthorizedException", "Access Token does not have required scopes")


async def test_keys_rotate_with_an_overlap(pool: Cognito, tokens: dict[str, Any]) -> None:
    """New keys are published at once and sign later; old tokens verify until they end, then the old keys go."""
    before = set((await _keys(pool)).kids)

    new = set(await pool.idp.keys.rotate(POOL))
    published = set((await _keys(pool)).kids)
    soon = (await pool.by_password())["AuthenticationResult"]
    pool.clock.advance(OVERLAP_MS)
    later = (await pool.by_password())["AuthenticationResult"]

    assert published == before | new
    assert _kid(soon["AccessToken"]) in before
    assert _kid(later["AccessToken"]) in new
    assert await (await verifier(pool)).verify(tokens["AccessToken"])
    pool.clock.advance(2 * DAY_MS)
    assert set((await _keys(pool)).kids) == new


async def test_two_nodes_make_one_pair_of_first_keys(pool: Cognito) -> None:
    """Nodes that first need a pool's keys at the same time end with the same ones."""
    nodes = [Keys(pool.db, pool.idp.sealer, pool.clock) for _ in range(2)]

    found = await asyncio.gather(*(node.of(POOL) for node in nodes))

    assert found[0] is not None
    assert found[1] is not None
    assert found[0].jwks == found[1].jwks
    assert await pool.count("auth_signing_key") == 2


async def test_private_keys_are_sealed(pool: Cognito, tokens: dict[str, Any]) -> None:
    assert tokens
    for row in await pool.db.rows(Statement(sa.select(key_table.c.private))):
        assert b"\x02\x82\x01\x01" not in bytes(row[0])


async def test_groups_stand_in_tokens_by_precedence(pool: Cognito, tokens: dict[str, Any]) -> None:
    """All groups by precedence, their roles, and the role of the one that stands alone in front."""
    assert tokens
    role = "arn:aws:iam::123456789012:role/"
    for name, precedence in (("late", 9), ("first", 1), ("none", None)):
        more = {} if precedence is None else {"Precedence": precedence, "RoleArn": f"{role}{name}"}
        await pool.call("CreateGroup", UserPoolId=POOL, GroupName=name, **more)
        await pool.call("AdminAddUserToGroup", UserPoolId=POOL, GroupName=name, Username="alice")

    result = (await pool.by_password())["AuthenticationResult"]

    identity = claims(result["IdToken"])
    assert identity["cognito:groups"] == ["first", "late", "none"]
    assert identity["cognito:roles"] == [f"{role}first", f"{role}late"]
    assert identity["cognito:preferred_role"] == f"{role}first"
    assert claims(result["AccessToken"])["cognito:groups"] == ["first", "late", "none"]
    assert "cognito:roles" not in claims(result["AccessToken"])


async def test_no_role_is_preferred_where_two_stand_in_front(pool: Cognito, tokens: dict[str, Any]) -> None:
    assert tokens
    for name in ("a", "b"):
        arn = f"arn:aws:iam::123456789012:role/{name}"
        await pool.call("CreateGroup", UserPoolId=POOL, GroupName=name, Precedence=0, RoleArn=arn)
        await pool.call("AdminAddUserToGroup", UserPoolId=POOL, GroupName=name, Username="alice")

    assert "cognito:preferred_role" not in claims((await pool.by_password())["AuthenticationResult"]["IdToken"])


async def test_a_trigger_changes_claims_but_not_whom_a_token_speaks_for(pool: Cognito, tokens: dict[str, Any]) -> None:
    """PreTokenGeneration adds, replaces and suppresses claims and groups; sub, issuer and the like stay."""
    assert tokens
    details = {
        "claimsToAddOrOverride": {"plan": "gold", "sub": "root", "iss": "evil", "cognito:username": "root"},
        "claimsToSuppress": ["email", "exp"],
        "groupOverrideDetails": {"groupsToOverride": ["made-up"]},
    }
    await pool.triggers(PreTokenGeneration=lambda _event: {"claimsOverrideDetails": details})

    result = (await pool.by_password())["AuthenticationResult"]

    identity = claims(result["IdToken"])
    assert (identity["plan"], identity["cognito:groups"]) == ("gold", ["made-up"])
    assert identity["sub"] == claims(tokens["IdToken"])["sub"]
    assert identity["iss"] == claims(tokens["IdToken"])["iss"]
    assert identity["cognito:username"] == "alice"
    assert "email" not in identity
    assert "exp" in identity
    assert "plan" not in claims(result["AccessToken"])


async def _keys(pool: Cognito) -> jwt.KeySet:
    document = await (await verifier(pool)).jwks(POOL)
    assert document is not None
    return jwt.KeySet.read(document)


def _kid(token: str) -> str:
    return str(msgspec.json.decode(base64.urlsafe_b64decode(token.split(".", maxsplit=1)[0] + "=="))["kid"])
