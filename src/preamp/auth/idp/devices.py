"""A user's devices: confirming a new one, listing, remembering, forgetting; for users and for administrators."""

import base64
import binascii

import msgspec

from preamp.auth import sign_in_store, user_store
from preamp.auth.idp.context import Idp
from preamp.auth.idp.errors import InvalidParameterException, ResourceNotFoundException
from preamp.auth.idp.find import known_pool, known_user
from preamp.auth.idp.known_devices import group_key, sealed_verifier, tracks_devices
from preamp.auth.idp.model import (
    AdminForgetDeviceRequest,
    AdminGetDeviceRequest,
    AdminGetDeviceResponse,
    AdminListDevicesRequest,
    AdminListDevicesResponse,
    AdminUpdateDeviceStatusRequest,
    AdminUpdateDeviceStatusResponse,
    AttributeType,
    ConfirmDeviceRequest,
    ConfirmDeviceResponse,
    DeviceSecretVerifierConfigType,
    DeviceType,
    ForgetDeviceRequest,
    GetDeviceRequest,
    GetDeviceResponse,
    ListDevicesRequest,
    ListDevicesResponse,
    Nothing,
    UpdateDeviceStatusRequest,
    UpdateDeviceStatusResponse,
)
from preamp.auth.idp.service import operation
from preamp.auth.modexp import N
from preamp.auth.sign_in_store import Device
from preamp.auth.tokens import session_of
from preamp.auth.users import Session, User

_PAGE = 60
_MAX_DEVICES = 100
_MAX_SALT_BYTES = 64
_MAX_VERIFIER_BYTES = 385


@operation("ConfirmDevice")
async def confirm_device(idp: Idp, request: ConfirmDeviceRequest) -> ConfirmDeviceResponse:
    """Keep the SRP verifier of the device that the access token was issued to."""
    session = await session_of(idp, request.access_token)
    family = await user_store.family(idp.db, session.family_id)
    if not tracks_devices(session.pool) or family is None or family.device_key != request.device_key:
        raise InvalidParameterException("Invalid device key given.")
    salt, verifier = _secret(request.device_secret_verifier_config)
    asks = _asks_user(session)
    now = idp.now_ms()
    async with idp.db.transaction() as tx:
        others = await sign_in_store.devices(tx, session.user.id, "", _MAX_DEVICES)
        if len(others) >= _MAX_DEVICES:
            oldest = min(others, key=lambda one: one.authenticated_ms)
            await sign_in_store.delete_device(tx, session.user.id, oldest.device_key)
        await tx.execute(
            user_store.put_device,
            user_id=session.user.id,
            device_key=request.device_key,
            group_key=group_key(idp, request.device_key),
            name=request.device_name,
            verifier=sealed_verifier(idp, request.device_key, session.user.id, salt, verifier),
            remembered=0 if asks else 1,
            attributes=msgspec.json.encode({"device_name": request.device_name or ""}).decode(),
            created_ms=now,
            updated_ms=now,
            authenticated_ms=now,
        )
    return ConfirmDeviceResponse(user_confirmation_necessary=asks)


@operation("ListDevices")
async def list_devices(idp: Idp, request: ListDevicesRequest) -> ListDevicesResponse:
    """The user's devices, by key."""
    session = await session_of(idp, request.access_token)
    shown, following = await _page(idp, session.user, request.limit, request.pagination_token)
    return ListDevicesResponse(devices=shown, pagination_token=following)


@operation("GetDevice")
async def get_device(idp: Idp, request: GetDeviceRequest) -> GetDeviceResponse:
    """One device of the user."""
    session = await _session(idp, request.access_token)
    return GetDeviceResponse(device=await _shown(idp, session.user, request.device_key))


@operation("UpdateDeviceStatus")
async def update_device_status(idp: Idp, request: UpdateDeviceStatusRequest) -> UpdateDeviceStatusResponse:
    """Remember a device, or cease to: a remembered one takes the place of a second factor."""
    session = await session_of(idp, request.access_token)
    await _remember(idp, session.user, request.device_key, request.device_remembered_status)
    return UpdateDeviceStatusResponse()


@operation("ForgetDevice")
async def forget_device(idp: Idp, request: ForgetDeviceRequest) -> Nothing:
    """Forget a device of the user."""
    session = await _session(idp, request.access_token)
    await _forget(idp, session.user, request.device_key)
    return Nothing()


@operation("AdminListDevices")
async def admin_list_devices(idp: Idp, request: AdminListDevicesRequest) -> AdminListDevicesResponse:
    """A user's devices, by key."""
    user = await _named(idp, request.user_pool_id, request.username)
    shown, following = await _page(idp, user, request.limit, request.pagination_token)
    return AdminListDevicesResponse(devices=shown, pagination_token=following)


@operation("AdminGetDevice")
async def admin_get_device(idp: Idp, request: AdminGetDeviceRequest) -> AdminGetDeviceResponse:
    """One device of a user."""
    user = await _named(idp, request.user_pool_id, request.username)
    return AdminGetDeviceResponse(device=await _shown(idp, user, request.device_key))


@operation("AdminUpdateDeviceStatus")
async def admin_update_device_status(
    idp: Idp, request: AdminUpdateDeviceStatusRequest
) -> AdminUpdateDeviceStatusResponse:
    """Remember a device of a user, or cease to."""
    user = await _named(idp, request.user_pool_id, request.username)
    await _remember(idp, user, request.device_key, request.device_remembered_status)
    return AdminUpdateDeviceStatusResponse()


@operation("AdminForgetDevice")
async def admin_forget_device(idp: Idp, request: AdminForgetDeviceRequest) -> Nothing:
    """Forget a device of a user."""
    await _forget(idp, await _named(idp, request.user_pool_id, request.username), request.device_key)
    return Nothing()


async def _session(idp: Idp, access_token: str | None) -> Session:
    if access_token is None:
        raise InvalidParameterException("AccessToken is required")
    return await session_of(idp, access_token)


async def _named(idp: Idp, user_pool_id: str, username: str) -> User:
    return await known_user(idp, await known_pool(idp, user_pool_id), username)


def _asks_user(session: Session) -> bool:
    configured = session.pool.wire.device_configuration
    return configured is not None and configured.device_only_remembered_on_user_prompt is True


def _secret(given: DeviceSecretVerifierConfigType | None) -> tuple[int, int]:
    """Salt and verifier, which clients send as base64 of signed big-endian bytes."""
    salt = _number(given.salt if given else None, "Salt", _MAX_SALT_BYTES)
    verifier = _number(given.password_verifier if given else None, "PasswordVerifier", _MAX_VERIFIER_BYTES)
    if not 1 < verifier < N - 1:
        raise InvalidParameterException("DeviceSecretVerifierConfig.PasswordVerifier must be a number below N")
    return salt, verifier


def _number(text: str | None, member: str, most: int) -> int:
    try:
        raw = base64.b64decode((text or "").encode(), validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if not 0 < len(raw) <= most:
        raise InvalidParameterException(f"DeviceSecretVerifierConfig.{member} must be base64 of 1 to {most} bytes")
    return int.from_bytes(raw, "big")


async def _page(
    idp: Idp, user: User, limit: int | None, token: str | None
) -> tuple[tuple[DeviceType, ...], str | None]:
    """One page; the token is the last key of the page before."""
    count = limit or _PAGE
    found = await sign_in_store.devices(idp.db, user.id, token or "", count + 1)
    following = found[count - 1].device_key if len(found) > count else None
    return tuple(_described(one) for one in found[:count]), following


async def _shown(idp: Idp, user: User, device_key: str) -> DeviceType:
    found = await sign_in_store.device(idp.db, user.id, device_key)
    if found is None:
        raise ResourceNotFoundException("Device does not exist.")
    return _described(found)


async def _remember(idp: Idp, user: User, device_key: str, status: str | None) -> None:
    async with idp.db.transaction() as tx:
        if not await sign_in_store.remember_device(
            tx, user.id, device_key, remembered=status == "remembered", now_ms=idp.now_ms()
        ):
            raise ResourceNotFoundException("Device does not exist.")


async def _forget(idp: Idp, user: User, device_key: str) -> None:
    async with idp.db.transaction() as tx:
        if not await sign_in_store.delete_device(tx, user.id, device_key):
            raise ResourceNotFoundException("Device does not exist.")


def _described(found: Device) -> DeviceType:
    status = "remembered" if found.remembered else "not_remembered"
    attributes = {"device_status": "valid", **found.attributes, "dev:device_remembered_status": status}
    return DeviceType(
        device_key=found.device_key,
        device_attributes=tuple(AttributeType(name=name, value=value) for name, value in attributes.items() if value),
        device_create_date=found.created_ms / 1000,
        device_last_modified_date=found.updated_ms / 1000,
        device_last_authenticated_date=found.authenticated_ms / 1000,
    )
