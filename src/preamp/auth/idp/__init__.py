"""The service cognito-idp: user pools as clients and administrators call them.

One file per resource; each operation is one function of (idp, request[, call]), registered by importing its file here.
What they share: `context.Idp` (what they work with), `users` of the room above (a user as a value), `errors` and
`model` (the wire).
"""

from preamp.auth.idp import (
    admin_users,
    app_clients,
    devices,
    domains,
    groups,
    links,
    mfa,
    own_account,
    passkeys,
    passwords,
    providers,
    resource_servers,
    sign_in,
    sign_up,
    token_operations,
    user_lists,
    user_pools,
)
from preamp.auth.idp.context import Deliver, Idp, IdpLimits, TriggerEvent, Triggers, no_triggers
from preamp.auth.idp.errors import InvalidParameterException as invalid  # noqa: N813  the service's error for bad shapes
from preamp.auth.idp.service import service

__all__ = ["Deliver", "Idp", "IdpLimits", "TriggerEvent", "Triggers", "invalid", "no_triggers", "service"]

OPERATIONS = (
    admin_users,
    app_clients,
    devices,
    domains,
    groups,
    links,
    mfa,
    own_account,
    passkeys,
    passwords,
    providers,
    resource_servers,
    sign_in,
    sign_up,
    token_operations,
    user_lists,
    user_pools,
)
"""The files of operations: importing them registers what they hold."""
