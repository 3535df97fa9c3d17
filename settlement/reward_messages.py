"""What is said of the inventors' reward: the seller's plan, its approval by another person, each payment as made."""

from typing import Literal

import msgspec

from settlement.command_base import Command
from settlement.event_base import Event
from settlement.worksheet import Step

CostKind = Literal["tax", "upkeep", "direct"]
"""Taxes; upkeep of the result; direct cost of appraisal and negotiation (北京条例 12)."""
Position = Literal["none", "leader", "legal_representative"]
Form = Literal["cash", "equity"]


class Cost(msgspec.Struct, frozen=True):
    """What is taken off the receipts, item by item."""

    kind: CostKind
    name: str
    amount_fen: int


class Completer(msgspec.Struct, frozen=True):
    """A completer of the result; `share` is a decimal like "0.35" or a fraction like "1/3"."""

    name: str
    share: str
    position: Position = "none"
    form: Form = "cash"


class Entitlement(msgspec.Struct, frozen=True):
    """A completer with its part of the reward."""

    name: str
    share: str
    position: Position
    form: Form
    amount_fen: int


class PlanReward(Command, frozen=True, tag=True):
    """The seller organisation plans the reward of a trade; a plan that is not approved is replaced."""

    trade: str
    party: str
    author: str
    costs: tuple[Cost, ...]
    reward_fen: int
    completers: tuple[Completer, ...]
    basis: str = ""
    """An enterprise's rule or agreement by which it gives less than the floor."""
    person: str = ""


class ApproveReward(Command, frozen=True, tag=True):
    """Another person of the seller organisation approves the plan's version."""

    trade: str
    party: str
    approver: str
    version: int
    person: str = ""


class RecordReward(Command, frozen=True, tag=True):
    """A completer's part of an instalment was paid, with the bank's reference; both count from 1."""

    trade: str
    party: str
    author: str
    instalment: int
    completer: int
    paid_on: str
    bank_reference: str


class RewardPlanned(Event, frozen=True, tag=True):
    """A plan with everything that follows from it, so that it never changes with a rule book."""

    trade: str
    version: int
    party: str
    author: str
    region: str
    receipts_fen: int
    costs: tuple[Cost, ...]
    net_fen: int
    floor_fen: int
    reward_fen: int
    completers: tuple[Entitlement, ...]
    rule: str
    document: str
    clause: str
    quote: str
    steps: tuple[Step, ...]
    basis: str = ""
    person: str = ""


class RewardPlanApproved(Event, frozen=True, tag=True):
    """The plan holds; it is not replaced any more."""

    trade: str
    version: int
    approver: str


class RewardPaid(Event, frozen=True, tag=True):
    """A completer has its part of an instalment. `relief_fen` is what stays out of the month's wages (IIT)."""

    trade: str
    instalment: int
    completer: int
    name: str
    amount_fen: int
    paid_on: str
    bank_reference: str
    author: str
    received_on: str
    months_after_receipt: int
    relief_fen: int = 0
    relief_document: str = ""


RewardCommand = PlanReward | ApproveReward | RecordReward
RewardEvent = RewardPlanned | RewardPlanApproved | RewardPaid
