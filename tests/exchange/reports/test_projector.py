"""The projector: every stage of a sale counts once, where it belongs."""

from collections import Counter

import msgspec

from exchange.demo import people
from exchange.house.command import HouseEvent, Recorded
from exchange.reports.facts import Measure
from exchange.reports.projector import Projector
from settlement import events as s
from settlement import registration_events as r
from tests.exchange.reports.played import played, projected


def test_each_stage_of_a_sale_counts_once() -> None:
    """One listing, session, lot, sale, contract, registration, claim; three bidders with three deposits and the rest."""
    counts = Counter(fact.measure for fact in projected().facts)
    once = {
        *(Measure.LISTING, Measure.SESSION, Measure.LOT, Measure.SOLD, Measure.TRADE, Measure.CONTRACT),
        *(Measure.REGISTRATION, Measure.PROCEEDS, Measure.CLAIM, Measure.CLAIM_PAID),
    }
    assert {measure for measure in once if counts[measure] == 1} == once
    assert counts[Measure.BIDDER] == 3
    assert counts[Measure.CREDIT] == 4
    assert Measure.UNSOLD not in counts


def test_facts_carry_their_place() -> None:
    """Field from the listing, region and holder from its seller, practice from its session."""
    facts = projected().facts
    traded = next(fact for fact in facts if fact.measure is Measure.TRADE)
    assert (traded.holder, traded.region) == (people.UNIVERSITY.id, people.UNIVERSITY.region)
    assert traded.field
    assert traded.rehearsal
    assert not next(fact for fact in facts if fact.measure is Measure.LISTING).rehearsal
    assert traded.days == 8


def test_values_are_those_of_the_events() -> None:
    """Price, technology value and proceeds stand as the journal has them."""
    events = [recorded.event for recorded in played()]
    sums = {fact.measure: fact for fact in projected().facts}
    trade = next(event for event in events if isinstance(event, s.TradeConcluded))
    registered = next(event for event in events if isinstance(event, r.ContractRegistered))
    assert sums[Measure.TRADE].amount_fen == trade.price_fen
    assert sums[Measure.REGISTRATION].amount_fen == registered.total_fen
    assert sums[Measure.REGISTRATION].technology_fen == registered.technology_fen
    assert sums[Measure.PROCEEDS].amount_fen == trade.price_fen


def test_a_cancelled_registration_takes_its_value_back_in_its_own_month() -> None:
    """The month of the registration stays as it was; the cancellation is a fact of its own, of the opposite amounts."""
    book = Projector("hub")
    for recorded in played():
        book.take(recorded)
    before = tuple(book.facts)
    last = played()[-1]
    registration = next(one.event for one in played() if isinstance(one.event, r.ContractRegistered))
    struck = r.RegistrationCancelled(registration.registration, registration.trade, "r", "void", "2026-09-01")
    book.take(_later(last, struck))
    assert tuple(book.facts[: len(before)]) == before
    taken = book.facts[-1]
    assert (taken.count, taken.amount_fen, taken.technology_fen) == (
        -1,
        -registration.total_fen,
        -registration.technology_fen,
    )


def _later(last: Recorded, event: HouseEvent) -> Recorded:
    return msgspec.structs.replace(last, seq=last.seq + 1, at=last.at + 1, event=event)
