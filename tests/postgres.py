"""A private PostgreSQL cluster for tests: started once per test process, on loopback, never made durable.

PostgreSQL refuses to run as root, so a root test run hands the cluster to the system user `postgres`.
`PREAMP_PG_BIN` names the folder of initdb and postgres where they are not found by themselves.
"""

import asyncio
import contextlib
import os
import pwd
import re
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import asyncpg

START_SECONDS = 60
INITDB = ("-U", "preamp", "-A", "trust", "--no-sync", "--no-instructions", "-E", "UTF8", "--locale=C")
OPTIONS = (
    "listen_addresses=127.0.0.1",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=60",
)


class Cluster:
    """A running cluster. `create()` gives the URL of a fresh, empty database; `drop(url)` removes it."""

    def __init__(self, binaries: Path) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="preamp-pg-"))
        self.owner: dict[str, Any] = {}
        if os.geteuid() == 0:
            account = pwd.getpwnam("postgres")
            os.chown(self.folder, account.pw_uid, account.pw_gid)
            self.owner = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.made = 0
        self._initdb(binaries)
        self.server = self._serve(binaries)

    def _initdb(self, binaries: Path) -> None:
        subprocess.run(
            [binaries / "initdb", "-D", self.folder / "data", *INITDB],
            check=True,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            env={"PATH": f"{binaries}:/usr/bin:/bin", "LC_ALL": "C"},
            **self.owner,
        )

    def _serve(self, binaries: Path) -> subprocess.Popen[bytes]:
        options = [word for option in OPTIONS for word in ("-c", option)]
        # The server must not inherit our stdout: left behind, it would hold the runner's pipe open.
        with (self.folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [binaries / "postgres", "-D", self.folder / "data", "-p", str(self.port), "-k", self.folder, *options],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                **self.owner,
            )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and server.poll() is None:
            if self._answers():
                return server
            time.sleep(0.02)
        server.kill()
        server.wait()
        raise RuntimeError(f"PostgreSQL did not start:\n{(self.folder / 'log').read_text()}")

    def _answers(self) -> bool:
        """Send a startup packet: readiness without pg_isready, which some machines lack."""
        words = b"user\0preamp\0database\0postgres\0\0"
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as link:
                link.sendall(struct.pack(">ii", len(words) + 8, 196608) + words)
                return link.recv(1) == b"R"
        except OSError:
            return False

    def url(self, database: str) -> str:
        """Answer the URL of a database of this cluster."""
        return f"postgresql://preamp@127.0.0.1:{self.port}/{database}"

    def create(self) -> str:
        """Make an empty database and answer its URL."""
        self.made += 1
        name = f"test_{self.made}"
        self._admin(f"CREATE DATABASE {name} TEMPLATE template0 STRATEGY file_copy")
        return self.url(name)

    def drop(self, url: str) -> None:
        """Remove a database, cutting off whoever still uses it."""
        self._admin(f"DROP DATABASE IF EXISTS {url.rsplit('/', 1)[1]} WITH (FORCE)")

    def _admin(self, statement: str) -> None:
        async def run() -> None:
            link = await asyncpg.connect(self.url("postgres"))
            try:
                await link.execute(statement)
            finally:
                await link.close()

        _in_thread(run())

    def stop(self) -> None:
        """Stop the server and remove its files."""
        self.server.send_signal(signal.SIGINT)  # fast shutdown: do not wait for clients
        try:
            self.server.wait(20)
        except subprocess.TimeoutExpired:
            self.server.kill()
            self.server.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def binaries() -> Path | None:
    """Answer the folder that holds initdb and postgres of the newest installation, None where there is none."""
    if "PREAMP_PG_BIN" in os.environ:
        return Path(os.environ["PREAMP_PG_BIN"])
    folders = [folder for folder in Path("/usr/lib/postgresql").glob("*/bin") if (folder / "postgres").exists()]
    folders += [
        folder for folder in Path("/opt/homebrew/opt").glob("postgresql*/bin") if (folder / "postgres").exists()
    ]
    if folders:
        return max(folders, key=lambda folder: [int(digits) for digits in re.findall(r"\d+", str(folder))])
    found = shutil.which("postgres")
    return Path(found).resolve().parent if found else None


def _in_thread(work: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine on a loop of its own, away from the loop that pytest-asyncio keeps for the test."""
    failures: list[BaseException] = []

    def target() -> None:
        try:
            asyncio.run(work)
        except BaseException as error:  # noqa: BLE001 - carried over to the caller's thread
            failures.append(error)

    thread = threading.Thread(target=target)
    thread.start()
    thread.join()
    with contextlib.suppress(IndexError):
        raise failures[0]
