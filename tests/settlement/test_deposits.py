"""Deposits: called, held, and ended once."""

from datetime import date

import pytest

from matching_engine.errors import Broken
from settlement.commands import ReleaseDeposit
from settlement.dates import end_of_day
from settlement.events import (
    DepositApplied,
    DepositCalled,
    DepositHeld,
    DepositReleased,
    DepositReleaseOrdered,
    ObligationMet,
)
from settlement.evolve import evolve
from settlement.state import DepositState
from tests.settlement.desk import (
    AT,
    DEPOSIT,
    DEPOSIT_FEN,
    FACTORY,
    TRADE,
    UNIVERSITY,
    Desk,
    call,
    confirm,
    credit,
    held,
    sold,
    trade,
)


def test_a_call_names_the_reference_to_pay_under() -> None:
    """The deposit's own id is what the bidder writes on the transfer."""
    desk = Desk()
    (called,) = desk.ask(call())
    assert isinstance(called, DepositCalled)
    assert called.reference == DEPOSIT
    assert desk.state.deposits[DEPOSIT].state is DepositState.CALLED


def test_a_deposit_is_called_once() -> None:
    """The same deposit again, or one whose reference a payer could not tell from it, is refused."""
    desk = held()
    assert desk.refused(call()) == "DEPOSIT_EXISTS"
    assert desk.refused(call(DEPOSIT.lower())) == "DEPOSIT_EXISTS"
    assert desk.refused(call("D-L1-002", 0)) == "AMOUNT_INVALID"


def test_a_loser_gets_the_whole_deposit_back() -> None:
    """Release orders one payment to the bidder's party; the bank's confirmation ends the deposit."""
    desk = held()
    (ordered,) = desk.ask(ReleaseDeposit(DEPOSIT, AT + 1))
    assert ordered == DepositReleaseOrdered(DEPOSIT, f"P-{DEPOSIT}", FACTORY.id, DEPOSIT_FEN, AT + 1)
    (order,) = desk.state.payments_open.values()
    assert (order.account, order.party, order.amount_fen) == ("escrow", FACTORY.id, DEPOSIT_FEN)
    (released,) = desk.ask(confirm(f"P-{DEPOSIT}"))
    assert isinstance(released, DepositReleased)
    assert desk.state.deposits[DEPOSIT].state is DepositState.RELEASED
    assert desk.state.payments_open == {}


def test_what_is_not_held_is_not_released() -> None:
    """Unknown, unpaid, ordered and applied deposits are all refused."""
    desk = Desk()
    assert desk.refused(ReleaseDeposit(DEPOSIT, AT)) == "DEPOSIT_UNKNOWN"
    desk.ask(call())
    assert desk.refused(ReleaseDeposit(DEPOSIT, AT)) == "DEPOSIT_STATE"
    desk.ask(credit("c1", DEPOSIT, DEPOSIT_FEN))
    desk.ask(ReleaseDeposit(DEPOSIT, AT))
    assert desk.refused(ReleaseDeposit(DEPOSIT, AT)) == "DEPOSIT_STATE"
    assert sold().refused(ReleaseDeposit(DEPOSIT, AT)) == "DEPOSIT_STATE"


def test_the_winners_deposit_becomes_a_part_of_the_price() -> None:
    """It is applied on the day of the conclusion and never paid back."""
    desk = sold()
    assert desk.happened(DepositApplied) == [DepositApplied(DEPOSIT, TRADE, DEPOSIT_FEN, "2026-11-20")]
    deposit = desk.state.deposits[DEPOSIT]
    assert (deposit.state, deposit.trade, deposit.applied_fen) == (DepositState.APPLIED, TRADE, DEPOSIT_FEN)
    assert desk.state.payments == {}


def test_a_deposit_above_the_price_pays_it_and_gives_the_rest_back() -> None:
    """The price is met at once; the excess is ordered back by the day on which the price was due."""
    desk = held()
    events = desk.ask(trade(price_fen=10_000_000))
    assert events[2:] == (
        DepositApplied(DEPOSIT, TRADE, 10_000_000, "2026-11-20"),
        DepositReleaseOrdered(
            DEPOSIT,
            f"P-{DEPOSIT}",
            FACTORY.id,
            6_000_000,
            end_of_day(date(2026, 11, 25)),
        ),
        ObligationMet(f"O-{TRADE}", TRADE),
    )
    desk.ask(confirm(f"P-{DEPOSIT}"))
    deposit = desk.state.deposits[DEPOSIT]
    assert (deposit.state, deposit.applied_fen, deposit.released_fen) == ("applied", 10_000_000, 6_000_000)


def test_a_winner_that_sells_gets_its_deposit_back() -> None:
    """Where the lowest offer to supply wins, the winner's deposit pays nothing and is released whole."""
    desk = held()
    events = desk.ask(trade(seller=FACTORY, buyer=UNIVERSITY))
    (ordered,) = events[2:]
    assert isinstance(ordered, DepositReleaseOrdered)
    assert ordered.amount_fen == DEPOSIT_FEN


def test_a_deposit_cannot_end_twice() -> None:
    """An event that would end an ended deposit breaks the state instead of changing it."""
    desk = sold()
    with pytest.raises(Broken, match="a deposit ends once"):
        evolve(desk.state, DepositApplied(DEPOSIT, TRADE, 1, "2026-11-20"), AT)
    with pytest.raises(Broken, match="held once"):
        evolve(desk.state, DepositHeld(DEPOSIT, "L1", "001", DEPOSIT_FEN), AT)
