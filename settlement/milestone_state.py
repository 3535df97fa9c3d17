"""A milestone of a trade and where it stands."""

from dataclasses import dataclass
from enum import StrEnum


class MilestoneState(StrEnum):
    """Planned → submitted → accepted; or missed or rejected, made good or failed; failed → planned with more time."""

    PLANNED = "planned"
    SUBMITTED = "submitted"
    REJECTED = "rejected"
    MISSED = "missed"
    FAILED = "failed"
    ACCEPTED = "accepted"


@dataclass(slots=True)
class Milestone:
    """One milestone; `payment` is the order that paid it, where it was paid before the last one."""

    id: str
    trade: str
    number: int
    title: str
    criteria: str
    amount_fen: int
    due_on: str
    cure_days: int
    keep: int
    state: MilestoneState = MilestoneState.PLANNED
    evidence: str = ""
    evidence_digest: str = ""
    submitted_at: int | None = None
    rejections: int = 0
    reasons: str = ""
    cure_until: str = ""
    accepted_at: int | None = None
    payment: str | None = None
