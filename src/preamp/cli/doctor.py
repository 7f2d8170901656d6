"""`preamp doctor`: what is wrong with a server, or soon will be."""

import contextlib
import shutil
import ssl
import stat
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Literal

import click
import msgspec
from msgspec import Struct

from preamp import __version__
from preamp.cli.client import Client, Environment, Server, on_server, run
from preamp.cli.codegen import model_of
from preamp.cli.output import FOUND_ERRORS, FOUND_WARNINGS, Failed, json_option, show_json, show_table

Level = Literal["ok", "warning", "error"]
_DAY = 86_400
_LEAST_BYTES = 1 << 30
_SKEW_SECONDS = 60
_STUCK_SECONDS = 600
_KEY_DAYS = 7
_CERTIFICATE_DAYS = 14


class Check(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that was looked at."""

    level: Level
    what: str
    found: str
    todo: str = ""


@click.command()
@click.option("--strict", is_flag=True, help="End with code 10 for warnings too.")
@on_server
@json_option
def doctor(strict: bool, server: Server, as_json: bool) -> None:
    """Look at the data directory, the server, its certificates, its API keys, its jobs and open rules.

    Nothing is changed. Exit codes: 0 well, 9 errors, 10 warnings with --strict.
    """
    checks = list(_local(server)) if server.endpoint is None and server.profile is None else []
    try:
        checks += run(server, _remote)
    except Failed as failure:
        checks.append(Check(level="error", what="server", found=str(failure), todo="Start it: preamp serve"))
    if as_json:
        show_json(checks)
    else:
        show_table(("", "CHECK", "FOUND", "WHAT TO DO"), [(one.level, one.what, one.found, one.todo) for one in checks])
    levels = [one.level for one in checks]
    if "error" in levels:
        raise Failed(f"{levels.count('error')} errors, {levels.count('warning')} warnings", FOUND_ERRORS)
    if strict and "warning" in levels:
        raise Failed(f"{levels.count('warning')} warnings", FOUND_WARNINGS)


# This machine --------------------------------------------------------------------------------------------------


def _local(server: Server) -> Iterator[Check]:
    folder = server.directory.path
    if not folder.is_dir():
        yield Check(level="error", what="data directory", found=f"{folder} is not there", todo="Start a server once.")
        return
    free = shutil.disk_usage(folder).free
    level: Level = "ok" if free > _LEAST_BYTES else "error" if free < _LEAST_BYTES // 10 else "warning"
    todo = "" if level == "ok" else "Make room: writes fail on a full disk."
    yield Check(level=level, what="disk", found=f"{free // (1 << 20)} MiB free", todo=todo)
    yield from _private(folder)
    yield from _certificates(folder / "tls")


def _private(folder: Path) -> Iterator[Check]:
    open_files = [
        path.name
        for path in (folder / "install.key", folder / "credentials", *folder.glob("*.sqlite3"))
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077
    ]
    if open_files:
        found, todo = f"others may read {', '.join(open_files)}", f"chmod 600 them in {folder}"
        yield Check(level="error", what="secrets", found=found, todo=todo)
    else:
        yield Check(level="ok", what="secrets", found="readable by their owner alone")


def _certificates(folder: Path) -> Iterator[Check]:
    for path in sorted(folder.glob("*.pem")):
        with contextlib.suppress(ssl.SSLError, ValueError, KeyError, OSError):
            ends = _ends(path)
            days = (ends - time.time()) / _DAY
            level: Level = "ok" if days > _CERTIFICATE_DAYS else "error" if days < 0 else "warning"
            shown = datetime.fromtimestamp(ends, UTC).strftime("%Y-%m-%d")
            todo = "" if level == "ok" else "Restart the server: it renews its own certificates at start."
            yield Check(level=level, what=f"certificate {path.name}", found=f"until {shown}", todo=todo)


def _ends(path: Path) -> float:
    from cryptography import x509  # noqa: PLC0415  0.05 s to import, needed here alone

    return x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc.timestamp()


# The server ----------------------------------------------------------------------------------------------------


async def _remote(client: Client) -> list[Check]:
    checks = [*await _health(client)]
    async for check in _apps(client):
        checks.append(check)  # noqa: PERF401  an async generator
    return checks


async def _health(client: Client) -> list[Check]:
    answer = await client.send("GET", "/health", b"", {})
    found: dict[str, Any] = {}
    with contextlib.suppress(msgspec.MsgspecError):
        found = msgspec.json.decode(answer.content, type=dict[str, Any])
    version = str(found.get("version", ""))
    healthy = answer.status_code == 200 and found.get("status") == "ok"
    checks = [Check(level="ok" if healthy else "error", what="server", found=f"{client.profile.endpoint}, {version}")]
    if version and version != __version__:
        todo = "Use the program of the server's version."
        checks.append(Check(level="warning", what="version", found=f"{version}; this is {__version__}", todo=todo))
    if "date" in answer.headers:
        skew = abs(time.time() - parsedate_to_datetime(answer.headers["date"]).timestamp())
        late = skew > _SKEW_SECONDS
        todo = "Set the clock: signatures are refused when it is off." if late else ""
        level: Level = "warning" if late else "ok"
        checks.append(Check(level=level, what="clock", found=f"{skew:.0f} s apart", todo=todo))
    return checks


async def _apps(client: Client) -> AsyncIterator[Check]:
    for app in await client.pages("ListApps", "apps"):
        app_id = str(app["appId"])
        backend = await client.call("GetBackend", appId=app_id)
        for name in backend.get("backendEnvironmentList") or []:
            title = f"{app_id}/{name}"
            members = {"appId": app_id, "backendEnvironmentName": str(name)}
            document = (await client.call("GetBackend", **members)).get("amplifyMetaConfig") or "{}"
            for check in (*_keys(title, document), *await _jobs(client, title, members)):
                yield check
            place = Environment(app_id=app_id, name=str(name))
            for api, entry in msgspec.json.decode(document, type=dict[str, Any]).get("api", {}).items():
                if entry.get("service") == "AppSync":
                    yield await _rules(client, title, place, str(api))


async def _rules(client: Client, title: str, place: Environment, api: str) -> Check:
    what = f"rules of {title}"
    try:
        model = (await model_of(client, place, api))[1]
    except Failed as failure:
        return Check(level="warning", what=what, found=str(failure))
    bare = [one.name for one in model.entities if one.open and not one.is_join]
    if bare:
        todo = "Give them @auth rules: whoever has the API key may do anything with their rows."
        return Check(level="warning", what=what, found=f"no @auth: {', '.join(bare[:10])}", todo=todo)
    public = [
        one.name
        for one in model.entities
        if any(rule.allow == "public" and {"create", "update", "delete"} & set(rule.operations) for rule in one.auth)
    ]
    found = f"guests may write {', '.join(public[:10])}" if public else "every model has its own"
    return Check(level="warning" if public else "ok", what=what, found=found)


def _keys(title: str, document: str) -> Iterator[Check]:
    meta = msgspec.json.decode(document, type=dict[str, Any])
    for api in meta.get("api", {}).values():
        default = api.get("output", {}).get("authConfig", {}).get("defaultAuthentication", {})
        ends = default.get("apiKeyConfig", {}).get("apiKeyExpirationDate")
        if ends is None:
            continue
        days = (datetime.fromisoformat(ends).timestamp() - time.time()) / _DAY
        level: Level = "error" if days < 0 else "warning" if days < _KEY_DAYS else "ok"
        todo = "" if level == "ok" else "Apply the API with a longer expirationTime."
        yield Check(level=level, what=f"API key of {title}", found=f"until {ends[:10]}", todo=todo)


async def _jobs(client: Client, title: str, members: dict[str, str]) -> list[Check]:
    running = (await client.call("ListBackendJobs", **members, status="RUNNING")).get("jobs") or []
    stuck = [job for job in running if time.time() - int(job.get("updateTime") or 0) / 1000 > _STUCK_SECONDS]
    if not stuck:
        return [Check(level="ok", what=f"jobs of {title}", found=f"{len(running)} running")]
    found = f"{len(stuck)} have not moved for {_STUCK_SECONDS // 60} minutes"
    todo = f"See preamp jobs show {stuck[0]['jobId']}; cancel it, or look at the server's log."
    return [Check(level="error", what=f"jobs of {title}", found=found, todo=todo)]
