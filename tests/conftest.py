"""Fixtures for every test: databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import postgres
import server


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[postgres.Cluster]:
    """Start a private PostgreSQL cluster, one per test process (xdist worker)."""
    folder = postgres.binaries()
    if folder is None:
        pytest.skip("PostgreSQL is not installed: `make setup-postgres`, or name its bin folder in PREAMP_PG_BIN")
    cluster = postgres.Cluster(folder)
    try:
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture
def postgres_url(postgres_cluster: postgres.Cluster) -> Iterator[str]:
    """Give the URL of an empty PostgreSQL database that only this test uses."""
    url = postgres_cluster.create()
    yield url
    postgres_cluster.drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the URL of an empty database that only this test uses: the test runs once on each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'preamp.sqlite3'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def preamp_server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[server.Server]:
    """Give a running `preamp serve` that only this test uses: the test runs once on each kind of database."""
    database = None if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    with server.running(data=tmp_path / "data", database=database) as one:
        yield one
