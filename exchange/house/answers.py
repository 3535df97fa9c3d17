"""The answers that are at hand for a client who asks again; older ones are looked up in the journal."""

from collections import deque

from exchange.house.command import Outcome

Held = tuple[str, Outcome]
"""What the id stood for (the digest of the request), and the answer."""

EACH_MAX = 2_048
"""Answers of one generation, which are forgotten together: half a millisecond in which nothing else happens."""
GENERATIONS = 16
"""Full generations beside the one that grows: who was cut off asks again within seconds."""


class Answers:
    """Some generations of answers: when the youngest is full the oldest goes, so that nobody counts single ones."""

    __slots__ = ("_full", "_young")

    def __init__(self) -> None:
        self._young: dict[str, Held] = {}
        self._full: deque[dict[str, Held]] = deque(maxlen=GENERATIONS)

    def __contains__(self, command_id: str) -> bool:
        return self.get(command_id) is not None

    def get(self, command_id: str) -> Held | None:
        """The answer to a command and the request it was given to; None when it is not at hand."""
        for generation in (self._young, *self._full):
            held = generation.get(command_id)
            if held is not None:
                return held
        return None

    def keep(self, request: str, outcome: Outcome) -> None:
        """Have an answer at hand for a while."""
        self._young[outcome.command_id] = (request, outcome)
        if len(self._young) >= EACH_MAX:
            self._full.append(self._young)
            self._young = {}
