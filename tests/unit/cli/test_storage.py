"""`preamp storage`: damage is told by key and by the exit code; sweeping and quotas."""

import json
import subprocess
from pathlib import Path

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

import server


def preamp(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run the program."""
    return subprocess.run(
        server.program(*arguments), capture_output=True, text=True, check=False, timeout=60, env=server.environment()
    )


def client(running: server.Server) -> object:
    """A boto3 client of a running server."""
    return boto3.client(
        "s3",
        endpoint_url=running.ready.http,
        region_name="us-east-1",
        aws_access_key_id=running.ready.access_key_id,
        aws_secret_access_key=running.ready.secret_access_key,
        config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}),
    )


def test_scrub_sweep_and_quota_work_on_a_stopped_servers_data(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with server.running(data=data) as running:
        s3 = client(running)
        s3.create_bucket(Bucket="mine")  # type: ignore[attr-defined]
        s3.put_object(Bucket="mine", Key="whole", Body=b"x" * 100_000)  # type: ignore[attr-defined]
        s3.put_object(Bucket="mine", Key="dir/damaged", Body=b"y" * 100_000)  # type: ignore[attr-defined]
        busy = preamp("storage", "scrub", "--data", str(data))

    clean = preamp("storage", "scrub", "--data", str(data), "--json")
    damaged = next(
        path for path in (data / "objects" / "blobs").rglob("*") if path.is_file() and b"y" in path.read_bytes()
    )
    damaged.write_bytes(b"z" + damaged.read_bytes()[1:])
    (data / "objects" / "blobs" / "ff").mkdir(exist_ok=True)
    (data / "objects" / "blobs" / "ff" / "01890000-0000-7000-8000-0000000000ff").write_bytes(b"nobody's")
    found = preamp("storage", "scrub", "--data", str(data), "--bucket", "mine", "--json")
    swept = preamp("storage", "sweep", "--data", str(data), "--json")
    bounded = preamp("storage", "quota", "mine", "200100", "--data", str(data))

    assert (busy.returncode, clean.returncode, found.returncode) == (5, 0, 1)
    assert json.loads(clean.stdout) == {"objects": 2, "bytes": 200_000, "damage": []}
    (damage,) = json.loads(found.stdout)["damage"]
    assert (damage["bucket"], damage["key"], damage["problem"]) == ("mine", "dir/damaged", "checksum")
    assert json.loads(swept.stdout) == {"orphans": 0, "unknown": 1, "unfinished": 0, "uploads": 0}
    assert bounded.returncode == 0
    assert preamp("storage", "quota", "other", "1", "--data", str(data)).returncode == 1
    with server.running(data=data) as running, pytest.raises(ClientError, match="QuotaExceeded"):
        client(running).put_object(Bucket="mine", Key="more", Body=b"x" * 101)  # type: ignore[attr-defined]
