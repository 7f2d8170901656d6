"""Deploying GraphQL APIs: schema -> Model -> tables -> release, and the way back where it fails."""

import asyncio

import msgspec

from preamp.control.api import ApiWork, NamedWork
from preamp.control.context import (
    ApiRecord,
    Control,
    find_resource,
    put_resource,
    record_of,
    resource_of,
    text_of,
)
from preamp.control.errors import NotFoundException
from preamp.control.meta import write_meta
from preamp.control.model import BackendAPIAuthType, BackendAPIResourceConfig, Mode
from preamp.control.questions import APP, DELETE_RESOURCE
from preamp.control.records import App, Resource
from preamp.control.rules import key_days, key_description
from preamp.control.workflows.remove import Withdrawn, drop_data
from preamp.db import Transaction
from preamp.graphql import ApiMode, ApiOptions, DataLoss, Model, Published, SchemaError, flags_of
from preamp.jobs import Failure, Run

_DAY_MS = 24 * 3600 * 1000


async def create_api(control: Control, run: Run) -> None:
    """Make the tables, then publish the first release with an API key."""
    work = run.input(ApiWork)
    model = await read_schema(control, work.app_id, work.config)
    await _prepare(control, run, work, model)

    async def publish(tx: Transaction) -> None:
        await publish_api(control, tx, work, model)
        await write_meta(control, tx, work.app_id, work.environment)

    await run.complete("publish the API", publish)


async def undo_create(control: Control, run: Run) -> None:
    """Nothing of the API was published: its space goes."""
    work = run.input(ApiWork)
    await run.step("remove the tables", lambda: control.graphql.remove(work.api_id), type(None))


async def update_api(control: Control, run: Run) -> None:
    """Bring the tables to where both releases work, then publish the new one."""
    work = run.input(ApiWork)
    model = await read_schema(control, work.app_id, work.config)
    await _prepare(control, run, work, model)

    async def publish(tx: Transaction) -> None:
        await publish_api(control, tx, work, model)
        await write_meta(control, tx, work.app_id, work.environment)

    await run.complete("publish the release", publish)


async def undo_update(control: Control, run: Run) -> None:
    """The old release serves on; what the failed one added to the tables goes."""
    work = run.input(ApiWork)
    await run.step("take back the changes", lambda: control.graphql.revert(work.api_id, work.release_id), type(None))


async def settle(control: Control, run: Run) -> None:
    """Drop what only the old release needed."""
    work = run.input(ApiWork)
    await run.step("tidy the tables", lambda: control.graphql.settle(work.api_id, work.release_id), type(None))


async def delete_api(control: Control, run: Run) -> None:
    """Take the API out of service, then remove its rows."""
    work = run.input(NamedWork)

    async def withdraw(tx: Transaction) -> Withdrawn:
        resource = await find_resource(tx, work.app_id, work.environment, "api")
        if resource is None:
            return Withdrawn()
        api_id = record_of(resource, ApiRecord).api_id
        await control.graphql.unpublish(tx, api_id)
        await tx.execute(DELETE_RESOURCE, app_id=work.app_id, environment=work.environment, category="api")
        await write_meta(control, tx, work.app_id, work.environment)
        return Withdrawn(api_ids=(api_id,))

    await drop_data(control, run, await run.commit("take out of service", withdraw, Withdrawn))


async def generate_models(control: Control, run: Run) -> None:
    """Run codegen over the schema of the release that is served."""
    work = run.input(NamedWork)
    try:
        resource = await resource_of(control.db, work.app_id, work.environment, "api", work.name)
    except NotFoundException as error:
        raise Failure(f"NotFoundException - {error.message}") from error
    config = msgspec.json.decode(resource.config, type=BackendAPIResourceConfig)
    record = record_of(resource, ApiRecord)
    try:
        generated = await asyncio.to_thread(control.graphql.generate_models, config.transform_schema or "")
    except SchemaError as error:
        raise Failure(schema_text(error)) from error

    async def keep(tx: Transaction) -> None:
        await control.graphql.set_models(tx, record.api_id, record.release_id, generated)

    await run.complete("generate the models", keep)


async def read_schema(control: Control, app_id: str, config: BackendAPIResourceConfig) -> Model:
    """The Model of a configuration by the app's cli.json; a refused schema fails the job with line and column."""
    app = await control.db.row(APP, app_id=app_id)
    strategy = config.conflict_resolution.resolution_strategy if config.conflict_resolution else None
    types = [each for each in (config.default_auth_type, *(config.additional_auth_types or ())) if each]
    options = ApiOptions(
        modes=tuple(each.mode for each in types if each.mode) if config.default_auth_type else None,
        conflict=None if strategy in {None, "NONE"} else strategy,  # type: ignore[arg-type]
        flags=flags_of(App(*app).feature_flags if app else "{}"),
    )
    try:
        return await asyncio.to_thread(control.graphql.compile, config.transform_schema or "", options)
    except SchemaError as error:
        raise Failure(schema_text(error)) from error


def schema_text(error: SchemaError) -> str:
    """A refusal as a job tells it."""
    where = f" (line {error.line}, column {error.column})" if error.line else ""
    return f"{error.name} - {error.message}{where}"


async def _prepare(control: Control, run: Run, work: ApiWork, model: Model) -> None:
    try:
        await run.step(
            "prepare the tables", lambda: control.graphql.prepare(work.api_id, work.release_id, model), type(None)
        )
    except DataLoss as loss:
        raise Failure(f"DataLossException - {loss}") from loss


async def publish_api(control: Control, tx: Transaction, work: ApiWork, model: Model) -> None:
    """Write release, key and resource; everything that clients can see of the deployment."""
    config = completed(work.config, work.name, model)
    settings = {
        "authTypes": msgspec.to_builtins((config.default_auth_type, *(config.additional_auth_types or ()))),
        "appId": work.app_id,
        "environment": work.environment,
    }
    await control.graphql.publish(
        tx, Published(api_id=work.api_id, release_id=work.release_id, model=model, settings=settings)
    )
    days = key_days(config)
    if days is not None and not await control.graphql.keys(tx, work.api_id):
        expires = control.clock.now_ms() + days * _DAY_MS
        await control.graphql.add_key(tx, work.api_id, key_description(config), expires)
    record = text_of(ApiRecord(api_id=work.api_id, release_id=work.release_id))
    resource = Resource(work.app_id, work.environment, "api", work.name, text_of(config), record, 0, 0)
    await put_resource(tx, control, resource)


def completed(config: BackendAPIResourceConfig, name: str, model: Model) -> BackendAPIResourceConfig:
    """The configuration with what was left out: the names, and the modes that the schema's rules imply."""
    default = config.default_auth_type or BackendAPIAuthType(mode=_wire_mode(model.modes[0]))
    more = config.additional_auth_types
    if config.default_auth_type is None and not more:
        more = tuple(BackendAPIAuthType(mode=_wire_mode(mode)) for mode in model.modes[1:]) or None
    return msgspec.structs.replace(
        config,
        api_name=config.api_name or name,
        service=config.service or "AppSync",
        default_auth_type=default,
        additional_auth_types=more,
    )


def _wire_mode(mode: ApiMode) -> Mode:
    if mode == "AWS_LAMBDA":
        raise Failure("InvalidDirectiveError - @auth with `allow: custom` needs AWS_LAMBDA, which this API cannot set.")
    return mode
