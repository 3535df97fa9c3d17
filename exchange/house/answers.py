"""The answers that are at hand for a client who asks again; older ones are looked up in the journal."""

from exchange.house.command import Outcome

Held = tuple[str, Outcome]
"""What the id stood for (the digest of the request), and the answer."""

EACH_MAX = 32_768
"""Answers of one generation: who was cut off asks again within seconds."""


class Answers:
    """Two generations of answers: when the younger is full the older goes, so that forgetting costs nothing."""

    __slots__ = ("_old", "_young")

    def __init__(self) -> None:
        self._young: dict[str, Held] = {}
        self._old: dict[str, Held] = {}

    def __contains__(self, command_id: str) -> bool:
        return command_id in self._young or command_id in self._old

    def get(self, command_id: str) -> Held | None:
        """The answer to a command and the request it was given to; None when it is not at hand."""
        return self._young.get(command_id) or self._old.get(command_id)

    def keep(self, request: str, outcome: Outcome) -> None:
        """Have an answer at hand for a while."""
        self._young[outcome.command_id] = (request, outcome)
        if len(self._young) >= EACH_MAX:
            self._old, self._young = self._young, {}
