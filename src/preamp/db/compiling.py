"""From SQLAlchemy expressions to SQL text. Imported only where a statement was not shipped compiled."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import asyncpg as asyncpg_dialect

from preamp.db.engine import DialectName, Expression, Text

# The bare dialect objects know the engines' SQL; no driver is imported by making them.
_DIALECTS: dict[str, sa.Dialect] = {
    "sqlite": sqlite.dialect(paramstyle="qmark"),
    "postgresql": asyncpg_dialect.dialect(),  # type: ignore[no-untyped-call]
}


def compile_expression(
    expression: Expression | Callable[[DialectName], Expression], dialect: DialectName
) -> tuple[Text, Mapping[str, Any]]:
    """SQL with the parameter's name at each place, and the values of the parameters that are literals."""
    if not isinstance(expression, sa.sql.base.Executable):
        expression = expression(dialect)
    compiled = expression.compile(dialect=_DIALECTS[dialect])  # type: ignore[attr-defined]
    literals = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
    return (str(compiled), tuple(compiled.positiontup or ())), literals


def insert_expression(table: sa.Table) -> Expression:
    """INSERT of a whole row; parameters are the columns' names."""
    return sa.insert(table).values({column.name: sa.bindparam(column.name) for column in table.columns})


def upsert_expression(table: sa.Table, dialect: DialectName, update: Sequence[str] | None) -> Expression:
    """INSERT of a whole row, or UPDATE of `update` (default: all columns outside the key) where the key exists."""
    keys = [column.name for column in table.primary_key.columns]
    changed = [c.name for c in table.columns if c.name not in keys] if update is None else list(update)
    make = sqlite.insert if dialect == "sqlite" else postgresql.insert
    row = make(table).values({column.name: sa.bindparam(column.name) for column in table.columns})
    if not changed:
        return row.on_conflict_do_nothing(index_elements=keys)
    return row.on_conflict_do_update(index_elements=keys, set_={name: row.excluded[name] for name in changed})
