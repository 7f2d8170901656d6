"""Who may do what with which key: Amplify's access levels, in one pure function.

The rules are those of the policies that the Amplify CLI writes for a bucket: `public/`, `protected/{identity}/`,
`private/{identity}/` and `uploads/`, for signed-in users and for guests, by the bucket's permissions. Comparison is by
the key as it is stored: nothing is decoded, folded or normalised here.
Source: amplify-cli, s3-stack-builder (the policies) and s3-user-input-state (what a permission stands for).
"""

from typing import Literal

from msgspec import Struct

from preamp.storage.records import Permission, Permissions

Action = Literal["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket"]

_NEEDED: dict[Action, Permission] = {
    "s3:GetObject": "READ",
    "s3:PutObject": "CREATE_AND_UPDATE",
    "s3:DeleteObject": "DELETE",
    "s3:ListBucket": "READ",
}


class Operator(Struct, frozen=True):
    """The holder of an access key of this server."""

    user: str

    @property
    def id(self) -> str:
        """What objects that it wrote tell as their owner."""
        return self.user


class Person(Struct, frozen=True, kw_only=True):
    """Who holds credentials of an identity pool: a signed-in user or a guest.

    `groups` are the user's, the one of highest precedence first.
    """

    identity_id: str
    signed_in: bool
    identity_pool_id: str
    groups: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """What objects that it wrote tell as their owner."""
        return self.identity_id


Caller = Operator | Person | None
"""None: nobody, since the request is not signed."""


def authorize(caller: Caller, action: Action, permissions: Permissions | None, name: str | None) -> bool:
    """Whether the caller may act on `name`: the key, or for s3:ListBucket the prefix (None where none was asked for).

    `permissions` are the bucket's as far as they are for the caller: None where the bucket has no levels, or is of
    another environment.
    """
    if isinstance(caller, Operator):
        return True
    if caller is None or permissions is None:
        return False
    group = _group_in_force(caller, permissions)
    if group is not None:
        return _NEEDED[action] in group
    held = permissions.authenticated if caller.signed_in else permissions.un_authenticated or ()
    if name is None or _NEEDED[action] not in held:
        return False
    return name.startswith(_reach(action, caller))


def _group_in_force(caller: Person, permissions: Permissions) -> tuple[Permission, ...] | None:
    """What the caller's group may do with the whole bucket; as on AWS, one role is in force, and the levels are not."""
    access = permissions.group_access or {}
    if not caller.signed_in:
        return None
    return next((access[group] for group in caller.groups if group in access), None)


def _reach(action: Action, caller: Person) -> tuple[str, ...]:
    """What keys (for s3:ListBucket: prefixes) must begin with."""
    own = (f"protected/{caller.identity_id}/", f"private/{caller.identity_id}/") if caller.signed_in else ()
    match action:
        case "s3:GetObject" | "s3:ListBucket":
            return ("public/", "protected/", *own)
        case "s3:PutObject":
            return ("public/", "uploads/", *own)
        case "s3:DeleteObject":
            return ("public/", *own)
