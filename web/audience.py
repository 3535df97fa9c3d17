"""Who sits in a room: sockets, what each follows, and the frames that are on their way to them."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from exchange.house.command import Recorded
from web import messages as m
from web.rooms import Room
from web.transport import Frame, Pipe


class Watcher:
    """One socket as the hub sees it."""

    __slots__ = ("check", "close", "party", "pipe", "subs")

    def __init__(
        self,
        pipe: Pipe,
        party: str | None,
        close: Callable[[int, str, int | None], None],
        check: Callable[[int], None] | None = None,
    ) -> None:
        self.pipe = pipe
        self.party = party
        self.close = close
        self.check = check
        """Called about once a second with the instant (µs)."""
        self.subs: dict[str, Sub] = {}

    def send(self, message: m.Outbound) -> None:
        """Write one message to this socket alone."""
        self.pipe.write(Frame(m.encode(message)))


class Sub:
    """One socket following one lot. `behind` is the instant from which it could not keep up, `next` the first seq it misses."""

    __slots__ = ("behind", "bids", "next", "watcher")

    def __init__(self, watcher: Watcher, bids: bool) -> None:
        self.watcher = watcher
        self.bids = bids
        self.behind: int | None = None
        self.next = 0


@dataclass(slots=True)
class Pour:
    """A frame, who gets it, and how many have it."""

    frame: Frame
    first: int
    subs: list[Sub]
    done: int = 0


class Audience:
    """A room with the sockets in it."""

    __slots__ = ("due", "joining", "loaded", "paced", "pouring", "room", "subs", "told", "waiting")

    def __init__(self, room: Room) -> None:
        self.room = room
        self.subs: dict[Watcher, Sub] = {}
        self.loaded: asyncio.Task[None] = asyncio.ensure_future(room.load())
        self.waiting: list[Recorded] = []
        """Events that mere watchers have not heard of yet."""
        self.paced = 0.0
        self.due: asyncio.TimerHandle | None = None
        self.pouring: Pour | None = None
        """A frame that is on its way to mere watchers."""
        self.told = 0
        self.joining = 0
        """Sockets on their way in: the room must not be forgotten meanwhile."""


@dataclass(slots=True)
class Told:
    """What the hub wrote to rooms since the start: frames made, copies written, and µs of the processor for it."""

    frames: int = 0
    copies: int = 0
    us: int = 0
