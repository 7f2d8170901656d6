"""AppSync's scalars: what each accepts, and what it is kept as.

Each parser takes a value of a JSON document and answers the value to store, or raises ValueError. Values are stored as
given, never normalised. Source: AppSync developer guide, "Scalar types in GraphQL"; where it is silent, the choice is
told at the parser.
"""

import json
import math
import re
from collections.abc import Callable
from datetime import date, time
from ipaddress import ip_network
from typing import Any
from urllib.parse import urlsplit

SCALARS = (
    "AWSDate",
    "AWSTime",
    "AWSDateTime",
    "AWSTimestamp",
    "AWSEmail",
    "AWSJSON",
    "AWSURL",
    "AWSPhone",
    "AWSIPAddress",
)

_OFFSET = r"(?:Z|[+-](?:0\d|1[0-8]):[0-5]\d(?::[0-5]\d)?)"
_DATE = re.compile(rf"(\d{{4}}-\d\d-\d\d)({_OFFSET})?", re.ASCII)
_TIME = re.compile(rf"(\d\d:\d\d)(:\d\d)?(\.\d{{1,9}})?({_OFFSET})?", re.ASCII)
_EMAIL = re.compile(r"[^\s@<>()\[\],;:\\\"]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,253}[A-Za-z0-9])?", re.ASCII)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*", re.ASCII)
_PHONE = re.compile(r"(\+)?(\(?\d[\d -]*\)?[\d -]*\d)", re.ASCII)
_NANP = re.compile(r"1?[2-9]\d\d[2-9]\d{6}", re.ASCII)

# What AppSync's messages call them: "Unable to parse `2019` as a valid DateTime Object."
_CALLED = {"AWSDateTime": "DateTime Object", "AWSDate": "date"}

MOST_INT = 2**31 - 1
MOST_LONG = 2**63 - 1


def text(value: Any) -> str:
    """Accept a string that both databases can keep."""
    if not isinstance(value, str):
        raise ValueError(f"Expected type 'String' but was '{kind(value)}'.")  # noqa: TRY004 - parsers refuse by ValueError
    return storable(value)


def storable(value: str) -> str:
    """Refuse what PostgreSQL or UTF-8 cannot hold: U+0000 and lone surrogates."""
    if "\0" in value:
        raise ValueError("A string may not hold the character U+0000.")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise ValueError("A string may not hold half of a surrogate pair.") from None
    return value


def identifier(value: Any) -> str:
    """Accept a string or an integer as an ID."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise ValueError(f"Expected type 'ID' but was '{kind(value)}'.")  # noqa: TRY004 - parsers refuse by ValueError
    return storable(value)


def integer(value: Any) -> int:
    """Accept a 32-bit integer; 3.0 is one."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"Expected type 'Int' but was '{kind(value)}'.")  # noqa: TRY004 - parsers refuse by ValueError
    if not -MOST_INT - 1 <= value <= MOST_INT:
        raise ValueError(f"Int takes {-MOST_INT - 1} to {MOST_INT}, not {value}.")
    return value


def number(value: Any) -> float:
    """Accept a finite double."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"Expected type 'Float' but was '{kind(value)}'.")  # noqa: TRY004 - parsers refuse by ValueError
    try:
        double = float(value)
    except OverflowError:
        double = math.inf
    if not math.isfinite(double):
        raise ValueError("A Float is a finite number.")
    return double


def boolean(value: Any) -> bool:
    """Accept true and false."""
    if not isinstance(value, bool):
        raise ValueError(f"Expected type 'Boolean' but was '{kind(value)}'.")  # noqa: TRY004 - parsers refuse by ValueError
    return value


def aws_timestamp(value: Any) -> int:
    """Accept a 64-bit integer: seconds on paper, milliseconds as DataStore writes them."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not -MOST_LONG - 1 <= value <= MOST_LONG:
        raise _refused(value, "AWSTimestamp")
    return value


def aws_date(value: Any) -> str:
    """Accept `YYYY-MM-DD` with an optional offset."""
    match = _DATE.fullmatch(_string(value, "AWSDate"))
    if not match or not _is_date(match[1]):
        raise _refused(value, "AWSDate")
    return str(value)


def aws_time(value: Any) -> str:
    """Accept `hh:mm[:ss[.sss]]` with an optional offset."""
    match = _TIME.fullmatch(_string(value, "AWSTime"))
    if not match or not _is_time(match):
        raise _refused(value, "AWSTime")
    return str(value)


def aws_date_time(value: Any) -> str:
    """Accept `YYYY-MM-DDThh:mm[:ss[.sss]]` with an offset."""
    day, _, rest = _string(value, "AWSDateTime").partition("T")
    match = _TIME.fullmatch(rest)
    if not match or not match[4] or len(day) != 10 or not _is_date(day) or not _is_time(match):
        raise _refused(value, "AWSDateTime")
    return str(value)


def aws_email(value: Any) -> str:
    """Accept local@domain; quoted local parts and address literals of RFC 822 are refused."""
    given = _string(value, "AWSEmail")
    local, _, domain = given.rpartition("@")
    if not _EMAIL.fullmatch(given) or ".." in given or local.startswith(".") or local.endswith("."):
        raise _refused(value, "AWSEmail")
    if any(not label or label.startswith("-") or label.endswith("-") for label in domain.split(".")):
        raise _refused(value, "AWSEmail")
    return given


def aws_json(value: Any) -> str:
    """Accept a string that holds JSON."""
    given = storable(_string(value, "AWSJSON"))
    try:
        json.loads(given, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise _refused(value, "AWSJSON") from None
    return given


def aws_url(value: Any) -> str:
    """Accept a URL with a scheme and without `//` in its path."""
    given = storable(_string(value, "AWSURL"))
    try:
        parts = urlsplit(given)
        _ = parts.port  # reading it checks it
    except ValueError:
        raise _refused(value, "AWSURL") from None
    scheme, _, rest = given.partition(":")
    blank = any(sign.isspace() or sign in "<>" for sign in given)
    if not _SCHEME.fullmatch(scheme) or not rest or blank or "//" in parts.path:
        raise _refused(value, "AWSURL")
    if rest.startswith("//") and not parts.netloc:
        raise _refused(value, "AWSURL")
    return given


def aws_phone(value: Any) -> str:
    """Accept digits, spaces and hyphens; without `+` it must be a North American number."""
    given = _string(value, "AWSPhone")
    match = _PHONE.fullmatch(given)
    digits = re.sub(r"\D", "", given)
    if not match or not 3 <= len(digits) <= 15:
        raise _refused(value, "AWSPhone")
    if not match[1] and not _NANP.fullmatch(digits):
        raise _refused(value, "AWSPhone")
    return given


def aws_ip_address(value: Any) -> str:
    """Accept IPv4 and IPv6, with an optional prefix length."""
    given = _string(value, "AWSIPAddress")
    try:
        ip_network(given, strict=False)
    except ValueError:
        raise _refused(value, "AWSIPAddress") from None
    if "%" in given or ("/" in given and not given.rpartition("/")[2].isdigit()):
        raise _refused(value, "AWSIPAddress")
    return given


PARSERS: dict[str, Callable[[Any], Any]] = {
    "String": text,
    "ID": identifier,
    "Int": integer,
    "Float": number,
    "Boolean": boolean,
    "AWSDate": aws_date,
    "AWSTime": aws_time,
    "AWSDateTime": aws_date_time,
    "AWSTimestamp": aws_timestamp,
    "AWSEmail": aws_email,
    "AWSJSON": aws_json,
    "AWSURL": aws_url,
    "AWSPhone": aws_phone,
    "AWSIPAddress": aws_ip_address,
}


def kind(value: Any) -> str:
    """Name the type of a JSON value as AppSync's messages do."""
    names = ((bool, "Boolean"), (int, "Int"), (float, "Double"), (str, "String"), (list, "List"), (dict, "Map"))
    return next((name for type_, name in names if isinstance(value, type_)), "null")


def _string(value: Any, scalar: str) -> str:
    if not isinstance(value, str):
        raise _refused(value, scalar)
    return value


def _refused(value: Any, scalar: str) -> ValueError:
    shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return ValueError(f"Unable to parse `{shown[:80]}` as a valid {_CALLED.get(scalar, scalar)}.")


def _no_constant(word: str) -> None:
    raise ValueError(f"{word} is not JSON.")


def _is_date(day: str) -> bool:
    try:
        date.fromisoformat(day)
    except ValueError:
        return False
    return True


def _is_time(match: re.Match[str]) -> bool:
    try:
        time.fromisoformat(f"{match[1]}{match[2] or ':00'}")
    except ValueError:
        return False
    return match[3] is None or match[2] is not None
