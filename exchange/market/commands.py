"""What the market can be asked: a closed union, imperative."""

import msgspec

from exchange.market.challenge_messages import ChallengeCommand
from exchange.market.command_base import Command
from exchange.market.licence_messages import LicenceCommand
from exchange.market.listing_commands import ListingCommand
from exchange.market.listing_terms import Checked, Offering, Papers, Sale
from exchange.market.listing_terms import RuleSet as RuleSet
from exchange.market.negotiation_commands import NegotiationCommand
from exchange.market.question_messages import QuestionCommand
from exchange.market.release_commands import ReleaseCommand
from exchange.market.report_messages import ReportCommand
from exchange.market.seal_messages import CustodyKind, SealCommand
from exchange.market.stop_messages import StopCommand
from exchange.market.trial_messages import TrialCommand
from matching_engine.terms import DAY, Terms
from settlement.commands import PartyFacts, Subject
from settlement.commission import Commission


class EnrolParty(Command, frozen=True, tag=True):
    """The operator checked an organisation's papers and takes it in."""

    party: PartyFacts
    affiliates: tuple[str, ...] = ()


class SubmitListing(Command, frozen=True, tag=True, omit_defaults=True):
    """A seller offers an achievement; `achievement_digest` fixes the register rows it was offered with."""

    listing: str
    achievement: str
    achievement_digest: str
    seller: str
    subject: Subject
    price_idea_fen: int
    papers: Papers = Papers()


class AdmitListing(Command, frozen=True, tag=True, omit_defaults=True):
    """The operator confirms every check of a listing and puts it under public notice.

    `notice_length` is in µs; None is the shortest that the rules allow. A rehearsal may be shorter, and everything
    that is sold after it is one.
    """

    listing: str
    notice_length: int | None
    checks: tuple[Checked, ...] = ()
    sale: Sale = "competition"
    offering: Offering | None = None
    rehearsal: bool = False


class CloseNotice(Command, frozen=True, tag=True):
    """The gavel: the notice period of a listing is over."""

    listing: str


class Reserved(msgspec.Struct, frozen=True):
    """The code that a party will have in a lot: terms name the holders of rights of first refusal by their codes."""

    lot: str
    party: str
    code: str


class LotPlan(msgspec.Struct, frozen=True, omit_defaults=True):
    """A lot of a session: which listing, under which terms, with which deposit, and the codes given beforehand."""

    lot: str
    listing: str
    terms: Terms
    deposit_fen: int
    reserved: tuple[Reserved, ...] = ()


class ScheduleSession(Command, frozen=True, tag=True):
    """Set a session and put its lots up."""

    session: str
    title: str
    rule_set: RuleSet
    lots: tuple[LotPlan, ...]
    deposit_release_within: int
    """µs after the end of a lot in which losers get their deposits back (online judicial auctions art. 23: 24 hours)."""
    payment_days: int = 5
    deposit_cutoff_working_days: int | None = None
    """Working days before the opening, at 17:00, until which deposits must have arrived; None: before the bid."""
    rehearsal: bool = False
    """Shorter than the rule set allows: for practice."""
    commission: Commission | None = None
    """What both sides pay the exchange, as agreed; None: what the rule set has where nothing was agreed."""
    sealed_custody: CustodyKind | None = None
    """Who keeps sealed bids closed; None: two officials, or the house in a rehearsal."""
    opening_within: int = 5 * DAY
    """µs that a closed lot waits for the shares of both officials before it passes."""


class ApplyEntry(Command, frozen=True, tag=True):
    """A party asks to be admitted to a lot."""

    lot: str
    party: str


class PublishSealKey(Command, frozen=True, tag=True):
    """The house: the key to which bids on a sealed lot are sealed, an uncompressed P-256 point in base64url."""

    lot: str
    key: str


class ScoreBid(Command, frozen=True, tag=True):
    """The evaluation of a sealed bid, from 0 to 100 for each attribute that the terms weigh beside the price.

    Whoever gives it knows no amount: scores come after the close and before the opening.
    """

    lot: str
    bidder: str
    scores: dict[str, str]
    """Attribute → decimal text."""


class BarBuyer(Command, frozen=True, tag=True):
    """The house: a party bought a lot and did not pay."""

    lot: str
    party: str


class OfferSecondBest(Command, frozen=True, tag=True):
    """Offer a lot whose buyer defaulted to the runner-up at its own bid, for `answer_within` µs."""

    lot: str
    answer_within: int


class AnswerSecondBest(Command, frozen=True, tag=True):
    """The runner-up accepts or declines."""

    lot: str
    party: str
    accept: bool


class ReopenListing(Command, frozen=True, tag=True):
    """Make a listing tradable again that was not sold, or whose buyer defaulted."""

    listing: str


MarketCommand = (
    EnrolParty
    | SubmitListing
    | AdmitListing
    | CloseNotice
    | ScheduleSession
    | ApplyEntry
    | PublishSealKey
    | ScoreBid
    | BarBuyer
    | OfferSecondBest
    | AnswerSecondBest
    | ReopenListing
    | ListingCommand
    | NegotiationCommand
    | TrialCommand
    | LicenceCommand
    | ChallengeCommand
    | ReleaseCommand
    | ReportCommand
    | SealCommand
    | StopCommand
    | QuestionCommand
)
