"""Which function decides which command of trials, open licences, challenges and demands, and takes in their events."""

from collections.abc import Callable
from typing import Any

from exchange.market import challenge, licence, trial
from exchange.market import challenge_messages as cm
from exchange.market import licence_messages as lm
from exchange.market import trial_messages as tm
from exchange.market.refusals import Events
from exchange.market.state import Market

Decide = Callable[[Market, Any, int], Events]

_DECIDE: dict[type, Decide] = {
    tm.ProposeTrial: trial.propose,
    tm.AgreeTrial: trial.agree,
    tm.LeaveTrial: trial.leave,
    tm.StartTrial: trial.start,
    tm.ConvertTrial: trial.convert,
    tm.ReturnTrial: trial.give_back,
    tm.EndTrial: trial.end,
    lm.DeclareOpenLicence: licence.declare,
    lm.PublishOpenLicence: licence.publish,
    lm.ReturnOpenLicence: lambda market, command, at: licence.send_back(market, command),
    lm.TakeOpenLicence: licence.take,
    lm.WithdrawOpenLicence: licence.withdraw,
    lm.LapseOpenLicence: licence.lapse,
    cm.PublishChallenge: challenge.publish,
    cm.AnswerDemand: challenge.answer,
}


def _asked(decide: Decide) -> Callable[[Market, Any, Any], Events]:
    return lambda market, command, ask: decide(market, command, ask.at)


DECIDE: dict[type, Callable[[Market, Any, Any], Events]] = {
    kind: _asked(decide) for kind, decide in _DECIDE.items()
}
"""Command → its decision, in the form in which the market calls it."""

EVOLVE: dict[type, Callable[[Market, Any], None]] = {
    tm.TrialProposed: trial.proposed,
    tm.TrialAgreed: trial.agreed,
    tm.TrialStarted: trial.started,
    tm.TrialEnded: trial.ended,
    lm.OpenLicenceDeclared: licence.declared,
    lm.OpenLicencePublished: licence.published,
    lm.OpenLicenceReturned: licence.returned,
    lm.OpenLicenceTaken: licence.taken,
    lm.OpenLicenceWithdrawn: licence.withdrawn,
    cm.ChallengePublished: challenge.published,
    cm.DemandAnswered: challenge.answered,
}
"""Event type → what it changes."""
