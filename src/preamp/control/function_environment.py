"""What Amplify's CLI puts into the environment of an app's functions: the ids of what stands beside them."""

import re
from collections.abc import Mapping

from preamp.control.context import ApiRecord, AuthRecord, StorageRecord, record_of, resources_of
from preamp.db import Database, Transaction

_NOT_A_NAME = re.compile(r"[^A-Z0-9]")


async def function_environment(
    reader: Database | Transaction, app_id: str, environment: str, public_url: str
) -> Mapping[str, str]:
    """The variables of a function of this environment: ENV, API_*, AUTH_* and STORAGE_*."""
    found = {"ENV": environment}
    for resource in await resources_of(reader, app_id, environment):
        name = _NOT_A_NAME.sub("", resource.name.upper())
        if resource.category == "api":
            api_id = record_of(resource, ApiRecord).api_id
            found[f"API_{name}_GRAPHQLAPIIDOUTPUT"] = api_id
            found[f"API_{name}_GRAPHQLAPIENDPOINTOUTPUT"] = f"{public_url}/graphql/{api_id}"
        elif resource.category == "auth":
            found[f"AUTH_{name}_USERPOOLID"] = record_of(resource, AuthRecord).user_pool_id
        elif resource.category == "storage":
            found[f"STORAGE_{name}_BUCKETNAME"] = record_of(resource, StorageRecord).bucket_name
    return found
