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
from preamp.graphql.plan.auth import Needs, RowRule, row_test, rows_condition
from preamp.graphql.plan.filter import Operand, Operands, Shape, Take, condition
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
    required: tuple[str, ...]
    """Fields that may not be null."""
    encoded: tuple[int, ...]
    """Places, among the fields, of those kept as JSON."""

    @property
    def alias(self) -> str:
        """How expressions name the written row."""
        return quote(self.name)

    def refuse_nulls(self, input_: Mapping[str, Any]) -> None:
        """Refuse null for a field that the type declares non-null.

        AppSync writes it and fails at each reading from then on; here it is told before anything is written.
        """
        for name in self.required:
            if name in input_ and input_[name] is None:
                raise FieldError(
                    f"Cannot return null for non-nullable type: '{self.fields[name].field.type}' "
                    f"within parent '{self.entity}' (/{name})"
                )

    def row(self, values: Mapping[str, Any]) -> list[Any]:
        """Answer the parameters of a whole row."""
        params = [values.get(name) for name in self.fields]
        for at in self.encoded:
            if params[at] is not None:
                params[at] = _ENCODE.encode(params[at]).decode()
        return params


def insert(table: Written, returning: str, writer: Writer) -> str:
    """Write the INSERT of a whole row: place 0 holds one parameter for each column."""
    take = writer.taker(0)
    names = ", ".join(stored.operand.column for stored in table.fields.values())
    values = ", ".join(take(stored.operand.storage) for stored in table.fields.values())
    return f"INSERT INTO {table.target} ({names}) VALUES ({values}) RETURNING {returning}"


def update(table: Written, returning: str, writer: Writer, rules: Sequence[RowRule]) -> str:
    """Write the UPDATE of a shape (names set, condition, needs).

    Place 0 holds the values, the key, those of the condition, and the caller's for each row rule that is needed.
    """
    names, test, demands = writer.shape(0)[:3]
    take = writer.taker(0)
    stored = [table.fields[name] for name in names]
    sets = ", ".join(f"{one.operand.column} = {take(one.operand.storage)}" for one in stored)
    where = _keyed(table, test, writer, take)
    tests = {number: row_test(rules[number], table.alias, writer.dialect, take) for number in needed(demands)}
    for demand in demands or ():
        where += f" AND ({' OR '.join(tests[number] for number in demand)})"
    return f"UPDATE {table.target} SET {sets} WHERE {where} RETURNING {returning}"


def delete(table: Written, returning: str, writer: Writer, rules: Sequence[RowRule]) -> str:
    """Write the DELETE of a shape (condition); place 0 holds key, condition and the caller's values for the rules."""
    return f"DELETE FROM {table.target} WHERE {_deletable(table, writer, rules)} RETURNING {returning}"


def select(table: Written, returning: str, writer: Writer, rules: Sequence[RowRule]) -> str:
    """Write the SELECT of the row that a DELETE of the same shape is about to remove."""
    return f"SELECT {returning} FROM {table.target} WHERE {_deletable(table, writer, rules)}"


def probe(table: Written, writer: Writer, rules: Sequence[RowRule]) -> str:
    """Write the SELECT that tells which row rules the row meets; place 0 holds the key and the caller's values."""
    take = writer.taker(0)
    where = _keyed(table, (), writer, take)
    tests = [f"coalesce({row_test(rule, table.alias, writer.dialect, take)}, {writer.dialect.false})" for rule in rules]
    return f"SELECT {', '.join(tests or ['1'])} FROM {table.target} WHERE {where}"


def needed(demands: Needs | None) -> list[int]:
    """Answer the numbers of the row rules that an update's text speaks of."""
    return sorted({number for demand in demands or () for number in demand})


def _deletable(table: Written, writer: Writer, rules: Sequence[RowRule]) -> str:
    take = writer.taker(0)
    where = [_keyed(table, writer.shape(0)[0], writer, take), *rows_condition(rules, table.alias, writer.dialect, take)]
    return " AND ".join(where)


def _keyed(table: Written, test: Shape, writer: Writer, take: Take) -> str:
    where = [f"{table.alias}.{one.operand.column} = {take(one.operand.storage)}" for one in table.key]
    where.append(condition(test, table.alias, table.operands, writer.dialect, take))
    return " AND ".join(part for part in where if part)
