"""Questions and changes of a sign-in: single columns of a user, devices, passkeys. Times are milliseconds, UTC.

Changes name the columns they mean and what they expect to find, so that two that come at once do not undo each other.
"""

from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec import Struct

from preamp.auth.user_store import code_table, device_table, passkey_table, user_table
from preamp.auth.users import Mfa
from preamp.db import Reader, Row, Statement, Transaction

_USER_ID = sa.bindparam("user_id", type_=sa.Text)
_DEVICE_KEY = sa.bindparam("device_key", type_=sa.Text)
_CREDENTIAL_ID = sa.bindparam("credential_id", type_=sa.Text)
_PURPOSE = sa.bindparam("purpose", type_=sa.Text)
_NOW = sa.bindparam("now_ms", type_=sa.BigInteger)


class Device(Struct, frozen=True, kw_only=True):
    """A device that a user confirmed; `verifier` holds its sealed SRP secret."""

    user_id: str
    device_key: str
    group_key: str
    name: str | None
    verifier: bytes
    remembered: bool
    attributes: dict[str, str]
    created_ms: int
    updated_ms: int
    authenticated_ms: int


class Passkey(Struct, frozen=True, kw_only=True):
    """A passkey; ids are base64url without padding, as clients write them."""

    user_pool_id: str
    credential_id: str
    user_id: str
    public_key: bytes
    sign_count: int
    name: str
    relying_party_id: str
    attachment: str | None
    transports: tuple[str, ...]
    created_ms: int


def _set(*columns: str) -> Statement:
    values = {name: sa.bindparam(f"new_{name}", type_=user_table.c[name].type) for name in columns}
    return Statement(sa.update(user_table).where(user_table.c.id == _USER_ID).values(**values, updated_ms=_NOW))


_set_secret = _set("secret", "status", "temporary_until_ms")
_set_totp = _set("totp_secret", "totp_step", "mfa")
_set_mfa = _set("mfa")
_convert_secret = Statement(
    sa.update(user_table)
    .where(user_table.c.id == _USER_ID, user_table.c.secret == sa.bindparam("old_secret", type_=sa.LargeBinary))
    .values(secret=sa.bindparam("new_secret", type_=sa.LargeBinary))
)
_device = Statement(
    sa.select(device_table).where(device_table.c.user_id == _USER_ID, device_table.c.device_key == _DEVICE_KEY)
)
_devices = Statement(
    sa.select(device_table)
    .where(device_table.c.user_id == _USER_ID, device_table.c.device_key > sa.bindparam("after", type_=sa.Text))
    .order_by(device_table.c.device_key)
    .limit(sa.bindparam("count", type_=sa.Integer))
)
_remember_device = Statement(
    sa.update(device_table)
    .where(device_table.c.user_id == _USER_ID, device_table.c.device_key == _DEVICE_KEY)
    .values(remembered=sa.bindparam("new_remembered", type_=sa.BigInteger), updated_ms=_NOW)
)
_authenticated_device = Statement(
    sa.update(device_table)
    .where(device_table.c.user_id == _USER_ID, device_table.c.device_key == _DEVICE_KEY)
    .values(authenticated_ms=_NOW)
)
_delete_device = Statement(
    sa.delete(device_table).where(device_table.c.user_id == _USER_ID, device_table.c.device_key == _DEVICE_KEY)
)
_passkeys = Statement(
    sa.select(passkey_table)
    .where(passkey_table.c.user_id == _USER_ID, passkey_table.c.credential_id > sa.bindparam("after", type_=sa.Text))
    .order_by(passkey_table.c.credential_id)
    .limit(sa.bindparam("count", type_=sa.Integer))
)
_count_passkey = Statement(
    sa.update(passkey_table)
    .where(
        passkey_table.c.user_id == _USER_ID,
        passkey_table.c.credential_id == _CREDENTIAL_ID,
        passkey_table.c.sign_count == sa.bindparam("old_count", type_=sa.BigInteger),
    )
    .values(sign_count=sa.bindparam("new_count", type_=sa.BigInteger))
)
_delete_passkey = Statement(
    sa.delete(passkey_table).where(passkey_table.c.user_id == _USER_ID, passkey_table.c.credential_id == _CREDENTIAL_ID)
)
_pending = Statement(
    sa.select(code_table.c.digest, code_table.c.expires_ms).where(
        code_table.c.user_id == _USER_ID, code_table.c.purpose == _PURPOSE
    )
)


async def set_secret(
    tx: Transaction, user_id: str, secret: bytes, status: str, now_ms: int, *, temporary_until_ms: int | None = None
) -> None:
    """Give a user a new password, and the status that comes with it."""
    await tx.execute(
        _set_secret,
        user_id=user_id,
        new_secret=secret,
        new_status=status,
        new_temporary_until_ms=temporary_until_ms,
        now_ms=now_ms,
    )


async def convert_secret(tx: Transaction, user_id: str, old: bytes, new: bytes) -> None:
    """Put another form of the same password in its place, unless the password was changed meanwhile."""
    await tx.execute(_convert_secret, user_id=user_id, old_secret=old, new_secret=new)


async def set_totp(tx: Transaction, user_id: str, secret: bytes, step: int, mfa: Mfa, now_ms: int) -> None:
    """Give a user an authenticator; `step` is that of the code which proved it."""
    await tx.execute(
        _set_totp, user_id=user_id, new_totp_secret=secret, new_totp_step=step, new_mfa=mfa_text(mfa), now_ms=now_ms
    )


async def set_mfa(tx: Transaction, user_id: str, mfa: Mfa, now_ms: int) -> None:
    """Which second factors a user has turned on."""
    await tx.execute(_set_mfa, user_id=user_id, new_mfa=mfa_text(mfa), now_ms=now_ms)


def mfa_text(mfa: Mfa) -> str:
    """The column `mfa`."""
    return msgspec.json.encode(mfa).decode()


async def pending(reader: Reader, user_id: str, purpose: str) -> tuple[bytes, int] | None:
    """What waits under a purpose in `auth_code`, and when it ends."""
    row = await reader.row(_pending, user_id=user_id, purpose=purpose)
    return None if row is None else (bytes(row[0]), row[1])


async def device(reader: Reader, user_id: str, device_key: str) -> Device | None:
    """A user's device, None where there is none."""
    row = await reader.row(_device, user_id=user_id, device_key=device_key)
    return None if row is None else _device_of(row)


async def devices(reader: Reader, user_id: str, after: str, count: int) -> list[Device]:
    """A user's devices by key, from behind `after`."""
    return [_device_of(row) for row in await reader.rows(_devices, user_id=user_id, after=after, count=count)]


async def remember_device(tx: Transaction, user_id: str, device_key: str, *, remembered: bool, now_ms: int) -> bool:
    """Set whether the device takes the place of a second factor; False where there is no such device."""
    changed = await tx.execute(
        _remember_device, user_id=user_id, device_key=device_key, new_remembered=int(remembered), now_ms=now_ms
    )
    return changed == 1


async def authenticated_device(tx: Transaction, user_id: str, device_key: str, now_ms: int) -> None:
    """Note that the device has just proved itself."""
    await tx.execute(_authenticated_device, user_id=user_id, device_key=device_key, now_ms=now_ms)


async def delete_device(tx: Transaction, user_id: str, device_key: str) -> bool:
    """Forget a device; False where there was none."""
    return await tx.execute(_delete_device, user_id=user_id, device_key=device_key) == 1


async def passkeys(reader: Reader, user_id: str, after: str = "", count: int = 100) -> list[Passkey]:
    """A user's passkeys by id, from behind `after`."""
    return [_passkey_of(row) for row in await reader.rows(_passkeys, user_id=user_id, after=after, count=count)]


async def count_passkey(tx: Transaction, found: Passkey, sign_count: int) -> bool:
    """Keep the authenticator's new count; False where another sign-in was faster, which may be a copy's."""
    changed = await tx.execute(
        _count_passkey,
        user_id=found.user_id,
        credential_id=found.credential_id,
        old_count=found.sign_count,
        new_count=sign_count,
    )
    return changed == 1


async def delete_passkey(tx: Transaction, user_id: str, credential_id: str) -> bool:
    """Remove a passkey; False where there was none."""
    return await tx.execute(_delete_passkey, user_id=user_id, credential_id=credential_id) == 1


def _device_of(row: Row) -> Device:
    values: dict[str, Any] = dict(zip((c.name for c in device_table.columns), row, strict=True))
    values["verifier"] = bytes(values["verifier"] or b"")
    values["remembered"] = bool(values["remembered"])
    values["attributes"] = msgspec.json.decode(values["attributes"], type=dict[str, str])
    return Device(**values)


def _passkey_of(row: Row) -> Passkey:
    values: dict[str, Any] = dict(zip((c.name for c in passkey_table.columns), row, strict=True))
    values["public_key"] = bytes(values["public_key"])
    values["transports"] = msgspec.json.decode(values["transports"], type=tuple[str, ...])
    return Passkey(**values)
