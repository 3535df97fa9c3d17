"""The pulse of a house as the operator's desk feels it: how fast lots are bid on, readings for the alerts, hints.

It belongs to one process and forgets: Prometheus keeps what has to be kept.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

from exchange.bootstrap import Exchange
from exchange.house.command import Recorded
from exchange.house.house import House
from exchange.house.spread import LATE_US, Spread
from exchange.monitoring.alerts import KEPT, Alert, Counts, Reading, open_alerts
from exchange.monitoring.facts import Bidding, bidding_of, lot_facts, ties_of
from exchange.monitoring.hints import Hint, Ties, hints_of_lot, hints_of_market
from exchange.ports import Unavailable
from exchange.registers.networks import networks_of
from matching_engine import events as le
from matching_engine.errors import LuochuiError
from matching_engine.lifecycle import LifecycleState
from web.metrics import Metrics

MINUTE = 60_000_000
READ_EVERY = 1_000_000
"""µs between two readings, however many desks ask."""
HEALTH_EVERY = 5_000_000
PACE_KEPT = 10_000
"""Bids of a lot that are remembered for its pace."""
HINTS_EVERY = 10_000_000
NETWORKS_EVERY = 300_000_000
RECENT = 300_000_000
"""µs over which the desk's quantiles are taken."""
PATIENCE = 1.0
"""Seconds in which a service must answer."""
BIDS = (le.BidAccepted, le.BidRefused, le.BidMatched, le.BidSealed, le.LicenceAccepted)
ENDS = (le.Hammered, le.Passed, le.Cancelled)
LIVE = (LifecycleState.OPEN, LifecycleState.SUSPENDED, LifecycleState.PRIORITY_WINDOW)


class Pulse:
    """What one process notices of its house."""

    def __init__(self, exchange: Exchange, metrics: Metrics) -> None:
        self._exchange = exchange
        self._metrics = metrics
        self._bids: defaultdict[str, deque[int]] = defaultdict(_pace)
        self._bidding: dict[str, Bidding] = {}
        self._readings: deque[Reading] = deque()
        self._shown_us = Spread(LATE_US)
        self._health: tuple[int, dict[str, bool]] = (-HEALTH_EVERY, {})
        self._networks: tuple[int, dict[str, frozenset[str]]] = (-NETWORKS_EVERY, {})
        self._hints: tuple[int, list[Hint]] = (-HINTS_EVERY, [])
        exchange.house.watch(self.note)

    def note(self, batch: Sequence[Recorded]) -> None:
        """Take in what was committed."""
        for row in batch:
            event = row.event
            if isinstance(event, BIDS):
                self._bids[event.lot].append(row.at)
                known = self._bidding.get(event.lot)
                if known is not None:
                    known.take(row)
            elif isinstance(event, le.ProxyRaised) and event.lot in self._bidding:
                self._bidding[event.lot].take(row)
            elif isinstance(event, ENDS):
                self._bids.pop(event.lot, None)
                self._bidding.pop(event.lot, None)
        if not isinstance(self._exchange.house, House):
            self._shown_us.add(max(0, self._exchange.house.clock.now() - batch[0].at))

    def pace(self, lot: str, now: int) -> int:
        """Bids of the last minute on a lot, accepted or refused."""
        known = self._bids.get(lot)
        if known is None:
            return 0
        while known and known[0] <= now - MINUTE:
            known.popleft()
        return len(known)

    def read(self) -> Reading:
        """How the process is now; kept for the alerts."""
        now = self._exchange.house.clock.now()
        if self._readings and now < self._readings[-1].at + READ_EVERY:
            return self._readings[-1]
        while self._readings and self._readings[0].at < now - 2 * KEPT:
            self._readings.popleft()
        reading = self._reading(now)
        self._readings.append(reading)
        return reading

    def _reading(self, now: int) -> Reading:
        house, metrics = self._exchange.house, self._metrics
        own = isinstance(house, House)
        return Reading(
            now,
            house.alive,
            house.role,
            house.queue_depth,
            house.takeovers,
            metrics.answers,
            metrics.failures,
            _counts(house.stats.commit_us) if own else Counts(),
            _counts(house.gavel.late_us) if isinstance(house, House) else Counts(),
            Counts() if own else _counts(self._shown_us),
        )

    def alerts(self) -> tuple[Alert, ...]:
        """The alerts that are open now."""
        return open_alerts(list(self._readings))

    def commits(self) -> Counts:
        """How long the commits of the last minutes took; since the start, while there are no two readings."""
        recent = [one for one in self._readings if one.at >= self._readings[-1].at - RECENT]
        newest = recent[-1].commits_us.since(recent[0].commits_us) if len(recent) > 1 else Counts()
        return newest if newest.all else self.read().commits_us

    async def health(self) -> dict[str, bool]:
        """Whether journal, registers and Redis (where it is used) answer; asked now and then, not at every look."""
        now = self._exchange.house.clock.now()
        if now >= self._health[0] + HEALTH_EVERY:
            self._health = now, await self._services()
        return self._health[1]

    async def _services(self) -> dict[str, bool]:
        exchange = self._exchange
        found = {
            "journal": await _answers(exchange.house.history("readiness")),
            "registers": await _answers(exchange.registers.accounts.get("")),
        }
        if exchange.settings.redis_url is not None:
            found["redis"] = await _answers(_ping(str(exchange.settings.redis_url)))
        return found

    async def hints(self) -> list[Hint]:
        """Hints at the lots that are being bid on, and at what ended: the strong ones first; looked for now and then."""
        now = self._exchange.house.clock.now()
        if now >= self._hints[0] + HINTS_EVERY:
            self._hints = now, await self._look_for_hints()
        return self._hints[1]

    async def _look_for_hints(self) -> list[Hint]:
        state = self._exchange.house.view
        live = [lot.id for lot in state.lots.values() if lot.state in LIVE]
        await self._load(live)
        ties = await self._ties()
        facts = [lot_facts(state, lot, self._bidding[lot].steps) for lot in live if lot in self._bidding]
        found = [hint for one in facts for hint in hints_of_lot(one, ties)]
        ended = [lot_facts(state, lot.id) for lot in state.lots.values() if lot.ended]
        return in_order([*found, *hints_of_market(ended)])

    async def hints_of(self, lot: str) -> list[Hint]:
        """Hints at one lot, ended or not."""
        house = self._exchange.house
        bidding = bidding_of(house.view.lots[lot], await house.history(f"lot/{lot}"))
        return in_order(hints_of_lot(lot_facts(house.view, lot, bidding.steps), await self._ties()))

    async def _load(self, live: Sequence[str]) -> None:
        """The bids of lots that were not looked at yet; of those that ended nothing is kept."""
        house = self._exchange.house
        for gone in [lot for lot in self._bidding if lot not in live]:
            del self._bidding[gone]
            self._bids.pop(gone, None)
        for lot in live:
            if lot not in self._bidding:
                early = self._bidding[lot] = Bidding(house.view.lots[lot])
                try:
                    rows = await house.history(f"lot/{lot}")
                except Unavailable:
                    self._bidding.pop(lot, None)
                    raise
                whole = bidding_of(house.view.lots[lot], rows)
                whole.steps += [step for step in early.steps if step.seq > whole.seq]
                self._bidding[lot] = whole
                self._remember(lot, rows)

    def _remember(self, lot: str, rows: Sequence[Recorded]) -> None:
        """The pace of a lot that was bid on before anybody looked."""
        last = rows[-1].at if rows else 0
        after = [at for at in self._bids[lot] if at > last]
        self._bids[lot] = _pace([row.at for row in rows if isinstance(row.event, BIDS)] + after)

    async def _ties(self) -> Ties:
        now, state = self._exchange.house.clock.now(), self._exchange.house.view
        if now >= self._networks[0] + NETWORKS_EVERY:
            parties = {party for _, party in state.market.codes}
            with suppress(Unavailable):
                networks = await networks_of(self._exchange.registers.database, parties, now)
                self._networks = now, networks
        return ties_of(state, self._networks[1])


def _pace(instants: Iterable[int] = ()) -> deque[int]:
    """When a lot was bid on lately; the oldest goes when there are too many."""
    return deque(instants, PACE_KEPT)


def in_order(hints: Iterable[Hint]) -> list[Hint]:
    """The strong ones first."""
    return sorted(hints, key=lambda one: ("strong", "medium", "weak").index(one.strength))


def _counts(spread: Spread) -> Counts:
    return Counts(spread.bounds, tuple(spread.at_most()))


async def _answers(question: Any) -> bool:
    try:
        async with asyncio.timeout(PATIENCE):
            await question
    except (LuochuiError, TimeoutError):
        return False
    return True


async def _ping(url: str) -> None:
    # redis is an extra that one process alone does without.
    from exchange.store.redis_bus import RedisBus

    bus = RedisBus(url)
    try:
        await bus.open()
    finally:
        await bus.close()


def pulse_of(app: Any) -> Pulse:
    """The pulse of an application; felt from the first look on."""
    pulse = getattr(app.state, "pulse", None)
    if pulse is None:
        pulse = app.state.pulse = Pulse(app.state.exchange, app.state.metrics)
    assert isinstance(pulse, Pulse)
    return pulse
