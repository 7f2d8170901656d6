"""What is measured, as values, a table of text and a JSON file."""

import os
import platform
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import msgspec
from msgspec import Struct


class Row(Struct, frozen=True, kw_only=True):
    """One line. `ratios` has one value a round, 1.0 where ours is exactly the other; more is better, if not `smaller`.

    `ours` and `other` are medians in `unit`. `goal` None: told for information.
    """

    what: str
    unit: str
    ours: float
    other: float
    against: str
    ratios: list[float]
    goal: float | None = None
    smaller: bool = False
    beside: dict[str, float] = msgspec.field(default_factory=dict)

    @property
    def ratio(self) -> float:
        """The median of the rounds."""
        return median(self.ratios)

    @property
    def met(self) -> bool | None:
        """Whether the goal is met, None where there is none."""
        if self.goal is None:
            return None
        return self.ratio <= self.goal if self.smaller else self.ratio >= self.goal


class Skipped(Struct, frozen=True, kw_only=True):
    """A line that could not be measured here, and why."""

    what: str
    why: str


HEAD = ("what", "ours", "floor / peer", "ratio", "spread", "goal", "met")


def text(rows: Sequence[Row | Skipped]) -> str:
    """The table."""
    lines = [HEAD, *(_cells(row) for row in rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(HEAD))]
    rule = tuple("-" * width for width in widths)
    return "\n".join(_line(line, widths) for line in (HEAD, rule, *lines[1:]))


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def _cells(row: Row | Skipped) -> tuple[str, ...]:
    if isinstance(row, Skipped):
        return (row.what, "not run", row.why, "", "", "", "")
    sign = "<=" if row.smaller else ">="
    rps = f" ({row.beside['ours rps']:.0f}/s)" if "ours rps" in row.beside else ""
    other_rps = f" ({row.beside['other rps']:.0f}/s)" if "other rps" in row.beside else ""
    return (
        row.what,
        f"{_number(row.ours)} {row.unit}{rps}",
        f"{_number(row.other)} {row.unit}{other_rps} {row.against}",
        f"{row.ratio:.2f}",
        f"{min(row.ratios):.2f}-{max(row.ratios):.2f}",
        "" if row.goal is None else f"{sign} {row.goal:g}",
        {None: "", True: "yes", False: "NO"}[row.met],
    )


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def write(rows: Sequence[Row | Skipped], path: Path, *, quick: bool) -> None:
    """The same as JSON, with the rounds and the machine."""
    done = [
        {**msgspec.to_builtins(row), "ratio": row.ratio, "met": row.met}
        if isinstance(row, Row)
        else msgspec.to_builtins(row)
        for row in rows
    ]
    document = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "quick": quick,
        "machine": {
            "cores": os.cpu_count(),
            "load": os.getloadavg(),
            "system": platform.platform(),
            "python": platform.python_version(),
            "sqlite": sqlite3.sqlite_version,
        },
        "rows": done,
    }
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n")
