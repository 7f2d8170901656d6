"""Time arrives as an argument, so that tests can move it."""

import time
from datetime import UTC, datetime


class Clock:
    """The machine's wall clock."""

    def now_ms(self) -> int:
        """Milliseconds since 1970 UTC."""
        return time.time_ns() // 1_000_000


class SetClock(Clock):
    """A clock that stands still until it is moved (for tests and dry runs)."""

    def __init__(self, now_ms: int) -> None:
        self.ms = now_ms

    def now_ms(self) -> int:
        """The set time."""
        return self.ms

    def advance(self, milliseconds: int) -> None:
        """Move forward."""
        self.ms += milliseconds


def iso(milliseconds: int) -> str:
    """ISO 8601 in UTC with milliseconds and Z, as AWS writes times: 2026-03-07T17:15:23.263Z."""
    return moment(milliseconds).strftime("%Y-%m-%dT%H:%M:%S.") + f"{milliseconds % 1000:03d}Z"


def moment(milliseconds: int) -> datetime:
    """The time as Python's libraries take it, in UTC."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
