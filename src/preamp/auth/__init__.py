"""What Cognito does: user pools, their app clients and groups, and identity pools.

A workflow of the control room provisions them with ids it chose before, so a step that runs twice makes one pool.
Settings keep the wire's names and meaning; `check_settings` tells everything that is wrong with them at once. Secrets
of social providers lie sealed beside the settings, bound to their pool, and leave only by `Auth.secrets_of`.
Imports own nothing: `Auth.check_import` says whether a pool and clients fit together, the caller keeps the link.
"""

from preamp.auth.functions import HttpFunctions, read_urls
from preamp.auth.idp import Idp, IdpLimits, TriggerEvent, Triggers
from preamp.auth.idp import invalid as invalid_parameter
from preamp.auth.idp import service as idp_service
from preamp.auth.keys import Keys, NewKey, make_keys
from preamp.auth.pools import KEEP, Auth, DomainTaken, IdTaken, ImmutableSetting, Keep, NoSuchPool
from preamp.auth.records import (
    AppClient,
    ClientOAuth,
    IdentityPool,
    IdentityPoolRequest,
    IdentityProvider,
    Owner,
    PoolRequest,
    UserPool,
)
from preamp.auth.rules import check_pool_name, check_settings
from preamp.auth.settings import PoolSecrets, PoolSettings, ProviderSecret
from preamp.auth.triggers import PoolTriggers
from preamp.auth.user_import import pools_extension
from preamp.auth.verify import NotAToken, Tokens

__all__ = [
    "KEEP",
    "AppClient",
    "Auth",
    "ClientOAuth",
    "DomainTaken",
    "HttpFunctions",
    "IdTaken",
    "IdentityPool",
    "IdentityPoolRequest",
    "IdentityProvider",
    "Idp",
    "IdpLimits",
    "ImmutableSetting",
    "Keep",
    "Keys",
    "NewKey",
    "NoSuchPool",
    "NotAToken",
    "Owner",
    "PoolRequest",
    "PoolSecrets",
    "PoolSettings",
    "PoolTriggers",
    "ProviderSecret",
    "Tokens",
    "TriggerEvent",
    "Triggers",
    "UserPool",
    "check_pool_name",
    "check_settings",
    "idp_service",
    "invalid_parameter",
    "make_keys",
    "pools_extension",
    "read_urls",
]
