"""The stops of a market: what their events add up to."""

from dataclasses import dataclass, field
from enum import StrEnum

from exchange.market.stop_messages import Action


class StopState(StrEnum):
    """The way of a stop: open → confirmed | withdrawn | lapsed."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


@dataclass(slots=True)
class Stop:
    """A suspension or cancellation that one operator wants; `until` it waits for a second person."""

    id: str
    action: Action
    lots: tuple[str, ...]
    session: str
    reason: str
    author: str
    person: str
    at_once: bool
    proposed_at: int
    until: int
    state: StopState = StopState.OPEN
    by: str = ""
    """Who confirmed it or took it back."""
    ended_at: int | None = None

    @property
    def in_force(self) -> bool:
        """Whether it keeps lots suspended now."""
        confirmed = self.state is StopState.CONFIRMED
        return self.action == "suspend" and (confirmed or (self.at_once and self.state is StopState.OPEN))

    def is_of(self, account: str, person: str) -> bool:
        """Whether this account, or the person behind it, proposed it: two accounts of one person are two eyes, not four."""
        return account == self.author or (person != "" and person == self.person)


@dataclass(slots=True)
class Stops:
    """All stops, what of them falls due, and which of them holds a lot."""

    all: dict[str, Stop] = field(default_factory=dict)
    due: dict[str, int] = field(default_factory=dict)
    """stop → the instant at which it lapses."""
    holds: dict[str, str] = field(default_factory=dict)
    """lot → the stop that keeps it suspended, or will as soon as it opens."""

    def waiting(self) -> list[Stop]:
        """The stops that a second person has still to look at, oldest first."""
        return [self.all[id_] for id_ in self.due]

    def holding(self, lot: str) -> Stop | None:
        """The stop in force that holds a lot."""
        stop = self.all.get(self.holds.get(lot, ""))
        return stop if stop is not None and stop.in_force else None

    def held(self, stop: Stop) -> list[str]:
        """The lots that this stop, and no later one, holds."""
        return [lot for lot in stop.lots if self.holds.get(lot) == stop.id]

    def let_go(self, lot: str, at: int) -> None:
        """The lot goes on: no stop holds it, and an emergency stop with no lot left is over."""
        held = self.all.get(self.holds.pop(lot, ""))
        if held is None or held.state is not StopState.OPEN or not held.at_once:
            return
        held.lots = tuple(one for one in held.lots if one != lot)
        if not held.lots:
            held.state, held.ended_at = StopState.WITHDRAWN, at
            self.due.pop(held.id, None)
