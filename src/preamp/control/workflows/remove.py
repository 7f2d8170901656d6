"""Removing environments: their rows in one transaction, then the data behind them.

A removal that has begun is carried to its end, also when the job is cancelled: half an environment is of no use.
"""

from functools import partial

from preamp.control import questions
from preamp.control.backend import RemoveWork
from preamp.control.config import drop_login
from preamp.control.context import ApiRecord, AuthRecord, Control, StorageRecord, record_of, resources_of
from preamp.control.meta import deployment_bucket
from preamp.control.records import App, Environment, Resource
from preamp.db import Transaction
from preamp.jobs import Run


async def delete_backend(control: Control, run: Run) -> None:
    """Remove one environment."""
    work = run.input(RemoveWork)

    async def withdraw(tx: Transaction) -> list[str]:
        return await withdraw_environment(control, tx, work.app_id, work.environment or "")

    await drop_rows(control, run, await run.commit("take out of service", withdraw, list[str]))


async def remove_all_backends(control: Control, run: Run) -> None:
    """Remove all environments, and the app with its console configuration where that was asked for."""
    work = run.input(RemoveWork)

    async def withdraw(tx: Transaction) -> list[str]:
        api_ids: list[str] = []
        for row in await tx.rows(questions.ENVIRONMENT_NAMES, app_id=work.app_id):
            api_ids += await withdraw_environment(control, tx, work.app_id, row[0])
        app = await tx.row(questions.LOCK_APP, app_id=work.app_id)
        if work.clean_app and app is not None:
            await drop_login(control, tx, App(*app))
            await tx.execute(questions.DELETE_TOKENS, app_id=work.app_id)
            await tx.execute(questions.DELETE_APP, app_id=work.app_id)
        return api_ids

    await drop_rows(control, run, await run.commit("take out of service", withdraw, list[str]))


async def finish_removal(control: Control, run: Run) -> None:
    """Cancelled or failed: what was taken out of service goes, the rest was never touched."""
    await drop_rows(control, run, run.result("take out of service", list[str]) or [])


async def withdraw_environment(control: Control, tx: Transaction, app_id: str, name: str) -> list[str]:
    """Remove an environment's rows; answers the ids of the APIs whose data remain to be dropped."""
    api_ids: list[str] = []
    for resource in await resources_of(tx, app_id, name):
        api_ids += await withdraw_resource(control, tx, resource)
    row = await tx.row(questions.ENVIRONMENT, app_id=app_id, environment=name)
    if row is not None:
        await control.storage.delete_bucket(tx, deployment_bucket(Environment(*row).stack))
        await tx.execute(questions.DELETE_UNSERVED, app_id=app_id, environment=name)
        await tx.execute(questions.DELETE_ENVIRONMENT, app_id=app_id, environment=name)
    return api_ids


async def withdraw_resource(control: Control, tx: Transaction, resource: Resource) -> list[str]:
    """Remove one resource; an imported pool or bucket is only unlinked."""
    api_ids = []
    if resource.category == "api":
        api_ids.append(record_of(resource, ApiRecord).api_id)
        await control.graphql.unpublish(tx, api_ids[0])
    elif resource.category == "auth" and not resource.imported:
        await control.auth.delete_pool(tx, record_of(resource, AuthRecord).user_pool_id)
    elif resource.category == "storage" and not resource.imported:
        await control.storage.delete_bucket(tx, record_of(resource, StorageRecord).bucket_name)
    await tx.execute(
        questions.DELETE_RESOURCE,
        app_id=resource.app_id,
        environment=resource.environment,
        category=resource.category,
    )
    return api_ids


async def drop_rows(control: Control, run: Run, api_ids: list[str]) -> None:
    """Drop the data of APIs that no longer serve."""
    for api_id in api_ids:
        await run.step(f"remove the rows of API {api_id}", partial(control.graphql.remove, api_id), type(None))
