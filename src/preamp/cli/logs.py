"""`preamp logs`: what an environment's jobs did, in the order of time."""

import asyncio
from typing import Any

import click

from preamp.cli.client import Client, Environment, Place, on_environment, run_at
from preamp.cli.jobs import time_of
from preamp.cli.output import json_option, show_json

_SECONDS = 1.0
_MOST = 25


@click.command()
@click.option("-f", "--follow", is_flag=True, help="Go on showing what happens, until Ctrl-C.")
@click.option("-n", "count", type=click.IntRange(1, _MOST), default=_MOST, show_default=True, help="How many jobs.")
@on_environment
@json_option
def logs(follow: bool, count: int, place: Place, as_json: bool) -> None:
    """Show what an environment's jobs did, the newest last. The server's own log is on its standard error."""

    async def ask(client: Client, environment: Environment) -> list[dict[str, Any]]:
        shown: dict[str, str] = {}
        while True:
            answer = await client.call("ListBackendJobs", **environment.members, maxResults=count)
            found = sorted(
                answer.get("jobs") or [], key=lambda job: (str(job.get("updateTime")), str(job.get("jobId")))
            )
            if as_json and not follow:
                return list(found)
            for job in found:
                _show(job, shown)
            if not follow:
                return []
            await asyncio.sleep(_SECONDS)

    found = run_at(place, ask)
    if as_json and not follow:
        show_json(found)


def _show(job: dict[str, Any], shown: dict[str, str]) -> None:
    key, status = str(job.get("jobId")), str(job.get("status"))
    if shown.get(key) == status:
        return
    shown[key] = status
    error = f"  {job['error']}" if job.get("error") else ""
    click.echo(f"{time_of(job.get('updateTime'))}  {status:9}  {job.get('operation')}  {key}{error}")
