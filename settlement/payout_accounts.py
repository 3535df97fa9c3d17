"""The accounts to which parties are paid: stated by the party, confirmed by two other persons, then effective.

A change of account is how payments are diverted, so nobody does it alone. An order that was made keeps the account
it was made with; one that waits without any takes the first that becomes effective. A deposit, and what a buyer had
paid beside it, goes back to the account from which it came, where the bank told it.
"""

from matching_engine.errors import require
from settlement.account_commands import (
    ConfirmPayoutAccount,
    DirectPayment,
    RejectPayoutAccount,
    StatePayoutAccount,
)
from settlement.account_events import (
    PaymentDirected,
    PayoutAccountConfirmed,
    PayoutAccountRejected,
    PayoutAccountStated,
)
from settlement.bank_account import BankAccount, fault, tidy
from settlement.dispatch import Deciders, Evolvers
from settlement.payments import make_ready
from settlement.persons import one_person
from settlement.refusals import Events, Refusal, refuse
from settlement.state import PaymentKind, PaymentOrder, PaymentState, Settlement
from settlement.stated_account import AccountState, StatedAccount, effective


def state_account(state: Settlement, command: StatePayoutAccount, _at: int) -> Events:
    """Take a party's statement of its account; it changes nothing yet."""
    account = tidy(command.account)
    wrong = fault(account)
    if wrong is not None:
        return refuse(command.party, command, Refusal.ACCOUNT_INVALID, f"account.{wrong}")
    stated = state.payout_accounts.get(command.party, [])
    if account == effective(stated) or (stated and stated[-1].pending and stated[-1].account == account):
        detail = "this account is effective, or waits for the operator already"
        return refuse(command.party, command, Refusal.ACCOUNT_UNCHANGED, detail)
    return (PayoutAccountStated(command.party, len(stated) + 1, account, command.author, command.person),)


def confirm_account(state: Settlement, command: ConfirmPayoutAccount, _at: int) -> Events:
    """Confirm a stated account; the second person makes it effective, and gives it to orders that wait."""
    stated = pending(state, command.party)
    if stated is None or stated.version != command.version:
        return _nothing_waits(command)
    before = (stated.stated_by, *stated.confirmed_by)
    if any(one_person(state, one, command.approver, command.person) for one in before):
        detail = "two persons confirm an account, neither of whom stated it"
        return refuse(command.party, command, Refusal.FOUR_EYES, detail)
    final = bool(stated.confirmed_by)
    confirmed_ = PayoutAccountConfirmed(
        command.party, stated.version, command.approver, final, command.person
    )
    return (confirmed_, *(_given(state, command, stated.account) if final else ()))


def _given(state: Settlement, command: ConfirmPayoutAccount, account: BankAccount) -> Events:
    """Orders that waited for the account have it now; a refund's payer is named otherwise."""
    return tuple(
        PaymentDirected(order.payment, account, command.approver, True)
        for order in state.payments_open.values()
        if order.party == command.party and order.kind is not PaymentKind.REFUND and waits(order)
    )


def reject_account(state: Settlement, command: RejectPayoutAccount, _at: int) -> Events:
    """Turn a stated account down."""
    stated = pending(state, command.party)
    if stated is None or stated.version != command.version:
        return _nothing_waits(command)
    return (PayoutAccountRejected(command.party, stated.version, command.approver, command.reason),)


def _nothing_waits(command: ConfirmPayoutAccount | RejectPayoutAccount) -> Events:
    detail = f"no account of this version waits for the operator: got {command.version}"
    return refuse(command.party, command, Refusal.ACCOUNT_UNKNOWN, detail)


def pending(state: Settlement, party: str) -> StatedAccount | None:
    """A party's account that waits for the operator, if one does."""
    stated = state.payout_accounts.get(party, [])
    return stated[-1] if stated and stated[-1].pending else None


def direct_payment(state: Settlement, command: DirectPayment, _at: int) -> Events:
    """Name the account of a refund that waits for one; two persons must say the same."""
    order = state.payments.get(command.payment)
    if order is None:
        return refuse(command.payment, command, Refusal.PAYMENT_UNKNOWN, "this payment was never ordered")
    account = tidy(command.account)
    wrong = fault(account)
    if wrong is not None:
        return refuse(command.payment, command, Refusal.ACCOUNT_INVALID, f"account.{wrong}")
    if order.kind is not PaymentKind.REFUND or not waits(order):
        detail = "only a refund that waits for an account takes one; a party states its own"
        return refuse(command.payment, command, Refusal.PAYMENT_STATE, detail)
    named = order.directed
    final = named is not None and named[0] == account
    if final and named is not None and one_person(state, named[1], command.author, command.person):
        return refuse(
            command.payment, command, Refusal.FOUR_EYES, "a second person must name the same account"
        )
    return (PaymentDirected(order.payment, account, command.author, final, command.person),)


def waits(order: PaymentOrder) -> bool:
    """Whether an order that the bank has not executed lacks the account to pay to."""
    return order.state is PaymentState.PENDING and order.creditor is None


def stated(state: Settlement, event: PayoutAccountStated, at: int) -> None:
    """The account waits for the operator; an older one that waited is withdrawn by this."""
    older = state.payout_accounts.setdefault(event.party, [])
    require(event.version == len(older) + 1, "the versions of a party's account follow each other")
    if older and older[-1].pending:
        older[-1].state = AccountState.WITHDRAWN
    older.append(StatedAccount(event.version, event.account, event.author, at))


def confirmed(state: Settlement, event: PayoutAccountConfirmed, _at: int) -> None:
    """Confirmed once, or effective in place of the one before."""
    known = state.payout_accounts[event.party]
    one = known[event.version - 1]
    require(one.pending and event.approver not in one.confirmed_by, "an account is confirmed by two persons")
    one.confirmed_by.append(event.approver)
    if not event.final:
        one.state = AccountState.CONFIRMED_ONCE
        return
    for other in known:
        if other.state is AccountState.EFFECTIVE:
            other.state = AccountState.REPLACED
    one.state = AccountState.EFFECTIVE


def rejected(state: Settlement, event: PayoutAccountRejected, _at: int) -> None:
    """The account does not count."""
    one = state.payout_accounts[event.party][event.version - 1]
    require(one.pending, "an account is decided once")
    one.state, one.reason = AccountState.REJECTED, event.reason


def directed(state: Settlement, event: PaymentDirected, at: int) -> None:
    """One person named the account, or the second one did."""
    order = state.payments[event.payment]
    require(waits(order), "an order has one account")
    order.directed = (event.account, event.author)
    if event.final:
        make_ready(state, order, event.account, at)


DECIDE: Deciders = {
    StatePayoutAccount: state_account,
    ConfirmPayoutAccount: confirm_account,
    RejectPayoutAccount: reject_account,
    DirectPayment: direct_payment,
}
EVOLVE: Evolvers = {
    PayoutAccountStated: stated,
    PayoutAccountConfirmed: confirmed,
    PayoutAccountRejected: rejected,
    PaymentDirected: directed,
}
