"""What a started server has loaded: decision 0004."""

import subprocess
import sys
from pathlib import Path

import pytest

import server

HEAVY = {
    *("aiosmtplib", "alembic", "argon2", "asyncpg", "authlib", "awscrt", "botocore", "graphql", "httpx2", "jinja2"),
    *("joserfc", "multipart", "nats", "obstore", "rich", "sqlalchemy", "webauthn"),
}
PROGRAM = """
import sys
from pathlib import Path
from preamp.server import run
from preamp.settings import read

async def tell(_ready):
    print(*sorted({name.partition(".")[0] for name in sys.modules}))
    return False

flags = {"data": sys.argv[1], "http": "127.0.0.1:0", "https": "127.0.0.1:0"}
run(read({}, None, flags), on_ready=tell)
"""


@pytest.mark.parametrize("again", [False, True], ids=["first start", "second start"])
def test_a_server_is_ready_without_what_few_requests_need(tmp_path: Path, again: bool) -> None:
    """Neither idle memory nor the time to ready pays for a library that no request has asked for."""
    for _ in range(2 if again else 1):
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(tmp_path / "data")],
            check=True,
            capture_output=True,
            text=True,
            timeout=server.START_SECONDS,
            env=server.environment(),
        )

    assert set(done.stdout.split()) & HEAVY == set()
