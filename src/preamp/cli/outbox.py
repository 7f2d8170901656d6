"""`preamp outbox`: mails and SMS that the server kept instead of sending them."""

from typing import Any
from urllib.parse import quote

import click

from preamp.cli.client import Server, on_server, run
from preamp.cli.output import json_option, show_json, show_table
from preamp.kit.clock import iso


@click.group(invoke_without_command=True)
@click.pass_context
def outbox(context: click.Context) -> None:
    """Show mails and SMS that were kept instead of sent: those of the settings `mail` and `sms` at `outbox://`."""
    if context.invoked_subcommand is None:
        context.invoke(list_)


@outbox.command("list")
@click.option("--to", help="Only messages to this address or number.")
@click.option("--count", default=25, show_default=True, help="How many at most.")
@on_server
@json_option
def list_(server: Server, to: str | None = None, count: int = 25, as_json: bool = False) -> None:
    """List messages, the newest first."""
    body = {"maxResults": count} | ({"to": to} if to else {})
    found = _ask("POST", "/preamp-outbox", body, server)["messages"]
    if as_json:
        show_json(found)
        return
    rows = [(one["messageId"], _time(one), one["kind"], one["to"], _head(one)) for one in found]
    show_table(("MESSAGE ID", "CREATED", "KIND", "TO", "TEXT"), rows)


@outbox.command()
@click.argument("message_id")
@on_server
@json_option
def show(message_id: str, server: Server, as_json: bool) -> None:
    """Show one message whole."""
    found = _ask("GET", f"/preamp-outbox/{quote(message_id, safe='')}", {}, server)
    if as_json:
        show_json(found)
        return
    click.echo(f"to: {found['to']}\ncreated: {_time(found)}\nuser pool: {found['userPoolId']}")
    if "subject" in found:
        click.echo(f"subject: {found['subject']}")
    click.echo(f"\n{found['body']}")


def _ask(method: str, path: str, body: dict[str, Any], server: Server) -> dict[str, Any]:
    return run(server, lambda client: client.request(method, path, body))


def _time(message: dict[str, Any]) -> str:
    return iso(int(message["createTime"]))


def _head(message: dict[str, Any]) -> str:
    """The text's beginning on one line, without what would steer a terminal."""
    text = " ".join(message["body"].split())
    return "".join(letter for letter in text if letter.isprintable())[:60]
