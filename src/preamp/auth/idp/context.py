"""What the operations of cognito-idp work with."""

from collections.abc import Awaitable, Callable
from typing import Any

from msgspec import Struct, field

from preamp.auth.keys import Keys
from preamp.auth.pool import Pool
from preamp.auth.work import Work
from preamp.db import Database, Transaction
from preamp.delivery import Message
from preamp.kit.clock import Clock
from preamp.kit.seal import Sealer

Deliver = Callable[[Transaction, Message], Awaitable[None]]
"""Takes a message in, within the transaction that made it necessary (`preamp.delivery.Delivery.deliver`)."""


class TriggerEvent(Struct, frozen=True, kw_only=True):
    """A call of a pool's trigger. `name` is LambdaConfig's member (`PreSignUp`), `source` the event's triggerSource.

    `request` is the event's request but for `userAttributes`; `response` the members that the trigger may fill.
    """

    pool: Pool
    name: str
    source: str
    client_id: str
    username: str
    attributes: dict[str, str]
    request: dict[str, Any]
    response: dict[str, Any]


Triggers = Callable[[TriggerEvent], Awaitable[dict[str, Any] | None]]
"""The trigger's response; None where the pool has no such trigger. Raises the modelled errors of triggers.

Never called within a transaction: a trigger may take seconds.
"""


async def no_triggers(_event: TriggerEvent) -> dict[str, Any] | None:
    """The triggers of a server without any."""
    return None


class IdpLimits(Struct, frozen=True, kw_only=True):
    """Bounds of what users may try, and defaults. Times in seconds."""

    code_attempts: int = 5
    codes_per_hour: int = 10
    tries_per_hour: int = 15
    sign_up_code_seconds: int = 86_400
    reset_code_seconds: int = 3600
    hides_users: bool = True


class Idp(Struct, frozen=True, kw_only=True):
    """The context. `public_url` is what issuers and endpoints begin with."""

    db: Database
    sealer: Sealer
    clock: Clock
    keys: Keys
    deliver: Deliver
    triggers: Triggers = no_triggers
    limits: IdpLimits = IdpLimits()
    work: Work = field(default_factory=Work)
    region: str
    account: str
    public_url: str

    def issuer(self, user_pool_id: str) -> str:
        """The `iss` of a pool's tokens."""
        return f"{self.public_url}/{user_pool_id}"

    def now_ms(self) -> int:
        """Milliseconds since 1970 UTC."""
        return self.clock.now_ms()
