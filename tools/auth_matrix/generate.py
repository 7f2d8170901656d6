"""Write the authorization matrix: random rule sets, and what Amplify's own resolver templates decide about each caller.

    python tools/auth_matrix/generate.py ORACLE_FOLDER --cells 6000 --seed 7 > tests/unit/graphql/auth_matrix.json

ORACLE_FOLDER holds lib.js, a harness around Amplify's transformer (`@aws-amplify/graphql-transformer`), installed.
Nothing here knows preamp: the rules are the transformer's templates, the judge is the interpreter beside this file.
A cell is [operation, caller, row, input, outcome]; outcomes are "ok" or what was stored or seen, "U" for unauthorized,
or the message that names denied fields.
"""

import argparse
import copy
import json
import random
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from velocity import Refused, Template, Util

POOL, OIDC = "AMAZON_COGNITO_USER_POOLS", "OPENID_CONNECT"
STRATEGIES = (
    "allow: public",
    "allow: public, provider: iam",
    "allow: private",
    "allow: private, provider: iam",
    "allow: private, provider: oidc",
    "allow: owner",
    'allow: owner, ownerField: "editors"',
    'allow: owner, ownerField: "author", identityClaim: "custom:who"',
    'allow: owner, identityClaim: "username"',
    'allow: owner, ownerField: "author", identityClaim: "sub::email"',
    "allow: owner, provider: oidc",
    'allow: owner, provider: oidc, ownerField: "author", identityClaim: "email"',
    'allow: groups, groups: ["A"]',
    'allow: groups, groups: ["B", "C"]',
    'allow: groups, groups: ["X"], groupClaim: "roles"',
    'allow: groups, groupsField: "team"',
    'allow: groups, groupsField: "teams"',
    'allow: groups, groupsField: "teams", groupClaim: "roles"',
    'allow: groups, groups: ["X"], groupClaim: "roles", provider: oidc',
    "allow: custom",
)
OPERATIONS = (
    *["", "", "", "read", "create, update", "delete", "create, read", "update, read", "create, update, delete"],
    *["get", "list", "update", "create", "read, delete", "update, delete"],
)
CALLERS: tuple[dict[str, Any], ...] = (
    {"mode": "API_KEY"},
    {"mode": "AWS_IAM", "role": "unauthenticated"},
    {"mode": "AWS_IAM", "role": "authenticated"},
    {"mode": "AWS_LAMBDA"},
    {
        "mode": POOL,
        "claims": {
            "sub": "s1",
            "username": "ann",
            "email": "ann@x",
            "custom:who": "w1",
            "cognito:groups": ["A"],
            "roles": ["X"],
        },
    },
    {
        "mode": POOL,
        "claims": {"sub": "s2", "cognito:username": "bob", "email": "bob@x", "cognito:groups": ["B", "C"]},
    },
    {"mode": POOL, "claims": {"sub": "s3", "username": "cat"}},
    {
        "mode": POOL,
        "claims": {
            "sub": "s4",
            "username": "dan",
            "custom:who": "w4",
            "cognito:groups": ["D", "A"],
            "roles": ["Y", "X"],
        },
    },
    {"mode": POOL, "claims": {"sub": "s5", "email": "eve@x", "cognito:groups": []}},
    {"mode": OIDC, "claims": {"sub": "s1", "email": "ann@x", "roles": ["X"]}},
    {"mode": OIDC, "claims": {"sub": "o2", "username": "oda", "email": "oda@x", "cognito:groups": ["A"]}},
    {"mode": POOL, "claims": {"sub": "s6", "username": "fay", "cognito:groups": '["B", "A"]', "roles": "X"}},
    {"mode": POOL, "claims": {"sub": "s1", "cognito:username": "ann", "custom:who": "w4", "roles": '["Y"]'}},
    {"mode": OIDC, "claims": {"sub": "s1", "username": "ann", "email": "oda@x", "roles": '["X", "Z"]'}},
    {"mode": OIDC, "claims": {"email": "ann@x"}},
)
TEXT = {"a": "a", "b": "b", "c": "c"}
ROWS: tuple[dict[str, Any], ...] = (
    {"id": "0", **TEXT}
    | {"owner": "s1::ann", "editors": ["s2::bob", "cat"], "author": "w1", "team": "A", "teams": ["X", "B"]},
    {"id": "1", **TEXT} | {"owner": "bob", "editors": ["s1"], "author": "s1::ann@x", "team": "B", "teams": []},
    {"id": "2", **TEXT} | {"owner": "s3", "author": "ann@x", "teams": ["A", "C"]},
    {"id": "3", **TEXT} | {"editors": ["dan", "s3::cat"], "author": "w4", "team": "D"},
    {"id": "4", **TEXT} | {"owner": "o2::oda", "editors": [], "author": "oda@x", "team": "X", "teams": ["Y"]},
)
CREATES: tuple[dict[str, Any], ...] = (
    {"a": "x"},
    {"a": "x", "c": "y"},
    {"a": "x", "owner": "ann"},
    {"a": "x", "owner": "s1::ann"},
    {"owner": None, "b": "x"},
    {"editors": ["bob", "zed"]},
    {"editors": ["s1::ann", "s2"]},
    {"author": "w1"},
    {"author": "s2::bob@x"},
    {"author": "ann@x", "owner": "s2"},
    {"team": "A"},
    {"teams": ["B", "Q"], "a": "x"},
    {"teams": ["X"], "team": "D"},
    {"b": None},
    {"owner": "zed"},
)
UPDATES: tuple[dict[str, Any], ...] = (
    {"a": "x"},
    {"a": None},
    {"c": "x"},
    {"c": None},
    {"a": "x", "b": "y"},
    {"a": "x", "c": "y"},
    {"owner": "zed"},
    {"b": None, "a": "x"},
    {"teams": ["A"]},
)
AUTH_TYPES = {
    "API_KEY": "API Key Authorization",
    "AWS_IAM": "IAM Authorization",
    "AWS_LAMBDA": "Lambda Authorization",
    POOL: "User Pool Authorization",
    OIDC: "Open ID Connect Authorization",
}


def rules(chance: random.Random, most: int) -> str:
    """Answer a random @auth."""
    found = []
    for _ in range(chance.randint(1, most)):
        operations = chance.choice(OPERATIONS)
        limit = f", operations: [{operations}]" if operations else ""
        found.append(f"{{ {chance.choice(STRATEGIES)}{limit} }}")
    return f"@auth(rules: [{', '.join(found)}])"


def schema(chance: random.Random) -> str:
    """Answer a random schema of one model."""
    b = rules(chance, 1) if chance.random() < 0.2 else ""
    c = rules(chance, 2) if chance.random() < 0.5 else ""
    return (
        f"type Item @model {rules(chance, 4)} {{ id: ID! a: String b: String {b} c: String {c} owner: String "
        "editors: [String] author: String team: String teams: [String] }"
    )


class Judge:
    """The decisions of one schema's templates."""

    def __init__(self, templates: dict[str, str]) -> None:
        self._templates = {name: Template(text) for name, text in templates.items()}

    def outcome(self, operation: str, caller: dict[str, Any], row: Any, input_: Any) -> Any:
        """Answer what happens."""
        try:
            return getattr(self, f"_{operation}")(caller, row, input_)
        except Refused as refusal:
            return str(refusal)

    def _run(self, name: str, caller: dict[str, Any], **context: Any) -> dict[str, Any]:
        iam = {"authenticated": "AUTH", "unauthenticated": "UNAUTH"}
        identity = {
            "claims": {name: listed(name, value) for name, value in caller.get("claims", {}).items()},
            "userArn": iam.get(caller.get("role", "")),
            "cognitoIdentityPoolId": "POOL" if caller.get("role") == "authenticated" else None,
            "cognitoIdentityAuthType": caller.get("role"),
        }
        stash = {"authRole": "AUTH", "unauthRole": "UNAUTH", "identityPoolId": "POOL"}
        ctx = copy.deepcopy({"args": {}, "source": {}, "result": {}, "stash": stash, "identity": identity, **context})
        self._templates[name].run({"ctx": ctx, "context": ctx, "util": Util(AUTH_TYPES[caller["mode"]])})
        return ctx

    def _seen(self, caller: dict[str, Any], row: dict[str, Any]) -> dict[str, str]:
        found = {}
        for field in ("b", "c"):
            found[field] = "ok"
            if f"Item.{field}.req" in self._templates:
                try:
                    self._run(f"Item.{field}.req", caller, source=row)
                except Refused:
                    found[field] = "U"
        return found

    def _get(self, caller: dict[str, Any], row: Any, _: Any) -> Any:
        ctx = self._run("Query.getItem.auth.1.req", caller, args={"id": row["id"]})
        return self._seen(caller, row) if is_visible(row, ctx["stash"].get("authFilter")) else "U"

    def _list(self, caller: dict[str, Any], _: Any, __: Any) -> Any:
        ctx = self._run("Query.listItems.auth.1.req", caller)
        filter_ = ctx["stash"].get("authFilter")
        return [[row["id"], self._seen(caller, row)] for row in ROWS if is_visible(row, filter_)]

    def _create(self, caller: dict[str, Any], _: Any, input_: Any) -> Any:
        ctx = self._run("Mutation.createItem.auth.1.req", caller, args={"input": input_})
        return {field: ctx["args"]["input"].get(field) for field in ("owner", "editors", "author")}

    def _update(self, caller: dict[str, Any], row: Any, input_: Any) -> Any:
        whole = {"id": row["id"], **input_}
        self._run("Mutation.updateItem.auth.1.res", caller, args={"input": whole}, result=row)
        return "ok"

    def _delete(self, caller: dict[str, Any], row: Any, _: Any) -> Any:
        self._run("Mutation.deleteItem.auth.1.res", caller, args={"input": {"id": row["id"]}}, result=row)
        return "ok"


def listed(name: str, value: Any) -> Any:
    """Answer a claim as templates get it: of groups that are a text, the list that they stand for.

    Most templates make this list themselves; those that read rows by a list of groups see no group in a text, and
    static groups are looked for as parts of it. preamp takes them as the list everywhere (docs/deviations.md).
    """
    if name not in {"cognito:groups", "roles"} or not isinstance(value, str):
        return value
    return json.loads(value) if value.startswith("[") else [value]


def is_visible(row: dict[str, Any], filter_: Any) -> bool:
    """Apply an authFilter to a row as DynamoDB does."""
    if not filter_:
        return True
    for test in filter_["or"]:
        ((field, condition),) = test.items()
        ((operator, value),) = condition.items()
        held = row.get(field)
        if held is None:
            continue
        match = {"eq": lambda h, v: h == v, "contains": lambda h, v: v in h, "in": lambda h, v: h in v}[operator]
        if match(held, value):
            return True
    return False


def cells_of(chance: random.Random, made: dict[str, Any], count: int) -> list[Any]:
    """Answer judged cells of one schema."""
    possible: list[tuple[str, int, int | None, int | None]] = []
    for caller, identity in enumerate(CALLERS):
        if identity["mode"] not in made["modes"]:
            continue
        possible += [("list", caller, None, None)] * 3
        possible += [("create", caller, None, number) for number in range(len(CREATES))]
        for row in range(len(ROWS)):
            possible += [("get", caller, row, None), ("delete", caller, row, None)]
            possible += [("update", caller, row, number) for number in range(len(UPDATES))]
    judge = Judge(made["templates"])
    cells = []
    for operation, caller, row, number in chance.sample(possible, min(count, len(possible))):
        inputs = CREATES if operation == "create" else UPDATES
        input_ = None if number is None else inputs[number]
        outcome = judge.outcome(operation, CALLERS[caller], None if row is None else ROWS[row], input_)
        cells.append([operation, caller, row, number, outcome])
    return cells


def main() -> None:
    """Make schemas until there are enough cells."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("oracle", type=Path)
    parser.add_argument("--cells", type=int, default=6000)
    parser.add_argument("--per-schema", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    chance = random.Random(asked.seed)  # noqa: S311 - repeatable, not secret
    cases: list[Any] = []
    count = 0
    while count < asked.cells:
        schemas = [schema(chance) for _ in range(50)]
        script = Path(__file__).with_name("templates.js")
        answer = subprocess.run(  # noqa: S603 - our own script
            [shutil.which("node") or "node", script, asked.oracle],
            input=json.dumps(schemas),
            capture_output=True,
            text=True,
            check=True,
        )
        for sdl, made in zip(schemas, json.loads(answer.stdout), strict=True):
            if made is None or count >= asked.cells:
                continue
            cells = cells_of(chance, made, asked.per_schema)
            count += len(cells)
            cases.append({"sdl": sdl, "modes": made["modes"], "cells": cells})
        print(f"{count} cells of {len(cases)} schemas", file=sys.stderr)
    shared = {"callers": CALLERS, "rows": ROWS, "creates": CREATES, "updates": UPDATES}
    json.dump(shared | {"cases": cases}, sys.stdout, separators=(",", ":"))


if __name__ == "__main__":
    main()
