"""The one-year rule: publicly funded results that nobody has converted within a year are released together.

Luoyang's measure, part three, item (六): results of technology development and industrialisation that public money
paid for, not secret, and not converted within one year (1年内未转化的) are encouraged onto the exchange.
`judge` decides one row of a catalogue on one day. The tests run in the order of `Reason`; the first that fails decides.
"""

from collections.abc import Callable
from datetime import date, timedelta
from enum import StrEnum

import msgspec


class Source(StrEnum):
    """Who paid: public programmes (财政资金), the holder itself, or industry (横向项目)."""

    PUBLIC = "public"
    OWN = "own"
    INDUSTRY = "industry"


class Funding(msgspec.Struct, frozen=True):
    """One source of money; a public one names its programme, or does not know it ("")."""

    source: Source
    programme: str = ""


class Category(StrEnum):
    """The four classes of evaluation (分类评价)."""

    BASIC_RESEARCH = "基础研究"
    APPLIED_RESEARCH = "应用研究"
    DEVELOPMENT = "技术开发和产业化"
    SOFT_SCIENCE = "软科学研究"


class Secrecy(StrEnum):
    """Whether a result may be spoken of. Only what a named reviewer found public may."""

    PUBLIC = "公开"
    STATE_SECRET = "国家秘密"  # noqa: S105 - a degree of secrecy, not a secret
    DEFENCE_PATENT = "国防专利"
    UNKNOWN = "未知"


class Mode(StrEnum):
    """What was done with a result. The first six convert it (转化法 16), the others only try to."""

    TRANSFER = "transfer"
    LICENCE = "licence"
    EQUITY = "equity"
    SELF_IMPLEMENTATION = "self_implementation"
    JOINT_IMPLEMENTATION = "joint_implementation"
    OTHER_AGREED = "other_agreed"
    LISTING = "listing"
    UNSOLD_AUCTION = "unsold_auction"
    LETTER_OF_INTENT = "letter_of_intent"
    ROADSHOW = "roadshow"
    FREE_TRIAL = "free_trial"


CONVERTING = frozenset(
    (
        Mode.TRANSFER,
        Mode.LICENCE,
        Mode.EQUITY,
        Mode.SELF_IMPLEMENTATION,
        Mode.JOINT_IMPLEMENTATION,
        Mode.OTHER_AGREED,
    )
)
"""The modes that count as conversion."""


class Clock(StrEnum):
    """The date that the year runs from, in order of preference: 项目验收, 成果登记, 专利授权公告, 入库."""

    ACCEPTED_ON = "accepted_on"
    REGISTERED_ON = "registered_on"
    GRANTED_ON = "granted_on"
    ADMITTED_ON = "admitted_on"


class Reason(StrEnum):
    """Why a result is not a candidate, in the order of the tests."""

    NOT_FUNDED = "NOT_FUNDED"
    FUNDING_UNKNOWN = "FUNDING_UNKNOWN"
    CATEGORY = "CATEGORY"
    UNCLASSIFIED = "UNCLASSIFIED"
    SECRET = "SECRET"  # noqa: S105 - the code of a reason
    NO_CLOCK = "NO_CLOCK"
    TOO_YOUNG = "TOO_YOUNG"
    CONVERTED = "CONVERTED"
    CONVERTED_LATE = "CONVERTED_LATE"
    IN_TRIAL = "IN_TRIAL"
    BLOCKED = "BLOCKED"


EXPLAINED: dict[Reason, str] = {
    Reason.NOT_FUNDED: "no public money: the holder's own, or industry's",
    Reason.FUNDING_UNKNOWN: "nobody knows yet who paid; a person has to find out",
    Reason.CATEGORY: "not of the class 技术开发和产业化",
    Reason.UNCLASSIFIED: "not classified yet; a person has to classify it",
    Reason.SECRET: "secret, or not found public by a named reviewer; counted only",
    Reason.NO_CLOCK: "no date that the year could run from",
    Reason.TOO_YOUNG: "its year has not ended",
    Reason.CONVERTED: "converted within its year",
    Reason.CONVERTED_LATE: "converted after its year",
    Reason.IN_TRIAL: "a trial is running, and the year after its year has not ended",
    Reason.BLOCKED: "an impediment is on record",
}


class CatalogueRow(msgspec.Struct, frozen=True, kw_only=True):
    """A result as a catalogue describes it. Dates are those of Asia/Shanghai; None is what nobody recorded.

    `converted_on` is the day the contract took effect, not that of its signing or registration.
    """

    id: str
    title: str = ""
    holder: str = ""
    funding: tuple[Funding, ...] = ()
    category: Category | None = None
    secrecy: Secrecy = Secrecy.UNKNOWN
    secrecy_reviewer: str = ""
    accepted_on: date | None = None
    registered_on: date | None = None
    granted_on: date | None = None
    admitted_on: date | None = None
    converted_on: date | None = None
    conversion_mode: Mode | None = None
    trial_until: date | None = None
    impediment: str = ""


class Verdict(msgspec.Struct, frozen=True):
    """What the rule says of one row: a candidate for release, or the first reason why not.

    The last three are None up to and including NO_CLOCK: nobody may learn the dates of what is secret.
    """

    id: str
    candidate: bool
    reason: Reason | None
    clock: Clock | None = None
    last_day: date | None = None
    candidate_from: date | None = None


LATEST_START = date(9997, 12, 31)
"""The calendar ends in 9999: a year from here, and the year of a trial after it, can still be counted."""


def judge(row: CatalogueRow, as_of: date) -> Verdict:
    """Decide one row on `as_of` (inclusive). Pure: the same row and day give the same verdict."""
    reason = _outside(row)
    if reason is not None:
        return Verdict(row.id, False, reason)
    clock, start = _clock(row)
    if start is None:
        return Verdict(row.id, False, Reason.NO_CLOCK)
    last_day = year_after(start)
    reason = _spared(row, last_day, as_of)
    return Verdict(row.id, reason is None, reason, clock, last_day, last_day + timedelta(days=1))


def may_be_named(row: CatalogueRow) -> bool:
    """Whether the result may be shown at all: it is secret until somebody put his name to the contrary.

    This holds whatever the verdict: what fails an earlier test may be secret too.
    """
    return row.secrecy is Secrecy.PUBLIC and row.secrecy_reviewer != ""


def year_after(start: date) -> date:
    """The last day of the year that runs from `start`.

    The first day is not counted, so the year ends on the same day of the next one; where the month has no such day,
    on its last (Civil Code, art. 201 and 202). It does not move for holidays: nobody has to act on it.
    """
    if (start.month, start.day) == (2, 29):
        return date(start.year + 1, 2, 28)
    return start.replace(year=start.year + 1)


def _outside(row: CatalogueRow) -> Reason | None:
    """Whether the rule does not speak of this result at all, whatever its dates."""
    return _unfunded(row) or _misclassified(row) or (None if may_be_named(row) else Reason.SECRET)


def _unfunded(row: CatalogueRow) -> Reason | None:
    """Any named public programme is enough; a public source without a name leaves the question open."""
    public = [funding for funding in row.funding if funding.source is Source.PUBLIC]
    if any(funding.programme for funding in public):
        return None
    return Reason.FUNDING_UNKNOWN if public or not row.funding else Reason.NOT_FUNDED


def _misclassified(row: CatalogueRow) -> Reason | None:
    if row.category is None:
        return Reason.UNCLASSIFIED
    return None if row.category is Category.DEVELOPMENT else Reason.CATEGORY


def _clock(row: CatalogueRow) -> tuple[Clock | None, date | None]:
    """The first date on record in the order of `Clock`, which need not be the earliest."""
    dates = (
        (Clock.ACCEPTED_ON, row.accepted_on),
        (Clock.REGISTERED_ON, row.registered_on),
        (Clock.GRANTED_ON, row.granted_on),
        (Clock.ADMITTED_ON, row.admitted_on),
    )
    return next(((clock, day) for clock, day in dates if day is not None), (None, None))


def _spared(row: CatalogueRow, last_day: date, as_of: date) -> Reason | None:
    """Why a result that the rule speaks of is not released on `as_of`; None: it is."""
    fails: tuple[tuple[Reason, Callable[[], bool]], ...] = (
        (Reason.TOO_YOUNG, lambda: as_of <= last_day),
        (Reason.CONVERTED, lambda: _converted_by(row, last_day)),
        (Reason.CONVERTED_LATE, lambda: _converted_by(row, as_of)),
        (Reason.IN_TRIAL, lambda: _in_trial(row, last_day, as_of)),
        (Reason.BLOCKED, lambda: row.impediment != ""),
    )
    return next((reason for reason, test in fails if test()), None)


def _converted_by(row: CatalogueRow, day: date) -> bool:
    """Whether a conversion that counts was in effect on `day`. One without a date is not in effect yet."""
    return row.conversion_mode in CONVERTING and row.converted_on is not None and row.converted_on <= day


def _in_trial(row: CatalogueRow, last_day: date, as_of: date) -> bool:
    """A running trial holds the release back, for a year after the year at most; it does not move the last day."""
    return row.trial_until is not None and as_of <= min(row.trial_until, year_after(last_day))
