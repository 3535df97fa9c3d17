"""What the house needs from the world: protocols, and the values that cross them."""

from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Protocol

import msgspec

from matching_engine.errors import LuochuiError


class Row(msgspec.Struct, frozen=True, gc=False):
    """One row of the journal: one event of one command.

    `seq` is gapless in its house; `stream_seq` counts what everybody may see of one stream (a lot, a trade).
    `part` numbers the events of one command from 0. `request` is the hex digest of the command's body, so that
    the same id with another body is found. `hash` chains to the row before (see exchange.house.chain).
    """

    house: str
    seq: int
    epoch: int
    at: int
    stream: str
    stream_seq: int
    command_id: str
    part: int
    request: str
    principal: str
    causation: str | None
    type: str
    body: bytes
    hash: bytes


class Fenced(LuochuiError):
    """Another writer owns the house: this one must stop."""


class DuplicateCommand(LuochuiError):
    """A command id of the batch is in the journal already; nothing of the batch was written."""


class Unavailable(LuochuiError):
    """The journal cannot be reached; nothing was written."""


class OutcomeUnknown(LuochuiError):
    """The commit was sent and no answer came: read the journal to know."""


class UnsafeStore(LuochuiError):
    """The database would lose acknowledged commands: a setting, and what it must be."""


class Lease(msgspec.Struct, frozen=True):
    """The right to write a house: `epoch` grows with every holder; `alive_at` is the last sign of the holder before."""

    house: str
    epoch: int
    alive_at: int | None


class Taken(LuochuiError):
    """The house has a holder that lives; nobody was disturbed."""


class Standing(msgspec.Struct, frozen=True):
    """Who holds a house, as its lease says at this moment."""

    house: str
    epoch: int
    holder: str
    """Empty: it was fenced, and nobody began since."""
    alive_at: int | None
    remaining_us: int
    """Until the lease ends by itself, by the database's own clock; 0 or less: it is over."""
    address: str
    """Where the holder takes commands when the bus is gone; empty: nowhere."""


class Seats(Protocol):
    """The one seat of each house, taken before its lease: it is free again as soon as its holder's connection is gone."""

    async def standing(self, house: str) -> Standing | None:
        """What the lease of a house says; None when it never had one."""

    async def sit(self, house: str) -> bool:
        """Take the seat if nobody has it; whether it is ours."""

    async def queue(self, house: str) -> None:
        """Wait for the seat as long as it takes, and have it; Unavailable when the journal went away meanwhile."""

    async def fence(self, standing: Standing) -> bool:
        """End a lease that is over and then the connection of its holder, or of whoever has had the seat without a lease
        since the last fence; False when it was not over."""

    async def register(self, lease: Lease, address: str) -> None:
        """Enter in the lease where its holder takes commands."""

    async def leave(self, house: str) -> None:
        """Give the seat back: whoever waits for it has it now."""


class Journal(Protocol):
    """The append-only record of one database; many houses may share it."""

    distant: bool
    """Whether a commit takes longer than what a busy house does beside it, so that it decides ahead meanwhile."""

    async def open(self) -> None:
        """Connect and check the settings; UnsafeStore when they could lose an acknowledged command."""

    async def acquire(self, house: str, holder: str, at: int) -> Lease:
        """Become the writer of `house`: every earlier epoch is fenced from now on."""

    async def renew(self, lease: Lease, at: int) -> None:
        """Give a sign of life; Fenced when the lease is no longer ours."""

    async def append(self, lease: Lease, rows: Sequence[Row]) -> None:
        """Write all rows in one commit, or nothing: Fenced, DuplicateCommand, Unavailable, OutcomeUnknown."""

    def read(self, house: str, after: int = 0) -> AsyncIterator[Row]:
        """Rows with seq > `after`, in order."""

    async def hashes(self, house: str, after: int, until: int) -> list[bytes]:
        """The hashes of the rows with seq > `after` and <= `until`, in order."""

    async def find(self, house: str, command_id: str) -> list[Row]:
        """The rows of one command, in order; empty when it was never decided."""

    async def stream(self, house: str, stream: str, after: int = 0) -> list[Row]:
        """The rows of one stream with stream_seq > `after`, in order of seq."""

    async def houses(self) -> list[str]:
        """The houses that have rows, by name."""

    async def close(self) -> None:
        """Let go of every connection."""


class HouseJournal(Journal, Seats, Protocol):
    """A journal with the seats of its houses: what a process needs to own a house."""


class Snapshots(Protocol):
    """Where snapshots of houses are kept, as bytes that whoever reads them has to check."""

    def newest(self, house: str) -> Iterator[tuple[str, bytes]]:
        """Name and bytes of each snapshot of a house, the newest first."""


class Clock(Protocol):
    """The time of the house, in µs since the epoch, UTC."""

    def now(self) -> int:
        """The instant now."""


class Payment(msgspec.Struct, frozen=True):
    """An order to move money: from the escrow account, or from the fund for a claim."""

    payment: str
    account: str
    """ "escrow" or "fund"."""
    party: str
    amount_fen: int
    purpose: str


class Bank(Protocol):
    """The bank behind the escrow and fund accounts. The exchange itself never holds money."""

    async def pay(self, payment: Payment) -> tuple[str, str]:
        """Execute once for a payment id however often it is asked; gives (bank reference, date paid)."""


class Vault(Protocol):
    """Where the private halves of the keys are to which bids are sealed. They never leave it."""

    def public_key(self, lot: str) -> str:
        """The public half of a lot's key, an uncompressed P-256 point in base64url; made when asked for first."""

    def holds(self, lot: str, public_key: str) -> bool:
        """Whether the private half of this very key is here."""

    def open(self, lot: str, bidder: str, envelope: str, commitment: str) -> int | None:
        """The amount in fen of one envelope; None when it cannot be read or belies its commitment."""


class Bus(Protocol):
    """Carries commands to a house, answers back and wake-ups out. It never holds truth."""

    async def open(self) -> None:
        """Connect; Unavailable when that cannot be done."""

    async def send(self, house: str, sender: str, command: bytes) -> None:
        """Put a command before a house; Unavailable when the bus is gone."""

    def commands(self, house: str) -> AsyncIterator[tuple[str, bytes]]:
        """Commands for a house, each with its sender, for ever."""

    async def answer(self, sender: str, answer: bytes) -> None:
        """Send an answer back; lost when the bus is gone, for the journal has it."""

    def answers(self, sender: str) -> AsyncIterator[bytes]:
        """Answers to a sender, for ever."""

    async def wake(self, house: str, seq: int, epoch: int) -> bool:
        """Tell followers that a house has committed up to `seq`; False when the bus is gone: followers poll, and
        the house tells them again."""

    def wakes(self, house: str) -> AsyncIterator[None]:
        """Wake-ups of a house, for ever."""

    async def close(self) -> None:
        """Let go of every connection."""
