"""The outbox on the wire: two operations of preamp's own, signed as those of the Amplify Backend API."""

from typing import Annotated

from msgspec import Meta, Struct, field

from preamp.db import Database
from preamp.delivery.delivery import Delivery
from preamp.delivery.message import Kind, Text
from preamp.wire import Label, Service, ServiceError

outbox = Service("preamp-outbox", version="2026-11-23", signing_name="amplifybackend")

_PAGE = 25


class NotFoundException(ServiceError):
    """The outbox has no such message: it never had, or newer ones have displaced it."""

    status = 404


class Outbox(Struct, frozen=True, kw_only=True):
    """What the operations work with."""

    db: Database
    delivery: Delivery


class ListOutboxMessagesRequest(Struct, frozen=True, kw_only=True, rename="camel"):
    """Input of ListOutboxMessages; `to` selects one recipient."""

    max_results: Annotated[int, Meta(ge=1, le=1000)] | None = None
    to: str | None = None


class GetOutboxMessageRequest(Struct, frozen=True, kw_only=True, rename="camel"):
    """Input of GetOutboxMessage."""

    message_id: Label = ""


class OutboxMessage(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A message as it would have been sent. `create_time` is milliseconds since 1970 as text."""

    message_id: str
    create_time: str
    kind: Kind
    user_pool_id: str
    to: str
    body: str
    subject: str | None = None
    html: str | None = None


class ListOutboxMessagesResponse(Struct, frozen=True, kw_only=True):
    """The newest messages first."""

    messages: list[OutboxMessage] = field(default_factory=list)


@outbox.operation("ListOutboxMessages", "POST /preamp-outbox")
async def list_outbox_messages(box: Outbox, request: ListOutboxMessagesRequest) -> ListOutboxMessagesResponse:
    """The newest messages of the outbox, newest first."""
    count = request.max_results or _PAGE
    found = await box.delivery.outbox(box.db, 1000 if request.to else count)
    shown = [_shown(*one) for one in found if request.to is None or one[2].to == request.to]
    return ListOutboxMessagesResponse(messages=shown[:count])


@outbox.operation("GetOutboxMessage", "GET /preamp-outbox/{messageId}", NotFoundException)
async def get_outbox_message(box: Outbox, request: GetOutboxMessageRequest) -> OutboxMessage:
    """One message of the outbox."""
    found = await box.delivery.outbox_message(box.db, request.message_id)
    if found is None:
        raise NotFoundException(f"The outbox has no message {request.message_id[:64]!r}.")
    return _shown(*found)


def _shown(message_id: str, created_ms: int, text: Text) -> OutboxMessage:
    return OutboxMessage(
        message_id=message_id,
        create_time=str(created_ms),
        kind=text.kind,
        user_pool_id=text.pool,
        to=text.to,
        body=text.plain,
        subject=text.subject or None,
        html=text.html,
    )
