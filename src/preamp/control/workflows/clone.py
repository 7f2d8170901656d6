"""CloneBackend: the whole configuration of one environment, provisioned anew and empty under another name."""

from functools import partial

import msgspec
from msgspec import Struct

from preamp.auth import make_keys
from preamp.control import rules
from preamp.control.api import ApiWork
from preamp.control.auth import AuthWork, new_record
from preamp.control.backend import CloneBackendWork
from preamp.control.context import (
    AuthRecord,
    Control,
    StorageRecord,
    app_of,
    config_of,
    put_resource,
    record_of,
    resources_of,
)
from preamp.control.meta import write_meta
from preamp.control.model import (
    BackendAPIResourceConfig,
    CreateBackendAuthResourceConfig,
    GetBackendStorageResourceConfig,
)
from preamp.control.records import Resource
from preamp.control.storage import StorageWork
from preamp.control.unserved import copy_unserved
from preamp.control.workflows import auth, storage
from preamp.control.workflows.backend import put_environment
from preamp.control.workflows.deploy_api import publish_api, read_schema
from preamp.db import Transaction
from preamp.graphql import Model
from preamp.jobs import Run
from preamp.kit import ids
from preamp.storage import Owner, make_bucket_name


class ClonePlan(Struct, frozen=True, kw_only=True):
    """What will be made. Ids are decided once, so that every later step can be repeated."""

    stack: str
    api: ApiWork | None = None
    auth: AuthWork | None = None
    auth_source_pool: str | None = None
    storage: StorageWork | None = None
    imported: tuple[Resource, ...] = ()


async def clone_backend(control: Control, run: Run) -> None:
    """Plan, make the API's tables, then write everything else in one transaction."""
    work = run.input(CloneBackendWork)
    plan = await run.commit("plan the environment", lambda tx: _plan(control, tx, work), ClonePlan)
    model = await read_schema(control, work.app_id, plan.api.config) if plan.api else None
    if plan.api is not None and model is not None:
        await _prepare(control, run, plan.api, model)

    keys = await make_keys() if plan.auth is not None else ()

    async def commit(tx: Transaction) -> None:
        await put_environment(control, tx, work.app_id, work.target, plan.stack)
        if plan.auth is not None:
            secrets = await control.auth.secrets_of(tx, plan.auth_source_pool or "")
            await auth.provision(control, tx, plan.auth, secrets, keys)
        if plan.storage is not None:
            await storage.provision(control, tx, plan.storage)
        for resource in plan.imported:
            await put_resource(tx, control, resource)
            if resource.category == "storage":
                bucket = record_of(resource, StorageRecord).bucket_name
                await control.storage.link_bucket(tx, bucket, Owner(work.app_id, work.target))
        await copy_unserved(tx, work.app_id, work.source, work.target)
        if plan.api is not None and model is not None:
            await publish_api(control, tx, plan.api, model)
        await write_meta(control, tx, work.app_id, work.target)

    await run.complete("create the environment", commit)


async def undo_clone(control: Control, run: Run) -> None:
    """Nothing was committed: only the new API's tables may exist."""
    plan = run.result("plan the environment", ClonePlan)
    if plan is not None and plan.api is not None:
        api_id = plan.api.api_id
        await run.step("remove the tables", lambda: control.graphql.remove(api_id), type(None))


async def settle_clone(control: Control, run: Run) -> None:
    """Tell the new API's tables that their release serves."""
    plan = run.result("plan the environment", ClonePlan)
    if plan is not None and plan.api is not None:
        tidy = partial(control.graphql.settle, plan.api.api_id, plan.api.release_id)
        await run.step("tidy the tables", tidy, type(None))


async def _prepare(control: Control, run: Run, api: ApiWork, model: Model) -> None:
    await run.step("prepare the tables", lambda: control.graphql.prepare(api.api_id, api.release_id, model), type(None))


async def _plan(control: Control, tx: Transaction, work: CloneBackendWork) -> ClonePlan:
    app = await app_of(tx, work.app_id)
    plan = ClonePlan(stack=rules.stack_name(app.name, work.target, work.stamp))
    for resource in await resources_of(tx, work.app_id, work.source):
        plan = _with(control, plan, work, resource)
    return plan


def _with(control: Control, plan: ClonePlan, work: CloneBackendWork, resource: Resource) -> ClonePlan:
    if resource.imported:
        copy = msgspec.structs.replace(resource, environment=work.target)
        return msgspec.structs.replace(plan, imported=(*plan.imported, copy))
    if resource.category == "api":
        return msgspec.structs.replace(plan, api=_api(work, resource))
    if resource.category == "auth":
        source = record_of(resource, AuthRecord).user_pool_id
        return msgspec.structs.replace(plan, auth=_auth(control, work, resource), auth_source_pool=source)
    return msgspec.structs.replace(plan, storage=_storage(work, resource))


def _api(work: CloneBackendWork, resource: Resource) -> ApiWork:
    return ApiWork(
        app_id=work.app_id,
        environment=work.target,
        name=resource.name,
        api_id=ids.lower_alnum(26),
        release_id=ids.uuid4(),
        config=config_of(resource, BackendAPIResourceConfig),
    )


def _auth(control: Control, work: CloneBackendWork, resource: Resource) -> AuthWork:
    plain = msgspec.to_builtins(config_of(resource, CreateBackendAuthResourceConfig))
    o_auth = plain["userPoolConfigs"].get("oAuth", {})
    if "domainPrefix" in o_auth:  # prefixes are unique over all pools
        o_auth["domainPrefix"] = f"{o_auth['domainPrefix'][:45].rstrip('-')}-{work.salt}"
    config = msgspec.convert(plain, CreateBackendAuthResourceConfig)
    return AuthWork(
        app_id=work.app_id,
        environment=work.target,
        name=resource.name,
        record=new_record(control, config),
        config=config,
    )


def _storage(work: CloneBackendWork, resource: Resource) -> StorageWork:
    config = config_of(resource, GetBackendStorageResourceConfig)
    name = make_bucket_name(work.app_id, work.target, resource.name, work.salt)
    return StorageWork(
        app_id=work.app_id,
        environment=work.target,
        name=resource.name,
        bucket_name=name,
        permissions=config.permissions,
    )
