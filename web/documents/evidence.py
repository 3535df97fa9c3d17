"""The bank's evidence of a trade: every credit of its price, what went back, and what reached the seller."""

from collections.abc import Iterator
from typing import NamedTuple

from settlement.chart import Account
from settlement.state import PaymentKind, Settlement, Trade

KINDS = {
    "credit": "买方付款到监管账户",
    "deposit": "保证金付款到监管账户",
    "applied": "保证金转为价款",
    "back": "退款",
    "forfeited": "保证金没收",
    "kept": "从价款中划出（卖方佣金等）",
    "proceeds": "价款支付给卖方（实际到账）",
}


class Movement(NamedTuple):
    """Money on a day, with the bank's reference; below zero: it went back."""

    kind: str
    on: str
    reference: str
    payer: str
    amount_fen: int


def evidence_of(state: Settlement, trade: Trade) -> tuple[Movement, ...]:
    """Everything in the order of the books; the payment to the seller comes last."""
    return (*_booked(state, trade), *_proceeds(state, trade))


def _booked(state: Settlement, trade: Trade) -> Iterator[Movement]:
    price, deposit = Account.HELD.of(trade.obligation or ""), Account.HELD.of(trade.deposit or "")
    for entry in state.ledger.entries:
        for line in entry.lines:
            if line.account not in (price, deposit) or entry.kind == "ProceedsOrdered":
                continue
            kind = _kind(entry.kind, line.account == deposit, line.amount_fen)
            if kind:
                payer = state.credits[entry.reference].payer if entry.reference in state.credits else ""
                yield Movement(kind, entry.value_on, entry.reference, payer, -line.amount_fen)


def _kind(event: str, of_deposit: bool, amount_fen: int) -> str:
    """What an entry is evidence of; empty for the deposit's own way into the price, which counts once."""
    if event == "DepositApplied":
        return "" if of_deposit else "applied"
    if event == "HeldMoneyApplied" and not of_deposit and amount_fen > 0:
        return "kept"
    if event == "DepositForfeited":
        return "forfeited"
    if amount_fen > 0:
        return "back"
    return "deposit" if of_deposit else "credit"


def _proceeds(state: Settlement, trade: Trade) -> Iterator[Movement]:
    for order in state.payments.values():
        if order.kind is PaymentKind.PROCEEDS and order.subject == trade.id and order.paid_on:
            yield Movement("proceeds", order.paid_on, order.bank_reference or "", "", order.amount_fen)
