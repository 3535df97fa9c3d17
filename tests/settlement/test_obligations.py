"""A trade, the price it makes due, and the proceeds."""

import msgspec
import pytest

from matching_engine.errors import Broken
from settlement.commands import PayProceeds
from settlement.events import ObligationMet, ObligationRaised, ProceedsOrdered, ProceedsPaid, TradeConcluded
from settlement.evolve import evolve
from tests.settlement.desk import (
    AT,
    DEPOSIT,
    DEPOSIT_FEN,
    FACTORY,
    PRICE_FEN,
    TRADE,
    UNIVERSITY,
    Desk,
    call,
    confirm,
    credit,
    held,
    paid_out,
    sign,
    signed,
    sold,
    trade,
)


def test_a_sale_makes_the_price_due() -> None:
    """The buyer owes the whole price, under the obligation's id, five days after the hammer."""
    desk = held()
    concluded, raised, _ = desk.ask(trade())
    assert isinstance(concluded, TradeConcluded)
    assert raised == ObligationRaised(
        obligation=f"O-{TRADE}",
        trade=TRADE,
        debtor=FACTORY.id,
        creditor=UNIVERSITY.id,
        amount_fen=PRICE_FEN,
        due_on="2026-11-25",
        reference=f"O-{TRADE}",
    )
    assert desk.state.obligations[f"O-{TRADE}"].missing_fen == PRICE_FEN - DEPOSIT_FEN


def test_the_due_date_counts_from_the_hammer_in_shanghai() -> None:
    """A hammer shortly after midnight in Shanghai, still the day before in UTC, counts by Shanghai."""
    desk = Desk()
    past_midnight = 1_795_190_400_000_000 + 1
    events = desk.ask(msgspec.structs.replace(trade(deposit=None), hammered_at=past_midnight))
    assert isinstance(events[1], ObligationRaised)
    assert events[1].due_on == "2026-11-26"


def test_a_sale_stands_without_a_deposit() -> None:
    """A deposit that is missing, unpaid, of another lot or of another party changes nothing about the sale."""
    for deposit in (None, "D-nowhere"):
        assert len(Desk().ask(trade(deposit=deposit))) == 2
    desk = Desk()
    desk.ask(call())
    assert len(desk.ask(trade())) == 2
    desk = held()
    assert len(desk.ask(msgspec.structs.replace(trade(), lot="L2"))) == 2
    assert desk.state.deposits[DEPOSIT].state == "held"


def test_a_deposit_equal_to_the_price_meets_it() -> None:
    """Nothing is left to pay and nothing goes back."""
    desk = held()
    events = desk.ask(trade(price_fen=DEPOSIT_FEN))
    assert events[-1] == ObligationMet(f"O-{TRADE}", TRADE)
    assert desk.state.payments == {}


def test_a_trade_is_concluded_once_between_two_parties() -> None:
    """A repetition, a price of nothing, and a sale to oneself are refused."""
    desk = sold()
    assert desk.refused(trade()) == "TRADE_EXISTS"
    assert desk.refused(trade(trade="T-2", price_fen=0)) == "AMOUNT_INVALID"
    for days in (-1, 3651, 10**9):
        assert desk.refused(trade(trade="T-2", payment_days=days)) == "AMOUNT_INVALID"
    assert desk.refused(trade(trade="T-2", buyer=UNIVERSITY)) == "TRADE_PARTIES"


def test_the_seller_is_paid_only_the_whole_price_of_a_concluded_contract() -> None:
    """Unknown, unpaid and unsigned trades are refused; the proceeds are ordered once."""
    desk = sold()
    assert desk.refused(PayProceeds("T-nowhere")) == "TRADE_UNKNOWN"
    assert desk.refused(PayProceeds(TRADE)) == "OBLIGATION_OPEN"
    desk.ask(credit("c2", f"O-{TRADE}", PRICE_FEN - DEPOSIT_FEN))
    assert desk.refused(PayProceeds(TRADE)) == "CONTRACT_NOT_SIGNED"
    desk.ask(sign(desk, UNIVERSITY))
    desk.ask(sign(desk, FACTORY))
    assert desk.happened(ProceedsOrdered) == [ProceedsOrdered(TRADE, f"P-{TRADE}", UNIVERSITY.id, PRICE_FEN)]
    assert desk.refused(PayProceeds(TRADE)) == "PAYMENT_DONE"


def test_the_proceeds_reach_the_seller_on_the_banks_date() -> None:
    """What counts as received is the amount and date that the bank confirmed."""
    desk = paid_out("2026-12-31")
    (paid,) = desk.happened(ProceedsPaid)
    assert paid == ProceedsPaid(TRADE, f"P-{TRADE}", PRICE_FEN, f"BANK-P-{TRADE}", "2026-12-31")
    assert desk.refused(confirm(f"P-{TRADE}")) == "PAYMENT_DONE"


def test_an_obligation_is_met_only_when_nothing_is_missing() -> None:
    """An event that says otherwise breaks the state."""
    desk = signed()
    with pytest.raises(Broken, match="nothing is missing"):
        evolve(desk.state, ObligationMet(f"O-{TRADE}", TRADE), AT)
