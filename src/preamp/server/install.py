"""The data directory: who holds it, the install key, the root credentials."""

import base64
import contextlib
import fcntl
import os
import secrets
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

KEY_BYTES = 32


class StartError(Exception):
    """preamp cannot start here; the message says what to do about it."""


class DirectoryInUse(StartError):
    """Another process holds the data directory."""


def write_private(path: Path, content: bytes, *, replace: bool = True) -> None:
    """Write a file of mode 0600 as a whole or not at all; an existing one stays unless `replace`."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            os.replace(name, path)  # noqa: PTH105  the temporary name is a str
            return
        with contextlib.suppress(FileExistsError):
            os.link(name, path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)  # noqa: PTH108  the temporary name is a str


class DataDirectory:
    """One data directory; its files are readable by their owner alone."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()

    @property
    def credentials(self) -> Path:
        """The root access key in AWS's INI form."""
        return self.path / "credentials"

    @property
    def server(self) -> Path:
        """What the running server tells of itself (the ready data); absent while none runs."""
        return self.path / "server.json"

    @property
    def tls(self) -> Path:
        """Certificates and their keys."""
        return self.path / "tls"

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Make the directory if needed and hold it alone. Raises DirectoryInUse, StartError."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StartError(f"cannot use the data directory {self.path}: {error.strerror}") from None
        try:
            self._lock(handle)
            yield
        finally:
            os.close(handle)

    def _lock(self, handle: int) -> None:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(handle, 32, 0).decode("ascii", "replace").strip()
            by = f" by process {holder}" if holder else ""
            raise DirectoryInUse(
                f"the data directory {self.path} is in use{by}: stop that server, or give another --data"
            ) from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)

    def install_key(self, given: str) -> bytes:
        """The install key: of the file that the settings name, or of `install.key`, made at first use.

        Raises StartError when the file is missing, readable by others, or not a key.
        """
        if given:
            return _read_key(Path(given))
        path = self.path / "install.key"
        if not path.exists():
            fresh = base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n"
            write_private(path, fresh, replace=False)
        return _read_key(path)

    def write_credentials(self, access_key_id: str, secret: str) -> None:
        """Write the root access key so that AWS's tools can use it (AWS_SHARED_CREDENTIALS_FILE)."""
        text = f"[default]\naws_access_key_id = {access_key_id}\naws_secret_access_key = {secret}\n"
        if not self.credentials.exists() or self.credentials.read_text() != text:
            write_private(self.credentials, text.encode())


def _read_key(path: Path) -> bytes:
    try:
        found = path.stat()
        text = path.read_bytes()
    except OSError as error:
        raise StartError(f"cannot read the install key {path}: {error.strerror}") from None
    mode = stat.S_IMODE(found.st_mode)
    if mode & 0o177:
        raise StartError(f"the install key {path} has mode {mode:04o}: run chmod 600 {path}")
    if found.st_uid != os.geteuid() and os.geteuid() != 0:
        raise StartError(f"the install key {path} belongs to another user: only its owner may have it")
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise StartError(f"the install key {path} must hold {KEY_BYTES} bytes in base64 and nothing else")
    return key
