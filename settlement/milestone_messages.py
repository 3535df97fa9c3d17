"""Milestones of a development contract: what is asked about them, and what happened.

Civil Code, art. 852 to 857 (commissioned development: payments by stage, acceptance, failure); the stages are those that
the challenge published, so both sides knew them before a proposal was made.
"""

from typing import Literal

import msgspec

from settlement.command_base import Command
from settlement.event_base import Event

Ground = Literal["failed", "eliminated", "unpaid"]
"""A stage failed; others were better after a stage with elimination; the issuer did not pay a part in time."""


class Stone(msgspec.Struct, frozen=True):
    """A milestone as it is set: its part of the price, its last day, and how long what is missing may be made good."""

    title: str
    criteria: str
    amount_fen: int
    due_on: str
    cure_days: int
    keep: int = 0
    """How many awardees of the lot at least go on after it; 0: no elimination."""


class SetMilestones(Command, frozen=True, tag=True):
    """The house: the stages of the challenge become milestones of the trade."""

    trade: str
    stones: tuple[Stone, ...]


class SubmitMilestone(Command, frozen=True, tag=True):
    """The awardee hands in a milestone: what was done, and the SHA-256 of what proves it, where there is a file."""

    trade: str
    number: int
    party: str
    author: str
    evidence: str
    evidence_digest: str = ""


class AcceptMilestone(Command, frozen=True, tag=True):
    """The issuer accepts what was handed in: its part of the price goes out."""

    trade: str
    number: int
    party: str
    author: str


class RejectMilestone(Command, frozen=True, tag=True):
    """The issuer does not accept it and says why: once there is time to make it good, then it has failed."""

    trade: str
    number: int
    party: str
    author: str
    reasons: str


class GrantTime(Command, frozen=True, tag=True):
    """The issuer gives a milestone that is not accepted another last day."""

    trade: str
    number: int
    party: str
    author: str
    due_on: str


class TerminateTrade(Command, frozen=True, tag=True):
    """A party ends the contract: what was accepted is paid, the rest of the money held goes back."""

    trade: str
    party: str
    author: str
    ground: Ground
    reasons: str


class PayMilestones(Command, frozen=True, tag=True):
    """The house: pay out what is accepted and covered by money held."""

    trade: str


class AdvanceMilestone(Command, frozen=True, tag=True):
    """The gavel: the last day of a milestone, or of making it good, is over."""

    milestone: str


class MilestoneSet(Event, frozen=True, tag=True):
    """A milestone of a trade; `number` counts from 1."""

    trade: str
    number: int
    stone: Stone


class MilestoneSubmitted(Event, frozen=True, tag=True):
    """Handed in, for the issuer to look at."""

    trade: str
    number: int
    author: str
    evidence: str
    evidence_digest: str


class MilestoneAccepted(Event, frozen=True, tag=True):
    """The issuer has accepted it."""

    trade: str
    number: int
    author: str


class MilestoneRejected(Event, frozen=True, tag=True):
    """Not accepted; it may be made good until the end of `cure_until`."""

    trade: str
    number: int
    author: str
    reasons: str
    cure_until: str


class MilestoneMissed(Event, frozen=True, tag=True):
    """Nothing was handed in by its last day; it may be made good until the end of `cure_until`."""

    trade: str
    number: int
    cure_until: str


class MilestoneFailed(Event, frozen=True, tag=True):
    """It was not made good: the issuer may end the contract, or give more time."""

    trade: str
    number: int


class TimeGranted(Event, frozen=True, tag=True):
    """A milestone has another last day."""

    trade: str
    number: int
    author: str
    due_on: str


class MilestonePaymentOrdered(Event, frozen=True, tag=True):
    """The bank is asked to pay the awardee the part of an accepted milestone out of the price held."""

    trade: str
    number: int
    milestone: str
    payment: str
    party: str
    amount_fen: int


class MilestonePaid(Event, frozen=True, tag=True):
    """The awardee has the part."""

    milestone: str
    payment: str
    amount_fen: int
    bank_reference: str
    paid_on: str


class TradeTerminated(Event, frozen=True, tag=True):
    """The contract has ended before its last milestone; `refund_fen` of what is held goes back to the issuer."""

    trade: str
    listing: str
    ground: Ground
    party: str
    author: str
    reasons: str
    refund_fen: int
    terminated_on: str


MilestoneCommand = (
    SetMilestones
    | SubmitMilestone
    | AcceptMilestone
    | RejectMilestone
    | GrantTime
    | TerminateTrade
    | PayMilestones
    | AdvanceMilestone
)
MilestoneEvent = (
    MilestoneSet
    | MilestoneSubmitted
    | MilestoneAccepted
    | MilestoneRejected
    | MilestoneMissed
    | MilestoneFailed
    | TimeGranted
    | MilestonePaymentOrdered
    | MilestonePaid
    | TradeTerminated
)
