"""The gavel: puts what is due into the same queue as the bids.

It keeps one entry for each lot and each timer, in a heap by instant; entries that time has overtaken are
thrown away when they come up. A lot is hammered by a command that stands in line like any bid.
"""

import asyncio
import heapq
import math
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any

from exchange.house.command import HOUSE, Body, Command, Recorded
from exchange.house.spread import LATE_US, Spread
from exchange.house.state import State
from exchange.house.timers import SET_BY, TIMERS
from exchange.ports import Clock, OutcomeUnknown, Unavailable
from matching_engine import events as le
from matching_engine.commands import Advance
from matching_engine.lot import due_at

Submit = Callable[[Command], Awaitable[object]]

LONGEST_SLEEP = 0.5
"""Seconds after which the clock is looked at again, in case it was set."""
RETRY = 0.05
"""Seconds before a house that takes no commands now is asked again for what is due."""


class Gavel:
    """Watches the committed state and asks for what is due."""

    def __init__(self, view: State, clock: Clock, submit: Submit) -> None:
        self._view = view
        self._clock = clock
        self._submit = submit
        self.late_us = Spread(LATE_US)
        self._entered = {id_: due for id_, lot in view.lots.items() if (due := due_at(lot)) is not None}
        """lot → the instant under which it stands in the heap, so that bids do not enter it again and again."""
        self._heap = [(due, "lot", id_) for id_, due in self._entered.items()]
        self._sleeps_until: float = 0
        self._wake = asyncio.Event()
        for kind, timer in TIMERS.items():
            self._heap.extend((due, kind, id_) for id_, due in timer.due(view).items())
        heapq.heapify(self._heap)

    def note(self, batch: Sequence[Recorded]) -> None:
        """Take in what was committed: each lot is looked at once, however many bids there are in it."""
        lots: dict[str, None] = {}
        for recorded in batch:
            event: Any = recorded.event
            kind = type(event)
            if kind in le.KINDS:
                lots[event.lot] = None
            if kind in SET_BY:
                for timer, id_of in SET_BY[kind]:
                    self._push_timer(timer, id_of(event))
        for lot in lots:
            self._push_lot(lot)
        if self._heap and self._heap[0][0] < self._sleeps_until:
            self._wake.set()

    def _push_lot(self, lot: str) -> None:
        due = due_at(self._view.lots[lot]) if lot in self._view.lots else None
        if due is not None and self._entered.get(lot) != due:
            self._entered[lot] = due
            heapq.heappush(self._heap, (due, "lot", lot))

    def _push_timer(self, kind: str, id_: str) -> None:
        due = TIMERS[kind].due(self._view).get(id_)
        if due is not None:
            heapq.heappush(self._heap, (due, kind, id_))

    async def run(self) -> None:
        """Ask for what is due, for ever."""
        while True:
            taken = await self.strike()
            self._wake.clear()
            await self._sleep(0 if taken else RETRY)

    async def strike(self) -> bool:
        """Ask for everything that is due now, and wait until it is decided; False when the house takes no commands."""
        now = self._clock.now()
        while self._heap and self._heap[0][0] <= now:
            entry = heapq.heappop(self._heap)
            if self._entered.get(entry[2]) == entry[0]:
                del self._entered[entry[2]]
            body = self._body(*entry)
            if body is None:
                continue
            try:
                await self._submit(Command(f"g:{self._view.seq}:{entry[2]}:{entry[0]}", HOUSE, body))
            except (Unavailable, OutcomeUnknown):
                heapq.heappush(self._heap, entry)
                return False
            self.late_us.add(self._clock.now() - entry[0])
        return True

    def _body(self, due: int, kind: str, id_: str) -> Body | None:
        """The command, unless the entry was overtaken by an extension, a suspension or the end."""
        timer = TIMERS.get(kind)
        if timer is not None:
            return timer.command(id_) if timer.due(self._view).get(id_) == due else None
        return Advance(id_) if due_at(self._view.lots[id_]) == due else None

    async def _sleep(self, least: float) -> None:
        delay, self._sleeps_until = LONGEST_SLEEP, math.inf
        if self._heap:
            self._sleeps_until = self._heap[0][0]
            delay = min(delay, max(least, (self._heap[0][0] - self._clock.now()) / 1_000_000))
        # not wait_for: on Python 3.11 it can swallow the cancellation that ends the house
        with suppress(TimeoutError):
            async with asyncio.timeout(delay):
                await self._wake.wait()
