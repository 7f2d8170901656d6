"""`preamp jobs`: list, show, watch, retry, cancel."""

from typing import Any

import click
import msgspec

from preamp.cli.client import Client, Environment, Place, on_environment, run_at
from preamp.cli.output import JOB_FAILED, USAGE, Failed, json_option, show_json, show_members, show_table
from preamp.cli.watch import steps, watch
from preamp.kit.clock import iso

_REPEATABLE = {
    "GenerateBackendAPIModels": "api",
    "DeleteBackendAPI": "api",
    "DeleteBackendAuth": "auth",
    "DeleteBackendStorage": "storage",
    "UpdateBackendAPI": "api",
    "UpdateBackendAuth": "auth",
    "UpdateBackendStorage": "storage",
    "DeleteBackend": "",
}
"""Operations that can be asked for again without what the first request said, by the category of their resource."""


@click.group()
def jobs() -> None:
    """The jobs of a backend environment."""


@jobs.command("list")
@click.option("--status", help="Only jobs of this status.")
@click.option("--operation", help="Only jobs of this operation.")
@on_environment
@json_option
def list_(place: Place, status: str | None, operation: str | None, as_json: bool) -> None:
    """List jobs, the newest first."""
    only = {name: value for name, value in (("status", status), ("operation", operation)) if value}

    async def ask(client: Client, environment: Environment) -> list[dict[str, Any]]:
        return await client.pages("ListBackendJobs", "jobs", **environment.members, **only)

    found = run_at(place, ask)
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
                time_of(job.get("createTime")),
                str(job.get("error", "")),
            )
            for job in found
        ],
    )


@jobs.command()
@click.argument("job_id")
@on_environment
@json_option
def show(job_id: str, place: Place, as_json: bool) -> None:
    """Show a job and its steps."""

    async def ask(client: Client, environment: Environment) -> dict[str, Any]:
        job = await client.call("GetBackendJob", **environment.members, jobId=job_id)
        return {**job, "steps": await steps(client, environment.app_id, environment.name, job_id)}

    job = run_at(place, ask)
    if as_json:
        show_json(job)
        return
    members = [(name, str(job[name])) for name in ("operation", "status", "error") if job.get(name)]
    show_members([*members, ("created", time_of(job.get("createTime"))), ("updated", time_of(job.get("updateTime")))])
    for step in job["steps"]:
        click.echo(step.line)


@jobs.command("watch")
@click.argument("job_id")
@on_environment
@json_option
def watch_(job_id: str, place: Place, as_json: bool) -> None:
    """Watch a job until it has ended; exit code 6 if it failed. Ctrl-C stops watching, the job goes on."""
    job = run_at(place, lambda client, environment: watch(client, environment.app_id, environment.name, job_id))
    _ended(job, as_json=as_json)


@jobs.command()
@click.argument("job_id")
@on_environment
@json_option
def retry(job_id: str, place: Place, as_json: bool) -> None:
    """Ask for a failed job's operation again, as the environment is now, and watch the new job.

    An operation that creates has no second try: what it should create was said in its request alone.
    """

    async def ask(client: Client, environment: Environment) -> dict[str, Any]:
        job = await client.call("GetBackendJob", **environment.members, jobId=job_id)
        operation = str(job.get("operation"))
        if operation not in _REPEATABLE:
            raise Failed(f"{operation} needs its request again: repeat the command or call that started it", USAGE)
        again = await client.call(operation, **environment.members, **await _request(client, environment, operation))
        return await watch(client, environment.app_id, environment.name, str(again["jobId"]))

    _ended(run_at(place, ask), as_json=as_json)


@jobs.command()
@click.argument("job_id")
@on_environment
def cancel(job_id: str, place: Place) -> None:
    """Cancel a running job: it undoes what it made and ends as FAILED."""
    job = run_at(
        place,
        lambda client, environment: client.call(
            "UpdateBackendJob", **environment.members, jobId=job_id, status="FAILED"
        ),
    )
    click.echo(str(job.get("status")))


async def _request(client: Client, environment: Environment, operation: str) -> dict[str, Any]:
    category = _REPEATABLE[operation]
    if not category:
        return {}
    backend = await client.call("GetBackend", **environment.members)
    meta = msgspec.json.decode(backend.get("amplifyMetaConfig") or "{}", type=dict[str, Any])
    served = {"api": "AppSync", "auth": "Cognito", "storage": "S3"}[category]
    name = next((name for name, one in meta.get(category, {}).items() if one.get("service") == served), None)
    if name is None:
        raise Failed(f"the environment has no {category} any more")
    members: dict[str, Any] = {"resourceName": name}
    if category == "storage":
        members["serviceName"] = "S3"
    if operation.startswith("Update"):
        get = operation.replace("Update", "Get")
        now = await client.call(get, **environment.members, resourceName=name)
        config = dict(now.get("resourceConfig") or {})
        if category == "storage":
            members.pop("serviceName")
            config = {"serviceName": "S3", "permissions": config.get("permissions") or {"authenticated": []}}
        members["resourceConfig"] = config
    return members


def _ended(job: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        show_json(job)
    elif job.get("status") != "FAILED":
        click.echo(str(job.get("status")))
    if job.get("status") == "FAILED":
        raise Failed(f"the job failed: {job.get('error', '')}", JOB_FAILED)


def time_of(milliseconds: object) -> str:
    """A job's time as ISO 8601."""
    return iso(int(milliseconds)) if isinstance(milliseconds, str) and milliseconds.isdigit() else ""
