"""To which account an order pays: where the money came from, or what its party stated and two persons confirmed."""

from settlement.bank_account import BankAccount
from settlement.state import PaymentKind, Settlement
from settlement.stated_account import effective

_BACK = (PaymentKind.DEPOSIT, PaymentKind.RETURN)
"""Money that goes back to where it came from, if the bank told."""


def creditor_of(state: Settlement, kind: PaymentKind, subject: str, party: str) -> BankAccount | None:
    """The account of an order that is made now; None: it waits for one."""
    if kind is PaymentKind.REFUND:
        return state.credits[subject].payer_account
    source = state.sources.get(subject) if kind in _BACK else None
    return source or effective(state.payout_accounts.get(party, []))
