"""Passkeys: registering one, signing in by it, and everything that must not pass for one."""

import json
from typing import Any

import pytest

from preamp.auth.users import Mfa
from sign_in_kit import Cognito, claims, refusal
from soft_passkey import SoftPasskey

WRONG = ("NotAuthorizedException", "Incorrect username or password.")
USED = ("NotAuthorizedException", "Invalid session for the user, session is expired.")


async def allow(pool: Cognito, **web_authn: str) -> None:
    await pool.configure(
        Policies={"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"]}},
        mfa={"WebAuthnConfiguration": web_authn},
    )


async def registered(pool: Cognito, username: str = "alice", passkey: SoftPasskey | None = None) -> SoftPasskey:
    """A passkey of a user."""
    passkey = passkey or SoftPasskey()
    token = (await pool.by_password(username))["AuthenticationResult"]["AccessToken"]
    started = await pool.call("StartWebAuthnRegistration", AccessToken=token)
    credential = passkey.create(started["CredentialCreationOptions"])
    await pool.call("CompleteWebAuthnRegistration", AccessToken=token, Credential=credential)
    return passkey


async def asked(pool: Cognito, username: str = "alice") -> Any:
    return await pool.initiate("USER_AUTH", USERNAME=username, PREFERRED_CHALLENGE="WEB_AUTHN")


def options(challenge: dict[str, Any]) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(challenge["ChallengeParameters"]["CREDENTIAL_REQUEST_OPTIONS"])
    return document


async def answer(pool: Cognito, challenge: dict[str, Any], credential: dict[str, Any], username: str = "alice") -> Any:
    return await pool.respond("WEB_AUTHN", challenge["Session"], USERNAME=username, CREDENTIAL=json.dumps(credential))


async def test_a_passkey_signs_in(either_pool: Cognito) -> None:
    """Registered with an access token, offered in the choice, verified by its signature."""
    pool = either_pool
    await allow(pool)
    await pool.add()
    passkey = await registered(pool)

    choice = await pool.initiate("USER_AUTH", USERNAME="alice")
    challenge = await asked(pool)
    done = await answer(pool, challenge, passkey.get(options(challenge)))

    assert "WEB_AUTHN" in choice["AvailableChallenges"]
    assert challenge["ChallengeName"] == "WEB_AUTHN"
    assert options(challenge)["rpId"] == "preamp.test"
    assert claims(done["AuthenticationResult"]["AccessToken"])["username"] == "alice"


async def test_passkeys_are_listed_and_removed(either_pool: Cognito) -> None:
    pool = either_pool
    await allow(pool)
    await pool.add()
    for _ in range(3):
        await registered(pool)
    token = (await pool.by_password())["AuthenticationResult"]["AccessToken"]

    page = await pool.call("ListWebAuthnCredentials", AccessToken=token, MaxResults=2)
    rest = await pool.call("ListWebAuthnCredentials", AccessToken=token, NextToken=page["NextToken"])
    found = [*page["Credentials"], *rest["Credentials"]]
    first = found[0]["CredentialId"]
    await pool.call("DeleteWebAuthnCredential", AccessToken=token, CredentialId=first)
    left = await pool.call("ListWebAuthnCredentials", AccessToken=token)

    assert len(found) == 3
    assert found[0]["RelyingPartyId"] == "preamp.test"
    assert found[0]["AuthenticatorTransports"] == ["internal"]
    assert [one["CredentialId"] for one in left["Credentials"]] == [one["CredentialId"] for one in found[1:]]
    told = await pool.refused("DeleteWebAuthnCredential", AccessToken=token, CredentialId=first)
    assert told[0] == "ResourceNotFoundException"


async def test_a_passkey_of_another_user_is_refused(pool: Cognito) -> None:
    await allow(pool)
    await pool.add()
    await pool.add("bob")
    await registered(pool)
    of_bob = await registered(pool, "bob")
    challenge = await asked(pool)

    assert await refusal(answer(pool, challenge, of_bob.get(options(challenge)))) == WRONG


async def test_a_passkeys_answer_is_used_once(pool: Cognito) -> None:
    await allow(pool)
    await pool.add()
    passkey = await registered(pool)
    challenge = await asked(pool)
    credential = passkey.get(options(challenge))
    await answer(pool, challenge, credential)

    assert await refusal(answer(pool, challenge, credential)) == USED


async def test_an_answer_to_another_challenge_is_refused(pool: Cognito) -> None:
    await allow(pool)
    await pool.add()
    passkey = await registered(pool)
    first, second = await asked(pool), await asked(pool)

    assert await refusal(answer(pool, second, passkey.get(options(first)))) == WRONG


async def test_a_copied_authenticator_is_noticed(pool: Cognito) -> None:
    """A counter that does not go up belongs to a copy."""
    await allow(pool)
    await pool.add()
    passkey = await registered(pool)
    for _ in range(2):
        challenge = await asked(pool)
        await answer(pool, challenge, passkey.get(options(challenge)))
    passkey.count = 0
    challenge = await asked(pool)

    assert await refusal(answer(pool, challenge, passkey.get(options(challenge)))) == WRONG


@pytest.mark.parametrize(
    "origin",
    [
        "https://preamp.test.evil.example",
        "https://evil.example",
        "http://preamp.test",
        "https://notpreamp.test",
        "",
        "null",
        "https://preamp.test@evil.example",
    ],
)
async def test_a_page_of_another_origin_is_refused(pool: Cognito, origin: str) -> None:
    """Only the relying party's own pages, by https, may use its passkeys."""
    await allow(pool)
    await pool.add()
    passkey = await registered(pool)
    passkey.origin = origin
    challenge = await asked(pool)

    told = await refusal(answer(pool, challenge, passkey.get(options(challenge))))

    assert told[0] == "WebAuthnOriginNotAllowedException"


async def test_a_page_below_the_relying_party_may(pool: Cognito) -> None:
    await allow(pool)
    await pool.add()
    passkey = await registered(pool)
    passkey.origin = "https://app.preamp.test:8443"
    challenge = await asked(pool)

    assert (await answer(pool, challenge, passkey.get(options(challenge))))["AuthenticationResult"]


async def test_a_passkey_of_another_domain_is_refused(pool: Cognito) -> None:
    await allow(pool)
    await pool.add()
    passkey = await registered(pool)
    passkey.domain = "evil.example"
    challenge = await asked(pool)

    assert await refusal(answer(pool, challenge, passkey.get(options(challenge)))) == WRONG


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", "x" * 40_000, '{"id": 1}', '{"id": "a", "response": {}}'])
async def test_what_is_no_credential_is_refused(pool: Cognito, text: str) -> None:
    await allow(pool)
    await pool.add()
    await registered(pool)
    challenge = await asked(pool)

    told = await refusal(pool.respond("WEB_AUTHN", challenge["Session"], USERNAME="alice", CREDENTIAL=text))

    assert told[0] in {"NotAuthorizedException", "InvalidParameterException"}


async def test_user_verification_is_required_where_the_pool_says_so(pool: Cognito) -> None:
    await allow(pool, UserVerification="required")
    await pool.add()
    passkey = await registered(pool)
    passkey.verifies_user = False
    challenge = await asked(pool)

    assert await refusal(answer(pool, challenge, passkey.get(options(challenge)))) == WRONG


@pytest.mark.parametrize("verifies", [True, False])
async def test_a_passkey_is_two_factors_only_with_its_users_finger(pool: Cognito, verifies: bool) -> None:
    """MULTI_FACTOR_WITH_USER_VERIFICATION."""
    await pool.add(mfa=Mfa(("SMS_MFA",)), attributes={"phone_number": "+15555559934"})
    await allow(pool, FactorConfiguration="MULTI_FACTOR_WITH_USER_VERIFICATION")
    passkey = await registered(pool)
    multi = {"FactorConfiguration": "MULTI_FACTOR_WITH_USER_VERIFICATION"}
    await pool.configure(
        mfa={"MfaConfiguration": "OPTIONAL", "SmsMfaConfiguration": {}, "WebAuthnConfiguration": multi}
    )
    passkey.verifies_user = verifies
    challenge = await asked(pool)

    then = await answer(pool, challenge, passkey.get(options(challenge)))

    assert ("AuthenticationResult" in then) is verifies
    assert then.get("ChallengeName") == (None if verifies else "SMS_MFA")


async def test_a_registration_is_bound_to_its_user_and_its_time(pool: Cognito) -> None:
    """The challenge of one user's registration completes no other's, is used once, and ends."""
    await allow(pool)
    await pool.add()
    await pool.add("bob")
    alice = (await pool.by_password())["AuthenticationResult"]["AccessToken"]
    bob = (await pool.by_password("bob"))["AuthenticationResult"]["AccessToken"]
    started = (await pool.call("StartWebAuthnRegistration", AccessToken=alice))["CredentialCreationOptions"]
    credential = SoftPasskey().create(started)
    missing = "WebAuthnChallengeNotFoundException"

    assert (await pool.refused("CompleteWebAuthnRegistration", AccessToken=bob, Credential=credential))[0] == missing
    await pool.call("CompleteWebAuthnRegistration", AccessToken=alice, Credential=credential)
    again = SoftPasskey().create(started)
    assert (await pool.refused("CompleteWebAuthnRegistration", AccessToken=alice, Credential=again))[0] == missing
    late = (await pool.call("StartWebAuthnRegistration", AccessToken=alice))["CredentialCreationOptions"]
    pool.clock.advance(200_000)
    told = await pool.refused("CompleteWebAuthnRegistration", AccessToken=alice, Credential=SoftPasskey().create(late))
    assert told[0] == missing


@pytest.mark.parametrize("credential", [{}, [], None, "x", {"response": {"clientDataJSON": "e30"}}, {"response": 1}])
async def test_a_registration_without_a_credential_is_refused(pool: Cognito, credential: Any) -> None:
    await allow(pool)
    await pool.add()
    token = (await pool.by_password())["AuthenticationResult"]["AccessToken"]

    told = await pool.refused("CompleteWebAuthnRegistration", AccessToken=token, Credential=credential)

    assert told[0] in {"WebAuthnCredentialNotSupportedException", "WebAuthnChallengeNotFoundException"}


async def test_a_passkey_is_registered_once(pool: Cognito) -> None:
    """Nobody takes over a passkey id by registering it again."""
    await allow(pool)
    await pool.add()
    await pool.add("bob")
    passkey = await registered(pool)

    told = await refusal(registered(pool, "bob", passkey))

    assert told[0] == "WebAuthnCredentialNotSupportedException"


async def test_a_pool_without_passkeys_registers_none(pool: Cognito) -> None:
    await pool.add()
    token = (await pool.by_password())["AuthenticationResult"]["AccessToken"]

    assert (await pool.refused("StartWebAuthnRegistration", AccessToken=token))[0] == "WebAuthnNotEnabledException"
