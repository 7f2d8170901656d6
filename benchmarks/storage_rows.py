"""Rows of storage: S3 with signatures and permissions against a plain file behind bare ASGI, and beside moto's server.

By wall time over one kept-alive connection: what a client waits for is mostly the disk.
"""

import contextlib
import hashlib
import hmac
import http.client
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from subprocess import DEVNULL, Popen

import msgspec
from msgspec import Struct

from load import Address, Key, expect
from machine import SERVER_CORE, starting_on, stop
from preamp.server import Ready
from preamp.wire.sigv4 import signing_key
from rounds import Plan
from table import Row, Skipped

HERE = Path(__file__).parent
MOTO = HERE.parent / ".tools/moto/bin/moto_server"
BUCKET = "bench-bucket"
MIB = 1 << 20
PART = 8 * MIB
SECONDS = 60
_KEY = Key(id="A" * 20, secret="any")  # noqa: S106  of those who do not look at it


class Server(Struct, frozen=True, kw_only=True):
    """A server under test. `plain`: the floor, which is sent the same signed requests and does not look at them."""

    address: Address
    key: Key
    plain: bool = False


class Client:
    """One connection."""

    def __init__(self, server: Server) -> None:
        self.plain = server.plain
        self._server = server
        self._connection = http.client.HTTPConnection(server.address.host, server.address.port, timeout=SECONDS)

    def ask(self, method: str, path: str, query: str = "", body: bytes = b"") -> bytes:
        """Send a request, expect a 2xx, answer the body (of a GET without query: nothing, read and forgotten)."""
        headers = {"content-length": str(len(body)), **_signed(self._server, method, path, query, body)}
        self._connection.request(method, f"{path}?{query}" if query else path, body or None, headers)
        answer = self._connection.getresponse()
        if method == "GET" and not query:
            while answer.read(MIB):
                continue
            content = b""
        else:
            content = answer.read()
        expect(answer.status < 300, (method, path, query, answer.status, content[:500]))
        return content

    def close(self) -> None:
        """End it."""
        self._connection.close()


def rows(plan: Plan) -> list[Row | Skipped]:
    """PUT, GET, multipart and LIST."""
    with tempfile.TemporaryDirectory(prefix="preamp-bench-") as folder, contextlib.ExitStack() as stack:
        ours = stack.enter_context(_preamp(Path(folder)))
        floor = stack.enter_context(_floor(Path(folder)))
        moto = stack.enter_context(_moto()) if MOTO.exists() else None
        made: list[Row | Skipped] = []
        for what, goal, unit, count, case in _cases(plan):
            made.append(_row(plan, what, unit, count, goal, (ours, floor, "plain file"), case))
            if moto is not None:
                made.append(_row(plan, what, unit, count, 1.0, (ours, moto, "moto_server"), case))
        if moto is None:
            made.append(Skipped(what="S3 beside moto", why="moto_server is not there: make setup-moto"))
        made.append(_listing(plan, ours, Path(folder)))
    return made


Case = Callable[[Client, int], float]
"""Does it so many times; answers requests or MiB."""


def _cases(plan: Plan) -> Iterator[tuple[str, float, str, int, Case]]:
    big = 256 if plan.scale >= 0.5 else 64
    data = os.urandom(PART)
    whole = data * (big * MIB // PART)

    def multipart(client: Client, count: int) -> float:
        for number in range(count):
            _upload(client, f"/{BUCKET}/big-{number}", data, big * MIB // PART)
        return count * big

    yield "PUT 1 KiB", 0.6, "/s", plan.count(1_000), _put("small", data[:1024])
    yield "GET 1 KiB", 0.8, "/s", plan.count(3_000), _get("small")
    yield "PUT 1 MiB", 0.7, "/s", max(20, int(200 * plan.scale)), _put("middle", data[:MIB])
    yield f"multipart {big} MiB", 0.8, "MiB/s", 1, multipart
    yield f"PUT {big} MiB", 0.7, "MiB/s", 1, _put("whole", whole, big)
    yield f"GET {big} MiB", 0.9, "MiB/s", 2, _get("whole", big)


def _put(name: str, body: bytes, worth: float = 1) -> Case:
    def run(client: Client, count: int) -> float:
        for number in range(count):
            client.ask("PUT", f"/{BUCKET}/{name}-{number % 500}", body=body)
        return count * worth

    return run


def _get(name: str, worth: float = 1) -> Case:
    def run(client: Client, count: int) -> float:
        for number in range(count):
            client.ask("GET", f"/{BUCKET}/{name}-{0 if worth > 1 else number % 20}")
        return count * worth

    return run


def _upload(client: Client, path: str, data: bytes, parts: int) -> None:
    if client.plain:  # the floor has no parts: as many files
        for number in range(parts):
            client.ask("PUT", f"{path}.{number}", body=data)
        return
    began = client.ask("POST", path, "uploads=")
    upload = began.partition(b"<UploadId>")[2].partition(b"<")[0].decode()
    etag = hashlib.md5(data, usedforsecurity=False).hexdigest()
    for number in range(1, parts + 1):
        client.ask("PUT", path, f"partNumber={number}&uploadId={upload}", data)
    listed = "".join(f"<Part><PartNumber>{n}</PartNumber><ETag>{etag}</ETag></Part>" for n in range(1, parts + 1))
    body = f"<CompleteMultipartUpload>{listed}</CompleteMultipartUpload>".encode()
    expect(b"<Error>" not in client.ask("POST", path, f"uploadId={upload}", body), "completed")


def _row(
    plan: Plan, what: str, unit: str, count: int, goal: float, sides: tuple[Server, Server, str], case: Case
) -> Row:
    ours, other, against = sides
    pairs = []
    for number in range(plan.rounds + 1):
        pair = [_rate(server, count if number else max(1, count // 10), case) for server in (ours, other)]
        pairs += [pair] if number else []  # the first warms up
    return Row(
        what=f"S3 {what}",
        unit=unit,
        ours=median(one for one, _ in pairs),
        other=median(two for _, two in pairs),
        against=against,
        ratios=[one / two for one, two in pairs],
        goal=goal,
    )


def _rate(server: Server, count: int, case: Case) -> float:
    client = Client(server)
    started = time.perf_counter()
    done = case(client, count)
    seconds = time.perf_counter() - started
    client.close()
    return done / seconds


def _listing(plan: Plan, server: Server, folder: Path) -> Row:
    """A page of 1,000 keys in the middle of a million, against one in the middle of two thousand."""
    many = 1_000_000 if plan.scale >= 0.5 else 50_000
    _fill(folder / "data" / "preamp.sqlite3", many)

    def page(prefix: str, after: str) -> Case:
        def run(client: Client, count: int) -> float:
            for _ in range(count):
                query = f"list-type=2&max-keys=1000&prefix={prefix}%2F&start-after={prefix}%2F{after}"
                expect(b"<KeyCount>1000</KeyCount>" in client.ask("GET", f"/{BUCKET}", query), "a page")
            return count

        return run

    cases = (page("many", f"{many // 2:07}"), page("few", "0000500"))
    pairs = [(_rate(server, 50, cases[0]), _rate(server, 50, cases[1])) for _ in range(plan.rounds)]
    return Row(
        what=f"S3 LIST 1,000 of {many:,} keys",
        unit="/s",
        ours=median(one for one, _ in pairs),
        other=median(two for _, two in pairs),
        against="of 2,000 keys",
        ratios=[one / two for one, two in pairs],
        goal=0.8,
    )


def _fill(path: Path, many: int) -> None:
    row = "'c', 1, 'd41d8cd98f00b204e9800998ecf8427e', 1790000000000, 'root', NULL, '{}'"
    with sqlite3.connect(path, timeout=60) as connection:
        for prefix, count in (("many", many), ("few", 2_000)):
            connection.execute(
                "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?) "
                "INSERT INTO storage_object (bucket, key, content, size, etag, modified_ms, owner, checksum, meta) "
                f"SELECT ?, CAST(printf('{prefix}/%07d', i) AS BLOB), {row} FROM n",
                (count, BUCKET),
            )
    connection.close()


# Servers -----------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _process(command: list[str], is_ready: Callable[[], bool], log: Path) -> Iterator[None]:
    with log.open("wb") as stderr, starting_on(SERVER_CORE):
        process = Popen(command, stdin=DEVNULL, stdout=stderr, stderr=stderr)
    try:
        deadline = time.monotonic() + SECONDS
        while not is_ready():
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"a server did not start:\n{log.read_text()}")
            time.sleep(0.01)
        yield
    finally:
        stop(process)


@contextlib.contextmanager
def _preamp(folder: Path) -> Iterator[Server]:
    ready_file = folder / "ready.json"
    ports = ("--http", "127.0.0.1:0", "--https", "127.0.0.1:0")
    program = (sys.executable, "-c", "from preamp.cli import main; main()")
    command = [*program, "serve", "--data", str(folder / "data"), *ports, "--ready-file", str(ready_file)]
    with _process(command, ready_file.exists, folder / "preamp.log"):
        ready = msgspec.json.decode(ready_file.read_bytes(), type=Ready)
        address = Address(host="127.0.0.1", port=int(ready.http.rpartition(":")[2]))
        key = Key(id=ready.access_key_id or "", secret=ready.secret_access_key or "")
        yield _with_bucket(Server(address=address, key=key))


@contextlib.contextmanager
def _floor(folder: Path) -> Iterator[Server]:
    ready_file, files = folder / "floor", folder / "files"
    files.mkdir()
    command = [sys.executable, str(HERE / "storage_floor.py"), str(ready_file), str(files)]
    with _process(command, ready_file.exists, folder / "floor.log"):
        yield Server(address=Address(host="127.0.0.1", port=int(ready_file.read_text())), key=_KEY, plain=True)


@contextlib.contextmanager
def _moto() -> Iterator[Server]:
    with tempfile.TemporaryDirectory(prefix="preamp-bench-") as folder:
        log = Path(folder) / "moto.log"
        command = [str(MOTO), "-H", "127.0.0.1", "-p", "0"]
        with _process(command, lambda: b"Running on" in log.read_bytes(), log):
            port = log.read_text().partition("Running on http://127.0.0.1:")[2].split()[0]
            yield _with_bucket(Server(address=Address(host="127.0.0.1", port=int(port)), key=_KEY))


def _with_bucket(server: Server) -> Server:
    client = Client(server)
    client.ask("PUT", f"/{BUCKET}")
    client.close()
    return server


def _signed(server: Server, method: str, path: str, query: str, body: bytes) -> dict[str, str]:
    time_text = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    digest = hashlib.sha256(body).hexdigest()
    headers = {"host": server.address.name, "x-amz-content-sha256": digest, "x-amz-date": time_text}
    names = ";".join(headers)
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    ordered = "&".join(sorted(query.split("&"))) if query else ""
    request = f"{method}\n{path}\n{ordered}\n{lines}\n{names}\n{digest}"
    scope = f"{time_text[:8]}/us-east-1/s3/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{time_text}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    signature = hmac.digest(_key(server.key.secret, time_text[:8]), text.encode(), "sha256").hex()
    credential = f"AWS4-HMAC-SHA256 Credential={server.key.id}/{scope}, SignedHeaders={names}, Signature={signature}"
    return {**headers, "authorization": credential}


_keys: dict[tuple[str, str], bytes] = {}


def _key(secret: str, date: str) -> bytes:
    if (secret, date) not in _keys:
        _keys[secret, date] = signing_key(secret, date, "us-east-1", "s3")
    return _keys[secret, date]
