"""A listing whose achievement may no longer be spoken of is withheld: hidden, and nothing moves until it is restored.

Promotion of transformation, art. 11 with the law on state secrets: what is secret is offered to nobody. The operator
withholds a listing, or the house does as soon as the register's row is no longer public.
"""

from exchange.market import listing_commands as lc
from exchange.market import listing_events as le
from exchange.market.listing_state import Listing, ListingState
from exchange.market.objections import left_of, resumed_until
from exchange.market.refusals import Events, MarketRefusal, refuse
from exchange.market.shared import own
from exchange.market.state import Market

REASONS_MAX = 2000
OVER = (ListingState.ENDED, ListingState.WITHDRAWN)
"""Nothing is offered any more; what was, can still be hidden."""


def withhold(market: Market, command: lc.WithholdListing, at: int) -> Events:
    """Hide a listing; its notice stands still."""
    listing = market.listings.get(command.listing)
    if listing is None:
        return refuse(command.listing, command, MarketRefusal.LISTING_UNKNOWN, "there is no such listing")
    if listing.withheld:
        return refuse(command.listing, command, MarketRefusal.LISTING_WITHHELD, "withheld before")
    if not 0 < len(command.reasons.strip()) <= REASONS_MAX:
        detail = "say why, in 1 to 2000 characters"
        return refuse(command.listing, command, MarketRefusal.REASONS_MISSING, detail)
    running = listing.state is ListingState.NOTICE
    left, days = left_of(listing, at) if running else (0, 0)
    return (le.ListingWithheld(listing.id, command.reasons, left, days),)


def restore(market: Market, command: lc.RestoreListing, at: int) -> Events:
    """Show it again; a notice that stood still runs on for what was left of it."""
    listing = market.listings.get(command.listing)
    if listing is None or not listing.withheld:
        detail = "only a listing that is withheld is restored"
        return refuse(command.listing, command, MarketRefusal.LISTING_STATE, detail)
    if not 0 < len(command.reasons.strip()) <= REASONS_MAX:
        detail = "say why, in 1 to 2000 characters"
        return refuse(command.listing, command, MarketRefusal.REASONS_MISSING, detail)
    until = _restored_until(listing, at) if listing.state is ListingState.NOTICE else None
    return (le.ListingRestored(listing.id, command.reasons, until),)


def _restored_until(listing: Listing, at: int) -> int:
    return max(resumed_until(listing, at), listing.notice_until or at)


# What the events add up to


def withheld(market: Market, event: le.ListingWithheld) -> None:
    """Nothing is due while it is hidden."""
    listing = own(market.listings, event.listing)
    listing.withheld = event.reasons
    if listing.state is ListingState.NOTICE:
        listing.left, listing.left_working_days = event.left, event.left_working_days
    market.notices_due.pop(event.listing, None)


def restored(market: Market, event: le.ListingRestored) -> None:
    """It stands as it stood."""
    listing = own(market.listings, event.listing)
    listing.withheld = ""
    if event.until is not None:
        listing.notice_until = event.until
        market.notices_due[event.listing] = event.until
