"""From start to SIGTERM, as a process with real sockets."""

import signal
import socket
import ssl
import stat
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import msgspec
import pytest

import server
from preamp import __version__
from preamp.cli.client import Client, Profile, Refused


def mode(path: str | Path) -> int:
    return stat.S_IMODE(Path(path).stat().st_mode)


def test_the_ready_file_tells_what_a_client_needs(running: server.Server) -> None:
    """Its names are fixed, and only the owner may read it: it holds a secret key."""
    file = Path(running.ready.data) / "server.json"

    found = msgspec.json.decode(file.read_bytes())

    assert list(found) == [
        "http",
        "https",
        "ca",
        "region",
        "account",
        "access_key_id",
        "secret_access_key",
        "data",
        "pid",
        "version",
    ]
    assert (found["region"], found["account"], found["version"]) == ("us-east-1", "000000000000", __version__)
    assert found["pid"] == running.process.pid
    assert mode(file) == 0o600


def test_secrets_in_the_data_directory_are_their_owners_alone(running: server.Server) -> None:
    data = Path(running.ready.data)

    assert mode(data) == 0o700
    for name in ("install.key", "credentials", "server.json", "tls/ca.key", "tls/server.key", "preamp.sqlite3"):
        assert mode(data / name) == 0o600, name


def test_the_root_key_is_written_as_awss_tools_read_it(running: server.Server) -> None:
    text = (Path(running.ready.data) / "credentials").read_text()

    assert text == (
        f"[default]\naws_access_key_id = {running.ready.access_key_id}\n"
        f"aws_secret_access_key = {running.ready.secret_access_key}\n"
    )


def test_both_sockets_serve(running: server.Server) -> None:
    """TLS verifies against the CA of the ready file, by name and by address."""
    context = ssl.create_default_context(cafile=running.ready.ca)
    port = running.ready.https.rpartition(":")[2]

    with httpx2.Client(verify=context, trust_env=False) as client:
        answers = [
            client.get(f"{base}/health").json()
            for base in (running.ready.http, f"https://127.0.0.1:{port}", f"https://localhost:{port}")
        ]

    assert answers == [{"status": "ok", "version": __version__}] * 3


def test_the_certificate_is_not_trusted_without_its_ca(running: server.Server) -> None:
    with httpx2.Client(trust_env=False) as client, pytest.raises(httpx2.ConnectError, match="certificate"):
        client.get(f"{running.ready.https}/health")


def test_a_second_server_on_the_data_directory_is_refused(running: server.Server) -> None:
    """Two writers would break the promises of one: the second says who holds it and ends with code 5."""
    second = subprocess.run(
        server.program("serve", *server.FREE_PORTS, "--data", running.ready.data),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=server.environment(),
    )

    assert second.returncode == 5
    assert f"in use by process {running.process.pid}" in second.stderr
    assert "Traceback" not in second.stderr


def test_a_taken_port_is_told(running: server.Server, tmp_path: Path) -> None:
    address = running.ready.http.removeprefix("http://")

    second = subprocess.run(
        server.program("serve", "--http", address, "--https", "127.0.0.1:0", "--data", str(tmp_path / "data")),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=server.environment(),
    )

    assert second.returncode == 1
    assert second.stderr.startswith(f"preamp: cannot listen on {address}: Address already in use.")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_code_0(number: signal.Signals, tmp_path: Path) -> None:
    """Nothing is left that says a server runs here."""
    one = server.start(tmp_path, data=tmp_path / "data")

    one.process.send_signal(number)

    assert one.process.wait(server.STOP_SECONDS) == 0
    assert not (tmp_path / "data" / "server.json").exists()


def test_a_restart_finds_its_keys_and_certificates(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with server.running(data=data) as first:
        certificate = (data / "tls" / "server.pem").read_bytes()

    with server.running(data=data) as second:
        assert second.ready.access_key_id == first.ready.access_key_id
        assert second.ready.secret_access_key == first.ready.secret_access_key
        assert (data / "tls" / "server.pem").read_bytes() == certificate


def test_a_server_killed_leaves_no_lock_behind(tmp_path: Path) -> None:
    data = tmp_path / "data"
    first = server.start(tmp_path, data=data)
    first.kill()

    with server.running(data=data) as second:
        assert second.ready.access_key_id == first.ready.access_key_id


def test_ephemeral_data_is_removed_at_the_end() -> None:
    with server.running() as one:
        data = Path(one.ready.data)
        assert data.exists()
        one.stop()

        assert not data.exists()


def test_it_serves_on_postgresql(postgres_url: str, tmp_path: Path) -> None:
    """Two nodes of one database and one install key know the same root key."""
    with server.running(data=tmp_path / "one", database=postgres_url) as one:
        env = {"PREAMP_INSTALL_KEY_FILE": str(tmp_path / "one" / "install.key")}
        with server.running(data=tmp_path / "two", database=postgres_url, env=env) as two:
            assert httpx2.get(f"{two.ready.http}/health").status_code == 200
            assert two.ready.access_key_id == one.ready.access_key_id


def test_a_node_with_another_install_key_is_refused(postgres_url: str, tmp_path: Path) -> None:
    """It could not open one secret of the database."""
    with server.running(data=tmp_path / "one", database=postgres_url):
        second = subprocess.run(
            server.program("serve", *server.FREE_PORTS, "--data", str(tmp_path / "two"), "--database", postgres_url),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env=server.environment(),
        )

    assert second.returncode == 1
    assert "the install key is not the one that sealed" in second.stderr


def test_an_unreachable_database_is_told(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="preamp: cannot reach PostgreSQL"):
        server.start(tmp_path, data=tmp_path / "data", database="postgresql://127.0.0.1:9/none")


def test_logs_are_json_where_asked(tmp_path: Path) -> None:
    one = server.start(tmp_path, data=tmp_path / "data", env={"PREAMP_LOG_FORMAT": "json"})
    one.stop()

    lines = [msgspec.json.decode(line) for line in one.log.read_bytes().splitlines()]

    assert lines
    assert {"time", "level", "logger", "message"} <= set(lines[0])
    assert str(one.ready.secret_access_key) not in one.log.read_text()


def test_a_request_under_way_is_answered_before_the_end(tmp_path: Path) -> None:
    """SIGTERM comes while a client is still sending its body."""
    one = server.start(tmp_path, data=tmp_path / "data")
    url = urlsplit(one.ready.http)
    with socket.create_connection((url.hostname, url.port), 30) as link:
        link.sendall(b"POST /backend HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\n")
        assert b"100 Continue" in link.recv(1000)  # the server reads the body now

        one.process.send_signal(signal.SIGTERM)
        link.sendall(b"{}")

        assert link.recv(1000).startswith(b"HTTP/1.1 403 ")
    assert one.process.wait(server.STOP_SECONDS) == 0


async def test_signatures_are_judged_on_both_databases(preamp_server: server.Server) -> None:
    """A signed call is known, a wrong secret and a made-up key are refused with AWS's names."""
    ready = preamp_server.ready
    assert ready.access_key_id is not None
    assert ready.secret_access_key is not None

    async def outcome(access_key_id: str, secret: str) -> str:
        profile = Profile(endpoint=ready.http, access_key_id=access_key_id, secret=secret)
        async with Client(profile) as client:
            with pytest.raises(Refused) as caught:
                await client.call("GetBackend", appId="dnobody")
        return caught.value.error

    assert await outcome(ready.access_key_id, ready.secret_access_key) == "NotFoundException"
    assert await outcome(ready.access_key_id, "x" * 40) == "InvalidSignatureException"
    assert await outcome("AKIANOBODY", ready.secret_access_key) == "UnrecognizedClientException"
