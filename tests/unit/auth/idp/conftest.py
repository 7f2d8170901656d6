"""Pools to sign in to: on a copy of one empty SQLite file, and on both databases where SQL is what is tested."""

import logging
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from preamp.db.migrate import migrate_sqlite
from sign_in_kit import PASSWORD, Cognito, cognito

SECRETS = (PASSWORD, "Wr0ng!pass", "N3w!passw", "B0b!passw")


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an empty database once: a copy takes a millisecond, the migrations take half a second."""
    path = tmp_path_factory.mktemp("empty") / "preamp.sqlite3"
    migrate_sqlite(path)
    return path


@pytest.fixture
def sqlite_url(empty_file: Path, tmp_path: Path) -> str:
    """Give the URL of an empty SQLite database that only this test uses."""
    own = tmp_path / "preamp.sqlite3"
    shutil.copyfile(empty_file, own)
    return f"sqlite:///{own}"


@pytest.fixture(autouse=True)
def no_secret_in_the_log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Look through what each test made the server log, down to debug, for passwords, codes and tokens."""
    with caplog.at_level(logging.DEBUG):
        yield
        told = "\n".join(f"{record.getMessage()} {record.exc_text or ''}" for record in caplog.get_records("call"))
    for secret in (*SECRETS, "eyJ", "PASSWORD_CLAIM", "SECRET_BLOCK"):
        assert secret not in told


@pytest.fixture
async def pool(sqlite_url: str) -> AsyncIterator[Cognito]:
    """Give a pool of free user names that only this test uses."""
    async with cognito(sqlite_url) as made:
        yield made


@pytest.fixture
async def mail_pool(sqlite_url: str) -> AsyncIterator[Cognito]:
    """Give a pool whose users are named by their mail address."""
    async with cognito(sqlite_url, sign_in_method="EMAIL") as made:
        yield made


@pytest.fixture
async def either_pool(database_url: str) -> AsyncIterator[Cognito]:
    """Give a pool on each kind of database in turn."""
    async with cognito(database_url) as made:
        yield made
