"""WEB_AUTHN: signing in by a passkey, verified by py_webauthn."""

from typing import Any
from urllib.parse import urlsplit

import msgspec
import webauthn
from msgspec.structs import replace
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    UserVerificationRequirement,
)

from preamp.auth import sign_in_store
from preamp.auth.challenges import SignIn
from preamp.auth.idp.context import Idp
from preamp.auth.idp.errors import WebAuthnConfigurationMissingException, WebAuthnOriginNotAllowedException
from preamp.auth.idp.steps import (
    Attempt,
    Outcome,
    Person,
    challenge,
    claim,
    opened,
    passed,
    person_of,
    wrong,
)
from preamp.auth.pool import Pool
from preamp.auth.sign_in_store import Passkey
from preamp.auth.users import User

TIMEOUT_MS = 180_000
MAX_CREDENTIAL_CHARACTERS = 32_768
_LOOPBACK = frozenset({"localhost", "127.0.0.1"})


def relying_party(idp: Idp, pool: Pool) -> str:
    """The domain that a pool's passkeys are for: as configured, else the server's own."""
    configured = pool.config.mfa.web_authn_configuration
    return (configured and configured.relying_party_id) or urlsplit(idp.public_url).hostname or ""


def user_verification(pool: Pool) -> UserVerificationRequirement:
    """Whether the authenticator must verify its user (PIN, finger)."""
    configured = pool.config.mfa.web_authn_configuration
    required = configured is not None and configured.user_verification == "required"
    return UserVerificationRequirement.REQUIRED if required else UserVerificationRequirement.PREFERRED


def counts_as_two(pool: Pool) -> bool:
    """Whether a passkey with user verification needs no second factor."""
    configured = pool.config.mfa.web_authn_configuration
    return configured is not None and configured.factor_configuration == "MULTI_FACTOR_WITH_USER_VERIFICATION"


def allowed_origin(credential: dict[str, Any], domain: str) -> str:
    """The page's origin, if it belongs to the relying party: https there or below, http on this machine alone.

    Raises WebAuthnOriginNotAllowedException.
    """
    try:
        raw = base64url_to_bytes(credential["response"]["clientDataJSON"])
        origin = str(msgspec.json.decode(raw, type=dict[str, Any])["origin"])
        parts = urlsplit(origin)
        host, scheme = parts.hostname or "", parts.scheme
    except (KeyError, TypeError, ValueError, msgspec.MsgspecError):
        raise WebAuthnOriginNotAllowedException("The credential names no origin.") from None
    belongs = host == domain or host.endswith(f".{domain}")
    if belongs and (scheme == "https" or (scheme == "http" and host in _LOOPBACK)):
        return origin
    raise WebAuthnOriginNotAllowedException(f"The origin is not one of {domain}.")


def described(passkeys: list[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    """Passkeys as options list them."""
    known = {transport.value: transport for transport in AuthenticatorTransport}
    return [
        PublicKeyCredentialDescriptor(
            id=base64url_to_bytes(one.credential_id),
            transports=[known[name] for name in one.transports if name in known] or None,
        )
        for one in passkeys
    ]


async def ask_passkey(attempt: Attempt, user: User, sign_in: SignIn) -> Outcome:
    """Ask for a passkey of the user. `sign_in` stands at WEB_AUTHN."""
    domain = relying_party(attempt.idp, attempt.pool)
    if not domain:
        raise WebAuthnConfigurationMissingException("The pool has no relying party for passkeys.")
    options = webauthn.generate_authentication_options(
        rp_id=domain,
        timeout=TIMEOUT_MS,
        allow_credentials=described(await sign_in_store.passkeys(attempt.idp.db, user.id)),
        user_verification=user_verification(attempt.pool),
    )
    state = replace(sign_in, webauthn=options.challenge)
    parameters = {"CREDENTIAL_REQUEST_OPTIONS": webauthn.options_to_json(options), "USERNAME": user.username}
    return challenge(attempt, state, "WEB_AUTHN", parameters)


async def answer_passkey(attempt: Attempt) -> tuple[Person, SignIn]:
    """Verify the passkey's signature; its counter must have gone up where it counts at all."""
    sign_in = opened(attempt, "WEB_AUTHN")
    text = attempt.need("CREDENTIAL")
    who = await person_of(attempt, sign_in)
    await claim(attempt, who, sign_in)
    credential = read_credential(text)
    if who.user is None or credential is None or sign_in.webauthn is None:
        raise wrong()
    found = await _used(attempt, who.user, credential)
    verified = await attempt.idp.work.run(_verify, attempt, credential, sign_in.webauthn, found)
    async with attempt.idp.db.transaction() as tx:
        if not await sign_in_store.count_passkey(tx, found, verified.new_sign_count):
            raise wrong()
    whole = counts_as_two(attempt.pool) and verified.user_verified
    done = passed(sign_in, "WEB_AUTHN")
    return who, passed(done, "MULTI_FACTOR") if whole else done


def read_credential(text: str) -> dict[str, Any] | None:
    """The client's credential document, None where it is none."""
    if len(text) > MAX_CREDENTIAL_CHARACTERS:
        return None
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except (msgspec.MsgspecError, RecursionError):
        return None


async def _used(attempt: Attempt, user: User, credential: dict[str, Any]) -> Passkey:
    """The user's passkey that the credential names. Raises NotAuthorizedException."""
    for one in await sign_in_store.passkeys(attempt.idp.db, user.id):
        if one.credential_id == credential.get("id"):
            return one
    raise wrong()


def _verify(
    attempt: Attempt, credential: dict[str, Any], challenge_bytes: bytes, found: Passkey
) -> VerifiedAuthentication:
    try:
        return webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge_bytes,
            expected_rp_id=found.relying_party_id,
            expected_origin=allowed_origin(credential, found.relying_party_id),
            credential_public_key=found.public_key,
            credential_current_sign_count=found.sign_count,
            require_user_verification=user_verification(attempt.pool) is UserVerificationRequirement.REQUIRED,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError):
        raise wrong() from None
