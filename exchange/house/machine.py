"""The machine of a house: command → events, events → state. Pure: time and ids come as arguments."""

from typing import Any

from exchange.house.command import HOUSE, Command, HouseEvent, Recorded
from exchange.house.reactions import QUIET, react
from exchange.house.state import State
from exchange.house.streams import advances, stream_of
from exchange.market import commands as mc
from exchange.market import decide as market_decide
from exchange.market import events as me
from exchange.market.custody import held
from exchange.market.evolve import evolve as market_evolve
from exchange.market.question_messages import AskQuestion
from exchange.market.refusals import MarketRefusal
from exchange.market.seal_messages import AwaitShares, GiveSealShare, PublishOfficialKey
from matching_engine import commands as lc
from matching_engine import events as le
from matching_engine import lot as lots
from matching_engine.errors import Broken, Malformed
from matching_engine.rejections import Rejection
from settlement import commands as sc
from settlement import events as se
from settlement.decide import decide as settlement_decide
from settlement.evolve import evolve as settlement_evolve

Events = tuple[HouseEvent, ...]


def decide(state: State, command: Command, at: int) -> Events:
    """The events that a command makes at `at`; a refusal is an event as well. Reads the state only."""
    if at < state.at:
        raise Broken(f"invariant 3: at {at} before the last journaled instant {state.at}")
    body = command.body
    if isinstance(body, (lc.Bid, lc.Command)):  # whether it is the very class is the quickest question
        return _decide_lot(state, body, at)
    if isinstance(body, sc.Command):
        return settlement_decide(state.settlement, body, at)
    return _decide_market(state, body, market_decide.Ask(at, command.id, _lot_of(state, body), state.lots))


_ABOUT_A_LOT = (
    mc.PublishSealKey,
    mc.ScoreBid,
    mc.OfferSecondBest,
    PublishOfficialKey,
    GiveSealShare,
    AwaitShares,
)


def _lot_of(state: State, body: mc.MarketCommand) -> lots.Lot | None:
    if isinstance(body, mc.ReopenListing | AskQuestion):
        return state.lots.get(state.market.lot_of(body.listing) or "")
    about = isinstance(body, _ABOUT_A_LOT)
    return state.lots.get(body.lot) if about else None  # type: ignore[union-attr]


def _decide_market(state: State, body: mc.MarketCommand, ask: market_decide.Ask) -> Events:
    if isinstance(body, mc.ApplyEntry) and _has_ended(state, body.lot):
        return (
            me.MarketRefused(
                body.lot, "ApplyEntry", MarketRefusal.LOT_CLOSED, "the lot takes no more entries"
            ),
        )
    events = market_decide.decide(state.market, body, ask)
    if isinstance(body, mc.ScheduleSession) and isinstance(events[0], me.SessionScheduled):
        return _put_up(body, events, ask.at)
    return events


def _decide_lot(state: State, body: lc.LotCommand, at: int) -> Events:
    lot = state.lots.get(body.lot)
    if lot is None:
        return _no_such_lot(body)
    hold = held(state.market, lot, body, at) if at >= lot.due else None
    if hold is None:
        return lots.decide(lot, body, at)
    moved = lots.decide(lot, hold, at)
    return (*moved, *lots.decide(lots.evolve(lot.fork(), moved[0], at), body, at))


def _no_such_lot(body: lc.LotCommand) -> Events:
    if isinstance(body, lc.Bid | lc.Match | lc.Seal | lc.Accept):
        return (le.BidRefused(body.lot, body.bidder, Rejection.LOT_UNKNOWN),)
    return (le.CommandRefused(body.lot, type(body).__name__, Rejection.LOT_UNKNOWN),)


def _has_ended(state: State, lot: str) -> bool:
    return lot in state.lots and state.lots[lot].closed_at is not None


def _put_up(body: mc.ScheduleSession, events: tuple[me.MarketEvent, ...], at: int) -> Events:
    """A session stands with all its lots, or not at all."""
    put_up: list[HouseEvent] = list(events)
    for plan in body.lots:
        try:
            made = lots.decide(None, lc.PutUp(plan.lot, plan.terms), at)
        except Malformed as wrong:
            return (me.MarketRefused(plan.lot, "ScheduleSession", MarketRefusal.LOT_TERMS, str(wrong)),)
        if not isinstance(made[0], le.LotPutUp):
            return (me.MarketRefused(plan.lot, "ScheduleSession", MarketRefusal.LOT_TERMS, "terms refused"),)
        put_up.extend(made)
    return tuple(put_up)


def apply(state: State, recorded: Recorded) -> None:
    """Let one journaled event become state; the only place where a house changes."""
    seq, at = recorded.seq, recorded.at
    if seq != state.seq + 1:
        raise Broken(f"invariant 2: seq {seq} after {state.seq}")
    if at < state.at:
        raise Broken(f"invariant 3: at of seq {seq} goes back")
    state.seq, state.at, state.hash = seq, at, recorded.hash
    state.streams[recorded.stream] = recorded.stream_seq
    if state.pending:
        state.pending.pop(recorded.command_id, None)
    event: Any = recorded.event
    kind = type(event)
    if kind in le.KINDS:
        lot = state.lots.get(event.lot)
        if lot is not None or kind is le.LotPutUp:
            evolved = lots.evolve(lot, event, at)
            if evolved is not lot:
                state.lots[event.lot] = evolved
    if kind not in QUIET:
        _follow(state, recorded)


def _follow(state: State, recorded: Recorded) -> None:
    """What else becomes of an event that does not concern its lot alone, and what the house asks of itself for it."""
    event, state.followed = recorded.event, recorded.seq
    if isinstance(event, se.Event):
        settlement_evolve(state.settlement, event, recorded.at)
    elif isinstance(event, le.LotResumed):
        state.market.stops.let_go(event.lot, recorded.at)
    elif not isinstance(event, le.Event):
        market_evolve(state.market, event)
    for n, body in enumerate(react(state, event)):
        id_ = f"r:{recorded.seq}:{n}"
        state.pending[id_] = Command(id_, HOUSE, body, f"{recorded.house}:{recorded.seq}")


def next_stream_seq(state: State, event: HouseEvent) -> tuple[str, int]:
    """The stream of a new event and its sequence there."""
    stream = stream_of(event)
    return stream, state.streams.get(stream, 0) + (1 if advances(event) else 0)
