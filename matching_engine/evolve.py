"""Events become the state of a lot: the only place that writes it.

Nothing is decided again here. Each event is checked against the lifecycle and the invariants, so a journal
that breaks them stops the process when it is written and when it is read back.
"""

from collections.abc import Callable
from typing import Any

from matching_engine import events as e
from matching_engine.errors import Broken, require
from matching_engine.increments import ladder
from matching_engine.lifecycle import LifecycleState, Phase, next_state
from matching_engine.mechanisms.registry import RULES
from matching_engine.state import NEVER, Lot

_OPEN = LifecycleState.OPEN


def evolve(lot: Lot | None, event: e.LotEvent, at: int) -> Lot:
    """The lot after `event` at `at`: the same object changed, a copy of one that is shared. Broken when an invariant
    fell."""
    if lot is None:
        return _put_up(event)
    if lot.shared:
        lot = lot.own()
    _EVOLVERS[type(event)](lot, event, at)
    return lot


def _put_up(event: e.LotEvent) -> Lot:
    if not isinstance(event, e.LotPutUp):
        raise Broken(f"{type(event).__name__} for lot {event.lot}, which was never put up")
    terms = event.terms
    rules = RULES[terms.mechanism]
    return Lot(
        id=event.lot,
        terms=terms,
        rules=rules,
        sign=1 if terms.direction == "sell" else -1,
        ladder=ladder(terms.ladder),
        opens_at=terms.opens_at,
        closes_at=rules.end(terms),
        free_until=rules.free_until(terms),
        clock_from=terms.opens_at,
        due=terms.opens_at,
        phase=rules.first_phase,
    )


def _put_up_again(lot: Lot, event: e.LotPutUp, at: int) -> None:
    raise Broken(f"lot {lot.id} was put up twice")


def _entry_set(lot: Lot, event: e.EntrySet, at: int) -> None:
    lot.entries[event.bidder] = event.status


def _opened(lot: Lot, event: e.LotOpened, at: int) -> None:
    _turn(lot, event)


def _turn(lot: Lot, event: e.LotEvent) -> None:
    """Take the lot to its next state and set its clock."""
    lot.state = next_state(lot.state, event)
    lot.due = _due(lot)


def _due(lot: Lot) -> int:
    if lot.state is LifecycleState.ANNOUNCED:
        return lot.opens_at
    if lot.state is _OPEN:
        return lot.rules.due(lot)
    if lot.state is LifecycleState.PRIORITY_WINDOW and lot.window_until is not None:
        return lot.window_until
    return NEVER


# Bids


def _bid_accepted(lot: Lot, event: e.BidAccepted, at: int) -> None:
    closes_at, amount, bidder = lot.closes_at, event.amount_fen, event.bidder
    if lot.state is not _OPEN or closes_at is None or at >= closes_at:
        raise Broken(f"invariant 4: a bid of {bidder} at {at} on lot {lot.id} in state {lot.state}")
    lot.accepted += 1
    lot.standing[bidder] = amount
    lead = lot.lead_fen
    if lead is None or lot.sign * (amount - lead) > 0:
        lot.lead_fen, lot.leader = amount, bidder
    if event.max_fen is not None:
        lot.maxima[bidder] = event.max_fen
    elif lot.maxima:
        lot.maxima.pop(bidder, None)
    if event.extended:
        _extend(lot, event.closes_at)


def _extend(lot: Lot, closes_at: int | None) -> None:
    before = lot.closes_at
    if before is None or closes_at is None or closes_at <= before:
        raise Broken(f"lot {lot.id} extended from {before} to {closes_at}")
    lot.extensions += 1
    lot.extended += closes_at - before
    lot.closes_at = lot.due = closes_at


def _proxy_raised(lot: Lot, event: e.ProxyRaised, at: int) -> None:
    next_state(lot.state, event)
    maximum = lot.maxima.get(event.bidder)
    beyond = maximum is None or lot.better(event.amount_fen, maximum)
    require(not beyond, f"the exchange bid beyond the maximum of {event.bidder} on lot {lot.id}")
    lot.standing[event.bidder] = event.amount_fen
    lot.lead_fen, lot.leader = event.amount_fen, event.bidder


def _maximum_raised(lot: Lot, event: e.MaximumRaised, at: int) -> None:
    next_state(lot.state, event)
    require(lot.leader == event.bidder, f"{event.bidder} raised a maximum without leading lot {lot.id}")
    lot.accepted += 1
    lot.raised += 1
    lot.maxima[event.bidder] = event.max_fen


def _bid_matched(lot: Lot, event: e.BidMatched, at: int) -> None:
    next_state(lot.state, event)
    require(at < lot.due, f"invariant 4: a match of {event.bidder} at {at} on lot {lot.id}, due {lot.due}")
    require(event.amount_fen == lot.lead_fen, f"a match beside the lead of lot {lot.id}")
    lot.accepted += 1
    lot.standing[event.bidder] = event.amount_fen
    if lot.state is LifecycleState.PRIORITY_WINDOW:
        lot.pending = event.bidder
        return
    if event.leads:
        lot.leader = event.bidder
        lot.maxima.pop(event.bidder, None)
    if event.extended:
        _extend(lot, event.closes_at)


def _bid_sealed(lot: Lot, event: e.BidSealed, at: int) -> None:
    next_state(lot.state, event)
    require(
        at < lot.due, f"invariant 4: a sealed bid of {event.bidder} at {at} on lot {lot.id}, due {lot.due}"
    )
    require(event.bidder not in lot.sealed, f"{event.bidder} sealed twice on lot {lot.id}")
    lot.accepted += 1
    lot.sealed[event.bidder] = event.commitment


def _licence_accepted(lot: Lot, event: e.LicenceAccepted, at: int) -> None:
    next_state(lot.state, event)
    require(
        at < lot.due, f"invariant 4: an acceptance of {event.bidder} at {at} on lot {lot.id}, due {lot.due}"
    )
    lot.accepted += 1
    lot.standing[event.bidder] = event.amount_fen
    lot.lead_fen = event.amount_fen


def _bid_refused(lot: Lot, event: e.BidRefused, at: int) -> None:
    lot.refused += 1


def _command_refused(lot: Lot, event: e.CommandRefused, at: int) -> None:
    """An operator's step that changed nothing."""


# The clock of the lot


def _offer_stands(lot: Lot, event: e.OfferStands, at: int) -> None:
    lot.phase = Phase.STANDING
    _turn(lot, event)


def _competition_opened(lot: Lot, event: e.CompetitionOpened, at: int) -> None:
    require((lot.leader, lot.lead_fen) == (event.leader, event.amount_fen), f"the lead of lot {lot.id}")
    lot.phase = Phase.COMPETITION
    _turn(lot, event)


def _seals_opened(lot: Lot, event: e.SealsOpened, at: int) -> None:
    _turn(lot, event)
    for opening in event.openings:
        if opening.amount_fen is not None and opening.bidder not in event.void:
            lot.standing[opening.bidder] = opening.amount_fen


def _window_opened(lot: Lot, event: e.PriorityWindowOpened, at: int) -> None:
    lot.leader, lot.lead_fen, lot.window_until = event.leader, event.amount_fen, event.until
    _turn(lot, event)


def _suspended(lot: Lot, event: e.LotSuspended, at: int) -> None:
    lot.resumes_to, lot.suspended_at = lot.state, at
    _turn(lot, event)


def _resumed(lot: Lot, event: e.LotResumed, at: int) -> None:
    if lot.resumes_to is None:
        raise Broken(f"lot {lot.id} resumed without a suspension")
    lot.state = lot.resumes_to
    lot.resumes_to = lot.suspended_at = None
    _move(lot, event.moved, event.closes_at, at)


def _postponed(lot: Lot, event: e.LotPostponed, at: int) -> None:
    next_state(lot.state, event)
    _move(lot, event.moved, event.closes_at, at)


def _move(lot: Lot, by: int, closes_at: int | None, at: int) -> None:
    """Move every instant of the lot that is still ahead, counted from before the clock stood still."""
    announced = lot.state is LifecycleState.ANNOUNCED
    if announced:
        lot.opens_at += by
    if lot.free_until is not None and (announced or lot.free_until > at - by):
        lot.free_until += by
    if lot.window_until is not None:
        lot.window_until += by
    lot.clock_from += by
    lot.closes_at = closes_at
    lot.due = _due(lot)


# The end


def _hammered(lot: Lot, event: e.Hammered, at: int) -> None:
    require(bool(event.winners), f"lot {lot.id} hammered to nobody")
    reserve = lot.terms.reserve_price_fen if lot.rules.keeps_reserve else None
    for winner in event.winners:
        met = reserve is None or not lot.better(reserve, winner.price_fen)
        require(met, f"invariant 6: {winner.bidder} won lot {lot.id} at a price worse than the reserve")
        require(winner.bidder in lot.standing, f"invariant 6: {winner.bidder} won lot {lot.id} without a bid")
    lot.winners = event.winners
    _end(lot, event)


def _passed(lot: Lot, event: e.Passed, at: int) -> None:
    lot.reason = event.reason
    _end(lot, event)


def _cancelled(lot: Lot, event: e.Cancelled, at: int) -> None:
    lot.reason = event.reason
    lot.suspended_at = lot.resumes_to = None
    _end(lot, event)


def _end(lot: Lot, event: e.Hammered | e.Passed | e.Cancelled) -> None:
    lot.closed_at = event.closed_at
    _turn(lot, event)


_EVOLVERS: dict[type, Callable[[Lot, Any, int], None]] = {
    e.LotPutUp: _put_up_again,
    e.EntrySet: _entry_set,
    e.LotOpened: _opened,
    e.BidAccepted: _bid_accepted,
    e.ProxyRaised: _proxy_raised,
    e.MaximumRaised: _maximum_raised,
    e.BidMatched: _bid_matched,
    e.BidSealed: _bid_sealed,
    e.SealsOpened: _seals_opened,
    e.LicenceAccepted: _licence_accepted,
    e.BidRefused: _bid_refused,
    e.CommandRefused: _command_refused,
    e.CompetitionOpened: _competition_opened,
    e.OfferStands: _offer_stands,
    e.Closed: lambda lot, event, at: _turn(lot, event),
    e.PriorityWindowOpened: _window_opened,
    e.Hammered: _hammered,
    e.Passed: _passed,
    e.Cancelled: _cancelled,
    e.LotSuspended: _suspended,
    e.LotResumed: _resumed,
    e.LotPostponed: _postponed,
}
