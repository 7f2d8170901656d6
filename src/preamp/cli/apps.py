"""`preamp apps`: list, show, create, delete."""

from typing import Any

import click

from preamp.cli.client import Client, Server, on_server, run
from preamp.cli.output import confirmed, json_option, show_json, show_members, show_table


@click.group()
def apps() -> None:
    """The apps of a server."""


@apps.command("list")
@on_server
@json_option
def list_(server: Server, as_json: bool) -> None:
    """List apps with their environments."""

    async def ask(client: Client) -> list[dict[str, Any]]:
        return [await _with_environments(client, one) for one in await client.pages("ListApps", "apps")]

    found = run(server, ask)
    if as_json:
        show_json(found)
        return
    show_table(
        ("APP ID", "NAME", "ENVIRONMENTS"),
        [(str(one["appId"]), str(one["name"]), ", ".join(one["environments"])) for one in found],
    )


@apps.command()
@click.argument("app_id")
@on_server
@json_option
def show(app_id: str, server: Server, as_json: bool) -> None:
    """Show an app."""

    async def ask(client: Client) -> dict[str, Any]:
        return await _with_environments(client, (await client.call("GetApp", appId=app_id))["app"])

    found = run(server, ask)
    if as_json:
        show_json(found)
        return
    show_members([("app", found["appId"]), ("name", found["name"]), ("environments", ", ".join(found["environments"]))])


@apps.command()
@click.argument("name")
@on_server
@json_option
def create(name: str, server: Server, as_json: bool) -> None:
    """Create an app without environments and print its id."""
    made = run(server, lambda client: client.call("CreateApp", name=name))["app"]
    if as_json:
        show_json(made)
        return
    click.echo(made["appId"])


@apps.command()
@click.argument("app_id")
@click.option("--yes", is_flag=True, help="Do not ask.")
@on_server
def delete(app_id: str, yes: bool, server: Server) -> None:
    """Delete an app with its environments and all their data."""
    confirmed(f"Delete app {app_id} with its environments and all their data?", yes=yes)
    run(server, lambda client: client.call("DeleteApp", appId=app_id))


async def _with_environments(client: Client, app: dict[str, Any]) -> dict[str, Any]:
    backend = await client.call("GetBackend", appId=str(app["appId"]))
    return {**app, "environments": [str(name) for name in backend.get("backendEnvironmentList") or []]}
