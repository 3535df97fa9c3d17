"""Who wins sealed bids, and at what price."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from matching_engine.terms import Mechanism, Terms
from tests.matching_engine.naive.deeds import beats

M = Mechanism


@dataclass(frozen=True)
class Seal:
    """What an envelope holds."""

    bidder: str
    amount: int
    scores: dict[str, str]


Award = list[tuple[str, int]]


def is_void(terms: Terms, seal: Seal) -> bool:
    """Worse than the opening price."""
    return beats(terms, terms.opening_price_fen, seal.amount)


def outcome(terms: Terms, seals: Sequence[Seal]) -> str | Award:
    """The reason for which the lot passes, or its winners in order of award."""
    valid = [seal for seal in seals if not is_void(terms, seal)]
    if not valid:
        return "NO_BIDS"
    if len(valid) < terms.min_bidders:
        return "TOO_FEW_BIDDERS"
    reserve = terms.reserve_price_fen
    left = [seal for seal in valid if reserve is None or not beats(terms, reserve, seal.amount)]
    if not left:
        return "RESERVE_NOT_MET"
    return _AWARDS[terms.mechanism](terms, left, valid)


def _by_price(terms: Terms, seals: Sequence[Seal]) -> list[Seal]:
    """Best first; sorting keeps the earlier before the later."""
    return (
        sorted(seals, key=lambda seal: seal.amount, reverse=False)
        if terms.direction == "buy"
        else sorted(seals, key=lambda seal: -seal.amount)
    )


def _own(seals: Sequence[Seal]) -> Award:
    return [(seal.bidder, seal.amount) for seal in seals]


def _first(terms: Terms, left: list[Seal], valid: list[Seal]) -> Award:
    return _own(_by_price(terms, left)[:1])


def _second(terms: Terms, left: list[Seal], valid: list[Seal]) -> Award:
    prices = [terms.opening_price_fen]
    if terms.reserve_price_fen is not None:
        prices.append(terms.reserve_price_fen)
    prices.extend(seal.amount for seal in _by_price(terms, valid)[1:2])
    price = max(prices) if terms.direction == "sell" else min(prices)
    return [(_by_price(terms, left)[0].bidder, price)]


def _score(terms: Terms, seal: Seal, amounts: list[int]) -> Fraction:
    weights = terms.weights or {}
    if terms.direction == "sell":
        total = Fraction(weights["price"]) * seal.amount / max(amounts)
    else:
        total = Fraction(weights["price"]) * min(amounts) / seal.amount
    for name, weight in weights.items():
        if name != "price":
            total += Fraction(weight) * Fraction(seal.scores.get(name, "0")) / 100
    return total


def _by_score(terms: Terms, left: list[Seal]) -> list[Seal]:
    amounts = [seal.amount for seal in left]
    rest, order = _by_price(terms, left), []
    while rest:
        best = max(_score(terms, seal, amounts) for seal in rest)
        first = next(seal for seal in rest if _score(terms, seal, amounts) == best)
        rest.remove(first)
        order.append(first)
    return order


def _weighted(terms: Terms, left: list[Seal], valid: list[Seal]) -> Award:
    return _own(_by_score(terms, left)[:1])


def _multi(terms: Terms, left: list[Seal], valid: list[Seal]) -> Award:
    won = _by_price(terms, left)[: terms.quantity]
    if terms.pricing == "pay_as_bid":
        return _own(won)
    amounts = [seal.amount for seal in won]
    price = min(amounts) if terms.direction == "sell" else max(amounts)
    return [(seal.bidder, price) for seal in won]


def _challenge(terms: Terms, left: list[Seal], valid: list[Seal]) -> Award:
    order = _by_score(terms, left) if terms.weights else _by_price(terms, left)
    return _own(order[: terms.quantity])


_AWARDS: dict[Mechanism, Callable[[Terms, list[Seal], list[Seal]], Award]] = {
    M.SEALED_FIRST_PRICE: _first,
    M.SEALED_SECOND_PRICE: _second,
    M.WEIGHTED: _weighted,
    M.MULTI_AWARD: _multi,
    M.CHALLENGE: _challenge,
}
