"""Commissions of a sale: due from the hammer, the buyer's paid in, the seller's kept from the proceeds, both the exchange's."""

import msgspec

from settlement.commands import AssignSuspense, DeclareDefault
from settlement.commission import Bracket, Commission
from settlement.dates import due_date, end_of_day, shanghai_date
from settlement.default_events import TradeDefaulted
from settlement.ledger import Account
from settlement.state import PaymentKind
from settlement.statements import statement
from tests.settlement.desk import (
    AT,
    DEPOSIT_FEN,
    FACTORY,
    PRICE_FEN,
    TRADE,
    UNIVERSITY,
    Desk,
    confirm,
    credit,
    held,
    sign,
    trade,
)

TERMS = Commission((Bracket(0, "2"),), (Bracket(0, "3"),), source="auction law, art. 56")
BUYER_FEN, SELLER_FEN = PRICE_FEN * 2 // 100, PRICE_FEN * 3 // 100
FEE_IN, FEE_OUT = f"OB-{TRADE}", f"OA-{TRADE}"
LATE = end_of_day(due_date(AT, 5)) + 1


def sold(terms: Commission = TERMS) -> Desk:
    """A desk where the hammer fell in a session with commissions."""
    desk = held()
    desk.ask(msgspec.structs.replace(trade(), commission=terms))
    return desk


def settled() -> Desk:
    """The same, signed and paid for, the bank having done everything."""
    desk = sold()
    for party in (UNIVERSITY, FACTORY):
        desk.ask(sign(desk, party))
    desk.ask(credit("c2", f"O-{TRADE}", PRICE_FEN - DEPOSIT_FEN))
    desk.ask(credit("c3", FEE_IN, BUYER_FEN))
    for payment in list(desk.state.payments_open):
        desk.ask(confirm(payment))
    return desk


def test_both_commissions_are_raised_at_the_hammer() -> None:
    """Each with its debtor, its amount and its source; without terms, or for a side without brackets, none."""
    owed = sold().state.obligations
    assert {(o.id, o.debtor, o.creditor, o.amount_fen) for o in owed.values() if o.kind != "price"} == {
        (FEE_IN, FACTORY.id, "exchange", BUYER_FEN),
        (FEE_OUT, UNIVERSITY.id, "exchange", SELLER_FEN),
    }
    assert FEE_OUT not in sold(Commission(TERMS.buyer)).state.obligations
    plain = held()
    plain.ask(trade())
    assert list(plain.state.obligations) == [f"O-{TRADE}"]


def test_the_sellers_is_kept_and_the_buyers_paid_in() -> None:
    """The seller gets the rest of the price; both are the exchange's income once they have left escrow."""
    desk = settled()
    orders = {
        order.payment: (order.kind, order.party, order.amount_fen) for order in desk.state.payments.values()
    }
    assert orders == {
        f"P-{FEE_OUT}": (PaymentKind.COMMISSION, "exchange", SELLER_FEN),
        f"P-{TRADE}": (PaymentKind.PROCEEDS, UNIVERSITY.id, PRICE_FEN - SELLER_FEN),
        f"P-{FEE_IN}": (PaymentKind.COMMISSION, "exchange", BUYER_FEN),
    }
    assert {line.account: line.amount_fen for line in desk.state.ledger.trial_balance()} == {
        "own": BUYER_FEN + SELLER_FEN,
        "commission": -BUYER_FEN - SELLER_FEN,
    }


def test_the_statement_shows_the_deduction() -> None:
    """What was deducted came to the seller and went to the exchange; nothing is left at the end."""
    shown = statement(settled().state, UNIVERSITY.id, shanghai_date(AT), shanghai_date(AT))
    kept = [line.amount_fen for line in shown.lines if line.account == Account.HELD.of(FEE_OUT)]
    assert kept == [SELLER_FEN, -SELLER_FEN]
    assert shown.closing_fen == 0


def test_the_sellers_commission_is_not_paid_in() -> None:
    """It has no reference, and nobody can assign money to it."""
    desk = sold()
    desk.ask(credit("c4", FEE_OUT, SELLER_FEN))
    assert [item.reason for item in desk.state.suspense] == ["UNKNOWN_REFERENCE"]
    assert desk.refused(AssignSuspense("c4", FEE_OUT)) == "TARGET_UNFIT"


def test_a_default_takes_the_sales_own_commissions() -> None:
    """Nobody types them; what the buyer had paid in of its own goes back and is counted anew."""
    desk = sold()
    desk.ask(credit("c3", FEE_IN, 5))
    desk.ask(DeclareDefault(TRADE), LATE)
    (failed,) = desk.happened(TradeDefaulted)
    assert (failed.buyer_commission_fen, failed.seller_commission_fen) == (BUYER_FEN, SELLER_FEN)
    assert desk.state.payments[f"P-{FEE_IN}"].amount_fen == 5
    desk.ask(credit("c5", FEE_IN, BUYER_FEN), LATE)
    assert [item.reason for item in desk.state.suspense] == ["NOTHING_DUE"]
    desk.ask(confirm(f"P-{FEE_IN}"), LATE)
    assert desk.state.ledger.balance(Account.COMMISSION) == 0
    assert desk.state.ledger.wrong() is None


def test_a_commission_that_was_paid_is_not_due_again() -> None:
    """The first buyer owes the seller's commission and the shortfall, not its own a second time."""
    desk = sold()
    desk.ask(credit("c3", FEE_IN, BUYER_FEN))
    desk.ask(DeclareDefault(TRADE), LATE)
    resale = trade(deposit=None, trade="T-L2-1", price_fen=PRICE_FEN - DEPOSIT_FEN)
    desk.ask(msgspec.structs.replace(resale, commission=TERMS), LATE)
    owed = {
        o.id: o.amount_fen for o in desk.state.obligations.values() if o.kind in ("commission", "shortfall")
    }
    assert owed == {f"OC-{TRADE}": SELLER_FEN, f"OS-{TRADE}": DEPOSIT_FEN}


def test_the_sum_of_a_default_with_both_commissions() -> None:
    """Art. 39: both commissions of the failed sale and the shortfall, of which the deposit pays the first part."""
    desk = sold()
    desk.ask(DeclareDefault(TRADE), LATE)
    resale = trade(deposit=None, trade="T-L2-1", price_fen=PRICE_FEN - 20_000_000)
    desk.ask(msgspec.structs.replace(resale, commission=TERMS), LATE)
    left = {
        o.id: o.missing_fen for o in desk.state.obligations.values() if o.kind in ("commission", "shortfall")
    }
    whole = BUYER_FEN + SELLER_FEN + 20_000_000
    assert left == {f"OC-{TRADE}": 0, f"OS-{TRADE}": whole - DEPOSIT_FEN}
