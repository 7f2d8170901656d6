"""Auth: pools, clients and identity pools are rows, so each job is one transaction: done or not done."""

from collections.abc import Sequence

import msgspec

from preamp.auth import DomainTaken, IdentityPoolRequest, NewKey, Owner, PoolRequest, PoolSecrets, make_keys
from preamp.control.api import NamedWork
from preamp.control.auth import AuthWork, ImportAuthWork
from preamp.control.context import AuthRecord, Control, find_resource, put_resource, text_of
from preamp.control.meta import write_meta
from preamp.control.model import CreateBackendAuthResourceConfig
from preamp.control.records import Resource
from preamp.control.secrets import settings_of
from preamp.control.workflows.remove import withdraw_resource
from preamp.db import Transaction
from preamp.jobs import Failure, Run


async def create_auth(control: Control, run: Run) -> None:
    """Make the pool and its clients."""
    work, secrets = run.input(AuthWork), secrets_of(control, run)
    keys = await make_keys()

    async def commit(tx: Transaction) -> None:
        try:
            await provision(control, tx, work, secrets, keys)
        except DomainTaken as taken:
            raise Failure(f"BadRequestException - oAuth.domainPrefix: {taken}.") from taken

    await run.complete("create the user pool", commit)


async def update_auth(control: Control, run: Run) -> None:
    """Change the pool's settings; clients and users stay."""
    work, secrets = run.input(AuthWork), secrets_of(control, run)

    async def commit(tx: Transaction) -> None:
        try:
            await control.auth.update_pool(
                tx,
                work.record.user_pool_id,
                settings_of(work.config),
                secrets,
                identity_pool=_identity_pool(work),
            )
        except DomainTaken as taken:
            raise Failure(f"BadRequestException - oAuth.domainPrefix: {taken}.") from taken
        await _put(control, tx, work, imported=0)

    await run.complete("change the user pool", commit)


async def import_auth(control: Control, run: Run) -> None:
    """Link a pool that exists; its configuration is answered as it was when it was linked."""
    work = run.input(ImportAuthWork)

    async def commit(tx: Transaction) -> None:
        problems = await control.auth.check_import(
            tx,
            user_pool_id=work.user_pool_id,
            web_client_id=work.web_client_id,
            native_client_id=work.native_client_id,
            identity_pool_id=work.identity_pool_id,
        )
        pool = await control.auth.pool(tx, work.user_pool_id)
        if problems or pool is None:
            raise Failure("BadRequestException - " + "; ".join(problems))
        identity = await control.auth.identity_pool(tx, work.identity_pool_id) if work.identity_pool_id else None
        plain = {
            "authResources": "IDENTITY_POOL_AND_USER_POOL" if identity else "USER_POOL_ONLY",
            "service": "COGNITO",
            "userPoolConfigs": {**msgspec.to_builtins(pool.settings), "userPoolName": pool.name},
        }
        if identity:
            plain["identityPoolConfigs"] = {
                "identityPoolName": identity.name,
                "unauthenticatedLogin": identity.unauthenticated_login,
            }
        linked = AuthWork(
            app_id=work.app_id,
            environment=work.environment,
            name=work.name,
            record=AuthRecord(
                user_pool_id=work.user_pool_id,
                user_pool_name=pool.name,
                web_client_id=work.web_client_id,
                native_client_id=work.native_client_id,
                identity_pool_id=work.identity_pool_id,
                identity_pool_name=identity.name if identity else None,
            ),
            config=msgspec.convert(plain, CreateBackendAuthResourceConfig),
        )
        await _put(control, tx, linked, imported=1)

    await run.complete("link the user pool", commit)


async def delete_auth(control: Control, run: Run) -> None:
    """Remove the pool with its users, or unlink an imported one."""
    work = run.input(NamedWork)

    async def commit(tx: Transaction) -> None:
        resource = await find_resource(tx, work.app_id, work.environment, "auth")
        if resource is not None:
            await withdraw_resource(control, tx, resource)
        await write_meta(control, tx, work.app_id, work.environment)

    await run.complete("remove the user pool", commit)


async def provision(
    control: Control, tx: Transaction, work: AuthWork, secrets: PoolSecrets, keys: Sequence[NewKey]
) -> None:
    """The pool, its clients and its identity pool, and the resource that tells of them."""
    short = "".join(c for c in work.name if c.isalnum())[:6]
    await control.auth.provision_pool(
        tx,
        PoolRequest(
            owner=Owner(app_id=work.app_id, environment=work.environment),
            user_pool_id=work.record.user_pool_id,
            user_pool_name=work.record.user_pool_name,
            web_client_id=work.record.web_client_id,
            web_client_name=f"{short}{work.record.web_client_id[:8]}_app_clientWeb",
            native_client_id=work.record.native_client_id,
            native_client_name=f"{short}{work.record.web_client_id[:8]}_app_client",
            settings=settings_of(work.config),
            secrets=secrets,
            identity_pool=_identity_pool(work),
        ),
        keys,
    )
    await _put(control, tx, work, imported=0)


def secrets_of(control: Control, run: Run) -> PoolSecrets:
    """The social secrets that travel sealed with the job."""
    if run.job.secrets is None:
        return PoolSecrets()
    return msgspec.json.decode(control.sealer.open(run.job.secrets, "job secrets"), type=PoolSecrets)


def _identity_pool(work: AuthWork) -> IdentityPoolRequest | None:
    identity, record = work.config.identity_pool_configs, work.record
    if identity is None or record.identity_pool_id is None:
        return None
    return IdentityPoolRequest(
        identity_pool_id=record.identity_pool_id,
        name=identity.identity_pool_name,
        unauthenticated_login=identity.unauthenticated_login,
    )


async def _put(control: Control, tx: Transaction, work: AuthWork, *, imported: int) -> None:
    record, config = text_of(work.record), text_of(work.config)
    resource = Resource(work.app_id, work.environment, "auth", work.name, config, record, imported, 0)
    await put_resource(tx, control, resource)
    await write_meta(control, tx, work.app_id, work.environment)
