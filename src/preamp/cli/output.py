"""How commands answer: tables on a terminal, plain aligned lines in a pipe, one JSON document with --json.

Answers go to stdout, what is told to a person to stderr. `EXIT_CODES` is the one table of exit codes.
"""

import os
import sys
from collections.abc import Sequence
from typing import Any, TextIO

import click
import msgspec

FAILED, USAGE, NOT_FOUND, DENIED, CONFLICT, JOB_FAILED, TIMEOUT, UNREACHABLE, FOUND_ERRORS = range(1, 10)
FOUND_WARNINGS, BREAKS, INTERRUPTED = 10, 11, 130
EXIT_CODES = {
    0: "done",
    FAILED: "failed, or refused by the server as a wrong request",
    USAGE: "wrong usage",
    NOT_FOUND: "not found: app, environment, resource, job, file",
    DENIED: "denied: no access key, or one that may not",
    CONFLICT: "in the way: a job is running, a name is taken, the data directory is in use",
    JOB_FAILED: "the job ended as FAILED",
    TIMEOUT: "it took too long",
    UNREACHABLE: "server not reachable",
    FOUND_ERRORS: "doctor found errors",
    FOUND_WARNINGS: "doctor found warnings (with --strict)",
    BREAKS: "the schemas compared do not go together",
    INTERRUPTED: "interrupted by Ctrl-C",
}


class Failed(Exception):
    """The command ends with a message and an exit code."""

    def __init__(self, message: str, code: int = FAILED) -> None:
        super().__init__(message)
        self.code = code


json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


def show_json(value: Any) -> None:
    """Print a JSON document, indented."""
    click.echo(msgspec.json.format(msgspec.json.encode(value)).decode())


def show_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows: a table on a terminal, else lines aligned with spaces under a heading."""
    if is_rich(sys.stdout):
        from rich.console import Console  # noqa: PLC0415  0.1 s to import, not needed in pipes
        from rich.table import Table  # noqa: PLC0415
        from rich.text import Text  # noqa: PLC0415

        table = Table(*columns, box=None, header_style="bold", pad_edge=False)
        for row in rows:
            table.add_row(*(Text(cell) for cell in row))
        Console(no_color=not has_color()).print(table)
        return
    widths = [max(len(row[place]) for row in (columns, *rows)) for place in range(len(columns))]
    for row in (columns, *rows):
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def show_members(members: Sequence[tuple[str, str]]) -> None:
    """Print names and values, one pair a line, the values aligned."""
    width = max((len(name) for name, _ in members), default=0)
    for name, value in members:
        click.echo(f"{name.ljust(width)}  {value}".rstrip())


def is_rich(stream: TextIO) -> bool:
    """Whether a stream is a terminal on which lines can be redrawn."""
    return stream.isatty() and not os.environ.get("CI") and os.environ.get("TERM") != "dumb"


def has_color() -> bool:
    """Whether colors are wanted (https://no-color.org)."""
    return not os.environ.get("NO_COLOR")


def say(message: str, stream: TextIO | None = None) -> None:
    """Tell a person something, on stderr."""
    click.echo(message, file=stream or sys.stderr)


def confirmed(question: str, *, yes: bool) -> None:
    """Ask before something is lost; raises Failed where nobody says yes."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise Failed(f"{question} Give --yes to do it.", USAGE)
    if not click.confirm(question, err=True):
        raise Failed("nothing was done")
