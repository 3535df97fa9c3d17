"""The price path of a lot, kept at hand: each page reads from the journal only what came since the last one."""

from collections import OrderedDict

from exchange.house.command import Recorded
from exchange.house.house import House
from exchange.house.remote import RemoteHouse
from matching_engine import events as le
from web.rooms import TOLD, is_public

PATHS_MAX = 512
"""Lots whose paths are kept; the one that nobody looked at for longest goes first."""


class Path:
    """What a page needs of a lot's past: its price steps, and why it was last suspended."""

    def __init__(self) -> None:
        self.seq = 0
        self.steps: list[Recorded] = []
        self.suspended_why = ""

    def take(self, rows: list[Recorded]) -> None:
        """Let in what is new; what is known already changes nothing."""
        for row in rows:
            if row.stream_seq > self.seq and is_public(row):
                self.seq = row.stream_seq
                if isinstance(row.event, TOLD):
                    self.steps.append(row)
                elif isinstance(row.event, le.LotSuspended):
                    self.suspended_why = row.event.reason


class Paths:
    """The paths of the lots that were looked at lately."""

    def __init__(self, house: House | RemoteHouse) -> None:
        self._house = house
        self._paths: OrderedDict[str, Path] = OrderedDict()

    async def of(self, lot: str) -> Path:
        """The path of a lot up to now."""
        path = self._paths.setdefault(lot, Path())
        self._paths.move_to_end(lot)
        if len(self._paths) > PATHS_MAX:
            self._paths.popitem(last=False)
        stream = f"lot/{lot}"
        if path.seq < self._house.view.streams.get(stream, 0):
            path.take(await self._house.history(stream, path.seq))
        return path
