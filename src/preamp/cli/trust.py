"""`preamp trust`: how programs come to trust the server's own certificate authority."""

import sys
from pathlib import Path

import click

from preamp.cli.client import Server, on_server
from preamp.cli.output import UNREACHABLE, Failed, json_option, show_json


@click.command()
@on_server
@json_option
def trust(server: Server, as_json: bool) -> None:
    """Print how to trust the server's local certificate authority. Nothing is installed by this command.

    It is of use on this machine alone. For others, give the server a certificate that they trust already
    (settings tls_cert_file and tls_key_file), or put a proxy in front.
    """
    ready = server.ready
    path = Path(ready.ca) if ready else server.directory.tls / "ca.pem"
    if not path.exists():
        raise Failed(f"there is no certificate authority at {path}: start the server once", UNREACHABLE)
    commands = {
        "this shell, Node": f"export NODE_EXTRA_CA_CERTS={path}",
        "this shell, Python and the AWS CLI": f"export AWS_CA_BUNDLE={path} SSL_CERT_FILE={path}",
        "curl": f"curl --cacert {path} ...",
        **_system(path),
    }
    if as_json:
        show_json({"ca": str(path), "commands": commands})
        return
    click.echo(f"Certificate authority: {path}\n")
    for whom, command in commands.items():
        click.echo(f"{whom}:\n  {command}\n")


def _system(path: Path) -> dict[str, str]:
    if sys.platform == "darwin":
        keychain = "/Library/Keychains/System.keychain"
        return {"macOS": f"sudo security add-trusted-cert -d -r trustRoot -k {keychain} {path}"}
    return {
        "Debian, Ubuntu": f"sudo cp {path} /usr/local/share/ca-certificates/preamp.crt && sudo update-ca-certificates",
        "Fedora": f"sudo trust anchor {path}",
        "Chromium and Firefox of this user": f"certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n preamp -i {path}",
    }
