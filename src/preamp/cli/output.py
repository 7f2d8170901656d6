"""How commands answer: tables on a terminal, plain aligned lines in a pipe, one JSON document with --json."""

import sys
from collections.abc import Sequence
from typing import Any, TextIO

import click
import msgspec

FAILED, USAGE, REFUSED, UNREACHABLE, IN_USE, BREAKS = 1, 2, 3, 4, 5, 6


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
    if sys.stdout.isatty():
        from rich.console import Console  # noqa: PLC0415  0.1 s to import, not needed in pipes
        from rich.table import Table  # noqa: PLC0415

        table = Table(*columns, box=None, header_style="bold", pad_edge=False)
        for row in rows:
            table.add_row(*row)
        Console().print(table)
        return
    widths = [max(len(row[place]) for row in (columns, *rows)) for place in range(len(columns))]
    for row in (columns, *rows):
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def say(message: str, stream: TextIO | None = None) -> None:
    """Tell a person something, on stderr."""
    click.echo(message, file=stream or sys.stderr)
