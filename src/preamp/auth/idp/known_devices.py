"""Devices during a sign-in: the keys of a new one, and the proof of one that is known.

A new device's group key follows from its key by a keyed hash, so nothing is stored until the client confirms it.
"""

import msgspec

from preamp.auth import sign_in_store
from preamp.auth.challenges import SignIn
from preamp.auth.idp.context import Idp
from preamp.auth.idp.errors import ResourceNotFoundException
from preamp.auth.idp.first_factors import exchange, proof_holds, public_value
from preamp.auth.idp.model import NewDeviceMetadataType
from preamp.auth.idp.steps import (
    Attempt,
    Outcome,
    Person,
    advance,
    challenge,
    claim,
    invalid_session,
    opened,
    opened_block,
    passed,
    person_of,
    wrong,
)
from preamp.auth.modexp import BYTES
from preamp.auth.passwords import SrpSecret
from preamp.auth.pool import Pool
from preamp.auth.sign_in_store import Device
from preamp.kit import ids

_GROUP_CHARACTERS = 10
_PURPOSE = "auth-devices"
_SALT_BYTES = 64


def tracks_devices(pool: Pool) -> bool:
    """Whether the pool remembers devices at all."""
    return pool.wire.device_configuration is not None


def new_device(idp: Idp) -> NewDeviceMetadataType:
    """Keys for a device that signs in for the first time."""
    key = f"{idp.region}_{ids.uuid4()}"
    return NewDeviceMetadataType(device_key=key, device_group_key=group_key(idp, key))


def group_key(idp: Idp, device_key: str) -> str:
    """The group key that belongs to a device key."""
    return f"-{idp.sealer.purpose(_PURPOSE).fingerprint(device_key).hex()[:_GROUP_CHARACTERS]}"


def sealed_verifier(idp: Idp, device_key: str, user_id: str, salt: int, verifier: int) -> bytes:
    """A device's SRP secret as it is kept."""
    secret = SrpSecret(salt.to_bytes(_SALT_BYTES, "big"), verifier.to_bytes(BYTES, "big"))
    return idp.sealer.purpose(_PURPOSE).seal(msgspec.msgpack.encode(secret), f"{user_id} {device_key}")


async def ask_device(attempt: Attempt) -> Outcome:
    """DEVICE_SRP_AUTH answered: salt, B and the sealed state of the device's own exchange."""
    sign_in = opened(attempt, "DEVICE_SRP_AUTH")
    client_public = public_value(attempt)
    who = await person_of(attempt, sign_in)
    device = await _device(attempt, who, sign_in)
    salt, verifier = _numbers(attempt, device)
    state = advance(attempt, sign_in, "DEVICE_PASSWORD_VERIFIER")
    parameters = await exchange(attempt, state, device.device_key, client_public, verifier)
    named = {"SALT": f"{salt:x}", "USERNAME": who.id_for_srp, "DEVICE_KEY": device.device_key}
    return challenge(attempt, state, "DEVICE_PASSWORD_VERIFIER", {**parameters, **named})


async def answer_device(attempt: Attempt) -> tuple[Person, SignIn]:
    """Verify the proof of DEVICE_PASSWORD_VERIFIER; the SECRET_BLOCK is used up by it, right or wrong."""
    begun = opened_block(attempt, "DEVICE_PASSWORD_VERIFIER")
    signature = attempt.need("PASSWORD_CLAIM_SIGNATURE")
    who = await person_of(attempt, begun.sign_in)
    device = await _device(attempt, who, begun.sign_in)
    if begun.user != device.device_key:
        raise invalid_session()
    await claim(attempt, who, begun.sign_in)
    _salt, verifier = _numbers(attempt, device)
    if not await proof_holds(attempt, begun, device.group_key, verifier, signature):
        raise wrong()
    return who, passed(begun.sign_in, "DEVICE_PASSWORD_VERIFIER")


async def _device(attempt: Attempt, who: Person, sign_in: SignIn) -> Device:
    """The device of the sign-in; a call that names another is refused."""
    named = attempt.given.get("DEVICE_KEY")
    if who.user is None or sign_in.device_key is None or named not in {None, sign_in.device_key}:
        raise invalid_session()
    found = await sign_in_store.device(attempt.idp.db, who.user.id, sign_in.device_key)
    if found is None:
        raise ResourceNotFoundException("Device does not exist.")
    return found


def _numbers(attempt: Attempt, device: Device) -> tuple[int, int]:
    opened_secret = attempt.idp.sealer.purpose(_PURPOSE).open(device.verifier, f"{device.user_id} {device.device_key}")
    return msgspec.msgpack.decode(opened_secret, type=SrpSecret).numbers
