"""A process that carries out migrations in children which die by SIGKILL at a chosen SQL statement.

It reads JSON lines `{"where", "verb", "release", "sdl", "at"}` and answers each with the child's end: `"killed"` or
`"done"`. A child imports nothing: it is forked ready, so hundreds of deaths take seconds.
"""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import asyncpg.connect_utils  # noqa: F401 - imported before forking
from served import API_ID, model_of

from preamp.db import open_spaces, space_postgres, space_sqlite
from preamp.graphql import migrate


def die_at(statement: int) -> None:
    """Let this process die just before its n-th statement runs and, if it is odd, just after."""
    seen = 0

    def count() -> None:
        nonlocal seen
        seen += 1
        if seen == statement:
            os.kill(os.getpid(), signal.SIGKILL)

    for room, name in ((space_sqlite, "_Transaction"), (space_postgres, "_Transaction")):
        kind: Any = getattr(room, name)
        kind.run = counted(kind.run, count)
    space_postgres.PostgresSpace.run_alone = counted(space_postgres.PostgresSpace.run_alone, count)  # type: ignore[method-assign]


def counted(run: Any, count: Any) -> Any:
    async def wrapped(*arguments: Any) -> Any:
        count()
        answer = await run(*arguments)
        count()
        return answer

    return wrapped


async def carry_out(order: dict[str, Any]) -> None:
    where: Any = order["where"]
    spaces = await open_spaces(where if where.startswith("postgresql") else Path(where))
    match order["verb"]:
        case "prepare":
            await migrate.prepare(spaces, API_ID, order["release"], model_of(order["sdl"]))
        case "revert":
            await migrate.revert(spaces, API_ID, order["release"])
        case "settle":
            await migrate.settle(spaces, API_ID, order["release"])
    await spaces.close()


def main() -> None:
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            die_at(order["at"])
            asyncio.run(carry_out(order))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        print("killed" if killed else "done" if status == 0 else f"failed {status}", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
