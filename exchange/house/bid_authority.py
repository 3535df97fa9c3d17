"""Whether a bidder may bid on a lot: asked of the state once, and not again for each of its bids.

In the last seconds of a lot the same few bid on it again and again. Whether they may is written in the registers of the
market, and a bid changes nothing there: an answer holds until an event comes that concerns more than its own lot.
"""

from exchange.house.authority import refuse_elsewhere, refuse_unauthorised
from exchange.house.command import Command, Principal
from exchange.house.state import State
from matching_engine.commands import Bid

KNOWN_MAX = 20_000
"""Bidders on lots that are remembered; then all are forgotten and asked for anew."""


class BidAuthority:
    """The authority of a house over its view, which remembers under which code who was found to bid on which lot."""

    __slots__ = ("_codes", "_house", "_seen", "_view")

    def __init__(self, house: str, view: State) -> None:
        self._house = house
        self._view = view
        self._seen = view.followed
        self._codes: dict[tuple[Principal, str], str] = {}

    def refuse(self, command: Command, at: int) -> None:
        """Raise Denied unless the principal may ask this here and at `at` (µs)."""
        view, body = self._view, command.body
        if type(body) is not Bid:
            self._refuse(command, at)
            return
        if view.followed != self._seen or len(self._codes) >= KNOWN_MAX:
            self._codes.clear()
            self._seen = view.followed
        place = (command.principal, body.lot)
        if self._codes.get(place) != body.bidder:
            self._refuse(command, at)
            if _whatever_day(command.principal, view):
                self._codes[place] = body.bidder

    def _refuse(self, command: Command, at: int) -> None:
        refuse_elsewhere(command.principal, self._house)
        refuse_unauthorised(command, self._view, at)


def _whatever_day(principal: Principal, state: State) -> bool:
    """Whether no mandate is asked of the principal: mandates begin and end with a day, without an event."""
    return "broker" not in principal.roles and principal.party not in state.market.mandated
