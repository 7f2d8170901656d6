"""Who may operate preamp: access keys, and the temporary session credentials made from them.

A secret is kept sealed under the install key, bound to its id; session tokens are sealed values that hold all there is
to know of a session, so nothing is stored for them. `Access.lookup` is what the SigV4 verifiers ask.
"""

from preamp.access.access import Access, AccessKey, NewKey, Session, UnknownKey, WrongInstallKey

__all__ = ["Access", "AccessKey", "NewKey", "Session", "UnknownKey", "WrongInstallKey"]
