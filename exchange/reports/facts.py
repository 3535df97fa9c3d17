"""What counts, read from a journal: one fact for each thing that happened once, with its instant and its place."""

from enum import StrEnum

import msgspec


class Measure(StrEnum):
    """What a fact counts. Amounts of corrections are negative, so that a published month never changes."""

    LISTING = "listing"
    """A listing was admitted."""
    SESSION = "session"
    """A session's first lot opened."""
    LOT = "lot"
    """A lot opened."""
    SOLD = "sold"
    UNSOLD = "unsold"
    """A lot passed; a cancelled one is neither."""
    BIDDER = "bidder"
    """A party entered a lot."""
    ACTIVE = "active"
    """A party bid, sealed, took a licence, registered interest, offered terms as taker, or bought."""
    TRADE = "trade"
    """A sale was concluded; `days` since its listing was admitted."""
    FAILED_TRADE = "failed_trade"
    """A sale was given up, by default or by agreement."""
    CONTRACT = "contract"
    """Both parties have signed."""
    REGISTRATION = "registration"
    """A contract was registered: total in `amount_fen`, technology value in `technology_fen`; changes as differences."""
    CREDIT = "credit"
    """Money arrived on the escrow account for a deposit or an obligation."""
    PROCEEDS = "proceeds"
    """The price reached the seller."""
    CLAIM = "claim"
    CLAIM_PAID = "claim_paid"


class Fact(msgspec.Struct, frozen=True):
    """One thing that counts. `field` and `region` are the listing's and its seller's, "" where there is none."""

    at: int
    house: str
    measure: Measure
    listing: str = ""
    achievement: str = ""
    holder: str = ""
    field: str = ""
    region: str = ""
    rehearsal: bool = False
    count: int = 1
    amount_fen: int = 0
    technology_fen: int = 0
    who: str = ""
    days: int | None = None
    listed_at: int = 0
    """When its listing was admitted: the instant of the register's facts about it (µs)."""
