"""What became of published results, and how many results stand where on the way to the market."""

from typing import Literal

import msgspec

from exchange.house.state import State
from exchange.market.listing_state import Listing, ListingState
from exchange.market.release_state import Case, Stage

OutcomeKind = Literal["open", "listed", "sold", "converted", "open_licence", "next_batch"]
OFFERED = frozenset(
    (
        *(ListingState.NOTICE, ListingState.OBJECTED, ListingState.TRADABLE),
        *(ListingState.IN_SESSION, ListingState.AGREEMENT_NOTICE),
    )
)
"""Listings that everybody sees and that are not at their end."""


class Outcome(msgspec.Struct, frozen=True):
    """What became of a published result, with the listing where there is one."""

    kind: OutcomeKind
    listing: str | None = None


def listings_of(state: State) -> dict[str, Listing]:
    """Achievement → its newest listing that everybody may see."""
    return {
        one.achievement: one
        for one in state.market.listings.values()
        if one.notice_until is not None and one.state is not ListingState.RETURNED
    }


def sold_listings(state: State) -> frozenset[str]:
    """The listings with a sale that stands."""
    trades = state.settlement.trades.values()
    return frozenset(trade.subject.listing for trade in trades if trade.failed is None)


def outcome_of(case: Case, batch: str, listing: Listing | None, sold: frozenset[str], open_: bool) -> Outcome:
    """What became of a result after its publication in a batch; `open_`: an open licence stands on its listing."""
    if listing is not None and listing.id in sold:
        return Outcome("sold", listing.id)
    if case.stage is Stage.CONVERTED:
        return Outcome("converted")
    if listing is not None and open_:
        return Outcome("open_licence", listing.id)
    if listing is not None and listing.state in OFFERED:
        return Outcome("listed", listing.id)
    if case.stage is Stage.OPEN_LICENCE:
        return Outcome("open_licence")
    later = case.choice == "next_batch" or case.batches[-1:] != [batch]
    return Outcome("next_batch" if later else "open")


def pipeline(state: State) -> dict[str, int]:
    """How many results stand at each stage; "declines" counts answers, "released" results that were ever published,
    "released_converted" those of them that found a taker."""
    cases = state.market.releases.cases.values()
    counts = {stage.value: sum(case.stage is stage for case in cases) for stage in Stage}
    sold = sold_listings(state)
    bought = {one.achievement for one in state.market.listings.values() if one.id in sold}
    released = [case for case in cases if case.batches]
    taken = [case for case in released if case.stage is Stage.CONVERTED or case.achievement in bought]
    counts["declines"] = sum(case.declines for case in cases)
    counts["released"], counts["released_converted"] = len(released), len(taken)
    return counts
