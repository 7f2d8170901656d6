"""A real server for tests: `preamp serve` in a process of its own, on loopback, ended by SIGTERM."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from preamp.server import Ready

START_SECONDS = 60
STOP_SECONDS = 60
FREE_PORTS = ("--http", "127.0.0.1:0", "--https", "127.0.0.1:0")


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a server under test: this one's without settings and credentials."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREAMP_", "AWS_"))}
    return {**kept, **(more or {})}


def program(*arguments: str) -> list[str]:
    """The command line of preamp in this interpreter."""
    return [sys.executable, "-c", "from preamp.cli import main; main()", *arguments]


class Server:
    """A running server. `ready` is what it told of itself, `log` the file of its stderr."""

    def __init__(self, process: subprocess.Popen[bytes], ready: Ready, log: Path) -> None:
        self.process, self.ready, self.log = process, ready, log

    def stop(self) -> int:
        """End it by SIGTERM and answer its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def kill(self) -> None:
        """End it at once, as a crash would."""
        self.process.kill()
        self.process.wait()


def start(
    folder: Path,
    *,
    data: Path | None = None,
    database: str | None = None,
    flags: Sequence[str] = (),
    env: Mapping[str, str] | None = None,
) -> Server:
    """Start a server; its ready file and log lie in `folder`. Without `data` it is ephemeral."""
    ready_file, log = folder / "ready.json", folder / "server.log"
    ready_file.unlink(missing_ok=True)
    where = ["--data", str(data)] if data else ["--ephemeral"]
    where += ["--database", database] if database else []
    command = program("serve", *FREE_PORTS, "--ready-file", str(ready_file), *where, *flags)
    with log.open("ab") as stderr:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=stderr, stderr=stderr, env=environment(env)
        )
    deadline = time.monotonic() + START_SECONDS
    while not ready_file.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            process.wait()
            raise RuntimeError(f"preamp did not start:\n{log.read_text()}")
        time.sleep(0.01)
    return Server(process, msgspec.json.decode(ready_file.read_bytes(), type=Ready), log)


@contextlib.contextmanager
def running(
    *,
    data: Path | None = None,
    database: str | None = None,
    flags: Sequence[str] = (),
    env: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """A server for a block; it must end by SIGTERM with exit code 0, unless the block ended it."""
    with tempfile.TemporaryDirectory(prefix="preamp-test-") as folder:
        server = start(Path(folder), data=data, database=database, flags=flags, env=env)
        try:
            yield server
            ended = server.process.poll() is not None
            code = server.stop()
            assert ended or code == 0, f"exit code {code}:\n{server.log.read_text()}"
        finally:
            if server.process.poll() is None:
                server.kill()
