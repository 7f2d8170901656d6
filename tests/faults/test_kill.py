"""Jobs survive kill -9 at every point where they touch a database."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

_CRASH = Path(__file__).with_name("crash.py")


@pytest.mark.parametrize("operation", ["CreateBackendAPI", "UpdateBackendAPI", "CloneBackend", "RemoveAllBackends"])
def test_a_job_ends_whole_or_not_at_all_wherever_it_is_killed(
    operation: str, database_url: str, tmp_path: Path
) -> None:
    """After a restart the job is COMPLETED or FAILED, all of its effects are there or none, and nothing is orphaned."""
    ran = subprocess.run(
        [sys.executable, _CRASH, database_url, tmp_path, operation],
        check=True,
        capture_output=True,
        text=True,
        timeout=300,
    )

    report = json.loads(ran.stdout)
    assert report["breaches"] == []
    assert len(report["kills"]) >= 9, report["kills"]
