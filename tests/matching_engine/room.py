"""A lot that tests talk to: commands in, events out, the state always up to date."""

from typing import Any

import msgspec

from matching_engine.commands import (
    Accept,
    Advance,
    Bid,
    EntryStatus,
    LotCommand,
    Match,
    PutUp,
    Seal,
    SetEntry,
)
from matching_engine.events import BidRefused, LotEvent
from matching_engine.lot import Lot, decide, evolve
from matching_engine.rejections import Rejection
from matching_engine.terms import DAY, HOUR, MINUTE, Extension, Mechanism, Rung, Terms

LOT = "L1"
OPENS, CLOSES = 10 * HOUR, 12 * HOUR

ENGLISH = Terms(Mechanism.ENGLISH, 1000, OPENS, CLOSES, ladder=(Rung(0, 100),))
"""Opening at ten yuan, steps of one yuan, from ten to twelve o'clock, no extension."""
SOFT = Extension(trigger=5 * MINUTE, length=5 * MINUTE)


def like(terms: Terms, **changes: Any) -> Terms:
    """The same terms but for some."""
    return msgspec.structs.replace(terms, **changes)


class Room:
    """One lot with bidders A to D admitted; `at` is the clock, moved by hand."""

    def __init__(self, terms: Terms = ENGLISH, **changes: Any) -> None:
        self.at = OPENS - DAY
        terms = like(terms, **changes)
        self.lot: Lot = evolve(None, decide(None, PutUp(LOT, terms), self.at)[0], self.at)
        for code in "ABCD":
            self.ask(SetEntry(LOT, code, EntryStatus.ADMITTED))
        self.at = OPENS
        self.ask(Advance(LOT))

    def ask(self, command: LotCommand, at: int | None = None) -> tuple[LotEvent, ...]:
        """The events of a command, at the clock or at an instant that becomes the clock."""
        self.at = self.at if at is None else at
        events = decide(self.lot, command, self.at)
        for event in events:
            self.lot = evolve(self.lot, event, self.at)
        return events

    def bid(
        self, bidder: str, amount: int, maximum: int | None = None, at: int | None = None
    ) -> tuple[LotEvent, ...]:
        """A bid."""
        return self.ask(Bid(LOT, bidder, amount, maximum), at)

    def match(self, bidder: str, at: int | None = None) -> tuple[LotEvent, ...]:
        """A match."""
        return self.ask(Match(LOT, bidder), at)

    def seal(self, bidder: str, at: int | None = None) -> tuple[LotEvent, ...]:
        """A sealed bid, the envelope shut."""
        return self.ask(Seal(LOT, bidder, "envelope", f"commitment of {bidder}"), at)

    def accept(self, bidder: str, seen: int | None = None, at: int | None = None) -> tuple[LotEvent, ...]:
        """An acceptance."""
        return self.ask(Accept(LOT, bidder, seen), at)

    def advance(self, at: int) -> tuple[LotEvent, ...]:
        """The gavel."""
        return self.ask(Advance(LOT), at)

    @property
    def lead(self) -> tuple[str | None, int | None]:
        """Leader and lead."""
        return self.lot.leader, self.lot.lead_fen


def code(events: tuple[LotEvent, ...]) -> Rejection | None:
    """The refusal that events end in; None where nothing was refused."""
    last = events[-1]
    return last.code if isinstance(last, BidRefused) else None


def minimum(events: tuple[LotEvent, ...]) -> int | None:
    """What would have done."""
    last = events[-1]
    assert isinstance(last, BidRefused)
    return last.minimum_fen
