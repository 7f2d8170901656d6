"""Taking messages in, counting them, and seeing them out."""

import logging
import uuid
from collections.abc import Mapping

import msgspec
from msgspec import Struct

from preamp.db import Reader, Transaction
from preamp.delivery import questions
from preamp.delivery.message import Kind, Message, Text, filled
from preamp.delivery.senders import Sender, TryAgain, Undeliverable
from preamp.jobs import Failure, JobRequest, Jobs, Run, Workflow
from preamp.kit import ids
from preamp.kit.clock import Clock
from preamp.kit.seal import Sealer

log = logging.getLogger("preamp.delivery")

OPERATION = "DeliverMessage"
_HOUR_MS = 3_600_000
_ATTEMPTS = 24  # with the jobs' back-off about a quarter of an hour: a relay that greylists answers after five minutes
_REST_MS = 5_000
_TIDY_MS = 60_000


class TooManyMessages(Exception):
    """A cap is reached: of the recipient, or of the whole pool. Nothing was sent; the hour's end frees it."""

    def __init__(self, whose: str) -> None:
        super().__init__(f"the cap of messages per hour of this {whose} is reached")
        self.whose = whose


class Caps(Struct, frozen=True, kw_only=True):
    """Messages per clock hour: to one recipient of a pool, and of a pool as a whole; and rows of the outbox."""

    recipient: int = 30
    pool: int = 10_000
    outbox: int = 1000


class Delivery:
    """Mail and SMS of one installation. A kind whose sender is None goes to the outbox."""

    def __init__(
        self,
        sealer: Sealer,
        clock: Clock,
        jobs: Jobs,
        *,
        mail: Sender | None = None,
        sms: Sender | None = None,
        caps: Caps | None = None,
    ) -> None:
        self._sealer = sealer.purpose("delivery")
        self._clock = clock
        self._jobs = jobs
        self._senders: Mapping[Kind, Sender | None] = {"mail": mail, "sms": sms}
        self._caps = caps or Caps()
        self._resting: dict[Kind, int] = {}
        self._tidied_ms = 0
        self._last_id = str(uuid.UUID(int=0))

    @property
    def workflows(self) -> Mapping[str, Workflow]:
        """The job that sends, by its operation's name."""
        return {OPERATION: Workflow(run=self._send, attempts=_ATTEMPTS)}

    async def deliver(self, tx: Transaction, message: Message) -> None:
        """Take a message in; it is on its way once the transaction has committed.

        Raises BadAddress, TooManyMessages: the transaction must end then, as nothing may be kept of it.
        """
        text = filled(message)
        await self._count(tx, text)
        message_id = self._next_id()
        sealed = self._sealer.seal(msgspec.json.encode(text), message_id)
        if self._senders[text.kind] is not None:
            # An app of its own for each: messages do not wait for one another, nor show among an app's jobs.
            request = JobRequest(
                app_id=f"message/{message_id}", environment="-", operation=OPERATION, input="null", secrets=sealed
            )
            await self._jobs.start(tx, request)
            return
        await tx.execute(questions.PUT, id=message_id, message=sealed, created_ms=self._clock.now_ms())
        await tx.execute(questions.SWEEP, keep=self._caps.outbox)

    async def outbox(self, reader: Reader, count: int) -> list[tuple[str, int, Text]]:
        """The newest messages of the outbox: id, time, text."""
        return [self._opened(*row) for row in await reader.rows(questions.LIST, count=count)]

    async def outbox_message(self, reader: Reader, message_id: str) -> tuple[str, int, Text] | None:
        """One message of the outbox."""
        row = await reader.row(questions.ONE, id=message_id)
        return None if row is None else self._opened(*row)

    def _opened(self, message_id: str, sealed: bytes, created_ms: int) -> tuple[str, int, Text]:
        plain = self._sealer.open(bytes(sealed), message_id)
        return message_id, created_ms, msgspec.json.decode(plain, type=Text)

    def _next_id(self) -> str:
        """An id that sorts behind all before it, also those of the same millisecond.

        The newest code is the valid one. Where the clock went back it is the last id and one more.
        """
        after = uuid.UUID(int=uuid.UUID(self._last_id).int + 1)
        self._last_id = max(ids.uuid7(), str(after))
        return self._last_id

    async def _count(self, tx: Transaction, text: Text) -> None:
        hour = self._clock.now_ms() // _HOUR_MS
        for whose, name, most in (
            ("recipient", f"{text.pool}\n{text.kind}\n{text.to.casefold()}", self._caps.recipient),
            ("pool", text.pool, self._caps.pool),
        ):
            row = await tx.row(questions.COUNTED, key=self._sealer.fingerprint(name), hour=hour)
            if row is None or row[0] > most:
                raise TooManyMessages(whose)

    async def _send(self, run: Run) -> None:
        """Send one message; a relay that does not answer is left in peace for five seconds by all others too."""
        message_id = run.job.app_id.removeprefix("message/")
        text = msgspec.json.decode(self._sealer.open(run.job.secrets or b"", message_id), type=Text)
        await self._tidy()

        async def send() -> None:
            await self._through(text, message_id)

        await run.step("send", send, type(None))

    async def _through(self, text: Text, message_id: str) -> None:
        sender = self._senders[text.kind]
        if sender is None:
            raise Failure(f"no sender is set for {text.kind} any more")
        now = self._clock.now_ms()
        if now < self._resting.get(text.kind, 0):
            raise TryAgain("the relay did not answer a moment ago")
        try:
            await sender.send(text, message_id)
        except TryAgain as error:
            self._resting[text.kind] = self._clock.now_ms() + _REST_MS
            log.warning("a %s of pool %s waits: %s", text.kind, text.pool, error)
            raise
        except Undeliverable as error:
            log.warning("a %s of pool %s cannot be delivered: %s", text.kind, text.pool, error)
            raise Failure(f"the relay refused the message: {error}") from None

    async def _tidy(self) -> None:
        """Once a minute: jobs of messages that are out, and counters of hours gone by, leave the database."""
        now = self._clock.now_ms()
        if now < self._tidied_ms + _TIDY_MS:
            return
        self._tidied_ms = now
        async with self._jobs.db.transaction() as tx:
            await self._jobs.forget(tx, OPERATION)
            await tx.execute(questions.FORGET_COUNTS, before=now // _HOUR_MS)
