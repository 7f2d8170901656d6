"""The reference pages of operations and errors say what the code says."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from preamp.control import service

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def docs() -> ModuleType:
    spec = importlib.util.spec_from_file_location("preamp_docs", ROOT / "tools" / "docs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["operations.md", "errors.md", "cli.md"])
def test_the_page_is_what_the_code_says(docs: ModuleType, name: str) -> None:
    """If not: `python tools/docs.py` writes it anew."""
    assert (ROOT / "docs" / "reference" / name).read_text() == docs.pages()[name]


def test_every_operation_is_on_the_page_with_its_reason(docs: ModuleType) -> None:
    """Each has a section, a route and a sentence of its own."""
    page = docs.pages()["operations.md"]

    for operation in service.operations.values():
        assert (
            f"### {operation.name}\n\n`{operation.method} {operation.path}`\n\n{docs.summary(operation.handler)}"
            in page
        )
        assert docs.summary(operation.handler).endswith(".")


def test_every_link_leads_somewhere(docs: ModuleType) -> None:
    """Links inside the page name a heading of it."""
    page = docs.pages()["operations.md"]
    headings = {line.lstrip("# ").lower() for line in page.splitlines() if line.startswith("#")}

    targets = {part.partition(")")[0] for part in page.split("](#")[1:]}

    assert targets <= headings
