"""What happened on the way of unconverted results to the market: scans, notices, answers, batches, what became of them."""

from datetime import date
from typing import Literal

from exchange.market.event_base import Event
from exchange.market.release_terms import AfterKind, Answer, BatchLine, FellOut, NoticeKind, Recipient
from exchange.market.unconverted import Clock


class ReleaseScanned(Event, frozen=True, tag=True):
    """The registers were judged on a day: how many results stand under each reason ("CANDIDATE" for none).

    The digests fix what was read and the list of candidates; of what is secret only the number is here.
    """

    day: date
    rows: int
    counts: dict[str, int]
    data_digest: str
    list_digest: str


class ReleaseNotified(Event, frozen=True, tag=True):
    """A notice about a result went out. The last one names the instant until which the holder answers."""

    achievement: str
    holder: str
    kind: NoticeKind
    clock: Clock
    last_day: date
    candidate_from: date
    recipients: tuple[Recipient, ...]
    at: int
    answer_until: int | None = None


class ReleaseAnswered(Event, frozen=True, tag=True):
    """The holder answered; `in_time` is False where the term was over, which costs nothing but the batch."""

    achievement: str
    holder: str
    answer: Answer
    author: str
    at: int
    in_time: bool


class ReleaseAnswerRuled(Event, frozen=True, tag=True):
    """The exchange looked at a proof or a reason. Where it was not enough the holder has a new term."""

    achievement: str
    accepted: bool
    reasons: str
    author: str
    answer_until: int | None


class ReleaseLapsed(Event, frozen=True, tag=True):
    """Nobody answered in time: without consent there is no release."""

    achievement: str
    until: int


class ReleaseDeferralEnded(Event, frozen=True, tag=True):
    """The day to which a release was deferred is over; the holder is asked again."""

    achievement: str
    answer_until: int


class BatchFrozen(Event, frozen=True, tag=True):
    """The list of a quarter is closed at its cut-off, in the order in which it will be published."""

    batch: str
    cutoff: date
    lines: tuple[BatchLine, ...]
    counts: dict[str, int]
    data_digest: str
    author: str
    at: int


class BatchPublished(Event, frozen=True, tag=True):
    """The lines of a batch are public, all at one instant; `digest` is the SHA-256 of their canonical bytes.

    `hidden` counts what fell out because it is secret now: it is named nowhere.
    """

    batch: str
    lines: tuple[BatchLine, ...]
    fell_out: tuple[FellOut, ...]
    hidden: int
    digest: str
    author: str
    at: int


class ReleaseFollowed(Event, frozen=True, tag=True):
    """What the holder does with a published result that nobody bought."""

    achievement: str
    holder: str
    batch: str
    choice: AfterKind
    author: str


class ReleaseClosed(Event, frozen=True, tag=True):
    """A result needs no release any more: it was converted."""

    achievement: str
    reason: Literal["CONVERTED", "CONVERTED_LATE"]


ReleaseEvent = (
    ReleaseScanned
    | ReleaseNotified
    | ReleaseAnswered
    | ReleaseAnswerRuled
    | ReleaseLapsed
    | ReleaseDeferralEnded
    | BatchFrozen
    | BatchPublished
    | ReleaseFollowed
    | ReleaseClosed
)
