"""Sealed values open where they were sealed for, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preamp.kit.seal import BrokenSealError, Sealer

SEALER = Sealer(b"k" * 32)


@given(st.binary(max_size=200), st.text(max_size=40))
def test_a_sealed_value_opens_again(plain: bytes, context: str) -> None:
    assert SEALER.open(SEALER.seal(plain, context), context) == plain


@pytest.mark.parametrize("opener", [Sealer(b"x" * 32), SEALER.purpose("another")])
def test_another_key_or_purpose_does_not_open_it(opener: Sealer) -> None:
    with pytest.raises(BrokenSealError):
        opener.open(SEALER.seal(b"secret", "row 1"), "row 1")


def test_another_context_does_not_open_it() -> None:
    """A sealed value that is moved to another row is refused."""
    with pytest.raises(BrokenSealError):
        SEALER.open(SEALER.seal(b"secret", "row 1"), "row 2")


@given(st.integers(0, 40), st.integers(1, 255))
def test_a_changed_byte_is_noticed(position: int, change: int) -> None:
    sealed = bytearray(SEALER.seal(b"secret value", "row"))
    sealed[position % len(sealed)] ^= change
    with pytest.raises(BrokenSealError):
        SEALER.open(bytes(sealed), "row")


@given(st.text(max_size=200))
def test_a_forged_token_is_refused(token: str) -> None:
    with pytest.raises(BrokenSealError):
        SEALER.read_token(token, "pages", str)


def test_a_token_of_another_listing_is_refused() -> None:
    token = SEALER.token("position", "list of a")
    assert SEALER.read_token(token, "list of a", str) == "position"
    with pytest.raises(BrokenSealError):
        SEALER.read_token(token, "list of b", str)


def test_an_install_key_has_32_bytes() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Sealer(b"short")
