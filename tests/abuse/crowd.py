"""More lots than one socket may follow."""

import msgspec

from exchange.demo.data import load
from exchange.demo.steps import Steps, plan_lot
from matching_engine.terms import HOUR
from tests.abuse.site import Site

LOTS_MAX = 64
"""Lots that one socket may follow."""
LOTS = tuple(f"X{n}" for n in range(1, LOTS_MAX + 2))


async def fill(site: Site) -> None:
    """The lot L1 open for jia, yi and bing, and as many lots more, which open later."""
    steps, first = Steps(site.exchange.own_house, "crowd"), load()[0]
    await steps.enrol()
    for n, lot in enumerate(LOTS):
        await steps.offer(f"A{lot}", msgspec.structs.replace(first, number=1000 + n))
    await site.open_lot("jia", "yi", "bing")
    opens_at = site.clock.now() + 10 * HOUR
    plans = [plan_lot(lot, f"A{lot}", first, opens_at, HOUR) for lot in LOTS]
    scheduled = await steps.schedule("S9", "专场", plans)
    assert scheduled.refusal is None, scheduled.refusal
