"""`preamp token`: log-in tokens of the console."""

import time
from typing import Any

import click

from preamp.cli.client import Client, Place, on_environment, run
from preamp.cli.output import USAGE, Failed, json_option, show_json, show_members
from preamp.kit.clock import iso


@click.group()
def token() -> None:
    """Log-in tokens of the console: good for one log-in within two minutes."""


@token.command()
@on_environment
@json_option
def create(place: Place, as_json: bool) -> None:
    """Create a token."""
    _show(run(place.server, lambda client: client.call("CreateToken", appId=_app(place))), as_json=as_json)


@token.command()
@click.argument("session_id")
@on_environment
@json_option
def show(session_id: str, place: Place, as_json: bool) -> None:
    """Show a token that lives."""

    async def ask(client: Client) -> dict[str, Any]:
        return await client.call("GetToken", appId=_app(place), sessionId=session_id)

    _show(run(place.server, ask), as_json=as_json)


@token.command()
@click.argument("session_id")
@on_environment
def revoke(session_id: str, place: Place) -> None:
    """End a token."""
    run(place.server, lambda client: client.call("DeleteToken", appId=_app(place), sessionId=session_id))


def _app(place: Place) -> str:
    if place.app_id is None:
        raise Failed("give --app: the app that is logged in to", USAGE)
    return place.app_id


def _show(answer: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        show_json(answer)
        return
    seconds = int(answer["ttl"]) - int(time.time())
    show_members(
        [
            ("session", answer["sessionId"]),
            ("code", answer["challengeCode"]),
            ("until", f"{iso(int(answer['ttl']) * 1000)} ({max(seconds, 0)} s)"),
        ]
    )
