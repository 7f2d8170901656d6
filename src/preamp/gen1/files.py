"""A project's files, from a directory or a ZIP, within bounds.

Nothing here trusts its input: links are not followed, names that lead out are refused, sizes are bounded before and
while they are read. Only files that tell of the backend are read; of others (function code, build output) the names.
"""

import os
import re
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from msgspec import Struct

MAX_FILES = 50_000
MAX_FILE_BYTES = 4 * 1024 * 1024
MAX_TOTAL_BYTES = 64 * 1024 * 1024
MAX_ZIP_BYTES = 512 * 1024 * 1024
_MAX_RATIO = 200
_MAX_DEPTH = 40
_SEARCH_DEPTH = 5
_SKIPPED = frozenset({"node_modules", ".git", "dist", ".venv", "__pycache__", ".build"})
_READ = re.compile(
    r"""(?x)
    (\.config/project-config|cli(\.[\w-]+)?|team-provider-info)\.json
    | (backend|\#current-cloud-backend)/(backend-config|amplify-meta)\.json
    | backend/(api|auth|storage|function|custom|analytics|geo|hosting|interactions|predictions|notifications|[\w-]+)
      /[^/]+/(cli-inputs|parameters|function-parameters|custom-roles|transform\.conf|custom-policies
        |user-pool-group-precedence|[^/]*-cloudformation-template|[^/]*-parameters)\.json
    | backend/function/[^/]+/amplify\.state
    | backend/api/[^/]+/(schema\.graphql|schema/.*\.graphql)
    """
)


class Unreadable(Exception):
    """The input is refused as a whole; the message says what it is and what would be right."""


class Files(Struct, frozen=True, kw_only=True):
    """The files of an `amplify` folder by path below it, POSIX style.

    `prefix` is what stands before such a path in what the user gave (for messages). `names` has every file, `texts` the
    bytes of those that are read, `skipped` why a file that should be read was not.
    """

    prefix: str
    names: tuple[str, ...]
    texts: dict[str, bytes]
    skipped: dict[str, str]

    def under(self, folder: str) -> list[str]:
        """The names below a folder, sorted."""
        start = folder.rstrip("/") + "/"
        return sorted(name for name in self.names if name.startswith(start))


def read_files(source: Path) -> Files:
    """The files of a project: its directory, its `amplify` folder, or a ZIP of either. Raises Unreadable."""
    try:
        if source.is_dir():
            return _of_directory(source)
        if source.is_file():
            return _of_zip(source)
    except OSError as error:
        raise Unreadable(f"cannot read {error.filename or source}: {error.strerror}") from None
    except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError, ValueError) as error:
        raise Unreadable(f"{source} cannot be read as a ZIP: {error}") from None
    raise Unreadable(f"there is nothing at {source}: give the project's directory or a ZIP of it")


# Directories ---------------------------------------------------------------------------------------


def _of_directory(source: Path) -> Files:
    root = _root_in(source)
    prefix = "" if root == source else root.relative_to(source).as_posix() + "/"
    names, links = _listed(root)
    texts: dict[str, bytes] = {}
    skipped = dict.fromkeys(links, "a symbolic link, which is not followed")
    total = 0
    for name in names:
        if not _READ.fullmatch(name):
            continue
        content = _read_file(root / name)
        if content is None:
            skipped[name] = f"larger than {MAX_FILE_BYTES} bytes"
            continue
        total = _counted(total, len(content))
        texts[name] = content
    return Files(prefix=prefix, names=tuple(names), texts=texts, skipped=skipped)


def _root_in(source: Path) -> Path:
    for root in (source, source / "amplify"):
        if _is_folder(root / "backend"):
            return root
    found = [
        root for root in _folders(source, _SEARCH_DEPTH) if root.name == "amplify" and _is_folder(root / "backend")
    ]
    return _the_one(source, found, [path.relative_to(source).as_posix() for path in found])


def _the_one(source: Path, found: list[Path], names: list[str]) -> Path:
    if not found:
        raise Unreadable(f"{source} has no folder amplify/backend: it is not an Amplify Gen 1 project")
    if len(found) > 1:
        raise Unreadable(f"{source} has several projects, {', '.join(sorted(names)[:10])}: give one of them")
    return found[0]


def _folders(folder: Path, depth: int) -> Iterator[Path]:
    with os.scandir(folder) as entries:
        inner = sorted(
            entry.path for entry in entries if entry.is_dir(follow_symlinks=False) and entry.name not in _SKIPPED
        )
    for path in map(Path, inner[:1000]):
        yield path
        if depth > 1 and path.name != "amplify":
            yield from _folders(path, depth - 1)


def _listed(root: Path) -> tuple[list[str], list[str]]:
    names: list[str] = []
    links: list[str] = []
    waiting = [(root, 0)]
    while waiting:
        folder, depth = waiting.pop()
        if depth > _MAX_DEPTH:
            raise Unreadable(f"{folder} is nested deeper than {_MAX_DEPTH} folders")
        with os.scandir(folder) as entries:
            for entry in entries:
                name = Path(entry.path).relative_to(root).as_posix()
                if entry.is_symlink():
                    links += [name] if _READ.fullmatch(name) or entry.name == "backend" else []
                elif entry.is_dir(follow_symlinks=False):
                    waiting += [(Path(entry.path), depth + 1)] if entry.name not in _SKIPPED else []
                elif entry.is_file(follow_symlinks=False):
                    names.append(name)
                if len(names) > MAX_FILES:
                    raise Unreadable(f"{root} has more than {MAX_FILES} files: give the amplify folder alone")
    return sorted(names), links


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _read_file(path: Path) -> bytes | None:
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            return None
        content = file.read(MAX_FILE_BYTES + 1)
    return content if len(content) <= MAX_FILE_BYTES else None


# ZIPs ----------------------------------------------------------------------------------------------


def _of_zip(source: Path) -> Files:
    if source.stat().st_size > MAX_ZIP_BYTES:
        raise Unreadable(f"{source} is larger than {MAX_ZIP_BYTES} bytes")
    with zipfile.ZipFile(source) as archive:
        entries = archive.infolist()
        if len(entries) > MAX_FILES:
            raise Unreadable(f"{source} has more than {MAX_FILES} entries: pack the amplify folder alone")
        files = {_checked_name(source, entry): entry for entry in entries if not entry.is_dir()}
        root = _root_among(source, files)
        below = {name[len(root) :]: entry for name, entry in files.items() if name.startswith(root)}
        kept = {name: entry for name, entry in below.items() if not _SKIPPED & set(name.split("/")[:-1])}
        return _unpacked(archive, root, kept)


def _checked_name(source: Path, entry: zipfile.ZipInfo) -> str:
    path = PurePosixPath(entry.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in path.parts[0] or "\0" in entry.filename:
        raise Unreadable(
            f"{source} has an entry that leads out of it, {entry.filename[:200]!r}: it is refused as a whole"
        )
    if len(path.parts) > _MAX_DEPTH:
        raise Unreadable(f"{source} is nested deeper than {_MAX_DEPTH} folders")
    return path.as_posix()


def _root_among(source: Path, files: dict[str, zipfile.ZipInfo]) -> str:
    roots = {""} if any(name.startswith("backend/") for name in files) else set()
    for name in files:
        parts = name.split("/")
        if _SKIPPED & set(parts):
            continue
        for place, part in enumerate(parts[:-2][:_SEARCH_DEPTH]):
            if part == "amplify" and parts[place + 1] == "backend":
                roots.add("/".join(parts[: place + 1]) + "/")
                break
    shallowest = min((root.count("/") for root in roots), default=0)
    found = sorted(root for root in roots if root.count("/") == shallowest)
    _the_one(source, [Path(root) for root in found], found)
    return found[0]


def _unpacked(archive: zipfile.ZipFile, root: str, entries: dict[str, zipfile.ZipInfo]) -> Files:
    texts: dict[str, bytes] = {}
    skipped: dict[str, str] = {}
    total = 0
    for name, entry in sorted(entries.items()):
        if not _READ.fullmatch(name):
            continue
        if stat.S_ISLNK(entry.external_attr >> 16):
            skipped[name] = "a symbolic link, which is not followed"
            continue
        # What the entry declares is checked first, and what comes out again: a ZIP may lie.
        if entry.file_size > MAX_FILE_BYTES:
            skipped[name] = f"larger than {MAX_FILE_BYTES} bytes"
            continue
        if entry.file_size > 65_536 and entry.file_size > entry.compress_size * _MAX_RATIO:
            raise Unreadable(
                f"{root}{name} unpacks to more than {_MAX_RATIO} times its size: it is refused as a ZIP bomb"
            )
        if entry.flag_bits & 1:
            skipped[name] = "encrypted"
            continue
        with archive.open(entry) as file:
            content = _bounded(file)
        if content is None:
            raise Unreadable(f"{root}{name} unpacks to more than it says: it is refused as a ZIP bomb")
        total = _counted(total, len(content))
        texts[name] = content
    return Files(prefix=root, names=tuple(sorted(entries)), texts=texts, skipped=skipped)


def _bounded(file: IO[bytes]) -> bytes | None:
    content = file.read(MAX_FILE_BYTES + 1)
    return content if len(content) <= MAX_FILE_BYTES else None


def _counted(total: int, more: int) -> int:
    if total + more > MAX_TOTAL_BYTES:
        raise Unreadable(f"the project's configuration is larger than {MAX_TOTAL_BYTES} bytes")
    return total + more
