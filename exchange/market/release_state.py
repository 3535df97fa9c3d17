"""The state of the releases: each result on its clock, and the batches."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from exchange.market.release_terms import AfterKind, Answer, BatchLine, FellOut, NoticeKind, Recipient
from exchange.market.unconverted import Clock


class Stage(StrEnum):
    """Where a result stands on its way."""

    ANNOUNCED = "announced"
    """Its year has not ended; the holder was told."""
    DUE = "due"
    """A candidate; the holder's term runs."""
    UNANSWERED = "unanswered"
    CONSENTED = "consented"
    CLAIMED = "claimed"
    """The holder says that it was converted; the exchange has to look at the proof."""
    ASKED = "asked"
    """The holder asks for a deferral; the exchange has to look at the reason."""
    DEFERRED = "deferred"
    DECLINED = "declined"
    FROZEN = "frozen"
    PUBLISHED = "published"
    OPEN_LICENCE = "open_licence"
    CONVERTED = "converted"


ANSWERABLE = frozenset(
    (
        *(Stage.ANNOUNCED, Stage.DUE, Stage.UNANSWERED, Stage.CONSENTED, Stage.CLAIMED, Stage.ASKED),
        *(Stage.DEFERRED, Stage.DECLINED),
    )
)
"""While the list is not frozen the holder may answer, and answer otherwise."""


@dataclass(slots=True, frozen=True)
class Notice:
    """A notice that went out."""

    kind: NoticeKind
    candidate_from: date
    at: int
    recipients: tuple[Recipient, ...]


@dataclass(slots=True)
class Case:
    """A result that the rule has come to speak of."""

    achievement: str
    holder: str
    clock: Clock
    last_day: date
    candidate_from: date
    stage: Stage = Stage.ANNOUNCED
    notices: list[Notice] = field(default_factory=list)
    answer_until: int | None = None
    answer: Answer | None = None
    answered_at: int | None = None
    accepted: bool | None = None
    """What the exchange said of a proof or a reason."""
    ruling: str = ""
    declines: int = 0
    batches: list[str] = field(default_factory=list)
    """The batches that it was published in."""
    choice: AfterKind | None = None

    def told(self, kind: NoticeKind, candidate_from: date) -> bool:
        """Whether a notice for a day has gone out."""
        return any(one.kind == kind and one.candidate_from == candidate_from for one in self.notices)


@dataclass(slots=True)
class Batch:
    """The list of a quarter: frozen, then published."""

    id: str
    cutoff: date
    frozen: tuple[BatchLine, ...]
    counts: dict[str, int]
    data_digest: str
    frozen_by: str
    frozen_at: int
    lines: tuple[BatchLine, ...] = ()
    fell_out: tuple[FellOut, ...] = ()
    hidden: int = 0
    digest: str = ""
    published_by: str = ""
    published_at: int | None = None


@dataclass(slots=True)
class Scan:
    """What a day's scan found."""

    day: date
    rows: int
    counts: dict[str, int]
    data_digest: str
    list_digest: str


@dataclass(slots=True)
class Releases:
    """All cases by achievement, all batches by id, the newest scan, and what is due by time."""

    cases: dict[str, Case] = field(default_factory=dict)
    batches: dict[str, Batch] = field(default_factory=dict)
    scan: Scan | None = None
    due: dict[str, int] = field(default_factory=dict)
    """achievement → the instant after which its holder's term, or its deferral, is over."""
