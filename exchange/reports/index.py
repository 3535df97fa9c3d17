"""Two indices of the market, exact: ratios to a base month, a weighted geometric mean, rounded once.

The geometric mean is the twentieth root of a product of whole powers of rationals. It is taken as an integer root, so
that the two decimals are right whatever the machine: no logarithm and no binary fraction takes part.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import prod

import msgspec

from exchange.reports.figures import Row

PARTS = 20
"""Weights are twentieths."""
_DECIMALS = 2


class Component(msgspec.Struct, frozen=True):
    """One part of an index: its weight in twentieths, the unit in which it is read, and how it is read."""

    name: str
    twentieths: int
    unit: str
    value: Callable[[Row], Fraction]
    inverted: bool = False
    """The less the better; a month without any value counts as zero activity."""


class Composition(msgspec.Struct, frozen=True):
    """An index: what it is made of, and the version of its formula."""

    name: str
    version: str
    components: tuple[Component, ...]


class Part(msgspec.Struct, frozen=True):
    """A component in one month, exact: its value and its ratio to the base as fractions "n/d"."""

    name: str
    weight: str
    unit: str
    value: str
    base: str
    ratio: str
    floored: bool


class Point(msgspec.Struct, frozen=True):
    """The index of one month, "100.00", with its parts."""

    month: str
    index: str
    parts: tuple[Part, ...]


class Series(msgspec.Struct, frozen=True):
    """An index from its base month on."""

    name: str
    version: str
    base_month: str
    points: tuple[Point, ...]


def _sell_through(row: Row) -> Fraction:
    sold, ended = row.sell_through
    return Fraction(100 * sold, ended) if ended else Fraction(0)


def _median_days(row: Row) -> Fraction:
    """Nothing sold: nothing to invert. A sale on the day of its listing took one day, the least that is counted."""
    doubled = row.median_days_doubled
    return Fraction(0) if doubled is None else max(Fraction(doubled, 2), Fraction(1))


def _ten_thousand_yuan(fen: int) -> Fraction:
    return Fraction(max(fen, 0), 1_000_000)


def _share(part: int, whole: int) -> Fraction:
    return Fraction(100 * max(part, 0), whole) if whole else Fraction(0)


ACTIVITY = Composition(
    "activity",
    "activity-1",
    (
        Component(
            "technology_value", 6, "ten_thousand_yuan", lambda row: _ten_thousand_yuan(row.technology_fen)
        ),
        Component("contracts", 4, "contract", lambda row: Fraction(row.contracts)),
        Component("active_buyers", 3, "party", lambda row: Fraction(row.active_buyers)),
        Component("listings", 2, "listing", lambda row: Fraction(row.listings)),
        Component("sell_through", 3, "percent", _sell_through),
        Component("median_days", 2, "day", _median_days, inverted=True),
    ),
)
"""技术交易活跃指数 (Hangzhou, part four, (四)): the document names it and gives no formula; this one is ours."""

CONVERSION = Composition(
    "conversion",
    "conversion-1",
    (
        Component("registrations", 5, "contract", lambda row: Fraction(max(row.registrations, 0))),
        Component(
            "technology_value", 5, "ten_thousand_yuan", lambda row: _ten_thousand_yuan(row.technology_fen)
        ),
        Component("proceeds", 5, "ten_thousand_yuan", lambda row: _ten_thousand_yuan(row.proceeds_fen)),
        Component(
            "conversion_rate", 3, "percent", lambda row: _share(row.trades - row.failed_trades, row.listings)
        ),
        Component("median_days", 2, "day", _median_days, inverted=True),
    ),
)
"""科技成果转移转化指数 (Hangzhou, part four, (四)): what became of results, rather than how busy the market was."""

COMPOSITIONS = {one.name: one for one in (ACTIVITY, CONVERSION)}


def ratio(component: Component, value: Fraction, base: Fraction) -> tuple[Fraction, bool]:
    """A component's ratio to its base, and whether the floor took its place.

    Below one unit a value counts as one unit, so that a zero component is 1/base; so does a base. Of an inverted one
    without a value the ratio is 1/base as well; without a base there is nothing to compare with, and it is 1.
    """
    ground = max(base, Fraction(1))
    if not component.inverted:
        return max(value, Fraction(1)) / ground, value < 1
    if base == 0:
        return Fraction(1), True
    return (1 / ground, True) if value == 0 else (ground / value, False)


def root_of(value: Fraction, degree: int, decimals: int = _DECIMALS) -> str:
    """The positive root of a rational, half up to `decimals` places: "100.00"."""
    scale = 2 * 10**decimals
    doubled = _integer_root(value.numerator * scale**degree // value.denominator, degree)
    whole, rest = divmod((doubled + 1) // 2, 10**decimals)
    return f"{whole}.{rest:0{decimals}d}"


def _integer_root(value: int, degree: int) -> int:
    """The greatest integer whose power does not exceed `value`."""
    low, high = 0, 1 << (value.bit_length() // degree + 1)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if middle**degree <= value else (low, middle)
    return low


def geometric_mean(ratios: Mapping[str, Fraction], composition: Composition) -> str:
    """100 × the weighted geometric mean of the ratios, rounded once."""
    product = prod((ratios[one.name] ** one.twentieths for one in composition.components), start=Fraction(1))
    return root_of(product * 100**PARTS, PARTS)


def series(composition: Composition, by_month: Mapping[str, Row], base_month: str, last: str) -> Series:
    """The index of every month from the base month to `last`; a month in which nothing happened has its floor."""
    base = by_month.get(base_month, Row())
    points = tuple(
        _point(composition, by_month.get(month, Row()), base, month) for month in months(base_month, last)
    )
    return Series(composition.name, composition.version, base_month, points)


def _point(composition: Composition, row: Row, base: Row, month: str) -> Point:
    ratios: dict[str, Fraction] = {}
    parts = []
    for one in composition.components:
        value, ground = one.value(row), one.value(base)
        ratios[one.name], floored = ratio(one, value, ground)
        weight = f"0.{one.twentieths * 5:02d}"
        shown = (str(value), str(ground), str(ratios[one.name]))
        parts.append(Part(one.name, weight, one.unit, *shown, floored))
    return Point(month, geometric_mean(ratios, composition), tuple(parts))


def months(first: str, last: str) -> tuple[str, ...]:
    """ "2026-03", "2026-04" … both included."""
    start, end = (int(text[:4]) * 12 + int(text[5:]) - 1 for text in (first, last))
    return tuple(f"{n // 12}-{n % 12 + 1:02d}" for n in range(start, end + 1))


def base_of(by_month: Mapping[str, Row]) -> str | None:
    """The base month where none is set: the first with a registered contract, else with a contract, else the first."""
    for has in ("registrations", "contracts"):
        found = [month for month, row in sorted(by_month.items()) if getattr(row, has) > 0]
        if found:
            return found[0]
    return min(by_month, default=None)
