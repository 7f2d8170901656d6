"""Deployment packages: ZIP files of a function's folder, checked before a byte of them is written anywhere."""

import hashlib
import io
import os
import stat
import zipfile
from pathlib import Path, PurePosixPath

MOST_PACKED_BYTES = 50 * 1024 * 1024
MOST_UNPACKED_BYTES = 250 * 1024 * 1024
MOST_FILES = 50_000
"""Lambda's quotas for a package that is sent with the call, and for what is in it."""

_LEFT_OUT = {".git", ".DS_Store", "__pycache__"}
_EPOCH = (1980, 1, 1, 0, 0, 0)


class BadPackage(ValueError):
    """A package that cannot be deployed; the message says why."""


def packed(folder: Path) -> bytes:
    """The ZIP of a folder; the same files make the same bytes. Raises BadPackage."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            inside = path.relative_to(folder)
            if _LEFT_OUT & set(inside.parts) or not path.is_file():
                continue
            if path.is_symlink() and not path.resolve().is_relative_to(folder.resolve()):
                raise BadPackage(f"{inside} is a link that leads out of the folder.")
            entry = zipfile.ZipInfo(inside.as_posix(), _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (stat.S_IFREG | (0o755 if os.access(path, os.X_OK) else 0o644)) << 16
            archive.writestr(entry, path.read_bytes())
    package = target.getvalue()
    checked_package(package)
    return package


def checked_package(package: bytes) -> str:
    """The SHA-256 (hex) of a package that may be deployed. Raises BadPackage."""
    if len(package) > MOST_PACKED_BYTES:
        raise BadPackage(f"The package has {len(package)} bytes; {MOST_PACKED_BYTES} are the most.")
    try:
        with zipfile.ZipFile(io.BytesIO(package)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise BadPackage(f"The package is no ZIP file: {error}") from None
    if not entries:
        raise BadPackage("The package holds no file.")
    if len(entries) > MOST_FILES:
        raise BadPackage(f"The package holds {len(entries)} files; {MOST_FILES} are the most.")
    if sum(entry.file_size for entry in entries) > MOST_UNPACKED_BYTES:
        raise BadPackage(f"The package unpacks to more than {MOST_UNPACKED_BYTES} bytes.")
    for entry in entries:
        _check_name(entry)
    return hashlib.sha256(package).hexdigest()


def _check_name(entry: zipfile.ZipInfo) -> None:
    path = PurePosixPath(entry.filename)
    if path.is_absolute() or ".." in path.parts or "\\" in entry.filename or "\0" in entry.filename:
        raise BadPackage(f"The package holds {entry.filename[:200]!r}, which leads out of the function's folder.")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise BadPackage(f"The package holds {entry.filename[:200]!r}, a symbolic link.")
    if entry.flag_bits & 1:
        raise BadPackage(f"The package holds {entry.filename[:200]!r}, which is encrypted.")


def unpack(package: bytes, folder: Path) -> None:
    """Write a package's files into a new folder. Raises BadPackage where they are not what their headers said."""
    left = MOST_UNPACKED_BYTES
    checked_package(package)
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        for entry in archive.infolist():
            target = folder / entry.filename
            if entry.is_dir():
                target.mkdir(parents=True, exist_ok=True)
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                with archive.open(entry) as source, target.open("wb") as written:
                    while piece := source.read(1 << 20):
                        left -= len(piece)
                        if left < 0:
                            raise BadPackage(f"The package unpacks to more than {MOST_UNPACKED_BYTES} bytes.")
                        written.write(piece)
            except (zipfile.BadZipFile, EOFError, OSError) as error:
                raise BadPackage(f"The package's {entry.filename[:200]!r} cannot be read: {error}") from None
            target.chmod(0o755 if (entry.external_attr >> 16) & 0o111 else 0o644)
