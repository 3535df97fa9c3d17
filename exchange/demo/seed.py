"""What the demo market starts with: registers filled, organisations enrolled, every achievement listed.

The listings are made on a clock that runs ahead to the present, so that each has had its public notice.
"""

from collections.abc import Callable

from exchange.bootstrap import Exchange
from exchange.demo import people
from exchange.demo.data import DemoAchievement, load, register_row
from exchange.demo.steps import NOTICE, Steps
from exchange.registers.organisations import Organisation
from exchange.store.clock import ManualClock
from matching_engine.terms import DAY, MINUTE

LEAD = NOTICE + DAY
"""How long before the present the seeding begins, in µs."""


def listing_id(achievement: DemoAchievement) -> str:
    """The listing under which the demo first offers an achievement."""
    return f"A{achievement.number}"


async def fill_registers(exchange: Exchange, at: int, hash_password: Callable[[str], str]) -> None:
    """Enter organisations, accounts and achievements, unless they are there."""
    registers = exchange.registers
    if await registers.organisations.get(people.UNIVERSITY.id) is not None:
        return
    for party in (*people.PARTIES, people.INSTITUTE):
        row = Organisation(
            party.id, party.name, party.kind, party.region, party.code, party.address, party.representative
        )
        await registers.organisations.add(row, "demo", at)
    secret = hash_password(people.PASSWORD)
    for account in people.ACCOUNTS:
        await registers.accounts.add(
            account.login, secret, account.name, account.roles, at, account.party, id=account.login
        )
    rows = [register_row(achievement, people.UNIVERSITY.id) for achievement in load()]
    await registers.achievements.add_all(rows, "demo", at)


async def list_everything(exchange: Exchange, clock: ManualClock) -> None:
    """Enrol the organisations, list every achievement, and let the notices run out."""
    house = exchange.own_house
    steps = Steps(house, f"seed{house.epoch}")
    await steps.enrol()
    for achievement in load():
        if listing_id(achievement) not in house.view.market.listings:
            await steps.offer(listing_id(achievement), achievement)
            clock.advance(MINUTE)
    clock.advance(NOTICE)
    await house.gavel.strike()
    await house.settled()
