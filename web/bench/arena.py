"""The market that the benchmark of bids runs in: a hundred bidders with keys, one lot for all, a hundred for some.

Accounts and keys are entered in the registers directly, so that no password is hashed; everything else is asked
of the house in the ordinary way. The lots stay open for a day: nothing is extended or closed meanwhile.
"""

import secrets
from dataclasses import dataclass

from exchange.bootstrap import Exchange, open_exchange
from exchange.demo import people
from exchange.demo.bank import DemoBank
from exchange.demo.data import load
from exchange.demo.seed import LEAD
from exchange.demo.steps import NOTICE, Steps
from exchange.house.command import Command, Principal
from exchange.market.commands import ApplyEntry, EnrolParty, LotPlan
from exchange.registers.organisations import Organisation
from exchange.settings import Settings
from exchange.store import migrate
from exchange.store.clock import ManualClock, SystemClock
from matching_engine.terms import DAY, Extension, Mechanism, Rung, Terms
from settlement.commands import PartyFacts, RecordCredit
from web.sessions import KEY_PREFIX

OPENING_FEN, STEP_FEN, DEPOSIT_FEN = 1_000_000, 100, 100_000
EACH = 4
"""On how many of the many lots each bidder bids."""
MAIN = "B0"
"""The lot on which everybody bids."""


@dataclass(frozen=True, slots=True)
class Arena:
    """The keys of the bidders, and for each the lots it may bid on beside MAIN."""

    url: str
    keys: list[str]
    lots: list[list[str]]

    @property
    def amounts(self) -> dict[str, int]:
        """The first amount in fen on each lot."""
        return dict.fromkeys([MAIN, *(lot for own in self.lots for lot in own)], OPENING_FEN)


async def prepare(settings: Settings, bidders: int, lots: int) -> Arena:
    """A market with so many bidders and lots, in an empty database."""
    await migrate.upgrade(settings.database_url)
    clock = ManualClock(SystemClock().now() - LEAD)
    async with open_exchange(settings, clock, DemoBank(clock)) as exchange:
        names = [f"B{number}" for number in range(1, lots + 1)]
        own = [[names[(n + k) % lots] for k in range(min(EACH, lots))] for n in range(bidders)]
        keys = [await _enrol(exchange, n, clock) for n in range(bidders)]
        await _put_up(exchange, (MAIN, *names), clock)
        for number, chosen in enumerate(own):
            await _enter(exchange, number, (MAIN, *chosen))
        await exchange.own_house.settled()
    return Arena(settings.database_url, keys, own)


async def _enrol(exchange: Exchange, number: int, clock: ManualClock) -> str:
    """An organisation with an account and a key; gives the key."""
    id_, registers, at = f"bidder-{number}", exchange.registers, clock.now()
    party = PartyFacts(
        id_, f"企业{number}", "enterprise", "heilongjiang", f"91BENCH{number:011d}", "地址", "代表"
    )
    row = Organisation(id_, party.name, "enterprise", party.region, party.code)
    await registers.organisations.add(row, "bench", at)
    account = await registers.accounts.add(id_, "-", party.name, ("bidder",), at, id_, id=id_)
    key = KEY_PREFIX + secrets.token_urlsafe(32)
    await registers.sessions.add_key(account, key, "bench", at, at + 2 * LEAD)
    operator = people.principal("operator")
    await exchange.own_house.submit(Command(f"enrol-{number:04d}", operator, EnrolParty(party)))
    return key


async def _put_up(exchange: Exchange, names: tuple[str, ...], clock: ManualClock) -> None:
    """List an achievement for each lot, wait out the notice, and put all lots up in one session."""
    house, achievements = exchange.own_house, load()
    steps = Steps(house, "arena")
    await steps.enrol()
    for n, name in enumerate(names):
        await steps.offer(f"A-{name}", achievements[n % len(achievements)])
    clock.advance(NOTICE)
    await house.gavel.strike()
    clock.advance(SystemClock().now() - clock.now())
    opens_at = clock.now() + 1
    await steps.schedule("S1", "专场", [_plan(name, opens_at) for name in names])


def _plan(name: str, opens_at: int) -> LotPlan:
    terms = Terms(
        mechanism=Mechanism.ENGLISH,
        opening_price_fen=OPENING_FEN,
        opens_at=opens_at,
        closes_at=opens_at + DAY,
        ladder=(Rung(0, STEP_FEN),),
        extension=Extension(trigger=300_000_000, length=300_000_000),
    )
    return LotPlan(name, f"A-{name}", terms, DEPOSIT_FEN)


async def _enter(exchange: Exchange, number: int, names: tuple[str, ...]) -> None:
    """Enter the lots, and let the bank report the deposits."""
    house, party = exchange.own_house, f"bidder-{number}"
    bidder, market = Principal(party, party, frozenset({"bidder"})), house.view.market
    for name in names:
        await house.submit(Command(f"enter-{number:04d}-{name}", bidder, ApplyEntry(name, party)))
        entry = market.entry(name, market.code_of(name, party) or "")
        assert entry is not None
        reference = entry.deposit
        await house.settled()
        credit = RecordCredit(f"CR-{reference}", reference, party, DEPOSIT_FEN, "2026-01-05")
        await house.submit(Command(f"pay-{number:04d}-{name}", people.principal("bank"), credit))
