"""Trials before conversion (先试用后转化): proposed, agreed, begun, and at the end converted or given back.

Hangzhou, part three, (一) 4; promotion of transformation, art. 18 on the price: a conversion is a price found by
agreement, and so goes under public notice as every agreement does, and through the same settlement.
"""

from calendar import monthrange
from datetime import date

from exchange.market import negotiation_events as n
from exchange.market import trial_messages as m
from exchange.market.licence import exclusive_fault
from exchange.market.listing_state import WITHHELD
from exchange.market.negotiation_decide import competition_due, notice_of, price_fault
from exchange.market.negotiation_rules import NOTICE_DAYS, TEXT_MAX, VALID_MIN
from exchange.market.negotiation_state import LIVE, Standing, Table, TableState
from exchange.market.negotiation_terms import digest_of as sheet_digest
from exchange.market.refusals import Events, MarketRefusal, refuse
from exchange.market.state import Listing, ListingState, Market
from exchange.market.trial_state import Trial, TrialState
from exchange.market.trial_terms import START_DAYS, digest_of, terms_fault
from settlement.dates import due_date, end_of_day, shanghai_date

Fault = tuple[MarketRefusal, str]


def propose(market: Market, command: m.ProposeTrial, at: int) -> Events:
    """Terms that wait for the other side's word."""
    listing = market.listings.get(command.listing)
    if listing is None:
        return refuse(
            command.listing, command, MarketRefusal.LISTING_UNKNOWN, f"no listing {command.listing}"
        )
    fault = _unfit(market, command, listing)
    if fault is not None:
        return refuse(command.listing, command, *fault)
    trial = f"TR-{listing.id}-{len(market.trials.of_listing.get(listing.id, ())) + 1}"
    proposed = m.TrialProposed(
        trial,
        listing.id,
        listing.seller,
        command.taker,
        command.by,
        command.terms,
        digest_of(trial, command.terms),
        command.completer,
        at,
    )
    return (proposed,)


def _unfit(market: Market, command: m.ProposeTrial, listing: Listing) -> Fault | None:
    """Why there can be no such trial, or None."""
    if command.taker not in market.parties:
        return MarketRefusal.PARTY_UNKNOWN, f"{command.taker} is not enrolled"
    if command.taker == listing.seller:
        return MarketRefusal.TABLE_PARTIES, "nobody tries its own achievement"
    if any(market.related(out, command.taker) for out in market.barred.get(listing.id, ())):
        return MarketRefusal.ENTRY_BARRED, "a buyer who did not pay, and its affiliates, take no further part"
    if any(
        one.taker == command.taker and one.state is not TrialState.ENDED
        for one in market.trials.on(listing.id)
    ):
        return MarketRefusal.TRIAL_EXISTS, "this taker has a trial of this listing that has not ended"
    least = 0 if listing.rehearsal else NOTICE_DAYS
    wrong = terms_fault(command.terms, listing.subject, least)
    if wrong is not None:
        return MarketRefusal.TERMS_INVALID, wrong
    sheet = command.terms.conversion
    promised = exclusive_fault(market, listing.id, sheet.deal) or price_fault(listing, sheet.price_fen)
    return promised or _free(market, listing, command.taker, command.terms.exclusive)


def _free(market: Market, listing: Listing, taker: str, exclusive: bool) -> Fault | None:
    """Whether a trial may be bound on the listing now."""
    if listing.withheld:
        return MarketRefusal.LISTING_WITHHELD, WITHHELD
    if listing.state is not ListingState.TRADABLE:
        return MarketRefusal.LISTING_STATE, f"{listing.id} is {listing.state}"
    others = [one for one in market.trials.standing(listing.id) if one.taker != taker]
    if any(exclusive or one.terms.exclusive for one in others):
        return MarketRefusal.LISTING_ON_TRIAL, "a trial by somebody else stands on this listing"
    if exclusive and competition_due(market, listing.id, taker):
        return MarketRefusal.COMPETITION_DUE, "another party has asked for this listing"
    return None


def agree(market: Market, command: m.AgreeTrial, at: int) -> Events:
    """The side that did not propose agrees to the digest it read."""
    trial, refusal = _found(market, command, TrialState.PROPOSED)
    if trial is None:
        return refusal
    if command.party == trial.by:
        return refuse(trial.id, command, MarketRefusal.TABLE_TURN, "the other side agrees")
    if command.digest != trial.digest:
        return refuse(trial.id, command, MarketRefusal.TERMS_STALE, "the digest is not that of these terms")
    fault = _free(market, market.listings[trial.listing], trial.taker, trial.terms.exclusive)
    fault = fault or exclusive_fault(market, trial.listing, trial.terms.conversion.deal)
    if fault is not None:
        return refuse(trial.id, command, *fault)
    start_by = end_of_day(due_date(at, START_DAYS))
    return (m.TrialAgreed(trial.id, trial.listing, command.party, trial.digest, start_by),)


def leave(market: Market, command: m.LeaveTrial, at: int) -> Events:
    """A proposal ends; what both agreed to binds."""
    trial, refusal = _found(market, command, TrialState.PROPOSED)
    if trial is None:
        return refusal
    if len(command.reason) > TEXT_MAX:
        return refuse(
            trial.id, command, MarketRefusal.TERMS_INVALID, f"reason: at most {TEXT_MAX} characters"
        )
    return (m.TrialEnded(trial.id, trial.listing, "declined", command.party, command.reason, at),)


def start(market: Market, command: m.StartTrial, at: int) -> Events:
    """The holder hands over; from today the months run."""
    trial, refusal = _found(market, command, TrialState.AGREED)
    if trial is None:
        return refusal
    if command.party != trial.holder:
        return refuse(trial.id, command, MarketRefusal.TABLE_TURN, "the holder hands the technology over")
    if len(command.fee_receipt) > TEXT_MAX or (trial.terms.fee_fen and not command.fee_receipt.strip()):
        detail = f"fee_receipt: how {trial.terms.fee_fen} fen were paid, in at most {TEXT_MAX} characters"
        return refuse(trial.id, command, MarketRefusal.TERMS_INVALID, detail)
    until = end_of_day(months_after(shanghai_date(at), trial.terms.months))
    return (m.TrialStarted(trial.id, trial.listing, command.fee_receipt, at, until),)


def months_after(day: date, months: int) -> date:
    """The same day so many months later; where the month has no such day, its last (Civil Code, art. 202)."""
    count = day.year * 12 + day.month - 1 + months
    year, month = count // 12, count % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def give_back(market: Market, command: m.ReturnTrial, at: int) -> Events:
    """The taker does not convert."""
    trial, refusal = _tried(market, command, at)
    if trial is None:
        return refusal
    return (m.TrialEnded(trial.id, trial.listing, "returned", command.party, command.findings, at),)


def convert(market: Market, command: m.ConvertTrial, at: int) -> Events:
    """The sheet agreed before the trial becomes an agreement under public notice; every other table ends."""
    trial, refusal = _tried(market, command, at)
    if trial is None:
        return refusal
    listing = market.listings[trial.listing]
    fault = _free(market, listing, trial.taker, False) or price_fault(
        listing, trial.terms.conversion.price_fen
    )
    fault = fault or exclusive_fault(market, listing.id, trial.terms.conversion.deal)
    if fault is None and competition_due(market, listing.id, trial.taker):
        fault = MarketRefusal.COMPETITION_DUE, "another party has asked for this listing"
    if fault is not None:
        return refuse(trial.id, command, *fault)
    table = f"N-{listing.id}-{len(market.negotiation.of_listing.get(listing.id, ())) + 1}"
    ended = m.TrialEnded(trial.id, trial.listing, "converted", command.party, command.findings, at, table)
    others = [one for one in market.negotiation.on(listing.id) if one.state in LIVE]
    closed = (n.TableEnded(one.id, "listing_agreed", "", "", at) for one in others)
    return (ended, *_agreement(market, trial, table, at), *closed)


def _agreement(market: Market, trial: Trial, table: str, at: int) -> Events:
    """The agreement as a table has it: offered by the holder before the trial, agreed to by the taker now."""
    terms = trial.terms
    digest = sheet_digest(table, 1, terms.conversion)
    offer = Standing(1, trial.holder, terms.conversion, digest, at + VALID_MIN, True)
    seat = Table(
        table,
        trial.listing,
        trial.holder,
        trial.taker,
        trial.holder,
        trial.completer,
        terms.notice_days,
        terms.payment_days,
        at,
        TableState.OPEN,
        trial.parties,
    )
    return (
        n.TableOpened(
            table,
            trial.listing,
            trial.holder,
            trial.taker,
            trial.holder,
            trial.completer,
            terms.notice_days,
            terms.payment_days,
            at,
        ),
        n.TableJoined(table, trial.taker),
        n.TermsOffered(table, 1, trial.holder, 0, offer.sheet, digest, offer.expires_at, True),
        n.TermsAgreed(table, 1, trial.taker, digest),
        notice_of(market, seat, offer, at),
    )


def end(market: Market, command: m.EndTrial, at: int) -> Events:
    """The gavel: never begun, or its time is over."""
    due = market.trials.due.get(command.trial)
    if due is None or due > at:
        return ()
    trial = market.trials.all[command.trial]
    outcome: m.Outcome = "expired" if trial.state is TrialState.RUNNING else "lapsed"
    return (m.TrialEnded(trial.id, trial.listing, outcome, "", "", at),)


_Asked = m.AgreeTrial | m.LeaveTrial | m.StartTrial | m.ConvertTrial | m.ReturnTrial


def _found(market: Market, command: _Asked, state: TrialState) -> tuple[Trial | None, Events]:
    """The trial, if it stands where the command needs it; else the refusal."""
    trial = market.trials.all.get(command.trial)
    if trial is None or command.party not in trial.parties:
        return None, refuse(command.trial, command, MarketRefusal.TRIAL_UNKNOWN, "there is no such trial")
    if trial.state is not state:
        detail = f"the trial is {trial.state}, not {state}"
        return None, refuse(trial.id, command, MarketRefusal.TRIAL_STATE, detail)
    return trial, ()


def _tried(market: Market, command: m.ConvertTrial | m.ReturnTrial, at: int) -> tuple[Trial | None, Events]:
    """The running trial whose taker says how it went."""
    trial, refusal = _found(market, command, TrialState.RUNNING)
    if trial is None:
        return None, refusal
    if command.party != trial.taker:
        return None, refuse(trial.id, command, MarketRefusal.TABLE_TURN, "the taker says how it went")
    if trial.until is not None and at > trial.until:
        return None, refuse(trial.id, command, MarketRefusal.TRIAL_STATE, "the trial is over")
    if not command.findings.strip() or len(command.findings) > TEXT_MAX:
        detail = f"findings: what the trial showed by its criteria, in 1 to {TEXT_MAX} characters"
        return None, refuse(trial.id, command, MarketRefusal.TERMS_INVALID, detail)
    return trial, ()


# What the events add up to


def proposed(market: Market, event: m.TrialProposed) -> None:
    """It waits for the other side."""
    book = market.trials
    book.all[event.trial] = Trial(
        event.trial,
        event.listing,
        event.holder,
        event.taker,
        event.by,
        event.terms,
        event.digest,
        event.completer,
        event.at,
    )
    book.of_listing[event.listing] = (*book.of_listing.get(event.listing, ()), event.trial)


def agreed(market: Market, event: m.TrialAgreed) -> None:
    """Both are bound."""
    trial = market.trials.all[event.trial]
    trial.state, trial.start_by = TrialState.AGREED, event.start_by
    market.trials.due[event.trial] = event.start_by + 1


def started(market: Market, event: m.TrialStarted) -> None:
    """It runs."""
    trial = market.trials.all[event.trial]
    trial.state, trial.fee_receipt = TrialState.RUNNING, event.fee_receipt
    trial.started_at, trial.until = event.at, event.until
    market.trials.due[event.trial] = event.until + 1


def ended(market: Market, event: m.TrialEnded) -> None:
    """It binds nobody any more."""
    trial = market.trials.all[event.trial]
    trial.state, trial.outcome, trial.words = TrialState.ENDED, event.outcome, event.words
    trial.ended_at, trial.table = event.at, event.table
    market.trials.due.pop(event.trial, None)
