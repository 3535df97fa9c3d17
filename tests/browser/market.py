"""A whole market in little: one lot through every stage, one that is open, one that is coming, a demand, a notice."""

from exchange.demo import people
from exchange.demo.data import load
from exchange.demo.demands import fill_demands
from exchange.demo.once import Once
from exchange.demo.steps import NOTICE, Steps, plan_lot
from matching_engine.commands import Bid
from matching_engine.terms import DAY, HOUR, MINUTE
from tests.web.running import HASH, Web

OPEN, COMING = "L2", "L3"
LENGTH = 20 * MINUTE
"""Shorter than the idle time of a session, so that those who watch the lot to its end stay signed in."""
BIDDERS = ("jia", "yi")


async def fill(site: Web) -> None:
    """Everything that a page may show; `OPEN` has a bid of yi and of jia, who leads."""
    registers = site.exchange.registers
    await fill_demands(registers, site.clock.now())
    if await registers.accounts.get("auditor") is None:
        await registers.accounts.add(
            "auditor", HASH, "演示审计员", ("auditor",), site.clock.now(), id="auditor"
        )
    async for _ in Once(site.exchange.own_house, site.clock).play():
        pass
    steps = Steps(site.exchange.own_house, "whole")
    rows = load()
    for number in (1, 2):
        await steps.offer(f"A{number + 1}", rows[number])
    await site.pass_time(NOTICE)
    await steps.offer("A4", rows[3])
    opens_at = site.clock.now() + MINUTE
    plans = (
        plan_lot(OPEN, "A2", rows[1], opens_at, LENGTH),
        plan_lot(COMING, "A3", rows[2], opens_at + DAY, HOUR),
    )
    await steps.schedule("S2", "春季专场", plans)
    for login in BIDDERS:
        await steps.enter(login, OPEN)
        await site.exchange.own_house.settled()
        await steps.pay_deposit(login, OPEN)
    await steps.enter("yi", COMING)
    await site.pass_time(MINUTE)
    for login in reversed(BIDDERS):
        await lead(site, login)


async def lead(site: Web, login: str, lot: str = OPEN) -> int:
    """Somebody makes the least bid that leads; gives the amount."""
    view = site.exchange.house.view
    amount = view.lots[lot].minimum_fen
    assert amount is not None
    code = view.market.code_of(lot, people.principal(login).party or "") or ""
    await Steps(site.exchange.own_house, f"lead-{view.seq}").ask(login, Bid(lot, code, amount))
    return amount
