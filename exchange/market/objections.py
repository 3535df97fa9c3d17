"""Objections to a listing under notice: the notice stands still until they are decided (promotion of transformation,
art. 18; Zhejiang regulations, art. 17)."""

from exchange.market import listing_commands as lc
from exchange.market import listing_events as le
from exchange.market.listing_state import Listing, ListingState, Objection
from exchange.market.refusals import Events, MarketRefusal, refuse
from exchange.market.shared import own
from exchange.market.state import Market
from settlement.dates import end_of_day, shanghai_date
from settlement.working_days import add_working_days, working_days_between

UNDER_NOTICE = (ListingState.NOTICE, ListingState.OBJECTED)
GROUNDS_MAX = 2000
UPHELD_RULE = "promotion of transformation, art. 18: an objection that is upheld ends the notice"


def file(market: Market, command: lc.FileObjection, at: int) -> Events:
    """An objection stands, and the notice stands still."""
    listing = market.listings.get(command.listing)
    hidden = (ListingState.SUBMITTED, ListingState.RETURNED)
    if listing is None or listing.withheld or listing.state in hidden:
        return refuse(command.listing, command, MarketRefusal.LISTING_UNKNOWN, "there is no such listing")
    if command.objection in market.objections:
        return refuse(command.objection, command, MarketRefusal.OBJECTION_EXISTS, "the objection id is taken")
    if listing.state not in UNDER_NOTICE or _over(listing, at):
        detail = "objections are filed while the notice runs"
        return refuse(command.listing, command, MarketRefusal.OBJECTION_LATE, detail)
    texts = (command.grounds, command.name, command.contact)
    if not all(text.strip() for text in texts) or len(command.grounds) > GROUNDS_MAX:
        detail = (
            "an objection names its grounds (at most 2000 characters), who makes it, and how to reach them"
        )
        return refuse(command.listing, command, MarketRefusal.REASONS_MISSING, detail)
    filed = le.ObjectionFiled(command.objection, listing.id, command.grounds, command.name, command.contact)
    return (filed,) if listing.state is ListingState.OBJECTED else (filed, _suspend(listing, at))


def _over(listing: Listing, at: int) -> bool:
    return (
        listing.state is ListingState.NOTICE
        and listing.notice_until is not None
        and at >= listing.notice_until
    )


def _suspend(listing: Listing, at: int) -> le.NoticeSuspended:
    return le.NoticeSuspended(listing.id, *left_of(listing, at))


def left_of(listing: Listing, at: int) -> tuple[int, int]:
    """What is left of a running notice: µs, and working days where it counts those."""
    until = listing.notice_until or at
    days = working_days_between(shanghai_date(at), shanghai_date(until)) if listing.notice_working else 0
    return max(0, until - at), days


def decide(market: Market, command: lc.DecideObjection, at: int) -> Events:
    """Dismissed: the notice runs on once nothing else is open. Upheld: the listing goes back, or off."""
    objection = market.objections.get(command.objection)
    if objection is None:
        return refuse(
            command.objection, command, MarketRefusal.OBJECTION_UNKNOWN, "there is no such objection"
        )
    if objection.decision is not None:
        return refuse(
            command.objection, command, MarketRefusal.OBJECTION_DECIDED, f"it was {objection.decision}"
        )
    if not command.reasons.strip() or len(command.reasons) > GROUNDS_MAX:
        return refuse(
            command.objection, command, MarketRefusal.REASONS_MISSING, "say why, in 1 to 2000 characters"
        )
    listing = market.listings[objection.listing]
    decided = le.ObjectionDecided(objection.id, listing.id, command.decision, command.reasons)
    if listing.state is not ListingState.OBJECTED:
        return (decided,)
    if command.decision == "returned":
        return decided, le.ListingReturned(listing.id, command.reasons)
    if command.decision == "withdrawn":
        return decided, le.ListingWithdrawn(listing.id, "objection", command.reasons, UPHELD_RULE)
    others = [one for one in open_objections(market, listing) if one.id != objection.id]
    return (decided,) if others else (decided, le.NoticeResumed(listing.id, resumed_until(listing, at)))


def resumed_until(listing: Listing, at: int) -> int:
    """The end of a notice that runs on: nothing of what was left is lost, neither time nor working days."""
    until = at + listing.left
    if not listing.notice_working:
        return until
    last = add_working_days(shanghai_date(at), listing.left_working_days)
    return max(until, end_of_day(last))


def open_objections(market: Market, listing: Listing) -> list[Objection]:
    """The objections to a listing that wait for a decision."""
    found = (market.objections[id_] for id_ in listing.objections)
    return [one for one in found if one.decision is None]


# What the events add up to


def filed(market: Market, event: le.ObjectionFiled) -> None:
    """It waits for a decision."""
    objection = Objection(event.objection, event.listing, event.grounds, event.name, event.contact)
    market.objections[event.objection] = objection
    own(market.listings, event.listing).objections.append(event.objection)


def suspended(market: Market, event: le.NoticeSuspended) -> None:
    """Nothing is due while it stands still."""
    listing = own(market.listings, event.listing)
    listing.state = ListingState.OBJECTED
    listing.left, listing.left_working_days = event.left, event.left_working_days
    market.notices_due.pop(event.listing, None)


def decided(market: Market, event: le.ObjectionDecided) -> None:
    """It is open no longer."""
    objection = market.objections[event.objection]
    objection.decision, objection.reasons = event.decision, event.reasons


def resumed(market: Market, event: le.NoticeResumed) -> None:
    """The notice ends at another instant."""
    listing = own(market.listings, event.listing)
    listing.state, listing.notice_until = ListingState.NOTICE, event.until
    if not listing.withheld:
        market.notices_due[event.listing] = event.until
