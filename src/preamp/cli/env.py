"""`preamp env`: list, create, clone, delete."""

from typing import Any

import click

from preamp.cli.client import Client, Environment, Place, on_environment, run, run_at
from preamp.cli.output import JOB_FAILED, NOT_FOUND, USAGE, Failed, confirmed, json_option, show_json, show_table
from preamp.cli.watch import watch


@click.group()
def env() -> None:
    """The backend environments of an app."""


@env.command("list")
@on_environment
@json_option
def list_(place: Place, as_json: bool) -> None:
    """List the environments of the app, or of all apps."""

    async def ask(client: Client) -> list[dict[str, Any]]:
        ids = [place.app_id] if place.app_id else [str(app["appId"]) for app in await client.pages("ListApps", "apps")]
        return [
            {"appId": app_id, **one}
            for app_id in ids
            for one in await client.pages("ListBackendEnvironments", "backendEnvironments", appId=app_id)
        ]

    found = run(place.server, ask)
    if as_json:
        show_json(found)
        return
    rows = [(one["appId"], one["environmentName"], str(one.get("stackName", ""))) for one in found]
    show_table(("APP ID", "ENVIRONMENT", "STACK"), rows)


@env.command()
@click.argument("name")
@click.option("--app-name", help="Name of the app, where its id is new.")
@on_environment
@json_option
def create(name: str, app_name: str | None, place: Place, as_json: bool) -> None:
    """Create an environment; with a new --app also the app."""
    if place.app_id is None:
        raise Failed("give --app: the app that gets the environment", USAGE)
    app_id = place.app_id

    async def ask(client: Client) -> dict[str, Any]:
        known = {str(app["appId"]): str(app["name"]) for app in await client.pages("ListApps", "apps")}
        members = {
            "appId": app_id,
            "appName": app_name or known.get(app_id) or app_id,
            "backendEnvironmentName": name,
            "resourceConfig": {},
        }
        return await ended(client, Environment(app_id=app_id, name=name), "CreateBackend", members)

    _told(run(place.server, ask), as_json=as_json)


@env.command()
@click.argument("target")
@on_environment
@json_option
def clone(target: str, place: Place, as_json: bool) -> None:
    """Clone an environment's configuration as TARGET. Rows, users and files are not copied."""

    async def ask(client: Client, environment: Environment) -> dict[str, Any]:
        members = {**environment.members, "targetEnvironmentName": target}
        return await ended(client, environment, "CloneBackend", members)

    _told(run_at(place, ask), as_json=as_json)


@env.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@on_environment
@json_option
def delete(name: str, yes: bool, place: Place, as_json: bool) -> None:
    """Delete an environment with all its data."""

    async def known(client: Client, environment: Environment) -> Environment:
        backend = await client.call("GetBackend", appId=environment.app_id)
        if name not in (backend.get("backendEnvironmentList") or []):
            raise Failed(f"app {environment.app_id} has no environment {name!r}", NOT_FOUND)
        return environment

    named = Place(server=place.server, app_id=place.app_id, environment=name)
    environment = run_at(named, known)
    confirmed(f"Delete environment {name} of app {environment.app_id} with all its data?", yes=yes)
    done = run(place.server, lambda client: ended(client, environment, "DeleteBackend", environment.members))
    _told(done, as_json=as_json)


async def ended(client: Client, environment: Environment, operation: str, members: dict[str, Any]) -> dict[str, Any]:
    """Call an operation and watch its job to the end. Raises Failed where the job fails."""
    started = await client.call(operation, **members)
    job = await watch(client, environment.app_id, environment.name, str(started["jobId"]))
    if job.get("status") != "COMPLETED":
        raise Failed(f"{operation} failed: {job.get('error') or 'see preamp jobs show'}", JOB_FAILED)
    return job


def _told(job: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        show_json(job)
    else:
        click.echo(str(job.get("status")))
