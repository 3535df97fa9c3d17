"""Rescission of a sale by agreement: what is asked, and what happened (Civil Code, art. 562, 566)."""

from typing import Literal

from settlement.command_base import Command
from settlement.event_base import Event


class AgreeRescission(Command, frozen=True, tag=True):
    """A party says that the sale shall be undone, and what of the money held the seller keeps; both must say the same."""

    trade: str
    party: str
    author: str
    kept_fen: int
    reason: str


class RescissionAgreed(Event, frozen=True, tag=True):
    """One party has said so; a later word of the same party replaces it."""

    trade: str
    party: str
    side: Literal["seller", "buyer"]
    author: str
    kept_fen: int
    reason: str


class TradeRescinded(Event, frozen=True, tag=True):
    """Both said the same: nothing more is owed for the sale, and what was paid goes back but for what was agreed."""

    trade: str
    listing: str
    kept_fen: int
    refund_fen: int
    rescinded_on: str


RescissionEvent = RescissionAgreed | TradeRescinded
