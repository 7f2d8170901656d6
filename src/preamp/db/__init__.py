"""The control database: one schema, two engines, chosen by URL.

Rooms declare their tables and write their questions as SQLAlchemy Core expressions in their `store.py`; a `Statement`
compiles such an expression once per engine to plain SQL, and the engine's raw driver runs it. So there is one text of
the schema and of each question, and no expression building on the way of a request.

`sqlite:///path` (or a bare path) is the default: one file, WAL, every commit on disk before it is acknowledged, with
commits that arrive together sharing one fsync. `postgresql://...` is for many nodes. Both offer the same face:
`Database` for single reads, `Database.transaction()` for writes.
"""

from preamp.db.engine import (
    Conflict,
    Database,
    Expression,
    Reader,
    Row,
    Statement,
    Transaction,
    Unavailable,
    insert,
    upsert,
)
from preamp.db.migrate import HEAD, LedgerError
from preamp.db.open import open_database, open_spaces
from preamp.db.revision import revision_of

__all__ = [
    "HEAD",
    "Conflict",
    "Database",
    "Expression",
    "LedgerError",
    "Reader",
    "Row",
    "Statement",
    "Transaction",
    "Unavailable",
    "insert",
    "open_database",
    "open_spaces",
    "revision_of",
    "upsert",
]
