"""The winner's default: deposit forfeited, part payments back, and after the resale shortfall and commissions due."""

from hypothesis import given
from hypothesis import strategies as st

from settlement.commands import AssessDefault, DeclareDefault, PayDebt
from settlement.dates import due_date, end_of_day
from settlement.default import EXCHANGE
from settlement.default_events import DefaultAssessed, DepositForfeited, ObligationMoneyPaid, TradeDefaulted
from settlement.ledger import Account
from settlement.state import DepositState
from tests.settlement.desk import (
    AT,
    DEPOSIT,
    DEPOSIT_FEN,
    FACTORY,
    PRICE_FEN,
    TRADE,
    UNIVERSITY,
    Desk,
    confirm,
    credit,
    paid_out,
    sign,
    sold,
    trade,
)

LATE = end_of_day(due_date(AT, 5)) + 1
OWED, RESALE = f"O-{TRADE}", "T-L2-1"
FIVE_PERCENT = PRICE_FEN // 20


def defaulted(buyer_fen: int = 0, seller_fen: int = 0, desk: Desk | None = None) -> Desk:
    """A desk where the price stayed unpaid until after its last day."""
    desk = desk or sold()
    desk.ask(DeclareDefault(TRADE, buyer_fen, seller_fen), LATE)
    return desk


def resold(price_fen: int, buyer_fen: int = 0, seller_fen: int = 0) -> Desk:
    """The same lot sold again after a default."""
    desk = defaulted(buyer_fen, seller_fen)
    desk.ask(trade(deposit=None, trade=RESALE, price_fen=price_fen), LATE)
    return desk


def owed(desk: Desk) -> dict[str, tuple[int, int]]:
    """Debt → amount and what is missing of it."""
    return {o.id: (o.amount_fen, o.missing_fen) for o in desk.state.obligations.values() if o.kind != "price"}


def test_a_default_is_declared_after_the_last_day() -> None:
    """The last instant of the due date is still in time; the next one is not, and once is enough."""
    desk = sold()
    assert desk.refused(DeclareDefault(TRADE), LATE - 1) == "DEFAULT_NOT_DUE"
    events = desk.ask(DeclareDefault(TRADE), LATE)
    assert [type(event) for event in events] == [TradeDefaulted, DepositForfeited]
    assert desk.refused(DeclareDefault(TRADE), LATE) == "DEFAULT_DECLARED"
    assert desk.refused(DeclareDefault("T-x"), LATE) == "TRADE_UNKNOWN"


def test_who_has_paid_does_not_default() -> None:
    """A met price is no default, however late it is."""
    assert paid_out().refused(DeclareDefault(TRADE), LATE) == "DEFAULT_NOT_DUE"


def test_a_commission_that_was_not_agreed_is_capped() -> None:
    """Five per cent of the price a side, and not a fen more (auction law, art. 56)."""
    desk = sold()
    for buyer_fen, seller_fen in ((FIVE_PERCENT + 1, 0), (0, FIVE_PERCENT + 1), (-1, 0)):
        assert desk.refused(DeclareDefault(TRADE, buyer_fen, seller_fen), LATE) == "DEFAULT_COMMISSION"
    assert defaulted(FIVE_PERCENT, FIVE_PERCENT).state.trades[TRADE].default is not None


def test_the_deposit_is_forfeited_and_the_rest_goes_back() -> None:
    """A part payment beside the deposit is the buyer's; later money for the price waits in suspense."""
    desk = sold()
    desk.ask(credit("c2", OWED, 500))
    defaulted(desk=desk)
    assert desk.state.deposits[DEPOSIT].state is DepositState.FORFEITED
    assert desk.state.ledger.balance(Account.FORFEITED.of(TRADE)) == -DEPOSIT_FEN
    order = desk.state.payments[f"P-{OWED}"]
    assert (order.amount_fen, order.party) == (500, FACTORY.id)
    desk.ask(confirm(f"P-{OWED}"))
    desk.ask(credit("c3", OWED, PRICE_FEN))
    assert [(s.amount_fen, s.reason) for s in desk.state.suspense] == [(PRICE_FEN, "NOTHING_DUE")]
    assert desk.state.ledger.balance(Account.HELD.of(OWED)) == 0


def test_the_first_buyer_owes_shortfall_and_both_commissions() -> None:
    """The deposit pays the commissions first, then the shortfall; what it leaves open is awaited under a reference."""
    less_fen = PRICE_FEN - DEPOSIT_FEN
    desk = resold(less_fen, 3_000_000, 2_000_000)
    assert desk.happened(DefaultAssessed) == [
        DefaultAssessed(TRADE, RESALE, 5_000_000, DEPOSIT_FEN, DEPOSIT_FEN)
    ]
    assert owed(desk) == {f"OC-{TRADE}": (5_000_000, 0), f"OS-{TRADE}": (DEPOSIT_FEN, 5_000_000)}
    assert desk.state.payments[f"P-OC-{TRADE}"].party == EXCHANGE
    desk.ask(credit("c5", f"OS-{TRADE}", 5_000_000), LATE)
    assert desk.state.payments[f"P-OS-{TRADE}"].party == UNIVERSITY.id
    desk.ask(confirm(f"P-OS-{TRADE}"))
    desk.ask(confirm(f"P-OC-{TRADE}"))
    assert [tuple(line) for line in desk.state.ledger.trial_balance()] == [
        ("commission", -5_000_000),
        ("own", 5_000_000),
    ]
    assert desk.refused(PayDebt(f"OS-{TRADE}")) == "PAYMENT_DONE"


def test_a_resale_that_brings_more_leaves_the_deposit_to_the_seller() -> None:
    """No shortfall is negative: the whole deposit is the seller's after the commissions."""
    desk = resold(PRICE_FEN + 1)
    assert owed(desk) == {f"OF-{TRADE}": (DEPOSIT_FEN, 0)}
    assert desk.state.payments[f"P-OF-{TRADE}"].party == UNIVERSITY.id


def test_a_default_is_assessed_once_and_by_the_right_sale() -> None:
    """Neither a sale of something else nor the failed sale itself shows what the default cost."""
    desk = resold(PRICE_FEN)
    assert desk.refused(AssessDefault(TRADE, RESALE)) == "DEFAULT_NOT_DUE"
    assert desk.refused(AssessDefault(TRADE, "T-x")) == "TRADE_UNKNOWN"
    other = defaulted()
    assert other.refused(AssessDefault(TRADE, TRADE)) == "DEFAULT_NOT_DUE"


def test_two_defaults_on_one_listing_are_each_assessed_by_a_sale_of_their_own() -> None:
    """Several awards of one listing: two buyers do not pay, two later sales show what each default cost."""
    desk = sold()
    desk.ask(trade(deposit=None, trade="T-L1-2"))
    for failed in (TRADE, "T-L1-2"):
        desk.ask(DeclareDefault(failed, 1, 0), LATE)
    for sale in (RESALE, "T-L3-1"):
        desk.ask(trade(deposit=None, trade=sale), LATE)
    assert [(e.trade, e.resale) for e in desk.happened(DefaultAssessed)] == [
        (TRADE, RESALE),
        ("T-L1-2", "T-L3-1"),
    ]
    assert desk.state.defaults == {}


def test_the_proceeds_of_a_failed_sale_are_never_paid() -> None:
    """Both signatures change nothing: neither the price nor a registration follows."""
    desk = defaulted()
    for party in (UNIVERSITY, FACTORY):
        desk.ask(sign(desk, party))
    assert desk.state.trades[TRADE].payment is None
    assert desk.state.registrations == {}


def test_the_excess_of_a_deposit_still_goes_back_after_the_default() -> None:
    """A debt that is not whole is not paid out."""
    desk = resold(PRICE_FEN - DEPOSIT_FEN - 1)
    assert desk.refused(PayDebt(f"OS-{TRADE}")) == "OBLIGATION_OPEN"
    assert desk.refused(PayDebt("O-x")) == "OBLIGATION_OPEN"


@given(
    price_fen=st.integers(1, 2 * PRICE_FEN),
    buyer_fen=st.integers(0, FIVE_PERCENT),
    seller_fen=st.integers(0, FIVE_PERCENT),
    paid_fen=st.integers(0, PRICE_FEN - DEPOSIT_FEN - 1),
)
def test_no_fen_is_lost_in_a_default(price_fen: int, buyer_fen: int, seller_fen: int, paid_fen: int) -> None:
    """Whatever the resale brings: what the first buyer paid is back, with the creditors, or covers a debt."""
    desk = sold()
    if paid_fen:
        desk.ask(credit("c2", OWED, paid_fen))
    defaulted(buyer_fen, seller_fen, desk)
    desk.ask(trade(deposit=None, trade=RESALE, price_fen=price_fen), LATE)
    for n, (debt, (_, missing_fen)) in enumerate(owed(desk).items()):
        if missing_fen:
            desk.ask(credit(f"m{n}", debt, missing_fen), LATE)
    for payment in list(desk.state.payments_open):
        desk.ask(confirm(payment))
    assert {line.account for line in desk.state.ledger.trial_balance()} <= {"own", "commission"}
    assert desk.state.ledger.balance(Account.OWN) == buyer_fen + seller_fen
    losses_fen = buyer_fen + seller_fen + max(0, PRICE_FEN - price_fen)
    paid = {e.obligation: e.amount_fen for e in desk.happened(ObligationMoneyPaid)}
    assert paid.pop(OWED, 0) == paid_fen
    assert sum(paid.values()) == max(losses_fen, DEPOSIT_FEN)
