"""The delivery room's place in the server: senders by settings, and the endpoint of the outbox."""

from preamp.access import Access
from preamp.db import Database, Unavailable
from preamp.delivery import Caps, Delivery, Outbox, Sender, open_sender, outbox
from preamp.jobs import Jobs
from preamp.kit.clock import Clock
from preamp.kit.seal import Sealer
from preamp.server.install import StartError
from preamp.settings import Settings
from preamp.wire import Endpoint, Limits, Verifier

_MAX_BODY_BYTES = 16_384


def open_delivery(settings: Settings, sealer: Sealer, clock: Clock, jobs: Jobs) -> tuple[Delivery, list[Sender]]:
    """Delivery as the settings say, and the senders to close at the end. Raises StartError."""
    try:
        mail, sms = open_sender(settings.mail, "mail", clock), open_sender(settings.sms, "sms", clock)
    except ValueError as error:
        raise StartError(str(error)) from None
    caps = Caps(
        recipient=settings.messages_per_recipient, pool=settings.messages_per_pool, outbox=settings.outbox_messages
    )
    delivery = Delivery(sealer, clock, jobs, mail=mail, sms=sms, caps=caps)
    return delivery, [sender for sender in (mail, sms) if sender is not None]


def outbox_endpoint(settings: Settings, db: Database, delivery: Delivery, access: Access, clock: Clock) -> Endpoint:
    """The endpoint that `preamp outbox` asks."""
    verifier = Verifier(outbox.signing_name, access.lookup, clock, settings.clock_skew_seconds)
    limits = Limits(max_body_bytes=_MAX_BODY_BYTES)
    context = Outbox(db=db, delivery=delivery)
    return Endpoint((outbox,), context, verifier, limits=limits, transient=(Unavailable,))
