"""What the events of a while were about: which sessions, listings and lots are published anew, and the figures. Pure."""

from collections.abc import Iterable, Iterator
from typing import Any

from exchange.house.command import Recorded
from exchange.network import facts as f
from exchange.network.figures import COUNTED, Figures
from matching_engine import events as e

Subject = tuple[str, str]
"""A kind of fact, and an id."""

_KINDS = (f.SESSION, f.LISTING, f.LOT)
_BIDS = frozenset({e.BidAccepted, e.BidMatched, e.ProxyRaised})
"""What moves a lot's price, and perhaps its close, and nothing else."""
_SILENT = frozenset({e.BidRefused, e.MaximumRaised, e.BidSealed})
"""What changes nothing that everybody may see."""


def _named(event: Any) -> Iterator[tuple[str, list[str]]]:
    """The sessions, listings and lots that an event names."""
    for kind, one, more in (
        (f.SESSION, "session", ""),
        (f.LISTING, "listing", "listings"),
        (f.LOT, "lot", "lots"),
    ):
        ids = (getattr(event, one, None), *getattr(event, more, ()))
        yield kind, [id_ for id_ in ids if isinstance(id_, str) and id_]


class Changed:
    """What events were about and added, until it is published."""

    def __init__(self) -> None:
        self.at = 0
        """The instant of the last of them."""
        self.ids: dict[str, dict[str, None]] = {kind: {} for kind in _KINDS}
        self.figures: dict[str, Figures] = {}
        self.urgent = False
        """Whether there was anything but bids."""

    def take(self, events: Iterable[Recorded]) -> list[Recorded]:
        """Note what these were about; gives back those that change figures."""
        lots, counted = self.ids[f.LOT], []
        for one in events:
            event: Any = one.event
            kind = type(event)
            if kind in _BIDS:
                lots[event.lot] = None
            elif kind not in _SILENT:
                self.urgent = True
                for about, ids in _named(event):
                    self.ids[about].update(dict.fromkeys(ids))
                if kind in COUNTED:
                    counted.append(one)
        return counted

    @property
    def subjects(self) -> list[Subject]:
        """Sessions before listings before lots, each once."""
        return [(kind, id_) for kind in _KINDS for id_ in self.ids[kind]]
