"""Removing environments: their rows in one transaction, then the data behind them.

A removal that has begun is carried to its end, also when the job is cancelled: half an environment is of no use.
"""

from functools import partial

from msgspec import Struct

from preamp.control import questions
from preamp.control.backend import RemoveWork
from preamp.control.config import drop_login
from preamp.control.context import ApiRecord, AuthRecord, Control, StorageRecord, record_of, resources_of
from preamp.control.meta import deployment_bucket
from preamp.control.records import App, Environment, Resource
from preamp.db import Transaction
from preamp.jobs import Run
from preamp.storage import Owner

_OBJECTS_PER_STEP = 10_000


class Withdrawn(Struct, frozen=True, kw_only=True):
    """What serves no more and has data behind it: APIs by id, buckets by name."""

    api_ids: tuple[str, ...] = ()
    buckets: tuple[str, ...] = ()

    def __add__(self, other: "Withdrawn") -> "Withdrawn":
        return Withdrawn(api_ids=self.api_ids + other.api_ids, buckets=self.buckets + other.buckets)


async def delete_backend(control: Control, run: Run) -> None:
    """Remove one environment."""
    work = run.input(RemoveWork)

    async def withdraw(tx: Transaction) -> Withdrawn:
        return await withdraw_environment(control, tx, work.app_id, work.environment or "")

    await drop_data(control, run, await run.commit("take out of service", withdraw, Withdrawn))


async def remove_all_backends(control: Control, run: Run) -> None:
    """Remove all environments, and the app with its console configuration where that was asked for."""
    work = run.input(RemoveWork)

    async def withdraw(tx: Transaction) -> Withdrawn:
        withdrawn = Withdrawn()
        for row in await tx.rows(questions.ENVIRONMENT_NAMES, app_id=work.app_id):
            withdrawn += await withdraw_environment(control, tx, work.app_id, row[0])
        app = await tx.row(questions.LOCK_APP, app_id=work.app_id)
        if work.clean_app and app is not None:
            await drop_login(control, tx, App(*app))
            await tx.execute(questions.DELETE_TOKENS, app_id=work.app_id)
            await tx.execute(questions.DELETE_APP, app_id=work.app_id)
        return withdrawn

    await drop_data(control, run, await run.commit("take out of service", withdraw, Withdrawn))


async def finish_removal(control: Control, run: Run) -> None:
    """Cancelled or failed: what was taken out of service goes, the rest was never touched."""
    await drop_data(control, run, run.result("take out of service", Withdrawn) or Withdrawn())


async def withdraw_environment(control: Control, tx: Transaction, app_id: str, name: str) -> Withdrawn:
    """Remove an environment's rows; answers what has data that remain to be dropped."""
    withdrawn = Withdrawn()
    for resource in await resources_of(tx, app_id, name):
        withdrawn += await withdraw_resource(control, tx, resource)
    row = await tx.row(questions.ENVIRONMENT, app_id=app_id, environment=name)
    if row is not None:
        bucket = deployment_bucket(Environment(*row).stack)
        await control.storage.withdraw_bucket(tx, bucket)
        withdrawn += Withdrawn(buckets=(bucket,))
        await tx.execute(questions.DELETE_UNSERVED, app_id=app_id, environment=name)
        await tx.execute(questions.DELETE_ENVIRONMENT, app_id=app_id, environment=name)
    return withdrawn


async def withdraw_resource(control: Control, tx: Transaction, resource: Resource) -> Withdrawn:
    """Remove one resource; an imported pool or bucket is only unlinked."""
    withdrawn = Withdrawn()
    if resource.category == "api":
        withdrawn = Withdrawn(api_ids=(record_of(resource, ApiRecord).api_id,))
        await control.graphql.unpublish(tx, withdrawn.api_ids[0])
    elif resource.category == "auth" and not resource.imported:
        await control.auth.delete_pool(tx, record_of(resource, AuthRecord).user_pool_id)
    elif resource.category == "storage" and resource.imported:
        await control.storage.unlink_buckets(tx, Owner(resource.app_id, resource.environment))
    elif resource.category == "storage":
        withdrawn = Withdrawn(buckets=(record_of(resource, StorageRecord).bucket_name,))
        await control.storage.withdraw_bucket(tx, withdrawn.buckets[0])
    await tx.execute(
        questions.DELETE_RESOURCE,
        app_id=resource.app_id,
        environment=resource.environment,
        category=resource.category,
    )
    return withdrawn


async def drop_data(control: Control, run: Run, withdrawn: Withdrawn) -> None:
    """Drop the data of what serves no more: the rows of APIs, the objects of buckets."""
    for api_id in withdrawn.api_ids:
        await run.step(f"remove the rows of API {api_id}", partial(control.graphql.remove, api_id), type(None))
    for bucket in withdrawn.buckets:
        await _drop_bucket(control, run, bucket)


async def _drop_bucket(control: Control, run: Run, bucket: str) -> None:
    """Remove the objects step by step, so that the job tells how far it is, then free the bucket's name."""
    clear = partial(control.storage.clear_bucket, control.db, bucket, _OBJECTS_PER_STEP)
    first, removed = 1, _OBJECTS_PER_STEP
    while removed == _OBJECTS_PER_STEP:
        removed = await run.step(f"remove objects of {bucket} from number {first}", clear, int)
        first += removed
    await run.commit(f"remove the bucket {bucket}", lambda tx: control.storage.finish_bucket(tx, bucket), type(None))
