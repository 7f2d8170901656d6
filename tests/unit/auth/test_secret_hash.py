"""SECRET_HASH of clients that have a secret."""

import pytest

from preamp.auth.secret_hash import secret_hash, secret_hash_problem


def test_a_right_hash_passes() -> None:
    assert secret_hash_problem("s3cret", "alice", "client", secret_hash("s3cret", "alice", "client")) is None


def test_the_hash_is_the_documented_one() -> None:
    """The value was made by openssl: printf aliceclient | openssl dgst -sha256 -hmac s3cret -binary | base64."""
    assert secret_hash("s3cret", "alice", "client") == "zIm1iOpDWkme0iQzPHrgGNVuF8AjB5f8u4LHtREhz4c="


@pytest.mark.parametrize(
    "given", ["", "x", "é", secret_hash("s3cret", "bob", "client"), secret_hash("", "alice", "client")]
)
def test_a_wrong_hash_is_refused(given: str) -> None:
    assert secret_hash_problem("s3cret", "alice", "client", given) == "Unable to verify secret hash for client client"


def test_a_client_with_a_secret_must_send_one() -> None:
    assert "SECRET_HASH was not received" in (secret_hash_problem("s3cret", "alice", "client", None) or "")


def test_a_client_without_a_secret_need_not() -> None:
    assert secret_hash_problem(None, "alice", "client", None) is None
