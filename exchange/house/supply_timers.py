"""What of trials, open licences and milestones falls due by time alone: the mapping, the command, and the events that set it."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from exchange.market.licence_messages import OpenLicencePublished
from exchange.market.trial_messages import TrialAgreed, TrialStarted
from settlement.ids import milestone_id
from settlement.milestone_messages import MilestoneMissed, MilestoneRejected, MilestoneSet, TimeGranted

TRIAL_SET_BY: dict[type, Callable[[Any], str]] = dict.fromkeys(
    (TrialAgreed, TrialStarted), attrgetter("trial")
)
LICENCE_SET_BY: dict[type, Callable[[Any], str]] = {OpenLicencePublished: attrgetter("licence")}


def _stone(event: Any) -> str:
    return milestone_id(event.trade, event.number)


MILESTONE_SET_BY: dict[type, Callable[[Any], str]] = dict.fromkeys(
    (MilestoneSet, MilestoneMissed, MilestoneRejected, TimeGranted), _stone
)
