"""What the REST interface takes and gives about the release of unconverted results."""

from datetime import date
from typing import Annotated

import msgspec

from exchange.market.release_state import Stage
from exchange.market.release_terms import AfterKind, Answer, AnswerKind
from exchange.market.unconverted import Clock, Mode
from web import resources as r

Text = Annotated[str, msgspec.Meta(max_length=2000)]
Line = Annotated[str, msgspec.Meta(max_length=300)]


class ReleaseAnswerBody(r.Taken, frozen=True):
    """An answer: consent with a contact (the register's unless one is given), a conversion with its proof, a deferral
    with a reason and a day, or no."""

    kind: AnswerKind
    reasons: Text = ""
    evidence: Line = ""
    contact: Line = ""
    price_idea_fen: r.Amount | None = None
    mode: Mode | None = None
    converted_on: date | None = None
    deferred_until: date | None = None

    def answer(self) -> Answer:
        """As the house takes it."""
        return Answer(**msgspec.structs.asdict(self))


class ReleaseRulingBody(r.Taken, frozen=True):
    """Whether a proof or a reason is enough, and why."""

    accepted: bool
    reasons: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]


class ReleaseAfterBody(r.Taken, frozen=True):
    """What comes after a release that found no taker."""

    choice: AfterKind


class BatchFreezeBody(r.Taken, frozen=True):
    """The cut-off, today or before; without one, today."""

    cutoff: date | None = None


class ReleaseNoticeResource(r.Given, frozen=True):
    """A notice, and whom it went to."""

    kind: str
    at: r.Instant
    recipients: list[str]


class ReleaseResource(r.Given, frozen=True):
    """A result on its way to the market."""

    achievement: str
    title: str
    holder: str
    stage: Stage
    clock: Clock
    last_day: date
    candidate_from: date
    notices: list[ReleaseNoticeResource]
    answer_until: r.Instant | None
    answer: AnswerKind | None
    ruling: str
    declines: int
    batches: list[str]


class ReleasesResource(r.Given, frozen=True):
    """Results on their way; `hidden` are those that may not be named to the reader. `scanned_on`: the newest scan."""

    releases: list[ReleaseResource]
    hidden: int
    scanned_on: date | None
    pipeline: dict[str, int]


class BatchItemResource(r.Given, frozen=True):
    """A published result: class, field, maturity, price idea, contact; and what became of it."""

    number: int
    achievement: str
    title: str
    holder_name: str
    category: str
    field: str
    trl: int | None
    stage: str
    price_idea_fen: r.Fen | None
    contact: str
    clock: Clock
    last_day: date
    candidate_from: date
    outcome: str
    listing: str | None


class BatchOutResource(r.Given, frozen=True):
    """A result that was frozen and not published, and why."""

    achievement: str
    reason: str


class BatchResource(r.Given, frozen=True):
    """A batch. `digest` is the SHA-256 of its canonical lines; what is secret now is counted, not named."""

    batch: str
    cutoff: date
    published_at: r.Instant | None
    digest: str
    results: int
    items: list[BatchItemResource]
    hidden: int
    fell_out: list[BatchOutResource]
    hidden_out: int
    judged: dict[str, int]
    """How many results stood under which reason at the cut-off."""


class BatchesResource(r.Given, frozen=True):
    """Batches, the newest first."""

    batches: list[BatchResource]
