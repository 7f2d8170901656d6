"""JSON files as the Amplify CLI writes them, with the lines their members stand on."""

import json
import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from preamp.gen1.files import Files
from preamp.gen1.report import Finding

_MAX_DEPTH = 60


class Document(Struct, frozen=True, kw_only=True):
    """One JSON object. `file` is its name for messages; `at` counts lines."""

    file: str
    text: str
    value: Mapping[str, Any]

    def line(self, *path: str) -> int:
        """The line on which a member stands, sought key by key; 0 where it is not written."""
        place = 0
        for key in path:
            found = re.compile(re.escape(json.dumps(key)) + r"\s*:").search(self.text, place)
            if found is None:
                return 0
            place = found.start()
        return self.text.count("\n", 0, place) + 1 if path else 0


class Reader:
    """Reads a project's files and collects what is wrong with them, instead of stopping at the first."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self.findings: list[Finding] = [
            Finding(
                status="unreadable",
                resource="project",
                item=name,
                what=f"The file is {why}; it was left out.",
                todo="Put a plain file of the usual size there.",
                file=files.prefix + name,
            )
            for name, why in sorted(files.skipped.items())
        ]

    def name(self, path: str) -> str:
        """A path as the user gave it."""
        return self.files.prefix + path

    def document(self, path: str, resource: str = "project") -> Document | None:
        """A JSON object; None where there is no such file, or where it cannot be read (which is a finding)."""
        text = self.text(path, resource)
        if text is None:
            return None
        try:
            value = json.loads(text)
        except json.JSONDecodeError as error:
            self._unreadable(path, resource, f"It is not JSON: {error.msg}.", error.lineno)
            return None
        except (RecursionError, ValueError) as error:
            self._unreadable(path, resource, f"It is not JSON that can be read: {_short(error)}.", 0)
            return None
        if not isinstance(value, dict) or _deeper(value, _MAX_DEPTH):
            self._unreadable(path, resource, "It is not a JSON object of ordinary depth.", 1)
            return None
        return Document(file=self.name(path), text=text, value=value)

    def text(self, path: str, resource: str = "project") -> str | None:
        """A text file; None where there is none, or where it is not UTF-8 (which is a finding)."""
        content = self.files.texts.get(path)
        if content is None:
            return None
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            self._unreadable(path, resource, "It is not UTF-8.", line)
            return None

    def _unreadable(self, path: str, resource: str, what: str, line: int) -> None:
        self.findings.append(
            Finding(
                status="unreadable",
                resource=resource,
                item=path.rpartition("/")[2],
                what=what,
                todo="Repair the file, then import again.",
                file=self.name(path),
                line=line,
            )
        )


def _deeper(value: object, levels: int) -> bool:
    waiting = [(value, 0)]
    while waiting:
        one, depth = waiting.pop()
        if depth > levels:
            return True
        if isinstance(one, dict):
            waiting += [(inner, depth + 1) for inner in one.values()]
        elif isinstance(one, list):
            waiting += [(inner, depth + 1) for inner in one]
    return False


def _short(error: Exception) -> str:
    return str(error).partition("\n")[0][:100] or type(error).__name__


# Members of any kind, read leniently: a hand-edited file may hold anything -----------------------


def mapping(value: object) -> dict[str, Any]:
    """An object, or the object that a text holds as JSON; empty for anything else."""
    if isinstance(value, str) and value.strip().startswith("{"):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return {}
    return {str(key): inner for key, inner in value.items()} if isinstance(value, dict) else {}


def items(value: object) -> list[Any]:
    """A list, or the list that a text holds as JSON; empty for anything else."""
    if isinstance(value, str) and value.strip().startswith("["):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return []
    return list(value) if isinstance(value, list) else []


def words(value: object) -> list[str]:
    """A list of words: given as a list, as JSON in a text, or joined by commas in one text or in its elements."""
    found = items(value) or ([value] if isinstance(value, str) and not value.strip().startswith(("[", "{")) else [])
    split = (part.strip() for one in found if isinstance(one, str) for part in one.split(","))
    return list(dict.fromkeys(part for part in split if part))


def text(value: object) -> str:
    """A text; a number as text; empty for anything else."""
    if isinstance(value, bool):
        return ""
    return value if isinstance(value, str) else str(value) if isinstance(value, int | float) else ""


def number(value: object) -> float | None:
    """A number, also one written as text."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value) if abs(value) < 1e15 else None
    if isinstance(value, str) and re.fullmatch(r"\s*\d{1,15}(\.\d{1,6})?\s*", value):
        return float(value)
    return None


def truth(value: object) -> bool:
    """A truth value, also one written as text."""
    return value is True or (isinstance(value, str) and value.strip().lower() == "true")
