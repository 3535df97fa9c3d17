"""The terms of a lot: the published rule set under which its price forms.

Amounts are fen, instants and durations are microseconds. Nothing here has a hidden default of law: a
session's rule set fills every figure it wants to use.
"""

from enum import StrEnum
from typing import Literal

import msgspec

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class Mechanism(StrEnum):
    """How a price forms."""

    ENGLISH = "english"
    DUTCH = "dutch"
    SEALED_FIRST_PRICE = "sealed_first_price"
    SEALED_SECOND_PRICE = "sealed_second_price"
    WEIGHTED = "weighted"
    MULTI_AWARD = "multi_award"
    LISTED = "listed"
    OPEN_LICENCE = "open_licence"
    CHALLENGE = "challenge"


class Rung(msgspec.Struct, frozen=True):
    """One rung of an increment ladder: `step_fen` applies from `from_fen` on."""

    from_fen: int
    step_fen: int


class Extension(msgspec.Struct, frozen=True):
    """The soft close: an accepted bid with closes_at − at ≤ trigger moves the close by `length` from `base`."""

    trigger: int
    length: int
    base: Literal["bid", "close"] = "bid"
    max_count: int | None = None
    max_total: int | None = None


class DutchClock(msgspec.Struct, frozen=True):
    """A descending clock: `step_fen` less after every `every`, never under `floor_fen`."""

    step_fen: int
    every: int
    floor_fen: int


class Holder(msgspec.Struct, frozen=True):
    """A holder of a right of first refusal; rank 1 is best."""

    bidder: str
    rank: int
    exercise: Literal["live", "after"]


class Terms(msgspec.Struct, frozen=True, omit_defaults=False):
    """Everything that decides a lot, fixed before it opens."""

    mechanism: Mechanism
    opening_price_fen: int
    opens_at: int
    closes_at: int | None
    direction: Literal["sell", "buy"] = "sell"
    reserve_price_fen: int | None = None
    ladder: tuple[Rung, ...] = ()
    increment_rule: Literal["at_least", "multiple"] = "at_least"
    free_until: int | None = None
    extension: Extension | None = None
    min_bidders: int = 1
    quantity: int = 1
    pricing: Literal["uniform", "pay_as_bid"] = "uniform"
    dutch: DutchClock | None = None
    weights: dict[str, str] | None = None
    """Weights as decimal texts, so that no float is ever made of them."""
    priority: tuple[Holder, ...] = ()
    priority_window: int | None = None
