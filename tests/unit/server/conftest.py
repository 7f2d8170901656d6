"""A running server that the tests of this folder share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import server


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[server.Server]:
    """Give a server with a data directory of its own, on SQLite."""
    data: Path = tmp_path_factory.mktemp("server") / "data"
    with server.running(data=data) as one:
        yield one
