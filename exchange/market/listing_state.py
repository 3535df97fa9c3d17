"""The state of a listing, its objections, and the interest in it."""

from copy import copy
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

from exchange.market.listing_terms import Checked, Offering, Papers, Relation, Sale
from exchange.market.shared import Held
from settlement.commands import Subject

WITHHELD = "the listing is withheld: its achievement may not be spoken of now"


class ListingState(StrEnum):
    """The way of a listing: submitted → under notice → tradable → in a session; or back, off, ended, agreed."""

    SUBMITTED = "submitted"
    RETURNED = "returned"
    NOTICE = "notice"
    OBJECTED = "objected"
    """Under notice, which stands still for an objection."""
    TRADABLE = "tradable"
    IN_SESSION = "in_session"
    AGREEMENT_NOTICE = "agreement_notice"
    """An agreement on it is under public notice."""
    AGREED = "agreed"
    """Sold by agreement."""
    ENDED = "ended"
    """Nobody wanted it."""
    WITHDRAWN = "withdrawn"


@dataclass(slots=True)
class Interest:
    """A party that wants a listing."""

    party: str
    offer_fen: int
    relation: Relation
    code: str
    refused: str | None = None
    """Why it is not qualified; None while it is."""


@dataclass(slots=True)
class Objection:
    """An objection to a listing, open until it is decided."""

    id: str
    listing: str
    grounds: str
    name: str
    contact: str
    decision: str | None = None
    reasons: str = ""


@dataclass(slots=True)
class Version:
    """What was submitted, once for each time."""

    digest: str
    title: str
    price_idea_fen: int
    returned: str | None = None
    """Why it went back."""


@dataclass(slots=True)
class Listing(Held):
    """An achievement offered."""

    id: str
    achievement: str
    achievement_digest: str
    seller: str
    subject: Subject
    price_idea_fen: int
    state: ListingState = ListingState.SUBMITTED
    notice_until: int | None = None
    failed_at: int | None = None
    """When its last sale failed, once it is put up again."""
    opening_floor_fen: int = 0
    """Below which a re-auction may not open; 0 for the first sale."""
    sale: Sale = "competition"
    papers: Papers = field(default_factory=Papers)
    checks: tuple[Checked, ...] = ()
    rehearsal: bool = False
    """Its notice was shortened for a rehearsal, so that it can be sold in rehearsals only."""
    notice_source: str = ""
    notice_working: bool = False
    """Whether its notice counts working days."""
    left: int = 0
    """What is left of a notice that stands still, in µs."""
    left_working_days: int = 0
    offering: Offering | None = None
    extensions: int = 0
    interests: dict[str, Interest] = field(default_factory=dict)
    """party → its interest."""
    objections: list[str] = field(default_factory=list)
    versions: list[Version] = field(default_factory=list)
    withdrawn: str = ""
    """Why it was taken off."""

    withheld: str = ""
    """Why it is hidden; empty: it is not."""
    fell: str = ""
    """The lot, table or listing under which a sale came to nothing, until it is put up again."""
    fell_at: int | None = None
    """When its buyer's default was declared; None where the parties undid the sale."""

    @property
    def qualified(self) -> list[Interest]:
        """Those who may have it. Affiliates of the seller are marked and do not count: they may not bid against others
        (auction law, arts. 22 and 30)."""
        return [one for one in self.interests.values() if one.refused is None and one.relation != "affiliate"]

    def own(self) -> Self:
        """A copy that has nothing that changes in common with this one."""
        own = self.alone()
        own.interests = {party: copy(one) for party, one in self.interests.items()}
        own.objections, own.versions = list(self.objections), [copy(one) for one in self.versions]
        return own
