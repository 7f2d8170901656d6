"""Ways out of the house, chosen by URL.

mail: `smtp://USER:PASSWORD@HOST:587?from=ADDRESS` (STARTTLS where the server offers it; `starttls=required` insists,
`starttls=off` never), `smtps://` (TLS from the first byte), `ses://KEY:SECRET@HOST?from=ADDRESS&region=REGION` (the
SendEmail call of SES v2), and a webhook. SMS: `twilio://SID:TOKEN@HOST?from=NUMBER`, `sns://KEY:SECRET@HOST?region=`
(Publish of SNS), and a webhook. A webhook `https://:SECRET@HOST/PATH` gets JSON, with an HMAC of it where a secret is
given. `ses+http`, `sns+http`, `twilio+http` and `http` are for loopback addresses alone.
"""

import hmac
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import TYPE_CHECKING, Literal, Protocol
from urllib.parse import SplitResult, parse_qs, quote, unquote, urlencode, urlsplit

import msgspec
from msgspec import Struct

from preamp.delivery.message import BadAddress, Kind, Text, check_address
from preamp.kit.clock import Clock, moment
from preamp.wire import sign

if TYPE_CHECKING:
    import httpx2

_SECONDS = 10.0
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class TryAgain(OSError):
    """The relay cannot take the message now; jobs repeat an OSError."""


class Undeliverable(Exception):
    """The relay took the question and refused this message for good. The text names no address."""


class Sender(Protocol):
    """One way out for one kind of message."""

    async def send(self, text: Text, message_id: str) -> None:
        """Hand a message over; `message_id` is the same at every try. Raises TryAgain, Undeliverable."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


def open_sender(url: str, kind: Kind, clock: Clock) -> Sender | None:
    """The sender that a URL describes, None for `outbox://`. Raises ValueError that never repeats the URL's secrets."""
    try:
        parts = urlsplit(url)
        scheme, options = parts.scheme, {name: values[-1] for name, values in parse_qs(parts.query).items()}
        _ = parts.port
    except ValueError:
        raise ValueError(f"the URL for {kind} has no valid host and port") from None
    if scheme == "outbox":
        return None
    if not parts.hostname:
        raise ValueError(f"the URL for {kind} names no host: {scheme}://...")
    plain = scheme == "http" or scheme.endswith("+http")
    if plain and parts.hostname not in _LOOPBACK:
        raise ValueError(f"the URL for {kind} must use TLS: plain http is for loopback addresses alone")
    if scheme in {"http", "https"}:
        return Webhook(parts, clock)
    if kind == "mail" and scheme in {"smtp", "smtps"}:
        return Smtp(parts, options, clock)
    if kind == "mail" and scheme in {"ses", "ses+http"}:
        return Ses(parts, options, clock)
    if kind == "sms" and scheme in {"twilio", "twilio+http"}:
        return Twilio(parts, options)
    if kind == "sms" and scheme in {"sns", "sns+http"}:
        return Sns(parts, options, clock)
    known = "smtp, smtps, ses" if kind == "mail" else "twilio, sns"
    raise ValueError(f"the URL for {kind} begins with {scheme!r}: it is one of outbox, {known}, https")


def mail_of(text: Text, message_id: str, sender: str, now_ms: int) -> EmailMessage:
    """The message as RFC 5322 has it: plain text, with HTML beside it where there is some."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(addr_spec=sender)
    mail["To"] = Address(addr_spec=text.to)
    mail["Subject"] = text.subject
    mail["Date"] = format_datetime(moment(now_ms))
    mail["Message-ID"] = f"<{message_id}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(text.plain)
    if text.html is not None:
        mail.add_alternative(text.html, subtype="html")
    return mail


class Smtp:
    """A mail relay."""

    def __init__(self, parts: SplitResult, options: dict[str, str], clock: Clock) -> None:
        self._host, self._tls = parts.hostname or "", parts.scheme == "smtps"
        self._port = parts.port or (465 if self._tls else 587)
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password) if parts.password else None
        self._from = _mail_from(options)
        starttls = options.get("starttls", "auto")
        if starttls not in {"auto", "required", "off"}:
            raise ValueError("starttls of the URL for mail is auto, required or off")
        self._starttls = {"required": True, "off": False}.get(starttls)
        if self._password and starttls == "off" and not self._tls and self._host not in _LOOPBACK:
            raise ValueError("a password goes over TLS alone: leave starttls=off out of the URL for mail")
        if self._password and starttls == "auto" and not self._tls:
            self._starttls = self._host not in _LOOPBACK or None
        self._clock = clock

    async def send(self, text: Text, message_id: str) -> None:
        """Hand a message over in a connection of its own."""
        import aiosmtplib  # noqa: PLC0415  loaded when it is needed (decision 0004)

        mail = mail_of(text, message_id, self._from, self._clock.now_ms())
        try:
            await aiosmtplib.send(
                mail,
                sender=self._from,
                recipients=[text.to],
                hostname=self._host,
                port=self._port,
                username=self._user,
                password=self._password,
                use_tls=self._tls,
                start_tls=None if self._tls else self._starttls,
                timeout=_SECONDS,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise _smtp_answer(error.recipients[0].code) from None
        except aiosmtplib.SMTPResponseException as error:
            raise _smtp_answer(error.code) from None
        except aiosmtplib.SMTPNotSupported:
            raise Undeliverable("the relay cannot take this address") from None
        except (aiosmtplib.SMTPException, OSError) as error:
            raise TryAgain(f"SMTP: {type(error).__name__}") from None

    async def close(self) -> None:
        """There is nothing open."""


def _smtp_answer(code: int) -> Exception:
    # 5xx of the log-in (530 to 538) is the operator's mistake, not the message's: the message waits for its mending.
    if 500 <= code < 600 and not 530 <= code <= 538:
        return Undeliverable(f"SMTP {code}")
    return TryAgain(f"SMTP {code}")


class _Http:
    """What the senders over HTTP share: one client, bounded in time, and what a status means."""

    def __init__(self, parts: SplitResult, secure: str) -> None:
        scheme = "https" if parts.scheme in {secure, "https"} else "http"
        self._host = parts.netloc.rpartition("@")[2]
        self._base = f"{scheme}://{self._host}"
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        import httpx2  # noqa: PLC0415

        self._http = httpx2.AsyncClient(timeout=_SECONDS, trust_env=False, follow_redirects=False)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _post(self, path: str, body: bytes, headers: dict[str, str], auth: "httpx2.Auth | None" = None) -> None:
        import httpx2  # noqa: PLC0415

        try:
            answer = await self._http.post(self._base + path, content=body, headers=headers, auth=auth or httpx2.Auth())
        except httpx2.HTTPError as error:
            raise TryAgain(f"HTTP: {type(error).__name__}") from None
        status = answer.status_code
        if 200 <= status < 300:
            return
        # Wrong credentials and rate limits pass; what else a relay refuses, it refuses for good.
        if status in {401, 403, 404, 408, 425, 429} or status >= 500:
            raise TryAgain(f"HTTP {status}")
        raise Undeliverable(f"HTTP {status}")


class Webhook(_Http):
    """The operator's own address: JSON by POST.

    Header `x-preamp-signature: t=SECONDS,v1=HEX`, where HEX is the HMAC-SHA256 of `SECONDS.BODY` under the secret.
    """

    def __init__(self, parts: SplitResult, clock: Clock) -> None:
        super().__init__(parts, "https")
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._clock = clock

    async def send(self, text: Text, message_id: str) -> None:
        """Post a message."""
        body = msgspec.json.encode(
            {
                "id": message_id,
                "kind": text.kind,
                "userPoolId": text.pool,
                "to": text.to,
                "subject": text.subject,
                "text": text.plain,
                "html": text.html,
            }
        )
        headers = {"content-type": "application/json"}
        if self._password:
            seconds = str(self._clock.now_ms() // 1000)
            digest = hmac.digest(self._password.encode(), seconds.encode() + b"." + body, "sha256").hex()
            headers["x-preamp-signature"] = f"t={seconds},v1={digest}"
        await self._post(self._path, body, headers)


class _Aws(_Http):
    """A service of AWS's, or one that speaks like it."""

    service: Literal["ses", "sns"]

    def __init__(self, parts: SplitResult, options: dict[str, str], clock: Clock) -> None:
        super().__init__(parts, self.service)
        self._clock = clock
        self._region = options.get("region") or _region_of(parts.hostname or "")
        self._token = options.get("token")
        if not (self._user and self._password):
            raise ValueError(f"{self.service}:// needs an access key: {self.service}://KEY:SECRET@HOST")

    async def _signed(self, path: str, body: bytes, kind: str) -> None:
        headers = sign(
            "POST",
            path,
            self._host,
            body,
            access_key_id=self._user,
            secret=self._password,
            service=self.service,
            region=self._region,
            now_ms=self._clock.now_ms(),
            token=self._token,
        )
        await self._post(path, body, {**headers, "content-type": kind})


class _SesContent(Struct, rename="pascal"):
    data: str
    charset: str = "UTF-8"


class Ses(_Aws):
    """SES v2: SendEmail (POST /v2/email/outbound-emails)."""

    service = "ses"

    def __init__(self, parts: SplitResult, options: dict[str, str], clock: Clock) -> None:
        super().__init__(parts, options, clock)
        self._from = _mail_from(options)

    async def send(self, text: Text, message_id: str) -> None:
        """Hand a message over."""
        body = {"Text": _SesContent(text.plain)} | ({} if text.html is None else {"Html": _SesContent(text.html)})
        request = {
            "FromEmailAddress": self._from,
            "Destination": {"ToAddresses": [text.to]},
            "Content": {"Simple": {"Subject": _SesContent(text.subject), "Body": body}},
            "EmailTags": [{"Name": "preamp-message", "Value": message_id}],
        }
        await self._signed("/v2/email/outbound-emails", msgspec.json.encode(request), "application/json")


class Sns(_Aws):
    """SNS: Publish to a phone number (query protocol)."""

    service = "sns"

    async def send(self, text: Text, message_id: str) -> None:  # noqa: ARG002  SNS has no place for an id
        """Hand a message over, as transactional."""
        form = {
            "Action": "Publish",
            "Version": "2010-03-31",
            "PhoneNumber": text.to,
            "Message": text.plain,
            "MessageAttributes.entry.1.Name": "AWS.SNS.SMS.SMSType",
            "MessageAttributes.entry.1.Value.DataType": "String",
            "MessageAttributes.entry.1.Value.StringValue": "Transactional",
        }
        await self._signed("/", urlencode(form).encode(), "application/x-www-form-urlencoded")


class Twilio(_Http):
    """Twilio's Messages resource (POST /2010-04-01/Accounts/{Sid}/Messages.json)."""

    def __init__(self, parts: SplitResult, options: dict[str, str]) -> None:
        super().__init__(parts, "twilio")
        self._from = options.get("from", "")
        if not (self._user and self._password and self._from):
            raise ValueError("twilio:// needs an account and a number: twilio://SID:TOKEN@api.twilio.com?from=%2B1...")

    async def send(self, text: Text, message_id: str) -> None:  # noqa: ARG002  Twilio has no place for an id
        """Hand a message over."""
        path = f"/2010-04-01/Accounts/{quote(self._user, safe='')}/Messages.json"
        body = urlencode({"To": text.to, "From": self._from, "Body": text.plain}).encode()
        headers = {"content-type": "application/x-www-form-urlencoded"}
        import httpx2  # noqa: PLC0415

        await self._post(path, body, headers, httpx2.BasicAuth(self._user, self._password))


def _mail_from(options: dict[str, str]) -> str:
    sender = options.get("from", "")
    try:
        check_address("mail", sender)
    except BadAddress:
        raise ValueError("the URL for mail needs ?from=ADDRESS, the address that mail comes from") from None
    return sender


def _region_of(host: str) -> str:
    """The region in `email.us-east-1.amazonaws.com`."""
    labels = host.split(".")
    return labels[1] if len(labels) > 3 else "us-east-1"
