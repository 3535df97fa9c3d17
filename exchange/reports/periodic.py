"""The monthly, quarterly and annual report: what a period came to, beside the one before and the one a year ago.

Hangzhou, part four, (一): 月监测、季分析、年通报. A report is plain values; its canonical text is what is published.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Literal

import msgspec

from exchange.reports.facts import Fact
from exchange.reports.figures import Cities, Head, Row, between, city_of, counted, grouped, month_of, tally
from exchange.reports.index import COMPOSITIONS, Series, base_of, series
from matching_engine import canonical
from matching_engine.errors import Malformed
from settlement.dates import end_of_day, parse_date

VERSION = "report-1"
Kind = Literal["month", "quarter", "year"]
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


class Period(msgspec.Struct, frozen=True):
    """A month "2026-03", a quarter "2026-Q1" or a year "2026", with its first and last day."""

    kind: Kind
    name: str
    first: date
    last: date

    def before(self) -> "Period":
        """The period of the same kind that ends where this one begins."""
        return period_of(self.kind, self.first - timedelta(days=1))

    def year_ago(self) -> "Period":
        """The same period of the year before."""
        return period_of(self.kind, self.first.replace(year=self.first.year - 1))


class Report(msgspec.Struct, frozen=True):
    """Everything that a report says. `names` are those of the holders in it."""

    version: str
    kind: Kind
    period: str
    first: date
    last: date
    rehearsals: bool
    journals: tuple[Head, ...]
    total: Row
    before: Row
    year_ago: Row
    by_month: dict[str, Row]
    by_field: dict[str, Row]
    by_region: dict[str, Row]
    by_city: dict[str, Row]
    by_node: dict[str, Row]
    by_holder: dict[str, Row]
    names: dict[str, str]
    indices: tuple[Series, ...]

    def text(self) -> str:
        """The canonical text, which a publication freezes."""
        return canonical.encode(self).decode()


def period_of(kind: Kind, day: date) -> Period:
    """The period of a kind in which a day lies."""
    length = _MONTHS[kind]
    number = (day.month - 1) // length
    first = date(day.year, number * length + 1, 1)
    after = date(day.year + 1, 1, 1) if first.month + length > 12 else date(day.year, first.month + length, 1)
    names = {"month": f"{day.year:04d}-{day.month:02d}", "quarter": f"{day.year:04d}-Q{number + 1}"}
    return Period(kind, names.get(kind, f"{day.year:04d}"), first, after - timedelta(days=1))


def read_period(text: str) -> Period:
    """The period of a name; Malformed for anything else."""
    year, dash, rest = text.partition("-")
    quarters = {f"Q{n}": f"{3 * n:02d}" for n in range(1, 5)}
    month = quarters.get(rest, rest) if dash else "01"
    kind: Kind = "year" if not dash else "quarter" if rest in quarters else "month"
    day = parse_date(f"{year}-{month}-01")
    if day is None or day.year < 2000 or period_of(kind, day).name != text:
        raise Malformed("period", text, "a period like 2026-03, 2026-Q1 or 2026")
    return period_of(kind, day)


def report(
    period: Period,
    facts: Iterable[Fact],
    journals: Sequence[Head],
    cities: Cities,
    names: Mapping[str, str],
    rehearsals: bool = False,
) -> Report:
    """The report of a period, from the facts up to its last day."""
    known = counted(facts, period.last, rehearsals)
    own = between(known, period.first, period.last)
    by_holder = grouped(own, lambda fact: fact.holder)
    return Report(
        VERSION,
        period.kind,
        period.name,
        period.first,
        period.last,
        rehearsals,
        tuple(sorted(journals, key=lambda head: head.house)),
        tally(own),
        _of(known, period.before()),
        _of(known, period.year_ago()),
        grouped(own, lambda fact: month_of(fact.at)),
        grouped(own, lambda fact: fact.field),
        grouped(own, lambda fact: fact.region),
        grouped(own, lambda fact: city_of(fact, cities)),
        grouped(own, lambda fact: fact.house),
        by_holder,
        {holder: names.get(holder, holder) for holder in by_holder},
        _indices(known, period),
    )


def _of(known: Sequence[Fact], period: Period) -> Row:
    return tally(between(known, period.first, period.last))


def _indices(known: Sequence[Fact], period: Period) -> tuple[Series, ...]:
    """Both indices from their base month to the period's last; none before anything happened."""
    by_month = grouped(known, lambda fact: month_of(fact.at))
    base = base_of(by_month)
    last = month_of(end_of_day(period.last))
    if base is None or base > last:
        return ()
    return tuple(series(one, by_month, base, last) for one in COMPOSITIONS.values())


def read_report(text: str) -> Report:
    """A published report as values again."""
    return msgspec.json.decode(text, type=Report)
