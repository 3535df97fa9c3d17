"""What the market answers to a command: events, or one refusal. Reads the state, changes nothing."""

import hashlib
from collections.abc import Callable
from typing import Any, NamedTuple

from exchange.market import commands as c
from exchange.market import events as e
from exchange.market import resale, sealing
from exchange.market.negotiation_dispatch import DECIDE as NEGOTIATE
from exchange.market.refusals import Events, MarketRefusal
from exchange.market.refusals import refuse as _refuse
from exchange.market.state import ListingState, Market
from matching_engine.state import Lot
from settlement.drafting import subject_fault


class Ask(NamedTuple):
    """When a command is decided, under which id, and the lot it is about as the engine has it."""

    at: int
    command_id: str
    lot: Lot | None = None


def _enrol_party(market: Market, command: c.EnrolParty, ask: Ask) -> Events:
    party = command.party
    if party.id in market.parties:
        return _refuse(party.id, command, MarketRefusal.PARTY_ENROLLED, f"{party.name} is enrolled already")
    return (e.PartyEnrolled(party, command.affiliates),)


def _submit_listing(market: Market, command: c.SubmitListing, ask: Ask) -> Events:
    if command.listing in market.listings:
        return _refuse(command.listing, command, MarketRefusal.LISTING_EXISTS, "the listing id is taken")
    if command.seller not in market.parties:
        return _refuse(
            command.listing, command, MarketRefusal.PARTY_UNKNOWN, f"{command.seller} is not enrolled"
        )
    lacks = subject_fault(command.subject)
    if lacks is not None:
        return _refuse(command.listing, command, MarketRefusal.LISTING_ITEM_MISSING, lacks)
    return (
        e.ListingSubmitted(
            command.listing,
            command.achievement,
            command.achievement_digest,
            command.seller,
            command.subject,
            command.price_idea_fen,
        ),
    )


def _admit_listing(market: Market, command: c.AdmitListing, ask: Ask) -> Events:
    listing = market.listings.get(command.listing)
    if listing is None:
        return _refuse(command.listing, command, MarketRefusal.LISTING_UNKNOWN, "there is no such listing")
    if listing.state is not ListingState.SUBMITTED:
        return _refuse(
            command.listing, command, MarketRefusal.LISTING_STATE, f"the listing is {listing.state}"
        )
    return (
        e.ListingAdmitted(command.listing),
        e.NoticePublished(command.listing, ask.at + command.notice_length),
    )


def _close_notice(market: Market, command: c.CloseNotice, ask: Ask) -> Events:
    until = market.notices_due.get(command.listing)
    return (e.NoticeClosed(command.listing),) if until is not None and until <= ask.at else ()


def _schedule_session(market: Market, command: c.ScheduleSession, ask: Ask) -> Events:
    if command.session in market.sessions:
        return _refuse(command.session, command, MarketRefusal.SESSION_EXISTS, "the session id is taken")
    if not command.lots:
        return _refuse(
            command.session, command, MarketRefusal.SESSION_EMPTY, "a session has at least one lot"
        )
    refused = _unfit_lot(market, command, ask.at)
    if refused is not None:
        return refused
    return (
        e.SessionScheduled(
            command.session,
            command.title,
            command.rule_set,
            tuple(plan.lot for plan in command.lots),
            tuple(plan.listing for plan in command.lots),
            tuple(plan.deposit_fen for plan in command.lots),
            command.deposit_release_within,
            command.payment_days,
            tuple(one for plan in command.lots for one in plan.reserved),
        ),
    )


def _unfit_lot(market: Market, command: c.ScheduleSession, at: int) -> Events | None:
    """The refusal of the first lot that cannot be put up, or None."""
    lots: dict[str, str] = {}
    for plan in command.lots:
        if plan.lot in market.lot_plans or plan.lot in lots or plan.lot.startswith("N-"):
            return _refuse(plan.lot, command, MarketRefusal.LOT_EXISTS, "the lot id is taken")
        listing = market.listings.get(plan.listing)
        if listing is None:
            return _refuse(plan.lot, command, MarketRefusal.LISTING_UNKNOWN, f"no listing {plan.listing}")
        if listing.state is not ListingState.TRADABLE or plan.listing in lots.values():
            return _refuse(
                plan.lot, command, MarketRefusal.LISTING_STATE, f"{plan.listing} is {listing.state}"
            )
        if plan.terms.opens_at < at:
            return _refuse(plan.lot, command, MarketRefusal.LOT_TERMS, "opens_at lies in the past")
        if plan.terms.opening_price_fen < listing.opening_floor_fen:
            detail = f"a re-auction opens at {listing.opening_floor_fen} fen or above: at most 20 % lower"
            return _refuse(plan.lot, command, MarketRefusal.OPENING_TOO_LOW, detail)
        if plan.deposit_fen < 0:
            return _refuse(plan.lot, command, MarketRefusal.LOT_TERMS, "deposit_fen is below zero")
        for one in plan.reserved:
            if one.party not in market.parties:
                return _refuse(plan.lot, command, MarketRefusal.PARTY_UNKNOWN, f"{one.party} is not enrolled")
        lots[plan.lot] = plan.listing
    return None


def bidder_code(market: Market, lot: str, salt: str) -> str:
    """A four-digit code in a lot: it tells neither name nor order of entry, for `salt` is known to its party only."""
    taken = (*market.entries[lot], *market.reserved_codes(lot))
    attempt = 0
    while True:
        draw = hashlib.sha256(f"{lot}\n{salt}\n{attempt}".encode()).digest()
        code = f"{1000 + int.from_bytes(draw[:4]) % 9000}"
        if code not in taken:
            return code
        attempt += 1


def _apply_entry(market: Market, command: c.ApplyEntry, ask: Ask) -> Events:
    placed = market.lot_plans.get(command.lot)
    if placed is None:
        return _refuse(command.lot, command, MarketRefusal.LOT_UNKNOWN, "there is no such lot")
    if command.party not in market.parties:
        return _refuse(command.lot, command, MarketRefusal.PARTY_UNKNOWN, f"{command.party} is not enrolled")
    if market.code_of(command.lot, command.party) is not None:
        return _refuse(command.lot, command, MarketRefusal.ENTRY_EXISTS, "the party has entered already")
    if market.related(market.listings[placed.listing].seller, command.party):
        return _refuse(
            command.lot, command, MarketRefusal.BID_SELF_DEALING, "a seller and its affiliates may not bid"
        )
    if market.barred_from(command.lot, command.party):
        detail = "a buyer who did not pay, and its affiliates, take no part in the re-auction"
        return _refuse(command.lot, command, MarketRefusal.ENTRY_BARRED, detail)
    reserved = market.reserved.get((command.lot, command.party))
    code = reserved or bidder_code(market, command.lot, ask.command_id)
    deposit = f"D-{command.lot}-{code}"
    return (e.EntryApplied(command.lot, command.party, code, deposit, placed.deposit_fen),)


def _publish_seal_key(market: Market, command: c.PublishSealKey, ask: Ask) -> Events:
    return sealing.publish_key(market, command, ask.lot)


def _score_bid(market: Market, command: c.ScoreBid, ask: Ask) -> Events:
    return sealing.score_bid(command, ask.lot)


def _bar_buyer(market: Market, command: c.BarBuyer, ask: Ask) -> Events:
    return resale.bar_buyer(market, command)


def _offer_second_best(market: Market, command: c.OfferSecondBest, ask: Ask) -> Events:
    return resale.offer_second_best(market, command, ask.at, ask.lot)


def _answer_second_best(market: Market, command: c.AnswerSecondBest, ask: Ask) -> Events:
    return resale.answer_second_best(market, command, ask.at)


def _reopen_listing(market: Market, command: c.ReopenListing, ask: Ask) -> Events:
    return resale.reopen_listing(market, command, ask.at, ask.lot)


_BY_TYPE: dict[type, Callable[[Market, Any, Ask], Events]] = {
    c.EnrolParty: _enrol_party,
    c.SubmitListing: _submit_listing,
    c.AdmitListing: _admit_listing,
    c.CloseNotice: _close_notice,
    c.ScheduleSession: _schedule_session,
    c.ApplyEntry: _apply_entry,
    c.PublishSealKey: _publish_seal_key,
    c.ScoreBid: _score_bid,
    c.BarBuyer: _bar_buyer,
    c.OfferSecondBest: _offer_second_best,
    c.AnswerSecondBest: _answer_second_best,
    c.ReopenListing: _reopen_listing,
    **NEGOTIATE,
}


def decide(market: Market, command: c.MarketCommand, ask: Ask) -> Events:
    """The events a command makes; a refusal is an event as well."""
    return _BY_TYPE[type(command)](market, command, ask)
