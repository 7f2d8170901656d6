"""Writes each room's `questions.py` from its `tables.py`, and the tables of a fresh SQLite file from the migrations.

So a server starts without importing SQLAlchemy and Alembic (docs/decisions/0004). Run `make sql` after a change of
tables, questions or migrations; tests/unit/db/test_shipped_sql.py fails while a file says something else.
"""

import importlib.util
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from textwrap import wrap
from types import ModuleType

from preamp.db import Statement
from preamp.db.engine import DialectName
from preamp.db.migrate import HEAD, SCHEMA, migrate_by_history

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "preamp"
WIDTH = 110
IN_ORDER = """
SELECT sql FROM sqlite_master WHERE sql IS NOT NULL
ORDER BY type = 'index', CASE type WHEN 'index' THEN name END, rowid"""
HEAD_LINES = '''\
"""The questions of tables.py as SQL of each engine. Written by `make sql`: change tables.py, not this file."""

from preamp.db import Statement
'''


def pages() -> dict[Path, str]:
    """Text by path of everything that is generated."""
    made = {path.with_name("questions.py"): questions(path) for path in sorted(SOURCE.glob("**/tables.py"))}
    return {**made, SCHEMA: schema()}


def questions(tables: Path) -> str:
    """The statements of a tables.py, under their names and in their order."""
    parts = [HEAD_LINES]
    for name, value in vars(_loaded(tables)).items():
        if name.startswith("_"):
            continue
        if isinstance(value, Statement):
            parts.append(f"{name} = {_statement(value, 0)}\n")
        elif isinstance(value, tuple) and all(isinstance(one, Statement) for one in value):
            inner = "".join(f"    {_statement(one, 4)},\n" for one in value)
            parts.append(f"{name} = (\n{inner})\n")
    return "\n".join(parts[:1]) + "\n" + "".join(parts[1:])


def _loaded(path: Path) -> ModuleType:
    """The module alone, without its room, which needs the file that is about to be written."""
    spec = importlib.util.spec_from_file_location(f"tables_of_{path.parent.name}", path)
    if spec is None or spec.loader is None:
        raise ImportError(str(path))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _statement(statement: Statement, depth: int) -> str:
    pad = " " * depth
    lines = ["Statement("]
    literals: dict[str, object] = {}
    for dialect in ("sqlite", "postgresql") if statement.only is None else (statement.only,):
        (sql, names), given = statement.compiled(_dialect(dialect))
        literals.update({name: value for name, value in given.items() if name in names})
        lines += [
            f"    {dialect}=(",
            *(f"        {line}" for line in _text(sql, 120 - 9 - depth)),
            f"        {_names(names)},",
            "    ),",
        ]
    if literals:
        lines.append("    literals={" + ", ".join(f'"{n}": {_literal(value)}' for n, value in literals.items()) + "},")
    lines.append(")")
    return f"\n{pad}".join(lines)


def _dialect(name: str) -> DialectName:
    return "sqlite" if name == "sqlite" else "postgresql"


def _text(sql: str, room: int) -> Iterator[str]:
    """SQL in lines of bounded length: one string, or several that stand together (as ruff formats them)."""
    words = " ".join(sql.split())
    lines = (
        [words]
        if len(_quoted(words)) <= room
        else wrap(words, WIDTH - 10, break_long_words=False, break_on_hyphens=False)
    )
    for place, line in enumerate(lines):
        space = "" if place == len(lines) - 1 else " "
        yield f"{_quoted(line + space)}{',' if not space else ''}"


def _names(names: tuple[str, ...]) -> str:
    if len(names) < 2:
        return f'("{names[0]}",)' if names else "()"
    one_line = "(" + ", ".join(f'"{name}"' for name in names) + ")"
    if len(one_line) < WIDTH:
        return one_line
    return "(\n" + "".join(f'            "{name}",\n' for name in names) + "        )"


def _literal(value: object) -> str:
    return _quoted(value) if isinstance(value, str) else repr(value)


def _quoted(text: str) -> str:
    return repr(text) if '"' in text and "'" not in text else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def schema() -> str:
    """What the whole history of migrations makes of an empty SQLite file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fresh.sqlite3"
        migrate_by_history(path)
        connection = sqlite3.connect(path)
        made = connection.execute(IN_ORDER).fetchall()
        connection.close()
    lines = [f"-- The tables at revision {HEAD}, for a fresh SQLite file. Written by `make sql` from the migrations."]
    lines += [" ".join(sql.split()) + ";" for (sql,) in made]
    return "\n".join([*lines, f"INSERT INTO alembic_version (version_num) VALUES ('{HEAD}');"]) + "\n"


def main() -> None:
    """Write what has changed."""
    for path, text in pages().items():
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
            print(f"wrote {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
