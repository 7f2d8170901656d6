"""Where a model's rows physically are: tables, columns and indexes with the names they have in the space.

A layout is stored in the space itself and changes only together with it. Physical names equal the schema's wherever
they can; names that differ in case alone (SQLite cannot tell them apart) or are too long for PostgreSQL get a suffix.
A model may have several tables (one for each primary key) and a field several columns (one for each storage): while
a change is under way, the older release still uses the older one.
"""

from collections.abc import Iterable
from hashlib import sha256

from msgspec import Struct

from preamp.graphql.model import Entity, Field, Model
from preamp.graphql.sql import Storage

INTS = frozenset({"Int", "AWSTimestamp"})
LONGEST_NAME = 40
"""PostgreSQL cuts names at 63 bytes; an index's name is made of a table's and its own."""


class Column(Struct, frozen=True, kw_only=True):
    """One physical column. `type` is the GraphQL type written out (`[String!]`), as when the column was last served."""

    field: str
    name: str
    storage: Storage
    type: str


class IndexLayout(Struct, frozen=True, kw_only=True):
    """One physical index over columns, in order."""

    name: str
    columns: tuple[str, ...]
    unique: bool = False


class Table(Struct, frozen=True, kw_only=True):
    """One physical table. Hidden columns (of fields removed since) are among `columns`; `key` names fields."""

    model: str
    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    indexes: tuple[IndexLayout, ...] = ()

    def find(self, field: Field) -> Column | None:
        """Answer the column that holds a field's values, None where there is none yet."""
        name, storage = column_key(field), storage_of(field)
        return next((one for one in self.columns if one.field == name and one.storage == storage), None)

    def column(self, field: Field) -> Column:
        """Answer the column that holds a field's values. Raises LookupError."""
        found = self.find(field)
        if found is None:
            raise LookupError(f"The table {self.name} has no column for the field {field.name}.")
        return found


class Layout(Struct, frozen=True, kw_only=True):
    """All tables of a space."""

    tables: tuple[Table, ...] = ()

    def find(self, entity: Entity) -> Table | None:
        """Answer the table of an entity, None where there is none yet."""
        key = key_columns(entity)
        return next((one for one in self.tables if one.model == entity.table and one.key == key), None)

    def table(self, entity: Entity) -> Table:
        """Answer the table of an entity. Raises LookupError."""
        found = self.find(entity)
        if found is None:
            raise LookupError(f"The space has no table for the model {entity.name}.")
        return found

    def with_table(self, table: Table) -> "Layout":
        """Answer the layout with a table added, or put in the place of its older self."""
        others = tuple(one for one in self.tables if one.name != table.name)
        return Layout(tables=(*others, table))

    def without_table(self, name: str) -> "Layout":
        """Answer the layout without a table."""
        return Layout(tables=tuple(one for one in self.tables if one.name != name))


def storage_of(field: Field) -> Storage:
    """Answer how a stored field's values are kept."""
    if field.is_list or field.kind == "embedded":
        return "json"
    if field.type in INTS:
        return "int"
    return {"Float": "float", "Boolean": "bool"}.get(field.type, "text")  # type: ignore[return-value]


def column_key(field: Field) -> str:
    """Answer the name a field's column is known by: the one it had before @mapsTo renamed it."""
    return field.renamed_from or field.name


def key_columns(entity: Entity) -> tuple[str, ...]:
    """Answer the primary key, with types: another type is another key."""
    fields = {field.name: field for field in entity.fields}
    return tuple(f"{column_key(fields[name])}:{storage_of(fields[name])}" for name in entity.key)


def is_stored(field: Field) -> bool:
    """Tell whether a field has a column: relations and resolver fields have none."""
    return field.kind != "relation" and not field.calls and field.http is None


def stored_fields(entity: Entity) -> tuple[Field, ...]:
    """Answer the fields of an entity that have columns."""
    return tuple(field for field in entity.fields if is_stored(field))


def type_text(field: Field) -> str:
    """Answer a field's type as in SDL, without the outer `!`."""
    if not field.is_list:
        return field.type
    return f"[{field.type}{'!' if field.item_required else ''}]"


def physical_name(wanted: str, taken: Iterable[str]) -> str:
    """Answer a name like `wanted` that both databases keep apart from those taken."""
    used = {name.casefold() for name in taken}
    if len(wanted.encode()) <= LONGEST_NAME and wanted.casefold() not in used:
        return wanted
    start = wanted[: LONGEST_NAME - 9]
    for attempt in range(len(used) + 1):
        name = f"{start}~{sha256(f'{wanted}{attempt}'.encode()).hexdigest()[:8]}"
        if name not in used:
            return name
    raise AssertionError("There are more names than attempts.")


def indexed_fields(model: Model, entity: Entity) -> tuple[tuple[str, ...], ...]:
    """Answer the field lists of an entity that need an index.

    These are its own, those that relations look rows up by, and owners.
    """
    wanted = list(dict.fromkeys(index.fields for index in entity.indexes))
    for other in model.entities:
        for field in other.fields:
            relation = field.relation
            if relation is None or relation.target != entity.name or not relation.remote:
                continue
            if not any(fields[: len(relation.remote)] == relation.remote for fields in (entity.key, *wanted)):
                wanted.append(relation.remote)
    wanted += [(name,) for name in sorted(owner_columns(entity)) if not any(fields[0] == name for fields in wanted)]
    return tuple(fields for fields in wanted if fields != entity.key)


def owner_columns(entity: Entity) -> frozenset[str]:
    """Answer the stored fields by whose single value rules let rows be read: lists of them are looked up by it."""
    single = {field.name for field in stored_fields(entity) if not field.is_list and field.kind == "scalar"}
    named = {
        (rule.owner_field or "owner") if rule.allow == "owner" else rule.groups_field
        for rule in entity.auth
        if (rule.allow == "owner" or rule.groups_field) and {"get", "list"} & set(rule.operations)
    }
    return frozenset(name for name in named if name in single and name != entity.key[0])
