"""What follows from an event across the parts of a house: event → the next commands.

What follows within settlement stands in settlement.process; here is what needs the market as well.
"""

from collections.abc import Callable
from typing import Any

from exchange.house.command import Body, HouseEvent
from exchange.house.custody_reactions import REACTIONS as CUSTODY
from exchange.house.listing_reactions import BY_TYPE as LISTINGS
from exchange.house.listing_reactions import late
from exchange.house.negotiation_reactions import REACTIONS as NEGOTIATED
from exchange.house.negotiation_reactions import undone
from exchange.house.state import State
from exchange.house.stop_reactions import REACTIONS as STOPS
from exchange.house.supply_reactions import REACTIONS as SUPPLY
from exchange.house.supply_reactions import awarded
from exchange.market import commands as mc
from exchange.market import events as m
from exchange.market.challenge import subject_of
from exchange.market.listing_commands import FailSale
from exchange.market.sealing import takes_seals
from matching_engine import commands as lc
from matching_engine import events as le
from settlement import commands as sc
from settlement import default_events as d
from settlement import events as se
from settlement import process
from settlement.rescission_messages import TradeRescinded
from settlement.state import DepositState

Bodies = tuple[Body, ...]


def _entry_applied(state: State, event: m.EntryApplied) -> Bodies:
    """Who owes no deposit may bid at once; everybody else is called to pay it first."""
    if event.deposit_fen == 0:
        return (lc.SetEntry(event.lot, event.code, lc.EntryStatus.ADMITTED),)
    return (
        lc.SetEntry(event.lot, event.code, lc.EntryStatus.DEPOSIT_UNPAID),
        sc.CallDeposit(event.deposit, event.lot, event.code, event.party, event.deposit_fen),
    )


def _deposit_held(state: State, event: se.DepositHeld) -> Bodies:
    """A deposit admits its bidder; one that comes after the end of the lot goes back."""
    lot = state.lots[event.lot]
    too_late = late(state, event)
    if too_late:
        return too_late
    if lot.closed_at is None:
        return (lc.SetEntry(event.lot, event.bidder, lc.EntryStatus.ADMITTED),)
    return (sc.ReleaseDeposit(event.deposit, _release_by(state, event.lot)),)


def _release_by(state: State, lot: str) -> int:
    """The last instant for giving deposits back, as the session's rule set says (J23)."""
    session = state.market.sessions[state.market.lot_plans[lot].session]
    return state.at + session.deposit_release_within


def _losers(state: State, lot: str, winners: frozenset[str]) -> Bodies:
    """Give back every deposit held on a lot but the winners'."""
    due_by = _release_by(state, lot)
    return tuple(
        sc.ReleaseDeposit(entry.deposit, due_by)
        for code, entry in state.market.entries[lot].items()
        if code not in winners and _is_held(state, entry.deposit)
    )


def _is_held(state: State, deposit: str) -> bool:
    held = state.settlement.deposits.get(deposit)
    return held is not None and held.state is DepositState.HELD


def _hammered(state: State, event: le.Hammered) -> Bodies:
    """Each award is a trade of its own; the losers' deposits go back."""
    trades = tuple(_conclude(state, event, n) for n in range(len(event.winners)))
    return trades + _losers(state, event.lot, frozenset(winner.bidder for winner in event.winners))


def _conclude(state: State, event: le.Hammered, n: int) -> sc.ConcludeTrade:
    market, lot, winner = state.market, state.lots[event.lot], event.winners[n]
    placed = market.lot_plans[event.lot]
    listing = market.listings[placed.listing]
    entry = market.entries[event.lot][winner.bidder]
    offering, bidding = market.parties[listing.seller], market.parties[entry.party]
    sells = lot.terms.direction == "sell"
    return sc.ConcludeTrade(
        trade=f"T-{event.lot}-{n + 1}",
        lot=event.lot,
        subject=subject_of(market, listing),
        seller=offering if sells else bidding,
        buyer=bidding if sells else offering,
        price_fen=winner.price_fen,
        deposit=entry.deposit if _is_held(state, entry.deposit) else None,
        mechanism=lot.terms.mechanism.value,
        hammered_at=_fell_at(state, event),
        payment_days=market.sessions[placed.session].payment_days,
        commission=market.sessions[placed.session].commission,
    )


def _defaulted(state: State, event: d.TradeDefaulted) -> Bodies:
    """A buyer who did not pay takes no part in the re-auction, nor in another agreement."""
    if event.lot in state.market.negotiation.tables:
        return undone(event)
    market = state.market
    known = event.lot in market.lot_plans or event.lot in market.listings
    return (mc.BarBuyer(event.lot, event.buyer),) if known else ()


def _rescinded(state: State, event: TradeRescinded) -> Bodies:
    """The market hears that a sale was undone, so that the listing may be put up again."""
    if event.listing not in state.market.listings:
        return ()
    return (FailSale(event.listing, state.settlement.trades[event.trade].lot),)


def _second_best(state: State, event: m.SecondBestAccepted) -> Bodies:
    """The runner-up has bought at its own bid, as if the hammer fell now; its deposit went back before."""
    market, lot = state.market, state.lots[event.lot]
    placed = market.lot_plans[event.lot]
    listing = market.listings[placed.listing]
    offering, bidding = market.parties[listing.seller], market.parties[event.party]
    sells = lot.terms.direction == "sell"
    number = 1 + sum(trade.lot == event.lot for trade in state.settlement.trades.values())
    trade = sc.ConcludeTrade(
        trade=f"T-{event.lot}-{number}",
        lot=event.lot,
        subject=listing.subject,
        seller=offering if sells else bidding,
        buyer=bidding if sells else offering,
        price_fen=event.price_fen,
        deposit=None,
        mechanism=lot.terms.mechanism.value,
        hammered_at=state.at,
        payment_days=market.sessions[placed.session].payment_days,
        commission=market.sessions[placed.session].commission,
    )
    return (trade,)


def _fell_at(state: State, event: le.Hammered) -> int:
    """The days to pay run from the hammer: for sealed bids from their opening, which may wait for evaluators."""
    return state.at if takes_seals(state.lots[event.lot]) else event.closed_at


def _unsold(state: State, event: le.Passed | le.Cancelled) -> Bodies:
    return _losers(state, event.lot, frozenset())


def _scheduled(state: State, event: m.SessionScheduled) -> Bodies:
    """Who registered interest is entered, and what goes to competition is negotiated no longer."""
    return LISTINGS[m.SessionScheduled](state, event) + NEGOTIATED[m.SessionScheduled](state, event)


_BY_TYPE: dict[type, Callable[[State, Any], Bodies]] = {
    m.EntryApplied: _entry_applied,
    se.DepositHeld: _deposit_held,
    le.Hammered: _hammered,
    d.TradeDefaulted: _defaulted,
    TradeRescinded: _rescinded,
    m.SecondBestAccepted: _second_best,
    **NEGOTIATED,
    **SUPPLY,
    **CUSTODY,
    **STOPS,
    le.Passed: _unsold,
    le.Cancelled: _unsold,
    **LISTINGS,
    m.SessionScheduled: _scheduled,
}

QUIET = le.KINDS - {le.LotResumed} - _BY_TYPE.keys()
"""Events that concern their lot alone: nothing follows, and nearly all that happens while bids are made is such."""


def react(state: State, event: HouseEvent) -> Bodies:
    """The commands that follow from an event, given the state just after it."""
    own = _BY_TYPE.get(type(event))
    if own is not None:
        return own(state, event)
    if isinstance(event, se.TradeConcluded):
        return (*process.react(state.settlement, event), *awarded(state, event))
    if isinstance(event, se.Event):
        return process.react(state.settlement, event)
    return ()
