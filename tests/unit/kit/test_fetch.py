"""Documents of other servers: read within bounds, and never from where only this machine may go."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from preamp.kit.fetch import Fetcher, FetchError, _tls, is_public
from preamp.server.tls import local_certificate

Answer = Callable[[bytes], Awaitable[bytes]]


@asynccontextmanager
async def serving(
    answer: bytes, *, hang: bool = False, tls: ssl.SSLContext | None = None
) -> AsyncIterator[tuple[str, list[bytes]]]:
    """A server on loopback that answers every request with the same bytes; the requests are kept."""
    asked: list[bytes] = []
    done = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        if hang:
            await done.wait()
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    try:
        yield f"http{'s' if tls else ''}://localhost:{server.sockets[0].getsockname()[1]}/x?a=b", asked
    finally:
        done.set()
        server.close()
        await server.wait_closed()


def ok(body: bytes, *headers: bytes) -> bytes:
    lines = [b"HTTP/1.1 200 OK", b"content-length: %d" % len(body), b"connection: close", *headers]
    return b"\r\n".join([*lines, b"", body])


async def test_a_document_is_read() -> None:
    async with serving(ok(b"{}")) as (url, asked):
        assert await Fetcher(private_addresses=True).read(url) == b"{}"

    head = asked[0].decode().lower()
    assert head.startswith("get /x?a=b http/1.1")
    assert f"host: {url.split('/')[2]}\r\n" in head


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ssl.SSLContext]:
    """Give the TLS of a server that is called localhost, by an authority that the environment trusts."""
    files = local_certificate(tmp_path, ("localhost",))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.chain, files.key)
    monkeypatch.setenv("SSL_CERT_FILE", str(files.ca))
    _tls.cache_clear()
    yield context
    _tls.cache_clear()


async def test_the_connection_goes_to_the_judged_address_and_the_certificate_is_the_names(tls: ssl.SSLContext) -> None:
    async with serving(ok(b"{}"), tls=tls) as (url, asked):
        assert await Fetcher(private_addresses=True).read(url) == b"{}"

        with pytest.raises(FetchError, match="cannot be read"):
            await Fetcher(private_addresses=True).read(url.replace("localhost", "127.0.0.1"))
    assert len(asked) == 1


async def test_a_certificate_of_an_unknown_authority_is_refused(
    tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    async with serving(ok(b"{}"), tls=tls) as (url, asked):
        with pytest.raises(FetchError, match="cannot be read"):
            await Fetcher(private_addresses=True).read(url)

    assert asked == []


async def test_a_private_address_is_not_asked() -> None:
    async with serving(ok(b"{}")) as (url, asked):
        with pytest.raises(FetchError, match="private address"):
            await Fetcher().read(url)

    assert asked == []


@pytest.mark.parametrize(
    "url",
    [
        *["http://127.0.0.1/", "https://127.0.0.1/", "https://[::1]/", "https://10.0.0.1/", "https://169.254.169.254/"],
        *["https://0.0.0.0/", "https://[::ffff:127.0.0.1]/", "https://0x7f000001/", "https://2130706433/"],
        *["https://[fd00::1]/", "https://100.64.0.1/", "https://[64:ff9b::a00:1]/", "https://localhost/", "http://8.8.8.8/"],
    ],
)  # fmt: skip
async def test_addresses_of_this_network_are_refused_however_they_are_written(url: str) -> None:
    with pytest.raises(FetchError):
        await Fetcher().read(url)


async def test_plain_http_is_for_private_addresses_alone() -> None:
    with pytest.raises(FetchError, match="https"):
        await Fetcher(private_addresses=True).read("http://8.8.8.8/")


@pytest.mark.parametrize(
    "url",
    ["", "x", "ftp://h/", "file:///etc/passwd", "https://", "https://u:p@example.com/", "https:///x"],
)
async def test_only_urls_of_servers_are_read(url: str) -> None:
    with pytest.raises(FetchError, match="URL"):
        await Fetcher(private_addresses=True).read(url)


async def test_a_redirect_is_not_followed() -> None:
    async with serving(b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n") as (url, _):
        with pytest.raises(FetchError, match="302"):
            await Fetcher(private_addresses=True).read(url)


async def test_a_long_answer_is_cut_off() -> None:
    """Whether it tells its length or not."""
    for answer in (ok(b"x" * 5000), b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n" + b"x" * 5000):
        async with serving(answer) as (url, _):
            with pytest.raises(FetchError, match="1000 bytes"):
                await Fetcher(private_addresses=True, max_bytes=1000).read(url)


async def test_a_compressed_answer_is_refused() -> None:
    """Few bytes could become many."""
    async with serving(ok(b"x", b"content-encoding: gzip")) as (url, _):
        with pytest.raises(FetchError, match="compressed"):
            await Fetcher(private_addresses=True).read(url)


async def test_a_silent_server_is_given_up() -> None:
    async with serving(b"", hang=True) as (url, _):
        with pytest.raises(FetchError):
            await Fetcher(private_addresses=True, seconds=0.05).read(url)


async def test_a_server_that_is_not_there_is_told() -> None:
    async with serving(b"") as (url, _):
        pass
    with pytest.raises(FetchError, match="cannot be read"):
        await Fetcher(private_addresses=True).read(url)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        *[("8.8.8.8", True), ("2606:4700::1111", True), ("::ffff:8.8.8.8", True)],
        *[("127.0.0.1", False), ("10.1.2.3", False), ("172.16.0.1", False), ("192.168.0.1", False), ("0.0.0.1", False)],
        *[("169.254.169.254", False), ("100.64.0.1", False), ("224.0.0.1", False), ("255.255.255.255", False)],
        *[("::1", False), ("::", False), ("fe80::1%lo", False), ("fd00::1", False), ("ff02::1", False)],
        *[("::ffff:10.0.0.1", False), ("64:ff9b::7f00:1", False), ("2002:7f00:1::", False), ("2001::1", False)],
    ],
)  # fmt: skip
def test_public_addresses_are_told_from_others(address: str, public: bool) -> None:
    assert is_public(address) is public
