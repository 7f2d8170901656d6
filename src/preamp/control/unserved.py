"""Resources that amplify-meta tells of and the server does not run: functions, tables, groups, REST APIs, hosting."""

import re
from typing import Any

import msgspec
from msgspec import Struct

from preamp.control import questions
from preamp.db import Database, Transaction

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}", re.ASCII)
_CATEGORY = re.compile(r"[a-z][A-Za-z0-9-]{0,39}", re.ASCII)
_CHARACTERS = 2048
_MEMBERS = 100


class DependsOn(Struct, frozen=True, kw_only=True, rename="camel"):
    """What a resource needs of another."""

    category: str
    resource_name: str
    attributes: tuple[str, ...] = ()


class UnservedResource(Struct, frozen=True, kw_only=True, rename="camel"):
    """One resource as a project has it. In `output`, `${region}` and `${account}` stand for the server's own."""

    category: str
    name: str
    service: str
    depends_on: tuple[DependsOn, ...] = ()
    output: dict[str, str] = {}
    build: bool = False

    def problem(self) -> str | None:
        """Why this cannot be told, beginning with the member; None when it can."""
        if not _CATEGORY.fullmatch(self.category) or self.category == "providers":
            return "category must be a category of the Amplify CLI, such as function"
        if not _NAME.fullmatch(self.name):
            return "name must be 1 to 128 letters, digits, '-' or '_'"
        if len(self.output) > _MEMBERS or len(self.depends_on) > _MEMBERS:
            return f"output and dependsOn have at most {_MEMBERS} members"
        if any(len(text) > _CHARACTERS for pair in self.output.items() for text in (*pair, self.service)):
            return f"output and service hold texts of at most {_CHARACTERS} characters"
        return None

    def meta(self, region: str, account: str) -> dict[str, Any]:
        """The resource's entry in amplify-meta."""
        entry: dict[str, Any] = {"service": self.service, "providerPlugin": "awscloudformation"}
        if self.build:
            entry["build"] = True
        entry["dependsOn"] = [msgspec.to_builtins(one) for one in self.depends_on]
        if self.output:
            entry["output"] = {
                name: value.replace("${region}", region).replace("${account}", account)
                for name, value in self.output.items()
            }
        return entry


async def unserved(reader: Database | Transaction, app_id: str, environment: str) -> tuple[UnservedResource, ...]:
    """The environment's further resources."""
    row = await reader.row(questions.UNSERVED, app_id=app_id, environment=environment)
    return () if row is None else msgspec.json.decode(row[0], type=tuple[UnservedResource, ...])


async def copy_unserved(tx: Transaction, app_id: str, source: str, target: str) -> None:
    """Let a cloned environment tell of what its source tells of."""
    row = await tx.row(questions.UNSERVED, app_id=app_id, environment=source)
    if row is not None:
        await tx.execute(questions.PUT_UNSERVED, app_id=app_id, environment=target, document=row[0])
