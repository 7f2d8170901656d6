"""Who asks: what the authorization mode of a request established."""

from typing import Any, Literal

from msgspec import Struct

from preamp.graphql.model import Mode


class Identity(Struct, frozen=True, kw_only=True):
    """One caller.

    `claims` are those of a verified token (user pools, OIDC). `role` tells what an IAM caller acts as: the identity
    pool's role for signed-in or for guest users, or an administrator, who passes every rule.
    """

    mode: Mode
    claims: dict[str, Any] = {}
    role: Literal["authenticated", "unauthenticated", "admin"] | None = None


API_KEY = Identity(mode="API_KEY")
"""Whoever holds an API key: it never tells who somebody is."""

ADMIN = Identity(mode="AWS_IAM", role="admin")
"""The operator: passes every rule."""
