"""The program `preamp`: serve, quickstart, import, and the operator's commands.

A command's file is imported when the command is run. `main.COMMANDS` is the table of commands, `output.EXIT_CODES` that
of exit codes; docs/reference/cli.md is made of both.
"""

from preamp.cli.main import main

__all__ = ["main"]
