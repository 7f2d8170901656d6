"""`preamp call`: any operation by name."""

import asyncio
from typing import Any, TextIO

import click
import msgspec

from preamp.cli.client import Client, client_options, profile_of
from preamp.cli.output import USAGE, Failed, show_json


@click.command()
@click.argument("operation")
@click.option(
    "--json-input", type=click.File("r"), help="File of the request's members as JSON, labels among them; - is stdin."
)
@client_options
def call(operation: str, json_input: TextIO | None, endpoint: str | None, data: str | None) -> None:
    """Call OPERATION, signed with SigV4, and print its answer.

    Members are named as on the wire: {"appId": "d123", "backendEnvironmentName": "dev"}.
    """
    try:
        members = {} if json_input is None else msgspec.json.decode(json_input.read(), type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise Failed(f"--json-input is not a JSON object: {error}", USAGE) from None

    async def ask() -> dict[str, Any]:
        async with Client(profile_of(endpoint, data)) as client:
            return await client.call(operation, **members)

    show_json(asyncio.run(ask()))
