"""Journals of markets of any size, written as rows: what a house would have journaled, without asking one.

Only the measurement of what reads a journal uses them; every row is chained and applied, so a house starts on it.
"""

from collections.abc import Iterator, Sequence

from exchange.bootstrap import read_rulebook
from exchange.demo import people
from exchange.house import codec, machine
from exchange.house.command import HouseEvent
from exchange.house.state import State, new_state
from exchange.market import events as m
from exchange.ports import HouseJournal, Row
from exchange.store import migrate
from exchange.store.journal import open_journal
from matching_engine import events as le
from matching_engine.commands import EntryStatus
from matching_engine.terms import DAY, Mechanism, Rung, Terms
from settlement.commands import Subject

LOTS_OF_A_SESSION = 50
OPENING_FEN, STEP_FEN, DEPOSIT_FEN = 1_000_000, 100, 100_000
_BATCH = 1000


def market(lots: int, bids: int, begin: int, titles: Sequence[str]) -> Iterator[HouseEvent]:
    """Listed achievements, put up in sessions of fifty and open for a year from `begin`, with so many bids a lot."""
    yield m.PartyEnrolled(people.UNIVERSITY, ())
    for first in range(0, lots, LOTS_OF_A_SESSION):
        numbers = range(first, min(first + LOTS_OF_A_SESSION, lots))
        for number in numbers:
            yield from _listing(number, titles[number % len(titles)], begin)
        yield from _session(first // LOTS_OF_A_SESSION, numbers, begin)
        for number in numbers:
            yield from _bidding(f"L{number}", bids, begin)


def _listing(number: int, title: str, begin: int) -> Iterator[HouseEvent]:
    listing = f"A{number}"
    subject = Subject(listing, title, "", "new_materials")
    achievement = f"G{number + 1:07d}"
    yield m.ListingSubmitted(listing, achievement, "0" * 64, people.UNIVERSITY.id, subject, OPENING_FEN)
    yield m.ListingAdmitted(listing)
    yield m.NoticePublished(listing, begin)
    yield m.NoticeClosed(listing)


def _session(number: int, lots: range, begin: int) -> Iterator[HouseEvent]:
    yield m.SessionScheduled(
        session=f"S{number}",
        title=f"第{number + 1}场",
        rule_set="LISTED_BIDDING",
        lots=tuple(f"L{lot}" for lot in lots),
        listings=tuple(f"A{lot}" for lot in lots),
        deposits_fen=(DEPOSIT_FEN,) * len(lots),
        deposit_release_within=DAY,
        payment_days=5,
    )
    for lot in lots:
        yield le.LotPutUp(f"L{lot}", _terms(begin))


def _terms(begin: int) -> Terms:
    return Terms(
        mechanism=Mechanism.ENGLISH,
        opening_price_fen=OPENING_FEN,
        opens_at=begin,
        closes_at=begin + 365 * DAY,
        ladder=(Rung(0, STEP_FEN),),
    )


def _bidding(lot: str, bids: int, begin: int) -> Iterator[HouseEvent]:
    yield from (le.EntrySet(lot, bidder, EntryStatus.ADMITTED) for bidder in ("P1", "P2"))
    yield le.LotOpened(lot)
    for n in range(bids):
        yield le.BidAccepted(lot, f"P{1 + n % 2}", OPENING_FEN + n * STEP_FEN, begin + 365 * DAY)


async def write(url: str, house: str, events: Iterator[HouseEvent], begin: int) -> int:
    """Journal the events in an empty database, a microsecond apart; gives how many rows."""
    await migrate.upgrade(url)
    journal = open_journal(url)
    await journal.open()
    try:
        return await _append(journal, house, events, begin)
    finally:
        await journal.leave(house)
        await journal.close()


async def _append(journal: HouseJournal, house: str, events: Iterator[HouseEvent], begin: int) -> int:
    lease = await journal.acquire(house, "bench", begin)
    state, rows = new_state(read_rulebook()), list[Row]()
    for event in events:
        rows.append(row_of(state, house, lease.epoch, begin, event))
        machine.apply(state, codec.placed(rows[-1], event))
        if len(rows) == _BATCH:
            await journal.append(lease, rows)
            rows.clear()
    await journal.append(lease, rows)
    return state.seq


def row_of(state: State, house: str, epoch: int, begin: int, event: HouseEvent) -> Row:
    """The next row of a journal, by a command of its own."""
    stream, stream_seq = machine.next_stream_seq(state, event)
    head = (
        house,
        state.seq + 1,
        epoch,
        begin + state.seq,
        stream,
        stream_seq,
        f"bench-{state.seq:08d}",
        0,
        "0" * 64,
        "bench",
        None,
        type(event).__name__,
    )
    return codec.sealed(state.hash, head, codec.encode(event))
