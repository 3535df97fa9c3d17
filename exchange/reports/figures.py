"""Figures at a date: facts summed by month, field, region, city, node and holder. The same journal, the same bytes."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

import msgspec

from exchange.reports.facts import Fact, Measure
from matching_engine import canonical
from settlement.dates import end_of_day, shanghai_date

VERSION = "figures-1"
"""The rules by which facts are counted; a change of them is a new version."""

Cities = Mapping[str, Sequence[tuple[int, str]]]
"""Achievement → its city in the register, each from when (µs), oldest first."""


class Row(msgspec.Struct, frozen=True):
    """The figures of one group. Money in fen; everything but the two counts of distinct parties is a sum."""

    listings: int = 0
    sessions: int = 0
    lots: int = 0
    sold: int = 0
    unsold: int = 0
    bidders: int = 0
    """Distinct parties that entered a lot."""
    active_buyers: int = 0
    """Distinct parties that bid, took, offered or bought."""
    trades: int = 0
    trades_fen: int = 0
    failed_trades: int = 0
    failed_trades_fen: int = 0
    contracts: int = 0
    contracts_fen: int = 0
    registrations: int = 0
    total_fen: int = 0
    technology_fen: int = 0
    credits: int = 0
    credits_fen: int = 0
    proceeds: int = 0
    proceeds_fen: int = 0
    claims: int = 0
    claims_fen: int = 0
    claims_paid: int = 0
    claims_paid_fen: int = 0
    days: tuple[int, ...] = ()
    """Days from a listing's admission to its sale, one for each sale, ascending."""

    @property
    def sell_through(self) -> tuple[int, int]:
        """Lots sold, of lots that ended sold or unsold."""
        return self.sold, self.sold + self.unsold

    @property
    def median_days_doubled(self) -> int | None:
        """Twice the median of `days`, which is whole; None without a sale."""
        n = len(self.days)
        if n == 0:
            return None
        return self.days[(n - 1) // 2] + self.days[n // 2]


SUMS = tuple(name for name in Row.__struct_fields__ if name not in ("bidders", "active_buyers", "days"))
"""The figures that add up over groups."""
_COUNTS = {
    Measure.LISTING: ("listings", ""),
    Measure.SESSION: ("sessions", ""),
    Measure.LOT: ("lots", ""),
    Measure.SOLD: ("sold", ""),
    Measure.UNSOLD: ("unsold", ""),
    Measure.TRADE: ("trades", "trades_fen"),
    Measure.FAILED_TRADE: ("failed_trades", "failed_trades_fen"),
    Measure.CONTRACT: ("contracts", "contracts_fen"),
    Measure.REGISTRATION: ("registrations", "total_fen"),
    Measure.CREDIT: ("credits", "credits_fen"),
    Measure.PROCEEDS: ("proceeds", "proceeds_fen"),
    Measure.CLAIM: ("claims", "claims_fen"),
    Measure.CLAIM_PAID: ("claims_paid", "claims_paid_fen"),
}


class Head(msgspec.Struct, frozen=True):
    """How far a journal was read: the last row at or before the date, and its hash."""

    house: str
    seq: int
    hash: str


class Figures(msgspec.Struct, frozen=True):
    """Everything at a date (its end, in Shanghai). `rehearsals`: whether practice is counted, too."""

    version: str
    at: date
    rehearsals: bool
    journals: tuple[Head, ...]
    total: Row
    by_month: dict[str, Row]
    by_field: dict[str, Row]
    by_region: dict[str, Row]
    by_city: dict[str, Row]
    by_node: dict[str, Row]
    by_holder: dict[str, Row]

    def digest(self) -> str:
        """Hex SHA-256 of the canonical bytes."""
        return canonical.digest(canonical.encode(self)).hex()


def month_of(at: int) -> str:
    """ "2026-03": the month of an instant (µs) in Shanghai."""
    return shanghai_date(at).isoformat()[:7]


def tally(facts: Iterable[Fact]) -> Row:
    """The figures of these facts."""
    sums: dict[str, int] = defaultdict(int)
    bidders: set[str] = set()
    active: set[str] = set()
    days: list[int] = []
    for fact in facts:
        if fact.measure is Measure.BIDDER:
            bidders.add(fact.who)
        elif fact.measure is Measure.ACTIVE:
            active.add(fact.who)
        else:
            count, amount = _COUNTS[fact.measure]
            sums[count] += fact.count
            if amount:
                sums[amount] += fact.amount_fen
            sums["technology_fen"] += fact.technology_fen
            if fact.days is not None:
                days.append(fact.days)
    return Row(**sums, bidders=len(bidders), active_buyers=len(active), days=tuple(sorted(days)))


def counted(facts: Iterable[Fact], at: date, rehearsals: bool) -> list[Fact]:
    """The facts up to the end of a date, practice only where it is asked for."""
    until = end_of_day(at)
    return [fact for fact in facts if fact.at <= until and (rehearsals or not fact.rehearsal)]


def grouped(facts: Iterable[Fact], key: Callable[[Fact], str]) -> dict[str, Row]:
    """A row for each key, in the order of the keys."""
    groups: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        groups[key(fact)].append(fact)
    return {name: tally(groups[name]) for name in sorted(groups)}


def city_of(fact: Fact, cities: Cities) -> str:
    """The achievement's city in the register when its listing was admitted, "" where nobody stated one."""
    found = ""
    for since, city in cities.get(fact.achievement, ()):
        if since <= fact.listed_at:
            found = city
    return found


def figures(
    facts: Iterable[Fact], journals: Sequence[Head], cities: Cities, at: date, rehearsals: bool = False
) -> Figures:
    """The figures at a date."""
    known = counted(facts, at, rehearsals)
    return Figures(
        VERSION,
        at,
        rehearsals,
        tuple(sorted(journals, key=lambda head: head.house)),
        tally(known),
        grouped(known, lambda fact: month_of(fact.at)),
        grouped(known, lambda fact: fact.field),
        grouped(known, lambda fact: fact.region),
        grouped(known, lambda fact: city_of(fact, cities)),
        grouped(known, lambda fact: fact.house),
        grouped(known, lambda fact: fact.holder),
    )


def between(facts: Iterable[Fact], first: date, last: date) -> list[Fact]:
    """The facts of a period, both days included."""
    until = end_of_day(last)
    return [fact for fact in facts if shanghai_date(fact.at) >= first and fact.at <= until]
