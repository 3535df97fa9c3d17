"""Replays of lots for the auditor: read from the journal a page at a time, evolved by the engine, given in pages.

A replay that somebody is in the middle of is kept, so that its next page does not begin at the first row again.
Between rows the loop belongs to others: a long lot never holds up a bid.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from typing import TypeVar

import msgspec

from exchange.bootstrap import Exchange
from exchange.house import codec
from exchange.house.replay import Replay, Step, lot_digest
from exchange.store.journal_browser import JournalBrowser, Selection
from matching_engine.lot import Lot
from web.charts import Point

K = TypeVar("K")
V = TypeVar("V")
KEPT_MAX = 16
PAGE = 500
BREATH = 100
"""Rows after which others have their turn."""
_PRICED = frozenset({"BidAccepted", "ProxyRaised", "BidMatched", "CompetitionOpened", "LicenceAccepted"})


class StepsPage(msgspec.Struct, frozen=True):
    """Steps in order; `after` asks for the next page, null when this was the last one."""

    steps: list[Step]
    after: int | None


class Summary(msgspec.Struct, frozen=True):
    """A whole replay: how many steps, which of them ended the lot, and whether it came out where the house stands."""

    steps: int
    refused: int
    extensions: int
    end: int | None
    points: tuple[Point, ...]
    digest: str
    live: str

    @property
    def equal(self) -> bool:
        """Whether the rows add up to the lot that the house has in memory."""
        return self.digest == self.live


class Replays:
    """The replays of one process."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._browser = JournalBrowser(exchange.registers.database)
        self._midway: OrderedDict[tuple[str, int], Replay] = OrderedDict()
        self._whole: OrderedDict[tuple[str, str], Summary] = OrderedDict()

    async def page(self, lot: str, after: int, limit: int = PAGE) -> StepsPage:
        """The steps behind step `after` of a lot that exists."""
        replay = self._midway.pop((lot, after), None) or Replay()
        steps: list[Step] = []
        more = False
        async for step in self._steps(replay, lot, self._exchange.house.view.seq):
            if step.n <= after:
                continue
            steps.append(step)
            if more := len(steps) == limit:
                break
        if not more:
            return StepsPage(steps, None)
        _keep(self._midway, (lot, replay.steps), replay)
        return StepsPage(steps, replay.steps)

    async def whole(self, lot: str) -> Summary:
        """The summary of a lot up to this moment."""
        view = self._exchange.house.view
        live, head = lot_digest(view.lots[lot]), view.seq
        known = self._whole.get((lot, live))
        if known is not None:
            return known
        replay, points, refused, end = Replay(), list[Point](), 0, None
        async for step in self._steps(replay, lot, head):
            refused += step.refused is not None
            if step.kind in _PRICED and step.amount_fen is not None:
                points.append(Point(step.at, step.amount_fen))
            if step.kind in ("Hammered", "Passed", "Cancelled"):
                end = step.n
        extensions = replay.lot.extensions if replay.lot else 0
        made = Summary(replay.steps, refused, extensions, end, tuple(points), replay.digest, live)
        _keep(self._whole, (lot, live), made)
        return made

    async def _steps(self, replay: Replay, lot: str, head: int) -> AsyncIterator[Step]:
        """The steps of the rows behind the last one of `replay`, up to the seq `head`."""
        while True:
            wanted = Selection(self._exchange.house.name, (f"lot/{lot}",), last=head, newest_first=False)
            found = await self._browser.page(wanted, replay.seq, PAGE)
            for n, row in enumerate(found.rows):
                if n % BREATH == 0:
                    await asyncio.sleep(0)
                yield replay.take(codec.recorded(row))
            if found.after is None:
                return


def _keep(kept: OrderedDict[K, V], key: K, value: V) -> None:
    kept[key] = value
    while len(kept) > KEPT_MAX:
        kept.popitem(last=False)


def veiled(step: Step, lot: Lot) -> Step:
    """A step without the maximum in it while its lot runs."""
    return step if lot.ended or step.max_fen is None else msgspec.structs.replace(step, max_fen=None)
