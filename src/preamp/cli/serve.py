"""`preamp serve`, and the start that quickstart shares."""

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import click

from preamp.cli.output import CONFLICT, USAGE, Failed
from preamp.server import DirectoryInUse, StartError, run
from preamp.server.lifecycle import OnReady
from preamp.settings import Settings, SettingsError, read
from preamp.telemetry import configure_logs

F = TypeVar("F", bound=Callable[..., Any])


def server_options(command: F) -> F:
    """The options that every serving command takes; each setting has its environment variable besides."""
    for option in (
        click.option("--config", type=click.Path(path_type=Path), help="TOML file of settings."),
        click.option("--database", help="sqlite:///PATH or postgresql://USER@HOST/NAME."),
        click.option("--data", help="Data directory (default: preamp-data)."),
        click.option("--https", help="HOST:PORT for HTTPS (default: 127.0.0.1:20443)."),
        click.option("--http", help="HOST:PORT for HTTP (default: 127.0.0.1:20002)."),
    ):
        command = option(command)
    return command


@click.command()
@server_options
@click.option("--ephemeral", is_flag=True, help="Keep data in a temporary directory that is removed at the end.")
@click.option("--ready-file", type=click.Path(path_type=Path), help="Write addresses and keys here (JSON).")
def serve(ephemeral: bool, ready_file: Path | None, config: Path | None, **flags: str | None) -> None:
    """Serve until Ctrl-C or SIGTERM.

    On first start the data directory gets an install key, a root access key (file `credentials`) and certificates.
    """
    with _folder(flags, ephemeral=ephemeral):
        start(settings_of(config, flags), ready_file)


def settings_of(config: Path | None, flags: dict[str, str | None]) -> Settings:
    """The settings of this run."""
    try:
        return read(os.environ, config, flags)
    except SettingsError as error:
        raise Failed(str(error), USAGE) from None


def start(settings: Settings, ready_file: Path | None = None, on_ready: OnReady | None = None) -> None:
    """Serve in this process."""
    configure_logs(settings.log_level, settings.log_format, sys.stderr)
    try:
        run(settings, ready_file, on_ready)
    except DirectoryInUse as error:
        raise Failed(str(error), CONFLICT) from None
    except StartError as error:
        raise Failed(str(error)) from None


@contextlib.contextmanager
def _folder(flags: dict[str, str | None], *, ephemeral: bool) -> Iterator[None]:
    if not ephemeral:
        yield
        return
    if flags.get("data"):
        raise Failed("--ephemeral makes its own data directory: leave --data out", USAGE)
    folder = tempfile.mkdtemp(prefix="preamp-")
    flags["data"] = folder
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)
