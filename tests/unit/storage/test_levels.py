"""The access levels against the policies that they stand for, read as IAM reads them."""

import itertools
import re
from collections.abc import Iterator

import pytest

from preamp.storage import Action, Operator, Permission, Permissions, Person, authorize

ACTIONS: tuple[Action, ...] = ("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket")
STANDS_FOR = {"READ": "s3:GetObject", "CREATE_AND_UPDATE": "s3:PutObject", "DELETE": "s3:DeleteObject"}
ME, OTHER = "us-east-1:me", "us-east-1:other"
POOL = "us-east-1:pool"
NAMES = (
    *("public/a", "public/", "public", "publi", "public//a", "PUBLIC/a", "Public/a", "public\\a", " public/a"),
    *("/public/a", f"protected/{ME}/a", f"protected/{ME}/", f"protected/{ME}", f"protected/{ME}x/a", "protected/"),
    *("protected/a", f"private/{ME}/a", f"private/{ME}/", f"private/{ME}", f"private/{ME}x/a", "private/"),
    *("private/*/a", "private", f"private/{OTHER}/a", f"protected/{OTHER}/a", f"private/{ME}/../{OTHER}/a"),
    *(f"private//{ME}/a", f"private/{ME}//a", f"private/{ME.upper()}/a", f"public/../private/{OTHER}/a"),
    *(f"private/{ME}/\n", f"./private/{ME}/a", "private/?/a", "uploads/a", "uploads/", "uploads", "elsewhere/a"),
    *("a", "", "*", "public*", f"private/{ME.replace(':', '%3A')}/a", f"protected/{ME}/../{OTHER}/a"),
    *("public/\u0000", "\uff50ublic/a", "private/us-east-1:m\u0435/a"),
)
PEOPLE = (
    Person(identity_id="us-east-1:guest", signed_in=False, identity_pool_id=POOL),
    Person(identity_id=ME, signed_in=True, identity_pool_id=POOL),
    Person(identity_id=OTHER, signed_in=True, identity_pool_id=POOL),
)


def statements(permissions: Permissions, person: Person) -> Iterator[tuple[set[str], str, list[str] | None]]:
    """The policies of a person's role: actions, pattern of keys, and for a listing the patterns of prefixes."""
    held = permissions.authenticated if person.signed_in else permissions.un_authenticated or ()
    actions = {STANDS_FOR[each] for each in held}
    levels = ["public/*", *(["protected/${sub}/*", "private/${sub}/*"] if person.signed_in else [])]
    yield from ((actions, level, None) for level in levels)
    if "CREATE_AND_UPDATE" in held:
        yield {"s3:PutObject"}, "uploads/*", None
    if "READ" in held:
        yield {"s3:GetObject"}, "protected/*", None
        own = ["private/${sub}/", "private/${sub}/*"] if person.signed_in else []
        yield {"s3:ListBucket"}, "", ["public/", "public/*", "protected/", "protected/*", *own]


def like(pattern: str, text: str, sub: str) -> bool:
    """IAM's StringLike, with the policy variable put in as it is."""
    parts = re.split(r"(\$\{sub\}|\*|\?)", pattern)
    known = {"*": ".*", "?": ".", "${sub}": re.escape(sub)}
    return re.fullmatch("".join(known.get(part, re.escape(part)) for part in parts), text, re.DOTALL) is not None


def expected(permissions: Permissions, person: Person, action: Action, name: str | None) -> bool:
    """What IAM would say."""
    for actions, keys, prefixes in statements(permissions, person):
        if action in actions and name is not None:
            patterns = [keys] if prefixes is None else prefixes
            if any(like(pattern, name, person.identity_id) for pattern in patterns):
                return True
    return False


def combinations() -> Iterator[Permissions]:
    """All 64 of what signed-in users and guests may hold."""
    every: list[tuple[Permission, ...]] = [
        tuple(each)
        for count in range(4)
        for each in itertools.combinations(("READ", "CREATE_AND_UPDATE", "DELETE"), count)
    ]
    for users, guests in itertools.product(every, every):
        yield Permissions(authenticated=users, un_authenticated=guests)


def test_every_cell_is_what_the_policies_say() -> None:
    """All permissions, callers and actions with keys of every level and keys that only look like one: 35,000 cells."""
    wrong = []
    cells = 0
    for permissions, person, action, name in itertools.product(combinations(), PEOPLE, ACTIONS, (*NAMES, None)):
        cells += 1
        if authorize(person, action, permissions, name) != expected(permissions, person, action, name):
            wrong.append((permissions, person, action, name))

    assert wrong == []
    assert cells > 20_000


@pytest.mark.parametrize("action", ACTIONS)
def test_operators_may_all_and_nobody_nothing(action: Action) -> None:
    permissions = Permissions(authenticated=("READ", "CREATE_AND_UPDATE", "DELETE"), un_authenticated=("READ",))

    assert authorize(Operator("root"), action, None, "anything")
    assert not authorize(None, action, permissions, "public/a")
    assert not authorize(PEOPLE[1], action, None, "public/a")


def test_a_groups_access_is_instead_of_the_levels() -> None:
    """One role is in force, as on AWS: that of the group of highest precedence which the bucket knows."""
    permissions = Permissions(
        authenticated=("READ", "CREATE_AND_UPDATE", "DELETE"),
        un_authenticated=("READ",),
        group_access={"editors": ("READ", "CREATE_AND_UPDATE"), "nobody": ()},
    )

    def member(*groups: str, signed_in: bool = True) -> Person:
        return Person(identity_id=ME, signed_in=signed_in, identity_pool_id=POOL, groups=groups)

    assert authorize(member("editors"), "s3:GetObject", permissions, f"private/{OTHER}/a")
    assert authorize(member("editors"), "s3:ListBucket", permissions, None)
    assert not authorize(member("editors"), "s3:DeleteObject", permissions, "public/a")
    assert not authorize(member("nobody", "editors"), "s3:GetObject", permissions, "public/a")
    assert authorize(member("strangers"), "s3:DeleteObject", permissions, "public/a")
    assert not authorize(member("editors", signed_in=False), "s3:GetObject", permissions, f"private/{ME}/a")
