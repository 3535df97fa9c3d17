"""What a sale makes due beside its price, and what is paid for it out of money that is held already."""

from typing import Literal

from settlement.event_base import Event

ChargeKind = Literal["buyer_commission", "seller_commission", "royalty", "inspection", "rescission"]


class ChargeRaised(Event, frozen=True, tag=True):
    """Somebody owes something beside the price; payments carry `reference`. An empty one: it is deducted, not paid."""

    obligation: str
    trade: str
    kind: ChargeKind
    debtor: str
    creditor: str
    amount_fen: int
    due_on: str
    reference: str
    source: str = ""
    """The rule or agreement that it comes from."""


class HeldMoneyApplied(Event, frozen=True, tag=True):
    """Money held for one obligation pays another: the seller's commission out of the price, what was agreed on rescission."""

    trade: str
    source: str
    obligation: str
    amount_fen: int


ChargeEvent = ChargeRaised | HeldMoneyApplied
