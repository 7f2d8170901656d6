"""`preamp quickstart`: serve, and through the wire create an app, an environment and a GraphQL API."""

import re
from pathlib import Path
from typing import Any

import click
import msgspec
from msgspec import Struct

from preamp.cli.client import Client, Profile, Refused
from preamp.cli.examples import examples
from preamp.cli.importing import Importer, checked, planned, show_import
from preamp.cli.output import USAGE, Failed, say
from preamp.cli.serve import server_options, settings_of, start
from preamp.cli.watch import watch
from preamp.graphql import ApiOptions, SchemaError
from preamp.graphql.schema import transform
from preamp.kit import ids
from preamp.server import DataDirectory, Ready
from preamp.server.install import write_private
from preamp.settings import Settings

_NEEDS_CONFIGURATION = frozenset({"OPENID_CONNECT", "AWS_LAMBDA"})
ENVIRONMENT = "dev"


class Plan(Struct, frozen=True, kw_only=True):
    """What quickstart deploys; kept in the data directory, so that the next run finds it."""

    app_id: str
    app_name: str
    resource: str


class Deployed(Struct, frozen=True, kw_only=True):
    """The API as GetBackend tells it."""

    api_id: str
    endpoint: str
    key: str | None
    schema: str


@click.command()
@server_options
@click.option(
    "--schema", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Annotated GraphQL schema."
)
@click.option("--import", "project", type=click.Path(path_type=Path), help="Amplify Gen 1 project to import instead.")
@click.option("--app-name", default=None, help="Name of the app (default: board, or the schema's file name).")
@click.option("--exit-after", is_flag=True, help="Stop once the API is deployed instead of serving on.")
def quickstart(
    schema: Path | None,
    project: Path | None,
    app_name: str | None,
    exit_after: bool,
    config: Path | None,
    **flags: str | None,
) -> None:
    """Serve, and deploy a GraphQL API: a discussion board, that of --schema, or the project of --import. Ctrl-C stops.

    A data directory that has the app already serves it again.
    """
    settings = settings_of(config, flags)
    if project is not None:
        if schema is not None:
            raise Failed("--schema and --import exclude each other", USAGE)
        _quick_import(settings, project, serve_on=not exit_after)
        return
    sdl = (schema or Path(__file__).parent / "templates" / "board.graphql").read_text()
    try:
        transform(sdl, _options(sdl))
    except SchemaError as error:
        where = f"{schema}:{error.line}:{error.column}" if error.line else str(schema)
        raise Failed(f"{where}: {error.name}: {error.message}", USAGE) from None

    async def beside(ready: Ready) -> bool:
        plan = _plan(DataDirectory(Path(settings.data)), app_name or _name_of(schema))
        async with Client(_profile(ready)) as client:
            deployed = await _deploy(client, plan, sdl, settings, given=schema is not None)
        click.echo(_summary(ready, plan, deployed, settings))
        if not exit_after:
            say("Serving. Ctrl-C stops.")
        return not exit_after

    start(settings, on_ready=beside)


def _quick_import(settings: Settings, project: Path, *, serve_on: bool) -> None:
    """Serve, and import a project as `preamp import` does."""
    plan = checked(planned(project, None, None))

    async def beside(ready: Ready) -> bool:
        async with Client(_profile(ready)) as client:
            outcomes = await Importer(client, plan).run()
        show_import(plan, outcomes, None)
        click.echo(f"      preamp pull --app {plan.target.app_id} --out ./src  (in the web app's folder)")
        if serve_on:
            say("Serving. Ctrl-C stops.")
        return serve_on

    start(settings, on_ready=beside)


def _options(sdl: str) -> ApiOptions:
    """How a new app's schema is read: the API key first, then whatever else its rules speak of.

    Raises SchemaError, and Failed for rules that need more configuration than a schema tells.
    """
    wanted = transform(sdl, ApiOptions()).modes
    for mode in wanted:
        if mode in _NEEDS_CONFIGURATION:
            raise Failed(
                f"the schema's rules need {mode}, which quickstart cannot configure: use CreateBackendAPI", USAGE
            )
    return ApiOptions(modes=("API_KEY", *(mode for mode in wanted if mode != "API_KEY")))


def _profile(ready: Ready) -> Profile:
    if ready.access_key_id is None or ready.secret_access_key is None:
        raise Failed("the root access key was ended: make one by `preamp keys create`, and deploy by `preamp call`")
    return Profile(
        endpoint=ready.http, access_key_id=ready.access_key_id, secret=ready.secret_access_key, region=ready.region
    )


def _name_of(schema: Path | None) -> str:
    if schema is None:
        return "board"
    return schema.parent.name if schema.stem == "schema" and schema.parent.name else schema.stem


def _plan(directory: DataDirectory, app_name: str) -> Plan:
    path = directory.path / "quickstart.json"
    if path.exists():
        return msgspec.json.decode(path.read_bytes(), type=Plan)
    resource = re.sub(r"[^A-Za-z0-9]", "", app_name) or "api"
    plan = Plan(app_id="d" + ids.lower_alnum(12), app_name=app_name, resource=resource)
    write_private(path, msgspec.json.encode(plan))
    return plan


async def _deploy(client: Client, plan: Plan, sdl: str, settings: Settings, *, given: bool) -> Deployed:
    """Bring the app to where its API serves, from wherever an earlier run left it. Raises Failed."""
    if await _backend(client, plan) is None:
        await _job(
            client,
            plan,
            "CreateBackend",
            appId=plan.app_id,
            appName=plan.app_name,
            backendEnvironmentName=ENVIRONMENT,
            resourceConfig={},
        )
    await _finish_running(client, plan)
    meta = await _backend(client, plan) or {}
    if plan.resource not in meta.get("api", {}):
        await _job(client, plan, "CreateBackendAPI", **_api(plan, sdl, settings))
        meta = await _backend(client, plan) or {}
    elif given:
        say("The app exists: its API stays as it is. UpdateBackendAPI changes its schema.")
    return await _deployed(client, plan, meta)


def _api(plan: Plan, sdl: str, settings: Settings) -> dict[str, Any]:
    key = {"mode": "API_KEY", "settings": {"expirationTime": settings.api_key_days, "description": "quickstart"}}
    return {
        "appId": plan.app_id,
        "backendEnvironmentName": ENVIRONMENT,
        "resourceName": plan.resource,
        "resourceConfig": {
            "apiName": plan.resource,
            "service": "AppSync",
            "transformSchema": sdl,
            "defaultAuthType": key,
            "additionalAuthTypes": [{"mode": mode} for mode in (_options(sdl).modes or ())[1:]],
        },
    }


async def _backend(client: Client, plan: Plan) -> dict[str, Any] | None:
    """The environment's amplify-meta, None where the environment is not there."""
    try:
        found = await client.call("GetBackend", appId=plan.app_id, backendEnvironmentName=ENVIRONMENT)
    except Refused as refused:
        if refused.error == "NotFoundException":
            return None
        raise
    return msgspec.json.decode(found.get("amplifyMetaConfig") or "{}", type=dict[str, Any])


async def _finish_running(client: Client, plan: Plan) -> None:
    """Wait for what an earlier run started."""
    found = await client.call("ListBackendJobs", appId=plan.app_id, backendEnvironmentName=ENVIRONMENT)
    for job in found.get("jobs") or []:
        if job.get("status") not in {"COMPLETED", "FAILED"}:
            await watch(client, plan.app_id, ENVIRONMENT, job["jobId"])


async def _job(client: Client, plan: Plan, operation: str, **members: Any) -> None:
    started = await client.call(operation, **members)
    ended = await watch(client, plan.app_id, ENVIRONMENT, started["jobId"])
    if ended.get("status") != "COMPLETED":
        raise Failed(f"{operation} failed: {ended.get('error') or 'see preamp jobs show'}")


async def _deployed(client: Client, plan: Plan, meta: dict[str, Any]) -> Deployed:
    output = meta.get("api", {}).get(plan.resource, {}).get("output", {})
    if "GraphQLAPIIdOutput" not in output:
        raise Failed("GetBackend does not tell the API's id: see preamp jobs list")
    api = await client.call(
        "GetBackendAPI", appId=plan.app_id, backendEnvironmentName=ENVIRONMENT, resourceName=plan.resource
    )
    return Deployed(
        api_id=output["GraphQLAPIIdOutput"],
        endpoint=output.get("GraphQLAPIEndpointOutput", ""),
        key=output.get("GraphQLAPIKeyOutput"),
        schema=(api.get("resourceConfig") or {}).get("transformSchema") or "",
    )


def _summary(ready: Ready, plan: Plan, deployed: Deployed, settings: Settings) -> str:
    # Plain HTTP on this machine needs no trust in the local CA, so that is what a first curl is shown.
    url = deployed.endpoint if settings.public_url else f"{ready.http}/graphql/{deployed.api_id}"
    lines = [
        "",
        f"  app           {plan.app_id} ({plan.app_name}), environment {ENVIRONMENT}",
        f"  GraphQL       {url}",
        f"  GraphQL, TLS  {deployed.endpoint}",
        f"  CA            {ready.ca}",
        f"  API key       {deployed.key or 'none'}",
        f"  Backend API   {ready.http}  (SigV4, keys in {Path(ready.data) / 'credentials'})",
    ]
    model = transform(deployed.schema, _options(deployed.schema))
    found = examples(model, f"first-{ids.lower_alnum(6)}")
    if found is not None and deployed.key:
        for create in found.creates:
            lines += ["", "Create a row:", "", curl(url, deployed.key, create)]
        lines += ["", "List rows with what hangs on them:", "", curl(url, deployed.key, found.lists)]
    return "\n".join([*lines, ""])


def curl(url: str, key: str, document: str) -> str:
    """A shell command that sends a document."""
    body = msgspec.json.encode({"query": document}).decode().replace("'", r"'\''")
    return f"curl -s {url} -H 'x-api-key: {key}' -H 'content-type: application/json' \\\n  -d '{body}'"
