"""`preamp export config` and `preamp pull`: files with which unchanged Amplify clients find this server."""

from pathlib import Path
from typing import Any

import click

from preamp.cli.client import Client, Environment, Place, on_environment, run_at
from preamp.cli.codegen import ClientSchema, client_schema, models_files, models_of, statement_files
from preamp.cli.output import FAILED, Failed, json_option, say, show_json
from preamp.gen1 import FILE_NAMES, FORMATS, MODES, Backend, Format, Mode, backend_of, declaration, written


@click.group()
def export() -> None:
    """Write what clients are configured with."""


@export.command("config")
@click.option("--format", "form", type=click.Choice(FORMATS), default="aws-exports", show_default=True)
@click.option(
    "--mode",
    type=click.Choice(MODES),
    default="native",
    show_default=True,
    help="native for aws-amplify 6.15 and newer, legacy for older ones and code that spreads aws_* keys.",
)
@click.option("--url", help="Where clients reach the server (default: its public URL).")
@click.option("--out", type=click.Path(path_type=Path), help="File or folder to write (default: standard output).")
@on_environment
def config(form: Format, mode: Mode, url: str | None, out: Path | None, place: Place) -> None:
    """Write the configuration of an environment's clients."""
    text = written(run_at(place, lambda client, environment: _backend(client, environment, url)), form, mode)
    if out is None:
        click.echo(text, nl=False)
        return
    path = out / FILE_NAMES[form] if out.is_dir() else out
    _write({path: text})


@click.command()
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default="src", show_default=True)
@click.option("--mode", type=click.Choice(MODES), default="native", show_default=True, help="As in export config.")
@click.option("--url", help="Where clients reach the server (default: its public URL).")
@on_environment
@json_option
def pull(out: Path, mode: Mode, url: str | None, place: Place, as_json: bool) -> None:
    """Write aws-exports.js, amplifyconfiguration.json, the models and the GraphQL statements into a web project.

    Files of the same names are replaced, as `amplify pull` does.
    """

    async def ask(client: Client, environment: Environment) -> tuple[Backend, ClientSchema | None, str]:
        backend = await _backend(client, environment, url)
        if backend.api is None:
            return backend, None, ""
        schema = await client_schema(client, environment, backend.api.name)
        return backend, schema, await models_of(client, environment, backend.api.name)

    backend, schema, models = run_at(place, ask)
    files = {
        out / "aws-exports.js": written(backend, "aws-exports", mode),
        out / "aws-exports.d.ts": declaration(),
        out / "amplifyconfiguration.json": written(backend, "amplifyconfiguration", mode),
    }
    if schema is not None:
        files |= {out / "graphql" / name: text for name, text in statement_files(schema, "javascript").items()}
        files |= {out / "models" / name: text for name, text in models_files(models).items()}
    _write(files)
    if as_json:
        show_json({"app": backend.app_id, "environment": backend.environment, "files": [str(path) for path in files]})


async def _backend(client: Client, environment: Environment, url: str | None) -> Backend:
    document: dict[str, Any] = await client.call("GetBackendClientConfig", **environment.members)
    return backend_of(document, url)


def _write(files: dict[Path, str]) -> None:
    for path, text in files.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
            path.write_text(text)
            path.chmod(0o644)  # sources of a web app: others build it too
        except OSError as error:
            raise Failed(f"cannot write {path}: {error.strerror}", FAILED) from None
        say(f"wrote {path}")
