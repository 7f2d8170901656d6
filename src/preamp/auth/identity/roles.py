"""Which IAM role an identity acts in: pure rules.

Source: Cognito developer guide, "Role-based access control": a role that the client asks for must be among the token's
`cognito:roles`; else `cognito:preferred_role`; else what the mapping says of ambiguous cases. Rules are read in order.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from preamp.auth.identity.errors import InvalidIdentityPoolConfigurationException, NotAuthorizedException
from preamp.auth.identity.model import MappingRule, RoleMapping

AMPLIFY = RoleMapping(type="Token", ambiguous_role_resolution="AuthenticatedRole")
"""The mapping that Amplify gives its pools once they have groups."""


def guest_role(roles: Mapping[str, str]) -> str:
    """The role of guests. Raises InvalidIdentityPoolConfigurationException where there is none."""
    return _role(roles, "unauthenticated")


def user_role(
    roles: Mapping[str, str], mapping: RoleMapping | None, claims: Mapping[str, Any], asked: str | None
) -> str:
    """The role of somebody with these claims of an ID token; `asked` is the CustomRoleArn of the call.

    Raises NotAuthorizedException, InvalidIdentityPoolConfigurationException.
    """
    if mapping is None:
        if asked is not None:
            raise NotAuthorizedException("CustomRoleArn needs a role mapping for the login's provider.")
        return _role(roles, "authenticated")
    if mapping.type == "Token":
        return _by_token(roles, mapping, claims, asked)
    rules = mapping.rules_configuration.rules if mapping.rules_configuration else ()
    if asked is not None:
        if asked not in _matching(rules, claims):
            raise NotAuthorizedException("CustomRoleArn is not a role that the rules give for this login.")
        return asked
    return next(iter(_matching(rules, claims)), None) or _ambiguous(roles, mapping)


def _by_token(roles: Mapping[str, str], mapping: RoleMapping, claims: Mapping[str, Any], asked: str | None) -> str:
    listed = claims.get("cognito:roles")
    held = [role for role in listed if isinstance(role, str)] if isinstance(listed, list) else []
    if asked is not None:
        if asked not in held:
            raise NotAuthorizedException("CustomRoleArn is not among the roles of the login (cognito:roles).")
        return asked
    preferred = claims.get("cognito:preferred_role")
    return preferred if isinstance(preferred, str) and preferred else _ambiguous(roles, mapping)


def _matching(rules: Sequence[MappingRule], claims: Mapping[str, Any]) -> list[str]:
    return [rule.role_arn for rule in rules if _matches(rule, claims.get(rule.claim))]


def _matches(rule: MappingRule, claim: object) -> bool:
    if claim is None:
        return False
    values = [str(one) for one in claim] if isinstance(claim, list) else [_text(claim)]
    match rule.match_type:
        case "Equals":
            return rule.value in values
        case "NotEqual":
            return rule.value not in values
        case "StartsWith":
            return any(value.startswith(rule.value) for value in values)
        case "Contains":
            return any(rule.value in value for value in values)


def _text(claim: object) -> str:
    return str(claim).lower() if isinstance(claim, bool) else str(claim)


def _ambiguous(roles: Mapping[str, str], mapping: RoleMapping) -> str:
    if mapping.ambiguous_role_resolution == "Deny":
        raise NotAuthorizedException("The login has no role of its own, and the identity pool denies such logins.")
    return _role(roles, "authenticated")


def _role(roles: Mapping[str, str], which: str) -> str:
    role = roles.get(which)
    if role is None:
        raise InvalidIdentityPoolConfigurationException(
            f"Invalid identity pool configuration. The identity pool has no {which} role."
        )
    return role


def role_name(arn: str) -> str:
    """The name at the end of a role's ARN."""
    return arn.rpartition("/")[2]
