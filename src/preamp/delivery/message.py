"""What is sent, and how a pool's template becomes it.

Source: Cognito developer guide, "Customizing messages": `{####}` stands for the code, `{username}` for the user,
`{##text##}` in a mail for a link. Cognito sends mail as HTML.
"""

import html
import re
from collections.abc import Callable
from email.errors import MessageError
from email.headerregistry import Address
from typing import Literal

from msgspec import Struct

Kind = Literal["mail", "sms"]

MAX_BODY_CHARACTERS = 40_000
_MAX_SUBJECT_CHARACTERS = 200
_MAX_ADDRESS_CHARACTERS = 254
_PLACES = re.compile(r"\{####\}|\{username\}|\{##([^{}]*?)##\}")
_MARKUP = re.compile(r"<[A-Za-z!/]")
_TAGS = re.compile(r"<[^<>]*>")
_BREAKS = re.compile(r"<(?:br|/p|/div|/h[1-6]|/li|/tr)\b[^<>]*>", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
_PHONE = re.compile(r"\+[1-9][0-9]{1,14}", re.ASCII)


class BadAddress(ValueError):
    """Nothing can be sent to this address."""


class Message(Struct, frozen=True, kw_only=True):
    """A message to one person. `subject` and `body` are a pool's templates, filled with what follows them.

    `pool` is the user pool on whose account it is sent. `link` goes where the body says `{##text##}`.
    """

    kind: Kind
    to: str
    body: str
    pool: str
    subject: str = ""
    code: str = ""
    username: str = ""
    link: str = ""

    def __repr__(self) -> str:
        return f"Message({self.kind} of {self.pool})"


class Text(Struct, frozen=True, kw_only=True):
    """A message ready to send. `html` is None where the body is plain text alone."""

    kind: Kind
    to: str
    subject: str
    plain: str
    html: str | None
    pool: str

    def __repr__(self) -> str:
        return f"Text({self.kind} of {self.pool})"


def filled(message: Message) -> Text:
    """The message with its templates filled, one line where one line is meant. Raises BadAddress.

    All places are filled at once, so a user who is named `{####}` does not get the code where the name should stand.
    """
    check_address(message.kind, message.to)
    subject = _one_line(_fill(message.subject, message, str))[:_MAX_SUBJECT_CHARACTERS]
    if message.kind == "sms":
        text = _one_line(_fill(message.body, message, str))
        return Text(kind="sms", to=message.to, subject="", plain=text, html=None, pool=message.pool)
    if not (_MARKUP.search(message.body) or (message.link and "{##" in message.body)):
        plain, markup = _fill(message.body, message, str), None
    else:
        markup = _fill(message.body, message, html.escape)[:MAX_BODY_CHARACTERS]
        plain = _without_markup(markup)
    return Text(
        kind="mail",
        to=message.to,
        subject=subject,
        plain=plain[:MAX_BODY_CHARACTERS],
        html=markup,
        pool=message.pool,
    )


def check_address(kind: Kind, to: str) -> None:
    """Refuse what is not one plain address: E.164 for SMS, `local@domain` in ASCII (as SES) for mail.

    Raises BadAddress.
    """
    if kind == "sms":
        if not _PHONE.fullmatch(to):
            raise BadAddress("a phone number is + and 2 to 15 digits, such as +15555550100")
        return
    try:
        address = Address(addr_spec=to)
    except (MessageError, ValueError, IndexError):
        raise BadAddress("a mail address is name@domain and nothing else") from None
    plain = to.isascii() and to.isprintable() and " " not in to and '"' not in to and len(to) <= _MAX_ADDRESS_CHARACTERS
    if not plain or address.addr_spec != to or not address.username or not address.domain:
        raise BadAddress("a mail address is name@domain and nothing else")


def _fill(template: str, message: Message, quote: Callable[[str], str]) -> str:
    def place(found: re.Match[str]) -> str:
        if found[0] == "{####}":
            return quote(message.code)
        if found[0] == "{username}":
            return quote(message.username)
        if not message.link:
            return quote(message.code)
        if quote is html.escape:
            return f'<a href="{html.escape(message.link)}">{found[1].strip() or html.escape(message.link)}</a>'
        return message.link

    return _PLACES.sub(place, template)


def _one_line(text: str) -> str:
    return _CONTROLS.sub(" ", text).strip()


def _without_markup(markup: str) -> str:
    links = re.sub(r'<a href="([^"]*)">([^<]*)</a>', r"\2 (\1)", markup)
    text = html.unescape(_TAGS.sub("", _BREAKS.sub("\n", links)))
    return re.sub(r"\n\s*\n+", "\n\n", text).strip()
