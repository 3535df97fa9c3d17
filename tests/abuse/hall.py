"""A house full of lots for attacks on an auction: open, not open yet, closed, sealed, and one whose close may move once."""

from exchange.demo import people
from exchange.demo.data import load
from exchange.demo.steps import NOTICE, Steps
from exchange.market.commands import EnrolParty, LotPlan
from matching_engine.terms import HOUR, MINUTE, Extension, Mechanism, Rung, Terms
from tests.abuse.site import Site
from tests.exchange.house.running import command
from tests.web.asking import DEPOSIT, OPENING, STEP

OPEN, LATER, SHORT, SEALED, SHORT_SEALED, CAPPED = "L1", "L2", "L3", "L4", "L5", "L6"
LENGTH = 20 * HOUR
AFFILIATE = "wu"
"""An enterprise that belongs to the seller."""


def _plans(opens_at: int) -> tuple[LotPlan, ...]:
    """All but one open at the same instant; two of them close a minute later."""

    def english(lot: str, opens: int, length: int, extension: Extension | None = None) -> LotPlan:
        ladder = (Rung(0, STEP),)
        terms = Terms(Mechanism.ENGLISH, OPENING, opens, opens + length, ladder=ladder, extension=extension)
        return LotPlan(lot, f"A{lot}", terms, DEPOSIT)

    def sealed(lot: str, length: int) -> LotPlan:
        terms = Terms(Mechanism.SEALED_FIRST_PRICE, OPENING, opens_at, opens_at + length)
        return LotPlan(lot, f"A{lot}", terms, DEPOSIT)

    return (
        english(OPEN, opens_at, LENGTH),
        english(LATER, opens_at + LENGTH, HOUR),
        english(SHORT, opens_at, MINUTE),
        sealed(SEALED, LENGTH),
        sealed(SHORT_SEALED, MINUTE),
        english(CAPPED, opens_at, LENGTH, Extension(LENGTH, LENGTH, max_count=1)),
    )


async def fill(site: Site) -> None:
    """Every lot put up, jia and yi admitted to all of them, and the instants of opening reached."""
    house, clock = site.exchange.own_house, site.clock
    steps = Steps(house, "hall")
    affiliate = next(party for party in people.PARTIES if party.id == AFFILIATE)
    await house.submit(command("operator", EnrolParty(affiliate, ("university",))))
    await steps.enrol()
    plans = _plans(clock.now() + NOTICE + HOUR)
    for plan, achievement in zip(plans, load(), strict=False):
        await steps.offer(plan.listing, achievement)
    await site.pass_time(NOTICE)
    scheduled = await steps.schedule("S1", "专场", plans)
    assert scheduled.refusal is None, scheduled.refusal
    for login in ("jia", "yi"):
        for plan in plans:
            await steps.enter(login, plan.lot)
    await house.settled()
    for login in ("jia", "yi"):
        for plan in plans:
            await steps.pay_deposit(login, plan.lot)
    await site.pass_time(HOUR)
