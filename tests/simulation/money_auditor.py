"""A naive auditor of the money: each sale, deposit and claim ends once, and the bank moved what the journal says."""

from exchange.house.command import Recorded
from settlement import events as s
from tests.simulation.bank import BankBooks

_ONCE: dict[type, str] = {
    s.TradeConcluded: "trade",
    s.DepositReleased: "deposit",
    s.DepositApplied: "deposit",
    s.ProceedsPaid: "trade",
    s.ContractConcluded: "contract",
    s.ClaimPaid: "claim",
}
"""What happens once, and to what."""


class MoneyAuditor:
    """Hears every journaled event; says what is wrong with it, or nothing."""

    def __init__(self, bank: BankBooks) -> None:
        self._bank = bank
        self._happened: set[tuple[str, str]] = set()
        self._approvers: dict[str, set[str]] = {}

    def take(self, recorded: Recorded) -> str | None:
        """One event further; the invariant that it breaks."""
        event = recorded.event
        if isinstance(event, s.ClaimApproved):
            self._approvers.setdefault(event.claim, set()).add(event.approver)
        return self._once(event) or self._paid(event)

    def _once(self, event: object) -> str | None:
        name = _ONCE.get(type(event))
        if name is None:
            return None
        one = (type(event).__name__, getattr(event, name))
        if one in self._happened:
            return f"invariants 10, 11: {one[0]} of {one[1]} came twice"
        self._happened.add(one)
        return None

    def _paid(self, event: object) -> str | None:
        if not isinstance(event, s.DepositReleased | s.ProceedsPaid | s.ClaimPaid):
            return None
        order = self._bank.paid.get(event.payment)
        if order is None or order.amount_fen != event.amount_fen:
            return (
                f"invariant 9: {event.payment} is journaled as {event.amount_fen} fen, the bank paid {order}"
            )
        if isinstance(event, s.ClaimPaid) and len(self._approvers.get(event.claim, ())) < 2:
            return f"invariant 11: {event.claim} was paid without two approvals"
        return None

    def final(self) -> str | None:
        """No payment changed between two requests for it."""
        return f"the bank was asked for other amounts: {self._bank.changed}" if self._bank.changed else None
