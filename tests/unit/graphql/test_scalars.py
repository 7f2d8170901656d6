"""What each AppSync scalar accepts."""

from typing import Any

import pytest

from preamp.graphql.scalars import PARSERS

GOOD: dict[str, list[Any]] = {
    "String": ["", "é😀"],
    "ID": ["a", 5],
    "Int": [0, -(2**31), 2**31 - 1, 3.0],
    "Float": [1, 1.5, -0.0],
    "Boolean": [True, False],
    "AWSDate": ["2024-02-29", "1970-01-01Z", "1970-01-01-07:00", "1970-01-01+05:30:15"],
    "AWSTime": ["12:30", "12:30:24", "12:30:24.500", "12:30:24.5Z", "12:30Z", "12:30:24-07:00"],
    "AWSDateTime": ["2024-01-02T12:30:24.500Z", "2020-01-01T00:00+00:00", "1930-01-01T16:00:00-07:00"],
    "AWSTimestamp": [0, -5, 1_700_000_000_000],
    "AWSEmail": ["a@b", "first.last+tag@mail.example.com"],
    "AWSJSON": ["1", '"a"', "{}", "[1, null]", "null"],
    "AWSURL": ["https://example.com", "mailto:a@example.com", "http://a:80/b/c?d=//e#f", "ftp://x"],
    "AWSPhone": ["+44 20 7946 0958", "+1 202-555-0143", "202-555-0143", "(202) 555-0143"],
    "AWSIPAddress": ["127.0.0.1", "10.0.0.0/8", "::1", "2001:db8::/32", "10.1.2.3/8"],
}
BAD: dict[str, list[Any]] = {
    "String": [5, True, None, [], "a\0", "\ud800"],
    "ID": [1.5, True, {}],
    "Int": [2**31, -(2**31) - 1, 1.5, True, "1", float("inf")],
    "Float": ["1.5", True, float("nan"), float("inf"), 10**400],
    "Boolean": ["true", 1, 0],
    "AWSDate": ["2024-02-30", "24-01-01", "2024-1-1", "2024-01-01 ", "2024-01-01T00:00Z", "1970-01-01+25:00", 5],
    "AWSTime": ["24:00", "12", "12:60", "12:30:60", "12:30.5", "1:30", "12:30:24,5"],
    "AWSDateTime": ["2024-01-02", "2024-01-02T12:30:24", "2024-01-02 12:30:24Z", "2024-13-02T12:30:24Z", ""],
    "AWSTimestamp": ["0", 1.5, True, 2**63],
    "AWSEmail": ["a", "@b", "a@", "a b@c", "a@b@c", ".a@b", "a..b@c", "a@-b", "a@b..c"],
    "AWSJSON": ["", "{", "abc", "NaN", "{'a': 1}", {}, 5, "[" * 100_000],
    "AWSURL": ["example.com", "http:", "http://a//b", "http:// a", "http://a:port", "//a", "http:///x"],
    "AWSPhone": ["", "12", "555-0143", "+", "abc", "111-555-0143", "+1234567890123456"],
    "AWSIPAddress": ["256.0.0.1", "1.2.3", "::g", "10.0.0.0/33", "fe80::1%eth0", "10.0.0.0/255.0.0.0", ""],
}


@pytest.mark.parametrize(("scalar", "value"), [(name, value) for name, values in GOOD.items() for value in values])
def test_a_good_value_is_kept_as_given(scalar: str, value: Any) -> None:
    assert PARSERS[scalar](value) == (str(value) if scalar == "ID" else value)


@pytest.mark.parametrize(
    ("scalar", "value"),
    [pytest.param(name, value, id=f"{name}-{n}") for name, values in BAD.items() for n, value in enumerate(values)],
)
def test_a_bad_value_is_refused(scalar: str, value: Any) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        PARSERS[scalar](value)


def test_refusals_speak_as_appsync_does() -> None:
    with pytest.raises(ValueError, match="Unable to parse `2019` as a valid DateTime Object\\."):
        PARSERS["AWSDateTime"]("2019")
