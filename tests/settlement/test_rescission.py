"""A sale undone by agreement: both say the same, the price goes back but for what was agreed, and nothing more comes of it."""

import msgspec
import pytest

from settlement.commands import AgreeRescission, DeclareDefault, PayProceeds
from settlement.ledger import Account
from settlement.state import ContractState, PaymentKind
from tests.settlement.desk import (
    CONTRACT,
    DEPOSIT_FEN,
    FACTORY,
    PRICE_FEN,
    REGISTRATION,
    TRADE,
    UNIVERSITY,
    Desk,
    confirm,
    credit,
    paid_out,
    register,
    sign,
    signed,
    sold,
)
from tests.settlement.test_charges import FEE_IN, LATE
from tests.settlement.test_charges import sold as sold_with_fees

OWED = f"O-{TRADE}"


def word(party: str = UNIVERSITY.id, kept_fen: int = 0) -> AgreeRescission:
    """What a party says."""
    return AgreeRescission(TRADE, party, f"{party}-clerk", kept_fen, "技术条件不具备")


def rescinded(kept_fen: int = 0, desk: Desk | None = None) -> Desk:
    """A desk where both said the same."""
    desk = desk or sold()
    desk.ask(word(kept_fen=kept_fen))
    desk.ask(word(FACTORY.id, kept_fen))
    return desk


@pytest.mark.parametrize("kept_fen", [0, 1, DEPOSIT_FEN, DEPOSIT_FEN + 500])
def test_what_was_paid_is_parted_as_agreed(kept_fen: int) -> None:
    """The seller's part and the buyer's make what was held, to the fen; the books end empty."""
    desk = sold()
    desk.ask(credit("c2", OWED, 500))
    rescinded(kept_fen, desk)
    orders = {o.kind: (o.party, o.amount_fen) for o in desk.state.payments.values()}
    expected = {
        PaymentKind.COMPENSATION: (UNIVERSITY.id, kept_fen),
        PaymentKind.RETURN: (FACTORY.id, DEPOSIT_FEN + 500 - kept_fen),
    }
    assert orders == {kind: one for kind, one in expected.items() if one[1]}
    for payment in list(desk.state.payments_open):
        desk.ask(confirm(payment))
    assert desk.state.ledger.trial_balance() == ()


def test_both_must_say_the_same() -> None:
    """Another amount, or the same party twice, undoes nothing; a party may change its word."""
    desk = sold()
    desk.ask(word(kept_fen=5))
    assert desk.refused(word(kept_fen=5)) == "RESCISSION_STATED"
    desk.ask(word(FACTORY.id, 6))
    assert desk.state.trades[TRADE].rescinded_on is None
    desk.ask(word(kept_fen=6))
    assert desk.state.trades[TRADE].rescinded_on == "2026-11-20"


def test_nothing_more_comes_of_it() -> None:
    """Not signed, not registered, not paid, no default; later money waits in suspense."""
    desk = rescinded(desk=signed())
    assert desk.state.contracts[CONTRACT].state is ContractState.RESCINDED
    for command in (PayProceeds(TRADE), DeclareDefault(TRADE), word(), register()):
        assert desk.refused(command, LATE) == "TRADE_FAILED", command
    assert desk.state.registrations[REGISTRATION].number is None
    draft = rescinded()
    assert draft.refused(sign(draft, FACTORY)) == "TRADE_FAILED"
    draft.ask(credit("c9", OWED, 7))
    assert [item.reason for item in draft.state.suspense] == ["NOTHING_DUE"]


def test_too_late_is_too_late() -> None:
    """Once the price was ordered out, or the contract registered, it is not undone here."""
    assert paid_out().refused(word()) == "RESCISSION_LATE"
    desk = signed()
    desk.ask(register())
    assert desk.refused(word()) == "RESCISSION_LATE"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (word(kept_fen=-1), "RESCISSION_AMOUNT"),
        (word(kept_fen=DEPOSIT_FEN + 1), "RESCISSION_AMOUNT"),
        (word("P-X"), "NOT_A_PARTY"),
        (msgspec.structs.replace(word(), trade="T-x"), "TRADE_UNKNOWN"),
    ],
)
def test_what_cannot_be_agreed_is_refused(command: AgreeRescission, code: str) -> None:
    """More than is held, less than nothing, somebody else, another trade."""
    assert sold().refused(command) == code


def test_a_commission_that_was_not_paid_is_not_due() -> None:
    """What was paid in of it goes back."""
    desk = sold_with_fees()
    desk.ask(credit("c3", FEE_IN, 5))
    rescinded(desk=desk)
    assert desk.state.payments[f"P-{FEE_IN}"].amount_fen == 5
    assert desk.state.ledger.balance(Account.HELD.of(FEE_IN)) == 0


def test_a_price_that_is_whole_and_unsigned_goes_back() -> None:
    """The usual case: all is paid, and the parties find that the contract cannot be."""
    desk = sold()
    desk.ask(credit("c2", OWED, PRICE_FEN - DEPOSIT_FEN))
    rescinded(desk=desk)
    assert desk.state.payments[f"P-{OWED}"].amount_fen == PRICE_FEN
    assert not desk.state.obligations[OWED].met
