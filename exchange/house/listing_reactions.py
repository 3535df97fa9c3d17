"""What follows from a listing's events: a sale by agreement, a competition put up, deposits that come too late."""

from collections.abc import Callable
from datetime import date
from typing import Any

from exchange.house.command import Body
from exchange.house.state import State
from exchange.market import commands as mc
from exchange.market import events as m
from exchange.market import listing_commands as lc
from exchange.market import listing_events as le
from exchange.market.codes import bidder_code
from exchange.market.instants import in_time
from exchange.market.listing_state import Listing, ListingState
from exchange.market.listing_terms import Competition
from matching_engine import commands as lot_commands
from matching_engine.lifecycle import RUNNING, LifecycleState
from matching_engine.terms import DAY, Extension, Holder, Mechanism, Rung, Terms
from settlement import commands as sc
from settlement import events as se
from settlement.dates import shanghai_date
from settlement.references import fold
from settlement.working_days import working_days_between

Bodies = tuple[Body, ...]
WITHHELD_WORDS = "withheld"
"""The public reason of a lot that stands still because its listing is hidden."""


def _agreed(state: State, event: le.AgreementReached) -> Bodies:
    """One taker: the trade is concluded at its offer. It stands under the listing's id, for there was no lot."""
    market = state.market
    listing = market.listings[event.listing]
    offering = listing.offering
    trade = sc.ConcludeTrade(
        trade=f"T-{listing.id}-1",
        lot=listing.id,
        subject=listing.subject,
        seller=market.parties[listing.seller],
        buyer=market.parties[event.party],
        price_fen=event.price_fen,
        deposit=None,
        mechanism=Mechanism.LISTED.value,
        hammered_at=state.at,
        payment_days=offering.competition.payment_days if offering else 5,
    )
    return (trade,)


def _converted(state: State, event: le.ListingConverted) -> Bodies:
    """Several takers: the listing is put up under the terms prepared beforehand, each under the code it has."""
    listing = state.market.listings[event.listing]
    if listing.offering is None:
        return ()
    terms = listing.offering.competition
    reserved = _reserved(listing, event)
    plan = mc.LotPlan(event.lot, listing.id, _terms(listing, event, reserved), terms.deposit_fen, reserved)
    session = mc.ScheduleSession(
        event.session,
        listing.subject.title,
        terms.rule_set,
        (plan,),
        DAY,
        terms.payment_days,
        None if event.deposit_until is None else _cutoff_days(event),
        listing.rehearsal,
    )
    return (session,)


def _withheld(state: State, event: le.ListingWithheld) -> Bodies:
    """The lot of a hidden listing stands still; one that is not open yet ends, and the listing may come again."""
    market = state.market
    id_ = market.lot_of(event.listing)
    if id_ is None or market.listings[event.listing].state is not ListingState.IN_SESSION:
        return ()
    lot = state.lots[id_]
    if lot.state is LifecycleState.ANNOUNCED:
        return (lot_commands.Cancel(id_, WITHHELD_WORDS),)
    return (lot_commands.Suspend(id_, WITHHELD_WORDS),) if lot.state in RUNNING else ()


def _cutoff_days(event: le.ListingConverted) -> int:
    return working_days_between(shanghai_date(event.deposit_until or 0), shanghai_date(event.opens_at))


def _reserved(listing: Listing, event: le.ListingConverted) -> tuple[mc.Reserved, ...]:
    """The codes of those who registered, and one for each holder of priority who did not."""
    codes = {party: listing.interests[party].code for party in event.parties}
    salt = "|".join(codes.values())
    for party in listing.papers.holders:
        if party not in codes:
            codes[party] = bidder_code(event.lot, f"{party}\n{salt}", tuple(codes.values()))
    return tuple(mc.Reserved(event.lot, party, code) for party, code in codes.items())


def _terms(listing: Listing, event: le.ListingConverted, reserved: tuple[mc.Reserved, ...]) -> Terms:
    offering = listing.offering
    assert offering is not None
    terms: Competition = offering.competition
    holders = tuple(Holder(one.code, 1, "live") for one in reserved if one.party in listing.papers.holders)
    return Terms(
        mechanism=Mechanism.ENGLISH,
        opening_price_fen=event.opening_fen,
        opens_at=event.opens_at,
        closes_at=event.opens_at + terms.length,
        ladder=(Rung(0, terms.increment_fen),),
        extension=Extension(terms.extension, terms.extension) if terms.extension else None,
        priority=holders,
    )


def _enter_takers(state: State, event: m.SessionScheduled) -> Bodies:
    """Who registered interest is entered; the deposit is called like everybody's."""
    entries = []
    for lot, id_ in zip(event.lots, event.listings, strict=True):
        for one in state.market.listings[id_].qualified:
            if (lot, one.party) in state.market.reserved:
                entries.append(mc.ApplyEntry(lot, one.party))
    return tuple(entries)


def late(state: State, event: se.DepositHeld) -> Bodies:
    """The commands for a deposit that arrived after the cut-off: the entry is refused and the money goes back."""
    placed = state.market.lot_plans[event.lot]
    until = placed.deposit_until
    if until is None or in_time(_credited_on(state, event.deposit), state.at, until):
        return ()
    session = state.market.sessions[placed.session]
    return (
        lc.RefuseEntry(event.lot, event.bidder, until),
        sc.ReleaseDeposit(event.deposit, state.at + session.deposit_release_within),
    )


def _credited_on(state: State, deposit: str) -> date:
    """The bank's date of the money; that of today where an operator found it in suspense."""
    reference = fold(state.settlement.deposits[deposit].reference)
    for credit in reversed(state.settlement.credits.values()):
        if fold(credit.reference) == reference:
            return date.fromisoformat(credit.credited_on)
    return shanghai_date(state.at)


BY_TYPE: dict[type, Callable[[State, Any], Bodies]] = {
    le.AgreementReached: _agreed,
    le.ListingConverted: _converted,
    le.ListingWithheld: _withheld,
    m.SessionScheduled: _enter_takers,
}
