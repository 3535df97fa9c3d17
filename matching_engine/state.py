"""The state of one lot: what its events add up to. Written by `lot.evolve` only, read by everybody."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

from matching_engine.commands import EntryStatus
from matching_engine.errors import Broken
from matching_engine.events import Winner
from matching_engine.increments import Ladder
from matching_engine.lifecycle import ENDED, LifecycleState, Phase
from matching_engine.terms import Terms

if TYPE_CHECKING:
    from matching_engine.mechanisms.rules import Rules

NEVER = 1 << 62
"""An instant that no clock reaches: nothing is due."""


@dataclass(slots=True)
class Lot:
    """One lot. Amounts are fen, instants and durations are microseconds; codes stand for bidders."""

    id: str
    terms: Terms
    rules: Rules = field(compare=False)
    sign: int
    """1 where the highest wins, −1 where the lowest does: `sign * (a - b) > 0` says that a is better than b."""
    ladder: Ladder
    opens_at: int
    closes_at: int | None
    """The close as it stands, with extensions and moves; for a descending clock the end of its last period."""
    free_until: int | None
    """End of the free period (english) or of the book (listed); None where there is none."""
    clock_from: int
    """Where the periods of a descending clock are counted from: the opening, moved by suspensions."""
    due: int
    """The next instant at which the clock has something to do; NEVER when it stands."""
    state: LifecycleState = LifecycleState.ANNOUNCED
    phase: Phase | None = None
    lead_fen: int | None = None
    leader: str | None = None
    standing: dict[str, int] = field(default_factory=dict)
    """Each bidder's latest accepted amount, in the order of first acceptance."""
    maxima: dict[str, int] = field(default_factory=dict)
    """Standing maxima, secret; only the leader's has any effect."""
    sealed: dict[str, str] = field(default_factory=dict)
    """Commitments of sealed bids by bidder, in order of arrival."""
    entries: dict[str, EntryStatus] = field(default_factory=dict)
    extensions: int = 0
    extended: int = 0
    """The sum of all extensions."""
    suspended_at: int | None = None
    resumes_to: LifecycleState | None = None
    window_until: int | None = None
    pending: str | None = None
    """The holder whose match waits for the end of the priority window."""
    accepted: int = 0
    raised: int = 0
    """Of the accepted steps, the raised maxima: nobody but their owner may know of them."""
    refused: int = 0
    winners: tuple[Winner, ...] = ()
    reason: str | None = None
    closed_at: int | None = None
    shared: bool = field(default=False, compare=False)
    """Whether two states hold this very object: whoever lets an event happen to it takes a copy of its own first."""

    @property
    def suspended(self) -> bool:
        """Whether the clock of the lot was stopped by the operator."""
        return self.state is LifecycleState.SUSPENDED

    @property
    def ended(self) -> bool:
        """Whether the outcome is final."""
        return self.state in ENDED

    @property
    def bidders(self) -> tuple[str, ...]:
        """Codes with an accepted bid, match, acceptance or sealed bid, in the order of the first one."""
        return tuple(dict.fromkeys((*self.sealed, *self.standing)))

    def leading(self) -> tuple[str, int]:
        """Leader and lead in fen of a lot that must have one."""
        if self.leader is None or self.lead_fen is None:
            raise Broken(f"lot {self.id} has no leader")
        return self.leader, self.lead_fen

    @property
    def minimum_fen(self) -> int | None:
        """The next acceptable amount; None where nothing would be accepted now, or the clock alone names the price."""
        if self.state in (LifecycleState.ANNOUNCED, LifecycleState.OPEN, LifecycleState.SUSPENDED):
            return self.rules.minimum(self)
        return None

    def clock_price(self, at: int) -> int | None:
        """The price of a descending clock at `at`; while the lot is suspended it stands. None for other mechanisms."""
        return self.rules.clock_price(self, at if self.suspended_at is None else self.suspended_at)

    def better(self, one_fen: int, other_fen: int) -> bool:
        """Whether one amount beats the other in this lot's direction."""
        return self.sign * (one_fen - other_fen) > 0

    def best(self, one_fen: int, other_fen: int) -> int:
        """The better of two amounts."""
        return one_fen if self.sign * (one_fen - other_fen) > 0 else other_fen

    def worst(self, one_fen: int, other_fen: int) -> int:
        """The worse of two amounts."""
        return other_fen if self.sign * (one_fen - other_fen) > 0 else one_fen

    def beyond(self, amount_fen: int) -> int:
        """One increment better than the amount."""
        return amount_fen + self.sign * self.ladder.step_at(amount_fen)

    def fork(self) -> Lot:
        """A copy to look ahead with: events of the clock assign its fields and leave the shared tables alone."""
        fork = copy(self)
        fork.shared = False
        return fork

    def own(self) -> Lot:
        """A copy that has nothing in common with this one, for as long as it lives."""
        own = self.fork()
        own.standing, own.maxima = dict(self.standing), dict(self.maxima)
        own.sealed, own.entries = dict(self.sealed), dict(self.entries)
        return own

    def plain(self) -> dict[str, object]:
        """Everything as plain data, for `canonical.encode`: two lots are in the same state if these are equal."""
        left_out = ("rules", "ladder", "shared")
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name not in left_out}
