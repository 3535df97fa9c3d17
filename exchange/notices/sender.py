"""Sending messages to webhooks: signed, repeated with growing pauses for a day, then the webhook is shut and says so."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence

import structlog

from exchange.notices.outward import Outward
from exchange.notices.payload import signature
from exchange.notices.working import EVERY, working
from exchange.ports import Clock
from exchange.registers import Registers
from exchange.registers.webhooks import Delivery, Webhook
from settlement.dates import shanghai_time

log = structlog.get_logger()

SECOND = 1_000_000
PAUSES = (5, 30, 120, 600, 1800, 3600, 7200)
"""Seconds before the next attempt; the last one from then on."""
CLAIMED = 30 * SECOND
"""For so long a delivery is its taker's; after that another process takes it."""
AT_ONCE, OF_ONE = 16, 4
"""Deliveries that are sent together, and of these to one webhook."""
GONE = 410


def pause_after(tries: int, chance: float) -> int:
    """µs until the next attempt after so many: a fifth more or less of PAUSES, by chance (0 to 1)."""
    seconds = PAUSES[min(tries, len(PAUSES)) - 1]
    return int(seconds * SECOND * (0.8 + 0.4 * chance))


class Sender:
    """Delivers what waits."""

    def __init__(self, registers: Registers, outward: Outward, clock: Clock) -> None:
        self._registers = registers
        self._outward = outward
        self._clock = clock
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Look now."""
        self._wake.set()

    async def run(self, every: float = EVERY) -> None:
        """Deliver for ever."""
        await working(self._all, self._wake, "webhooks not sent", every)

    async def _all(self) -> None:
        while await self.round():
            pass

    async def round(self) -> int:
        """Try what is due, side by side; how many there were."""
        due = _some(await self._registers.webhooks.due(self._clock.now()))
        await asyncio.gather(*(self._try(one) for one in due))
        return len(due)

    async def _try(self, one: Delivery) -> None:
        webhooks, now = self._registers.webhooks, self._clock.now()
        taken = await webhooks.claim(one, now + CLAIMED)
        if taken is None:
            return
        hook = await webhooks.get(taken.webhook)
        if hook is None or not hook.enabled:
            await webhooks.settle(taken.id, "dropped", now, taken.code, "the webhook is disabled")
            return
        code, error = await self._post(hook, taken, now)
        if code is not None and 200 <= code < 300:
            await webhooks.settle(taken.id, "sent", now, code, "")
        else:
            await self._failed(hook, taken, code, error)

    async def _post(self, hook: Webhook, one: Delivery, now: int) -> tuple[int | None, str]:
        seconds = now // SECOND
        headers = {
            "webhook-id": one.id,
            "webhook-timestamp": str(seconds),
            "webhook-signature": signature(hook.secret, one.id, seconds, one.body),
        }
        return await self._outward.post(hook.url, one.body, headers)

    async def _failed(self, hook: Webhook, one: Delivery, code: int | None, error: str) -> None:
        webhooks, now = self._registers.webhooks, self._clock.now()
        again = now + pause_after(one.tries, random.random())  # noqa: S311  (spreads attempts, guards nothing)
        if code != GONE and again <= one.until:
            await webhooks.settle(one.id, "due", again, code, error)
            return
        await webhooks.settle(one.id, "failed", now, code, error)
        why = f"{error} ({shanghai_time(now):%Y-%m-%d %H:%M:%S} UTC+8)"
        if await webhooks.set_enabled(hook.id, False, why):
            log.warning("webhook disabled", webhook=hook.id, why=why)


def _some(due: Sequence[Delivery]) -> list[Delivery]:
    """The first ones, not too many to one webhook: who answers slowly keeps nobody waiting."""
    counts: Counter[str] = Counter()
    found = []
    for one in due:
        counts[one.webhook] += 1
        if counts[one.webhook] <= OF_ONE:
            found.append(one)
    return found[:AT_ONCE]
