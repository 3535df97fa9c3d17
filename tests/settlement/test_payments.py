"""Orders to the bank: open until confirmed, confirmed once."""

from settlement.commands import ApproveClaim, ReleaseDeposit
from settlement.events import ClaimPaid, DepositReleased, ProceedsPaid
from tests.settlement.desk import AT, CLAIM, DEPOSIT, TRADE, claimed, confirm, held, paid_out


def test_each_kind_of_payment_is_confirmed_as_what_it_was() -> None:
    """The same command ends a deposit, the proceeds or a claim, by the order it confirms."""
    desk = held()
    desk.ask(ReleaseDeposit(DEPOSIT, AT))
    assert [type(e) for e in desk.ask(confirm(f"P-{DEPOSIT}"))] == [DepositReleased]
    assert len(paid_out().happened(ProceedsPaid)) == 1
    desk = claimed()
    desk.ask(ApproveClaim(CLAIM, "official-1"))
    desk.ask(ApproveClaim(CLAIM, "official-2"))
    assert desk.state.payments_open[f"P-{CLAIM}"].account == "fund"
    assert [type(e) for e in desk.ask(confirm(f"P-{CLAIM}"))] == [ClaimPaid]


def test_an_unknown_or_dateless_confirmation_is_refused() -> None:
    """The order stays open until a confirmation that can be booked."""
    desk = held()
    assert desk.refused(confirm("P-nowhere")) == "PAYMENT_UNKNOWN"
    desk.ask(ReleaseDeposit(DEPOSIT, AT))
    assert desk.refused(confirm(f"P-{DEPOSIT}", on="soon")) == "DATE_INVALID"
    assert list(desk.state.payments_open) == [f"P-{DEPOSIT}"]


def test_the_transfer_says_what_it_is_for() -> None:
    """The purpose that the bank prints names the kind and the thing."""
    desk = held()
    desk.ask(ReleaseDeposit(DEPOSIT, AT))
    assert desk.state.payments[f"P-{DEPOSIT}"].purpose == f"退还竞买保证金 {DEPOSIT}"
    assert paid_out().state.payments[f"P-{TRADE}"].purpose == f"支付技术交易价款 {TRADE}"
