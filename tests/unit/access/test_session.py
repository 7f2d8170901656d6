"""Credentials of identity pools: whose they are, and that they never operate the server."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from preamp.access import Access, SessionClaims, UnknownKey
from preamp.db import Database, open_database
from preamp.kit.clock import SetClock
from preamp.kit.seal import Sealer

NOW = 1_700_000_000_000
GUEST = SessionClaims(
    identity_pool_id="us-east-1:pool", identity_id="us-east-1:guest", role="unauthRole", authenticated=False
)
USER = SessionClaims(
    identity_pool_id="us-east-1:pool",
    identity_id="us-east-1:ann",
    role="authRole",
    authenticated=True,
    provider="cognito-idp.us-east-1.amazonaws.com/us-east-1_P",
    user_pool_id="us-east-1_P",
    client_id="web",
    sub="s1",
    username="ann",
    groups=("A", "B"),
    family="f1",
)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await open_database(f"sqlite:///{tmp_path / 'access.sqlite3'}")
    yield opened
    await opened.close()


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOW)


@pytest.fixture
def access(database: Database, clock: SetClock) -> Access:
    return Access(database, Sealer(b"k" * 32), clock, "123456789012")


@pytest.mark.parametrize("claims", [GUEST, USER])
async def test_a_session_tells_whose_it_is(access: Access, claims: SessionClaims) -> None:
    session = access.issue_session(claims)
    found = await access.lookup_any(session.access_key_id, session.token)

    assert found is not None
    assert (found.secret, found.expired) == (session.secret, False)
    assert found.caller.user == claims.identity_id
    assert found.caller.arn == f"arn:aws:sts::123456789012:assumed-role/{claims.role}/CognitoIdentityCredentials"
    assert access.session_claims(session.access_key_id, session.token) == msgspec.structs.replace(claims, issued_ms=NOW)
    assert session.expires_ms == NOW + 3_600_000


async def test_app_users_are_no_operators(access: Access) -> None:
    """What the verifiers of operators' services ask knows no session of an identity pool."""
    session = access.issue_session(USER)

    assert await access.lookup(session.access_key_id, session.token) is None


async def test_operators_are_found_by_both(access: Access) -> None:
    key = await access.create_key("ann")
    session = await access.issue_operator_session(key.id, 900)

    for access_key_id, token in ((key.id, None), (session.access_key_id, session.token)):
        assert await access.lookup(access_key_id, token) == await access.lookup_any(access_key_id, token)
        assert access.session_claims(access_key_id, token) is None


async def test_a_mixed_up_token_never_makes_an_operator(access: Access) -> None:
    """Asked with no token, or another's, a session is nobody rather than an operator."""
    key = await access.create_key("ann")
    operator = await access.issue_operator_session(key.id, 900)
    user, guest = access.issue_session(USER), access.issue_session(GUEST)

    for one in (operator, user, guest):
        with pytest.raises(UnknownKey):
            access.session_claims(one.access_key_id, None)
        for token in {operator.token, user.token, guest.token, "", "x"} - {one.token}:
            assert await access.lookup_any(one.access_key_id, token) is None
            with pytest.raises(UnknownKey):
                access.session_claims(one.access_key_id, token)


async def test_a_session_of_a_pool_ends(access: Access, clock: SetClock) -> None:
    session = access.issue_session(USER, 900)

    clock.advance(900_000)
    found = await access.lookup_any(session.access_key_id, session.token)

    assert found is not None
    assert found.expired


async def test_a_revoked_sign_in_ends_its_sessions(database: Database, clock: SetClock) -> None:
    revoked: set[str | None] = set()

    async def is_revoked(claims: SessionClaims) -> bool:
        return claims.family in revoked

    access = Access(database, Sealer(b"k" * 32), clock, "123456789012", is_revoked)
    session = access.issue_session(USER)

    assert await access.lookup_any(session.access_key_id, session.token)
    revoked.add("f1")
    assert await access.lookup_any(session.access_key_id, session.token) is None


async def test_another_installation_does_not_know_it(database: Database, clock: SetClock) -> None:
    session = Access(database, Sealer(b"a" * 32), clock, "1").issue_session(USER)
    other = Access(database, Sealer(b"b" * 32), clock, "1")

    assert await other.lookup_any(session.access_key_id, session.token) is None


@pytest.mark.parametrize("seconds", [0, -1, 129_601])
def test_a_session_of_a_pool_has_a_bounded_life(access: Access, seconds: int) -> None:
    with pytest.raises(ValueError, match="129600"):
        access.issue_session(USER, seconds)


def test_a_token_stays_short_enough_for_a_header(access: Access) -> None:
    fifty = msgspec.structs.replace(USER, groups=tuple(f"group-{number:03}" * 4 for number in range(100)))

    assert len(access.issue_session(USER).token) < 700
    assert len(access.issue_session(fifty).token) < 8192
    with pytest.raises(ValueError, match="8192"):
        access.issue_session(msgspec.structs.replace(USER, groups=("g" * 128,) * 100))


@pytest.mark.parametrize(
    ("claims", "provider"),
    [
        (GUEST, None),
        (USER, f'"{USER.provider}","{USER.provider}:CognitoSignIn:s1"'),
        (msgspec.structs.replace(USER, sub=None, provider="accounts.google.com"), '"accounts.google.com"'),
    ],
)
def test_the_provider_is_written_as_policies_expect_it(claims: SessionClaims, provider: str | None) -> None:
    assert claims.auth_provider == provider
    assert claims.auth_type == ("authenticated" if claims.authenticated else "unauthenticated")
