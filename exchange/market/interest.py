"""Those who want a listing: they register while its notice runs; at its end one buys, several compete, too few wait.

Property-rights exchanges: one qualified party buys by agreement at the asking price or above, two or more compete
under terms prepared beforehand, and with too few the listing is extended by cycles of at least five working days.
"""

from exchange.market import listing_commands as lc
from exchange.market import listing_events as le
from exchange.market.codes import bidder_code
from exchange.market.commands import CloseNotice
from exchange.market.events import NoticeClosed
from exchange.market.fault import Facts
from exchange.market.instants import cutoff_instant, morning
from exchange.market.listing_state import WITHHELD, Interest, Listing, ListingState
from exchange.market.listing_terms import Offering, Relation
from exchange.market.refusals import Events, MarketRefusal, refuse
from exchange.market.rule_sets import figures, interest_figures
from exchange.market.shared import own
from exchange.market.state import Market
from matching_engine.terms import DAY
from settlement.dates import end_of_day, shanghai_date
from settlement.working_days import add_working_days

PAYING_WORKING_DAYS = 3
"""Working days that the parties of a competition have to pay their deposits."""


def register(market: Market, command: lc.RegisterInterest, at: int, salt: str) -> Events:
    """A party wants a listing, at the asking price or above."""
    listing = market.listings.get(command.listing)
    if listing is None or listing.offering is None:
        detail = "no listing of this id takes registrations of interest"
        return refuse(command.listing, command, MarketRefusal.LISTING_UNKNOWN, detail)
    if listing.withheld:
        return refuse(command.listing, command, MarketRefusal.LISTING_WITHHELD, WITHHELD)
    if listing.state is not ListingState.NOTICE or at >= (listing.notice_until or at):
        return refuse(
            command.listing, command, MarketRefusal.LISTING_STATE, f"the listing is {listing.state}"
        )
    if command.party not in market.parties:
        return refuse(
            command.listing, command, MarketRefusal.PARTY_UNKNOWN, f"{command.party} is not enrolled"
        )
    if command.party == listing.seller:
        return refuse(command.listing, command, MarketRefusal.BID_SELF_DEALING, "nobody buys the own listing")
    if any(market.related(out, command.party) for out in market.barred.get(listing.id, ())):
        return refuse(
            command.listing, command, MarketRefusal.ENTRY_BARRED, "a buyer who did not pay is barred"
        )
    if command.party in listing.interests:
        return refuse(
            command.listing, command, MarketRefusal.INTEREST_EXISTS, "the party has registered already"
        )
    if command.offer_fen < listing.offering.asking_fen:
        detail = f"the asking price is {listing.offering.asking_fen} fen"
        facts: Facts = {"say": "asking", "asking_fen": listing.offering.asking_fen}
        return refuse(command.listing, command, MarketRefusal.OFFER_BELOW_ASKING, detail, facts)
    taken = [one.code for one in listing.interests.values()]
    code = bidder_code(f"interest {listing.id}", salt, taken)
    return (
        le.InterestRegistered(
            listing.id, command.party, command.offer_fen, _relation(market, listing, command), code
        ),
    )


def _relation(market: Market, listing: Listing, command: lc.RegisterInterest) -> Relation:
    """Affiliation is known from enrolment; completers are named in the papers or say so."""
    if market.related(listing.seller, command.party):
        return "affiliate"
    return "completer" if command.completer or command.party in listing.papers.holders else "none"


def refuse_party(market: Market, command: lc.RefuseInterest) -> Events:
    """The operator finds a party not qualified."""
    listing = market.listings.get(command.listing)
    interest = listing.interests.get(command.party) if listing else None
    if listing is None or interest is None or interest.refused is not None:
        detail = "no such party waits for this listing"
        return refuse(command.listing, command, MarketRefusal.INTEREST_UNKNOWN, detail)
    if listing.state not in (ListingState.NOTICE, ListingState.OBJECTED):
        return refuse(
            command.listing, command, MarketRefusal.LISTING_STATE, f"the listing is {listing.state}"
        )
    if not command.reasons.strip():
        return refuse(command.listing, command, MarketRefusal.REASONS_MISSING, "say why")
    return (le.InterestRefused(listing.id, command.party, command.reasons),)


def close(market: Market, command: CloseNotice, at: int) -> Events:
    """The notice is over: tradable; or sold to its one party, put up among several, extended, or ended."""
    until = market.notices_due.get(command.listing)
    if until is None or until > at:
        return ()
    listing = market.listings[command.listing]
    if listing.offering is None:
        return (NoticeClosed(listing.id),)
    return _with_interest(market, listing, listing.offering, at)


def _with_interest(market: Market, listing: Listing, offering: Offering, at: int) -> Events:
    parties = listing.qualified
    if len(parties) < offering.min_parties and listing.extensions < offering.extensions_max:
        until = extended_until(offering.cycle_working_days, at)
        source = interest_figures(at).source
        return (le.NoticeExtended(listing.id, listing.extensions + 1, until, len(parties), source),)
    if not parties:
        return (le.ListingEnded(listing.id, listing.extensions),)
    if len(parties) == 1:
        one = parties[0]
        return NoticeClosed(listing.id), le.AgreementReached(
            listing.id, one.party, one.offer_fen, one.relation
        )
    return NoticeClosed(listing.id), _converted(market, listing, offering, parties, at)


def extended_until(working_days: int, at: int) -> int:
    """The end of an extension that begins at `at`: so many whole working days, the first day not counted (Civil Code, art. 201)."""
    return end_of_day(add_working_days(shanghai_date(at), working_days))


def _converted(
    market: Market, listing: Listing, offering: Offering, parties: list[Interest], at: int
) -> le.ListingConverted:
    """Session and lot have ids that follow from the listing; the opening price is the asking price."""
    opens_at, deposit_until = opening_after(offering, at)
    number = 1 + sum(placed.listing == listing.id for placed in market.lot_plans.values())
    return le.ListingConverted(
        listing.id,
        f"S-{listing.id}-{number}",
        f"L-{listing.id}-{number}",
        tuple(one.party for one in parties),
        offering.asking_fen,
        opens_at,
        deposit_until,
    )


def opening_after(offering: Offering, at: int) -> tuple[int, int | None]:
    """When a competition opens that was decided at `at`, and until when deposits must have arrived.

    Three working days to pay, then the cut-off's working days, and never less than the session's own announcement
    and the notice to the holders of priority.
    """
    terms = offering.competition
    if terms.opens_after is not None:
        return at + terms.opens_after, None
    asked = figures(terms.rule_set, at)
    days = max(asked.announce_days, asked.display_days, asked.priority_notice_days)
    opens_on = add_working_days(shanghai_date(at), PAYING_WORKING_DAYS + asked.deposit_cutoff_working_days)
    while morning(opens_on) < at + days * DAY:
        opens_on = add_working_days(opens_on, 1)
    return morning(opens_on), cutoff_instant(opens_on, asked.deposit_cutoff_working_days)


# What the events add up to


def registered(market: Market, event: le.InterestRegistered) -> None:
    """One more who wants it."""
    interest = Interest(event.party, event.offer_fen, event.relation, event.code)
    own(market.listings, event.listing).interests[event.party] = interest


def refused(market: Market, event: le.InterestRefused) -> None:
    """It does not count."""
    own(market.listings, event.listing).interests[event.party].refused = event.reasons


def extended(market: Market, event: le.NoticeExtended) -> None:
    """Open for another cycle."""
    listing = own(market.listings, event.listing)
    listing.extensions, listing.notice_until, listing.notice_working = event.number, event.until, True
    market.notices_due[event.listing] = event.until


def ended(market: Market, event: le.ListingEnded) -> None:
    """Nobody wanted it."""
    own(market.listings, event.listing).state = ListingState.ENDED
    market.notices_due.pop(event.listing, None)


def agreed(market: Market, event: le.AgreementReached) -> None:
    """Sold to its one party."""
    own(market.listings, event.listing).state = ListingState.AGREED
