"""Cores, CPU time and memory of the processes under test (Linux)."""

import contextlib
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

_CPUCLOCK_SCHED = 2
CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, LOAD_CORE = CORES[0], CORES[-1]


def pin(pid: int, core: int) -> None:
    """Keep a process, and what it starts from now on, on one core."""
    with contextlib.suppress(ProcessLookupError):
        os.sched_setaffinity(pid, {core})


@contextlib.contextmanager
def starting_on(core: int) -> Iterator[None]:
    """Processes started within the block inherit this core."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def children(pid: int) -> list[int]:
    """The direct children of a process."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                after_name = (folder / "stat").read_text().rpartition(")")[2].split()
                if int(after_name[1]) == pid:
                    found.append(int(folder.name))
    return found


def cpu_seconds(pid: int) -> float:
    """User and system time of a process with all its threads, from the kernel's clock of that process.

    /proc/PID/stat counts the same in ticks of 10 ms, too coarse for a round of a second.
    """
    return time.clock_gettime(~pid << 3 | _CPUCLOCK_SCHED)


class Meter:
    """CPU time of a server and of the processes below `cluster` (PostgreSQL), read before and after a round."""

    def __init__(self, pid: int, cluster: int | None) -> None:
        self._pid, self._cluster = pid, cluster
        self._before = self._read()

    def _read(self) -> dict[int, float]:
        pids = [self._pid, *(children(self._cluster) if self._cluster else ())]
        read = {}
        for pid in pids:
            with contextlib.suppress(OSError):
                read[pid] = cpu_seconds(pid)
        return read

    def seconds(self) -> float:
        """CPU seconds since the meter was made."""
        return sum(now - self._before.get(pid, 0.0) for pid, now in self._read().items())


def settle(pid: int, still_seconds: float = 0.2, at_most: float = 20.0) -> None:
    """Wait until a process uses next to no CPU: what a round left to do in the background belongs to the round."""
    deadline = time.monotonic() + at_most
    while time.monotonic() < deadline:
        before = cpu_seconds(pid)
        time.sleep(still_seconds)
        if cpu_seconds(pid) - before < still_seconds * 0.02:
            return


def rss_mib(pid: int) -> float:
    """Resident memory of a process and its children, in MiB."""
    total = 0
    for one in (pid, *children(pid)):
        for line in Path(f"/proc/{one}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                total += int(line.split()[1])
    return total / 1024


def stop(process: "subprocess.Popen[bytes]") -> None:
    """End a process that we started."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
