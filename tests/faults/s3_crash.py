"""Kill -9 at every point where storage touches its database or its files, then look what a restart makes of it.

Run as a program: s3_crash.py FOLDER OPERATION. For each n, a process over a fresh copy of the same bucket does the
operation several times and is killed at its n-th point: before a transaction, before its commit, behind it, before and
behind each step on a file, and between the halves of each write. It tells what was acknowledged. A second process reads
all objects, sweeps, and checks what must hold. Prints one JSON line: the points, and every breach.
"""

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from crash import Points, around, forked
from crash import between as between_awaits

from preamp.objects import file as files
from preamp.storage import rows, scrub
from s3_kit import Stand, stand

KEYS = 10
MOST_KILLS = 60
SMALL, LARGE, PART = 100, 300_000, 5 << 20


def content(label: str, size: int) -> bytes:
    """Bytes that tell whose they are."""
    return (hashlib.sha256(label.encode()).digest() * (size // 32 + 1))[:size]


def old(number: int) -> bytes:
    """What stands under a key before the operation."""
    return content(f"old {number}", LARGE if number % 2 else SMALL)


def new(number: int) -> bytes:
    """What a put writes."""
    return content(f"new {number}", SMALL if number % 3 == 0 else LARGE)


def whole(number: int) -> bytes:
    """What a multipart upload makes."""
    return content(f"part {number}", PART) + content(f"end {number}", LARGE)


def arm(s3: Stand, points: Points) -> None:
    """Put points around everything that lasts."""
    s3.db.transaction = around(s3.db.transaction, points, "database")  # type: ignore[method-assign]
    files._sync_folder = between(files._sync_folder, points, "sync a folder")
    files.FileObjects._place = between(files.FileObjects._place, points, "rename")  # type: ignore[method-assign]
    s3.contents.objects.remove = between_awaits(s3.contents.objects.remove, points, "remove")  # type: ignore[method-assign]
    whole_write = files._write

    def torn(handle: int, data: bytes) -> None:
        middle = len(data) // 2
        whole_write(handle, data[:middle])
        points.reach("in the middle of a write")
        whole_write(handle, data[middle:])

    files._write = torn


def between(function: Callable[..., Any], points: Points, what: str) -> Callable[..., Any]:
    """A function with points before and behind it."""

    def watched(*arguments: Any) -> Any:
        points.reach(f"{what}: before")
        answer = function(*arguments)
        points.reach(f"{what}: behind")
        return answer

    return watched


def open_stand(folder: Path) -> Any:
    return stand(f"sqlite:///{folder / 'preamp.sqlite3'}", f"file://{folder / 'objects'}")


async def prepare(folder: Path, operation: str) -> None:
    """The bucket that each try begins from."""
    async with open_stand(folder) as s3:
        await s3.bucket("mine")
        for number in range(KEYS):
            await s3.put(f"/mine/{number}", old(number))
        uploads = []
        for number in range(KEYS if operation == "complete" else 0):
            made = await s3.ask("POST", f"/mine/{number}?uploads=")
            upload = made.body.split(b"<UploadId>")[1].split(b"<")[0].decode()
            for part, body in enumerate((content(f"part {number}", PART), content(f"end {number}", LARGE)), 1):
                await s3.put(f"/mine/{number}?partNumber={part}&uploadId={upload}", body)
            uploads.append(upload)
        (folder / "uploads.json").write_text(json.dumps(uploads))
        (folder / "root.json").write_text(json.dumps([s3.root.id, s3.root.secret]))


async def act(folder: Path, operation: str, wanted: int) -> None:
    """Do the operation on every key, telling each acknowledgement, until killed."""
    uploads = json.loads((folder / "uploads.json").read_text())
    async with open_stand(folder) as s3:
        arm(s3, Points(wanted))
        for number in range(KEYS):
            if operation == "put":
                answer = await s3.put(f"/mine/{number}", new(number))
            elif operation == "delete":
                answer = await s3.ask("DELETE", f"/mine/{number}")
                await s3.sweeper.sweep_orphans()
            else:
                parts = "".join(
                    f"<Part><PartNumber>{at}</PartNumber><ETag>{hashlib.md5(body).hexdigest()}</ETag></Part>"  # noqa: S324
                    for at, body in enumerate((content(f"part {number}", PART), content(f"end {number}", LARGE)), 1)
                )
                body = f"<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>".encode()
                answer = await s3.ask("POST", f"/mine/{number}?uploadId={uploads[number]}", body=body)
                await s3.sweeper.sweep_orphans()
            assert answer.status < 300, answer
            os.write(1, f"acknowledged {number}\n".encode())


async def look(folder: Path, operation: str, acknowledged: list[int]) -> list[str]:
    """Restart; every breach of what must hold."""
    breaches = []
    async with open_stand(folder) as s3:
        swept = await s3.sweeper.sweep(unknown_before_ms=1 << 60)
        for number in range(KEYS):
            answer = await s3.ask("GET", f"/mine/{number}")
            found = None if answer.status == 404 else answer.body
            after = {"put": new(number), "delete": None, "complete": whole(number)}[operation]
            if answer.status not in {200, 404} or found not in {after, old(number)}:
                breaches.append(f"{number} is neither what it was nor what it became: {answer.status}")
            elif number in acknowledged and found != after:
                breaches.append(f"{number} was acknowledged and is lost")
        bucket = await s3.storage.bucket(s3.db, "mine")
        assert bucket is not None
        damage = (await scrub(s3.db, s3.contents, [bucket])).damage
        breaches += [f"damaged: {each}" for each in damage]
        known = [row[0] for row in await s3.db.rows(rows.KNOWN_BLOBS)]
        if await s3.blobs() != set(known):
            breaches.append(f"blobs without a row, or rows without a blob, after sweeping {swept}")
        left = [path.name for path in (folder / "objects" / "unfinished").iterdir()]
        breaches += [f"an unfinished file is left: {name}" for name in left]
    return breaches


def copied(source: str, target: str) -> str:
    """A copy of a file; blobs are never written again, so they are linked."""
    if "/blobs/" in source:
        os.link(source, target)
        return target
    return shutil.copy2(source, target)


def main(folder: Path, operation: str) -> None:
    prepared = folder / "prepared"
    prepared.mkdir()
    status, output = forked(lambda: prepare(prepared, operation))
    assert status == 0, f"the bucket could not be prepared: {output}"
    kills, breaches = [], []
    for number in range(1, MOST_KILLS + 1):
        own = folder / f"try{number}"
        shutil.copytree(prepared, own, copy_function=copied)
        status, output = forked(lambda: act(own, operation, number))  # noqa: B023  runs now
        lines = output.splitlines()
        acknowledged = [int(line.split()[1]) for line in lines if line.startswith("acknowledged")]
        if not os.WIFSIGNALED(status):
            breaches += [] if status == 0 else [f"the unharmed run failed: {output}"]
            break
        kills.append(lines[-1])
        status, output = forked(lambda: look(own, operation, acknowledged))  # noqa: B023
        found = json.loads(output) if status == 0 else [f"the restart failed: {output}"]
        breaches += [f"kill {number} ({kills[-1]}): {breach}" for breach in found]
        shutil.rmtree(own)
    sys.stdout.write(json.dumps({"kills": kills, "breaches": breaches}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
