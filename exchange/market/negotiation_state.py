"""The negotiation tables of a market: what their events add up to."""

from dataclasses import dataclass, field
from enum import StrEnum

from exchange.market.negotiation_terms import TermSheet


class TableState(StrEnum):
    """The way of a table: invited → open → under notice (⇄ objected) → concluded; or ended on the way."""

    INVITED = "invited"
    OPEN = "open"
    NOTICE = "notice"
    OBJECTED = "objected"
    CONCLUDED = "concluded"
    ENDED = "ended"


LIVE = (TableState.INVITED, TableState.OPEN)
"""States before an agreement."""
NOTICED = (TableState.NOTICE, TableState.OBJECTED)
"""States of an agreement under public notice."""


@dataclass(slots=True, frozen=True)
class Standing:
    """An offer on the table."""

    number: int
    party: str
    sheet: TermSheet
    digest: str
    expires_at: int
    firm: bool


@dataclass(slots=True)
class Objection:
    """An objection to an agreement; `upheld` is None until it is decided."""

    party: str
    text: str
    at: int
    upheld: bool | None = None
    reason: str = ""


@dataclass(slots=True)
class Table:
    """One negotiation between a holder and a taker."""

    id: str
    listing: str
    holder: str
    taker: str
    by: str
    completer: bool
    notice_days: int
    payment_days: int
    opened_at: int
    state: TableState
    joined: tuple[str, ...]
    offers: int = 0
    """Offers made so far; the last one has this number."""
    standing: Standing | None = None
    agreed: Standing | None = None
    related: tuple[str, ...] = ()
    noticed_at: int | None = None
    notice_until: int | None = None
    left: int = 0
    objections: dict[int, Objection] = field(default_factory=dict)
    reason: str = ""
    words: str = ""
    ended_by: str = ""
    ended_at: int | None = None

    @property
    def parties(self) -> tuple[str, str]:
        """Holder and taker."""
        return self.holder, self.taker

    @property
    def open_objections(self) -> list[int]:
        """The objections that wait for a decision."""
        return [number for number, one in self.objections.items() if one.upheld is None]


@dataclass(slots=True)
class Negotiations:
    """All tables, and what of them falls due."""

    tables: dict[str, Table] = field(default_factory=dict)
    of_listing: dict[str, tuple[str, ...]] = field(default_factory=dict)
    of_party: dict[str, tuple[str, ...]] = field(default_factory=dict)
    offers_due: dict[str, int] = field(default_factory=dict)
    """table → the instant its standing offer lapses."""
    notices_due: dict[str, int] = field(default_factory=dict)
    """table → the instant the notice of its agreement ends."""

    def on(self, listing: str) -> list[Table]:
        """The tables of a listing, in the order of their opening."""
        return [self.tables[id_] for id_ in self.of_listing.get(listing, ())]
