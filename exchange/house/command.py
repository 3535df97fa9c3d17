"""A command as the house takes it: an id chosen by the client, who asks, and what.

The client keeps the id and repeats it until it has an answer: one id, one effect, one answer.
"""

import msgspec

from exchange.market.commands import MarketCommand
from exchange.market.events import MarketEvent
from matching_engine.commands import LotCommand
from matching_engine.errors import LuochuiError
from matching_engine.events import (
    Closed,
    CompetitionOpened,
    Hammered,
    LotEvent,
    LotOpened,
    OfferStands,
    Passed,
    PriorityWindowOpened,
)
from settlement.commands import SettlementCommand
from settlement.events import SettlementEvent

Body = LotCommand | MarketCommand | SettlementCommand
HouseEvent = LotEvent | MarketEvent | SettlementEvent


class Principal(msgspec.Struct, frozen=True, gc=False):
    """Who asks: an account, the organisation it acts for, and its roles.

    Roles: seller, bidder, broker, registrar, operator, auditor, funder (approves claims), bank, and
    `house` for what the house asks of itself (gavel, settlement process).
    """

    account: str
    party: str | None = None
    roles: frozenset[str] = frozenset()
    node: str | None = None
    """The only house in which the account acts, as that of its staff does; None: any house."""


HOUSE = Principal("house", None, frozenset({"house"}))
"""The house itself."""


class Command(msgspec.Struct, frozen=True, gc=False):
    """One request to the house; `causation` is the id of the event (house:seq) that made the house ask itself."""

    id: str
    principal: Principal
    body: Body
    causation: str | None = None


class Recorded(msgspec.Struct, frozen=True, gc=False):
    """An event that is in the journal: its place, its instant, and the hash of its row."""

    house: str
    epoch: int
    seq: int
    at: int
    stream: str
    stream_seq: int
    command_id: str
    principal: str
    event: HouseEvent
    hash: bytes

    @property
    def receipt(self) -> str:
        """The hash in hex digits: what its owner is given as a receipt."""
        return self.hash.hex()


class Refusal(msgspec.Struct, frozen=True):
    """Why a command changed nothing, and what would have done."""

    code: str
    detail: str = ""
    minimum_fen: int | None = None
    facts: dict[str, str | int] = msgspec.field(default_factory=dict)
    """The figures of the detail, for whoever says it in another language."""


_BY_THE_CLOCK = frozenset(
    {LotOpened, CompetitionOpened, OfferStands, Closed, PriorityWindowOpened, Hammered, Passed}
)


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """The one true answer to a command, durable: the events it made, or its refusal (journaled as well)."""

    command_id: str
    recorded: tuple[Recorded, ...]
    refusal: Refusal | None

    @property
    def first(self) -> Recorded:
        """The event that answers the command; what the clock did at that instant stands in front of it."""
        if self.refusal is not None:
            return self.recorded[-1]
        for one in self.recorded:
            if type(one.event) not in _BY_THE_CLOCK:
                return one
        return self.recorded[0]


class Denied(LuochuiError):
    """The principal may not do this; not journaled. `status` is 401, 403, or 404 where existence is secret."""

    def __init__(self, code: str, detail: str = "", status: int = 403) -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail
        self.status = status


class Conflict(LuochuiError):
    """The command contradicts what stands, like a known id with another body (IDEMPOTENCY_MISMATCH)."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail
