"""Access keys and sessions, on both databases."""

from collections.abc import AsyncIterator

import pytest

from preamp.access import Access, UnknownKey, WrongInstallKey
from preamp.db import Database, open_database
from preamp.kit.clock import SetClock
from preamp.kit.seal import Sealer

KEY = b"k" * 32
NOW = 1_700_000_000_000


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = await open_database(database_url)
    yield database
    await database.close()


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOW)


@pytest.fixture
def access(database: Database, clock: SetClock) -> Access:
    return Access(database, Sealer(KEY), clock, "123456789012")


async def test_a_made_key_is_found_with_its_user(access: Access) -> None:
    """The caller of a key is its user, as AWS writes an IAM user's ARN."""
    new = await access.create_key("ann")

    found = await access.lookup(new.id, None)

    assert found is not None
    assert (new.id[:4], len(new.id), len(new.secret)) == ("AKIA", 20, 40)
    assert (found.secret, found.caller.user) == (new.secret, "ann")
    assert found.caller.arn == "arn:aws:iam::123456789012:user/ann"


async def test_a_key_made_in_a_transaction_that_fails_is_no_key(access: Access, database: Database) -> None:
    """Keys obey the caller's transaction."""
    made = []

    async def fail() -> None:
        async with database.transaction() as tx:
            made.append(await access.create_key("ann", tx))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()

    assert await access.lookup(made[0].id, None) is None


async def test_deactivated_and_deleted_keys_are_unknown_at_once(access: Access) -> None:
    """The node that ends a key does not remember it."""
    one, two = await access.create_key("ann"), await access.create_key("ann")
    assert await access.lookup(one.id, None)
    assert await access.lookup(two.id, None)

    await access.deactivate(one.id)
    await access.delete(two.id)

    assert await access.lookup(one.id, None) is None
    assert await access.lookup(two.id, None) is None
    assert [(key.id, key.status) for key in await access.list()] == [(one.id, "inactive")]


async def test_another_node_learns_of_an_ended_key_in_ten_seconds(
    access: Access, database: Database, clock: SetClock
) -> None:
    """What a node remembers of a key, it asks for again after 10 s."""
    new = await access.create_key("ann")
    other = Access(database, Sealer(KEY), clock, "123456789012")
    assert await other.lookup(new.id, None)

    await access.deactivate(new.id)
    clock.advance(10_000)

    assert await other.lookup(new.id, None) is None


@pytest.mark.parametrize("act", ["deactivate", "delete"])
async def test_an_unknown_key_is_named(access: Access, act: str) -> None:
    """Ending a key that is not there tells its id."""
    with pytest.raises(UnknownKey, match="AKIANOBODY"):
        await getattr(access, act)("AKIANOBODY")


async def test_secrets_are_not_readable_in_the_database(access: Access, database: Database) -> None:
    """The row holds the sealed secret, which another install key does not open."""
    new = await access.create_key("ann")
    stranger = Access(database, Sealer(b"x" * 32), SetClock(NOW), "123456789012")

    with pytest.raises(WrongInstallKey):
        await stranger.lookup(new.id, None)


async def test_a_session_acts_as_its_keys_user(access: Access) -> None:
    """Session credentials have an id and a secret of their own and the same ARN."""
    new = await access.create_key("ann")

    session = await access.issue_operator_session(new.id, 900)
    found = await access.lookup(session.access_key_id, session.token)

    assert found is not None
    assert session.access_key_id.startswith("ASIA")
    assert session.expires_ms == NOW + 900_000
    assert (found.secret, found.caller.arn, found.expired) == (
        session.secret,
        "arn:aws:iam::123456789012:user/ann",
        False,
    )
    assert found.secret != new.secret


async def test_a_session_ends(access: Access, clock: SetClock) -> None:
    """After its time the credentials are known, and expired."""
    new = await access.create_key("ann")
    session = await access.issue_operator_session(new.id, 900)

    clock.advance(900_000)
    found = await access.lookup(session.access_key_id, session.token)

    assert found is not None
    assert found.expired


async def test_a_session_ends_with_its_key(access: Access) -> None:
    """Deactivating a key stops the sessions that were made from it."""
    new = await access.create_key("ann")
    session = await access.issue_operator_session(new.id, 900)

    await access.deactivate(new.id)

    assert await access.lookup(session.access_key_id, session.token) is None


async def test_wrong_tokens_are_nobody(access: Access) -> None:
    """A changed token, a token of another session, and an id without its token are refused."""
    new = await access.create_key("ann")
    one, two = await access.issue_operator_session(new.id, 900), await access.issue_operator_session(new.id, 900)
    changed = one.token[:-4] + ("AAAA" if one.token[-4:] != "AAAA" else "BBBB")

    assert await access.lookup(one.access_key_id, two.token) is None
    assert await access.lookup(one.access_key_id, changed) is None
    assert await access.lookup(one.access_key_id, None) is None
    assert await access.lookup(new.id, one.token) is None
    assert await access.lookup(one.access_key_id, "") is None


@pytest.mark.parametrize("seconds", [0, -1, 129_601])
async def test_a_session_has_a_bounded_life(access: Access, seconds: int) -> None:
    """36 hours at most, as AWS STS gives."""
    new = await access.create_key("ann")

    with pytest.raises(ValueError, match="129600"):
        await access.issue_operator_session(new.id, seconds)


async def test_the_root_key_is_made_once(access: Access) -> None:
    """Later starts find the first one, and none is made once it was ended."""
    first = await access.root()
    again = await access.root()

    assert first is not None
    assert again == first
    await access.deactivate(first.id)
    assert await access.root() is None
