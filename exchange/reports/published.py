"""The published data of reports, read from the package: indicators, targets, the annual report's fields and due dates."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

from exchange.reports.figures import Row
from settlement.strict_yaml import read_yaml


class MonthDay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A day of every year."""

    month: int
    day: int

    def of(self, year: int) -> date:
        """That day of a year."""
        return date(year, self.month, self.day)


class Indicator(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of the 25: its running number, group, names, unit, and where its value comes from."""

    number: int
    group: str
    name: str
    en: str
    unit: str
    source: Literal["computed", "entered"]
    kind: Literal["number", "text"] = "number"


class IndicatorTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The table with its document; the case file of a year is due on `due` of the next."""

    document: str
    clause: str
    due: MonthDay
    indicators: tuple[Indicator, ...]


class Target(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A target of a document. `figure` names what the platform counts towards it, in a region or a city."""

    id: str
    document: str
    clause: str
    year: int
    name: str
    en: str
    target: str
    unit: str
    figure: Literal["total_fen"] | None = None
    region: str = ""
    city: str = ""


class _Targets(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    targets: tuple[Target, ...]


class Due(MonthDay, frozen=True, forbid_unknown_fields=True):
    """When a region's holders hand in their annual report."""

    region: str


class AnnualField(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A field that only the holder knows."""

    name: str
    zh: str
    en: str
    kind: Literal["count", "yuan"]


class AnnualForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The annual report's source, due dates and fields."""

    document: str
    clause: str
    due: tuple[Due, ...]
    fields: tuple[AnnualField, ...]

    def due_on(self, region: str, year: int) -> date | None:
        """When the report of a year is due in a region; None where no date is published."""
        return next((one.of(year + 1) for one in self.due if one.region == region), None)


def _read(name: str) -> object:
    return read_yaml((files("exchange.reports") / "data" / name).read_bytes())


@cache
def indicators() -> IndicatorTable:
    """Guangxi's 25 indicators."""
    return msgspec.convert(_read("guangxi.yaml"), IndicatorTable)


@cache
def targets() -> tuple[Target, ...]:
    """The targets of the documents."""
    return msgspec.convert(_read("targets.yaml"), _Targets).targets


@cache
def annual_form() -> AnnualForm:
    """The annual report's form."""
    return msgspec.convert(_read("annual.yaml"), AnnualForm)


HUNDRED_MILLION_YUAN = 10**10
"""Fen of 亿元."""


def in_hundred_millions(fen: int) -> str:
    """An amount in 亿元 with four decimals, half up."""
    rounded = (Fraction(fen * 10_000, HUNDRED_MILLION_YUAN) + Fraction(1, 2)).__floor__()
    return str(Decimal(rounded).scaleb(-4))


def reached(target: Target, by_region: Mapping[str, Row], by_city: Mapping[str, Row]) -> str | None:
    """What the platform counted towards a target, in its unit; None where it does not know."""
    if target.figure is None:
        return None
    row = by_city.get(target.city) if target.city else by_region.get(target.region)
    return in_hundred_millions(getattr(row, target.figure) if row else 0)


def computed(total: Row, enrolled: int) -> dict[int, str]:
    """The indicators that the platform computes, from the figures of the year: 1, 22 and, of its own sessions, 23."""
    return {1: in_hundred_millions(total.total_fen), 22: str(enrolled), 23: str(total.sessions)}
