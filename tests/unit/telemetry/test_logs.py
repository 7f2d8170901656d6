"""Log lines."""

import io
import logging
from collections.abc import Iterator

import msgspec
import pytest

from preamp.telemetry import configure_logs, scrub


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def test_a_plain_line_tells_time_level_place_and_request() -> None:
    stream = io.StringIO()
    configure_logs("info", "text", stream)

    logging.getLogger("preamp.test").warning("it is %s", "late", extra={"request_id": "r1"})

    time, rest = stream.getvalue().split(" ", 1)
    assert time.endswith("Z")
    assert rest == "warning preamp.test: it is late [r1]\n"


def test_a_json_line_holds_its_trace() -> None:
    """One object per line, line breaks of the trace inside a string."""
    stream = io.StringIO()
    configure_logs("info", "json", stream)

    try:
        raise KeyError("x")
    except KeyError:
        logging.getLogger("preamp.test").exception("broken", extra={"request_id": "r1"})

    line = msgspec.json.decode(stream.getvalue())
    assert (line["level"], line["logger"], line["message"], line["request_id"]) == (
        "error",
        "preamp.test",
        "broken",
        "r1",
    )
    assert line["exception"].endswith("KeyError: 'x'")


def test_levels_below_the_set_one_are_silent() -> None:
    stream = io.StringIO()
    configure_logs("warning", "text", stream)

    logging.getLogger("preamp.test").info("quiet")

    assert stream.getvalue() == ""


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("GET /?X-Amz-Signature=abc&b=1", "GET /?X-Amz-Signature=***&b=1"),
        ("Signature=abc, x", "Signature=***, x"),
        ("x-api-key: da2-abcdef", "x-api-key: ***"),
        ("key da2-abcdef ended", "key da2-*** ended"),
        ("postgresql://ann:hunter2@host:5432/db", "postgresql://ann:***@host:5432/db"),
        ("aws_secret_access_key = abc", "aws_secret_access_key = ***"),
        ("http://127.0.0.1:20002 serves", "http://127.0.0.1:20002 serves"),
    ],
)
def test_secrets_are_blotted_out(text: str, shown: str) -> None:
    assert scrub(text) == shown
