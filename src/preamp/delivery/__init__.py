"""Mail and SMS: what Cognito leaves to SES and SNS.

`Delivery.deliver(tx, message)` is the face: in the caller's transaction it fills the template, counts against the caps
and either writes the message to the outbox (a bounded table, shown by `preamp outbox`) or enqueues a durable job that
sends it and is repeated until the relay took it. So a code and the message that carries it are recorded together or
not at all. A message is sealed wherever it lies and stands in no log.

Where messages go is chosen by URL, one for each kind: `outbox://`, `smtp://`, `smtps://`, `ses://`, `https://` (a
webhook) for mail; `outbox://`, `twilio://`, `sns://`, `https://` for SMS. See `open_sender`.
"""

from preamp.delivery.delivery import Caps, Delivery, TooManyMessages
from preamp.delivery.message import BadAddress, Kind, Message
from preamp.delivery.outbox import Outbox, OutboxMessage, outbox
from preamp.delivery.senders import Sender, TryAgain, Undeliverable, open_sender

__all__ = [
    "BadAddress",
    "Caps",
    "Delivery",
    "Kind",
    "Message",
    "Outbox",
    "OutboxMessage",
    "Sender",
    "TooManyMessages",
    "TryAgain",
    "Undeliverable",
    "open_sender",
    "outbox",
]
