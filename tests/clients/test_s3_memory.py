"""A large object streams both ways: the server's memory stays flat. 5 GiB by `make test-storage-big`."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

import server

MIB = 1 << 20
SIZE = int(os.environ.get("PREAMP_TEST_LARGE_MIB", "512")) * MIB
PIECE = bytes(range(256)) * 4096
SHARE = 8
"""What the server's memory may grow by is less than 1/SHARE of 512 MiB, whatever the object's size."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[server.Server]:
    """Give a server with the bucket `large`."""
    with server.running(data=tmp_path_factory.mktemp("memory") / "data") as one:
        assert httpx2.put(f"{one.ready.http}/large", headers=signed(one, "PUT", "/large")).status_code == 200
        yield one


def signed(running: server.Server, method: str, path: str, **headers: str) -> dict[str, str]:
    """The headers of a request whose payload is not signed."""
    request = AWSRequest(method=method, url=f"{running.ready.http}{path}", headers=headers)
    request.context["payload_signing_enabled"] = False
    request.context["client_config"] = None
    keys = Credentials(running.ready.access_key_id, running.ready.secret_access_key)
    request.headers["x-amz-content-sha256"] = "UNSIGNED-PAYLOAD"
    signer = S3SigV4Auth(keys, "s3", "us-east-1")
    signer.payload = lambda _request: "UNSIGNED-PAYLOAD"
    signer.add_auth(request)
    return dict(request.headers.items())


def resident_mib(running: server.Server, *, most: bool) -> float:
    """The server's memory now, or the most since it was last reset."""
    status = Path(f"/proc/{running.process.pid}/status").read_text()
    name = "VmHWM:" if most else "VmRSS:"
    return int(next(line for line in status.splitlines() if line.startswith(name)).split()[1]) / 1024


def body() -> Iterator[bytes]:
    """The object's bytes."""
    for _ in range(SIZE // len(PIECE)):
        yield PIECE


def test_memory_stays_flat_for_a_large_object(running: server.Server) -> None:
    """One request up, one down, and every byte as it was."""
    small = signed(running, "PUT", "/large/small", **{"content-length": str(MIB)})
    assert httpx2.put(f"{running.ready.http}/large/small", headers=small, content=PIECE).status_code == 200
    Path(f"/proc/{running.process.pid}/clear_refs").write_text("5")
    before = resident_mib(running, most=False)
    expected = hashlib.md5(usedforsecurity=False)
    found = hashlib.md5(usedforsecurity=False)
    for piece in body():
        expected.update(piece)

    headers = signed(running, "PUT", "/large/object", **{"content-length": str(SIZE)})
    put = httpx2.put(f"{running.ready.http}/large/object", headers=headers, content=body(), timeout=600)
    with httpx2.stream("GET", f"{running.ready.http}/large/object", headers=signed(running, "GET", "/large/object"),
                       timeout=600) as got:  # fmt: skip
        for piece in got.iter_bytes():
            found.update(piece)

    assert put.headers["etag"] == f'"{expected.hexdigest()}"'
    assert found.digest() == expected.digest()
    assert resident_mib(running, most=True) - before < 512 / SHARE
