"""An issuer's keys: read once, read again when they may have changed, kept through its failures."""

import asyncio
import json
from typing import Any

import pytest

from issuer import Issuer
from preamp.graphql.keyring import Keyring, NoKeysError, Pace, provider_keys
from preamp.kit.clock import SetClock
from preamp.kit.fetch import Fetcher, FetchError

ONE, TWO = Issuer("https://i.example", "one").jwks, Issuer("https://i.example", "two").jwks
PACE = Pace(fresh_ms=1000, stale_ms=5000, retry_ms=100)


class Source:
    """What publishes keys; `answers` None = out of order."""

    def __init__(self, answers: Any = ONE) -> None:
        self.answers, self.asked = answers, 0

    async def read(self) -> Any:
        """Answer a moment later."""
        self.asked += 1
        await asyncio.sleep(0)
        if self.answers is None:
            raise NoKeysError("out of order")
        return self.answers


@pytest.fixture
def clock() -> SetClock:
    return SetClock(1_000_000)


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def ring(source: Source, clock: SetClock) -> Keyring:
    return Keyring(source.read, clock, PACE)


async def test_keys_are_read_once_for_all(ring: Keyring, source: Source) -> None:
    found = await asyncio.gather(*(ring.keys() for _ in range(50)))

    assert source.asked == 1
    assert all(keys is found[0] for keys in found)


async def test_old_keys_are_read_again(ring: Keyring, source: Source, clock: SetClock) -> None:
    before = await ring.keys()
    clock.advance(1000)

    assert await ring.keys() is before
    assert source.asked == 2
    source.answers = TWO
    clock.advance(1000)
    assert (await ring.keys()).kids == ("two",)


async def test_unknown_keys_make_for_a_reading_once_in_a_while(ring: Keyring, source: Source, clock: SetClock) -> None:
    """A flood of tokens with invented keys is not passed on to the issuer."""
    await ring.keys()
    source.answers = TWO

    assert (await ring.renewed()).kids == ("one",)
    clock.advance(100)
    assert (await asyncio.gather(*(ring.renewed() for _ in range(20))))[0].kids == ("two",)
    assert source.asked == 2


async def test_known_keys_outlive_a_failure_for_a_while(ring: Keyring, source: Source, clock: SetClock) -> None:
    await ring.keys()
    source.answers = None

    clock.advance(4999)
    assert (await ring.keys()).kids == ("one",)
    clock.advance(100)
    with pytest.raises(NoKeysError, match="out of order"):
        await ring.keys()


async def test_a_failure_is_remembered_for_a_moment(ring: Keyring, source: Source, clock: SetClock) -> None:
    source.answers = None
    for _ in range(10):
        with pytest.raises(NoKeysError):
            await ring.keys()

    assert source.asked == 1
    source.answers = ONE
    clock.advance(100)
    assert (await ring.keys()).kids == ("one",)


async def test_what_is_no_key_set_is_a_failure(ring: Keyring, source: Source) -> None:
    source.answers = b"<html>"
    with pytest.raises(NoKeysError, match="keys"):
        await ring.keys()


# Discovery --------------------------------------------------------------------------------------------------------


class Web(Fetcher):
    """Documents by URL."""

    def __init__(self, documents: dict[str, Any]) -> None:
        super().__init__()
        self.documents = documents

    async def read(self, url: str) -> bytes:
        """Answer a document."""
        if url not in self.documents:
            raise FetchError(f"{url} answers 404")
        found = self.documents[url]
        return found if isinstance(found, bytes) else json.dumps(found).encode()


@pytest.mark.parametrize("configured", ["https://i.example/realm", "https://i.example/realm/"])
@pytest.mark.parametrize("told", ["https://i.example/realm", "https://i.example/realm/"])
async def test_keys_are_found_by_discovery(configured: str, told: str) -> None:
    web = Web(
        {
            "https://i.example/realm/.well-known/openid-configuration": {"issuer": told, "jwks_uri": "https://k.example/"},
            "https://k.example/": ONE,
        }
    )  # fmt: skip

    assert json.loads(await provider_keys(web, configured)) == ONE


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (b"<html>", "no OpenID"),
        (b"\xff", "no OpenID"),
        ({}, "no OpenID"),
        ({"issuer": "https://i.example", "jwks_uri": 5}, "no OpenID"),
        ({"issuer": "https://evil.example", "jwks_uri": "https://k.example/"}, "is of the issuer 'https://evil"),
        ({"issuer": "https://i.example", "jwks_uri": "https://gone.example/"}, "404"),
    ],
)
async def test_a_provider_that_tells_nothing_right_has_no_keys(document: Any, message: str) -> None:
    web = Web({"https://i.example/.well-known/openid-configuration": document, "https://k.example/": ONE})

    with pytest.raises(NoKeysError, match=message):
        await provider_keys(web, "https://i.example")
