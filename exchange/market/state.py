"""The state of the market: what its events add up to."""

from dataclasses import dataclass, field

from exchange.market.challenge_messages import ChallengeTerms, DemandAnswered
from exchange.market.commands import RuleSet
from exchange.market.licence_state import OpenLicences
from exchange.market.listing_state import Listing as Listing
from exchange.market.listing_state import ListingState as ListingState
from exchange.market.listing_state import Objection
from exchange.market.mandate_messages import MandateGranted
from exchange.market.negotiation_state import Negotiations
from exchange.market.question_messages import Question
from exchange.market.release_state import Releases
from exchange.market.report_messages import Published
from exchange.market.seal_messages import CustodyKind
from exchange.market.seal_state import Custody
from exchange.market.stop_state import Stops
from exchange.market.trial_state import Trials
from settlement.commands import PartyFacts
from settlement.commission import Commission


@dataclass(slots=True, frozen=True)
class Session:
    """A scheduled sitting."""

    id: str
    title: str
    rule_set: RuleSet
    lots: tuple[str, ...]
    deposit_release_within: int
    payment_days: int
    rehearsal: bool = False
    """Its timing is shorter than its rule set allows: for practice, not for a binding sale."""
    commission: Commission | None = None
    """What both sides pay the exchange of each sale."""
    sealed_custody: CustodyKind = "house"
    """Who keeps sealed bids closed."""
    opening_within: int = 0
    """µs that a closed lot waits for the shares of two officials."""


@dataclass(slots=True, frozen=True)
class PlacedLot:
    """A lot's place in the market: its listing, its session, its deposit."""

    lot: str
    listing: str
    session: str
    deposit_fen: int
    deposit_until: int | None = None
    """The instant by which deposits must have arrived; None: before the bid."""


@dataclass(slots=True, frozen=True)
class Entry:
    """A bidder's admission to a lot, under the code that stands for it."""

    lot: str
    party: str
    code: str
    deposit: str


@dataclass(slots=True)
class Offer:
    """A lot offered to the runner-up; `accepted` is None until the answer."""

    code: str
    party: str
    price_fen: int
    until: int
    accepted: bool | None = None


@dataclass(slots=True)
class Market:
    """Everything the market knows."""

    parties: dict[str, PartyFacts] = field(default_factory=dict)
    affiliates: dict[str, tuple[str, ...]] = field(default_factory=dict)
    listings: dict[str, Listing] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    lot_plans: dict[str, PlacedLot] = field(default_factory=dict)
    entries: dict[str, dict[str, Entry]] = field(default_factory=dict)
    """lot → code → entry."""
    codes: dict[tuple[str, str], str] = field(default_factory=dict)
    """(lot, party) → code."""
    reserved: dict[tuple[str, str], str] = field(default_factory=dict)
    """(lot, party) → the code it will have once it enters."""
    seal_keys: dict[str, str] = field(default_factory=dict)
    """lot → the key to which its bids are sealed."""
    custody: Custody = field(default_factory=Custody)
    """Keys and shares of lots whose bids two officials keep closed."""
    scores: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    """lot → code → attribute → score, for lots that weigh more than the price."""
    notices_due: dict[str, int] = field(default_factory=dict)
    """listing → the instant its notice ends."""
    objections: dict[str, Objection] = field(default_factory=dict)
    priority_notices: dict[tuple[str, str], bool] = field(default_factory=dict)
    """(lot, party) → whether a holder of priority, who was told of the lot, has acknowledged it."""
    entries_refused: dict[tuple[str, str], int] = field(default_factory=dict)
    """(lot, code) → the cut-off that the entry's deposit missed."""

    barred: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """listing → buyers who defaulted on it."""
    defaulted: dict[str, str] = field(default_factory=dict)
    """lot → the buyer who defaulted."""
    defaulted_at: dict[str, int] = field(default_factory=dict)
    """lot → when."""
    offers: dict[str, Offer] = field(default_factory=dict)
    """lot → the latest offer to a runner-up."""
    declined: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """lot → codes that did not want it as runner-up."""
    negotiation: Negotiations = field(default_factory=Negotiations)
    """The tables at which holders and takers negotiate."""
    trials: Trials = field(default_factory=Trials)
    open_licences: OpenLicences = field(default_factory=OpenLicences)
    challenges: dict[str, ChallengeTerms] = field(default_factory=dict)
    """listing → the challenge that was published for it."""
    demand_answers: dict[str, tuple[DemandAnswered, ...]] = field(default_factory=dict)
    reports: dict[str, tuple[Published, ...]] = field(default_factory=dict)
    """Period → its published reports, every edition, oldest first."""
    releases: Releases = field(default_factory=Releases)
    """Unconverted results on their way to the market, and the batches."""
    stops: Stops = field(default_factory=Stops)
    """Suspensions and cancellations that take two persons."""

    mandates: dict[str, MandateGranted] = field(default_factory=dict)
    """The mandates that were not revoked, by id."""
    mandated: dict[str, bool] = field(default_factory=dict)
    """Organisations that have given a mandate to people of their own; asked at every bid."""
    questions: dict[str, Question] = field(default_factory=dict)
    questions_of: dict[str, list[str]] = field(default_factory=dict)
    """listing → its questions, in the order in which they were asked."""
    questions_allowed: dict[str, str] = field(default_factory=dict)
    """listing → why questions are taken while its lot is open."""

    def barred_from(self, lot: str, party: str) -> bool:
        """Whether a party, or an affiliate of it, defaulted on the listing of a lot."""
        listing = self.lot_plans[lot].listing
        return any(self.related(out, party) for out in self.barred.get(listing, ()))

    def lot_of(self, listing: str) -> str | None:
        """The lot under which a listing was put up last."""
        return next((lot for lot in reversed(self.lot_plans) if self.lot_plans[lot].listing == listing), None)

    def code_of(self, lot: str, party: str | None) -> str | None:
        """The code under which a party bids on a lot; None when it has not entered."""
        return self.codes.get((lot, party)) if party is not None else None

    def reserved_codes(self, lot: str) -> tuple[str, ...]:
        """The codes of a lot that wait for the parties they were given to."""
        return tuple(code for (place, _), code in self.reserved.items() if place == lot)

    def entry(self, lot: str, code: str) -> Entry | None:
        """The entry behind a code."""
        return self.entries.get(lot, {}).get(code)

    def seller_of(self, lot: str) -> str | None:
        """The party that sells a lot."""
        placed = self.lot_plans.get(lot)
        return self.listings[placed.listing].seller if placed else None

    def related(self, party: str, other: str) -> bool:
        """Whether two parties are the same or affiliated, whichever of them declared it."""
        return (
            party == other
            or other in self.affiliates.get(party, ())
            or party in self.affiliates.get(other, ())
        )
