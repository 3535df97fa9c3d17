"""What falls due by time alone, besides the lots: one table of timers.

A timer is a mapping in the state, id → instant (µs), that its events keep: an id that is gone, or stands at another
instant, was overtaken. When the instant comes the gavel asks for the timer's command, which stands in the same queue
as everything else.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from exchange.house.command import Body
from exchange.house.state import State
from exchange.house.supply_timers import LICENCE_SET_BY, MILESTONE_SET_BY, TRIAL_SET_BY
from exchange.market.commands import CloseNotice
from exchange.market.events import NoticePublished
from exchange.market.licence_messages import LapseOpenLicence
from exchange.market.listing_events import ListingRestored, NoticeExtended, NoticeResumed
from exchange.market.negotiation_commands import ConfirmAgreement, LapseTerms
from exchange.market.negotiation_events import AgreementNoticed, AgreementObjectionDecided, TermsOffered
from exchange.market.release_commands import AdvanceRelease
from exchange.market.release_events import ReleaseAnswerRuled, ReleaseDeferralEnded, ReleaseNotified
from exchange.market.seal_messages import LapseSeals, SharesAwaited
from exchange.market.stop_messages import LapseStop, StopProposed
from exchange.market.trial_messages import EndTrial
from settlement.account_events import PaymentDirected
from settlement.commands import ExpirePayment
from settlement.default_events import ObligationMoneyOrdered
from settlement.events import (
    DepositReleaseOrdered,
    PaymentRepeated,
    ProceedsOrdered,
    SuspenseRefundOrdered,
)
from settlement.milestone_messages import AdvanceMilestone


@dataclass(frozen=True, slots=True)
class Timer:
    """One kind of deadline."""

    due: Callable[[State], Mapping[str, int]]
    """What stands: id → instant."""
    command: Callable[[str], Body]
    """What is asked of the house when the instant of an id has come."""
    set_by: Mapping[type, Callable[[Any], str]]
    """The events that set or move the instant, each with the id it is about."""


TIMERS: dict[str, Timer] = {
    "notice": Timer(
        lambda state: state.market.notices_due,
        CloseNotice,
        {
            event: attrgetter("listing")
            for event in (NoticePublished, NoticeResumed, NoticeExtended, ListingRestored)
        },
    ),
    "order": Timer(
        lambda state: state.settlement.orders_due,
        ExpirePayment,
        {PaymentRepeated: attrgetter("again")}
        | dict.fromkeys(
            (
                DepositReleaseOrdered,
                ProceedsOrdered,
                SuspenseRefundOrdered,
                ObligationMoneyOrdered,
                PaymentDirected,
            ),
            attrgetter("payment"),
        ),
    ),
    "offered terms": Timer(
        lambda state: state.market.negotiation.offers_due, LapseTerms, {TermsOffered: attrgetter("table")}
    ),
    "agreement": Timer(
        lambda state: state.market.negotiation.notices_due,
        ConfirmAgreement,
        dict.fromkeys((AgreementNoticed, AgreementObjectionDecided), attrgetter("table")),
    ),
    "release": Timer(
        lambda state: state.market.releases.due,
        AdvanceRelease,
        dict.fromkeys((ReleaseNotified, ReleaseAnswerRuled, ReleaseDeferralEnded), attrgetter("achievement")),
    ),
    "trial": Timer(lambda state: state.market.trials.due, EndTrial, TRIAL_SET_BY),
    "open licence": Timer(lambda state: state.market.open_licences.due, LapseOpenLicence, LICENCE_SET_BY),
    "milestone": Timer(lambda state: state.settlement.milestones_due, AdvanceMilestone, MILESTONE_SET_BY),
    "seal shares": Timer(
        lambda state: state.market.custody.due, LapseSeals, {SharesAwaited: attrgetter("lot")}
    ),
    "stop": Timer(lambda state: state.market.stops.due, LapseStop, {StopProposed: attrgetter("stop")}),
}
"""Kind → timer. A new deadline is one line here."""

SET_BY: dict[type, tuple[tuple[str, Callable[[Any], str]], ...]] = {
    event: tuple((kind, timer.set_by[event]) for kind, timer in TIMERS.items() if event in timer.set_by)
    for event in dict.fromkeys(event for timer in TIMERS.values() for event in timer.set_by)
}
"""Event type → the timers it sets."""
