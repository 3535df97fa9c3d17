"""The words of the release of unconverted results: whom a notice goes to, what a holder answers, a line of a batch."""

from datetime import date
from typing import Literal

import msgspec

from exchange.market.unconverted import Clock, Mode

NoticeKind = Literal["T-60", "T-30", "T0"]
"""Sixty and thirty days before a result becomes a candidate, and on the day."""
AnswerKind = Literal["consent", "converted", "defer", "decline"]
AfterKind = Literal["open_licence", "next_batch"]
RecipientKind = Literal["results_office", "completer", "technology_transfer", "science_bureau"]


class Recipient(msgspec.Struct, frozen=True):
    """Somebody a notice goes to; `organisation` is the id where the register has one."""

    kind: RecipientKind
    name: str
    organisation: str = ""


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a holder answers: consent, with whom to ask and at about which price; a proof of conversion; a deferral
    to a day, with its reason; or no."""

    kind: AnswerKind
    reasons: str = ""
    evidence: str = ""
    """What proves a conversion or a reason: document and number, or where it lies."""
    contact: str = ""
    price_idea_fen: int | None = None
    mode: Mode | None = None
    converted_on: date | None = None
    """The day on which the contract took effect."""
    deferred_until: date | None = None


class BatchLine(msgspec.Struct, frozen=True):
    """A result as a batch publishes it. `achievement_digest` fixes the register's row it was drawn from."""

    achievement: str
    title: str
    holder: str
    holder_name: str
    category: str
    field: str
    trl: int | None
    stage: str
    price_idea_fen: int | None
    """None: to be negotiated."""
    contact: str
    clock: Clock
    last_day: date
    candidate_from: date
    achievement_digest: str


class FellOut(msgspec.Struct, frozen=True):
    """A frozen result that was not published, and the reason of the rule, or CONSENT_WITHDRAWN, or MISSING."""

    achievement: str
    reason: str
