"""Who may do what: rules as written, the roles they make, and what each role may do with each field."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from preamp.graphql.model import AuthRule

from .document import Applied, refusal


@dataclass(frozen=True, slots=True)
class Role:
    """Who a rule lets in: roles of equal name are one."""

    name: str
    provider: str
    strategy: str
    claim: str | None = None
    entity: str | None = None
    is_static: bool = True
    is_list: bool = False


@dataclass(slots=True)
class Matrix:
    """Which role may do what with which field of a type (`name`), or with one field of a type that is no model."""

    name: str
    fields: list[str]
    applied: Applied
    roles: dict[str, Role] = field(default_factory=dict)
    allowed: dict[str, dict[str, frozenset[str]]] = field(default_factory=dict)
    rules: list[AuthRule] = field(default_factory=list)
    field_rules: dict[str, list[AuthRule]] = field(default_factory=dict)

    def set_role(self, role: Role, operations: Iterable[str], resource: str | None, *, overwrite: bool) -> None:
        """Give a role operations on one field, or on all."""
        granted = frozenset(operations)
        if role.name not in self.roles:
            none = frozenset[str]()
            self.allowed[role.name] = {
                one: granted if resource is None or one == resource else none for one in self.fields
            }
        elif resource is not None:
            self.allowed[role.name][resource] = granted
        elif overwrite:
            self.allowed[role.name] = dict.fromkeys(self.fields, granted)
        else:
            raise refusal(f"@auth {role.name} already exists for {self.name}", self.applied)
        self.roles[role.name] = role

    def reset(self, resource: str) -> None:
        """Take a field from every role."""
        for allowed in self.allowed.values():
            allowed[resource] = frozenset()

    def roles_for(self, operation: str, *, every_field: bool = False) -> list[Role]:
        """List the roles that may do something with a field, or with every field."""
        test = all if every_field else any
        return [
            role
            for name, role in self.roles.items()
            if test(operation in self.allowed[name][one] for one in self.fields)
        ]


@dataclass(slots=True)
class Rule:
    """A rule as written, defaults filled in. `operations` None = all."""

    allow: str
    provider: str
    operations: list[str] | None
    identity_claim: str | None
    group_claim: str | None
    owner_field: str | None
    groups_field: str | None
    groups: list[str] | None
    has_operations: bool
