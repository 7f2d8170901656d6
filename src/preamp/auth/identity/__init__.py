"""The service cognito-identity: identity pools, which turn a sign-in (or none) into AWS credentials.

An identity is a row, a login is a user of a user pool linked to one. `identities.py` and `credentials.py` are what
clients call, unsigned; `pools.py` and `admin.py` what administrators call, signed. `sts.py` is the little of the
service sts that tools need. Credentials are made by the access room; this room only says for whom.
"""

from preamp.auth.identity import admin, credentials, identities, pools, sts
from preamp.auth.identity.context import (
    Claims,
    Holder,
    IdentityService,
    NoSession,
    Operators,
    Pace,
    TemporaryKeys,
    VerifyLogin,
    bad_login,
    is_ended,
)
from preamp.auth.identity.errors import InvalidParameterException as invalid_identity_parameter  # noqa: N813
from preamp.auth.identity.keys import key_set
from preamp.auth.identity.service import identity_service, sts_service
from preamp.auth.identity.store import tables

__all__ = [
    "Claims",
    "Holder",
    "IdentityService",
    "NoSession",
    "Operators",
    "Pace",
    "TemporaryKeys",
    "VerifyLogin",
    "admin",
    "bad_login",
    "credentials",
    "identities",
    "identity_service",
    "invalid_identity_parameter",
    "is_ended",
    "key_set",
    "pools",
    "sts",
    "sts_service",
    "tables",
]
