"""Which function decides which command of a listing, and which takes in which of its events."""

from collections.abc import Callable
from typing import Any, Protocol

from exchange.market import admission, interest, mandates, objections, resale, scheduling, withholding
from exchange.market import commands as c
from exchange.market import events as e
from exchange.market import listing_commands as lc
from exchange.market import listing_events as le
from exchange.market.listing_state import ListingState
from exchange.market.refusals import Events, MarketRefusal, refuse
from exchange.market.shared import own
from exchange.market.state import Market


class Asked(Protocol):
    """When a command is decided, and under which id."""

    @property
    def at(self) -> int:
        """The instant, µs."""

    @property
    def command_id(self) -> str:
        """The command's id, known to its sender only."""


def _refuse_entry(market: Market, command: lc.RefuseEntry) -> Events:
    entry = market.entry(command.lot, command.code)
    if entry is None:
        return refuse(command.lot, command, MarketRefusal.LOT_UNKNOWN, "no such entry")
    return (le.EntryRefused(command.lot, command.code, entry.party, command.deposit_until),)


def _entry_refused(market: Market, event: le.EntryRefused) -> None:
    market.entries_refused[event.lot, event.code] = event.deposit_until


DECIDE: dict[type, Callable[[Market, Any, Any], Events]] = {
    c.SubmitListing: lambda market, command, ask: admission.submit(market, command),
    c.AdmitListing: lambda market, command, ask: admission.admit(market, command, ask.at),
    c.CloseNotice: lambda market, command, ask: interest.close(market, command, ask.at),
    c.ScheduleSession: lambda market, command, ask: scheduling.schedule(market, command, ask.at),
    lc.ReturnListing: lambda market, command, ask: admission.return_listing(market, command),
    lc.ResubmitListing: lambda market, command, ask: admission.resubmit(market, command),
    lc.WithdrawListing: lambda market, command, ask: admission.withdraw(market, command),
    lc.FileObjection: lambda market, command, ask: objections.file(market, command, ask.at),
    lc.DecideObjection: lambda market, command, ask: objections.decide(market, command, ask.at),
    lc.RegisterInterest: lambda market, command, ask: interest.register(
        market, command, ask.at, ask.command_id
    ),
    lc.RefuseInterest: lambda market, command, ask: interest.refuse_party(market, command),
    lc.AcknowledgeNotice: lambda market, command, ask: scheduling.acknowledge(market, command),
    lc.WithholdListing: lambda market, command, ask: withholding.withhold(market, command, ask.at),
    lc.RestoreListing: lambda market, command, ask: withholding.restore(market, command, ask.at),
    lc.FailSale: lambda market, command, ask: resale.fail_sale(market, command),
    **mandates.DECIDE,
    lc.RefuseEntry: lambda market, command, ask: _refuse_entry(market, command),
}


def _notice_closed(market: Market, event: e.NoticeClosed) -> None:
    own(market.listings, event.listing).state = ListingState.TRADABLE
    market.notices_due.pop(event.listing, None)


def _nothing(market: Market, event: Any) -> None:
    """The event says something happened and leaves the state as it is."""


EVOLVE: dict[type, Callable[[Market, Any], None]] = {
    e.ListingSubmitted: admission.submitted,
    e.ListingAdmitted: admission.admitted,
    e.NoticePublished: admission.published,
    e.NoticeClosed: _notice_closed,
    e.SessionScheduled: scheduling.scheduled,
    le.ListingReturned: admission.returned,
    le.ListingResubmitted: admission.resubmitted,
    le.ListingWithdrawn: admission.withdrawn,
    le.ObjectionFiled: objections.filed,
    le.NoticeSuspended: objections.suspended,
    le.ObjectionDecided: objections.decided,
    le.NoticeResumed: objections.resumed,
    le.InterestRegistered: interest.registered,
    le.InterestRefused: interest.refused,
    le.NoticeExtended: interest.extended,
    le.ListingEnded: interest.ended,
    le.AgreementReached: interest.agreed,
    le.ListingConverted: _nothing,
    le.PriorityNoticeSent: scheduling.notice_sent,
    le.PriorityNoticeAcknowledged: scheduling.notice_acknowledged,
    **mandates.EVOLVE,
    le.SaleFell: resale.fell,
    le.ListingWithheld: withholding.withheld,
    le.ListingRestored: withholding.restored,
    le.EntryRefused: _entry_refused,
}
