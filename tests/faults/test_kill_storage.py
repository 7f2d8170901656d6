"""What storage acknowledged survives kill -9, and what it did not leaves nothing half."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

_CRASH = Path(__file__).with_name("s3_crash.py")


@pytest.mark.parametrize("operation", ["put", "complete", "delete"])
def test_an_object_is_whole_or_as_it_was_wherever_storage_is_killed(operation: str, tmp_path: Path) -> None:
    """After a restart every acknowledged object reads with its checksum, and a sweep leaves no blob without a row."""
    ran = subprocess.run(
        [sys.executable, _CRASH, tmp_path, operation], check=False, capture_output=True, text=True, timeout=900
    )

    assert ran.returncode == 0, ran.stderr[-3000:]
    report = json.loads(ran.stdout)
    assert report["breaches"] == []
    assert len(report["kills"]) >= 50, report["kills"]
