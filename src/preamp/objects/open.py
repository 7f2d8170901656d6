"""Opening a store of blobs by URL."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from preamp.objects.face import Objects
from preamp.objects.file import FileObjects
from preamp.objects.memory import MemoryObjects


def open_objects(url: str) -> Objects:
    """Open `file:///path`, `memory://`, or `s3://`, `gs://`, `az://` with options in the query.

    Raises ValueError for another kind of URL, ImportError where the extra `preamp[objects]` is not installed.
    """
    parts = urlsplit(url)
    if parts.scheme == "memory":
        return MemoryObjects()
    if parts.scheme == "file" and not parts.netloc:
        return FileObjects(Path(unquote(parts.path)))
    if parts.scheme in {"s3", "gs", "az"}:
        from preamp.objects.remote import open_remote  # noqa: PLC0415  obstore is an optional extra

        return open_remote(url)
    raise ValueError(f"objects must begin with file:///, s3://, gs:// or az://, got {parts.scheme!r}")
