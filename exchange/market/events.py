"""What happened in the market: a closed union, past tense."""

import msgspec

from exchange.market.challenge_messages import ChallengeEvent
from exchange.market.commands import Reserved, RuleSet
from exchange.market.event_base import Event
from exchange.market.fault import Facts
from exchange.market.licence_messages import LicenceEvent
from exchange.market.listing_events import ListingEvent
from exchange.market.listing_terms import Checked, Offering, Papers, Sale
from exchange.market.negotiation_events import NegotiationEvent
from exchange.market.question_messages import QuestionEvent
from exchange.market.release_events import ReleaseEvent
from exchange.market.report_messages import ReportEvent
from exchange.market.seal_messages import CustodyKind, SealEvent
from exchange.market.stop_messages import StopEvent
from exchange.market.trial_messages import TrialEvent
from settlement.commands import PartyFacts, Subject
from settlement.commission import Commission


class PartyEnrolled(Event, frozen=True, tag=True):
    """An organisation may trade here."""

    party: PartyFacts
    affiliates: tuple[str, ...]


class ListingSubmitted(Event, frozen=True, tag=True, omit_defaults=True):
    """An achievement is offered, not yet admitted."""

    listing: str
    achievement: str
    achievement_digest: str
    seller: str
    subject: Subject
    price_idea_fen: int
    papers: Papers = Papers()


class ListingAdmitted(Event, frozen=True, tag=True, omit_defaults=True):
    """The operator admitted the listing, having confirmed each check."""

    listing: str
    checks: tuple[Checked, ...] = ()
    sale: Sale = "competition"
    offering: Offering | None = None
    rehearsal: bool = False


class NoticePublished(Event, frozen=True, tag=True, omit_defaults=True):
    """The listing is under public notice until `until`; `figure` and `source` are the rule it had to keep to."""

    listing: str
    until: int
    figure: str = ""
    source: str = ""
    working: bool = False


class NoticeClosed(Event, frozen=True, tag=True):
    """The notice is over without objection: the listing may be traded."""

    listing: str


class SessionScheduled(Event, frozen=True, tag=True, omit_defaults=True):
    """A session with its lots is set."""

    session: str
    title: str
    rule_set: RuleSet
    lots: tuple[str, ...]
    listings: tuple[str, ...]
    deposits_fen: tuple[int, ...]
    deposit_release_within: int
    payment_days: int
    reserved: tuple[Reserved, ...] = ()
    deposits_until: tuple[int, ...] = ()
    """The cut-off of deposits for each lot, where the session has one."""
    rehearsal: bool = False
    commission: Commission | None = None
    """What both sides pay the exchange of each sale."""
    sealed_custody: CustodyKind = "house"
    """Who keeps sealed bids closed."""
    opening_within: int = 0
    """µs that a closed lot waits for the shares of both officials, where two keep it closed."""


class EntryApplied(Event, frozen=True, tag=True):
    """A party wants to bid on a lot; `code` stands for it in the room until the end."""

    lot: str
    party: str
    code: str
    deposit: str
    deposit_fen: int


class SealKeyPublished(Event, frozen=True, tag=True):
    """Bids on a lot are sealed to this key; nobody can exchange it unseen."""

    lot: str
    key: str


class BidScored(Event, frozen=True, tag=True):
    """A sealed bid was scored; a later one replaces it until the opening."""

    lot: str
    bidder: str
    scores: dict[str, str]


class BuyerBarred(Event, frozen=True, tag=True):
    """A buyer who defaulted takes no part in the re-auction of the listing (online judicial auctions, art. 24)."""

    listing: str
    lot: str
    party: str
    at: int = 0


class SecondBestOffered(Event, frozen=True, tag=True):
    """The runner-up may have the lot at its own bid, if it says so until `until`."""

    lot: str
    code: str
    party: str
    price_fen: int
    until: int


class SecondBestAccepted(Event, frozen=True, tag=True):
    """The runner-up takes the lot."""

    lot: str
    code: str
    party: str
    price_fen: int


class SecondBestDeclined(Event, frozen=True, tag=True):
    """The runner-up leaves the lot."""

    lot: str
    code: str
    party: str
    price_fen: int


class ListingReopened(Event, frozen=True, tag=True):
    """The listing may be put up again; its opening price is not below the floor."""

    listing: str
    lot: str
    opening_floor_fen: int
    failed_at: int | None = None
    """When the sale failed, for want of bids or by default: from here the re-auction's days are counted."""


class MarketRefused(Event, frozen=True, tag=True, omit_defaults=True):
    """A step was refused: what it was about, its code, and one sentence."""

    subject: str
    command: str
    code: str
    detail: str
    facts: Facts = msgspec.field(default_factory=dict)
    """The figures and the rule of the sentence, for whoever says it in another language."""


MarketEvent = (
    PartyEnrolled
    | ListingSubmitted
    | ListingAdmitted
    | NoticePublished
    | NoticeClosed
    | SessionScheduled
    | EntryApplied
    | SealKeyPublished
    | BidScored
    | BuyerBarred
    | SecondBestOffered
    | SecondBestAccepted
    | SecondBestDeclined
    | ListingReopened
    | ListingEvent
    | NegotiationEvent
    | TrialEvent
    | LicenceEvent
    | ChallengeEvent
    | ReleaseEvent
    | ReportEvent
    | SealEvent
    | StopEvent
    | QuestionEvent
    | MarketRefused
)
