"""@auth: rules read, checked, and turned into roles with access to fields (Amplify's access control matrix)."""

from collections.abc import Iterable
from typing import Any

from preamp.graphql.model import AuthRule, Mode, Operation

from .build import Build
from .document import Applied, refusal
from .parse import Use
from .roles import Matrix, Role, Rule

READ: tuple[Operation, ...] = ("get", "list", "search", "listen", "sync")
OPERATIONS: tuple[Operation, ...] = ("create", "update", "delete", *READ)
PROVIDER_OF: dict[str, str] = {
    "owner": "userPools",
    "groups": "userPools",
    "private": "userPools",
    "public": "apiKey",
    "custom": "function",
}
MODE_OF: dict[str, Mode] = {
    "apiKey": "API_KEY",
    "userPools": "AMAZON_COGNITO_USER_POOLS",
    "oidc": "OPENID_CONNECT",
    "iam": "AWS_IAM",
    "identityPool": "AWS_IAM",
    "function": "AWS_LAMBDA",
}
MODE_TITLES = {
    "apiKey": "API Key",
    "oidc": "OPENID_CONNECT",
    "userPools": "Cognito User Pools",
    "iam": "IAM",
    "identityPool": "IAM",
    "function": "Lambda",
}
_ALLOWED = {
    "owner": (("userPools", "oidc"), "'userPools' (default) and 'oidc' providers"),
    "public": (("apiKey", "iam", "identityPool"), "'apiKey' (default) and 'identityPool' providers"),
    "private": (("userPools", "iam", "identityPool", "oidc"), "'userPools' (default) and 'identityPool' providers"),
    "custom": (("function",), "'function' (default) provider"),
}
GROUP_CLAIM = "cognito:groups"


def read_rules(applied: Applied, *, of_field: bool) -> list[Rule]:
    """Read the rules of an @auth, in Amplify's order of checks."""
    given = applied.values.get("rules")
    rules = given if isinstance(given, list) else [given] if given else []
    return [_read_rule(rule, applied, of_field=of_field) for rule in rules]


def _read_rule(given: dict[str, Any], applied: Applied, *, of_field: bool) -> Rule:
    operations = given.get("operations")
    if isinstance(operations, str):
        operations = [operations]
    named = [one for one in operations or [] if one in READ]
    listed = ",".join(named)
    if of_field and named:
        raise refusal(f"'{listed}' operation is not allowed at the field level.", applied)
    if operations and "read" in operations and named:
        message = (
            f"'{listed}' operations are specified in addition to 'read'. Either remove 'read' to limit access only to "
            f"'{listed}' or only keep 'read' to grant all {','.join(READ)} access."
        )
        raise refusal(message, applied)
    if operations and "read" in operations:
        operations = list(operations)
        operations.remove("read")
        if "read" in operations:
            message = "Operation: read does not exist in the ACM."
            raise refusal(message, applied, "TransformerContractError")
        operations += ["get", "list", "listen", "search", "sync"]
    groups = given.get("groups")
    return Rule(
        given["allow"],
        given.get("provider") or PROVIDER_OF[given["allow"]],
        operations,
        given.get("identityClaim"),
        given.get("groupClaim"),
        given.get("ownerField"),
        given.get("groupsField"),
        None if groups is None else [str(one) for one in (groups if isinstance(groups, list) else [groups])],
        bool(operations),
    )


def check_rules(build: Build, rules: list[Rule], name: str, applied: Applied) -> None:
    """Check strategies, providers and claims against each other and against the API's modes."""
    if not rules:
        raise refusal(f"@auth on {name} does not have any auth rules.", applied)
    for rule in rules:
        _check_strategy(rule, applied)
        if MODE_OF[rule.provider] not in build.modes:
            message = (
                f"@auth directive with '{rule.provider}' provider found, but the project has no "
                f"{MODE_TITLES[rule.provider]} authentication provider configured."
            )
            raise refusal(message, applied)
        _check_claims(rule, applied)


def _check_strategy(rule: Rule, applied: Applied) -> None:
    if rule.allow == "groups":
        if rule.provider not in ("userPools", "oidc"):
            message = (
                "@auth directive with 'groups' strategy only supports 'userPools' and 'oidc' providers, but found "
            )
            raise refusal(f"{message}'{rule.provider}' assigned.", applied)
        if rule.groups is None and not rule.groups_field:
            message = "@auth directive with 'groups' should have a defined groups list or a groupsField."
            raise refusal(message, applied)
        return
    providers, title = _ALLOWED[rule.allow]
    if rule.provider not in providers:
        message = f"@auth directive with '{rule.allow}' strategy only supports {title}, but found '{rule.provider}' "
        raise refusal(message + "assigned.", applied)


def _check_claims(rule: Rule, applied: Applied) -> None:
    indent = "\n          "
    if rule.allow == "groups" and rule.identity_claim:
        raise refusal(f"{indent}@auth identityClaim can only be used for 'allow: owner'", applied)
    if rule.allow == "owner" and rule.group_claim:
        raise refusal(f"{indent}@auth groupClaim can only be used 'allow: groups'", applied)
    if rule.groups_field and rule.groups is not None:
        raise refusal("This rule has groupsField and groups, please use one or the other", applied)
    if rule.allow == "groups" and rule.groups is not None and not rule.groups:
        raise refusal("@auth rules using groups cannot have an empty list", applied)


def read_type_auth(build: Build, use: Use, *, is_join: bool = False) -> None:
    """Read the @auth of a model."""
    type_, applied = use.parent, use.applied
    if type_.directive("model") is None:
        message = "Types annotated with @auth must also be annotated with @model."
        raise refusal(message, applied, "TransformerContractError")
    rules = read_rules(applied, of_field=False)
    check_rules(build, rules, type_.name, applied)
    matrix = Matrix(type_.name, list(type_.fields), applied)
    for rule in rules:
        _add_roles(build, matrix, rule, None, None, overwrite=is_join)
        matrix.rules.append(final_rule(build, type_.name, rule))
    build.matrices[type_.name] = matrix


def read_field_auth(build: Build, use: Use) -> None:
    """Read the @auth of a field: of a model, of a root type, or of another type."""
    type_, one, applied = use.parent, use.field, use.applied
    if one is None:
        return
    if type_.kind == "interface":
        message = f"The @auth directive cannot be placed on an interface's field. See {type_.name}.{one.name}"
        raise refusal(message, applied)
    rules = read_rules(applied, of_field=True)
    is_root = type_.name in build.draft.roots.values()
    of_model = type_.directive("model") is not None
    _check_field_rules(rules, one.name, applied, is_root=is_root, of_model=of_model)
    check_rules(build, rules, one.name, applied)
    if of_model:
        _add_field_rules(build, use, rules, one.name)
        return
    key = f"{type_.name}:{one.name}"
    matrix = Matrix(key, [key], applied)
    for rule in rules:
        if rule.allow != "owner" and not rule.groups_field:
            _add_roles(build, matrix, rule, key, READ, overwrite=False)
        matrix.rules.append(final_rule(build, type_.name, rule))
    build.field_matrices[type_.name, one.name] = matrix


def _check_field_rules(rules: list[Rule], name: str, applied: Applied, *, is_root: bool, of_model: bool) -> None:
    if not rules:
        raise refusal(f"@auth on {name} does not have any auth rules.", applied)
    for rule in rules:
        if is_root and rule.has_operations:
            message = (
                "@auth rules on fields within Query, Mutation, Subscription cannot specify 'operations' argument as "
                "these rules are already on an operation already."
            )
            raise refusal(message, applied)
        if not of_model and rule.has_operations:
            message = (
                "@auth rules on fields within types that does not have @model directive cannot specify 'operations' "
                "argument as there are operations will be generated by the CLI."
            )
            raise refusal(message, applied)


def _add_field_rules(build: Build, use: Use, rules: list[Rule], name: str) -> None:
    type_ = use.parent
    matrix = build.matrices.get(type_.name)
    if matrix is None:
        matrix = build.matrices[type_.name] = Matrix(type_.name, list(type_.fields), use.applied)
    else:
        matrix.reset(name)
    for rule in rules:
        _add_roles(build, matrix, rule, name, None, overwrite=False)
    matrix.field_rules[name] = [final_rule(build, type_.name, rule) for rule in rules]


def _add_roles(
    build: Build, matrix: Matrix, rule: Rule, resource: str | None, operations: Iterable[str] | None, *, overwrite: bool
) -> None:
    granted = tuple(operations or (OPERATIONS if rule.operations is None else rule.operations))
    for role in _roles(build, matrix.name, rule):
        known = build.roles.setdefault(role.name, role) if role.strategy != "groups" or not role.is_static else role
        build.roles[role.name] = known
        matrix.set_role(known, granted, resource, overwrite=overwrite)


def _roles(build: Build, name: str, rule: Rule) -> list[Role]:
    if rule.groups is not None and not rule.groups_field:
        claim = rule.group_claim or GROUP_CLAIM
        prefix = f"{name}:{rule.provider}:staticGroup:"
        return [Role(f"{prefix}{one}:{claim}", rule.provider, rule.allow, claim, one) for one in rule.groups]
    if rule.provider in ("apiKey", "function"):
        return [Role(f"{name}:{rule.provider}:{rule.allow}", rule.provider, rule.allow)]
    if rule.provider in ("iam", "identityPool"):
        claim = "authRole" if rule.allow == "private" else "unauthRole"
        return [Role(f"{name}:iam:{rule.allow}", rule.provider, rule.allow, claim)]
    if rule.allow == "private":
        return [Role(f"{name}:{rule.provider}:private", rule.provider, rule.allow)]
    final = final_rule(build, name, rule)
    if rule.allow == "groups":
        title = f"{name}:{rule.provider}:dynamicGroup:{final.groups_field}:{final.group_claim}"
        return [
            Role(title, rule.provider, "groups", final.group_claim, final.groups_field, False, final.groups_is_list)
        ]
    title = f"{name}:{rule.provider}:owner:{final.owner_field}:{final.identity_claim}"
    return [Role(title, rule.provider, "owner", final.identity_claim, final.owner_field, False, final.owner_is_list)]


def final_rule(build: Build, type_name: str, rule: Rule) -> AuthRule:
    """Make the value of a rule: defaults filled in, operations spelled out."""
    operations = OPERATIONS if rule.operations is None else rule.operations
    known: dict[str, Any] = {
        "allow": rule.allow,
        "provider": rule.provider,
        "operations": tuple(one for one in OPERATIONS if one in operations),
    }
    if rule.allow == "owner":
        default = "sub::username" if build.flags.use_sub_username_for_default_identity_claim else "username"
        known["owner_field"] = rule.owner_field or "owner"
        known["owner_is_list"] = _is_list(build, type_name, known["owner_field"])
        known["identity_claim"] = rule.identity_claim or default
    if rule.allow == "groups":
        known["group_claim"] = rule.group_claim or GROUP_CLAIM
        if rule.groups is not None and not rule.groups_field:
            known["groups"] = tuple(rule.groups)
        else:
            known["groups_field"] = rule.groups_field or "groups"
            known["groups_is_list"] = _is_list(build, type_name, known["groups_field"])
    return AuthRule(**known)


def _is_list(build: Build, type_name: str, field_name: str) -> bool:
    type_ = build.draft.get(type_name)
    found = type_.fields.get(field_name) if type_ is not None else None
    return found is not None and found.is_list
