"""Trials: what can be asked, and what happened (Hangzhou, part three, (一) 4: terms, way and fee before the trial)."""

from typing import Literal

from exchange.market.command_base import Command
from exchange.market.event_base import Event
from exchange.market.trial_terms import TrialTerms

Outcome = Literal["converted", "returned", "expired", "declined", "lapsed"]
"""How a trial ended: converted, given back, its time over, never agreed to, or agreed and never begun."""


class ProposeTrial(Command, frozen=True, tag=True):
    """Holder (`by` is the listing's seller) or taker states the terms of a trial of a tradable listing."""

    listing: str
    taker: str
    by: str
    terms: TrialTerms
    completer: bool = False
    """The taker is, or belongs to, a completer: the notice of a conversion will say so."""


class AgreeTrial(Command, frozen=True, tag=True):
    """The other side agrees to exactly these terms, named by their digest."""

    trial: str
    party: str
    digest: str


class LeaveTrial(Command, frozen=True, tag=True):
    """A proposal is declined, or taken back."""

    trial: str
    party: str
    reason: str = ""


class StartTrial(Command, frozen=True, tag=True):
    """The holder has handed the technology over; `fee_receipt` says how the fee was paid, where there is one."""

    trial: str
    party: str
    fee_receipt: str = ""


class ConvertTrial(Command, frozen=True, tag=True):
    """The taker found what the criteria ask for and converts on the terms agreed."""

    trial: str
    party: str
    findings: str


class ReturnTrial(Command, frozen=True, tag=True):
    """The taker gives the technology back, and says what it found."""

    trial: str
    party: str
    findings: str


class EndTrial(Command, frozen=True, tag=True):
    """The gavel: the days to begin, or the trial itself, are over."""

    trial: str


class TrialProposed(Event, frozen=True, tag=True):
    """The terms of a trial wait for the other side."""

    trial: str
    listing: str
    holder: str
    taker: str
    by: str
    terms: TrialTerms
    digest: str
    completer: bool
    at: int


class TrialAgreed(Event, frozen=True, tag=True):
    """Both sides agree; the trial begins until `start_by`, or lapses."""

    trial: str
    listing: str
    party: str
    digest: str
    start_by: int


class TrialStarted(Event, frozen=True, tag=True):
    """The technology is with the taker until `until`."""

    trial: str
    listing: str
    fee_receipt: str
    at: int
    until: int


class TrialEnded(Event, frozen=True, tag=True):
    """The trial is over; of a conversion `table` is the agreement that went under public notice."""

    trial: str
    listing: str
    outcome: Outcome
    party: str
    words: str
    at: int
    table: str = ""


TrialCommand = ProposeTrial | AgreeTrial | LeaveTrial | StartTrial | ConvertTrial | ReturnTrial | EndTrial
TrialEvent = TrialProposed | TrialAgreed | TrialStarted | TrialEnded
