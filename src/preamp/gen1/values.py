"""What an import is made of: the project as it was read, and the operations that make it."""

from typing import Any

from msgspec import Struct

from preamp.gen1.report import Report


class Resource(Struct, frozen=True, kw_only=True):
    """One entry of backend-config.json, or a folder that it forgot. `entry` is the entry as it stands there."""

    category: str
    name: str
    service: str
    entry: dict[str, Any]
    imported: bool = False

    @property
    def path(self) -> str:
        """The resource's folder below `amplify`."""
        return f"backend/{self.category}/{self.name}"

    @property
    def title(self) -> str:
        """The resource as reports name it."""
        return f"{self.category}/{self.name}"


class Target(Struct, frozen=True, kw_only=True):
    """Where a project goes: the app and environment on the server, and the moment of the import."""

    app_id: str
    app_name: str
    environment: str
    now_ms: int


class Source(Struct, frozen=True, kw_only=True):
    """A file that became part of the schema, which begins at `line` of the whole (from 1)."""

    file: str
    line: int


class Step(Struct, frozen=True, kw_only=True):
    """One operation of the plan. `members` are its request by wire names.

    `category` and `resource` name what it makes: where that exists already, the executor calls `update` instead.
    """

    operation: str
    members: dict[str, Any]
    category: str = ""
    resource: str = ""
    update: str = ""


class Group(Struct, frozen=True, kw_only=True):
    """A user pool group. Lower precedence wins; None where the project gives none."""

    name: str
    precedence: int | None = None


class Unserved(Struct, frozen=True, kw_only=True, rename="camel"):
    """A resource that the server does not run, told in amplify-meta as the project had it."""

    category: str
    name: str
    service: str
    depends_on: tuple[dict[str, Any], ...] = ()
    output: dict[str, str] = {}
    build: bool = False


class ImportPlan(Struct, frozen=True, kw_only=True):
    """Everything an import will do, in order, and what is to be said about it.

    `flags` is cli.json's features; `sources` tells which lines of the schema came from which file.
    `refresh_token_days` None = as long as usual.
    """

    target: Target
    steps: tuple[Step, ...]
    groups: tuple[Group, ...]
    unserved: tuple[Unserved, ...]
    flags: dict[str, dict[str, Any]]
    sources: tuple[Source, ...]
    environments: tuple[str, ...]
    report: Report
    refresh_token_days: int | None = None

    @property
    def schema(self) -> str | None:
        """The annotated GraphQL schema, None where the project has no GraphQL API."""
        for step in self.steps:
            if step.category == "api":
                found: str = step.members["resourceConfig"]["transformSchema"]
                return found
        return None

    def place(self, line: int) -> tuple[str, int]:
        """The file and line that a line of the joined schema came from."""
        chosen = Source(file="", line=1)
        for source in self.sources:
            if source.line <= line:
                chosen = source
        return chosen.file, line - chosen.line + 1
