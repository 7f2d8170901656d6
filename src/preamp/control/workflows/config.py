"""CreateBackendConfig: the pool by which operators log in to the console of one app."""

from preamp.auth import IdentityPoolRequest, Owner, PoolRequest, PoolSettings
from preamp.control.config import ConfigWork, put_app
from preamp.control.context import Control, locked_app, text_of
from preamp.control.model import LoginAuthConfigReqObj
from preamp.control.records import App
from preamp.db import Transaction
from preamp.jobs import Failure, Run

_GROUPS = ("Full access", "Manage only")


async def create_config(control: Control, run: Run) -> None:
    """Make the pool with its groups, and let the app name it."""
    work = run.input(ConfigWork)
    record = work.record

    async def commit(tx: Transaction) -> None:
        app = await locked_app(tx, work.app_id)
        if app is None:
            raise Failure(f"NotFoundException - No app named {work.app_id!r}.")
        await control.auth.provision_pool(
            tx,
            PoolRequest(
                owner=Owner(app_id=work.app_id, environment=""),
                user_pool_id=record.user_pool_id,
                user_pool_name=record.user_pool_name,
                web_client_id=record.web_client_id,
                web_client_name=f"{record.user_pool_name}_clientWeb",
                native_client_id=record.native_client_id,
                native_client_name=f"{record.user_pool_name}_client",
                settings=PoolSettings(sign_in_method="USERNAME", required_sign_up_attributes=("EMAIL",)),
                identity_pool=IdentityPoolRequest(
                    identity_pool_id=record.identity_pool_id or "",
                    name=record.user_pool_name,
                    unauthenticated_login=False,
                ),
                groups=_GROUPS,
            ),
        )
        await put_app(tx, _with_login(control, app, work))

    await run.complete("create the console's user pool", commit)


def _with_login(control: Control, app: App, work: ConfigWork) -> App:
    login = LoginAuthConfigReqObj(
        aws_cognito_identity_pool_id=work.record.identity_pool_id,
        aws_cognito_region=control.region,
        aws_user_pools_id=work.record.user_pool_id,
        aws_user_pools_web_client_id=work.record.web_client_id,
    )
    return App(
        app.app_id,
        app.name,
        app.feature_flags,
        app.created_ms,
        work.manager_app_id,
        text_of(login),
        work.record.user_pool_id,
    )
