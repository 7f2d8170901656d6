"""What users are told by mail and SMS: which address, which text, and the answer's CodeDeliveryDetails."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal
from urllib.parse import urlencode

from msgspec import Struct

from preamp.auth import store
from preamp.auth.idp.context import Idp, TriggerEvent
from preamp.auth.idp.errors import CodeDeliveryFailureException, LimitExceededException
from preamp.auth.idp.model import CodeDeliveryDetailsType, UserPoolType, VerifiedAttributeType
from preamp.auth.pool import Pool
from preamp.auth.pool_config import invitation
from preamp.auth.settings import MessageSettings
from preamp.auth.users import User
from preamp.db import Transaction
from preamp.delivery import BadAddress, Message, TooManyMessages

MessageSource = Literal[
    "CustomMessage_SignUp",
    "CustomMessage_AdminCreateUser",
    "CustomMessage_ResendCode",
    "CustomMessage_ForgotPassword",
    "CustomMessage_UpdateUserAttribute",
    "CustomMessage_VerifyUserAttribute",
    "CustomMessage_Authentication",
]
_TEXT = "Your verification code is {####}"
_SUBJECT = "Your verification code"
_MFA_TEXT = "Your authentication code is {####}"
_MFA_SUBJECT = "Your authentication code"
_LINK_SUBJECT = "Your verification link"
_LINK_TEXT = "Please click the link below to verify your email address. {##Verify Email##}"
_LINKED = frozenset({"CustomMessage_SignUp", "CustomMessage_ResendCode"})


class Letter(Struct, frozen=True, kw_only=True):
    """A message before its code is filled in. `address` is in clear, for the delivery alone."""

    pool_id: str
    username: str
    attribute: VerifiedAttributeType
    address: str
    subject: str
    body: str
    link: str = ""

    @property
    def details(self) -> CodeDeliveryDetailsType:
        """Where it goes, masked."""
        return delivery_details(self.attribute, self.address)


async def letter(
    idp: Idp,
    pool: Pool,
    user: User,
    source: MessageSource,
    attribute: VerifiedAttributeType,
    *,
    client_id: str,
    address: str | None = None,
    client_metadata: Mapping[str, str] | None = None,
) -> Letter:
    """The message for an event, after the pool's templates and its CustomMessage trigger. Not within a transaction."""
    subject, body = template(pool, source, attribute)
    response = await _custom(idp, pool, user, source, client_id, client_metadata or {})
    if response:
        own = response.get("smsMessage" if attribute == "phone_number" else "emailMessage")
        body, subject = str(own or body), str(response.get("emailSubject") or subject)
    return Letter(
        pool_id=pool.id,
        username=user.username,
        attribute=attribute,
        address=user.attributes[attribute] if address is None else address,
        subject=subject,
        body=body,
        link=await _link(idp, pool, user, client_id) if source in _LINKED and "{##" in body else "",
    )


async def send(idp: Idp, tx: Transaction, ready: Letter, code: str) -> None:
    """Give a message to the delivery room. Raises CodeDeliveryFailureException, LimitExceededException."""
    message = Message(
        kind="sms" if ready.attribute == "phone_number" else "mail",
        to=ready.address,
        body=ready.body,
        pool=ready.pool_id,
        subject=ready.subject,
        code=code,
        username=ready.username,
        link=f"{ready.link}&confirmation_code={code}" if ready.link else "",
    )
    try:
        await idp.deliver(tx, message)
    except BadAddress:
        raise CodeDeliveryFailureException(
            f"The user's {ready.attribute} is not an address that can be sent to."
        ) from None
    except TooManyMessages:
        raise LimitExceededException("Attempt limit exceeded, please try after some time.") from None


def template(pool: Pool, source: MessageSource, attribute: VerifiedAttributeType) -> tuple[str, str]:
    """Subject and body of an event's message, `{####}` for the code."""
    by_sms = attribute == "phone_number"
    if source == "CustomMessage_AdminCreateUser":
        texts = invitation(pool.wire)
        return texts.email_subject or "", (texts.sms_message if by_sms else texts.email_message) or ""
    if source == "CustomMessage_Authentication":
        return _sign_in(pool, by_sms=by_sms)
    if source == "CustomMessage_ForgotPassword" and pool.config.reset_message is not None:
        return _reset(pool.config.reset_message, by_sms=by_sms)
    return _verification(pool.wire, source, by_sms=by_sms)


def _sign_in(pool: Pool, *, by_sms: bool) -> tuple[str, str]:
    """The message with a code that signs in, or is the second factor."""
    email, sms = pool.config.mfa.email_mfa_configuration, pool.config.mfa.sms_mfa_configuration
    if by_sms:
        own = sms.sms_authentication_message if sms else None
        return "", own or pool.wire.sms_authentication_message or _MFA_TEXT
    return (email and email.subject) or _MFA_SUBJECT, (email and email.message) or _MFA_TEXT


def _verification(wire: UserPoolType, source: MessageSource, *, by_sms: bool) -> tuple[str, str]:
    given = wire.verification_message_template
    if by_sms:
        return "", (given and given.sms_message) or wire.sms_verification_message or _TEXT
    if given and given.default_email_option == "CONFIRM_WITH_LINK" and source in _LINKED:
        return given.email_subject_by_link or _LINK_SUBJECT, given.email_message_by_link or _LINK_TEXT
    subject = (given and given.email_subject) or wire.email_verification_subject or _SUBJECT
    return subject, (given and given.email_message) or wire.email_verification_message or _TEXT


def delivery_details(attribute: VerifiedAttributeType, address: str) -> CodeDeliveryDetailsType:
    """Where a code went, masked as Cognito masks it: `t***@t***`, `+*******9934`."""
    if attribute == "phone_number":
        return CodeDeliveryDetailsType(
            destination=f"+{'*' * max(len(address) - 5, 1)}{address[-4:]}",
            delivery_medium="SMS",
            attribute_name=attribute,
        )
    name, _, domain = address.partition("@")
    return CodeDeliveryDetailsType(
        destination=f"{name[:1]}***@{domain[:1]}***", delivery_medium="EMAIL", attribute_name=attribute
    )


def made_up_details(
    idp: Idp, pool: Pool, name: str, ways: Sequence[VerifiedAttributeType] | None = None
) -> CodeDeliveryDetailsType:
    """What a user that does not exist is answered: the same each time, and of the form that others are answered.

    `ways` are the addresses by which the pool sends such codes, the first one first.
    """
    if "@" in name:
        return delivery_details("email", name)
    if name.startswith("+"):
        return delivery_details("phone_number", name)
    made_up = idp.sealer.purpose("auth-made-up").fingerprint(f"{pool.id} {pool.key(name)}")
    if (ways or ("email",))[0] == "phone_number":
        return delivery_details("phone_number", f"+1555555{int.from_bytes(made_up[:2], 'big') % 10_000:04d}")
    first, second = (chr(ord("a") + byte % 26) for byte in made_up[:2])
    return delivery_details("email", f"{first}@{second}")


def _reset(message: MessageSettings, *, by_sms: bool) -> tuple[str, str]:
    email, sms = message.email_settings, message.sms_settings
    if by_sms:
        return "", (sms and sms.sms_message) or _TEXT
    return (email and email.email_subject) or _SUBJECT, (email and email.email_message) or _TEXT


async def _link(idp: Idp, pool: Pool, user: User, client_id: str) -> str:
    """Where a link in a mail leads, but for the code: the hosted UI's page that confirms."""
    prefix = await store.domain_of(idp.db, pool.id)
    query = urlencode({"client_id": client_id, "user_name": user.username})
    return f"{idp.public_url}/auth/{prefix}/confirmUser?{query}" if prefix else ""


async def _custom(
    idp: Idp, pool: Pool, user: User, source: MessageSource, client_id: str, client_metadata: Mapping[str, str]
) -> dict[str, Any] | None:
    if pool.wire.lambda_config is None:
        return None
    return await idp.triggers(
        TriggerEvent(
            pool=pool,
            name="CustomMessage",
            source=source,
            client_id=client_id,
            username=user.username,
            attributes={"sub": user.id, "cognito:user_status": user.status, **user.attributes},
            request={
                "codeParameter": "{####}",
                "usernameParameter": "{username}" if source == "CustomMessage_AdminCreateUser" else None,
                "clientMetadata": dict(client_metadata),
            },
            response={"smsMessage": None, "emailMessage": None, "emailSubject": None},
        )
    )
