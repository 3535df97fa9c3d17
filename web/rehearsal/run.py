"""Playing a script against the engine, in virtual time.

The clock jumps from instant to instant: whatever is due happens before the steps of its instant, and after
the last step it runs on until the lot ends. Sealed amounts stay here, with the key holder, until the close.
The same script gives the same transcript on any machine.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from matching_engine import canonical
from matching_engine.commands import Advance, LotCommand, Opening, OpenSeals, PutUp, SetEntry
from matching_engine.errors import Malformed, require
from matching_engine.events import BidSealed, LotEvent
from matching_engine.lot import LifecycleState, Lot, decide, due_at, evolve
from web.rehearsal.script import Script, Step


@dataclass(frozen=True, slots=True)
class Happened:
    """One event at its instant; what the file itself sets up is not numbered."""

    seq: int
    at: int
    event: LotEvent


@dataclass(frozen=True, slots=True)
class Transcript:
    """Everything that happened, the lot at its end, and the SHA-256 of all events with their instants."""

    happened: tuple[Happened, ...]
    lot: Lot
    digest: str


def rehearse_script(script: Script, progress: Callable[[], None] = lambda: None) -> Transcript:
    """Play a script to the end of its lot; `progress` is called after each step.

    Malformed where the lot is still suspended when the steps end: no clock would ever end it.
    """
    stage = _Stage(script)
    for step in script.steps:
        stage.play(step)
        progress()
    if stage.lot.suspended:
        raise Malformed(
            "steps", "a lot still suspended at the end", "a resume or a cancel after the suspension"
        )
    stage.run_clock(None)
    require(stage.lot.ended, f"lot {script.lot} does not end")
    return Transcript(tuple(stage.happened), stage.lot, stage.hash.hexdigest())


class _Stage:
    """The lot while a script is played."""

    def __init__(self, script: Script) -> None:
        self.happened: list[Happened] = []
        self.hash = hashlib.sha256()
        self._box: dict[str, Opening] = {}
        at = script.terms.opens_at
        (put_up,) = decide(None, PutUp(script.lot, script.terms), at)
        self.lot = evolve(None, put_up, at)
        self._digest(at, put_up)
        for code, status in script.entries.items():
            (entered,) = decide(self.lot, SetEntry(script.lot, code, status), at)
            self.lot = evolve(self.lot, entered, at)
            self._digest(at, entered)

    def play(self, step: Step) -> None:
        """Let happen what is due, then the step."""
        self.run_clock(step.at)
        for event in self._do(step.command, step.at):
            if isinstance(event, BidSealed) and step.opening is not None:
                self._box[event.bidder] = step.opening

    def run_clock(self, until: int | None) -> None:
        """Everything due at or before `until`, or until nothing is due any more; seals open at the close."""
        due = due_at(self.lot)
        while due is not None and (until is None or due <= until):
            self._do(Advance(self.lot.id), due)
            if self.lot.state is LifecycleState.AWAITING_OPENING:
                self._do(OpenSeals(self.lot.id, tuple(self._box.values())), due)
            due = due_at(self.lot)

    def _do(self, command: LotCommand, at: int) -> tuple[LotEvent, ...]:
        events = decide(self.lot, command, at)
        for event in events:
            self.lot = evolve(self.lot, event, at)
            self.happened.append(Happened(len(self.happened) + 1, at, event))
            self._digest(at, event)
        return events

    def _digest(self, at: int, event: LotEvent) -> None:
        self.hash.update(canonical.encode((at, event)) + b"\n")
