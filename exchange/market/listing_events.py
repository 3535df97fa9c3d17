"""What happened to listings, their notices, and those who are interested in them."""

from typing import Literal

from exchange.market.event_base import Event
from exchange.market.listing_terms import Papers, Relation
from exchange.market.mandate_messages import MandateEvent
from settlement.commands import Subject


class ListingReturned(Event, frozen=True, tag=True):
    """The listing went back to its seller with reasons."""

    listing: str
    reasons: str


class ListingResubmitted(Event, frozen=True, tag=True):
    """The seller offers it again; `version` counts from 1."""

    listing: str
    version: int
    achievement_digest: str
    subject: Subject
    price_idea_fen: int
    papers: Papers


class ListingWithdrawn(Event, frozen=True, tag=True):
    """The listing is off: by its seller before a session, or for an objection; `rule` says under which rule."""

    listing: str
    by: Literal["seller", "objection"]
    reasons: str
    rule: str


class ObjectionFiled(Event, frozen=True, tag=True):
    """Somebody objects to a listing; name and contact are never shown in public."""

    objection: str
    listing: str
    grounds: str
    name: str
    contact: str


class NoticeSuspended(Event, frozen=True, tag=True):
    """The notice stands still for an objection, with so much of it left: µs, and working days where it counts those."""

    listing: str
    left: int
    left_working_days: int


class ObjectionDecided(Event, frozen=True, tag=True):
    """An objection was decided, with reasons."""

    objection: str
    listing: str
    decision: Literal["dismissed", "returned", "withdrawn"]
    reasons: str


class NoticeResumed(Event, frozen=True, tag=True):
    """The notice runs on, for what was left of it at least."""

    listing: str
    until: int


class InterestRegistered(Event, frozen=True, tag=True):
    """A party wants the listing; `code` will stand for it if there is a competition."""

    listing: str
    party: str
    offer_fen: int
    relation: Relation
    code: str


class InterestRefused(Event, frozen=True, tag=True):
    """A party is not qualified."""

    listing: str
    party: str
    reasons: str


class NoticeExtended(Event, frozen=True, tag=True):
    """Too few parties: the listing stays open for another cycle."""

    listing: str
    number: int
    until: int
    parties: int
    source: str


class ListingEnded(Event, frozen=True, tag=True):
    """Nobody wanted the listing after its last extension."""

    listing: str
    extensions: int


class AgreementReached(Event, frozen=True, tag=True):
    """One qualified party: it has the listing at its offer, which is not below the asking price."""

    listing: str
    party: str
    price_fen: int
    relation: Relation


class ListingConverted(Event, frozen=True, tag=True):
    """Several qualified parties: the listing is put up among them under the terms prepared beforehand."""

    listing: str
    session: str
    lot: str
    parties: tuple[str, ...]
    opening_fen: int
    opens_at: int
    deposit_until: int | None


class PriorityNoticeSent(Event, frozen=True, tag=True):
    """A holder of priority is told of a lot; who stays away at the opening waives (online judicial auctions, art. 16)."""

    lot: str
    party: str
    opens_at: int
    latest: int
    """The last instant at which telling it was still in time."""


class PriorityNoticeAcknowledged(Event, frozen=True, tag=True):
    """The holder knows."""

    lot: str
    party: str


class EntryRefused(Event, frozen=True, tag=True):
    """The deposit arrived after the cut-off: the entry does not stand, and the money goes back."""

    lot: str
    code: str
    party: str
    deposit_until: int


class SaleFell(Event, frozen=True, tag=True):
    """The parties undid a sale of the listing: the operator may put it up again, and nobody is barred."""

    listing: str
    lot: str


class ListingWithheld(Event, frozen=True, tag=True):
    """The listing is hidden; of a running notice so much was left: µs, and working days where it counts those."""

    listing: str
    reasons: str
    left: int = 0
    left_working_days: int = 0


class ListingRestored(Event, frozen=True, tag=True):
    """It is shown again; its notice, if one ran, ends at `until`."""

    listing: str
    reasons: str
    until: int | None = None


ListingEvent = (
    ListingReturned
    | ListingResubmitted
    | ListingWithdrawn
    | ObjectionFiled
    | NoticeSuspended
    | ObjectionDecided
    | NoticeResumed
    | InterestRegistered
    | InterestRefused
    | NoticeExtended
    | ListingEnded
    | AgreementReached
    | ListingConverted
    | PriorityNoticeSent
    | PriorityNoticeAcknowledged
    | EntryRefused
    | SaleFell
    | ListingWithheld
    | ListingRestored
    | MandateEvent
)
