"""Setting a session: its lots, checked against the figures of its rule set unless it says that it is a rehearsal."""

from exchange.market.appraised import approval_fault, lowest_fen, reserve_fault
from exchange.market.challenge import session_fault
from exchange.market.commands import LotPlan, ScheduleSession
from exchange.market.custody import custody_of, within_fault
from exchange.market.events import SessionScheduled
from exchange.market.fault import Facts
from exchange.market.instants import cutoff_instant
from exchange.market.licence import exclusive_fault
from exchange.market.listing_commands import AcknowledgeNotice
from exchange.market.listing_events import PriorityNoticeAcknowledged, PriorityNoticeSent
from exchange.market.listing_state import WITHHELD, Listing, ListingState
from exchange.market.refusals import Events, MarketRefusal, Unfit, refuse
from exchange.market.rule_sets import Figures, commission, deposit_range, figures
from exchange.market.shared import own
from exchange.market.state import Market, PlacedLot, Session
from matching_engine.terms import DAY, HOUR, Mechanism, Terms
from settlement.commission import Commission
from settlement.commission import fault as commission_fault
from settlement.dates import due_date, end_of_day, shanghai_date

CUTOFF_DAYS_MAX = 60


def schedule(market: Market, command: ScheduleSession, at: int) -> Events:
    """The session with its lots, and a notice to each holder of priority; or the refusal of the first unfit lot."""
    if command.session in market.sessions:
        return refuse(command.session, command, MarketRefusal.SESSION_EXISTS, "the session id is taken")
    if not command.lots:
        return refuse(command.session, command, MarketRefusal.SESSION_EMPTY, "a session has at least one lot")
    lots: dict[str, str] = {}
    for plan in command.lots:
        fault = _unfit(market, plan, lots, at) or _against_rules(market, command, plan, at)
        if fault is not None:
            return refuse(plan.lot, command, *fault)
        lots[plan.lot] = plan.listing
    wrong = commission_fault(command.commission) if command.commission is not None else None
    if wrong is not None:
        return refuse(command.session, command, MarketRefusal.COMMISSION, wrong)
    waiting = within_fault(command)
    if waiting is not None:
        return refuse(command.session, command, *waiting)
    return (_scheduled(command, at), *_notices(command, at))


def _commission(command: ScheduleSession, at: int) -> Commission | None:
    """What was agreed, or what the rule set has where nothing was; a rehearsal costs nothing of itself."""
    if command.commission is not None or command.rehearsal:
        return command.commission
    return commission(command.rule_set, at)


def _scheduled(command: ScheduleSession, at: int) -> SessionScheduled:
    return SessionScheduled(
        command.session,
        command.title,
        command.rule_set,
        tuple(plan.lot for plan in command.lots),
        tuple(plan.listing for plan in command.lots),
        tuple(plan.deposit_fen for plan in command.lots),
        command.deposit_release_within,
        command.payment_days,
        tuple(one for plan in command.lots for one in plan.reserved),
        _cutoffs(command),
        command.rehearsal,
        _commission(command, at),
        custody_of(command),
        command.opening_within if custody_of(command) == "two_officials" else 0,
    )


def _cutoffs(command: ScheduleSession) -> tuple[int, ...]:
    days = command.deposit_cutoff_working_days
    if days is None:
        return ()
    return tuple(cutoff_instant(shanghai_date(plan.terms.opens_at), days) for plan in command.lots)


def _unfit(market: Market, plan: LotPlan, lots: dict[str, str], at: int) -> Unfit | None:
    """What keeps a lot from being put up at all."""
    if plan.lot in market.lot_plans or plan.lot in lots or plan.lot.startswith("N-"):
        return MarketRefusal.LOT_EXISTS, "the lot id is taken"
    listing = market.listings.get(plan.listing)
    if listing is None:
        return MarketRefusal.LISTING_UNKNOWN, f"no listing {plan.listing}"
    if listing.withheld:
        return MarketRefusal.LISTING_WITHHELD, WITHHELD
    if listing.state is not ListingState.TRADABLE or plan.listing in lots.values():
        return MarketRefusal.LISTING_STATE, f"{plan.listing} is {listing.state}"
    if plan.terms.opens_at < at:
        return MarketRefusal.LOT_TERMS, "opens_at lies in the past"
    if plan.terms.opening_price_fen < listing.opening_floor_fen:
        detail = f"a re-auction opens at {listing.opening_floor_fen} fen or above: at most 20 % lower"
        facts: Facts = {"say": "opening_floor", "floor_fen": listing.opening_floor_fen}
        return MarketRefusal.OPENING_TOO_LOW, detail, facts
    if plan.deposit_fen < 0:
        return MarketRefusal.LOT_TERMS, "deposit_fen is below zero"
    for one in plan.reserved:
        if one.party not in market.parties:
            return MarketRefusal.PARTY_UNKNOWN, f"{one.party} is not enrolled"
    if market.trials.keeps(listing.id) is not None:
        return MarketRefusal.LISTING_ON_TRIAL, "a trial keeps the listing for its taker"
    promised = session_fault(market, plan) or exclusive_fault(market, listing.id, listing.subject.deal)
    return promised or _holder_left_out(plan, listing)


def _holder_left_out(plan: LotPlan, listing: Listing) -> Unfit | None:
    """Everybody with a statutory priority that the papers name has a place in the terms, and so is told."""
    entitled = [one.bidder for one in plan.terms.priority]
    told = [one.party for one in plan.reserved if one.code in entitled]
    for party in listing.papers.holders:
        if party not in told:
            detail = f"{party} has a right of first refusal by the listing's papers and is not told"
            return MarketRefusal.PRIORITY_NOT_NOTIFIED, detail
    return None


def _against_rules(market: Market, command: ScheduleSession, plan: LotPlan, at: int) -> Unfit | None:
    """The first figure of the rule set that a lot falls short of; a rehearsal is only held to the last:
    nobody could enter it."""
    if command.rehearsal:
        return _cutoff_fault(command, plan, at)
    if market.listings[plan.listing].rehearsal:
        detail = "the notice of the listing was shortened for rehearsals"
        return MarketRefusal.REHEARSAL_ONLY, detail
    asked, lead = figures(command.rule_set, at), plan.terms.opens_at - at
    return (
        _too_soon(asked, plan, lead)
        or _bidding_fault(asked, plan.terms)
        or _price_fault(asked, plan, market.listings[plan.listing], at)
        or _reauction_fault(asked, plan, market.listings[plan.listing].failed_at, at)
        or _deposit_fault(command, plan, at)
        or _payment_fault(command, asked)
        or _cutoff_fault(command, plan, at)
    )


def _too_soon(asked: Figures, plan: LotPlan, lead: int) -> Unfit | None:
    if lead < asked.announce_days * DAY:
        detail = (
            f"a session is announced {asked.announce_days} days before it opens ({asked.announce_source})"
        )
        facts: Facts = {"say": "announce", "days": asked.announce_days, "rule": asked.announce_source}
        return MarketRefusal.NOTICE_TOO_SHORT, detail, facts
    if lead < asked.display_days * DAY:
        detail = f"what is sold is shown for {asked.display_days} days ({asked.display_source})"
        facts = {"say": "display", "days": asked.display_days, "rule": asked.display_source}
        return MarketRefusal.NOTICE_TOO_SHORT, detail, facts
    if plan.terms.priority and lead < asked.priority_notice_days * DAY:
        days, source = asked.priority_notice_days, asked.priority_source
        detail = f"holders of priority are told {days} days before ({source})"
        facts = {"say": "priority_notice", "days": days, "rule": source}
        return MarketRefusal.PRIORITY_NOTICE_SHORT, detail, facts
    return None


def _bidding_fault(asked: Figures, terms: Terms) -> Unfit | None:
    """Ascending bids are taken for some hours at least."""
    closes_at, hours = terms.closes_at, asked.bidding_hours
    if terms.mechanism is not Mechanism.ENGLISH or closes_at is None:
        return None
    if closes_at - terms.opens_at >= hours * HOUR:
        return None
    detail = f"bids are taken for {hours} hours at least ({asked.bidding_source})"
    facts: Facts = {"say": "bidding_hours", "hours": hours, "rule": asked.bidding_source}
    return MarketRefusal.BIDDING_TOO_SHORT, detail, facts


def _price_fault(asked: Figures, plan: LotPlan, listing: Listing, at: int) -> Unfit | None:
    """The lowest price at which the lot can be sold, against the appraisal."""
    price_fen = lowest_fen(plan.terms)
    if price_fen is None:
        return None
    return reserve_fault(asked, listing, price_fen) or approval_fault(listing.papers, price_fen, at)


def _reauction_fault(asked: Figures, plan: LotPlan, failed_at: int | None, at: int) -> Unfit | None:
    """A listing put up again: soon after the failure, and announced long enough before."""
    if failed_at is None:
        return None
    opens_at, source = plan.terms.opens_at, asked.reauction_source
    last = due_date(failed_at, asked.reauction_within_days)
    if asked.reauction_within_days and opens_at > end_of_day(last):
        within, until = asked.reauction_within_days, last.isoformat()
        detail = (
            f"a re-auction opens within {within} days of the failure, "
            f"until {until} ({source}); after that the listing is offered anew"
        )
        facts: Facts = {"say": "reauction_within", "days": within, "until": until, "rule": source}
        return MarketRefusal.REAUCTION_LATE, detail, facts
    if opens_at - at < asked.reauction_notice_days * DAY:
        days = asked.reauction_notice_days
        detail = f"a re-auction is announced {days} days before it opens ({source})"
        notice: Facts = {"say": "reauction_notice", "days": days, "rule": source}
        return MarketRefusal.NOTICE_TOO_SHORT, detail, notice
    return None


def _deposit_fault(command: ScheduleSession, plan: LotPlan, at: int) -> Unfit | None:
    least, most = deposit_range(command.rule_set, plan.terms.opening_price_fen, at)
    if least <= plan.deposit_fen <= most:
        return None
    asked = figures(command.rule_set, at)
    low, high = asked.deposit_percent
    detail = f"from {least} to {most} fen, {low} to {high} % of the opening price ({asked.deposit_source})"
    facts: Facts = {
        "say": "deposit_range",
        "least_fen": least,
        "most_fen": most,
        "low": low,
        "high": high,
        "rule": asked.deposit_source,
    }
    return MarketRefusal.DEPOSIT_RANGE, detail, facts


def _payment_fault(command: ScheduleSession, asked: Figures) -> Unfit | None:
    if 0 <= command.payment_days <= asked.payment_days:
        return None
    return MarketRefusal.LOT_TERMS, f"payment_days: from 0 to {asked.payment_days} days"


def _cutoff_fault(command: ScheduleSession, plan: LotPlan, at: int) -> Unfit | None:
    days = command.deposit_cutoff_working_days
    if days is None:
        return None
    if not 0 <= days <= CUTOFF_DAYS_MAX:
        return MarketRefusal.LOT_TERMS, f"deposit_cutoff_working_days: from 0 to {CUTOFF_DAYS_MAX}"
    if cutoff_instant(shanghai_date(plan.terms.opens_at), days) <= at:
        detail = (
            f"17:00 on the working day {days} before the opening is over: nobody could pay a deposit in time"
        )
        return MarketRefusal.CUTOFF_PAST, detail
    return None


def _notices(command: ScheduleSession, at: int) -> Events:
    """One notice to each holder of each lot, once."""
    days = figures(command.rule_set, at).priority_notice_days
    sent: list[PriorityNoticeSent] = []
    for plan in command.lots:
        entitled = [one.bidder for one in plan.terms.priority]
        parties = dict.fromkeys(one.party for one in plan.reserved if one.code in entitled)
        opens_at = plan.terms.opens_at
        sent += [PriorityNoticeSent(plan.lot, party, opens_at, opens_at - days * DAY) for party in parties]
    return tuple(sent)


def acknowledge(market: Market, command: AcknowledgeNotice) -> Events:
    """A holder says that it knows; said again, it changes nothing."""
    known = market.priority_notices.get((command.lot, command.party))
    if known is None:
        return refuse(
            command.lot, command, MarketRefusal.NOTICE_NONE, "no notice of this lot was sent to you"
        )
    if known:
        return refuse(command.lot, command, MarketRefusal.NOTICE_ACKNOWLEDGED, "acknowledged before")
    return (PriorityNoticeAcknowledged(command.lot, command.party),)


# What the events add up to


def scheduled(market: Market, event: SessionScheduled) -> None:
    """The session and its lots stand."""
    market.sessions[event.session] = Session(
        event.session,
        event.title,
        event.rule_set,
        event.lots,
        event.deposit_release_within,
        event.payment_days,
        event.rehearsal,
        event.commission,
        event.sealed_custody,
        event.opening_within,
    )
    cutoffs = event.deposits_until or (None,) * len(event.lots)
    for lot, listing, fen, until in zip(event.lots, event.listings, event.deposits_fen, cutoffs, strict=True):
        market.lot_plans[lot] = PlacedLot(lot, listing, event.session, fen, until)
        market.entries[lot] = {}
        own(market.listings, listing).state = ListingState.IN_SESSION
    for one in event.reserved:
        market.reserved[one.lot, one.party] = one.code


def notice_sent(market: Market, event: PriorityNoticeSent) -> None:
    """A holder was told."""
    market.priority_notices[event.lot, event.party] = False


def notice_acknowledged(market: Market, event: PriorityNoticeAcknowledged) -> None:
    """And it knows."""
    market.priority_notices[event.lot, event.party] = True
