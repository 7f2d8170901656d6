"""The Amplify Backend API: its 31 operations, and the jobs behind them.

Each operation is one function in the file of its resource: `backend`, `api`, `auth`, `storage`, `config`, `token`,
`job`.
A call that changes something slow checks what can be checked, starts a job in the same transaction and answers its id;
`workflows/` has what the jobs do. `records` has the apps, environments and resources, `tables` where they are kept,
`questions` the SQL made of it; `meta` writes amplify-meta.

`service` is AWS's service, `extension` preamp's own operations beside it, `hosting_service` the few operations of AWS's
service `amplify` that tools need.
"""

from preamp.control import api, auth, backend, config, hosting, job, project, storage, token
from preamp.control.context import Control
from preamp.control.function_environment import function_environment
from preamp.control.pools import EnvironmentPools, environment_pools
from preamp.control.service import extension, hosting_service, service
from preamp.control.workflows import workflows

__all__ = [
    "Control",
    "EnvironmentPools",
    "api",
    "auth",
    "backend",
    "config",
    "environment_pools",
    "extension",
    "function_environment",
    "hosting",
    "hosting_service",
    "job",
    "project",
    "service",
    "storage",
    "token",
    "workflows",
]
