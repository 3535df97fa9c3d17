"""What the market answers to a command: events, or one refusal. Reads the state, changes nothing."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from exchange.market import commands as c
from exchange.market import events as e
from exchange.market import resale, sealing
from exchange.market.codes import bidder_code
from exchange.market.custody import DECIDE as CUSTODY
from exchange.market.custody import scores_closed
from exchange.market.listing_dispatch import DECIDE as LISTINGS
from exchange.market.negotiation_dispatch import DECIDE as NEGOTIATE
from exchange.market.questions import DECIDE as QUESTIONS
from exchange.market.refusals import Events, MarketRefusal
from exchange.market.refusals import refuse as _refuse
from exchange.market.release_dispatch import DECIDE as RELEASES
from exchange.market.reports import DECIDE as REPORTS
from exchange.market.state import Market
from exchange.market.stops import DECIDE as STOPS
from exchange.market.supply_dispatch import DECIDE as SUPPLY
from matching_engine.state import Lot
from settlement.dates import shanghai_time


class Ask(NamedTuple):
    """When a command is decided, under which id, and the lot it is about as the engine has it."""

    at: int
    command_id: str
    lot: Lot | None = None
    lots: Mapping[str, Lot] = {}


def _enrol_party(market: Market, command: c.EnrolParty, ask: Ask) -> Events:
    party = command.party
    if party.id in market.parties:
        return _refuse(party.id, command, MarketRefusal.PARTY_ENROLLED, f"{party.name} is enrolled already")
    return (e.PartyEnrolled(party, command.affiliates),)


def _apply_entry(market: Market, command: c.ApplyEntry, ask: Ask) -> Events:
    placed = market.lot_plans.get(command.lot)
    if placed is None:
        return _refuse(command.lot, command, MarketRefusal.LOT_UNKNOWN, "there is no such lot")
    if command.party not in market.parties:
        return _refuse(command.lot, command, MarketRefusal.PARTY_UNKNOWN, f"{command.party} is not enrolled")
    if market.code_of(command.lot, command.party) is not None:
        return _refuse(command.lot, command, MarketRefusal.ENTRY_EXISTS, "the party has entered already")
    if placed.deposit_until is not None and ask.at > placed.deposit_until:
        detail = f"deposits had to arrive by {shanghai_time(placed.deposit_until).isoformat()}"
        return _refuse(command.lot, command, MarketRefusal.ENTRY_LATE, detail)
    if market.related(market.listings[placed.listing].seller, command.party):
        return _refuse(
            command.lot, command, MarketRefusal.BID_SELF_DEALING, "a seller and its affiliates may not bid"
        )
    if market.barred_from(command.lot, command.party):
        detail = "a buyer who did not pay, and its affiliates, take no part in the re-auction"
        return _refuse(command.lot, command, MarketRefusal.ENTRY_BARRED, detail)
    reserved = market.reserved.get((command.lot, command.party))
    taken = (*market.entries[command.lot], *market.reserved_codes(command.lot))
    code = reserved or bidder_code(command.lot, ask.command_id, taken)
    deposit = f"D-{command.lot}-{code}"
    return (e.EntryApplied(command.lot, command.party, code, deposit, placed.deposit_fen),)


def _publish_seal_key(market: Market, command: c.PublishSealKey, ask: Ask) -> Events:
    return sealing.publish_key(market, command, ask.lot)


def _score_bid(market: Market, command: c.ScoreBid, ask: Ask) -> Events:
    return scores_closed(market, command) or sealing.score_bid(command, ask.lot)


def _bar_buyer(market: Market, command: c.BarBuyer, ask: Ask) -> Events:
    return resale.bar_buyer(market, command, ask.at)


def _offer_second_best(market: Market, command: c.OfferSecondBest, ask: Ask) -> Events:
    return resale.offer_second_best(market, command, ask.at, ask.lot)


def _answer_second_best(market: Market, command: c.AnswerSecondBest, ask: Ask) -> Events:
    return resale.answer_second_best(market, command, ask.at)


def _reopen_listing(market: Market, command: c.ReopenListing, ask: Ask) -> Events:
    return resale.reopen_listing(market, command, ask.at, ask.lot)


_BY_TYPE: dict[type, Callable[[Market, Any, Ask], Events]] = {
    c.EnrolParty: _enrol_party,
    c.ApplyEntry: _apply_entry,
    c.PublishSealKey: _publish_seal_key,
    c.ScoreBid: _score_bid,
    c.BarBuyer: _bar_buyer,
    c.OfferSecondBest: _offer_second_best,
    c.AnswerSecondBest: _answer_second_best,
    c.ReopenListing: _reopen_listing,
    **LISTINGS,
    **NEGOTIATE,
    **SUPPLY,
    **RELEASES,
    **REPORTS,
    **CUSTODY,
    **STOPS,
    **QUESTIONS,
}


def decide(market: Market, command: c.MarketCommand, ask: Ask) -> Events:
    """The events a command makes; a refusal is an event as well."""
    return _BY_TYPE[type(command)](market, command, ask)
