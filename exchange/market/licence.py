"""Open licences (专利开放许可): declared by the holder, looked at by the operator, taken by anybody with one word.

Patent law, art. 50: for a granted patent, with the fee and how it is paid; a utility model or a design with its
evaluation report; withdrawn at any time without touching licences given before. Art. 51: whoever accepts has the
licence, and while the offer stands no sole or exclusive licence is given.
"""

from datetime import date

import msgspec

from exchange.market import licence_messages as m
from exchange.market.licence_state import LicenceState, OpenLicence, Taken
from exchange.market.listing_state import WITHHELD
from exchange.market.refusals import Events, MarketRefusal, refuse
from exchange.market.state import Listing, ListingState, Market
from matching_engine.money import LIMIT_FEN
from settlement import deal as deals
from settlement.commands import Subject
from settlement.dates import end_of_day, parse_date, shanghai_date
from settlement.deal import Deal

Fault = tuple[MarketRefusal, str]
TEXT_MAX = 2_000
_SOLD = (ListingState.IN_SESSION, ListingState.AGREEMENT_NOTICE, ListingState.AGREED)


def keeps_others_out(deal: Deal | None) -> bool:
    """Whether a deal is a sole or exclusive licence, which no open licence stands beside."""
    return deal is not None and deal.kind == "licence" and deal.licence != "non_exclusive"


def exclusive_fault(market: Market, listing: str, deal: Deal | None) -> Fault | None:
    """Why a deal cannot be made on a listing that is licensed openly; None when it can (patent law, art. 51)."""
    if market.open_licences.standing(listing) is None or not keeps_others_out(deal):
        return None
    detail = "an open licence stands: no sole or exclusive licence beside it (patent law, art. 51)"
    return MarketRefusal.OPEN_LICENCE_STANDS, detail


def deal_of(terms: m.LicenceTerms) -> Deal:
    """The contract that an acceptance makes."""
    return Deal("licence", "patent", "non_exclusive", terms.term_months, terms.territory, terms.payment)


def subject_of(listing: Listing, terms: m.LicenceTerms) -> Subject:
    """What the contract of an acceptance states: the listing's facts, the patent, and the deal declared."""
    ip = listing.subject.ip
    named = ip if any(terms.patent in line for line in ip) else (*ip, terms.patent)
    return msgspec.structs.replace(listing.subject, ip=named, deal=deal_of(terms))


def declare(market: Market, command: m.DeclareOpenLicence, at: int) -> Events:
    """A declaration waits for the operator."""
    listing = market.listings.get(command.listing)
    if listing is None or listing.seller != command.holder:
        return refuse(
            command.listing, command, MarketRefusal.LISTING_UNKNOWN, "there is no such listing of yours"
        )
    if listing.state is not ListingState.TRADABLE or listing.withheld:
        return refuse(listing.id, command, MarketRefusal.LISTING_STATE, f"{listing.id} is {listing.state}")
    if market.open_licences.standing(listing.id) is not None:
        return refuse(listing.id, command, MarketRefusal.OPEN_LICENCE_STANDS, "one stands already")
    fault = _promised(market, listing.achievement, listing.id)
    wrong = None if fault else terms_fault(command.terms, shanghai_date(at))
    if wrong is not None:
        fault = MarketRefusal.LICENCE_TERMS, wrong
    if fault is not None:
        return refuse(listing.id, command, *fault)
    id_ = f"OL-{listing.id}-{len(market.open_licences.of_listing.get(listing.id, ())) + 1}"
    return (m.OpenLicenceDeclared(id_, listing.id, command.holder, command.terms, at),)


def _promised(market: Market, achievement: str, listing: str) -> Fault | None:
    """Whether the achievement is sold, about to be, or promised to one taker alone, under any of its listings."""
    if market.trials.keeps(listing) is not None:
        return MarketRefusal.LISTING_ON_TRIAL, "a trial keeps the listing for its taker"
    for other in market.listings.values():
        if other.achievement == achievement and (
            other.state in _SOLD or keeps_others_out(other.subject.deal)
        ):
            return MarketRefusal.LISTING_STATE, f"{other.id} is {other.state}, or offered exclusively"
    return None


def terms_fault(terms: m.LicenceTerms, today: date) -> str | None:
    """What is wrong with a declaration: field, what came, what was expected; None when nothing is."""
    if not terms.patent.strip() or len(terms.patent) > 100:
        return "patent: got nothing that could be a number, expected 1 to 100 characters"
    granted, paid, last = (
        parse_date(text) for text in (terms.granted_on, terms.fees_paid_until, terms.expires_on)
    )
    if granted is None or granted > today:
        return f"granted_on: got {terms.granted_on}, expected a day up to today: after the grant only"
    if paid is None or paid < today:
        return f"fees_paid_until: got {terms.fees_paid_until}, expected today or later: annual fees are paid"
    if last is None or not today <= last <= paid:
        return f"expires_on: got {terms.expires_on}, expected a day from today to {paid}: fees are paid until then"
    if terms.patent_kind != "invention" and not terms.evaluation_report.strip():
        return "evaluation_report: got nothing, expected its number (patent law, art. 50: utility models and designs)"
    if terms.pledge.strip() and not terms.pledge_consent.strip():
        return "pledge_consent: got nothing, expected the pledgee's consent"
    least = 0 if terms.public_good else 1
    if not least <= terms.fee_fen <= (0 if terms.public_good else LIMIT_FEN):
        return f"fee_fen: got {terms.fee_fen}, expected 0 for public good and 1 to {LIMIT_FEN} otherwise"
    if not 0 <= terms.payment_days <= 3650:
        return f"payment_days: got {terms.payment_days}, expected 0 to 3650"
    return deals.fault(deal_of(terms))


def publish(market: Market, command: m.PublishOpenLicence, at: int) -> Events:
    """The operator saw the register: anybody may accept from now on."""
    found, refusal = _found(market, command, LicenceState.DECLARED)
    if found is None:
        return refusal
    if not 0 < len(command.evidence.strip()) <= TEXT_MAX:
        return refuse(found.id, command, MarketRefusal.REASONS_MISSING, "name what was looked at")
    listing = market.listings[found.listing]
    if listing.state is not ListingState.TRADABLE or listing.withheld:
        return refuse(found.id, command, MarketRefusal.LISTING_STATE, f"{listing.id} is {listing.state}")
    wrong = terms_fault(found.terms, shanghai_date(at))
    last = parse_date(found.terms.expires_on)
    if wrong is not None or last is None:
        return refuse(found.id, command, MarketRefusal.LICENCE_TERMS, wrong or "expires_on")
    return (m.OpenLicencePublished(found.id, found.listing, command.evidence, at, end_of_day(last)),)


def send_back(market: Market, command: m.ReturnOpenLicence) -> Events:
    """Not as it is."""
    found, refusal = _found(market, command, LicenceState.DECLARED)
    if found is None:
        return refusal
    if not 0 < len(command.reasons.strip()) <= TEXT_MAX:
        return refuse(found.id, command, MarketRefusal.REASONS_MISSING, "say why")
    return (m.OpenLicenceReturned(found.id, command.reasons),)


def take(market: Market, command: m.TakeOpenLicence, at: int) -> Events:
    """A taker has the licence with its word; one each, at the fee that it saw."""
    found, refusal = _found(market, command, LicenceState.OPEN)
    if found is None:
        return refusal
    fault = _taker_fault(market, found, command, at)
    if fault is not None:
        return refuse(found.id, command, *fault)
    free = _free(found.terms, command.small_firm)
    number = len(found.taken) + 1
    fee_fen = 0 if free else found.terms.fee_fen
    trade = "" if free else f"T-{found.id}-{number}"
    return (m.OpenLicenceTaken(found.id, found.listing, number, command.taker, fee_fen, free, trade, at),)


def _taker_fault(market: Market, found: OpenLicence, command: m.TakeOpenLicence, at: int) -> Fault | None:
    if market.listings[found.listing].withheld:
        return MarketRefusal.LISTING_WITHHELD, WITHHELD
    if found.until is None or at > found.until:
        return MarketRefusal.LICENCE_STATE, "the last day of the offer is over"
    if command.taker not in market.parties:
        return MarketRefusal.PARTY_UNKNOWN, f"{command.taker} is not enrolled"
    if command.taker == found.holder:
        return MarketRefusal.BID_SELF_DEALING, "nobody takes a licence from itself"
    if command.taker in found.taken:
        return MarketRefusal.LICENCE_TAKEN, "you have a licence under this declaration"
    if any(market.related(out, command.taker) for out in market.barred.get(found.listing, ())):
        return MarketRefusal.ENTRY_BARRED, "a buyer who did not pay is barred"
    if command.fee_fen != found.terms.fee_fen:
        return MarketRefusal.TERMS_STALE, f"the fee is {found.terms.fee_fen} fen"
    return None


def _free(terms: m.LicenceTerms, small_firm: bool) -> m.Free:
    if terms.public_good:
        return "public_good"
    return "small_firm" if terms.small_firm_free and small_firm else ""


def withdraw(market: Market, command: m.WithdrawOpenLicence, at: int) -> Events:
    """No more licences; those given stay."""
    found = market.open_licences.all.get(command.licence)
    if found is None or found.holder != command.holder:
        return refuse(command.licence, command, MarketRefusal.LICENCE_UNKNOWN, "no such declaration of yours")
    if found.state not in (LicenceState.DECLARED, LicenceState.OPEN):
        return refuse(found.id, command, MarketRefusal.LICENCE_STATE, f"the declaration is {found.state}")
    if not 0 < len(command.reasons.strip()) <= TEXT_MAX:
        return refuse(found.id, command, MarketRefusal.REASONS_MISSING, "say why")
    return (m.OpenLicenceWithdrawn(found.id, command.reasons, False, at),)


def lapse(market: Market, command: m.LapseOpenLicence, at: int) -> Events:
    """The gavel: its last day is over."""
    due = market.open_licences.due.get(command.licence)
    if due is None or due > at:
        return ()
    return (m.OpenLicenceWithdrawn(command.licence, "", True, at),)


_Asked = m.PublishOpenLicence | m.ReturnOpenLicence | m.TakeOpenLicence


def _found(market: Market, command: _Asked, state: LicenceState) -> tuple[OpenLicence | None, Events]:
    """The declaration, if it stands where the command needs it; else the refusal."""
    found = market.open_licences.all.get(command.licence)
    if found is None:
        return None, refuse(
            command.licence, command, MarketRefusal.LICENCE_UNKNOWN, "there is no such declaration"
        )
    if found.state is not state:
        detail = f"the declaration is {found.state}, not {state}"
        return None, refuse(found.id, command, MarketRefusal.LICENCE_STATE, detail)
    return found, ()


# What the events add up to


def declared(market: Market, event: m.OpenLicenceDeclared) -> None:
    """It waits for the operator."""
    book = market.open_licences
    book.all[event.licence] = OpenLicence(event.licence, event.listing, event.holder, event.terms, event.at)
    book.of_listing[event.listing] = (*book.of_listing.get(event.listing, ()), event.licence)


def published(market: Market, event: m.OpenLicencePublished) -> None:
    """It may be taken."""
    found = market.open_licences.all[event.licence]
    found.state, found.evidence, found.until = LicenceState.OPEN, event.evidence, event.until
    market.open_licences.due[event.licence] = event.until + 1


def returned(market: Market, event: m.OpenLicenceReturned) -> None:
    """It is with the holder again."""
    found = market.open_licences.all[event.licence]
    found.state, found.reasons = LicenceState.RETURNED, event.reasons


def taken(market: Market, event: m.OpenLicenceTaken) -> None:
    """One more licensee."""
    found = market.open_licences.all[event.licence]
    found.taken[event.taker] = Taken(
        event.number, event.taker, event.fee_fen, event.free, event.trade, event.at
    )


def withdrawn(market: Market, event: m.OpenLicenceWithdrawn) -> None:
    """It is offered no longer."""
    found = market.open_licences.all[event.licence]
    found.state = LicenceState.LAPSED if event.lapsed else LicenceState.WITHDRAWN
    found.reasons = event.reasons
    market.open_licences.due.pop(event.licence, None)
