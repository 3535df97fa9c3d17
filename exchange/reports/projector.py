"""From journaled events to facts: pure, one pass, the same events give the same facts."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from exchange.house.command import Recorded
from exchange.market import events as m
from exchange.market import listing_events as p
from exchange.market import negotiation_events as n
from exchange.reports.facts import Fact, Measure
from matching_engine import events as le
from settlement import events as s
from settlement import registration_events as r
from settlement.dates import shanghai_date
from settlement.default_events import TradeDefaulted
from settlement.rescission_messages import TradeRescinded


@dataclass(slots=True)
class _Listing:
    """What a listing's facts carry."""

    id: str
    achievement: str
    holder: str
    field: str
    admitted_at: int = 0
    rehearsal: bool = False


@dataclass(slots=True)
class _Place:
    """Where a fact belongs: its listing, and whether it is for practice only."""

    listing: _Listing | None
    rehearsal: bool


_NOWHERE = _Place(None, False)


@dataclass(slots=True)
class Projector:
    """Reads one house's journal in order; `facts` grows, nothing in it changes."""

    house: str
    seq: int = 0
    head: str = ""
    """The receipt (hex hash) of the last row that was read."""
    facts: list[Fact] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    """Party → its name."""
    enrolled: dict[str, int] = field(default_factory=dict)
    """Party → when it was taken in (µs)."""
    regions: dict[str, str] = field(default_factory=dict)
    listings: dict[str, _Listing] = field(default_factory=dict)
    lots: dict[str, tuple[str, str]] = field(default_factory=dict)
    """lot or table → (listing, session)."""
    sessions: dict[str, bool] = field(default_factory=dict)
    """session → for practice only."""
    held: set[str] = field(default_factory=set)
    codes: dict[tuple[str, str], str] = field(default_factory=dict)
    takers: dict[str, str] = field(default_factory=dict)
    trades: dict[str, _Place] = field(default_factory=dict)
    registered: dict[str, tuple[int, int]] = field(default_factory=dict)
    """trade → (total, technology value) as they stand, in fen."""
    targets: dict[str, str] = field(default_factory=dict)
    """deposit → its lot, obligation → its trade."""
    claims: dict[str, str] = field(default_factory=dict)
    prices: dict[str, int] = field(default_factory=dict)

    def take(self, recorded: Recorded) -> None:
        """Read the next event."""
        self.seq, self.head = recorded.seq, recorded.receipt
        handler = _HANDLERS.get(type(recorded.event))
        if handler is not None:
            handler(self, recorded.event, recorded.at)

    def place_of_lot(self, lot: str) -> _Place:
        """Where a lot (or a table, or a listing that stands for one) belongs."""
        listing, session = self.lots.get(lot, (lot, ""))
        found = self.listings.get(listing)
        practice = self.sessions.get(session, False) or (found is not None and found.rehearsal)
        return _Place(found, practice)

    def add(self, at: int, measure: Measure, place: _Place, **more: Any) -> None:
        """A new fact at its place."""
        one = place.listing
        where: dict[str, Any] = {}
        if one is not None:
            where = {
                "listing": one.id,
                "achievement": one.achievement,
                "holder": one.holder,
                "field": one.field,
                "region": self.regions.get(one.holder, ""),
                "listed_at": one.admitted_at,
            }
        self.facts.append(Fact(at, self.house, measure, rehearsal=place.rehearsal, **where, **more))


def _enrolled(book: Projector, event: m.PartyEnrolled, at: int) -> None:
    book.names[event.party.id] = event.party.name
    book.regions[event.party.id] = event.party.region
    book.enrolled.setdefault(event.party.id, at)


def _submitted(book: Projector, event: m.ListingSubmitted, at: int) -> None:
    book.listings[event.listing] = _Listing(
        event.listing, event.achievement, event.seller, event.subject.field
    )


def _resubmitted(book: Projector, event: p.ListingResubmitted, at: int) -> None:
    book.listings[event.listing].field = event.subject.field


def _admitted(book: Projector, event: m.ListingAdmitted, at: int) -> None:
    one = book.listings[event.listing]
    one.admitted_at, one.rehearsal = at, event.rehearsal
    book.add(at, Measure.LISTING, _Place(one, one.rehearsal))


def _scheduled(book: Projector, event: m.SessionScheduled, at: int) -> None:
    book.sessions[event.session] = event.rehearsal
    for lot, listing in zip(event.lots, event.listings, strict=True):
        book.lots[lot] = (listing, event.session)


def _converted(book: Projector, event: p.ListingConverted, at: int) -> None:
    book.lots[event.lot] = (event.listing, event.session)


def _opened(book: Projector, event: le.LotOpened, at: int) -> None:
    session = book.lots.get(event.lot, ("", ""))[1]
    if session and session not in book.held:
        book.held.add(session)
        book.add(at, Measure.SESSION, _Place(None, book.sessions.get(session, False)))
    book.add(at, Measure.LOT, book.place_of_lot(event.lot))


def _ended(measure: Measure) -> Callable[[Projector, Any, int], None]:
    def ended(book: Projector, event: Any, at: int) -> None:
        book.add(at, measure, book.place_of_lot(event.lot))

    return ended


def _entered(book: Projector, event: m.EntryApplied, at: int) -> None:
    book.codes[(event.lot, event.code)] = event.party
    book.add(at, Measure.BIDDER, book.place_of_lot(event.lot), who=event.party)


def _bid(book: Projector, event: Any, at: int) -> None:
    party = book.codes.get((event.lot, event.bidder))
    if party is not None:
        book.add(at, Measure.ACTIVE, book.place_of_lot(event.lot), who=party)


def _interested(book: Projector, event: p.InterestRegistered, at: int) -> None:
    book.add(at, Measure.ACTIVE, book.place_of_lot(event.listing), who=event.party)


def _seated(book: Projector, event: n.TableOpened, at: int) -> None:
    book.lots[event.table] = (event.listing, "")
    book.takers[event.table] = event.taker


def _offered(book: Projector, event: n.TermsOffered, at: int) -> None:
    if event.party == book.takers.get(event.table):
        book.add(at, Measure.ACTIVE, book.place_of_lot(event.table), who=event.party)


def _traded(book: Projector, event: s.TradeConcluded, at: int) -> None:
    book.lots.setdefault(event.lot, (event.subject.listing, ""))
    place = book.trades[event.trade] = book.place_of_lot(event.lot)
    book.prices[event.trade] = event.price_fen
    listed = place.listing.admitted_at if place.listing else 0
    days = (shanghai_date(at) - shanghai_date(listed)).days if listed else None
    book.add(at, Measure.TRADE, place, amount_fen=event.price_fen, days=days)
    book.add(at, Measure.ACTIVE, place, who=event.buyer.id)


def _failed(book: Projector, event: TradeDefaulted | TradeRescinded, at: int) -> None:
    amount_fen = book.prices.get(event.trade, 0)
    book.add(at, Measure.FAILED_TRADE, book.trades.get(event.trade, _NOWHERE), amount_fen=amount_fen)


def _concluded(book: Projector, event: s.ContractConcluded, at: int) -> None:
    amount_fen = book.prices.get(event.trade, 0)
    book.add(at, Measure.CONTRACT, book.trades.get(event.trade, _NOWHERE), amount_fen=amount_fen)


def _value(book: Projector, trade: str, at: int, total_fen: int, technology_fen: int, count: int) -> None:
    """The difference to what stood before."""
    before = book.registered.get(trade, (0, 0))
    book.registered[trade] = (total_fen, technology_fen)
    book.add(
        at,
        Measure.REGISTRATION,
        book.trades.get(trade, _NOWHERE),
        count=count,
        amount_fen=total_fen - before[0],
        technology_fen=technology_fen - before[1],
    )


def _registered(book: Projector, event: r.ContractRegistered, at: int) -> None:
    _value(book, event.trade, at, event.total_fen, event.technology_fen, 1)


def _changed(book: Projector, event: r.RegistrationChanged, at: int) -> None:
    _value(book, event.trade, at, event.total_fen, event.technology_fen, 0)


def _struck(book: Projector, event: r.RegistrationCancelled | r.RegistrationRevoked, at: int) -> None:
    _value(book, event.trade, at, 0, 0, -1)


def _deposit(book: Projector, event: s.DepositCalled, at: int) -> None:
    book.targets[event.deposit] = event.lot


def _owed(book: Projector, event: s.ObligationRaised, at: int) -> None:
    book.targets[event.obligation] = event.trade


def _credited(book: Projector, event: s.CreditRecorded, at: int) -> None:
    if event.target is not None:
        _money(book, event.target, event.amount_fen, at)


def _assigned(book: Projector, event: s.SuspenseAssigned, at: int) -> None:
    _money(book, event.target, event.amount_fen, at)


def _money(book: Projector, target: str, amount_fen: int, at: int) -> None:
    about = book.targets.get(target, "")
    place = book.trades[about] if about in book.trades else book.place_of_lot(about)
    book.add(at, Measure.CREDIT, place, amount_fen=amount_fen)


def _received(book: Projector, event: s.ProceedsPaid, at: int) -> None:
    book.add(at, Measure.PROCEEDS, book.trades.get(event.trade, _NOWHERE), amount_fen=event.amount_fen)


def _claimed(book: Projector, event: s.ClaimDrawnUp, at: int) -> None:
    book.claims[event.claim] = event.trade
    book.add(at, Measure.CLAIM, book.trades.get(event.trade, _NOWHERE), amount_fen=event.amount_fen)


def _claim_paid(book: Projector, event: s.ClaimPaid, at: int) -> None:
    place = book.trades.get(book.claims.get(event.claim, ""), _NOWHERE)
    book.add(at, Measure.CLAIM_PAID, place, amount_fen=event.amount_fen)


_HANDLERS: dict[type, Callable[[Projector, Any, int], None]] = {
    m.PartyEnrolled: _enrolled,
    m.ListingSubmitted: _submitted,
    p.ListingResubmitted: _resubmitted,
    m.ListingAdmitted: _admitted,
    m.SessionScheduled: _scheduled,
    p.ListingConverted: _converted,
    le.LotOpened: _opened,
    le.Hammered: _ended(Measure.SOLD),
    le.Passed: _ended(Measure.UNSOLD),
    m.EntryApplied: _entered,
    **dict.fromkeys((le.BidAccepted, le.BidMatched, le.BidSealed, le.LicenceAccepted), _bid),
    p.InterestRegistered: _interested,
    n.TableOpened: _seated,
    n.TermsOffered: _offered,
    s.TradeConcluded: _traded,
    TradeDefaulted: _failed,
    TradeRescinded: _failed,
    s.ContractConcluded: _concluded,
    r.ContractRegistered: _registered,
    r.RegistrationChanged: _changed,
    r.RegistrationCancelled: _struck,
    r.RegistrationRevoked: _struck,
    s.DepositCalled: _deposit,
    s.ObligationRaised: _owed,
    s.CreditRecorded: _credited,
    s.SuspenseAssigned: _assigned,
    s.ProceedsPaid: _received,
    s.ClaimDrawnUp: _claimed,
    s.ClaimPaid: _claim_paid,
}
"""Event → what it counts. Any other event counts nothing."""
