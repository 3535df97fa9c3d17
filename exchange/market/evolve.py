"""What the events of the market add up to: the only place that changes its state."""

from collections.abc import Callable
from typing import Any

from exchange.market import events as e
from exchange.market import resale
from exchange.market.custody import EVOLVE as CUSTODY
from exchange.market.listing_dispatch import EVOLVE as LISTINGS
from exchange.market.negotiation_evolve import EVOLVE as NEGOTIATE
from exchange.market.questions import EVOLVE as QUESTIONS
from exchange.market.release_dispatch import EVOLVE as RELEASES
from exchange.market.reports import EVOLVE as REPORTS
from exchange.market.state import Entry, Market
from exchange.market.stops import EVOLVE as STOPS
from exchange.market.supply_dispatch import EVOLVE as SUPPLY


def _party_enrolled(market: Market, event: e.PartyEnrolled) -> None:
    market.parties[event.party.id] = event.party
    market.affiliates[event.party.id] = event.affiliates


def _entry_applied(market: Market, event: e.EntryApplied) -> None:
    market.entries[event.lot][event.code] = Entry(event.lot, event.party, event.code, event.deposit)
    market.codes[event.lot, event.party] = event.code


def _seal_key_published(market: Market, event: e.SealKeyPublished) -> None:
    market.seal_keys[event.lot] = event.key


def _bid_scored(market: Market, event: e.BidScored) -> None:
    market.scores.setdefault(event.lot, {})[event.bidder] = event.scores


def _nothing(market: Market, event: Any) -> None:
    """The event says something happened and leaves the state as it is."""


_BY_TYPE: dict[type, Callable[[Market, Any], None]] = {
    e.PartyEnrolled: _party_enrolled,
    e.EntryApplied: _entry_applied,
    e.SealKeyPublished: _seal_key_published,
    e.BidScored: _bid_scored,
    e.BuyerBarred: resale.barred,
    e.SecondBestOffered: resale.offered,
    e.SecondBestAccepted: resale.accepted,
    e.SecondBestDeclined: resale.declined,
    e.ListingReopened: resale.reopened,
    **LISTINGS,
    **NEGOTIATE,
    **SUPPLY,
    **RELEASES,
    **REPORTS,
    **CUSTODY,
    **STOPS,
    **QUESTIONS,
    e.MarketRefused: _nothing,
}


def evolve(market: Market, event: e.MarketEvent) -> None:
    """Apply one event."""
    _BY_TYPE[type(event)](market, event)
