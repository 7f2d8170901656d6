"""`preamp completion`: the script that a shell loads."""

import click
from click.shell_completion import get_completion_class

from preamp.cli.output import USAGE, Failed

SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the completion script of SHELL, for example: preamp completion bash > ~/.bash_completion.d/preamp."""
    found = get_completion_class(shell)
    if found is None:
        raise Failed(f"there is no completion for {shell}", USAGE)
    click.echo(found(context.find_root().command, {}, "preamp", "_PREAMP_COMPLETE").source())
