"""The trials of a market: what their events add up to."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from exchange.market.trial_terms import TrialTerms
from settlement.dates import shanghai_date


class TrialState(StrEnum):
    """The way of a trial: proposed → agreed → running → ended."""

    PROPOSED = "proposed"
    AGREED = "agreed"
    RUNNING = "running"
    ENDED = "ended"


STANDING = (TrialState.AGREED, TrialState.RUNNING)
"""States in which both sides are bound."""


@dataclass(slots=True)
class Trial:
    """One trial of a listing by one taker."""

    id: str
    listing: str
    holder: str
    taker: str
    by: str
    terms: TrialTerms
    digest: str
    completer: bool
    proposed_at: int
    state: TrialState = TrialState.PROPOSED
    start_by: int | None = None
    fee_receipt: str = ""
    started_at: int | None = None
    until: int | None = None
    outcome: str = ""
    words: str = ""
    ended_at: int | None = None
    table: str = ""

    @property
    def parties(self) -> tuple[str, str]:
        """Holder and taker."""
        return self.holder, self.taker


@dataclass(slots=True)
class Trials:
    """All trials, and what of them falls due."""

    all: dict[str, Trial] = field(default_factory=dict)
    of_listing: dict[str, tuple[str, ...]] = field(default_factory=dict)
    due: dict[str, int] = field(default_factory=dict)
    """trial → the instant it must have begun, then the instant it ends."""

    def on(self, listing: str) -> list[Trial]:
        """The trials of a listing, in the order of their proposals."""
        return [self.all[id_] for id_ in self.of_listing.get(listing, ())]

    def standing(self, listing: str) -> list[Trial]:
        """The trials of a listing that bind."""
        return [one for one in self.on(listing) if one.state in STANDING]

    def keeps(self, listing: str) -> Trial | None:
        """The trial that keeps the listing from everybody else, if one does."""
        return next((one for one in self.standing(listing) if one.terms.exclusive), None)

    def running_until(self, listings: "tuple[str, ...] | list[str]") -> date | None:
        """The last day of the trials that run on these listings of one achievement: the one-year rule's `trial_until`."""
        ends = [
            one.until
            for id_ in listings
            for one in self.on(id_)
            if one.state is TrialState.RUNNING and one.until is not None
        ]
        return shanghai_date(max(ends)) if ends else None
