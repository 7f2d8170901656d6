"""Client secrets and private keys of social providers: taken out of what is stored readable or answered. Pure."""

from typing import TYPE_CHECKING, Any

import msgspec

from preamp.control.model import CreateBackendAuthResourceConfig

if TYPE_CHECKING:
    from preamp.auth import PoolSecrets, PoolSettings

_SECRET_MEMBERS = ("client_secret", "private_key")


def split(config: CreateBackendAuthResourceConfig) -> "tuple[CreateBackendAuthResourceConfig, PoolSecrets]":
    """The configuration without secrets, and the secrets."""
    from preamp.auth import PoolSecrets  # noqa: PLC0415  a room is loaded when it is needed (decision 0004)

    plain = msgspec.to_builtins(config)
    secrets: dict[str, dict[str, str]] = {}
    for provider, block in _providers(plain).items():
        taken = {member: block.pop(member) for member in _SECRET_MEMBERS if member in block}
        if taken:
            secrets[provider] = taken
    return msgspec.convert(plain, CreateBackendAuthResourceConfig), msgspec.convert(secrets, PoolSecrets)


def joined(config: CreateBackendAuthResourceConfig, secrets: "PoolSecrets") -> CreateBackendAuthResourceConfig:
    """The configuration with its secrets back in their places."""
    plain, kept = msgspec.to_builtins(config), msgspec.to_builtins(secrets)
    for provider, block in _providers(plain).items():
        block.update(kept.get(provider, {}))
    return msgspec.convert(plain, CreateBackendAuthResourceConfig)


def settings_of(config: CreateBackendAuthResourceConfig) -> "PoolSettings":
    """The user pool's settings as the auth room takes them (it has no members for secrets)."""
    from preamp.auth import PoolSettings  # noqa: PLC0415

    return msgspec.convert(msgspec.to_builtins(config.user_pool_configs), PoolSettings)


def _providers(plain: dict[str, Any]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = plain["userPoolConfigs"].get("oAuth", {}).get("socialProviderSettings", {})
    return found
