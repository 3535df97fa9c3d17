"""The open licences of a market: what their events add up to."""

from dataclasses import dataclass, field
from enum import StrEnum

from exchange.market.licence_messages import LicenceTerms


class LicenceState(StrEnum):
    """The way of a declaration: declared → open → withdrawn or lapsed; or returned."""

    DECLARED = "declared"
    RETURNED = "returned"
    OPEN = "open"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


@dataclass(slots=True, frozen=True)
class Taken:
    """A licence given under a declaration."""

    number: int
    taker: str
    fee_fen: int
    free: str
    trade: str
    at: int


@dataclass(slots=True)
class OpenLicence:
    """A declaration, and who took a licence."""

    id: str
    listing: str
    holder: str
    terms: LicenceTerms
    declared_at: int
    state: LicenceState = LicenceState.DECLARED
    evidence: str = ""
    reasons: str = ""
    until: int | None = None
    taken: dict[str, Taken] = field(default_factory=dict)
    """taker → its licence."""


@dataclass(slots=True)
class OpenLicences:
    """All declarations, and what of them falls due."""

    all: dict[str, OpenLicence] = field(default_factory=dict)
    of_listing: dict[str, tuple[str, ...]] = field(default_factory=dict)
    due: dict[str, int] = field(default_factory=dict)
    """licence → the instant after its last day."""

    def on(self, listing: str) -> list[OpenLicence]:
        """The declarations of a listing, in order."""
        return [self.all[id_] for id_ in self.of_listing.get(listing, ())]

    def standing(self, listing: str) -> OpenLicence | None:
        """The declaration that is open or waits to be, if there is one: no exclusive licence may be given beside it."""
        found = (one for one in self.on(listing) if one.state in (LicenceState.DECLARED, LicenceState.OPEN))
        return next(found, None)
