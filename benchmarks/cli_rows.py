"""Rows of the command line: how long its help takes, beside an interpreter that imports click and does nothing."""

import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from machine import SERVER_CORE, starting_on
from rounds import Plan
from table import Row

ALLOWED_MS = 60.0
FACTOR = 1.3
_EACH = 10
# An editable install is compiled at its first start: as for click, which pip compiled, that is not to be measured.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
HELP = [str(Path(sys.executable).parent / "preamp"), "--help"]
CLICK = [sys.executable, "-c", "import click"]


def rows(plan: Plan) -> list[Row]:
    """Help may take 1.3 times `python -c "import click"` and 60 ms more: the ratio is to that sum."""
    for command in (HELP, CLICK):
        _milliseconds(command)
    pairs = [(_fastest(HELP), _fastest(CLICK)) for _ in range(plan.rounds)]
    return [
        Row(
            what="preamp --help",
            unit="ms",
            ours=median(ours for ours, _ in pairs),
            other=median(FACTOR * click + ALLOWED_MS for _, click in pairs),
            against="1.3 x import click + 60 ms",
            ratios=[ours / (FACTOR * click + ALLOWED_MS) for ours, click in pairs],
            goal=1.0,
            smaller=True,
            beside={"import click": median(click for _, click in pairs)},
        )
    ]


def _fastest(command: list[str]) -> float:
    return min(_milliseconds(command) for _ in range(_EACH))


def _milliseconds(command: list[str]) -> float:
    started = time.perf_counter()
    with starting_on(SERVER_CORE):
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True, env=ENVIRONMENT)
    return (time.perf_counter() - started) * 1000
