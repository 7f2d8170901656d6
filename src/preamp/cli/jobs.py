"""`preamp jobs`: list, show, watch, cancel."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import click

from preamp.cli.client import Client, client_options, profile_of
from preamp.cli.output import Failed, json_option, show_json, show_table
from preamp.cli.watch import steps, watch
from preamp.kit.clock import iso


@click.group()
def jobs() -> None:
    """The jobs of a backend environment."""


def _environment_options(command: Any) -> Any:
    command = click.option("--env", "environment", default="dev", show_default=True, help="Backend environment.")(
        command
    )
    return click.option("--app", "app_id", required=True, help="App id.")(command)


@jobs.command("list")
@_environment_options
@click.option("--status", help="Only jobs of this status.")
@click.option("--operation", help="Only jobs of this operation.")
@client_options
@json_option
def list_(
    app_id: str,
    environment: str,
    status: str | None,
    operation: str | None,
    endpoint: str | None,
    data: str | None,
    as_json: bool,
) -> None:
    """List jobs, the newest first."""
    only = {name: value for name, value in (("status", status), ("operation", operation)) if value}

    async def ask(client: Client) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        page: dict[str, Any] = {}
        while True:
            answer = await client.call(
                "ListBackendJobs", appId=app_id, backendEnvironmentName=environment, **only, **page
            )
            found += answer.get("jobs") or []
            if not answer.get("nextToken"):
                return found
            page = {"nextToken": answer["nextToken"]}

    found = _with_client(ask, endpoint, data)
    if as_json:
        show_json(found)
        return
    show_table(
        ("JOB ID", "OPERATION", "STATUS", "CREATED", "ERROR"),
        [
            (
                str(job.get("jobId", "")),
                str(job.get("operation", "")),
                str(job.get("status", "")),
                _time(job.get("createTime")),
                str(job.get("error", "")),
            )
            for job in found
        ],
    )


@jobs.command()
@click.argument("job_id")
@_environment_options
@client_options
@json_option
def show(job_id: str, app_id: str, environment: str, endpoint: str | None, data: str | None, as_json: bool) -> None:
    """Show a job and its steps."""

    async def ask(client: Client) -> dict[str, Any]:
        job = await client.call("GetBackendJob", appId=app_id, backendEnvironmentName=environment, jobId=job_id)
        return {**job, "steps": await steps(client, app_id, environment, job_id)}

    job = _with_client(ask, endpoint, data)
    if as_json:
        show_json(job)
        return
    for name in ("operation", "status", "error"):
        if job.get(name):
            click.echo(f"{name}: {job[name]}")
    click.echo(f"created: {_time(job.get('createTime'))}\nupdated: {_time(job.get('updateTime'))}")
    for step in job["steps"]:
        click.echo(step.line)


@jobs.command("watch")
@click.argument("job_id")
@_environment_options
@client_options
def watch_(job_id: str, app_id: str, environment: str, endpoint: str | None, data: str | None) -> None:
    """Watch a job until it has ended; exit code 1 if it failed."""
    job = _with_client(lambda client: watch(client, app_id, environment, job_id), endpoint, data)
    if job.get("status") == "FAILED":
        raise Failed(f"the job failed: {job.get('error', '')}")
    click.echo(str(job.get("status")))


@jobs.command()
@click.argument("job_id")
@_environment_options
@client_options
def cancel(job_id: str, app_id: str, environment: str, endpoint: str | None, data: str | None) -> None:
    """Cancel a running job: it undoes what it made and ends as FAILED."""
    job = _with_client(
        lambda client: client.call(
            "UpdateBackendJob", appId=app_id, backendEnvironmentName=environment, jobId=job_id, status="FAILED"
        ),
        endpoint,
        data,
    )
    click.echo(str(job.get("status")))


def _with_client(ask: Callable[[Client], Awaitable[Any]], endpoint: str | None, data: str | None) -> Any:
    async def run() -> Any:
        async with Client(profile_of(endpoint, data)) as client:
            return await ask(client)

    return asyncio.run(run())


def _time(milliseconds: object) -> str:
    return iso(int(milliseconds)) if isinstance(milliseconds, str) and milliseconds.isdigit() else ""
