"""Which terms are lawful together: asked before a lot is put up, by rehearsals and by the house alike.

Keys that a mechanism does not use are not looked at.
"""

from collections.abc import Iterable

from matching_engine.errors import Malformed
from matching_engine.mechanisms.registry import RULES
from matching_engine.mechanisms.weighted import PRICE, decimal
from matching_engine.money import LIMIT_FEN
from matching_engine.terms import DAY, Mechanism, Terms

M = Mechanism

BUYING = (
    M.ENGLISH,
    M.SEALED_FIRST_PRICE,
    M.SEALED_SECOND_PRICE,
    M.WEIGHTED,
    M.MULTI_AWARD,
    M.CHALLENGE,
)
"""Mechanisms in which the lowest may win."""

STEPPED = (M.ENGLISH, M.LISTED)
"""Mechanisms with increments, a free period and extensions."""

LONGEST_CLOCK = 365_000 * DAY
"""No descending clock runs longer; every instant stays within the calendar."""


def check_terms(terms: Terms) -> None:
    """Malformed names the first field that does not fit, by its name in Terms."""
    _amount("opening_price_fen", terms.opening_price_fen)
    if terms.reserve_price_fen is not None:
        _amount("reserve_price_fen", terms.reserve_price_fen)
    _counts(terms)
    _direction(terms)
    _times(terms)
    if terms.mechanism in STEPPED:
        _ladder(terms)
        _extension(terms)
    if terms.mechanism is M.DUTCH:
        _dutch(terms)
    if terms.mechanism in (M.WEIGHTED, M.CHALLENGE):
        _weights(terms)
    _priority(terms)


def _amount(field: str, fen: int, least: int = 0) -> None:
    if not least <= fen <= LIMIT_FEN:
        raise Malformed(field, fen, f"from {least} to {LIMIT_FEN} fen")


def _positive(field: str, number: int) -> None:
    if number < 1:
        raise Malformed(field, number, "a whole number above zero")


def _not_negative(field: str, number: int | None) -> None:
    if number is not None and number < 0:
        raise Malformed(field, number, "nothing below zero")


def _counts(terms: Terms) -> None:
    _positive("min_bidders", terms.min_bidders)
    _positive("quantity", terms.quantity)


def _direction(terms: Terms) -> None:
    if terms.mechanism is M.CHALLENGE and terms.direction != "buy":
        raise Malformed("direction", terms.direction, "buy, as a challenge has one buyer")
    if terms.direction == "buy" and terms.mechanism not in BUYING:
        raise Malformed("direction", terms.direction, f"sell, as the mechanism is {terms.mechanism}")


def _times(terms: Terms) -> None:
    if terms.closes_at is None:
        if terms.mechanism is not M.DUTCH:
            raise Malformed("closes_at", None, f"the close, as the mechanism is {terms.mechanism}")
    elif terms.closes_at <= terms.opens_at:
        raise Malformed("closes_at", terms.closes_at, "an instant after opens_at")
    free = terms.free_until if terms.mechanism in STEPPED else None
    if free is not None and not terms.opens_at <= free <= (terms.closes_at or 0):
        raise Malformed("free_until", free, "an instant from opens_at to closes_at")


def _ladder(terms: Terms) -> None:
    if not terms.ladder:
        raise Malformed("ladder", None, f"an increment, as the mechanism is {terms.mechanism}")
    before = -1
    for n, rung in enumerate(terms.ladder):
        if (n == 0 and rung.from_fen != 0) or rung.from_fen <= before:
            expected = "the first rung from 0, each next one from a larger amount"
            raise Malformed(f"ladder[{n}].from_fen", rung.from_fen, expected)
        _amount(f"ladder[{n}].step_fen", rung.step_fen, least=1)
        before = rung.from_fen


def _extension(terms: Terms) -> None:
    extension = terms.extension
    if extension is not None:
        _not_negative("extension.trigger", extension.trigger)
        _not_negative("extension.length", extension.length)
        _not_negative("extension.max_count", extension.max_count)
        _not_negative("extension.max_total", extension.max_total)


def _dutch(terms: Terms) -> None:
    clock = terms.dutch
    if clock is None:
        raise Malformed("dutch", None, "step, every and floor, as the mechanism is dutch")
    _amount("dutch.step_fen", clock.step_fen, least=1)
    if clock.every < 1:
        raise Malformed("dutch.every", clock.every, "a duration above zero")
    _amount("dutch.floor_fen", clock.floor_fen)
    if clock.floor_fen > terms.opening_price_fen:
        raise Malformed("dutch.floor_fen", clock.floor_fen, "not above the opening price")
    end = RULES[M.DUTCH].end(terms)
    if end is not None and end - terms.opens_at > LONGEST_CLOCK:
        raise Malformed("dutch.every", clock.every, "a clock that reaches its floor within a thousand years")


def _weights(terms: Terms) -> None:
    if terms.weights is None and terms.mechanism is M.CHALLENGE:
        return
    if not terms.weights or PRICE not in terms.weights:
        raise Malformed("weights", terms.weights, "weights by name, one of them for price")
    for name, weight in terms.weights.items():
        if decimal(weight) is None:
            raise Malformed(f"weights.{name}", weight, "a decimal number, zero or more")


def _priority(terms: Terms) -> None:
    for n, holder in enumerate(terms.priority):
        _positive(f"priority[{n}].rank", holder.rank)
    _once((holder.bidder, holder.exercise) for holder in terms.priority)
    _not_negative("priority_window", terms.priority_window)
    after = any(holder.exercise == "after" for holder in terms.priority)
    if after and terms.priority_window is None and RULES[terms.mechanism].waits_for_priority:
        raise Malformed("priority_window", None, "a window, as a holder exercises its right after the hammer")


def _once(rights: Iterable[tuple[str, str]]) -> None:
    seen: list[tuple[str, str]] = []
    for n, right in enumerate(rights):
        if right in seen:
            raise Malformed(f"priority[{n}].bidder", right[0], f"each holder once for exercise {right[1]}")
        seen.append(right)
