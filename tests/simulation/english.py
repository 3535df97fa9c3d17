"""One English lot from the enrolment of its parties to the last deposit, played by clients over the network."""

import asyncio
from collections.abc import Callable

from exchange.demo import people
from exchange.demo.data import load, register_row
from exchange.demo.steps import CHECKED, subject_of
from exchange.market.commands import (
    AdmitListing,
    ApplyEntry,
    EnrolParty,
    LotPlan,
    ScheduleSession,
    SubmitListing,
)
from exchange.market.events import EntryApplied
from exchange.market.refusals import MarketRefusal
from matching_engine.commands import Bid, Resume
from matching_engine.terms import DAY, SECOND, Extension, Mechanism, Rung, Terms
from settlement.commands import RecordCredit
from settlement.dates import shanghai_date
from settlement.state import DepositState
from tests.simulation.clients import Client
from tests.simulation.world import World

LOT, LISTING = "L1", "A1"
OPENING_FEN, STEP_FEN = 160_000_000, 8_000_000
BIDDERS = ("jia", "yi")


async def play(world: World, bidders: tuple[str, ...] = BIDDERS, bids: int = 3, sockets: int = 1) -> None:
    """The whole story; it ends when the lot has ended and every deposit too. Bidders bid over several sockets at once."""
    operator, bank = Client(world, "operator"), Client(world, "bank")
    await enrol(operator, bidders)
    await offer(world, operator)
    await schedule(world, operator, english)
    codes = [await enter(world, Client(world, login), bank) for login in bidders]
    await asyncio.gather(
        *(
            compete(world, Client(world, login), code, bids)
            for login, code in zip(bidders, codes, strict=True)
            for _ in range(sockets)
        )
    )
    await finished(world)


async def crowd(world: World) -> None:
    """The same with so many bids at once that some are decided while others are being written."""
    await play(world, bids=4, sockets=6)


def english(opens_at: int, length: int = 8 * SECOND) -> Terms:
    """Short terms with a soft close."""
    return Terms(
        Mechanism.ENGLISH,
        OPENING_FEN,
        opens_at,
        opens_at + length,
        ladder=(Rung(0, STEP_FEN),),
        extension=Extension(trigger=2 * SECOND, length=2 * SECOND),
    )


async def enrol(operator: Client, logins: tuple[str, ...]) -> None:
    """The parties of the lot."""
    for party in people.PARTIES:
        if party.id in (people.UNIVERSITY.id, *logins):
            await operator.must(EnrolParty(party))


async def offer(world: World, operator: Client, listing: str = LISTING, number: int = 0) -> None:
    """An achievement under public notice, as a rehearsal: seconds instead of days."""
    achievement, seller = load()[number], people.UNIVERSITY.id
    digest = register_row(achievement, seller).digest()
    subject = subject_of(listing, achievement)
    submit = SubmitListing(listing, f"demo-{achievement.number}", digest, seller, subject, OPENING_FEN)
    await Client(world, "university").must(submit)
    await operator.must(AdmitListing(listing, 2 * SECOND, CHECKED, rehearsal=True))


async def schedule(
    world: World,
    operator: Client,
    terms: Callable[[int], Terms],
    lot: str = LOT,
    listing: str = LISTING,
    session: str = "S1",
) -> None:
    """Set the session as soon as the notice is over; again for later, where it came too late for its own opening."""
    while listing in world.oracles.truth.market.notices_due:
        await asyncio.sleep(0.5)
    while lot not in world.oracles.truth.lots:
        plan = LotPlan(
            lot, listing, terms(max(world.now(), world.oracles.truth.at) + 6 * SECOND), OPENING_FEN // 10
        )
        outcome = await operator.ask(
            ScheduleSession(
                session, "专场", "LISTED_BIDDING", (plan,), deposit_release_within=DAY, rehearsal=True
            )
        )
        if outcome.refusal is not None and "past" not in outcome.refusal.detail:
            world.oracles.breaks(f"the session was refused: {outcome.refusal}")
        await asyncio.sleep(0.5)


async def enter(world: World, bidder: Client, bank: Client, lot: str = LOT) -> str:
    """Apply, and let the bank report the deposit once it was called; gives the bidder's code, or nothing when it came
    too late."""
    party = people.principal(bidder.login).party or ""
    outcome = await bidder.ask(ApplyEntry(lot, party))
    if outcome.refusal is not None:
        if outcome.refusal.code != MarketRefusal.LOT_CLOSED:
            world.oracles.breaks(f"the entry was refused: {outcome.refusal}")
        return ""
    applied = next(one.event for one in outcome.recorded if isinstance(one.event, EntryApplied))
    deposits = world.oracles.truth.settlement.deposits
    while applied.deposit not in deposits:
        await asyncio.sleep(0.2)
    day = shanghai_date(world.now()).isoformat()
    reference = applied.deposit
    await bank.must(RecordCredit(f"CR-{reference}", reference, party, applied.deposit_fen, day))
    return applied.code


async def compete(world: World, bidder: Client, code: str, bids: int, lot: str = LOT) -> None:
    """Bid the least or a little more, some times, until the lot has ended."""
    lots = world.oracles.truth.lots
    while lots[lot].closed_at is None and bids > 0:
        now = world.now()
        if lots[lot].opens_at > now:
            await asyncio.sleep((lots[lot].opens_at - now) / 1_000_000)
        await bidder.pause(1.5)
        lead_fen = lots[lot].lead_fen
        least_fen = OPENING_FEN if lead_fen is None else lead_fen + STEP_FEN
        await bidder.ask(Bid(lot, code, least_fen + bidder.chance(3) * STEP_FEN))
        bids -= 1


async def resume(world: World, operator: Client) -> None:
    """The operator lets lots go on that were suspended, when the clocks agree again."""
    while True:
        await asyncio.sleep(2)
        if not any(machine.step_us for machine in world.machines):
            for lot in list(world.oracles.truth.lots.values()):
                if lot.suspended and lot.closed_at is None:
                    await operator.ask(Resume(lot.id))


async def finished(world: World) -> None:
    """Wait until nothing is left to do."""
    while world.oracles.unfinished() or not _deposits_went(world):
        await asyncio.sleep(0.5)


def _deposits_went(world: World) -> bool:
    return all(
        deposit.state is not DepositState.CALLED
        for deposit in world.oracles.truth.settlement.deposits.values()
    )
