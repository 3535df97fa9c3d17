"""What everybody may see of a lot and of its events, as plain JSON data.

One view for the REST interface, the socket and the pages, so that nothing secret (a reserve, a maximum, a
sealed amount, who is behind a code) can leave by one door that another one keeps shut. Instants are
integer milliseconds unless the caller asks for ISO 8601, as the REST interface does.
"""

from collections.abc import Callable
from typing import Any, cast

import msgspec

from exchange.house.command import Recorded
from exchange.house.state import State
from matching_engine import events as lot_events
from matching_engine.events import LotEvent, Winner, public
from matching_engine.lot import Lot
from matching_engine.terms import Mechanism, Terms
from settlement.dates import shanghai_time
from web.withheld import title_of

Instant = Callable[[int], int | str]
Json = dict[str, Any]

SEALED = frozenset(
    {
        Mechanism.SEALED_FIRST_PRICE,
        Mechanism.SEALED_SECOND_PRICE,
        Mechanism.WEIGHTED,
        Mechanism.MULTI_AWARD,
        Mechanism.CHALLENGE,
    }
)
_INSTANTS = ("closes_at", "closed_at", "until")


def ms(at: int) -> int:
    """Whole milliseconds of an instant in µs, as the socket and the pages' scripts count."""
    return at // 1000


def iso(at: int) -> str:
    """ISO 8601 with the offset of China of an instant in µs, "2026-11-20T22:00:00+08:00"."""
    return shanghai_time(at).isoformat()


def lot_view(state: State, lot: str, epoch: int, instant: Instant = ms) -> Json:
    """Everything public about a lot at this seq of its stream; KeyError when there is no such lot."""
    one = state.lots[lot]
    placed = state.market.lot_plans[lot]
    listing = state.market.listings[placed.listing]
    return {
        "lot": lot,
        "title": title_of(listing),
        "listing": placed.listing,
        "session": placed.session,
        "deposit_fen": placed.deposit_fen,
        **_terms(one.terms, instant),
        **standing(one, instant),
        "seq": state.streams.get(f"lot/{lot}", 0),
        "epoch": epoch,
    }


def step_fen(lot: Lot) -> int | None:
    """The increment at the lead (at the opening price before the first bid); None where there is no ladder."""
    at = lot.terms.opening_price_fen if lot.lead_fen is None else lot.lead_fen
    return lot.ladder.step_at(at) if lot.terms.ladder else None


def standing(lot: Lot, instant: Instant) -> Json:
    """What moves while a lot is open, its state, price and close. The box of a sealed lot tells nothing before it is opened, not even a count."""
    hidden = lot.terms.mechanism in SEALED and lot.closed_at is None
    return {
        "state": lot.state.value,
        "phase": lot.phase.value if lot.phase else None,
        "lead_fen": None if hidden else lot.lead_fen,
        "leader": None if hidden else lot.leader,
        "minimum_fen": lot.minimum_fen,
        "step_fen": step_fen(lot),
        "bids": None if hidden else lot.accepted - lot.raised,
        "extensions": lot.extensions,
        "opens_at": instant(lot.opens_at),
        "free_until": _maybe(lot.free_until, instant),
        "closes_at": _maybe(lot.closes_at, instant),
        "window_until": _maybe(lot.window_until, instant),
        "clock_from": instant(lot.clock_from) if lot.terms.dutch else None,
        "closed_at": _maybe(lot.closed_at, instant),
        "reason": lot.reason,
        "winners": [_winner(winner) for winner in lot.winners],
    }


def _terms(terms: Terms, instant: Instant) -> Json:
    """The published rule of a lot, without its reserve; durations in whole milliseconds."""
    dutch, extension = terms.dutch, terms.extension
    return {
        "mechanism": terms.mechanism.value,
        "direction": terms.direction,
        "opening_price_fen": terms.opening_price_fen,
        "ladder": [{"from_fen": rung.from_fen, "step_fen": rung.step_fen} for rung in terms.ladder],
        "increment_rule": terms.increment_rule,
        "extension": extension
        and {
            "trigger_ms": ms(extension.trigger),
            "length_ms": ms(extension.length),
            "base": extension.base,
            "max_count": extension.max_count,
            "max_total_ms": _maybe(extension.max_total, ms),
        },
        "dutch": dutch
        and {"step_fen": dutch.step_fen, "every_ms": ms(dutch.every), "floor_fen": dutch.floor_fen},
        "min_bidders": terms.min_bidders,
        "quantity": terms.quantity,
        "pricing": terms.pricing,
        "weights": terms.weights,
    }


def _maybe(at: int | None, instant: Instant) -> int | str | None:
    return None if at is None else instant(at)


def _winner(winner: Winner) -> Json:
    return {"bidder": winner.bidder, "price_fen": winner.price_fen}


def event_view(recorded: Recorded, instant: Instant = ms) -> Json | None:
    """An event of a lot as everybody may see it; None for what concerns one bidder only."""
    if not isinstance(recorded.event, lot_events.Event):
        return None
    event = public(recorded.event)
    if event is None:
        return None
    return {
        "kind": type(event).__name__,
        "epoch": recorded.epoch,
        "seq": recorded.stream_seq,
        "at": instant(recorded.at),
        **_fields(event, instant),
    }


def _fields(event: LotEvent, instant: Instant) -> Json:
    """The fields of a public event; a maximum never stands in it, so its empty place goes too."""
    data = cast(Json, msgspec.to_builtins(event))
    for name in ("type", "max_fen"):
        data.pop(name, None)
    for name in _INSTANTS:
        if isinstance(data.get(name), int):
            data[name] = instant(data[name])
    if "moved" in data:
        data["moved_ms"] = ms(data.pop("moved"))
    if isinstance(event, lot_events.LotPutUp):
        data["terms"] = {
            **_terms(event.terms, instant),
            "opens_at": instant(event.terms.opens_at),
            "free_until": _maybe(event.terms.free_until, instant),
            "closes_at": _maybe(event.terms.closes_at, instant),
        }
    return data
