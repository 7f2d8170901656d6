"""How the wire's settings become values, with the secrets apart."""

from typing import Any

import msgspec

from preamp.auth import PoolSecrets, PoolSettings, ProviderSecret
from preamp.auth.settings import joined_secrets


def test_settings_keep_all_members_but_name_and_secrets(wire: dict[str, Any]) -> None:
    settings = msgspec.convert(wire, PoolSettings)

    expected = {key: value for key, value in wire.items() if key != "userPoolName"}
    providers = expected["oAuth"]["socialProviderSettings"]
    del providers["Google"]["client_secret"], providers["SignInWithApple"]["private_key"]
    assert msgspec.json.decode(msgspec.json.encode(settings)) == expected


def test_the_least_settings_survive_a_round_trip() -> None:
    least = {"signInMethod": "USERNAME", "requiredSignUpAttributes": []}

    assert msgspec.json.decode(msgspec.json.encode(msgspec.convert(least, PoolSettings))) == least


def test_secrets_are_read_from_the_same_object_and_never_shown(wire: dict[str, Any]) -> None:
    secrets = msgspec.convert(wire["oAuth"]["socialProviderSettings"], PoolSecrets)

    assert secrets.by_provider() == {"Google": "google-secret", "SignInWithApple": "apple-private"}
    assert "google-secret" not in repr(secrets)
    assert "apple-private" not in repr(secrets)


def test_joined_secrets_keep_only_providers_that_are_set(wire: dict[str, Any]) -> None:
    """A given secret wins over the stored one; Facebook is not set, so its secret goes."""
    settings = msgspec.convert(wire, PoolSettings)
    stored = PoolSecrets(google=ProviderSecret("old"), sign_in_with_apple=ProviderSecret(private_key="key"))
    given = PoolSecrets(google=ProviderSecret("new"), facebook=ProviderSecret("unused"))

    assert joined_secrets(stored, given, settings).by_provider() == {"Google": "new", "SignInWithApple": "key"}
    assert joined_secrets(stored, None, settings) == stored
