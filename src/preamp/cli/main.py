"""The command group."""

import importlib
import os
import sys

import click

from preamp import __version__
from preamp.cli.output import Failed

_COMMANDS = {
    "auth": "Rotate a pool's signing keys, and import users.",
    "call": "Call an operation of the Amplify Backend API.",
    "jobs": "List, show, watch and cancel jobs.",
    "keys": "Create, list and end access keys.",
    "operations": "List the operations of the Amplify Backend API.",
    "outbox": "Show mails and SMS that were kept instead of sent.",
    "quickstart": "Serve, and deploy a first GraphQL API.",
    "schema": "Check a schema and show what it becomes.",
    "serve": "Serve until Ctrl-C or SIGTERM.",
    "storage": "Check stored objects, sweep, set quotas.",
    "version": "Print the version.",
}


class _Group(click.Group):
    """Commands by name, each in the file of its name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names."""
        return [*_COMMANDS, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now."""
        if cmd_name not in _COMMANDS:
            return super().get_command(ctx, cmd_name)
        command: click.Command = getattr(importlib.import_module(f"preamp.cli.{cmd_name}"), cmd_name)
        return command

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Names and what they do, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(
    cls=_Group,
    epilog="Exit codes: 0 done, 1 failed, 2 wrong usage, 3 refused by the server, "
    "4 server not reachable, 5 data directory in use, 6 the schemas compared do not go together.",
)
@click.version_option(__version__, prog_name="preamp")
def group() -> None:
    """The AWS Amplify backend you run yourself."""


def main() -> None:
    """Run the program; failures are one line on stderr and an exit code."""
    os.umask(0o077)  # databases and spaces are made by libraries: nobody else may read them either
    try:
        group(prog_name="preamp")
    except Failed as failure:
        click.echo(f"preamp: {failure}", err=True)
        sys.exit(failure.code)
