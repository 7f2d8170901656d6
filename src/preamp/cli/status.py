"""`preamp status`: the server, its apps, and one environment's resources."""

from typing import Any

import click

from preamp.cli.client import Client, Environment, Place, environment_at, on_environment, run
from preamp.cli.jobs import time_of
from preamp.cli.output import Failed, show_json, show_members, show_table
from preamp.gen1 import Backend, backend_of, written


@click.command()
@click.option("-o", "--output", type=click.Choice(("table", "json", "env")), default="table", show_default=True)
@on_environment
def status(output: str, place: Place) -> None:
    """Show a server, its apps, and the resources of the environment that is meant.

    `-o env` prints the environment's addresses and keys as variables, for scripts: preamp status -o env > .env
    """

    async def ask(client: Client) -> tuple[dict[str, Any], Backend | None]:
        known = await _server(client)
        try:
            environment = await environment_at(client, place)
        except Failed:
            if place.app_id or place.environment or output == "env":
                raise
            return known, None  # several apps: the table of them is the answer
        return {**known, **await _environment(client, environment)}, await _backend(client, environment)

    known, backend = run(place.server, ask)
    if output == "json":
        show_json(known)
    elif output == "env" and backend is not None:
        click.echo(written(backend, "env"), nl=False)
    else:
        _show(known)


async def _server(client: Client) -> dict[str, Any]:
    apps = []
    for app in await client.pages("ListApps", "apps"):
        backend = await client.call("GetBackend", appId=str(app["appId"]))
        apps.append(
            {"appId": app["appId"], "name": app["name"], "environments": backend.get("backendEnvironmentList") or []}
        )
    return {"endpoint": client.profile.endpoint, "apps": apps}


async def _backend(client: Client, environment: Environment) -> Backend:
    return backend_of(await client.call("GetBackendClientConfig", **environment.members))


async def _environment(client: Client, environment: Environment) -> dict[str, Any]:
    backend = await _backend(client, environment)
    jobs = (await client.call("ListBackendJobs", **environment.members, maxResults=1)).get("jobs") or []
    resources = []
    if backend.api is not None:
        resources.append(
            {"category": "api", "service": "AppSync", "where": backend.api.endpoint, "key": backend.api.key}
        )
    if backend.auth is not None:
        resources.append({"category": "auth", "service": "Cognito", "where": backend.auth.user_pool_id})
    if backend.bucket is not None:
        resources.append({"category": "storage", "service": "S3", "where": backend.bucket})
    return {"app": environment.app_id, "environment": environment.name, "resources": resources, "lastJobs": jobs}


def _show(known: dict[str, Any]) -> None:
    members = [("server", known["endpoint"])]
    if "app" in known:
        members += [("app", known["app"]), ("environment", known["environment"])]
        members += [
            ("last job", f"{job.get('operation')} {job.get('status')} {time_of(job.get('updateTime'))}")
            for job in known["lastJobs"]
        ]
    show_members(members)
    click.echo()
    if known.get("resources"):
        rows = [(one["category"], one["service"], one["where"], one.get("key") or "") for one in known["resources"]]
        show_table(("CATEGORY", "SERVICE", "WHERE", "API KEY"), rows)
        return
    rows = [(one["appId"], one["name"], ", ".join(one["environments"]), "") for one in known["apps"]]
    show_table(("APP ID", "NAME", "ENVIRONMENTS", ""), rows)
