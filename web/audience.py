"""Who sits in a room: sockets, what each follows, and how each stands to the frames that are on their way."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from web import messages as m
from web.rooms import Room
from web.transport import Frame, Pipe, frame_of


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
        self.pipe.write(frame_of(m.encode(message)))


class Apart(Enum):
    """Why a socket does not get the frames that the others get."""

    BEHIND = "it could not keep up: it misses what came from `next` on"
    AHEAD = "it was told the whole state: it knows all before `next`, which the crowd does not yet"
    GONE = "it follows no more, or in another way"


class Sub:
    """One socket following one lot: in step with the others (`apart` is None) or not. `behind` is the instant (µs)
    from which it could not keep up."""

    __slots__ = ("apart", "behind", "bids", "next", "pipe", "watcher")

    def __init__(self, watcher: Watcher, bids: bool) -> None:
        self.watcher = watcher
        self.pipe = watcher.pipe
        self.bids = bids
        self.apart: Apart | None = None
        self.behind = 0
        self.next = 0


@dataclass(slots=True)
class Pour:
    """A frame on its way to many, the first seq it tells (None: it tells of no event), and how many have it."""

    frame: Frame
    first: int | None
    subs: list[Sub]
    done: int = 0

    def awaits(self, sub: Sub) -> bool:
        """Whether the frame has not come to a socket yet to which it will come."""
        return sub in self.subs[self.done :]


class Audience:
    """A room with the sockets in it: bidders of the lot, and the crowd that merely looks."""

    __slots__ = (
        "ahead",
        "bidders",
        "crowd",
        "due",
        "first",
        "joining",
        "loaded",
        "paced",
        "pouring",
        "room",
        "told",
    )

    def __init__(self, room: Room) -> None:
        self.room = room
        self.bidders: dict[Watcher, Sub] = {}
        self.crowd: dict[Watcher, Sub] = {}
        self.loaded: asyncio.Task[None] = asyncio.ensure_future(room.load())
        self.first: int | None = None
        """The first seq of which the crowd has not begun to hear; None when it has of all."""
        self.ahead: list[Sub] = []
        """Those of the crowd who were told the whole state meanwhile."""
        self.paced = 0.0
        self.due: asyncio.TimerHandle | None = None
        self.pouring: Pour | None = None
        """A frame that is on its way to the crowd."""
        self.told = 0
        self.joining = 0
        """Sockets on their way in: the room must not be forgotten meanwhile."""

    def __len__(self) -> int:
        """How many sockets are in the room."""
        return len(self.bidders) + len(self.crowd)

    def add(self, sub: Sub) -> None:
        """Somebody comes in."""
        (self.bidders if sub.bids else self.crowd)[sub.watcher] = sub

    def drop(self, sub: Sub) -> None:
        """Somebody goes; frames that are under way pass it by."""
        sub.apart = Apart.GONE
        group = self.bidders if sub.bids else self.crowd
        if group.get(sub.watcher) is sub:
            del group[sub.watcher]

    def level(self, sub: Sub) -> None:
        """Somebody was told everything until now: of the crowd's next frame it will only need what is newer."""
        if sub.bids or (self.first is None and self.pouring is None):
            sub.apart = None
        else:
            sub.apart, sub.next = Apart.AHEAD, self.room.seq + 1
            self.ahead.append(sub)

    def missing(self, sub: Sub) -> int:
        """The first seq that somebody of the crowd was not told yet."""
        if sub.apart is not None:
            return sub.next
        if self.pouring is not None and self.pouring.first is not None and self.pouring.awaits(sub):
            return self.pouring.first
        return self.room.seq + 1 if self.first is None else self.first


@dataclass(slots=True)
class Told:
    """What the hub wrote to rooms since the start: frames made, copies written, and µs of the processor for it."""

    frames: int = 0
    copies: int = 0
    us: int = 0
