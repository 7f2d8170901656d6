"""What a new schema changes about the tables: a migration as values, and its SQL.

A migration has two halves. `expand` brings the space to where the served release and the wanted one both work;
`contract` afterwards drops what only the older release needed. Each step has an inverse, so that an expansion that
is never published leaves nothing. Removed fields keep their columns, as DynamoDB keeps attributes.
`losses` are the changes that would lose or break stored values; each is a loss only if its query finds such rows.
"""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from preamp.graphql.layout import (
    Column,
    IndexLayout,
    Layout,
    Table,
    column_key,
    indexed_fields,
    key_columns,
    physical_name,
    storage_of,
    stored_fields,
    type_text,
)
from preamp.graphql.model import Entity, Field, Model
from preamp.graphql.sql import ROW, Dialect, Storage, quote

UNKNOWN_TIME = "1970-01-01T00:00:00.000Z"
"""createdAt and updatedAt of rows that were written while their model kept no timestamps."""


class CreateTable(Struct, frozen=True, tag=True):
    """Make a table with its key."""

    table: Table


class DropTable(Struct, frozen=True, tag=True):
    """Remove a table and its rows."""

    table: Table


class AddColumn(Struct, frozen=True, tag=True):
    """Add a column. `default` is what rows that are there already have, as GraphQL's @default writes it."""

    table: str
    column: Column
    default: str | None = None


class DropColumn(Struct, frozen=True, tag=True):
    """Remove a column and its values."""

    table: str
    column: Column


class Mirror(Struct, frozen=True, tag=True):
    """Keep a new column equal to an old one, converted, while the older release still writes the old one."""

    table: str
    source: Column
    target: Column


class Unmirror(Struct, frozen=True, tag=True):
    """End a Mirror."""

    table: str
    source: Column
    target: Column


class Backfill(Struct, frozen=True, tag=True):
    """Convert the values that are there, a batch of rows at a time."""

    table: str
    source: Column
    target: Column


class Fill(Struct, frozen=True, tag=True):
    """Give rows without a value the default of a field that has become required."""

    table: str
    column: Column
    default: str


class CreateIndex(Struct, frozen=True, tag=True):
    """Make an index, without stopping writers where the database can."""

    table: str
    index: IndexLayout


class DropIndex(Struct, frozen=True, tag=True):
    """Remove an index."""

    table: str
    index: IndexLayout


class Retype(Struct, frozen=True, tag=True):
    """Note in the layout that a column's values are of another GraphQL type now."""

    table: str
    column: Column
    before: str


Step = (
    CreateTable
    | DropTable
    | AddColumn
    | DropColumn
    | Mirror
    | Unmirror
    | Backfill
    | Fill
    | CreateIndex
    | DropIndex
    | Retype
)


class Loss(Struct, frozen=True, kw_only=True):
    """A change that loses or breaks values where rows hold any.

    `text` tells it, with `{rows}` for their number. `kind` says which rows of `table` count: all, those that have a
    value in `column`, those that have none, or those whose value in `column` does not fit the type `wanted`.
    """

    text: str
    kind: Literal["rows", "values", "nulls", "misfits"]
    table: str
    column: Column | None = None
    wanted: str = ""
    allowed: tuple[str, ...] | None = None
    """Enum values, where the wanted type is an enum."""


class Migration(Struct, frozen=True, kw_only=True):
    """What to do, in order, and what to look at first."""

    expand: tuple[Step, ...] = ()
    contract: tuple[Step, ...] = ()
    losses: tuple[Loss, ...] = ()


def diff(now: Model | None, wanted: Model, layout: Layout | None = None) -> Migration:
    """Answer the migration from the served model to the wanted one.

    `layout` is what the space holds; without one it is what a fresh space for `now` would hold.
    """
    if layout is None:
        layout = Layout() if now is None else after(Layout(), diff(None, now, Layout()).expand)
    return _Diff(now, wanted, layout).migration()


class _Diff:
    """Collects the steps from one model to another."""

    def __init__(self, now: Model | None, wanted: Model, layout: Layout) -> None:
        self._now = {entity.table: entity for entity in now.entities} if now else {}
        self._now_model, self._wanted, self._layout = now, wanted, layout
        self._expand: list[Step] = []
        self._contract: list[Step] = []
        self._losses: list[Loss] = []
        self._enums = {enum.name: enum.values for enum in wanted.enums}

    def migration(self) -> Migration:
        kept = {entity.table for entity in self._wanted.entities}
        for entity in self._wanted.entities:
            table = self._layout.find(entity)
            if table is None:
                self._new_table(entity)
            else:
                self._changed_table(entity, table)
        for table in self._layout.tables:
            if table.model not in kept:
                self._losses.append(
                    Loss(
                        text=f"The model {table.model} is removed with its {{rows}} rows.",
                        kind="rows",
                        table=table.name,
                    )
                )
                self._contract.append(DropTable(table))
        # An index goes before its columns, and a mirror before what it reads.
        contract = sorted(self._contract, key=lambda step: isinstance(step, DropColumn | DropTable))
        return Migration(expand=tuple(self._expand), contract=tuple(contract), losses=tuple(self._losses))

    def _new_table(self, entity: Entity) -> None:
        for older in self._layout.tables:
            if older.model == entity.table:
                self._losses.append(
                    Loss(
                        text=f"The primary key of {entity.name} changes, which its {{rows}} rows cannot follow.",
                        kind="rows",
                        table=older.name,
                    )
                )
                self._contract.append(DropTable(older))
        columns: list[Column] = []
        for field in stored_fields(entity):
            columns.append(_column(field, columns))
        name = physical_name(entity.table, [table.name for table in self._layout.tables])
        table = Table(model=entity.table, name=name, key=key_columns(entity), columns=tuple(columns))
        self._layout = self._layout.with_table(table)
        self._expand.append(CreateTable(table))
        self._indexes(entity, table)

    def _changed_table(self, entity: Entity, table: Table) -> None:
        before = self._now.get(entity.table)
        old_fields = {column_key(field): field for field in before.fields} if before else {}
        for field in stored_fields(entity):
            table = self._field(entity, table, field, old_fields.get(column_key(field)))
        self._layout = self._layout.with_table(table)
        self._indexes(entity, table)

    def _field(self, entity: Entity, table: Table, field: Field, before: Field | None) -> Table:
        found = table.find(field)
        if found is None:
            older = next((one for one in reversed(table.columns) if one.field == column_key(field)), None)
            if older is None:
                return self._add(entity, table, field)
            return self._convert(entity, table, field, older)
        if found.type != type_text(field):
            self._retype(entity, table, field, found)
        else:
            self._same_type(entity, table, field, found)
        if field.required and not (before and before.required):
            self._require(entity, table, field, found)
        return table

    def _add(self, entity: Entity, table: Table, field: Field) -> Table:
        column = _column(field, table.columns)
        default = field.default if field.required else None
        if field.required and field.name in {entity.created_at, entity.updated_at}:
            default = UNKNOWN_TIME
        if field.required and default is None:
            text = f"{entity.name}.{field.name} is required and has no @default, but there are {{rows}} rows."
            self._losses.append(Loss(text=text, kind="rows", table=table.name))
        self._expand.append(AddColumn(table.name, column, default))
        return _with_column(table, column)

    def _require(self, entity: Entity, table: Table, field: Field, column: Column) -> None:
        if field.default is not None:
            self._contract.append(Fill(table.name, column, field.default))
            return
        text = f"{entity.name}.{field.name} becomes required, but {{rows}} rows have no value."
        self._losses.append(Loss(text=text, kind="nulls", table=table.name, column=column))

    def _retype(self, entity: Entity, table: Table, field: Field, column: Column) -> None:
        """Change a type that is kept in the same storage: nothing moves, but every value must fit."""
        old, new = column.type, type_text(field)
        if new not in {"String", "ID", "[String]", "[ID]"} or column.storage == "json":
            kind: Literal["values", "misfits"] = "values" if field.kind == "embedded" else "misfits"
            self._losses.append(self._misfit(entity, table, field, column, kind))
        self._expand.append(Retype(table.name, replace(column, type=new), old))

    def _same_type(self, entity: Entity, table: Table, field: Field, column: Column) -> None:
        """Look at what an unchanged name may mean now: an enum with fewer values, another embedded type."""
        if field.kind == "enum" and self._now_model is not None:
            before = next((enum.values for enum in self._now_model.enums if enum.name == field.type), ())
            if set(before) - set(self._enums[field.type]):
                self._losses.append(self._misfit(entity, table, field, column, "misfits"))
        if field.kind == "embedded" and self._now_model is not None:
            change = narrowed(field.type, self._now_model, self._wanted)
            if change:
                text = f"{entity.name}.{field.name}: {change}, and {{rows}} rows have a value."
                self._losses.append(Loss(text=text, kind="values", table=table.name, column=column))

    def _convert(self, entity: Entity, table: Table, field: Field, older: Column) -> Table:
        column = _column(field, table.columns)
        self._expand.append(AddColumn(table.name, column))
        if not converts(older, column):
            self._losses.append(self._misfit(entity, table, field, older, "values"))
        else:
            self._expand += [Mirror(table.name, older, column), Backfill(table.name, older, column)]
            self._contract.append(Unmirror(table.name, older, column))
        self._contract.append(DropColumn(table.name, older))
        if field.required:
            self._require(entity, table, field, older)
        return _with_column(table, column)

    def _misfit(
        self, entity: Entity, table: Table, field: Field, column: Column, kind: Literal["values", "misfits"]
    ) -> Loss:
        new = type_text(field)
        change = f"from {column.type} to {new}" if column.type != new else f"to fewer values of {new}"
        return Loss(
            text=f"{entity.name}.{field.name} changes {change}, which {{rows}} rows do not fit.",
            kind=kind,
            table=table.name,
            column=column,
            wanted=new,
            allowed=self._enums.get(field.type),
        )

    def _indexes(self, entity: Entity, table: Table) -> None:
        fields = {field.name: field for field in entity.fields}
        wanted = [
            tuple(table.column(fields[name]).name for name in names) for names in indexed_fields(self._wanted, entity)
        ]
        taken = [index.name for one in self._layout.tables for index in one.indexes]
        indexes = list(table.indexes)
        for columns in wanted:
            if any(index.columns == columns for index in table.indexes):
                continue
            name = physical_name(f"{table.name}#{'#'.join(columns)}", taken)
            taken.append(name)
            indexes.append(IndexLayout(name=name, columns=columns))
            self._expand.append(CreateIndex(table.name, indexes[-1]))
        for index in table.indexes:
            if index.columns not in wanted:
                self._contract.append(DropIndex(table.name, index))
        self._layout = self._layout.with_table(replace(table, indexes=tuple(indexes)))


def converts(old: Column, new: Column) -> bool:
    """Tell whether every value of one column can be written as the other's: whole numbers as doubles, all as text."""
    if new.storage == "float":
        return old.storage == "int"
    return new.type in {"String", "ID"} and old.storage in {"int", "float", "bool"}


def narrowed(type_: str, now: Model, wanted: Model, seen: frozenset[str] = frozenset()) -> str | None:
    """Tell what about an embedded type makes stored objects unfit, None where they all still fit."""
    old = {one.name: one for one in now.embedded}.get(type_)
    new = {one.name: one for one in wanted.embedded}.get(type_)
    if old is None or new is None or type_ in seen:
        return None
    before = {field.name: field for field in old.fields}
    for field in new.fields:
        known = before.get(field.name)
        if field.required and (known is None or not known.required):
            return f"{type_}.{field.name} is required now"
        if known is not None and type_text(known) != type_text(field):
            return f"{type_}.{field.name} changes from {type_text(known)} to {type_text(field)}"
        if field.kind == "embedded":
            inner = narrowed(field.type, now, wanted, seen | {type_})
            if inner:
                return inner
    return None


def inverse(step: Step) -> Step | None:
    """Answer the step that undoes one of `expand`; None where undoing another undoes it too."""
    match step:
        case CreateTable(table):
            return DropTable(table)
        case AddColumn(table, column):
            return DropColumn(table, column)
        case Mirror(table, source, target):
            return Unmirror(table, source, target)
        case CreateIndex(table, index):
            return DropIndex(table, index)
        case Retype(table, column, before):
            return Retype(table, replace(column, type=before), column.type)
        case _:
            return None


def after(layout: Layout, steps: Sequence[Step]) -> Layout:
    """Answer the layout once the steps are done."""
    for step in steps:
        layout = _after(layout, step)
    return layout


def _after(layout: Layout, step: Step) -> Layout:
    if isinstance(step, CreateTable):
        return layout.with_table(step.table)
    if isinstance(step, DropTable):
        return layout.without_table(step.table.name)
    table = next((one for one in layout.tables if one.name == step.table), None)
    if table is None:
        return layout
    match step:
        case AddColumn(_, column):
            table = _with_column(_without_column(table, column), column)
        case DropColumn(_, column):
            table = _without_column(table, column)
        case Retype(_, column, _):
            columns = tuple(column if one.name == column.name else one for one in table.columns)
            table = replace(table, columns=columns)
        case CreateIndex(_, index):
            others = tuple(one for one in table.indexes if one.name != index.name)
            table = replace(table, indexes=(*others, index))
        case DropIndex(_, index):
            table = replace(table, indexes=tuple(one for one in table.indexes if one.name != index.name))
        case _:
            pass
    return layout.with_table(table)


# SQL --------------------------------------------------------------------------------------------------------------


def statements(step: Step, dialect: Dialect) -> list[str]:  # noqa: PLR0911 - one flat table of steps
    """Answer the SQL of a step that runs in one transaction (all but Backfill, Fill and PostgreSQL's CreateIndex).

    Each statement may be run again: what is there already, or gone already, is left alone.
    """
    match step:
        case CreateTable(table):
            return [_create_table(table, dialect), _key_index(table, dialect)]
        case DropTable(table):
            return [f"DROP TABLE IF EXISTS {dialect.table(table.name)}"]
        case AddColumn(table, column, default):
            given = f" DEFAULT {default_text(default, column.storage, dialect)}" if default is not None else ""
            kind = dialect.column_type(column.storage)
            return [f"ALTER TABLE {dialect.table(table)} ADD COLUMN {quote(column.name)} {kind}{given}"]
        case DropColumn(table, column):
            return [f"ALTER TABLE {dialect.table(table)} DROP COLUMN {quote(column.name)}"]
        case Mirror(table, source, target):
            return _mirror(table, source, target, dialect)
        case Unmirror(table, _, target):
            return _unmirror(table, target, dialect)
        case CreateIndex(table, index):
            return [create_index(table, index, dialect)]
        case DropIndex(_, index):
            return [f"DROP INDEX IF EXISTS {dialect.prefix}{quote(index.name)}"]
        case _:
            return []


def create_index(table: str, index: IndexLayout, dialect: Dialect, *, concurrently: bool = False) -> str:
    """Write CREATE INDEX; the row column at its end orders rows with equal keys."""
    columns = ", ".join(quote(name) for name in index.columns)
    # SQLite ends every index with the rowid, which the row column is.
    end = f", {ROW}" if dialect.name == "postgresql" else ""
    word = " CONCURRENTLY" if concurrently else ""
    return f"CREATE INDEX{word} IF NOT EXISTS {quote(index.name)} ON {dialect.table(table)} ({columns}{end})"


def conversion(source: str, old: Storage, new: Storage, dialect: Dialect) -> str:
    """Write a value of one storage as another's."""
    if new == "float":
        return f"CAST({source} AS {dialect.column_type('float')})"
    if old == "bool":
        return f"CASE {source} WHEN {dialect.true} THEN 'true' WHEN {dialect.false} THEN 'false' END"
    if old == "float" and dialect.name == "sqlite":
        return f"float_json({source})"
    return f"CAST({source} AS text)"


def default_text(value: str, storage: Storage, dialect: Dialect) -> str:
    """Write a @default as an SQL constant: numbers and truth values by their own words, the rest as text."""
    if storage == "int":
        return str(int(value))
    if storage == "float":
        return repr(float(value))
    if storage == "bool":
        return dialect.true if value == "true" else dialect.false
    escaped = value.replace("'", "''")
    return f"'{escaped}'"


def _create_table(table: Table, dialect: Dialect) -> str:
    columns = [f"{quote(column.name)} {dialect.column_type(column.storage)}" for column in table.columns]
    return f"CREATE TABLE IF NOT EXISTS {dialect.table(table.name)} ({', '.join([dialect.row_column(), *columns])})"


def _key_index(table: Table, dialect: Dialect) -> str:
    fields = [part.rpartition(":") for part in table.key]
    columns = {(column.field, column.storage): column.name for column in table.columns}
    names = ", ".join(quote(columns[field, storage]) for field, _, storage in fields)  # type: ignore[index]
    return f"CREATE UNIQUE INDEX IF NOT EXISTS {quote(f'{table.name}##key')} ON {dialect.table(table.name)} ({names})"


def _mirror(table: str, source: Column, target: Column, dialect: Dialect) -> list[str]:
    name, insert = _mirror_names(table, target)
    whole, old, new = dialect.table(table), quote(source.name), quote(target.name)
    value = conversion(f"NEW.{old}", source.storage, target.storage, dialect)
    if dialect.name == "sqlite":
        change = f"UPDATE {whole} SET {new} = {value} WHERE {ROW} = NEW.{ROW}; END"
        on_insert = f"AFTER INSERT ON {whole} WHEN NEW.{old} IS NOT NULL BEGIN {change}"
        return [
            f"CREATE TRIGGER IF NOT EXISTS {insert} {on_insert}",
            f"CREATE TRIGGER IF NOT EXISTS {name} AFTER UPDATE OF {old} ON {whole} BEGIN {change}",
        ]
    function = f"{dialect.prefix}{name}()"
    body = f"$mirror$ BEGIN NEW.{new} := {value}; RETURN NEW; END $mirror$"
    each = f"ON {whole} FOR EACH ROW"
    return [
        f"CREATE OR REPLACE FUNCTION {function} RETURNS trigger LANGUAGE plpgsql AS {body}",
        f"CREATE OR REPLACE TRIGGER {insert} BEFORE INSERT {each} "  # noqa: ISC004 - one statement on two lines
        f"WHEN (NEW.{old} IS NOT NULL) EXECUTE FUNCTION {function}",
        f"CREATE OR REPLACE TRIGGER {name} BEFORE UPDATE OF {old} {each} EXECUTE FUNCTION {function}",
    ]


def _unmirror(table: str, target: Column, dialect: Dialect) -> list[str]:
    name, insert = _mirror_names(table, target)
    if dialect.name == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {insert}", f"DROP TRIGGER IF EXISTS {name}"]
    return [f"DROP FUNCTION IF EXISTS {dialect.prefix}{name}() CASCADE"]


def _mirror_names(table: str, target: Column) -> tuple[str, str]:
    name = physical_name(f"{table}#{target.name}", ())
    return quote(name), quote(f"{name}#insert")


# Values -----------------------------------------------------------------------------------------------------------


def _column(field: Field, beside: Sequence[Column]) -> Column:
    name = physical_name(column_key(field), [column.name for column in beside])
    return Column(field=column_key(field), name=name, storage=storage_of(field), type=type_text(field))


def _with_column(table: Table, column: Column) -> Table:
    return replace(table, columns=(*table.columns, column))


def _without_column(table: Table, column: Column) -> Table:
    return replace(table, columns=tuple(one for one in table.columns if one.name != column.name))
