"""The hosted UI: sign-in pages and OAuth 2.0 endpoints of user pools.

`app.py` finds pool and page. `rules.py` (pure) says what an authorization request may ask; `authorize.py` begins it and
`grants.py` answers it by a code or tokens; `token.py` is what applications call. `sign_in_pages.py` and
`account_pages.py` put forms before the API's own operations, so every check is made once. `social_pages.py` and
`federation.py` bring users of other providers. Pages need no script; state travels sealed, in the address, in hidden
fields and in two cookies.
"""

from preamp.auth.hosted_ui.app import HostedPages
from preamp.auth.hosted_ui.context import HostedUI
from preamp.auth.hosted_ui.rendering import Pages
from preamp.auth.hosted_ui.store import tables

__all__ = ["HostedPages", "HostedUI", "Pages", "tables"]
