"""`preamp call`: any operation by name."""

from typing import Any, TextIO

import click
import msgspec

from preamp.cli.client import Server, on_server, run
from preamp.cli.output import USAGE, Failed, show_json


@click.command()
@click.argument("operation")
@click.option(
    "--json-input", type=click.File("r"), help="File of the request's members as JSON, labels among them; - is stdin."
)
@on_server
def call(operation: str, json_input: TextIO | None, server: Server) -> None:
    """Call OPERATION, signed with SigV4, and print its answer.

    Members are named as on the wire: {"appId": "d123", "backendEnvironmentName": "dev"}.
    """
    try:
        members = {} if json_input is None else msgspec.json.decode(json_input.read(), type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise Failed(f"--json-input is not a JSON object: {error}", USAGE) from None
    show_json(run(server, lambda client: client.call(operation, **members)))
