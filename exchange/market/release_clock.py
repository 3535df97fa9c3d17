"""When a result's holder is told, and what a scan of the registers adds up to. Pure: rows and a day in, values out."""

import hashlib
from collections.abc import Iterable
from datetime import date, timedelta

import msgspec

from exchange.market.release_terms import NoticeKind
from exchange.market.unconverted import CatalogueRow, Reason, Verdict, judge
from matching_engine import canonical
from settlement.dates import end_of_day
from settlement.working_days import add_working_days

ANSWER_WORKING_DAYS = 15
"""Working days that a holder has to answer; the day of the notice is not counted."""
AHEAD: tuple[tuple[int, NoticeKind], ...] = ((30, "T-30"), (60, "T-60"))
"""Days before a result becomes a candidate up to which a notice is due, the nearest first."""
CANDIDATE = "CANDIDATE"
"""Under which candidates are counted beside the reasons of all others."""


def answer_until(day: date) -> int:
    """The last instant (µs) of a holder's term that begins on `day`."""
    return end_of_day(add_working_days(day, ANSWER_WORKING_DAYS))


def notice_due(row: CatalogueRow, day: date) -> tuple[NoticeKind, Verdict] | None:
    """The newest notice whose day has come, with the verdict on the day it speaks of; None when nothing is due.

    Before the year ends the row is judged as of the day on which it would become a candidate: a result that will be
    none, for it is converted, secret or not of this rule, is announced to nobody. A notice that was missed is not
    sent later: the next one stands for it.
    """
    now = judge(row, day)
    if now.candidate:
        return "T0", now
    if now.reason is not Reason.TOO_YOUNG or now.candidate_from is None:
        return None
    then = judge(row, now.candidate_from)
    left = (now.candidate_from - day).days
    kind = next((kind for days, kind in AHEAD if left <= days), None)
    return (kind, then) if kind is not None and then.candidate else None


class Scan(msgspec.Struct, frozen=True):
    """What the registers hold on a day: the candidates in order, how many others stand under which reason."""

    day: date
    rows: int
    counts: dict[str, int]
    candidates: tuple[Verdict, ...]
    data_digest: str
    list_digest: str


class Scanner:
    """Judges rows one after the other; the order does not matter, for everything is put in order at the end."""

    def __init__(self, day: date) -> None:
        self._day = day
        self._rows: list[bytes] = []
        self._counts: dict[str, int] = {}
        self._candidates: list[Verdict] = []

    def take(self, row: CatalogueRow) -> Verdict:
        """Judge a row and count it."""
        verdict = judge(row, self._day)
        name = verdict.reason.value if verdict.reason else CANDIDATE
        self._counts[name] = self._counts.get(name, 0) + 1
        self._rows.append(canonical.digest(canonical.encode(row)))
        if verdict.candidate:
            self._candidates.append(verdict)
        return verdict

    def scan(self) -> Scan:
        """What was found; the digests are hex SHA-256 of the rows and of the list."""
        candidates = tuple(sorted(self._candidates, key=order))
        listed = b"".join(canonical.encode(one) + b"\n" for one in candidates)
        counts = dict(sorted(self._counts.items()))
        data = hashlib.sha256(b"".join(sorted(self._rows))).hexdigest()
        return Scan(self._day, len(self._rows), counts, candidates, data, canonical.digest(listed).hex())


def scan(rows: Iterable[CatalogueRow], day: date) -> Scan:
    """Judge all rows on a day: the same rows and day give the same scan."""
    scanner = Scanner(day)
    for row in rows:
        scanner.take(row)
    return scanner.scan()


def order(verdict: Verdict) -> tuple[date, str]:
    """The order of a list: those that wait longest first, then by id."""
    return verdict.candidate_from or date.max, verdict.id


def quarter(day: date) -> str:
    """ "2026Q4": the quarter of a day."""
    return f"{day.year:04d}Q{(day.month + 2) // 3}"


def days_before(candidate_from: date, kind: NoticeKind) -> date:
    """The first day of a notice."""
    return candidate_from - timedelta(days={"T-60": 60, "T-30": 30, "T0": 0}[kind])
