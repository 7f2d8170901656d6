"""Which bucket names S3 takes, and that made names are always among them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preamp.storage import check_bucket_name, make_bucket_name


@pytest.mark.parametrize("name", ["abc", "a" * 63, "site.example.org", "1.2.3", "0-0", "1.2.3.4.5", "sthree", "xn-a"])
def test_good_names_are_taken(name: str) -> None:
    assert check_bucket_name(name) is None


@pytest.mark.parametrize(
    "name",
    [
        "",
        "ab",
        "a" * 64,
        "Abc",
        "a_b",
        "a b",
        "abc\n",
        "äbc",
        "-abc",
        "abc-",
        ".abc",
        "abc.",
        "a..b",
        "192.168.5.4",
        "999.1.1.1",
        "xn--abc",
        "sthree-abc",
        "amzn-s3-demo-abc",
        "abc-s3alias",
        "abc--ol-s3",
        "abc.mrap",
        "abc--x-s3",
        "abc--table-s3",
    ],
)
def test_bad_names_are_refused_with_a_reason(name: str) -> None:
    assert (check_bucket_name(name) or "").startswith("must ")


def test_a_made_name_tells_resource_environment_and_app() -> None:
    assert make_bucket_name("d1234567890abc", "dev", "s3Photos", "0a1b2c3d") == "s3photos-dev-d1234567890abc-0a1b2c3d"


_TEXTS = st.text(max_size=80) | st.sampled_from(["sthree", "amzn", "s3", "demo", "s3alias", "xn--", "-", "192.168"])


@given(_TEXTS, _TEXTS, _TEXTS, st.text("abcxyz0189", min_size=8, max_size=8))
def test_made_names_are_always_valid(app_id: str, environment: str, resource_name: str, random8: str) -> None:
    name = make_bucket_name(app_id, environment, resource_name, random8)

    assert check_bucket_name(name) is None
    assert name.endswith(random8)


def test_reserved_beginnings_are_stepped_around() -> None:
    assert make_bucket_name("d1", "dev", "sthree", "0a1b2c3d") == "bsthree-dev-d1-0a1b2c3d"
    assert make_bucket_name("demo", "s3", "amzn", "0a1b2c3d") == "bamzn-s3-demo-0a1b2c3d"


@pytest.mark.parametrize("random8", ["", "0a1b2c3", "0a1b2c3d4", "0A1B2C3D", "0a1b-c3d"])
def test_a_random_part_of_another_shape_is_refused(random8: str) -> None:
    with pytest.raises(ValueError, match="random8"):
        make_bucket_name("d1", "dev", "photos", random8)
