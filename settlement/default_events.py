"""What happens when a winner does not pay (auction law, art. 39; online judicial auctions, art. 24)."""

from typing import Literal

from settlement.event_base import Event

DebtKind = Literal["commission", "shortfall", "forfeit"]
"""What the forfeited deposit and the first buyer pay for, in this order."""


class TradeDefaulted(Event, frozen=True, tag=True):
    """The buyer has not paid in time; its price is no longer awaited."""

    trade: str
    listing: str
    lot: str
    buyer: str
    price_fen: int
    buyer_commission_fen: int
    seller_commission_fen: int


class DepositForfeited(Event, frozen=True, tag=True):
    """The deposit of a defaulting buyer does not go back; it covers what the default costs."""

    trade: str
    deposit: str
    amount_fen: int


class DefaultAssessed(Event, frozen=True, tag=True):
    """The lot was sold again: what the first buyer owes is known."""

    trade: str
    resale: str
    commission_fen: int
    shortfall_fen: int
    forfeited_fen: int


class DefaultDebtRaised(Event, frozen=True, tag=True):
    """The first buyer owes something for its default; "forfeit" is what the deposit leaves for the seller."""

    obligation: str
    trade: str
    kind: DebtKind
    debtor: str
    creditor: str
    amount_fen: int
    due_on: str
    reference: str


class ForfeitApplied(Event, frozen=True, tag=True):
    """Forfeited money pays a debt of the default."""

    trade: str
    obligation: str
    amount_fen: int


class ObligationMoneyOrdered(Event, frozen=True, tag=True):
    """The bank is asked to pay what is held for an obligation: back to its debtor (`refund`), or to its creditor."""

    obligation: str
    payment: str
    party: str
    amount_fen: int
    refund: bool


class ObligationMoneyPaid(Event, frozen=True, tag=True):
    """The money has arrived."""

    obligation: str
    payment: str
    amount_fen: int
    bank_reference: str
    paid_on: str
    refund: bool = False
    """Whether it went back to its debtor."""
