"""A listing comes in: the seller's papers, the operator's checklist, back with reasons, again, or taken back."""

from exchange.market import listing_commands as lc
from exchange.market import listing_events as le
from exchange.market.appraised import approval_fault, reserve_fault
from exchange.market.commands import AdmitListing, SubmitListing
from exchange.market.events import ListingAdmitted, ListingSubmitted, NoticePublished
from exchange.market.fault import Facts
from exchange.market.listing_state import WITHHELD, Listing, ListingState, Version
from exchange.market.listing_terms import OPTIONAL_CHECKS, Check, Offering, Papers
from exchange.market.refusals import Events, MarketRefusal, Unfit, refuse
from exchange.market.rule_sets import deposit_range, interest_figures, least_notice
from exchange.market.rule_sets import figures as figures_of
from exchange.market.shared import own
from exchange.market.state import Market
from matching_engine.terms import HOUR
from settlement.drafting import subject_fault

WITHDRAWAL_RULE = "a seller may take a listing back as long as it stands in no session; bids bind both sides (auction law, art. 29)"
BEFORE_SESSION = (
    ListingState.SUBMITTED,
    ListingState.RETURNED,
    ListingState.NOTICE,
    ListingState.OBJECTED,
    ListingState.TRADABLE,
)
REASONS_MAX = 2000


def submit(market: Market, command: SubmitListing) -> Events:
    """A seller offers an achievement."""
    about = command.listing
    if about in market.listings:
        return refuse(about, command, MarketRefusal.LISTING_EXISTS, "the listing id is taken")
    if command.seller not in market.parties:
        return refuse(about, command, MarketRefusal.PARTY_UNKNOWN, f"{command.seller} is not enrolled")
    lacks = subject_fault(command.subject)
    if lacks is not None:
        return refuse(about, command, MarketRefusal.LISTING_ITEM_MISSING, lacks)
    return (
        ListingSubmitted(
            about,
            command.achievement,
            command.achievement_digest,
            command.seller,
            command.subject,
            command.price_idea_fen,
            command.papers,
        ),
    )


def admit(market: Market, command: AdmitListing, at: int) -> Events:
    """Every check confirmed and the notice long enough: the listing is under public notice."""
    listing = market.listings.get(command.listing)
    if listing is None:
        return refuse(command.listing, command, MarketRefusal.LISTING_UNKNOWN, "there is no such listing")
    if listing.withheld:
        return refuse(command.listing, command, MarketRefusal.LISTING_WITHHELD, WITHHELD)
    if listing.state is not ListingState.SUBMITTED:
        return refuse(
            command.listing, command, MarketRefusal.LISTING_STATE, f"the listing is {listing.state}"
        )
    lacks = check_fault(listing.papers, command)
    if lacks is not None:
        return refuse(command.listing, command, MarketRefusal.CHECK_MISSING, *lacks)
    fault = command.offering and offering_fault(command.offering, listing, command.rehearsal, at)
    if fault:
        return refuse(command.listing, command, MarketRefusal.OFFERING_TERMS, fault)
    low = command.offering and _asking_fault(command.offering, listing, command.rehearsal, at)
    if low:
        return refuse(command.listing, command, *low)
    return _publish(listing, command, at)


def _publish(listing: Listing, command: AdmitListing, at: int) -> Events:
    price_fen = command.offering.asking_fen if command.offering else listing.price_idea_fen
    least = least_notice(command.sale, listing.papers.state_asset, price_fen, at)
    until = least.until if command.notice_length is None else at + command.notice_length
    if until < least.until and not command.rehearsal:
        detail = f"the notice lasts {least.figure} at least ({least.source})"
        say = "notice_working_days" if least.working else "notice_days"
        facts: Facts = {"say": say, "days": least.days, "rule": least.source}
        return refuse(command.listing, command, MarketRefusal.NOTICE_TOO_SHORT, detail, facts)
    if until < at:
        return refuse(
            command.listing, command, MarketRefusal.NOTICE_TOO_SHORT, "a notice does not end before it begins"
        )
    return (
        ListingAdmitted(command.listing, command.checks, command.sale, command.offering, command.rehearsal),
        NoticePublished(command.listing, until, least.figure, least.source, least.working),
    )


def check_fault(papers: Papers, command: AdmitListing) -> tuple[str, Facts] | None:
    """What is wrong with the checklist, naming the check; None when each check stands once and on evidence."""
    found = {one.check: one for one in command.checks}
    for check in Check:
        one = found.get(check)
        if one is None:
            return f"{check}: not confirmed", {"say": "check_open", "check": check.value}
        if one.outcome == "confirmed" and not one.evidence.strip():
            return f"{check}: what was looked at is not named", {
                "say": "check_evidence",
                "check": check.value,
            }
        if one.outcome == "not_needed" and needed(papers, check):
            return f"{check}: needed for what the seller states", {
                "say": "check_needed",
                "check": check.value,
            }
    return None if len(found) == len(command.checks) else ("a check stands twice", {})


def needed(papers: Papers, check: Check) -> bool:
    """Whether a check has something to look at, by the seller's papers."""
    stated = {
        Check.CO_OWNERS: bool(papers.co_owners),
        Check.IMPEDIMENT: bool(papers.impediment),
        Check.APPRAISAL: papers.state_asset == "enterprise",
    }
    return stated[check] if check in OPTIONAL_CHECKS else True


def offering_fault(offering: Offering, listing: Listing, rehearsal: bool, at: int) -> str | None:
    """What is wrong with the terms prepared for those who are interested, or None."""
    terms, figures = offering.competition, interest_figures(at)
    if offering.asking_fen <= 0 or terms.increment_fen <= 0 or terms.length <= 0 or terms.extension < 0:
        return "asking price, increment and length are above zero"
    least, most = deposit_range(terms.rule_set, offering.asking_fen, at)
    if not least <= terms.deposit_fen <= most:
        return f"the deposit is from {least} to {most} fen"
    if offering.cycle_working_days < figures.cycle_working_days:
        return f"a cycle is {figures.cycle_working_days} working days at least ({figures.source})"
    if not 0 <= offering.extensions_max <= figures.extensions_max:
        return f"from 0 to {figures.extensions_max} extensions"
    if offering.min_parties < 1 or terms.payment_days < 0:
        return "at least one party, and no days below zero"
    if not rehearsal and terms.length < figures_of(terms.rule_set, at).bidding_hours * HOUR:
        asked = figures_of(terms.rule_set, at)
        return f"bids are taken for {asked.bidding_hours} hours at least ({asked.bidding_source})"
    if terms.opens_after is not None and (not rehearsal or terms.opens_after < 0):
        return "only a rehearsal names the time to its opening"
    return None


def _asking_fault(offering: Offering, listing: Listing, rehearsal: bool, at: int) -> Unfit | None:
    """The asking price is the lowest price of the offering, and the opening price of its competition."""
    if rehearsal:
        return None
    asked = figures_of(offering.competition.rule_set, at)
    low = reserve_fault(asked, listing, offering.asking_fen)
    return low or approval_fault(listing.papers, offering.asking_fen, at)


def return_listing(market: Market, command: lc.ReturnListing) -> Events:
    """Back to the seller, with reasons."""
    listing = market.listings.get(command.listing)
    if listing is None:
        return refuse(command.listing, command, MarketRefusal.LISTING_UNKNOWN, "there is no such listing")
    if listing.state is not ListingState.SUBMITTED:
        return refuse(
            command.listing, command, MarketRefusal.LISTING_STATE, f"the listing is {listing.state}"
        )
    if not 0 < len(command.reasons.strip()) <= REASONS_MAX:
        return refuse(
            command.listing, command, MarketRefusal.REASONS_MISSING, "say why, in 1 to 2000 characters"
        )
    return (le.ListingReturned(command.listing, command.reasons),)


def resubmit(market: Market, command: lc.ResubmitListing) -> Events:
    """The same listing again, its next version."""
    listing = market.listings.get(command.listing)
    if listing is None or listing.seller != command.seller:
        return refuse(
            command.listing, command, MarketRefusal.LISTING_UNKNOWN, "there is no such listing of yours"
        )
    if listing.state is not ListingState.RETURNED:
        return refuse(
            command.listing, command, MarketRefusal.LISTING_STATE, f"the listing is {listing.state}"
        )
    lacks = subject_fault(command.subject)
    if lacks is not None:
        return refuse(command.listing, command, MarketRefusal.LISTING_ITEM_MISSING, lacks)
    return (
        le.ListingResubmitted(
            command.listing,
            len(listing.versions) + 1,
            command.achievement_digest,
            command.subject,
            command.price_idea_fen,
            command.papers,
        ),
    )


def withdraw(market: Market, command: lc.WithdrawListing) -> Events:
    """The seller takes it back, before a session only."""
    listing = market.listings.get(command.listing)
    if listing is None or listing.seller != command.seller:
        return refuse(
            command.listing, command, MarketRefusal.LISTING_UNKNOWN, "there is no such listing of yours"
        )
    if listing.state not in BEFORE_SESSION:
        detail = f"the listing is {listing.state}: {WITHDRAWAL_RULE}"
        return refuse(command.listing, command, MarketRefusal.LISTING_STATE, detail)
    if market.trials.standing(listing.id) or market.open_licences.standing(listing.id):
        detail = "a trial or an open licence stands on it"
        return refuse(command.listing, command, MarketRefusal.LISTING_STATE, detail)
    return (le.ListingWithdrawn(command.listing, "seller", command.reasons, WITHDRAWAL_RULE),)


# What the events add up to


def submitted(market: Market, event: ListingSubmitted) -> None:
    """A listing waits for the operator."""
    listing = Listing(
        event.listing,
        event.achievement,
        event.achievement_digest,
        event.seller,
        event.subject,
        event.price_idea_fen,
        papers=event.papers,
    )
    listing.versions.append(Version(event.achievement_digest, event.subject.title, event.price_idea_fen))
    market.listings[event.listing] = listing


def admitted(market: Market, event: ListingAdmitted) -> None:
    """What was checked, and how it is offered; its notice follows with an event of its own."""
    listing = own(market.listings, event.listing)
    listing.checks, listing.sale, listing.offering = event.checks, event.sale, event.offering
    listing.rehearsal = event.rehearsal


def returned(market: Market, event: le.ListingReturned) -> None:
    """The seller may offer it again."""
    listing = own(market.listings, event.listing)
    listing.state = ListingState.RETURNED
    listing.versions[-1].returned = event.reasons


def resubmitted(market: Market, event: le.ListingResubmitted) -> None:
    """It waits for the operator again; nothing that was checked before counts."""
    listing = own(market.listings, event.listing)
    listing.state, listing.checks = ListingState.SUBMITTED, ()
    listing.achievement_digest, listing.subject = event.achievement_digest, event.subject
    listing.price_idea_fen, listing.papers = event.price_idea_fen, event.papers
    listing.versions.append(Version(event.achievement_digest, event.subject.title, event.price_idea_fen))


def withdrawn(market: Market, event: le.ListingWithdrawn) -> None:
    """Off, for good."""
    listing = own(market.listings, event.listing)
    listing.state, listing.withdrawn = ListingState.WITHDRAWN, event.reasons
    listing.interests.clear()
    market.notices_due.pop(event.listing, None)


def published(market: Market, event: NoticePublished) -> None:
    """Everybody may object until its end."""
    listing = own(market.listings, event.listing)
    listing.state, listing.notice_until = ListingState.NOTICE, event.until
    listing.notice_source, listing.notice_working = event.source, event.working
    market.notices_due[event.listing] = event.until
