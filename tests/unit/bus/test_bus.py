"""The bus: one contract for every adapter."""

import asyncio
import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator

import asyncpg
import pytest

from preamp.bus import Bus, BusError, open_bus, postgres

SECONDS = 20


def nats_server() -> str | None:
    return shutil.which("nats-server") or shutil.which("nats-server", path="/usr/sbin")


@pytest.fixture(scope="module")
def nats_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    program = nats_server()
    if program is None:
        pytest.skip("nats-server is not installed: `make setup-nats`")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path_factory.mktemp("nats") / "log"
    process = subprocess.Popen([program, "-a", "127.0.0.1", "-p", str(port), "-l", str(log)])
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline
            time.sleep(0.02)
    yield f"nats://127.0.0.1:{port}"
    process.terminate()
    process.wait(SECONDS)


@pytest.fixture(params=["memory", "postgresql", "nats"])
def bus_url(request: pytest.FixtureRequest) -> str:
    if request.param == "memory":
        return "memory://"
    url: str = request.getfixturevalue("postgres_url" if request.param == "postgresql" else "nats_url")
    return url


@pytest.fixture
async def buses(bus_url: str) -> AsyncIterator[tuple[Bus, Bus]]:
    """Two nodes' ends of a bus; one and the same where there is only one node."""
    first = await open_bus(bus_url)
    second = first if bus_url == "memory://" else await open_bus(bus_url)
    yield first, second
    await first.close()
    if second is not first:
        await second.close()


class Heard:
    """Messages, and the event of the next one."""

    def __init__(self) -> None:
        self.messages: list[bytes] = []
        self._more = asyncio.Event()

    def __call__(self, message: bytes) -> None:
        """Keep a message."""
        self.messages.append(message)
        self._more.set()

    async def count(self, number: int) -> list[bytes]:
        """Wait until so many came."""
        async with asyncio.timeout(SECONDS):
            while len(self.messages) < number:
                self._more.clear()
                await self._more.wait()
        return self.messages


async def test_every_node_hears_in_the_senders_order(buses: tuple[Bus, Bus]) -> None:
    here, there, other = Heard(), Heard(), Heard()
    buses[0].listen("board", here)
    buses[1].listen("board", there)
    buses[1].listen("another", other)
    sent = [b"%d" % (number // 3) for number in range(200)]

    for message in sent:
        buses[0].publish("board", message)

    assert await here.count(200) == sent
    assert await there.count(200) == sent
    assert other.messages == []


@pytest.mark.parametrize("size", [0, 1, 5_699, 5_700, 5_701, 7_899, 7_900, 7_901, 240 * 1024])
async def test_a_message_arrives_whole_whatever_its_length(buses: tuple[Bus, Bus], size: int) -> None:
    heard = Heard()
    buses[1].listen("board", heard)
    message = bytes(number % 256 for number in range(size))

    buses[0].publish("board", message)
    buses[0].publish("board", b"after")

    assert await heard.count(2) == [message, b"after"]


@pytest.mark.parametrize("size", [0, 1, 7_899, 7_900, 7_901])
async def test_text_arrives_as_it_was(buses: tuple[Bus, Bus], size: int) -> None:
    heard = Heard()
    buses[1].listen("board", heard)
    message = ("ä\n" * size).encode()[:size].decode(errors="ignore").encode()

    buses[0].publish("board", message)

    assert await heard.count(1) == [message]


async def test_who_stopped_hears_no_more(buses: tuple[Bus, Bus]) -> None:
    gone, stays = Heard(), Heard()
    stop = buses[1].listen("board", gone)
    buses[1].listen("board", stays)
    stop()
    stop()

    buses[0].publish("board", b"x")

    await stays.count(1)
    assert gone.messages == []


async def test_a_listener_that_fails_keeps_no_other_from_hearing(
    buses: tuple[Bus, Bus], caplog: pytest.LogCaptureFixture
) -> None:
    def fails(_: bytes) -> None:
        raise RuntimeError("mine")

    heard = Heard()
    buses[0].listen("board", fails)
    buses[0].listen("board", heard)

    buses[0].publish("board", b"x")

    assert await heard.count(1) == [b"x"]
    assert "a listener of board failed" in caplog.text


async def test_a_node_knows_whether_it_is_alone(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not before it has listened for a while, nor while another is there, nor where it hears nothing."""
    monkeypatch.setattr(postgres, "TELL_SECONDS", 0.05)
    monkeypatch.setattr(postgres, "QUIET_SECONDS", 0.5)
    first = await open_bus(postgres_url)
    assert not first.alone
    await until(lambda: first.alone)

    second = await open_bus(postgres_url)
    await until(lambda: not first.alone)
    assert not second.alone
    await second.close()
    await until(lambda: first.alone)

    await first.close()
    await until(lambda: not first.alone)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(SECONDS):
        while not holds():
            await asyncio.sleep(0.02)


async def test_a_lost_connection_is_told_and_comes_back(postgres_url: str) -> None:
    bus = await open_bus(postgres_url)
    heard, gap = Heard(), asyncio.Event()
    bus.listen("board", heard)
    bus.on_gap(gap.set)
    other = await asyncpg.connect(postgres_url)

    await other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                        " AND datname = current_database()")  # fmt: skip
    await asyncio.wait_for(gap.wait(), SECONDS)
    bus.publish("board", b"again")

    assert await heard.count(1) == [b"again"]
    await other.close()
    await bus.close()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("kafka://127.0.0.1", "names none"),
        ("nats://127.0.0.1:1", "cannot reach 127.0.0.1"),
        ("postgresql://user:secret@127.0.0.1:1/x", "cannot reach 127.0.0.1"),
    ],
)
async def test_a_bus_that_is_not_there_is_told_without_its_password(url: str, words: str) -> None:
    with pytest.raises(BusError, match=words) as told:
        await open_bus(url)
    assert "secret" not in str(told.value)
