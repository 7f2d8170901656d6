"""`preamp profiles`: servers by name."""

from pathlib import Path

import click
import msgspec

from preamp.cli.client import SavedProfile, Server, profile_of, profiles_path, saved_profiles
from preamp.cli.output import FAILED, NOT_FOUND, Failed, json_option, show_json, show_table
from preamp.server.install import write_private


@click.group()
def profiles() -> None:
    """Servers kept by name: an address, and the file that holds the key. Commands take --profile NAME."""


@profiles.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List profiles."""
    found = saved_profiles()
    if as_json:
        show_json(found)
        return
    rows = [(name, one.endpoint, one.credentials, one.section, one.region) for name, one in sorted(found.items())]
    show_table(("NAME", "ENDPOINT", "CREDENTIALS", "SECTION", "REGION"), rows)


@profiles.command()
@click.argument("name")
@click.option("--endpoint", required=True, help="URL of the server.")
@click.option(
    "--credentials",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="File of access keys in AWS's form, such as the data directory's `credentials`.",
)
@click.option("--section", default="default", show_default=True, help="Which key of the file.")
@click.option("--region", default="us-east-1", show_default=True)
@click.option("--ca", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="CA certificate to trust.")
def add(name: str, endpoint: str, credentials: Path, section: str, region: str, ca: Path | None) -> None:
    """Keep a server as NAME."""
    new = SavedProfile(
        endpoint=endpoint,
        credentials=str(credentials.absolute()),
        section=section,
        region=region,
        ca=str(ca.absolute()) if ca else None,
    )
    _save({**saved_profiles(), name: new})
    profile_of(Server(profile=name))  # says at once if the file has no such key


@profiles.command()
@click.argument("name")
def remove(name: str) -> None:
    """Forget NAME."""
    found = saved_profiles()
    if name not in found:
        raise Failed(f"there is no profile {name!r}: see preamp profiles list", NOT_FOUND)
    _save({one: profile for one, profile in found.items() if one != name})


def _save(found: dict[str, SavedProfile]) -> None:
    path = profiles_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_private(path, msgspec.json.format(msgspec.json.encode(found)) + b"\n")
    except OSError as error:
        raise Failed(f"cannot write {path}: {error.strerror}", FAILED) from None
