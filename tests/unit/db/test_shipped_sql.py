"""The SQL that is shipped compiled says what the tables, questions and migrations say."""

import importlib.util
import sqlite3
import sys
from pathlib import Path
from types import ModuleType

import pytest

from preamp.db.migrate import HEAD, SCHEMA, migrate_by_history, migrate_sqlite

ROOT = Path(__file__).parents[3]
TABLES = sorted((ROOT / "src" / "preamp").glob("**/tables.py"))


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("preamp_sql", ROOT / "tools" / "sql.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("tables", TABLES, ids=lambda path: path.parent.name)
def test_the_questions_are_those_of_the_tables(tool: ModuleType, tables: Path) -> None:
    """If not: `make sql` writes them anew."""
    assert tables.with_name("questions.py").read_text() == tool.questions(tables)


def test_the_script_is_what_the_history_makes(tool: ModuleType) -> None:
    """If not: `make sql` writes it anew."""
    assert SCHEMA.read_text() == tool.schema()


def test_a_fresh_file_is_the_same_by_script_and_by_history(tmp_path: Path) -> None:
    """Whoever starts today and whoever migrated step by step have the same tables."""
    by_script, by_history = tmp_path / "script.sqlite3", tmp_path / "history.sqlite3"

    migrate_sqlite(by_script)
    migrate_by_history(by_history)

    assert tables_of(by_script) == tables_of(by_history)
    assert tables_of(by_script)["ledger"] == [HEAD]


def test_a_script_of_another_revision_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A script that was not written anew after a migration costs time, never a table."""
    stale = tmp_path / "schema.sql"
    stale.write_text("-- The tables at revision 0000, for a fresh SQLite file.\nCREATE TABLE wrong (id TEXT);\n")
    monkeypatch.setattr("preamp.db.migrate.SCHEMA", stale)

    migrate_sqlite(tmp_path / "preamp.sqlite3")

    assert "wrong" not in tables_of(tmp_path / "preamp.sqlite3")
    assert tables_of(tmp_path / "preamp.sqlite3")["ledger"] == [HEAD]


def tables_of(path: Path) -> dict[str, list[str]]:
    """Each object's columns or SQL, spaces folded, and the ledger's revision."""
    connection = sqlite3.connect(path)
    rows = connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()
    ledger = [row[0] for row in connection.execute("SELECT version_num FROM alembic_version")]
    connection.close()
    return {**{name: (sql or "").split() for name, sql in rows}, "ledger": ledger}
