"""What an outage leaves owed: its lots' closing times are to be moved, and that is not forgotten by the next failure."""

from collections.abc import Iterable


class Outage:
    """The outage that a house has to give back, if any; instants in µs."""

    def __init__(self) -> None:
        self.owed_since: int | None = None
        """When it began; None: nothing is owed."""
        self.silent_since: int | None = None
        """The last sign that the journal gave before it fell silent; None: it answers."""
        self._owed: set[str] = set()

    def silent(self, since: int) -> None:
        """The journal gave no sign; the last one came at `since`."""
        if self.silent_since is None:
            self.silent_since = since

    def reckon(self, since: int) -> int:
        """When the outage that ends now began: at `since`, or with a silence or a debt from before."""
        known = (since, self.owed_since, self.silent_since)
        self.owed_since = min(instant for instant in known if instant is not None)
        self.silent_since = None
        return self.owed_since

    def owe(self, commands: Iterable[str]) -> None:
        """These commands give it back; with none of them there is nothing to give."""
        self._owed = set(commands)
        if not self._owed:
            self.owed_since = None

    def paid(self, command: str) -> None:
        """A command is on disk; with the last one of them nothing is owed any more."""
        if command in self._owed:
            self._owed.discard(command)
            if not self._owed:
                self.owed_since = None
