"""Who may operate preamp: access keys, and the temporary session credentials made from them.

A secret is kept sealed under the install key, bound to its id; session tokens are sealed values that hold all there is
to know of a session, so nothing is stored for them. `Access.lookup` is what the SigV4 verifiers of operators' services
ask. Services that app users call ask `lookup_any`, which knows the sessions of identity pools too, and then
`session_claims`, which tells who that is.
"""

from preamp.access.access import Access, AccessKey, IsRevoked, NewKey, UnknownKey, WrongInstallKey
from preamp.access.session import Session, SessionClaims

__all__ = [
    "Access",
    "AccessKey",
    "IsRevoked",
    "NewKey",
    "Session",
    "SessionClaims",
    "UnknownKey",
    "WrongInstallKey",
]
