"""Signing in by password, over SRP and in clear."""

from collections.abc import AsyncIterator

import pytest

from sign_in_kit import CLIENT, Cognito, claims, cognito


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Cognito]:
    async with cognito(database_url) as made:
        yield made


async def test_srp_gives_tokens(pool: Cognito) -> None:
    """The proof of pycognito's client is accepted, and the tokens speak for the user and the client."""
    user = await pool.add()

    result = (await pool.by_srp())["AuthenticationResult"]

    access, identity = claims(result["AccessToken"]), claims(result["IdToken"])
    assert (access["username"], access["client_id"], access["token_use"]) == ("alice", CLIENT, "access")
    assert (identity["sub"], identity["aud"], identity["email"]) == (user.id, CLIENT, "alice@example.com")
    assert result["RefreshToken"]
    assert "NewDeviceMetadata" not in result


async def test_a_password_in_clear_gives_tokens(pool: Cognito) -> None:
    await pool.add()

    answer = await pool.by_password()

    assert answer["AuthenticationResult"]["TokenType"] == "Bearer"
    assert answer["ChallengeParameters"] == {}
