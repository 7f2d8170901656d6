"""The data directory."""

import os
import stat
from pathlib import Path

import pytest

from preamp.server.install import DataDirectory, DirectoryInUse, StartError, write_private


def test_the_install_key_is_made_once(tmp_path: Path) -> None:
    directory = DataDirectory(tmp_path)

    first = directory.install_key("")

    assert len(first) == 32
    assert directory.install_key("") == first
    assert stat.S_IMODE((tmp_path / "install.key").stat().st_mode) == 0o600


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o700])
def test_an_install_key_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    """The message is the command that puts it right."""
    directory = DataDirectory(tmp_path)
    directory.install_key("")
    (tmp_path / "install.key").chmod(mode)

    with pytest.raises(StartError, match=f"mode {mode:04o}: run chmod 600"):
        directory.install_key("")


@pytest.mark.parametrize("content", [b"", b"short", b"AAAA", b"A" * 44, b"\xff" * 44])
def test_what_is_no_key_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "key"
    write_private(path, content)

    with pytest.raises(StartError, match="must hold 32 bytes in base64"):
        DataDirectory(tmp_path).install_key(str(path))


def test_a_named_key_file_must_be_there(tmp_path: Path) -> None:
    """A key that was named is never made: the wrong one would seal new secrets beside the old."""
    with pytest.raises(StartError, match="cannot read the install key"):
        DataDirectory(tmp_path).install_key(str(tmp_path / "nowhere"))


def test_a_directory_is_held_by_one(tmp_path: Path) -> None:
    second = DataDirectory(tmp_path)

    with DataDirectory(tmp_path).held(), pytest.raises(DirectoryInUse, match=f"in use by process {os.getpid()}"):
        second.held().__enter__()

    with second.held():
        pass


def test_a_directory_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with (
        pytest.raises(StartError, match="cannot use the data directory"),
        DataDirectory(tmp_path / "file" / "x").held(),
    ):
        pass


def test_private_files_replace_or_keep(tmp_path: Path) -> None:
    path = tmp_path / "one"

    write_private(path, b"first")
    write_private(path, b"second", replace=False)
    assert path.read_bytes() == b"first"
    write_private(path, b"third")

    assert path.read_bytes() == b"third"
    assert [child.name for child in tmp_path.iterdir()] == ["one"]
