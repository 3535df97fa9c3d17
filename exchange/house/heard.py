"""What a house journaled lately, in memory: who follows it need not read again from the journal what has just gone by."""

from collections import deque
from collections.abc import Sequence

from exchange.house.command import Recorded

KEPT = 50_000
"""Events that are kept for a follower that is behind; before them it reads the journal."""


class Heard:
    """The last events of a house, without a gap."""

    def __init__(self) -> None:
        self._events: deque[Recorded] = deque(maxlen=KEPT)

    def note(self, batch: Sequence[Recorded]) -> None:
        """These were committed, all events of their commands."""
        self._events.extend(batch)

    def take(self, after: int) -> list[Recorded] | None:
        """Everything that came after a seq, taken out; None where not all of that is here."""
        events = self._events
        while events and events[0].seq <= after:
            events.popleft()
        if not events or events[0].seq != after + 1:
            return None
        taken = list(events)
        events.clear()
        return taken
