"""Log lines on one stream, plain or as JSON."""

import logging
import re
from typing import Any, Literal, TextIO

import msgspec

from preamp.kit.clock import iso

# A second net: no code of preamp logs these, but a library's message may quote a URL or a header.
_SECRETS = re.compile(
    r"(?i)(signature=|x-amz-security-token[=:]\s*|authorization[=:]\s*|x-api-key[=:]\s*|da2-|"
    r"aws_secret_access_key\s*=\s*)[^&\s,\"']+"
)
_PASSWORDS = re.compile(r"(://[^/\s:@]+:)[^/\s@]+(?=@)")


def scrub(text: str) -> str:
    """The text with signatures, tokens, API keys and passwords of URLs blotted out."""
    return _PASSWORDS.sub(r"\1***", _SECRETS.sub(r"\1***", text))


def configure_logs(level: str, form: Literal["text", "json"], stream: TextIO) -> None:
    """Send the log to `stream`; replaces what was configured before. uvicorn's chatter counts from warnings on."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_Json() if form == "json" else _Text())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for chatty in ("uvicorn.error", "asyncio", "alembic", "httpx2", "httpcore2"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


class _Text(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        time = iso(int(record.created * 1000))
        asked = getattr(record, "request_id", None)
        text = f"{time} {record.levelname.lower()} {record.name}: {record.getMessage()}"
        text += f" [{asked}]" if asked else ""
        return scrub(text + _trace(self, record))


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": iso(int(record.created * 1000)),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": scrub(record.getMessage()),
        }
        asked = getattr(record, "request_id", None)
        if asked:
            line["request_id"] = asked
        trace = _trace(self, record)
        if trace:
            line["exception"] = scrub(trace.strip())
        return msgspec.json.encode(line).decode()


def _trace(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    return "\n" + formatter.formatException(record.exc_info) if record.exc_info else ""
