"""`preamp exit-codes`."""

import click

from preamp.cli.output import EXIT_CODES, json_option, show_json, show_table


@click.command("exit-codes")
@json_option
def exit_codes(as_json: bool) -> None:
    """Print what exit codes mean."""
    if as_json:
        show_json({str(code): meaning for code, meaning in EXIT_CODES.items()})
        return
    show_table(("CODE", "MEANING"), [(str(code), meaning) for code, meaning in EXIT_CODES.items()])
