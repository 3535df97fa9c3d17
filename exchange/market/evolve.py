"""What the events of the market add up to: the only place that changes its state."""

from collections.abc import Callable
from typing import Any

from exchange.market import events as e
from exchange.market import resale
from exchange.market.negotiation_evolve import EVOLVE as NEGOTIATE
from exchange.market.state import Entry, Listing, ListingState, Market, PlacedLot, Session


def _party_enrolled(market: Market, event: e.PartyEnrolled) -> None:
    market.parties[event.party.id] = event.party
    market.affiliates[event.party.id] = event.affiliates


def _listing_submitted(market: Market, event: e.ListingSubmitted) -> None:
    market.listings[event.listing] = Listing(
        event.listing,
        event.achievement,
        event.achievement_digest,
        event.seller,
        event.subject,
        event.price_idea_fen,
    )


def _notice_published(market: Market, event: e.NoticePublished) -> None:
    listing = market.listings[event.listing]
    listing.state = ListingState.NOTICE
    listing.notice_until = event.until
    market.notices_due[event.listing] = event.until


def _notice_closed(market: Market, event: e.NoticeClosed) -> None:
    market.listings[event.listing].state = ListingState.TRADABLE
    market.notices_due.pop(event.listing, None)


def _session_scheduled(market: Market, event: e.SessionScheduled) -> None:
    market.sessions[event.session] = Session(
        event.session,
        event.title,
        event.rule_set,
        event.lots,
        event.deposit_release_within,
        event.payment_days,
    )
    for lot, listing, deposit_fen in zip(event.lots, event.listings, event.deposits_fen, strict=True):
        market.lot_plans[lot] = PlacedLot(lot, listing, event.session, deposit_fen)
        market.entries[lot] = {}
        market.listings[listing].state = ListingState.IN_SESSION
    for one in event.reserved:
        market.reserved[one.lot, one.party] = one.code


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
    e.ListingSubmitted: _listing_submitted,
    e.ListingAdmitted: _nothing,
    e.NoticePublished: _notice_published,
    e.NoticeClosed: _notice_closed,
    e.SessionScheduled: _session_scheduled,
    e.EntryApplied: _entry_applied,
    e.SealKeyPublished: _seal_key_published,
    e.BidScored: _bid_scored,
    e.BuyerBarred: resale.barred,
    e.SecondBestOffered: resale.offered,
    e.SecondBestAccepted: resale.accepted,
    e.SecondBestDeclined: resale.declined,
    e.ListingReopened: resale.reopened,
    **NEGOTIATE,
    e.MarketRefused: _nothing,
}


def evolve(market: Market, event: e.MarketEvent) -> None:
    """Apply one event."""
    _BY_TYPE[type(event)](market, event)
