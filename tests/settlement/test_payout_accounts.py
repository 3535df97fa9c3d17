"""Payout accounts: stated by the party, confirmed by two others, never for an order that was made already."""

import msgspec

from settlement.account_commands import (
    ConfirmPayoutAccount,
    DirectPayment,
    RejectPayoutAccount,
    StatePayoutAccount,
)
from settlement.bank_account import BankAccount
from settlement.commands import RefundSuspense, ReleaseDeposit, RepeatPayment, VoidPayment
from settlement.stated_account import effective
from tests.settlement.desk import (
    ACCOUNTS,
    AT,
    DEPOSIT,
    DEPOSIT_FEN,
    FACTORY,
    PRICE_FEN,
    TRADE,
    UNIVERSITY,
    Desk,
    call,
    credit,
    held,
    signed,
    with_account,
)

OWN = ACCOUNTS[UNIVERSITY.id]
OTHER = BankAccount(UNIVERSITY.name, "3500040109008800999", "中国工商银行哈尔滨学府支行", "102261000418")


def states(desk: Desk) -> list[str]:
    """How far the university's accounts have come."""
    return [one.state.value for one in desk.state.payout_accounts[UNIVERSITY.id]]


def to_pay() -> Desk:
    """A desk where the seller is to be paid."""
    desk = signed()
    desk.ask(credit("c2", f"O-{TRADE}", PRICE_FEN - DEPOSIT_FEN))
    return desk


def test_two_persons_confirm_and_not_who_stated_it() -> None:
    """Neither the author nor the first person a second time makes an account effective."""
    desk = Desk()
    desk.ask(StatePayoutAccount(UNIVERSITY.id, OWN, "clerk"))
    assert desk.refused(ConfirmPayoutAccount(UNIVERSITY.id, 1, "clerk")) == "FOUR_EYES"
    desk.ask(ConfirmPayoutAccount(UNIVERSITY.id, 1, "operator-1"))
    assert effective(desk.state.payout_accounts[UNIVERSITY.id]) is None
    assert desk.refused(ConfirmPayoutAccount(UNIVERSITY.id, 1, "operator-1")) == "FOUR_EYES"
    desk.ask(ConfirmPayoutAccount(UNIVERSITY.id, 1, "operator-2"))
    assert effective(desk.state.payout_accounts[UNIVERSITY.id]) == OWN
    assert desk.refused(ConfirmPayoutAccount(UNIVERSITY.id, 1, "operator-3")) == "ACCOUNT_UNKNOWN"


def test_a_change_counts_only_once_it_is_confirmed() -> None:
    """Until then the old account is effective; a newer statement withdraws one that waits, with its confirmation."""
    desk = with_account(Desk(), UNIVERSITY.id)
    assert desk.refused(StatePayoutAccount(UNIVERSITY.id, OWN, "clerk")) == "ACCOUNT_UNCHANGED"
    desk.ask(StatePayoutAccount(UNIVERSITY.id, OTHER, "clerk"))
    desk.ask(ConfirmPayoutAccount(UNIVERSITY.id, 2, "operator-1"))
    third = msgspec.structs.replace(OTHER, bank_name="中国银行")
    desk.ask(StatePayoutAccount(UNIVERSITY.id, third, "clerk"))
    assert desk.refused(ConfirmPayoutAccount(UNIVERSITY.id, 2, "operator-2")) == "ACCOUNT_UNKNOWN"
    desk.ask(RejectPayoutAccount(UNIVERSITY.id, 3, "operator-1", "not the university's"))
    assert states(desk) == ["effective", "withdrawn", "rejected"]
    with_account(desk, UNIVERSITY.id, OTHER)
    assert states(desk) == ["replaced", "withdrawn", "rejected", "effective"]


def test_a_wrong_account_is_refused() -> None:
    """The field is named."""
    wrong = msgspec.structs.replace(OWN, bank_code="")
    assert Desk().refused(StatePayoutAccount(UNIVERSITY.id, wrong, "clerk")) == "ACCOUNT_INVALID"


def test_an_order_keeps_the_account_it_was_made_with() -> None:
    """A change does not divert it; once void and ordered again, the new account counts."""
    desk = with_account(to_pay(), UNIVERSITY.id)
    order = desk.state.payments[f"P-{TRADE}"]
    assert order.creditor == OWN
    with_account(desk, UNIVERSITY.id, OTHER)
    assert order.creditor == OWN
    desk.ask(VoidPayment(order.payment, "account closed"))
    desk.ask(RepeatPayment(order.payment))
    assert desk.state.payments[f"P2-{TRADE}"].creditor == OTHER


def test_an_order_without_an_account_waits_for_the_first() -> None:
    """It is complete from the second confirmation on, and its days run from there."""
    desk = to_pay()
    order = desk.state.payments[f"P-{TRADE}"]
    assert (order.creditor, order.ready_at) == (None, None)
    with_account(desk, UNIVERSITY.id, at=AT + 5)
    assert (order.creditor, order.ready_at) == (OWN, AT + 5)


def test_a_deposit_goes_back_where_it_came_from() -> None:
    """The account that the bank told of is paid, whatever the party has stated since."""
    source = BankAccount("松江重型机械", "6222021234567890")
    desk = Desk()
    desk.ask(call())
    desk.ask(msgspec.structs.replace(credit("c1", DEPOSIT, DEPOSIT_FEN), payer_account=source))
    with_account(desk, FACTORY.id)
    desk.ask(ReleaseDeposit(DEPOSIT, AT))
    assert desk.state.payments[f"P-{DEPOSIT}"].creditor == source
    without = with_account(held(), FACTORY.id)
    without.ask(ReleaseDeposit(DEPOSIT, AT))
    assert without.state.payments[f"P-{DEPOSIT}"].creditor == ACCOUNTS[FACTORY.id]


def pays_to(desk: Desk) -> list[BankAccount]:
    """The account of the one refund, if it has one."""
    account = desk.state.payments["PR-c1"].creditor
    return [account] if account else []


def test_a_refund_of_unknown_origin_is_directed_by_two_persons() -> None:
    """Both name the same account; another account, or the same person, does not do."""
    desk = Desk()
    desk.ask(credit("c1", "?", 500))
    desk.ask(RefundSuspense("c1"))
    desk.ask(DirectPayment("PR-c1", OWN, "operator-1"))
    assert desk.refused(DirectPayment("PR-c1", OWN, "operator-1")) == "FOUR_EYES"
    desk.ask(DirectPayment("PR-c1", OTHER, "operator-2"))
    assert not pays_to(desk)
    desk.ask(DirectPayment("PR-c1", OTHER, "operator-1"))
    assert pays_to(desk) == [OTHER]
    assert desk.refused(DirectPayment("PR-c1", OWN, "operator-2")) == "PAYMENT_STATE"
    assert desk.refused(DirectPayment("PR-x", OWN, "operator-2")) == "PAYMENT_UNKNOWN"
    assert desk.state.payout_accounts == {}


def test_only_refunds_are_directed() -> None:
    """A party's own money waits for the account that the party states."""
    assert to_pay().refused(DirectPayment(f"P-{TRADE}", OWN, "operator-1")) == "PAYMENT_STATE"


def test_a_told_origin_is_where_a_refund_goes() -> None:
    """And a second telling without it is still the same credit."""
    desk = Desk()
    desk.ask(msgspec.structs.replace(credit("c1", "?", 500), payer_account=OWN))
    assert desk.refused(credit("c1", "?", 500)) == "CREDIT_KNOWN"
    desk.ask(RefundSuspense("c1"))
    assert desk.state.payments["PR-c1"].creditor == OWN
