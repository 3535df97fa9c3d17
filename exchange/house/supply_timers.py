"""What of trials and open licences falls due by time alone: the mapping, the command, and the events that set it."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from exchange.market.licence_messages import OpenLicencePublished
from exchange.market.trial_messages import TrialAgreed, TrialStarted

TRIAL_SET_BY: dict[type, Callable[[Any], str]] = dict.fromkeys(
    (TrialAgreed, TrialStarted), attrgetter("trial")
)
LICENCE_SET_BY: dict[type, Callable[[Any], str]] = {OpenLicencePublished: attrgetter("licence")}
