"""The floor of storage: bare ASGI that hashes a body with sha256, writes it beside, syncs, renames, and reads it back.

No key, no signature, no permission, no listing, no metadata: python benchmarks/storage_floor.py READY_FILE FOLDER
"""

import asyncio
import hashlib
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any

import uvloop

from preamp.kit import ids
from preamp.server.protocol import listener

CHUNK = 1 << 20


async def app(scope: Any, receive: Any, send: Any) -> None:
    """PUT writes a file, GET reads it."""
    path = Path(sys.argv[2]) / scope["raw_path"].decode().replace("/", "_")
    if scope["method"] == "PUT":
        await _write(path, receive)
        await _head(send, 0)
        await send({"type": "http.response.body", "body": b""})
        return
    with path.open("rb", buffering=0) as file:
        size = os.fstat(file.fileno()).st_size
        await _head(send, size)
        while size:
            piece = file.read(CHUNK)
            size -= len(piece)
            await send({"type": "http.response.body", "body": piece, "more_body": size > 0})


async def _write(path: Path, receive: Any) -> None:
    beside, digest = path.with_name(ids.uuid4()), hashlib.sha256()
    with beside.open("wb", buffering=0) as file:
        while True:
            message = await receive()
            digest.update(message["body"])
            file.write(message["body"])
            if not message["more_body"]:
                break
        await asyncio.to_thread(os.fsync, file.fileno())
    beside.rename(path)


async def _head(send: Any, size: int) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % size)]})


async def serve() -> None:
    """Serve until SIGTERM."""
    own = socket.socket()
    own.bind(("127.0.0.1", 0))
    made = listener(app, max_head_bytes=65_536, head_seconds=20, shutdown_seconds=5, chain=None, key=None)
    made.config.load()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, lambda: setattr(made, "should_exit", True))
    serving = asyncio.create_task(made.serve(sockets=[own]))
    await made.ready.wait()
    ready = Path(sys.argv[1])
    ready.with_suffix(".part").write_text(str(own.getsockname()[1]))
    ready.with_suffix(".part").rename(ready)
    await serving


if __name__ == "__main__":
    uvloop.run(serve())
