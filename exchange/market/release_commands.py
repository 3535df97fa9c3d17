"""What can be asked about the release of unconverted results."""

from datetime import date
from typing import Literal

from exchange.market.command_base import Command
from exchange.market.release_terms import AfterKind, Answer, BatchLine, FellOut, NoticeKind, Recipient
from exchange.market.unconverted import Clock


class RecordScan(Command, frozen=True, tag=True):
    """The house: the registers were judged on a day."""

    day: date
    rows: int
    counts: dict[str, int]
    data_digest: str
    list_digest: str


class NotifyRelease(Command, frozen=True, tag=True):
    """The house: tell those who have to do with a result that it becomes, or is, a candidate."""

    achievement: str
    holder: str
    kind: NoticeKind
    clock: Clock
    last_day: date
    candidate_from: date
    recipients: tuple[Recipient, ...]


class AnswerRelease(Command, frozen=True, tag=True):
    """The holder answers, under the account `author`."""

    achievement: str
    holder: str
    answer: Answer
    author: str


class RuleReleaseAnswer(Command, frozen=True, tag=True):
    """The operator finds a proof of conversion or a reason for deferral enough, or not, and says why."""

    achievement: str
    accepted: bool
    reasons: str
    author: str


class AdvanceRelease(Command, frozen=True, tag=True):
    """The gavel: a holder's term, or a deferral, is over."""

    achievement: str


class CloseRelease(Command, frozen=True, tag=True):
    """The house: a result that waited for its release was converted."""

    achievement: str
    reason: Literal["CONVERTED", "CONVERTED_LATE"]


class FreezeBatch(Command, frozen=True, tag=True):
    """Close the list of a quarter at a cut-off: the candidates of that day whose holders consented."""

    batch: str
    cutoff: date
    lines: tuple[BatchLine, ...]
    counts: dict[str, int]
    data_digest: str
    author: str


class PublishBatch(Command, frozen=True, tag=True):
    """Publish what is left of a frozen batch; asked by another person than the one who froze it.

    `fell_out` are those that failed the tests now, each with its reason.
    """

    batch: str
    fell_out: tuple[FellOut, ...]
    author: str


class FollowRelease(Command, frozen=True, tag=True):
    """The holder: a published result that nobody bought goes to an open licence, or into the next batch."""

    achievement: str
    holder: str
    choice: AfterKind
    author: str


ReleaseCommand = (
    RecordScan
    | NotifyRelease
    | AnswerRelease
    | RuleReleaseAnswer
    | AdvanceRelease
    | CloseRelease
    | FreezeBatch
    | PublishBatch
    | FollowRelease
)
