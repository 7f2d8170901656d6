"""Watching a job: its steps as they end, live on a terminal, one line each in a pipe."""

import asyncio
import sys
from typing import Any

import click
import msgspec
from msgspec import Struct

from preamp.cli.client import Client, Refused

_POLL_SECONDS = 0.1
_ENDED = frozenset({"COMPLETED", "FAILED"})


class Step(Struct, frozen=True, kw_only=True):
    """One step of a job. `seconds` is None until it has ended."""

    name: str
    status: str = ""
    seconds: float | None = None

    @property
    def line(self) -> str:
        """The step as a line."""
        return f"  {self.name}" + ("" if self.seconds is None else f"  {self.seconds:.2f} s")


class _Steps(Struct, frozen=True, kw_only=True):
    steps: tuple[Step, ...] = ()


async def watch(client: Client, app_id: str, environment: str, job_id: str) -> dict[str, Any]:
    """Show a job's progress on stderr until it has ended; its last GetBackendJob answer. Raises Failed."""
    show = _Live() if sys.stderr.isatty() else _Plain()
    try:
        while True:
            job = await client.call("GetBackendJob", appId=app_id, backendEnvironmentName=environment, jobId=job_id)
            show.update(str(job.get("operation", "job")), await steps(client, app_id, environment, job_id))
            if job.get("status") in _ENDED:
                return job
            await asyncio.sleep(_POLL_SECONDS)
    finally:
        show.end()


async def steps(client: Client, app_id: str, environment: str, job_id: str) -> tuple[Step, ...]:
    """A job's steps by preamp's extension call; none from a server that does not know it."""
    try:
        answer = await client.call(
            "ListBackendJobSteps", appId=app_id, backendEnvironmentName=environment, jobId=job_id
        )
    except Refused as refused:
        if refused.error in {"UnknownOperationException", "NotFoundException"}:
            return ()
        raise
    return msgspec.convert(answer, _Steps).steps


class _Plain:
    """Each step once, when it has ended."""

    def __init__(self) -> None:
        self._shown: set[str] = set()
        self._title = ""

    def update(self, title: str, found: tuple[Step, ...]) -> None:
        if title != self._title:
            self._title = title
            click.echo(title, err=True)
        for step in found:
            if step.seconds is not None and step.name not in self._shown:
                self._shown.add(step.name)
                click.echo(step.line, err=True)

    def end(self) -> None:
        """Nothing is left open."""


class _Live:
    """All steps, redrawn in place."""

    def __init__(self) -> None:
        from rich.console import Console  # noqa: PLC0415  0.1 s to import, needed on terminals alone
        from rich.live import Live  # noqa: PLC0415

        self._live = Live(console=Console(stderr=True), auto_refresh=False)
        self._live.start()

    def update(self, title: str, found: tuple[Step, ...]) -> None:
        from rich.text import Text  # noqa: PLC0415

        text = Text(title + "\n", style="bold")
        for step in found:
            style = "green" if step.seconds is not None else "yellow"
            text.append(step.line + "\n", style="red" if step.status == "FAILED" else style)
        self._live.update(text, refresh=True)

    def end(self) -> None:
        self._live.stop()
