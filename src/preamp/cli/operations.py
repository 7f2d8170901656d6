"""`preamp operations`."""

import click

from preamp.cli.output import json_option, show_json, show_table
from preamp.control import service


@click.command()
@json_option
def operations(as_json: bool) -> None:
    """List the operations of the Amplify Backend API: name, method, path, errors."""
    found = sorted(service.operations.values(), key=lambda operation: operation.name)
    if as_json:
        show_json(
            [
                {
                    "name": operation.name,
                    "method": operation.method,
                    "path": operation.path,
                    "request": operation.request.__name__,
                    "response": operation.response.__name__,
                    "errors": [error.__name__ for error in operation.errors],
                }
                for operation in found
            ]
        )
        return
    show_table(
        ("OPERATION", "METHOD", "PATH", "ANSWER"),
        [(operation.name, operation.method, operation.path, operation.response.__name__) for operation in found],
    )
