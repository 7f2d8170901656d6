"""One process from start to SIGTERM."""

import asyncio
import contextlib
import gc
import logging
import os
import signal
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from preamp import __version__
from preamp.bus import Bus, BusError, open_bus
from preamp.db import LedgerError, Unavailable
from preamp.server import tls
from preamp.server.app import Preamp, build, open_stores
from preamp.server.install import DataDirectory, StartError, write_private
from preamp.server.protocol import Listener, listener
from preamp.settings import Settings

log = logging.getLogger("preamp.server")

_WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  what they mean to a client on this machine


class Ready(Struct, frozen=True, kw_only=True):
    """What a started server tells of itself. `ca` is the path of the certificate that clients must trust.

    The access key is the root user's, None where the operator ended it.
    """

    http: str
    https: str
    ca: str
    region: str
    account: str
    access_key_id: str | None
    secret_access_key: str | None
    data: str
    pid: int
    version: str


OnReady = Callable[[Ready], Awaitable[bool]]
"""Runs beside the started server; answers whether to go on serving when it is done."""


class Sockets(Struct, frozen=True, kw_only=True):
    """The two listening sockets, bound before anything else so that their ports are known."""

    http: socket.socket
    https: socket.socket


def run(settings: Settings, ready_file: Path | None = None, on_ready: OnReady | None = None) -> None:
    """Serve until SIGTERM or SIGINT. Raises StartError, DirectoryInUse, and what `on_ready` raises."""
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(_run(settings, ready_file, on_ready))


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop  # noqa: PLC0415  there is none for Windows
    except ImportError:
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory


async def _run(settings: Settings, ready_file: Path | None, on_ready: OnReady | None) -> None:
    directory = DataDirectory(Path(settings.data))
    with directory.held(), _bound(settings) as sockets:
        key = directory.install_key(settings.install_key_file)
        certificate = _certificate(settings, directory)
        public_url = settings.public_url or _url("https", settings.https, sockets.https)
        async with _node(settings, key, public_url) as node:
            if node.root is not None:
                directory.write_credentials(node.root.id, node.root.secret)
            ready = _ready(settings, directory, sockets, certificate, node)
            listeners = _listeners(settings, node, certificate)
            await _serve(settings, node, listeners, sockets, _announced(directory, ready, ready_file), ready, on_ready)


@contextlib.asynccontextmanager
async def _node(settings: Settings, key: bytes, public_url: str) -> AsyncIterator[Preamp]:
    try:
        db, spaces = await open_stores(settings)
    except (LedgerError, Unavailable) as error:
        raise StartError(str(error)) from None
    except ImportError as error:
        raise StartError(f"PostgreSQL needs preamp's extra: install preamp[postgres] ({error})") from None
    try:
        async with _bus(settings) as bus:
            yield await build(settings, key, public_url, db, spaces, bus)
    finally:
        await spaces.close()
        await db.close()


@contextlib.asynccontextmanager
async def _bus(settings: Settings) -> AsyncIterator[Bus]:
    try:
        bus = await open_bus(settings.bus_url)
    except BusError as error:
        raise StartError(str(error)) from None
    try:
        yield bus
    finally:
        await bus.close()


async def _serve(
    settings: Settings,
    node: Preamp,
    listeners: tuple[Listener, Listener],
    sockets: Sockets,
    announced: contextlib.AbstractContextManager[None],
    ready: Ready,
    on_ready: OnReady | None,
) -> None:
    stop = asyncio.Event()
    _on_signals(stop, listeners)
    both = zip(listeners, (sockets.http, sockets.https), strict=True)
    serving = [asyncio.create_task(one.serve(sockets=[own])) for one, own in both]
    beside: asyncio.Task[bool] | None = None
    try:
        await _until(asyncio.gather(*(one.ready.wait() for one in listeners)), *serving)
        await node.start()
        _settle_heap()
        with announced:
            log.info("preamp %s serves %s and %s", ready.version, ready.http, ready.https)
            if on_ready is not None:
                beside = asyncio.ensure_future(_beside(on_ready, ready, stop))
            await _until(asyncio.ensure_future(stop.wait()), *serving)
            log.info("stopping: requests and job steps under way may end")
    finally:
        for one in listeners:
            one.should_exit = True
        if beside is not None:
            beside.cancel()
        ended = await asyncio.gather(*serving, node.stop(settings.shutdown_seconds), return_exceptions=True)
    for outcome in ended:
        if isinstance(outcome, BaseException):
            raise outcome
    if beside is not None:
        with contextlib.suppress(asyncio.CancelledError):
            await beside


def _settle_heap() -> None:
    """Give back what starting left over, and spare the collector what is there for good."""
    gc.collect()
    gc.freeze()


async def _beside(on_ready: OnReady, ready: Ready, stop: asyncio.Event) -> bool:
    try:
        keep = await on_ready(ready)
    except BaseException:
        stop.set()
        raise
    if not keep:
        stop.set()
    return keep


async def _until(wanted: "asyncio.Future[Any]", *serving: "asyncio.Task[None]") -> None:
    """Wait for `wanted`; a server that ends before raises what ended it."""
    await asyncio.wait({wanted, *serving}, return_when=asyncio.FIRST_COMPLETED)
    if wanted.done():
        return
    wanted.cancel()
    for task in serving:
        if task.done():
            task.result()
    raise StartError("a listening socket was closed")


def _on_signals(stop: asyncio.Event, listeners: tuple[Listener, Listener]) -> None:
    def stopped() -> None:
        if stop.is_set():  # asked twice: do not wait for requests under way
            for one in listeners:
                one.force_exit = True
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped)


def _listeners(settings: Settings, node: Preamp, certificate: tls.Certificate) -> tuple[Listener, Listener]:
    def one(chain: Path | None, key: Path | None) -> Listener:
        made = listener(
            node.front,
            max_head_bytes=settings.max_head_bytes,
            head_seconds=settings.head_seconds,
            shutdown_seconds=settings.shutdown_seconds,
            chain=chain,
            key=key,
        )
        made.config.load()
        return made

    try:
        return one(None, None), one(certificate.chain, certificate.key)
    except (ssl.SSLError, OSError) as error:
        raise StartError(f"cannot use the certificate {certificate.chain}: {error}") from None


def _certificate(settings: Settings, directory: DataDirectory) -> tls.Certificate:
    if settings.tls_cert_file:
        return tls.given_certificate(settings.tls_cert_file, settings.tls_key_file)
    host = settings.https.rpartition(":")[0].strip("[]")
    public = urlsplit(settings.public_url).hostname or ""
    buckets = f"*.s3.{public}" if public else ""
    wanted = (*tls.LOCAL_HOSTS, host, public, buckets, *(name.strip() for name in settings.tls_hosts.split(",")))
    hosts = tuple(dict.fromkeys(name for name in wanted if name and name not in _WILDCARDS))
    return tls.local_certificate(directory.tls, hosts)


@contextlib.contextmanager
def _bound(settings: Settings) -> Iterator[Sockets]:
    with _bind("http", settings.http) as http, _bind("https", settings.https) as https:
        yield Sockets(http=http, https=https)


def _bind(setting: str, address: str) -> socket.socket:
    host, _, port = address.rpartition(":")
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(
            host.strip("[]"), int(port), type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        own = socket.socket(family, kind, protocol)
    except OSError as error:
        raise StartError(f"cannot listen on {address} ({setting}): {error.strerror or error}") from None
    try:
        own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        own.bind(where)
        own.listen(2048)  # a port that another program listens on is found out here, not later
        own.setblocking(False)
    except OSError as error:
        own.close()
        raise StartError(
            f"cannot listen on {address}: {error.strerror}. Give another address with --{setting}"
        ) from None
    return own


def _url(scheme: str, address: str, own: socket.socket) -> str:
    host = address.rpartition(":")[0].strip("[]")
    host = _WILDCARDS.get(host, host)
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{own.getsockname()[1]}"


def _ready(
    settings: Settings, directory: DataDirectory, sockets: Sockets, certificate: tls.Certificate, node: Preamp
) -> Ready:
    return Ready(
        http=_url("http", settings.http, sockets.http),
        https=_url("https", settings.https, sockets.https),
        ca=str(certificate.ca.absolute()),
        region=settings.region,
        account=settings.account,
        access_key_id=node.root.id if node.root else None,
        secret_access_key=node.root.secret if node.root else None,
        data=str(directory.path),
        pid=os.getpid(),
        version=__version__,
    )


@contextlib.contextmanager
def _announced(directory: DataDirectory, ready: Ready, ready_file: Path | None) -> Iterator[None]:
    """Write the ready data: into the data directory while the server serves, and where it was asked for."""
    text = msgspec.json.encode(ready) + b"\n"
    try:
        for path in (directory.server, ready_file):
            if path is not None:
                write_private(path, text)
    except OSError as error:
        raise StartError(f"cannot write the ready file {path}: {error.strerror}") from None
    try:
        yield
    finally:
        directory.server.unlink(missing_ok=True)
