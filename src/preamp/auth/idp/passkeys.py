"""A user's passkeys: registering, listing, removing. The ceremony itself is py_webauthn's."""

from typing import Any

import msgspec
import webauthn
from msgspec import Struct
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from webauthn.registration.verify_registration_response import VerifiedRegistration

from preamp.auth import sign_in_store, user_store
from preamp.auth.challenges import new_nonce
from preamp.auth.idp.context import Idp
from preamp.auth.idp.errors import (
    LimitExceededException,
    ResourceNotFoundException,
    WebAuthnChallengeNotFoundException,
    WebAuthnConfigurationMissingException,
    WebAuthnCredentialNotSupportedException,
    WebAuthnNotEnabledException,
)
from preamp.auth.idp.model import (
    CompleteWebAuthnRegistrationRequest,
    CompleteWebAuthnRegistrationResponse,
    DeleteWebAuthnCredentialRequest,
    DeleteWebAuthnCredentialResponse,
    ListWebAuthnCredentialsRequest,
    ListWebAuthnCredentialsResponse,
    StartWebAuthnRegistrationRequest,
    StartWebAuthnRegistrationResponse,
    WebAuthnCredentialDescription,
)
from preamp.auth.idp.passkey_proof import (
    MAX_CREDENTIAL_CHARACTERS,
    TIMEOUT_MS,
    allowed_origin,
    described,
    relying_party,
    user_verification,
)
from preamp.auth.idp.service import operation
from preamp.auth.pool import Pool
from preamp.auth.sign_in_store import Passkey
from preamp.auth.tokens import session_of
from preamp.auth.users import User
from preamp.kit.seal import BrokenSealError

_MAX_PASSKEYS = 20
_PAGE = 20
_PURPOSE = "auth-passkeys"
_MAX_TRANSPORTS = 10


class _Waiting(Struct, array_like=True, frozen=True):
    """What a registration's challenge says of itself: it is sealed, so nothing need be stored."""

    nonce: str
    exp_ms: int


@operation("StartWebAuthnRegistration")
async def start_web_authn_registration(
    idp: Idp, request: StartWebAuthnRegistrationRequest
) -> StartWebAuthnRegistrationResponse:
    """The options with which a browser makes a passkey."""
    session = await session_of(idp, request.access_token)
    domain = _enabled(idp, session.pool)
    known = await sign_in_store.passkeys(idp.db, session.user.id)
    if len(known) >= _MAX_PASSKEYS:
        raise LimitExceededException(f"A user has at most {_MAX_PASSKEYS} passkeys.")
    waiting = _Waiting(new_nonce(), idp.now_ms() + TIMEOUT_MS)
    sealed = idp.sealer.purpose(_PURPOSE).seal(msgspec.msgpack.encode(waiting), session.user.id)
    options = webauthn.generate_registration_options(
        rp_id=domain,
        rp_name=domain,
        user_name=session.user.attributes.get("email", session.user.username),
        user_id=session.user.id.encode(),
        user_display_name=session.user.attributes.get("name", session.user.username),
        challenge=sealed,
        timeout=TIMEOUT_MS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=user_verification(session.pool)
        ),
        exclude_credentials=described(known),
    )
    document = msgspec.json.decode(webauthn.options_to_json(options))
    return StartWebAuthnRegistrationResponse(credential_creation_options=document)


@operation("CompleteWebAuthnRegistration")
async def complete_web_authn_registration(
    idp: Idp, request: CompleteWebAuthnRegistrationRequest
) -> CompleteWebAuthnRegistrationResponse:
    """Verify what the browser made, and keep its public key."""
    session = await session_of(idp, request.access_token)
    domain = _enabled(idp, session.pool)
    credential = _document(request.credential)
    challenge, waiting = _challenge(idp, session.user, credential)
    origin = allowed_origin(credential, domain)
    made = await idp.work.run(_verify, credential, challenge, domain, origin, user_verification(session.pool))
    async with idp.db.transaction() as tx:
        if not await user_store.use_nonce(tx, waiting.nonce, waiting.exp_ms):
            raise _no_challenge()
        row = _row(idp, session.user, credential, made, domain)
        if await tx.execute(user_store.insert_passkey, **row) != 1:
            raise WebAuthnCredentialNotSupportedException("This passkey is registered already.")
    return CompleteWebAuthnRegistrationResponse()


@operation("ListWebAuthnCredentials")
async def list_web_authn_credentials(
    idp: Idp, request: ListWebAuthnCredentialsRequest
) -> ListWebAuthnCredentialsResponse:
    """The user's passkeys by id."""
    session = await session_of(idp, request.access_token)
    count = request.max_results or _PAGE
    found = await sign_in_store.passkeys(idp.db, session.user.id, request.next_token or "", count + 1)
    shown = tuple(_described(one) for one in found[:count])
    following = found[count - 1].credential_id if len(found) > count else None
    return ListWebAuthnCredentialsResponse(credentials=shown, next_token=following)


@operation("DeleteWebAuthnCredential")
async def delete_web_authn_credential(
    idp: Idp, request: DeleteWebAuthnCredentialRequest
) -> DeleteWebAuthnCredentialResponse:
    """Remove a passkey of the user."""
    session = await session_of(idp, request.access_token)
    async with idp.db.transaction() as tx:
        if not await sign_in_store.delete_passkey(tx, session.user.id, request.credential_id):
            raise ResourceNotFoundException("The user has no such passkey.")
    return DeleteWebAuthnCredentialResponse()


def _enabled(idp: Idp, pool: Pool) -> str:
    """The relying party of a pool with passkeys. Raises WebAuthnNotEnabledException."""
    policy = pool.wire.policies.sign_in_policy if pool.wire.policies else None
    factors = (policy and policy.allowed_first_auth_factors) or ()
    if "WEB_AUTHN" not in factors:
        raise WebAuthnNotEnabledException("The pool does not let users sign in by passkeys.")
    domain = relying_party(idp, pool)
    if not domain:
        raise WebAuthnConfigurationMissingException("The pool has no relying party for passkeys.")
    return domain


def _document(given: Any) -> dict[str, Any]:
    size = len(msgspec.json.encode(given))
    if not isinstance(given, dict) or not isinstance(given.get("response"), dict) or size > MAX_CREDENTIAL_CHARACTERS:
        raise WebAuthnCredentialNotSupportedException("The credential is not the document that a browser makes.")
    return given


def _challenge(idp: Idp, user: User, credential: dict[str, Any]) -> tuple[bytes, _Waiting]:
    """The challenge that the browser signed, which must be one that this server gave to this user."""
    try:
        raw = webauthn.base64url_to_bytes(credential["response"]["clientDataJSON"])
        signed = msgspec.json.decode(raw, type=dict[str, Any])
        sealed = webauthn.base64url_to_bytes(signed["challenge"])
        plain = idp.sealer.purpose(_PURPOSE).open(sealed, user.id)
        waiting = msgspec.msgpack.decode(plain, type=_Waiting)
    except (KeyError, TypeError, ValueError, BrokenSealError, msgspec.MsgspecError):
        raise _no_challenge() from None
    if waiting.exp_ms <= idp.now_ms():
        raise _no_challenge()
    return sealed, waiting


def _no_challenge() -> WebAuthnChallengeNotFoundException:
    return WebAuthnChallengeNotFoundException("No registration of a passkey waits for this credential.")


def _verify(
    credential: dict[str, Any], challenge: bytes, domain: str, origin: str, wanted: UserVerificationRequirement
) -> VerifiedRegistration:
    try:
        return webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=domain,
            expected_origin=origin,
            require_user_verification=wanted is UserVerificationRequirement.REQUIRED,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError) as error:
        raise WebAuthnCredentialNotSupportedException(
            f"The credential does not verify: {type(error).__name__}."
        ) from None


def _row(idp: Idp, user: User, credential: dict[str, Any], made: VerifiedRegistration, domain: str) -> dict[str, Any]:
    transports = credential["response"].get("transports")
    texts = [one for one in transports if isinstance(one, str)] if isinstance(transports, list) else []
    attachment = credential.get("authenticatorAttachment")
    return {
        "user_pool_id": user.user_pool_id,
        "credential_id": bytes_to_base64url(made.credential_id),
        "user_id": user.id,
        "public_key": made.credential_public_key,
        "sign_count": made.sign_count,
        "name": "Passkey",
        "relying_party_id": domain,
        "attachment": attachment if attachment in {"platform", "cross-platform"} else None,
        "transports": msgspec.json.encode([text[:32] for text in texts[:_MAX_TRANSPORTS]]).decode(),
        "created_ms": idp.now_ms(),
    }


def _described(found: Passkey) -> WebAuthnCredentialDescription:
    return WebAuthnCredentialDescription(
        credential_id=found.credential_id,
        friendly_credential_name=found.name,
        relying_party_id=found.relying_party_id,
        authenticator_attachment=found.attachment,
        authenticator_transports=found.transports,
        created_at=found.created_ms / 1000,
    )
