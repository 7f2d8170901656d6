"""Real relays on loopback: SMTP by aiosmtpd, HTTP by a small server that notes what it got."""

import asyncio
import hmac
from collections.abc import AsyncIterator
from email.message import Message as Mail
from urllib.parse import parse_qs

import msgspec
import pytest
from aiosmtpd.handlers import Message as MessageHandler
from aiosmtpd.smtp import SMTP

from preamp.delivery import Sender, TryAgain, Undeliverable, open_sender
from preamp.delivery.message import Text
from preamp.kit.caller import Caller
from preamp.kit.clock import SetClock
from preamp.wire import Credentials, Verifier

NOW = 1_800_000_000_000
CLOCK = SetClock(NOW)
MAIL = Text(kind="mail", to="ann@example.org", subject="Grüße", plain="Code 123456", html="<b>123456</b>", pool="p")
SMS = Text(kind="sms", to="+15555550100", subject="", plain="Code 123456", html=None, pool="p")


class Mailbox(MessageHandler):
    """Takes mail; refuses recipients by the answer that their name tells."""

    def __init__(self) -> None:
        super().__init__()
        self.mails: list[Mail] = []

    def handle_message(self, message: Mail) -> None:
        """Keep a mail."""
        self.mails.append(message)

    async def handle_RCPT(  # noqa: N802  aiosmtpd's name
        self, _server: SMTP, _session: object, envelope: object, address: str, _options: list[str]
    ) -> str:
        """Take or refuse a recipient."""
        if address.startswith("refuse"):
            return f"{address[6:9]} no"
        envelope.rcpt_tos.append(address)  # type: ignore[attr-defined]
        return "250 OK"


@pytest.fixture
async def mailbox() -> AsyncIterator[tuple[Mailbox, int]]:
    box = Mailbox()
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(box), "127.0.0.1", 0)
    async with server:
        yield box, server.sockets[0].getsockname()[1]


class Listener:
    """An HTTP server that answers one status and keeps the requests."""

    def __init__(self) -> None:
        self.status = 200
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        line, *rest = head.rstrip().split("\r\n")
        headers = {name.lower(): value for name, _, value in (one.partition(": ") for one in rest)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        self.requests.append((line, headers, body))
        writer.write(b"HTTP/1.1 %d X\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}" % self.status)
        await writer.drain()
        writer.close()
        await writer.wait_closed()


@pytest.fixture
async def http() -> AsyncIterator[Listener]:
    listener = Listener()
    server = await asyncio.start_server(listener.serve, "127.0.0.1", 0)
    listener.port = server.sockets[0].getsockname()[1]
    async with server:
        yield listener


def opened(url: str, kind: str = "mail") -> Sender:
    sender = open_sender(url, kind, CLOCK)  # type: ignore[arg-type]
    assert sender is not None
    return sender


async def test_a_mail_arrives_whole(mailbox: tuple[Mailbox, int]) -> None:
    box, port = mailbox

    await opened(f"smtp://127.0.0.1:{port}?from=no-reply@preamp.test").send(MAIL, "m-1")

    (mail,) = box.mails
    assert (mail["From"], mail["To"]) == ("no-reply@preamp.test", "ann@example.org")
    assert mail["Message-ID"] == "<m-1@preamp.test>"
    assert mail["Date"] == "Fri, 15 Jan 2027 08:00:00 +0000"
    parts = {part.get_content_type(): part.get_payload(decode=True) for part in mail.walk() if not part.is_multipart()}
    assert parts == {"text/plain": b"Code 123456\r\n", "text/html": b"<b>123456</b>\r\n"}


@pytest.mark.parametrize(("answer", "error"), [("550", Undeliverable), ("450", TryAgain), ("535", TryAgain)])
async def test_a_refusal_is_for_good_or_for_now(
    mailbox: tuple[Mailbox, int], answer: str, error: type[Exception]
) -> None:
    """5xx of the message ends it; 4xx, and 53x of the relay's log-in, are tried again."""
    refused = msgspec.structs.replace(MAIL, to=f"refuse{answer}@example.org")

    with pytest.raises(error) as told:
        await opened(f"smtp://127.0.0.1:{mailbox[1]}?from=no-reply@preamp.test").send(refused, "m-1")

    assert "example.org" not in str(told.value)


async def test_a_relay_that_is_not_there_is_tried_again(http: Listener) -> None:
    with pytest.raises(TryAgain):
        await opened("smtp://127.0.0.1:1?from=no-reply@preamp.test").send(MAIL, "m-1")
    http.status = 503
    with pytest.raises(TryAgain):
        await opened(f"http://127.0.0.1:{http.port}/hook").send(MAIL, "m-1")


async def test_starttls_that_is_required_and_not_offered_sends_nothing(mailbox: tuple[Mailbox, int]) -> None:
    """A stripped STARTTLS must not make the mail go in clear."""
    box, port = mailbox

    with pytest.raises(TryAgain):
        await opened(f"smtp://127.0.0.1:{port}?from=no-reply@preamp.test&starttls=required").send(MAIL, "m-1")

    assert box.mails == []


async def test_a_webhook_gets_signed_json(http: Listener) -> None:
    await opened(f"http://:hook%20secret@127.0.0.1:{http.port}/a/hook?x=1", "sms").send(SMS, "m-2")

    ((line, headers, body),) = http.requests
    expected = hmac.digest(b"hook secret", b"1800000000." + body, "sha256").hex()
    assert line == "POST /a/hook?x=1 HTTP/1.1"
    assert headers["x-preamp-signature"] == f"t=1800000000,v1={expected}"
    assert "authorization" not in headers
    assert msgspec.json.decode(body)["to"] == "+15555550100"


async def verified(service: str, request: tuple[str, dict[str, str], bytes]) -> Caller:
    """The request's caller, as our own verifier sees it: botocore agrees with it (tests/wire)."""

    async def lookup(_key: str, _token: str | None) -> Credentials:
        caller = Caller(access_key_id="AKIAMAIL", user="u", arn="a", account="1", region="")
        return Credentials(caller=caller, secret="s3cret/+")

    line, headers, body = request
    method, target, _ = line.split(" ")
    scope = {"raw_path": target.encode(), "query_string": b""}
    return await Verifier(service, lookup, CLOCK).verify(method, scope, headers, body)


async def test_ses_gets_a_signed_send_email(http: Listener) -> None:
    url = f"ses+http://AKIAMAIL:s3cret%2F%2B@127.0.0.1:{http.port}?from=no-reply@preamp.test&region=eu-west-1"

    await opened(url).send(MAIL, "m-3")

    ((line, headers, body),) = http.requests
    assert line == "POST /v2/email/outbound-emails HTTP/1.1"
    assert (await verified("ses", (line, headers, body))).region == "eu-west-1"
    request = msgspec.json.decode(body)
    assert request["Destination"] == {"ToAddresses": ["ann@example.org"]}
    assert request["Content"]["Simple"]["Body"]["Html"]["Data"] == "<b>123456</b>"


async def test_sns_gets_a_signed_publish(http: Listener) -> None:
    url = f"sns+http://AKIAMAIL:s3cret%2F%2B@127.0.0.1:{http.port}?region=eu-west-1"

    await opened(url, "sms").send(SMS, "m-4")

    ((line, headers, body),) = http.requests
    await verified("sns", (line, headers, body))
    form = parse_qs(body.decode())
    assert (form["Action"], form["PhoneNumber"], form["Message"]) == (["Publish"], ["+15555550100"], ["Code 123456"])


async def test_twilio_gets_a_form_with_basic_authorization(http: Listener) -> None:
    await opened(f"twilio+http://AC1:tok%3Aen@127.0.0.1:{http.port}?from=%2B1999", "sms").send(SMS, "m-5")

    ((line, headers, body),) = http.requests
    assert line == "POST /2010-04-01/Accounts/AC1/Messages.json HTTP/1.1"
    assert headers["authorization"] == "Basic QUMxOnRvazplbg=="
    assert parse_qs(body.decode()) == {"To": ["+15555550100"], "From": ["+1999"], "Body": ["Code 123456"]}


@pytest.mark.parametrize(
    ("status", "error"), [(400, Undeliverable), (403, TryAgain), (429, TryAgain), (302, Undeliverable)]
)
async def test_what_a_status_means(http: Listener, status: int, error: type[Exception]) -> None:
    """A redirect is not followed: it would carry the message and its secret elsewhere."""
    http.status = status

    with pytest.raises(error):
        await opened(f"http://127.0.0.1:{http.port}/hook").send(MAIL, "m-6")


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("http://relay.example/hook", "mail"),
        ("ses+http://K:hidden@relay.example?from=a@b.c", "mail"),
        ("smtp://user:hidden@relay.example?from=a@b.c&starttls=off", "mail"),
        ("smtp://user:hidden@relay.example", "mail"),
        ("smtp://user:hidden@relay.example?from=a@b.c%0aBcc:x@y.z", "mail"),
        ("smtp://user:hidden@relay.example:99999?from=a@b.c", "mail"),
        ("sns://relay.example", "sms"),
        ("twilio://AC1:hidden@api.twilio.com", "sms"),
        ("smtp://user:hidden@relay.example?from=a@b.c", "sms"),
        ("ftp://user:hidden@relay.example", "mail"),
        ("smtp:", "mail"),
    ],
)
def test_a_wrong_url_is_told_without_its_secret(url: str, kind: str) -> None:
    with pytest.raises(ValueError) as told:
        open_sender(url, kind, CLOCK)  # type: ignore[arg-type]

    assert "hidden" not in str(told.value)


def test_the_outbox_is_no_sender() -> None:
    assert open_sender("outbox://", "mail", CLOCK) is None
