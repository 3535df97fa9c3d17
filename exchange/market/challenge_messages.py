"""Challenges and demands: what an issuer publishes beside its listing, and answers to demands of the register."""

import msgspec

from exchange.market.command_base import Command
from exchange.market.event_base import Event


class Stage(msgspec.Struct, frozen=True, omit_defaults=True):
    """A stage of the work: its share of the price, and the calendar days from the award in which it is due."""

    title: str
    criteria: str
    """By what the issuer accepts it."""
    share_bp: int
    """Ten-thousandths of the award."""
    days: int
    cure_days: int = 15
    """Days in which what is missing or not accepted can be made good."""
    keep: int = 0
    """How many awardees at least go on after this stage (赛马制); 0: nobody is dropped for being slower."""


class ChallengeTerms(msgspec.Struct, frozen=True, omit_defaults=True):
    """The published need: the bounty of one award, how many there are, what merit counts, and the stages."""

    bounty_fen: int
    awards_max: int
    stages: tuple[Stage, ...]
    weights: dict[str, str] | None = None
    """Weight of the price and of each merit, as decimals; None: the lowest proposals win."""
    demand: str = ""
    """The demand of the register that it grew from."""


class PublishChallenge(Command, frozen=True, tag=True):
    """The issuer of a listing states the terms under which it will be awarded."""

    listing: str
    issuer: str
    terms: ChallengeTerms


class ChallengePublished(Event, frozen=True, tag=True):
    """The terms stand; a later word replaces them until the listing is in a session."""

    listing: str
    terms: ChallengeTerms
    at: int


class AnswerDemand(Command, frozen=True, tag=True):
    """A holder answers a demand with one of its achievements, and with a listing of it where there is one."""

    demand: str
    issuer: str
    achievement: str
    party: str
    listing: str
    words: str


class DemandAnswered(Event, frozen=True, tag=True):
    """An answer, for the demand's issuer and its sender only."""

    demand: str
    number: int
    issuer: str
    achievement: str
    party: str
    listing: str
    words: str
    at: int


ChallengeCommand = PublishChallenge | AnswerDemand
ChallengeEvent = ChallengePublished | DemandAnswered
