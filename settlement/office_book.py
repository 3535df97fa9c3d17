"""Registration offices as data: regions and offices of a number, how long an office has, when a second person looks.

Sources: the region list of the filing form (first four digits of GB/T 2260); 技术合同认定登记管理办法 for the clock and
the second review, and what provinces give instead. Every row has its dates and its source.
"""

from datetime import date, timedelta
from functools import cache
from typing import Annotated, Any, Literal, TypeVar

import msgspec

from matching_engine.errors import Malformed
from matching_engine.money import parse_yuan
from settlement.deal import ContractKind
from settlement.offices import shipped
from settlement.strict_yaml import read_yaml
from settlement.working_days import add_working_days, next_working_day

T = TypeVar("T")
Unit = Literal["working_days", "calendar_days"]
ANY = "any"
"""The province of a row that counts for all."""


class _Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"since": "from", "until": "to"}):
    """A rule with its dates, both included."""

    province: str
    since: date
    days: Annotated[int, msgspec.Meta(ge=1, le=366)]
    unit: Unit
    source: str
    until: date | None = None

    def counts(self, province: str, day: date) -> bool:
        """Whether it is a province's rule on a day."""
        in_force = self.since <= day and (self.until is None or day <= self.until)
        return in_force and self.province in (province, ANY)

    def due(self, day: date) -> date:
        """The last day of a period that begins on `day`, which is not counted (Civil Code, art. 201 and 203)."""
        if self.unit == "working_days":
            return add_working_days(day, self.days)
        return next_working_day(day + timedelta(days=self.days))


class Clock(_Row, frozen=True, forbid_unknown_fields=True):
    """How long an office has for a filing; `kinds` and `above`: for such contracts alone."""

    kinds: tuple[ContractKind, ...] = ()
    above: str | None = None

    def fits(self, kind: ContractKind, total_fen: int) -> bool:
        """Whether it is the clock of such a contract."""
        big = self.above is None or total_fen > parse_yuan(self.above)
        return big and (not self.kinds or kind in self.kinds)


class SecondReview(_Row, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """From which total on (this amount included) another person looks at a contract, and the clock of that."""

    at_least: str
    separate_lists: bool = False
    """Whether a list of contracts may not mix those below and those from this total on."""

    @property
    def threshold_fen(self) -> int:
        """The least total that is looked at twice, in fen."""
        return parse_yuan(self.at_least)


class Office(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An office: its province, region and office of its numbers (six digits), and its name."""

    province: str
    code: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{6}$")]
    name: str


class OfficeBook(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of it; the first row that fits counts."""

    regions: dict[str, str]
    offices: tuple[Office, ...]
    clocks: tuple[Clock, ...]
    second_reviews: tuple[SecondReview, ...]

    def office(self, name: str) -> Office | None:
        """The office of a name or of a six-digit code."""
        return next((one for one in self.offices if name in (one.name, one.code)), None)

    def home(self, province: str) -> Office | None:
        """Where the sellers of a province file."""
        return next((one for one in self.offices if one.province == province), None)

    def clock(self, province: str, day: date, kind: ContractKind, total_fen: int) -> Clock:
        """How long the office has for a contract filed on a day."""
        rows = (one for one in self.clocks if one.counts(province, day) and one.fits(kind, total_fen))
        return _found(next(rows, None), "clocks", day)

    def second_review(self, province: str, day: date) -> SecondReview:
        """When a second person looks, and how long the office then has."""
        rows = (one for one in self.second_reviews if one.counts(province, day))
        return _found(next(rows, None), "second_reviews", day)


def _found(row: T | None, field: str, day: date) -> T:
    if row is None:
        raise Malformed(field, day.isoformat(), "a row that counts for every province on this day")
    return row


def load_office_book(data: bytes) -> OfficeBook:
    """The book of a sheet; Malformed names the field, what came and what was expected."""
    content: Any = read_yaml(data)
    try:
        book = msgspec.convert(content, OfficeBook)
    except msgspec.ValidationError as error:
        raise Malformed("offices", str(error), "regions, offices, clocks and second reviews") from error
    for office in book.offices:
        if office.code[:4] not in book.regions:
            raise Malformed(f"offices: {office.name}", office.code, "a region of the list and two digits")
    codes = [office.code for office in book.offices]
    if len(dict.fromkeys(codes)) != len(codes):
        raise Malformed("offices", "a code twice", "each code once")
    for amount in [*(row.above for row in book.clocks), *(row.at_least for row in book.second_reviews)]:
        if amount is not None:
            parse_yuan(amount, "offices")
    for row in (*book.clocks, *book.second_reviews):
        if row.until is not None and row.until < row.since:
            raise Malformed("offices.to", row.until.isoformat(), f"not before {row.since}")
    return book


@cache
def office_book() -> OfficeBook:
    """The shipped book of China's offices."""
    return load_office_book(shipped())
