"""Two servers measured in turn, A/B/A/B: CPU time per request, and requests per second beside it."""

from collections.abc import Callable, Iterable
from statistics import median

from msgspec import Struct

from load import drive
from machine import Meter, settle
from servers import Running
from table import Row

CONNECTIONS = 24


class Plan(Struct, frozen=True, kw_only=True):
    """How long to measure: `rounds` for each side, and a factor for the number of requests in a round.

    `quick`: tables stay small, too.
    """

    rounds: int
    scale: float
    quick: bool = False

    def count(self, full: int) -> int:
        """Requests in a round."""
        return max(200, int(full * self.scale))


Requests = Callable[[int], Iterable[bytes]]
"""`n` requests for one round."""


class Side(Struct, frozen=True, kw_only=True):
    """One of the two: a server and what to send it. `background` work that requests leave behind is counted too."""

    server: Running
    requests: Requests
    cluster: int | None = None
    background: bool = False


class Measured(Struct, frozen=True, kw_only=True):
    """One round of one side."""

    cpu_us: float
    rps: float


async def measure(side: Side, count: int) -> Measured:
    """One round."""
    requests = list(side.requests(count))  # made before the clock starts
    meter = Meter(side.server.pid, side.cluster)
    seconds = await drive(side.server.address, requests, CONNECTIONS)
    if side.background:
        settle(side.server.pid)
    return Measured(cpu_us=meter.seconds() / count * 1e6, rps=count / seconds)


async def compare(
    plan: Plan, what: str, ours: Side, other: Side, *, count: int, goal: float | None, against: str
) -> Row:
    """All rounds of one row; the ratio of a round is other/ours by CPU, so that 1 is the limit."""
    n = plan.count(count)
    for side in (ours, other):
        await measure(side, max(100, n // 10))
    pairs = [(await measure(ours, n), await measure(other, n)) for _ in range(plan.rounds)]
    return Row(
        what=what,
        unit="us",
        ours=median(one.cpu_us for one, _ in pairs),
        other=median(two.cpu_us for _, two in pairs),
        against=against,
        ratios=[two.cpu_us / one.cpu_us for one, two in pairs],
        goal=goal,
        beside={"ours rps": median(one.rps for one, _ in pairs), "other rps": median(two.rps for _, two in pairs)},
    )
