"""The parts of a score beside the text: field, maturity, region, price, evaluation; each per mille, with a note.

A note says in a code why the part is what it is; a part that nobody stated counts the published middle.
"""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from exchange.matchmaking.index import Rates
from exchange.matchmaking.values import Need, Supply

FULL = 1000


class Note(StrEnum):
    """Why a part is what it is."""

    TEXT_SHARED = "TEXT_SHARED"
    TEXT_THIN = "TEXT_THIN"
    FIELD_SAME = "FIELD_SAME"
    FIELD_NEIGHBOUR = "FIELD_NEIGHBOUR"
    FIELD_OTHER = "FIELD_OTHER"
    FIELD_UNSTATED = "FIELD_UNSTATED"
    MATURITY_ENOUGH = "MATURITY_ENOUGH"
    MATURITY_SHORT = "MATURITY_SHORT"
    MATURITY_UNSTATED = "MATURITY_UNSTATED"
    REGION_SAME = "REGION_SAME"
    REGION_OTHER = "REGION_OTHER"
    REGION_UNSTATED = "REGION_UNSTATED"
    PRICE_WITHIN = "PRICE_WITHIN"
    PRICE_ABOVE = "PRICE_ABOVE"
    PRICE_UNSTATED = "PRICE_UNSTATED"
    EVALUATED = "EVALUATED"
    NOT_EVALUATED = "NOT_EVALUATED"


class Value(msgspec.Struct, frozen=True):
    """A part's value, 0 to 1000, and its note; `short` is how much is missing (levels, or fen)."""

    value: int
    note: Note
    short: int = 0


class Scheme(msgspec.Struct, frozen=True):
    """The published weights and thresholds; the six weights are per mille and add up to 1000."""

    version: str
    published_on: str
    weights: Mapping[str, int]
    unstated: int
    rates: Rates
    full_at: int
    least_text: int
    recommended_from: int
    neighbour: int
    neighbours: frozenset[tuple[str, str]]
    """Both directions of each pair."""


def field_value(need: Need, supply: Supply, scheme: Scheme) -> Value:
    """The same field of technology, or one that borders on it."""
    if not need.field or not supply.field:
        return Value(scheme.unstated, Note.FIELD_UNSTATED)
    if need.field == supply.field:
        return Value(FULL, Note.FIELD_SAME)
    if (need.field, supply.field) in scheme.neighbours:
        return Value(scheme.neighbour, Note.FIELD_NEIGHBOUR)
    return Value(0, Note.FIELD_OTHER)


def maturity_value(need: Need, supply: Supply, scheme: Scheme) -> Value:
    """Full from the wanted readiness on; a quarter less for each level below."""
    if need.least_trl is None or supply.trl is None:
        return Value(scheme.unstated, Note.MATURITY_UNSTATED)
    short = need.least_trl - supply.trl
    if short <= 0:
        return Value(FULL, Note.MATURITY_ENOUGH)
    return Value(max(0, FULL - 250 * short), Note.MATURITY_SHORT, short)


def region_value(need: Need, supply: Supply, scheme: Scheme) -> Value:
    """The same province or none of it."""
    if not need.region or not supply.region:
        return Value(scheme.unstated, Note.REGION_UNSTATED)
    if need.region == supply.region:
        return Value(FULL, Note.REGION_SAME)
    return Value(0, Note.REGION_OTHER)


def price_value(need: Need, supply: Supply, scheme: Scheme) -> Value:
    """Full within the budget; nothing from twice the budget on, in a straight line between."""
    if need.budget_fen is None or supply.price_fen is None:
        return Value(scheme.unstated, Note.PRICE_UNSTATED)
    over = supply.price_fen - need.budget_fen
    if over <= 0:
        return Value(FULL, Note.PRICE_WITHIN)
    left = max(0, need.budget_fen - over)
    return Value(FULL * left // need.budget_fen if left else 0, Note.PRICE_ABOVE, over)


def evaluation_value(need: Need, supply: Supply, scheme: Scheme) -> Value:
    """A signed evaluation is worth half, its result the other half; without one nothing."""
    if supply.evaluation is None:
        return Value(0, Note.NOT_EVALUATED)
    return Value(FULL // 2 + supply.evaluation // 2, Note.EVALUATED)


PARTS = {
    "field": field_value,
    "maturity": maturity_value,
    "region": region_value,
    "price": price_value,
    "evaluation": evaluation_value,
}
"""The parts beside the text, in the order in which they are shown."""
