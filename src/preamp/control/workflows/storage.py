"""Storage: a bucket and its levels are rows, so each job is one transaction, save the removal of objects."""

from preamp.control.api import NamedWork
from preamp.control.context import Control, StorageRecord, find_resource, put_resource, text_of
from preamp.control.meta import write_meta
from preamp.control.model import BackendStoragePermissions, GetBackendStorageResourceConfig
from preamp.control.records import Resource
from preamp.control.storage import StorageWork
from preamp.control.workflows.remove import Withdrawn, drop_data, withdraw_resource
from preamp.db import Transaction
from preamp.jobs import Failure, Run
from preamp.storage import BucketTaken, Owner, Permissions


async def create_storage(control: Control, run: Run) -> None:
    """Make the bucket."""
    work = run.input(StorageWork)

    async def commit(tx: Transaction) -> None:
        await provision(control, tx, work)

    await run.complete("create the bucket", commit)


async def update_storage(control: Control, run: Run) -> None:
    """Change the permissions."""
    work = run.input(StorageWork)

    async def commit(tx: Transaction) -> None:
        if work.permissions is not None:
            await control.storage.update_permissions(tx, work.bucket_name, permissions_of(work.permissions))
        await _put(control, tx, work, imported=0)

    await run.complete("change the permissions", commit)


async def import_storage(control: Control, run: Run) -> None:
    """Link a bucket that exists."""
    work = run.input(StorageWork)

    async def commit(tx: Transaction) -> None:
        if await control.storage.bucket(tx, work.bucket_name) is None:
            raise Failure(f"BadRequestException - There is no bucket {work.bucket_name!r} on this server.")
        await control.storage.link_bucket(tx, work.bucket_name, Owner(work.app_id, work.environment))
        await _put(control, tx, work, imported=1)

    await run.complete("link the bucket", commit)


async def delete_storage(control: Control, run: Run) -> None:
    """Remove the bucket and its objects, or unlink an imported one."""
    work = run.input(NamedWork)

    async def withdraw(tx: Transaction) -> Withdrawn:
        resource = await find_resource(tx, work.app_id, work.environment, "storage")
        withdrawn = Withdrawn() if resource is None else await withdraw_resource(control, tx, resource)
        await write_meta(control, tx, work.app_id, work.environment)
        return withdrawn

    await drop_data(control, run, await run.commit("take out of service", withdraw, Withdrawn))


async def provision(control: Control, tx: Transaction, work: StorageWork) -> None:
    """The bucket and the resource that tells of it."""
    owner = Owner(app_id=work.app_id, environment=work.environment)
    permissions = permissions_of(work.permissions) if work.permissions else None
    try:
        await control.storage.provision_bucket(tx, owner, work.bucket_name, control.region, permissions)
    except BucketTaken as taken:
        raise Failure(f"BadRequestException - There already is a bucket {work.bucket_name!r}.") from taken
    await _put(control, tx, work, imported=0)


def permissions_of(wire: BackendStoragePermissions) -> Permissions:
    """The storage room's value of the wire's."""
    return Permissions(authenticated=wire.authenticated, un_authenticated=wire.un_authenticated or ())


async def _put(control: Control, tx: Transaction, work: StorageWork, *, imported: int) -> None:
    config = GetBackendStorageResourceConfig(
        bucket_name=work.bucket_name, imported=bool(imported), permissions=work.permissions, service_name="S3"
    )
    record = text_of(StorageRecord(bucket_name=work.bucket_name))
    resource = Resource(work.app_id, work.environment, "storage", work.name, text_of(config), record, imported, 0)
    await put_resource(tx, control, resource)
    await write_meta(control, tx, work.app_id, work.environment)
