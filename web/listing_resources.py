"""What the REST interface takes and gives about listings."""

from typing import Annotated, Literal

import msgspec

from exchange.market.listing_terms import Check, Competition, Offering, Papers, Sale, StateAsset
from exchange.market.state import ListingState
from web import resources as r
from web.api_market import Id, Line

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
Maybe = Annotated[str, msgspec.Meta(max_length=300)]
Ms = Annotated[int, msgspec.Meta(ge=0, le=10**12, description="Milliseconds.")]


class PapersBody(r.Taken, frozen=True):
    """What the seller states about the achievement; the operator checks each of it."""

    register_number: Maybe = ""
    secrecy_reviewer: Maybe = ""
    title_status: Maybe = ""
    co_owners: Annotated[tuple[Line, ...], msgspec.Meta(max_length=50)] = ()
    consents: Annotated[tuple[Line, ...], msgspec.Meta(max_length=50)] = ()
    mandate: Maybe = ""
    impediment: Maybe = ""
    impediment_consent: Maybe = ""
    state_asset: StateAsset = "none"
    appraisal: Maybe = ""
    appraised_fen: r.Amount | None = None
    price_approval: Maybe = ""
    """The document that approves a price under the appraisal, where the kind of asset asks for it."""
    holders: Annotated[tuple[Id, ...], msgspec.Meta(max_length=50)] = ()
    """Enrolled parties with a statutory priority (Civil Code, arts. 847–860)."""

    def papers(self) -> Papers:
        """As the house takes them."""
        return Papers(**msgspec.structs.asdict(self))


class ListingBody(r.Taken, frozen=True):
    """Which achievement is offered, at about which price, with which papers."""

    achievement: Id
    price_idea_fen: r.Amount
    papers: PapersBody = PapersBody()


class AgainBody(r.Taken, frozen=True):
    """What has changed in a listing that was returned; the achievement is read from the register again."""

    price_idea_fen: r.Amount
    papers: PapersBody = PapersBody()


class CheckBody(r.Taken, frozen=True):
    """One check of the list, and what was looked at."""

    check: Check
    outcome: Literal["confirmed", "not_needed"] = "confirmed"
    evidence: Maybe = ""


class CompetitionBody(r.Taken, frozen=True):
    """The terms under which several takers compete, prepared beforehand."""

    increment_fen: r.Amount
    deposit_fen: r.Amount
    length_ms: Ms = 86_400_000
    extension_ms: Ms = 300_000
    rule_set: Literal["AUCTION_LAW", "LISTED_BIDDING"] = "LISTED_BIDDING"
    payment_days: Annotated[int, msgspec.Meta(ge=0, le=3650)] = 5
    opens_after_ms: Ms | None = None
    """In a rehearsal only."""


class OfferingBody(r.Taken, frozen=True):
    """An asking price at which parties register their interest while the notice runs."""

    asking_fen: r.Amount
    competition: CompetitionBody
    cycle_working_days: Annotated[int, msgspec.Meta(ge=1, le=60)] = 5
    extensions_max: Annotated[int, msgspec.Meta(ge=0, le=100)] = 2
    min_parties: Annotated[int, msgspec.Meta(ge=1, le=100)] = 1

    def offering(self) -> Offering:
        """As the house takes it."""
        one = self.competition
        terms = Competition(
            increment_fen=one.increment_fen,
            deposit_fen=one.deposit_fen,
            length=one.length_ms * 1000,
            extension=one.extension_ms * 1000,
            rule_set=one.rule_set,
            payment_days=one.payment_days,
            opens_after=None if one.opens_after_ms is None else one.opens_after_ms * 1000,
        )
        return Offering(
            self.asking_fen, terms, self.cycle_working_days, self.extensions_max, self.min_parties
        )


class ListingAdmissionBody(r.Taken, frozen=True):
    """The checklist, and for how many days the listing is under public notice; without, as short as the rules allow."""

    checks: Annotated[tuple[CheckBody, ...], msgspec.Meta(max_length=20)]
    notice_days: Annotated[int, msgspec.Meta(ge=0, le=365)] | None = None
    sale: Sale = "competition"
    offering: OfferingBody | None = None
    rehearsal: bool = False
    """Shorter than the rules allow, for practice: on an exchange in demo mode only."""


class ListingReasonsBody(r.Taken, frozen=True):
    """Why."""

    reasons: Text


class ListingObjectionBody(r.Taken, frozen=True):
    """Grounds of an objection, and who makes it; name and contact are seen by the exchange only."""

    grounds: Text
    name: Line
    contact: Line


class ListingRulingBody(r.Taken, frozen=True):
    """What becomes of an objection, and why; the reasons are public."""

    decision: Literal["dismissed", "returned", "withdrawn"]
    reasons: Text


class ListingInterestBody(r.Taken, frozen=True):
    """At which price, not below the asking price; a completer of the achievement says so."""

    offer_fen: r.Amount
    completer: bool = False
    client: Annotated[str, msgspec.Meta(max_length=64)] = ""
    """A broker's client; without it the own organisation."""


class ListingQuery(r.Taken, frozen=True):
    """Which listings."""

    state: ListingState | None = None
    cursor: r.Place = 0
    """`next` of the page before."""
    limit: r.Limit = 50


class ListingObjection(r.Given, frozen=True):
    """An objection as everybody sees it: grounds and reasons, nobody's name."""

    objection: str
    grounds: str
    decision: str | None
    reasons: str


class OfferingResource(r.Given, frozen=True):
    """How interest is registered, and how many parties have."""

    asking_fen: r.Fen
    increment_fen: r.Fen
    deposit_fen: r.Fen
    min_parties: int
    extensions: int
    extensions_max: int
    parties: int
    related_takers: list[str]
    """The marks of takers who are completers or affiliates of the holder; no names."""


class ListingResource(r.Given, frozen=True):
    """An achievement offered, as it was when it was offered."""

    listing: str
    achievement: str
    achievement_digest: str
    seller: r.PartyResource
    title: str
    abstract: str
    field: str
    ip: list[str]
    price_idea_fen: r.Fen
    state: str
    sale: Sale
    version: int
    rehearsal: bool
    notice_until: r.Instant | None
    notice_source: str
    objections: list[ListingObjection]
    offering: OfferingResource | None
    withdrawn: str


class ListingPage(r.Given, frozen=True):
    """One page of listings; `next` is the cursor of the one after, null at the end."""

    listings: list[ListingResource]
    next: int | None
