"""On which streams trials, open licences, challenges and demands stand."""

from collections.abc import Callable
from typing import Any, get_args

from exchange.market.challenge_messages import ChallengePublished, DemandAnswered
from exchange.market.licence_messages import LicenceEvent
from exchange.market.trial_messages import TrialEvent

STREAMS: dict[type, Callable[[Any], str]] = {
    **dict.fromkeys(get_args(TrialEvent), lambda event: f"trial/{event.trial}"),
    **dict.fromkeys(get_args(LicenceEvent), lambda event: f"licence/{event.licence}"),
    ChallengePublished: lambda event: f"listing/{event.listing}",
    DemandAnswered: lambda event: f"demand/{event.demand}",
}
"""Event type → the stream of an event."""
