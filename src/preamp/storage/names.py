"""Names of buckets: S3's rules, and names that keep them.

Source: S3 user guide, naming rules of general purpose buckets.
"""

import re
import string

_SHAPE = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_IPV4 = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
_FORBIDDEN_PREFIXES = ("xn--", "sthree-", "amzn-s3-demo-")
_FORBIDDEN_SUFFIXES = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")
_ALNUM = frozenset(string.ascii_lowercase + string.digits)
_RANDOM_CHARACTERS = 8


def check_bucket_name(name: str) -> str | None:
    """Why `name` cannot name a bucket, as a clause that follows the name's member; None when it can."""
    if not 3 <= len(name) <= 63:
        return f"must be 3 to 63 characters, got {len(name)}"
    if not _SHAPE.fullmatch(name):
        return "must be lower-case letters, digits, dots and hyphens, beginning and ending with a letter or digit"
    if ".." in name:
        return "must not have two dots in a row"
    if _IPV4.fullmatch(name):
        return "must not be written like an IP address"
    return _reserved(name)


def _reserved(name: str) -> str | None:
    for prefix in _FORBIDDEN_PREFIXES:
        if name.startswith(prefix):
            return f"must not begin with {prefix!r}, which S3 reserves"
    for suffix in _FORBIDDEN_SUFFIXES:
        if name.endswith(suffix):
            return f"must not end with {suffix!r}, which S3 reserves"
    return None


def make_bucket_name(app_id: str, environment: str, resource_name: str, random8: str) -> str:
    """A valid bucket name that tells resource, environment and app, unique by `random8` (8 of a-z0-9).

    Has no dots: virtual-host addressing over TLS would not match the certificate. Raises ValueError for
    another random8.
    """
    if len(random8) != _RANDOM_CHARACTERS or not _ALNUM.issuperset(random8):
        raise ValueError(f"random8 must be {_RANDOM_CHARACTERS} characters of a-z0-9")
    words = (_plain(resource_name)[:20] or "storage", _plain(environment)[:12], _plain(app_id)[:18], random8)
    name = "-".join(word for word in words if word)
    return name if check_bucket_name(name) is None else f"b{name}"


def _plain(text: str) -> str:
    return "".join(character for character in text.lower() if character in _ALNUM)
