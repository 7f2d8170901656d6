"""Authenticator codes against the RFC's vectors and against pyotp."""

import pyotp
import pytest

from preamp.auth import totp

RFC_SECRET = b"12345678901234567890"


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037"),
     (20000000000, "353130")],
)  # fmt: skip
def test_codes_of_the_standard(seconds: int, code: str) -> None:
    """RFC 6238 appendix B, SHA-1, the last six digits."""
    assert totp.code_at(RFC_SECRET, seconds // 30) == code


def test_an_authenticator_app_and_the_server_agree() -> None:
    secret = totp.new_secret()
    now_ms = 1_795_000_000_000

    code = pyotp.TOTP(totp.shown(secret)).at(now_ms // 1000)

    assert totp.used_step(secret, code, now_ms, totp.NEVER) == now_ms // 30_000


def test_the_shown_secret_has_cognitos_length() -> None:
    assert len(totp.shown(totp.new_secret())) == 52


@pytest.mark.parametrize(("drift", "accepted"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_half_a_minute_off(drift: int, accepted: bool) -> None:
    now_ms = 1_795_000_000_000
    code = totp.code_at(RFC_SECRET, now_ms // 30_000 + drift)

    assert (totp.used_step(RFC_SECRET, code, now_ms, totp.NEVER) is not None) is accepted


@pytest.mark.parametrize("last", [0, 1])
def test_a_code_is_good_once(last: int) -> None:
    """A code of the last used step, or of one before it, was seen by whoever looked over the shoulder."""
    step = 59_833_333
    with pytest.raises(totp.Replayed):
        totp.used_step(RFC_SECRET, totp.code_at(RFC_SECRET, step), step * 30_000, step + last)


@pytest.mark.parametrize("code", ["", "1", "1234567", "abcdef", "\u0661\u0662\u0663\u0664\u0665\u0666", "12345 "])
def test_what_is_no_code_is_wrong(code: str) -> None:
    assert totp.used_step(RFC_SECRET, code, 1_795_000_000_000, totp.NEVER) is None
