"""What deploying a schema in another's place would do: to clients of the API, to who may do what, and to the rows.

Pure: the same comparison as a deployment makes (`ddl.diff`), and graphql-core's of the two client schemas. How many
rows a refusal would strike is known only where the rows are: here each is told as the condition that it is.
"""

import re
from collections.abc import Iterator
from typing import Literal

from graphql import BreakingChange, DangerousChange, find_schema_changes
from msgspec import Struct

from preamp.graphql import ddl
from preamp.graphql.ddl import Loss, Step
from preamp.graphql.model import AuthRule, Entity, Field, Model
from preamp.graphql.release import client_schema

Effect = Literal["breaking", "dangerous", "safe"]


class Change(Struct, frozen=True, kw_only=True):
    """One change of the API. `breaking` fails requests that work today; `dangerous` may surprise a client."""

    effect: Effect
    change: str
    """What kind it is, as graphql-js names it (FIELD_REMOVED), or ACCESS_... and MODE_... for who may ask."""
    text: str


class DataStep(Struct, frozen=True, kw_only=True):
    """One step of the migration. `when`: before the new release serves (beside the old one), or after."""

    when: Literal["before", "after"]
    step: str
    table: str
    text: str


class Refusal(Struct, frozen=True, kw_only=True):
    """A change that is refused where `table` has such rows: any, with a value, without one, with one that misfits."""

    rows: Literal["rows", "values", "nulls", "misfits"]
    table: str
    text: str


class SchemaChanges(Struct, frozen=True, kw_only=True):
    """All that a deployment would do."""

    api: tuple[Change, ...]
    data: tuple[DataStep, ...]
    refusals: tuple[Refusal, ...]

    @property
    def breaks(self) -> bool:
        """Whether clients may fail, or a table with rows may stand in the way."""
        return bool(self.refusals) or any(change.effect == "breaking" for change in self.api)


def schema_changes(old: Model, new: Model) -> SchemaChanges:
    """Compare two models as a deployment of the second over the first does."""
    migration = ddl.diff(old, new)
    order = {"breaking": 0, "dangerous": 1, "safe": 2}
    api = sorted([*_modes(old, new), *_access(old, new), *_sdl(old, new)], key=lambda change: order[change.effect])
    steps: list[tuple[Literal["before", "after"], Step]] = [("before", step) for step in migration.expand]
    steps += [("after", step) for step in migration.contract]
    return SchemaChanges(
        api=tuple(api),
        data=tuple(_data_step(when, step) for when, step in steps),
        refusals=tuple(_refusal(loss) for loss in migration.losses),
    )


# The API ----------------------------------------------------------------------------------------------------------


def _sdl(old: Model, new: Model) -> Iterator[Change]:
    for change in find_schema_changes(client_schema(old.sdl), client_schema(new.sdl)):
        effect: Effect = "safe"
        if isinstance(change, BreakingChange):
            effect = "breaking"
        elif isinstance(change, DangerousChange):
            effect = "dangerous"
        yield Change(effect=effect, change=change.type.name, text=change.description)


def _modes(old: Model, new: Model) -> Iterator[Change]:
    for mode in old.modes:
        if mode not in new.modes:
            yield Change(effect="breaking", change="MODE_REMOVED", text=f"The API takes {mode} no more.")
    for mode in new.modes:
        if mode not in old.modes:
            yield Change(effect="safe", change="MODE_ADDED", text=f"The API takes {mode} too.")
    if old.modes[0] != new.modes[0]:
        text = f"The default authorization mode changes from {old.modes[0]} to {new.modes[0]}."
        yield Change(effect="dangerous", change="MODE_DEFAULT_CHANGED", text=text)


def _access(old: Model, new: Model) -> Iterator[Change]:
    """Who may do what, for models and fields that are in both."""
    before = {entity.name: entity for entity in old.entities}
    for entity in new.entities:
        known = before.get(entity.name)
        if known is None:
            continue
        yield from _rules(entity.name, _grants(known), _grants(entity))
        fields = {field.name: field for field in known.fields}
        for field in entity.fields:
            if field.name in fields:
                yield from _field_rules(entity, fields[field.name], field)


def _field_rules(entity: Entity, old: Field, new: Field) -> Iterator[Change]:
    where = f"{entity.name}.{new.name}"
    if (old.auth is None) == (new.auth is None):
        yield from _rules(where, _lines(old.auth or ()), _lines(new.auth or ()))
        return
    text = f"{where} has rules of its own now." if old.auth is None else f"{where} follows the rules of its model now."
    yield Change(effect="dangerous", change="ACCESS_CHANGED", text=text)


def _rules(where: str, old: list[str], new: list[str]) -> Iterator[Change]:
    for rule in old:
        if rule not in new:
            yield Change(effect="breaking", change="ACCESS_REMOVED", text=f"{where} loses the rule {{ {rule} }}.")
    for rule in new:
        if rule not in old:
            yield Change(effect="dangerous", change="ACCESS_ADDED", text=f"{where} gets the rule {{ {rule} }}.")


def _grants(entity: Entity) -> list[str]:
    return ["open to the default mode"] if entity.open else _lines(entity.auth)


def _lines(rules: tuple[AuthRule, ...]) -> list[str]:
    """Rules as SDL writes them, with what is left out there written out."""
    return [_line(rule) for rule in rules]


def _line(rule: AuthRule) -> str:
    parts = [f"allow: {rule.allow}", f"provider: {rule.provider}"]
    named = (
        ("ownerField", rule.owner_field),
        ("identityClaim", rule.identity_claim),
        ("groupsField", rule.groups_field),
        ("groupClaim", rule.group_claim),
    )
    parts += [f'{name}: "{value}"' for name, value in named if value]
    if rule.groups:
        parts.append(f"groups: [{', '.join(rule.groups)}]")
    if rule.operations:
        parts.append(f"operations: [{', '.join(rule.operations)}]")
    return ", ".join(parts)


# The rows ---------------------------------------------------------------------------------------------------------


def _data_step(when: Literal["before", "after"], step: Step) -> DataStep:
    kind = re.sub(r"(?<!^)(?=[A-Z])", "_", type(step).__name__).upper()
    table = step.table if isinstance(step.table, str) else step.table.name
    return DataStep(when=when, step=kind, table=table, text=_step_text(step))


def _step_text(step: Step) -> str:  # noqa: C901, PLR0911 - one flat table of steps
    match step:
        case ddl.CreateTable(table):
            return f"make the table {table.name} with {len(table.columns)} columns"
        case ddl.DropTable(table):
            return f"remove the table {table.name}, if it has no rows"
        case ddl.AddColumn(table, column, default):
            given = f", {default!r} in rows that are there" if default is not None else ""
            return f"add the column {table}.{column.name} ({column.type}{given})"
        case ddl.DropColumn(table, column):
            return f"remove the column {table}.{column.name} ({column.type})"
        case ddl.Mirror(table, source, target):
            return f"keep {table}.{target.name} equal to {source.name} while the older release writes it"
        case ddl.Unmirror(table, source, target):
            return f"keep {table}.{target.name} equal to {source.name} no more"
        case ddl.Backfill(table, source, target):
            return f"convert the values of {table}.{source.name} from {source.type} to {target.type}, in batches"
        case ddl.Fill(table, column, default):
            return f"write {default!r} where {table}.{column.name} has no value, in batches"
        case ddl.CreateIndex(table, index):
            return f"build the index {index.name} on {table} ({', '.join(index.columns)}) beside writers"
        case ddl.DropIndex(table, index):
            return f"remove the index {index.name} of {table} ({', '.join(index.columns)})"
        case ddl.Retype(table, column, before):
            return f"take the values of {table}.{column.name} as {column.type}, which were {before}"


def _refusal(loss: Loss) -> Refusal:
    return Refusal(rows=loss.kind, table=loss.table, text=loss.text.replace("{rows} rows", "rows"))
