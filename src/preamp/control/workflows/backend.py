"""CreateBackend: the app's row, the environment's row and its deployment bucket, in one transaction."""

from preamp.control import questions
from preamp.control.backend import CreateBackendWork
from preamp.control.context import Control
from preamp.control.meta import default_feature_flags, deployment_bucket, empty_meta, write_meta
from preamp.control.records import App
from preamp.db import Transaction
from preamp.jobs import Run
from preamp.storage import Owner


async def create_backend(control: Control, run: Run) -> None:
    """Make the environment; the app too, where its id is new. A name given for a known app renames it."""
    work = run.input(CreateBackendWork)

    async def commit(tx: Transaction) -> None:
        await put_app_named(control, tx, work.app_id, work.app_name)
        await put_environment(control, tx, work.app_id, work.environment, work.stack)
        await write_meta(control, tx, work.app_id, work.environment)

    await run.complete("create the environment", commit)


async def put_app_named(control: Control, tx: Transaction, app_id: str, name: str) -> None:
    """The app's row with this name; everything else of a known app stays."""
    row = await tx.row(questions.LOCK_APP, app_id=app_id)
    app = (
        App(app_id, name, default_feature_flags(), control.clock.now_ms(), None, None, None)
        if row is None
        else App(row[0], name, *row[2:])
    )
    await tx.execute(questions.PUT_APP, **{member: getattr(app, member) for member in app.__struct_fields__})


async def put_environment(control: Control, tx: Transaction, app_id: str, name: str, stack: str) -> None:
    """The environment's row and its deployment bucket."""
    await tx.execute(
        questions.PUT_ENVIRONMENT,
        app_id=app_id,
        environment=name,
        stack=stack,
        created_ms=control.clock.now_ms(),
        meta=empty_meta(control, app_id, name),
    )
    owner = Owner(app_id=app_id, environment=name)
    await control.storage.provision_bucket(tx, owner, deployment_bucket(stack), control.region, None)
