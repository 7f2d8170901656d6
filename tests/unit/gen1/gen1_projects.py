"""Projects for the tests of this folder: the four of tests/cases/import, and small ones made in memory."""

import json
from pathlib import Path
from typing import Any

from preamp.gen1 import Files, ImportPlan, plan_import, read_files

CASES = Path(__file__).parents[2] / "cases" / "import"
NAMES = ("backend-only", "discussions", "mood-board", "project-boards")
NOW_MS = 1_795_000_000_000
SCHEMA = "type Post @model @auth(rules: [{ allow: public }]) {\n  id: ID!\n  title: String!\n}\n"


def original(name: str) -> Files:
    """The files of one of the four."""
    return read_files(CASES / name)


def made_of(contents: dict[str, Any]) -> Files:
    """A project of files by path below `amplify`; what is no text or bytes is written as JSON."""
    texts = {
        path: content
        if isinstance(content, bytes)
        else (content if isinstance(content, str) else json.dumps(content, indent=2)).encode()
        for path, content in contents.items()
    }
    return Files(prefix="amplify/", names=tuple(sorted(texts)), texts=texts, skipped={})


def plan_of(contents: dict[str, Any], **options: Any) -> ImportPlan:
    """The plan of a project made in memory."""
    return plan_import(made_of(contents), now_ms=NOW_MS, **options)


def config_of(plan: ImportPlan, category: str) -> dict[str, Any]:
    """The resourceConfig that a plan makes for a category."""
    found: dict[str, Any] = next(step for step in plan.steps if step.category == category).members["resourceConfig"]
    return found


def told(plan: ImportPlan, status: str) -> set[tuple[str, str]]:
    """Resource and item of the findings of a status."""
    return {(one.resource, one.item) for one in plan.report.findings if one.status == status}
