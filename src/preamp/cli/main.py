"""The command group."""

import importlib
import os
import sys

import click

from preamp import __version__
from preamp.cli.output import EXIT_CODES, INTERRUPTED, Failed, say

# Name: module of preamp.cli, attribute, and what it does (so that --help imports nothing).
COMMANDS = {
    "api": ("api", "api", "Show, apply and delete an environment's GraphQL API."),
    "apps": ("apps", "apps", "List, create, show and delete apps."),
    "auth": ("auth", "auth", "Show, apply and delete a user pool; rotate its keys, import users."),
    "call": ("call", "call", "Call an operation of the Amplify Backend API."),
    "codegen": ("codegen", "codegen", "Write models, types and statements of an API for its clients."),
    "completion": ("completion", "completion", "Print the shell's completion script."),
    "data": ("data", "data", "Query, export, import and seed an API's rows."),
    "doctor": ("doctor", "doctor", "Look for what is wrong or soon will be."),
    "env": ("env", "env", "List, create, clone and delete backend environments."),
    "exit-codes": ("exit_codes", "exit_codes", "Print what exit codes mean."),
    "export": ("export", "export", "Write the configuration of an environment's clients."),
    "import": ("importing", "import_", "Import an Amplify Gen 1 project."),
    "jobs": ("jobs", "jobs", "List, show, watch, retry and cancel jobs."),
    "keys": ("keys", "keys", "Create, list and end access keys."),
    "logs": ("logs", "logs", "Show what jobs did, the newest last."),
    "migrate": ("migrate", "migrate", "Show and bring up to date a database's tables."),
    "outbox": ("outbox", "outbox", "Show mails and SMS that were kept instead of sent."),
    "operations": ("operations", "operations", "List the operations of the Amplify Backend API."),
    "profiles": ("profiles", "profiles", "Keep addresses and keys of servers by name."),
    "pull": ("export", "pull", "Write an environment's client configuration and models into a project."),
    "quickstart": ("quickstart", "quickstart", "Serve, and deploy a first GraphQL API."),
    "schema": ("schema", "schema", "Check a schema and show what it becomes."),
    "serve": ("serve", "serve", "Serve until Ctrl-C or SIGTERM."),
    "status": ("status", "status", "Show a server, its apps and an environment's resources."),
    "storage": ("storage", "storage", "Show, apply and delete a bucket; check, sweep and bound what is stored."),
    "token": ("token", "token", "Create, show and end log-in tokens of the console."),
    "trust": ("trust", "trust", "Show how to trust the server's local certificate authority."),
    "version": ("version", "version", "Print the version."),
}


class _Group(click.Group):
    """Commands by name, each in the file that the table names."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names."""
        return [*COMMANDS, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now."""
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        module, attribute, _ = COMMANDS[cmd_name]
        command: click.Command = getattr(importlib.import_module(f"preamp.cli.{module}"), attribute)
        return command

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Names and what they do, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, _, words) in COMMANDS.items()])


@click.group(
    cls=_Group,
    epilog="Exit codes: " + ", ".join(f"{code} {words.partition(':')[0]}" for code, words in EXIT_CODES.items()) + ".",
)
@click.version_option(__version__, prog_name="preamp")
def group() -> None:
    """The AWS Amplify backend you run yourself."""


def main() -> None:
    """Run the program; failures are one line on stderr and an exit code."""
    os.umask(0o077)  # databases and spaces are made by libraries: nobody else may read them either
    try:
        group(prog_name="preamp", standalone_mode=False)
    except click.exceptions.Exit as ended:
        sys.exit(ended.exit_code)
    except click.ClickException as wrong:
        wrong.show()
        sys.exit(wrong.exit_code)
    except (click.Abort, KeyboardInterrupt):
        say("preamp: interrupted")
        sys.exit(INTERRUPTED)
    except BrokenPipeError:  # the reader of a pipe has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Failed as failure:
        say(f"preamp: {failure}")
        sys.exit(failure.code)
