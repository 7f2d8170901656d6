"""Arithmetic that takes longer than a request may hold the event loop: in a few threads, with a bounded queue.

OpenSSL's exponentiation takes half a millisecond, argon2id twenty. More threads than cores would only make all of them
slower; a queue without bound would let a flood of sign-ins take the server's memory and everybody's time.
"""

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_MAX_WAITING = 512


class Overloaded(Exception):
    """More calls wait than could be answered in time."""


class Work:
    """A pool of threads for passwords and proofs."""

    def __init__(self, threads: int | None = None, max_waiting: int = _MAX_WAITING) -> None:
        self._threads = ThreadPoolExecutor(threads or os.cpu_count() or 1, thread_name_prefix="preamp-auth")
        self._max_waiting = max_waiting
        self._waiting = 0

    async def run(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """The function's answer. Raises Overloaded where too many wait already."""
        if self._waiting >= self._max_waiting:
            raise Overloaded
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, lambda: function(*args, **kwargs))
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown()
