"""The day's recommendations: once for each calendar day of Asia/Shanghai by the house's clock, both ways.

The same registers, day and versions give the same lists; their digest is kept with the day.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager, suppress
from datetime import date
from multiprocessing import get_context

import msgspec
import structlog

from exchange.bootstrap import Exchange
from exchange.house.state import State
from exchange.matchmaking import entries
from exchange.matchmaking.market import Market
from exchange.matchmaking.parts import FULL
from exchange.matchmaking.published import lexicon, scheme
from exchange.matchmaking.score import Match
from exchange.matchmaking.values import Need, Supply
from exchange.registers import Registers
from exchange.registers.recommendations import Listed, Run
from settlement.dates import shanghai_date

TEN, FIVE = 10, 5
"""Achievements for each demand; demands for each achievement of an enrolled holder."""
HERE = 2_000
"""Achievements up to which the lists are computed in this process; more would take its time from the house."""
LOOK_EVERY = 60
"""Seconds between two looks at the calendar."""

log = structlog.get_logger()


class Lists(msgspec.Struct, frozen=True):
    """What was computed: how many took part, and every list in order."""

    needs: int
    supplies: int
    listed: list[Listed]

    @property
    def digest(self) -> str:
        """Hex SHA-256 of all lists."""
        return hashlib.sha256(msgspec.json.encode(self.listed)).hexdigest()


def compute(supplies: Sequence[Supply], needs: Sequence[Need]) -> Lists:
    """The lists of both sides, from values alone."""
    market = Market(supplies, needs, lexicon(), scheme())
    return Lists(len(market.needs), len(market.supplies), list(_listed(market)))


def _listed(market: Market) -> Iterator[Listed]:
    for need in market.needs:
        matches = _good(market.for_need(need, TEN))
        yield from (
            Listed("need", need.id, rank, need.organisation, one) for rank, one in enumerate(matches, 1)
        )
    for supply in market.supplies:
        if supply.holder is not None:
            matches = _good(market.for_supply(supply, FIVE))
            yield from (
                Listed("supply", supply.id, rank, supply.holder, one) for rank, one in enumerate(matches, 1)
            )


def _good(matches: Sequence[Match]) -> list[Match]:
    """Those that are worth telling somebody who did not ask."""
    return [one for one in matches if one.points >= scheme().recommended_from * FULL]


async def run_day(registers: Registers, state: State, day: date, at: int) -> Run:
    """Compute and keep the lists of a day, unless that is done; gives what was computed."""
    done = await registers.recommendations.run_of(day)
    if done is not None:
        return done
    supplies = await entries.supplies(registers, day, entries.offers_of(state))
    lists = await _computed(supplies, await entries.needs(registers, day))
    run = Run(
        day,
        scheme().version,
        lexicon().version,
        lists.needs,
        lists.supplies,
        len({(one.side, one.subject) for one in lists.listed}),
        lists.digest,
        at,
    )
    await registers.recommendations.keep(run, lists.listed)
    return run


async def _computed(supplies: Sequence[Supply], needs: Sequence[Need]) -> Lists:
    """A large market is computed in a process of its own, so that bids do not wait for it."""
    if len(supplies) <= HERE:
        return await asyncio.to_thread(compute, supplies, needs)
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return await asyncio.get_running_loop().run_in_executor(pool, compute, supplies, needs)


async def every_day(registers: Registers, state: Callable[[], State], now: Callable[[], int]) -> None:
    """See each day's recommendations made, for ever; what cannot be done now is tried again."""
    made: date | None = None
    while True:
        at = now()
        day = shanghai_date(at)
        if day != made:
            try:
                run = await run_day(registers, state(), day, at)
            except Exception:  # whatever is wrong with matching, bids go on
                log.exception("recommendations not made", day=str(day))
            else:
                made = day
                log.info("recommendations", day=str(day), lists=run.lists, digest=run.digest)
        await asyncio.sleep(LOOK_EVERY)


@asynccontextmanager
async def recommending(exchange: Exchange) -> AsyncIterator[None]:
    """Make the recommendations of each day while the house is served here."""
    house = exchange.house
    task = asyncio.create_task(every_day(exchange.registers, lambda: house.view, house.clock.now))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
