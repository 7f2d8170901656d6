"""Templates and addresses."""

import pytest

from preamp.delivery import BadAddress, Message
from preamp.delivery.message import filled


def mail(body: str, **more: str) -> Message:
    fields = {"to": "ann@example.org", "code": "123456", "username": "ann", "pool": "p", "subject": "Hello", **more}
    return Message(kind="mail", body=body, **fields)


def test_places_are_filled() -> None:
    text = filled(mail("Dear {username}, your code is {####}.", subject="{####} is your code"))

    assert (text.subject, text.plain, text.html) == ("123456 is your code", "Dear ann, your code is 123456.", None)


def test_markup_makes_html_beside_plain_text() -> None:
    """Cognito's templates may be HTML: what clients fill in cannot add markup to it."""
    text = filled(mail("<p>Dear {username}</p><p>Code: <b>{####}</b></p>", username="<script>alert(1)</script>"))

    assert text.html == "<p>Dear &lt;script&gt;alert(1)&lt;/script&gt;</p><p>Code: <b>123456</b></p>"
    assert text.plain == "Dear <script>alert(1)</script>\nCode: 123456"


def test_a_link_goes_where_the_template_says() -> None:
    text = filled(mail("{##Confirm##} soon", link="https://host/confirm?a=1&b=2"))

    assert text.html == '<a href="https://host/confirm?a=1&amp;b=2">Confirm</a> soon'
    assert text.plain == "Confirm (https://host/confirm?a=1&b=2) soon"


def test_a_user_named_like_a_place_gets_no_code() -> None:
    assert filled(mail("Dear {username}: {####}", username="{####}")).plain == "Dear {####}: 123456"


@pytest.mark.parametrize("name", ["ann\r\nBcc: all@example.org", "ann\nBcc: x@y.z", "ann\u2028X: y", "a\0b"])
def test_a_subject_stays_one_line(name: str) -> None:
    """Header injection: a line break in what a user chose becomes a space."""
    subject = filled(mail("{####}", subject="For {username}", username=name)).subject

    assert len(subject.splitlines()) == 1
    assert subject.isprintable()


@pytest.mark.parametrize(
    "to",
    [
        "",
        "ann",
        "@example.org",
        "ann@",
        "ann@example.org\r\nBcc: all@example.org",
        "ann@example.org, eve@example.org",
        "Ann <ann@example.org>",
        "ann@example.org>",
        "a b@example.org",
        '"a b"@example.org',
        "ann@example.org\0",
        "ann(eve@example.org)@example.org",
        "a@" + "b" * 300,
        "\u00fcn\u00ef@example.org",
    ],
)
def test_an_address_is_one_plain_address(to: str) -> None:
    """Whatever a mailer could read as two recipients or as a header is refused."""
    with pytest.raises(BadAddress):
        filled(mail("{####}", to=to))


@pytest.mark.parametrize("to", ["ann@example.org", "ann+tag@mail.example.org", "o'brien@example.org"])
def test_plain_addresses_pass(to: str) -> None:
    assert filled(mail("{####}", to=to)).to == to


@pytest.mark.parametrize("to", ["", "15555550100", "+0123", "+1555x", "+1555\n", "+" + "1" * 16])
def test_a_number_is_e164(to: str) -> None:
    with pytest.raises(BadAddress):
        filled(Message(kind="sms", to=to, body="{####}", pool="p"))


def test_a_message_does_not_tell_itself() -> None:
    """Nothing of a message reaches a log or a traceback by its repr."""
    message = mail("code {####}")

    for shown in (repr(message), repr(filled(message))):
        assert "123456" not in shown
        assert "ann" not in shown
