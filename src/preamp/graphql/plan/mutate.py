"""Mutations: what an input makes of a row, as statements.

An input becomes a shape and parameters in one pass; the statement of a shape is written once. Statements name their
table by its own name: RETURNING knows no alias on SQLite.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from preamp.graphql.errors import FieldError
from preamp.graphql.model import Field
from preamp.graphql.plan.filter import Operand, Operands, condition
from preamp.graphql.plan.write import Writer
from preamp.graphql.sql import quote

_ENCODE = msgspec.json.Encoder()


class Stored(Struct, frozen=True, kw_only=True):
    """One stored field: where it goes and what it may hold."""

    field: Field
    operand: Operand

    def encode(self, value: Any) -> Any:
        """Answer the column's value for a field's value."""
        if value is None or self.operand.storage != "json":
            return value
        return _ENCODE.encode(value).decode()


class Written(Struct, frozen=True, kw_only=True):
    """The table a mutation writes. `target` is its qualified name, `name` the one its own statements know it by."""

    entity: str
    target: str
    name: str
    key: tuple[Stored, ...]
    fields: dict[str, Stored]
    operands: Operands

    @property
    def alias(self) -> str:
        """How expressions name the written row."""
        return quote(self.name)

    def refuse_nulls(self, input_: Mapping[str, Any]) -> None:
        """Refuse null for a field that the type declares non-null.

        AppSync writes it and fails at each reading from then on; here it is told before anything is written.
        """
        for name, value in input_.items():
            stored = self.fields.get(name)
            if value is None and stored is not None and stored.field.required:
                raise FieldError(
                    f"Cannot return null for non-nullable type: '{stored.field.type}' "
                    f"within parent '{self.entity}' (/{name})"
                )


def insert(table: Written, returning: str, writer: Writer) -> str:
    """Write the INSERT of a whole row: place 0 holds one parameter for each column."""
    take = writer.taker(0)
    names = ", ".join(stored.operand.column for stored in table.fields.values())
    values = ", ".join(take(stored.operand.storage) for stored in table.fields.values())
    return f"INSERT INTO {table.target} ({names}) VALUES ({values}) RETURNING {returning}"


def update(table: Written, returning: str, writer: Writer) -> str:
    """Write the UPDATE of a shape (names set, condition); place 0 holds values, key and condition, in this order."""
    names, test = writer.shape(0)
    take = writer.taker(0)
    stored = [table.fields[name] for name in names]
    sets = ", ".join(f"{one.operand.column} = {take(one.operand.storage)}" for one in stored)
    where = _keyed(table, test, writer, take)
    return f"UPDATE {table.target} SET {sets} WHERE {where} RETURNING {returning}"


def delete(table: Written, returning: str, writer: Writer) -> str:
    """Write the DELETE of a shape (condition); place 0 holds key and condition."""
    where = _keyed(table, writer.shape(0)[0], writer, writer.taker(0))
    return f"DELETE FROM {table.target} WHERE {where} RETURNING {returning}"


def select(table: Written, returning: str, writer: Writer) -> str:
    """Write the SELECT of the row that a DELETE of the same shape is about to remove."""
    where = _keyed(table, writer.shape(0)[0], writer, writer.taker(0))
    return f"SELECT {returning} FROM {table.target} WHERE {where}"


def _keyed(table: Written, test: Any, writer: Writer, take: Any) -> str:
    where = [f"{table.alias}.{one.operand.column} = {take(one.operand.storage)}" for one in table.key]
    where.append(condition(test, table.alias, table.operands, writer.dialect, take))
    return " AND ".join(part for part in where if part)
