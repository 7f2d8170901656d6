"""API keys: which open an API, and until when."""

from preamp.graphql.keys import ApiKey, KeyRing, digest_of, new_key

NOW = 1_700_000_000.0


class Ring:
    """A ring of keys, asked at a moment."""

    def __init__(self, **keys: float) -> None:
        self.now = NOW
        known = [ApiKey(digest=digest_of(key), expires=expires) for key, expires in keys.items()]
        self.keys = KeyRing(known, lambda: self.now)

    def admits(self, key: bytes, now: float = NOW) -> bool:
        """Ask whether a key opens at a moment."""
        self.now = now
        return self.keys.admits(key)


def test_a_key_admits_until_its_moment_though_it_was_just_admitted() -> None:
    """What the ring remembers of the last key is no longer true once that key expires."""
    keys = Ring(one=NOW)

    assert keys.admits(b"one", NOW - 0.001)
    assert keys.admits(b"one", NOW - 0.001)
    assert not keys.admits(b"one", NOW)


def test_each_of_several_keys_admits() -> None:
    keys = Ring(one=NOW, two=NOW + 10)

    assert [keys.admits(key, NOW + 5) for key in (b"one", b"two", b"one", b"two")] == [False, True, False, True]


def test_no_other_text_admits() -> None:
    keys = Ring(one=NOW)

    assert keys.admits(b"one", NOW - 1)
    assert not any(keys.admits(key, NOW - 1) for key in (b"", b"on", b"onee", b"One", b"\xff"))
    assert not Ring().admits(b"", NOW)


def test_new_keys_have_appsyncs_form() -> None:
    key = new_key()

    assert key.startswith("da2-")
    assert len(key) == 30
