"""The state of a house: what its journal adds up to."""

from dataclasses import dataclass, field

from exchange.house.command import Command
from exchange.market.state import Market
from matching_engine.lot import Lot
from settlement.rulebook import Rulebook
from settlement.state import Settlement


@dataclass(slots=True)
class State:
    """Lots, market, settlement, and where the journal stands.

    `pending` are commands that the house still has to ask of itself: each event's reactions enter it, and
    leave it when their own events are journaled. It is state like any other, so a crash forgets none.
    """

    settlement: Settlement
    market: Market = field(default_factory=Market)
    lots: dict[str, Lot] = field(default_factory=dict)
    streams: dict[str, int] = field(default_factory=dict)
    pending: dict[str, Command] = field(default_factory=dict)
    seq: int = 0
    at: int = 0
    hash: bytes = bytes(32)
    followed: int = field(default=0, compare=False)
    """seq of the last event that concerned more than its own lot, of those that came to this object; kept nowhere."""


def new_state(rulebook: Rulebook) -> State:
    """A house before its first event."""
    return State(Settlement(rulebook))
