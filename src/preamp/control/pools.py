"""The pools that stand beside a GraphQL API: whose tokens and sessions it takes."""

from msgspec import Struct

from preamp.control.context import AuthRecord, find_resource, record_of
from preamp.db import Database, Transaction


class EnvironmentPools(Struct, frozen=True, kw_only=True):
    """The user pool and the identity pool of an environment's auth, provisioned or imported."""

    user_pool_id: str
    identity_pool_id: str | None


async def environment_pools(reader: Database | Transaction, app_id: str, environment: str) -> EnvironmentPools | None:
    """The pools of an environment, None where it has no auth."""
    resource = await find_resource(reader, app_id, environment, "auth")
    if resource is None:
        return None
    record = record_of(resource, AuthRecord)
    return EnvironmentPools(user_pool_id=record.user_pool_id, identity_pool_id=record.identity_pool_id)
