"""A listing that was not sold, or whose buyer did not pay: the runner-up is asked, or the lot is put up again.

Auction law, art. 39; online judicial auctions (2016), art. 24 (a defaulting buyer is excluded from the re-auction)
and art. 26 (the opening price of a re-auction is at most 20 % lower).
"""

from exchange.market.commands import AnswerSecondBest, BarBuyer, OfferSecondBest, ReopenListing
from exchange.market.events import (
    BuyerBarred,
    ListingReopened,
    SecondBestAccepted,
    SecondBestDeclined,
    SecondBestOffered,
)
from exchange.market.listing_commands import FailSale
from exchange.market.listing_events import SaleFell
from exchange.market.refusals import Events, MarketRefusal, refuse
from exchange.market.shared import own
from exchange.market.state import Listing, ListingState, Market, Offer
from matching_engine.lifecycle import LifecycleState
from matching_engine.state import Lot

LOWER_MAX_PERCENT = 20
"""By how much the opening price may be lower in a re-auction (online judicial auctions, art. 26)."""


def bar_buyer(market: Market, command: BarBuyer, at: int) -> Events:
    """The house: a buyer defaulted and takes no part in the re-auction."""
    placed = market.lot_plans.get(command.lot)
    sold = market.listings.get(command.lot)
    if sold is not None and sold.state is ListingState.AGREED:
        return (BuyerBarred(sold.id, command.lot, command.party, at),)
    if placed is None:
        return refuse(command.lot, command, MarketRefusal.LOT_UNKNOWN, "there is no such lot")
    return (BuyerBarred(placed.listing, command.lot, command.party, at),)


def offer_second_best(market: Market, command: OfferSecondBest, at: int, lot: Lot | None) -> Events:
    """Offer a lot whose buyer defaulted to the runner-up, at its own last bid, for some time."""
    if lot is None:
        return refuse(command.lot, command, MarketRefusal.LOT_UNKNOWN, "there is no such lot")
    if command.lot not in market.defaulted or command.answer_within <= 0:
        detail = "an offer follows a default, and leaves some time to answer"
        return refuse(command.lot, command, MarketRefusal.LISTING_STATE, detail)
    standing = market.offers.get(command.lot)
    if standing is not None and standing.accepted is None and at <= standing.until:
        return refuse(
            command.lot, command, MarketRefusal.OFFER_STANDS, f"{standing.code} has not answered yet"
        )
    if _ended(market, command.lot):
        detail = "the lot is sold to the runner-up, or put up again"
        return refuse(command.lot, command, MarketRefusal.LISTING_STATE, detail)
    found = runner_up(market, lot)
    if found is None:
        return refuse(
            command.lot, command, MarketRefusal.OFFER_NONE, "nobody else bid, or none at the reserve"
        )
    code, price_fen = found
    party = market.entries[command.lot][code].party
    return (SecondBestOffered(command.lot, code, party, price_fen, at + command.answer_within),)


def _ended(market: Market, lot: str) -> bool:
    offer = market.offers.get(lot)
    listing = market.lot_plans[lot].listing
    again = market.listings[listing].state is not ListingState.IN_SESSION or market.lot_of(listing) != lot
    return again or (offer is not None and offer.accepted is True)


def runner_up(market: Market, lot: Lot) -> tuple[str, int] | None:
    """Code and amount of the best bid of somebody who has neither won, nor defaulted, nor been asked; the first of equals.

    A bid under the reserve has no effect (auction law, art. 50).
    """
    offer = market.offers.get(lot.id)
    asked = (*market.declined.get(lot.id, ()), *((offer.code,) if offer else ()))
    out = {winner.bidder for winner in lot.winners} | set(asked)
    best: tuple[str, int] | None = None
    for code, amount_fen in lot.standing.items():
        entry = market.entry(lot.id, code)
        if code in out or entry is None or market.barred_from(lot.id, entry.party):
            continue
        reserve_fen = lot.terms.reserve_price_fen
        if reserve_fen is not None and lot.better(reserve_fen, amount_fen):
            continue
        if best is None or lot.better(amount_fen, best[1]):
            best = (code, amount_fen)
    return best


def answer_second_best(market: Market, command: AnswerSecondBest, at: int) -> Events:
    """The runner-up takes the lot at its own bid, or leaves it."""
    offer = market.offers.get(command.lot)
    if offer is None or offer.party != command.party:
        return refuse(command.lot, command, MarketRefusal.OFFER_NONE, "no offer of this lot is made to you")
    if offer.accepted is not None or at > offer.until:
        return refuse(
            command.lot, command, MarketRefusal.OFFER_ENDED, "the offer was answered, or its time is over"
        )
    made = SecondBestAccepted if command.accept else SecondBestDeclined
    return (made(command.lot, offer.code, offer.party, offer.price_fen),)


def reopen_listing(market: Market, command: ReopenListing, at: int, lot: Lot | None) -> Events:
    """Make a listing tradable again that was not sold, or whose sale failed: by default, or undone by its parties."""
    listing = market.listings.get(command.listing)
    if listing is not None and listing.state is ListingState.AGREED:
        return _reopen_agreed(listing, command)
    if listing is None or lot is None:
        return refuse(command.listing, command, MarketRefusal.LISTING_UNKNOWN, "no such listing was put up")
    unsold = lot.ended and not lot.winners
    defaulted = lot.id in market.defaulted and not _ended(market, lot.id)
    undone = listing.fell == lot.id and len(lot.winners) == 1
    if listing.state is not ListingState.IN_SESSION or not (unsold or defaulted or undone):
        detail = "only a listing whose lot ended unsold, or whose sale failed, is put up again"
        return refuse(command.listing, command, MarketRefusal.LISTING_STATE, detail)
    offer = market.offers.get(lot.id)
    if offer is not None and offer.accepted is None and at <= offer.until:
        return refuse(
            command.listing, command, MarketRefusal.OFFER_STANDS, f"{offer.code} has not answered yet"
        )
    if undone and not (unsold or defaulted):
        return (ListingReopened(command.listing, lot.id, 0),)
    floor_fen = _floor_fen(lot.terms.opening_price_fen) if lot.terms.direction == "sell" else 0
    failed_at = lot.closed_at if unsold else market.defaulted_at.get(lot.id)
    if lot.state is LifecycleState.CANCELLED:
        failed_at = None
    return (ListingReopened(command.listing, lot.id, floor_fen, failed_at),)


def _reopen_agreed(listing: Listing, command: ReopenListing) -> Events:
    """A listing sold by agreement whose sale failed; after a default the asking price stands where an opening price would."""
    if not listing.fell:
        detail = "only a listing whose sale failed is put up again"
        return refuse(command.listing, command, MarketRefusal.LISTING_STATE, detail)
    asked_fen = listing.offering.asking_fen if listing.offering and listing.fell_at is not None else 0
    return (ListingReopened(listing.id, listing.fell, _floor_fen(asked_fen), listing.fell_at),)


def _floor_fen(opening_fen: int) -> int:
    return -(-opening_fen * (100 - LOWER_MAX_PERCENT) // 100)


def fail_sale(market: Market, command: FailSale) -> Events:
    """The house: the parties undid a sale."""
    if command.listing not in market.listings:
        return refuse(command.listing, command, MarketRefusal.LISTING_UNKNOWN, "no such listing was put up")
    return (SaleFell(command.listing, command.lot),)


def fell(market: Market, event: SaleFell) -> None:
    """The sale is undone; a runner-up who had taken the lot has it no longer."""
    listing = own(market.listings, event.listing)
    listing.fell, listing.fell_at = event.lot, None
    offer = market.offers.get(event.lot)
    if offer is not None and offer.accepted:
        offer.accepted = False


def barred(market: Market, event: BuyerBarred) -> None:
    """The buyer takes no part in anything more of this listing."""
    market.barred[event.listing] = (*market.barred.get(event.listing, ()), event.party)
    market.defaulted[event.lot] = event.party
    market.defaulted_at[event.lot] = event.at
    if event.lot == event.listing:
        listing = own(market.listings, event.listing)
        listing.fell, listing.fell_at = event.lot, event.at
    offer = market.offers.get(event.lot)
    if offer is not None and offer.accepted and offer.party == event.party:
        offer.accepted = False


def offered(market: Market, event: SecondBestOffered) -> None:
    """An offer stands; one before it that nobody answered counts as declined."""
    before = market.offers.get(event.lot)
    if before is not None and before.accepted is None:
        _decline(market, event.lot, before.code)
    market.offers[event.lot] = Offer(event.code, event.party, event.price_fen, event.until)


def accepted(market: Market, event: SecondBestAccepted) -> None:
    """The runner-up has bought."""
    market.offers[event.lot].accepted = True


def declined(market: Market, event: SecondBestDeclined) -> None:
    """The runner-up does not want the lot; the next one may be asked."""
    market.offers[event.lot].accepted = False
    _decline(market, event.lot, event.code)


def _decline(market: Market, lot: str, code: str) -> None:
    market.declined[lot] = (*market.declined.get(lot, ()), code)


def reopened(market: Market, event: ListingReopened) -> None:
    """The listing may be put up again, not opening lower than its floor."""
    listing = own(market.listings, event.listing)
    if listing.state is ListingState.AGREED:
        listing.interests.clear()
    listing.state, listing.fell, listing.fell_at = ListingState.TRADABLE, "", None
    listing.opening_floor_fen, listing.failed_at = event.opening_floor_fen, event.failed_at
