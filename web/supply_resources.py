"""What REST takes and gives about trials, open licences, challenges and milestones, as types."""

from typing import Annotated, Any

import msgspec

from exchange.market.licence_messages import PatentKind
from exchange.market.licence_state import LicenceState
from exchange.market.trial_state import TrialState
from matching_engine.money import LIMIT_FEN
from settlement.milestone_messages import Ground
from settlement.milestone_state import MilestoneState
from web import resources as r
from web.term_sheets import PaymentTerms, Terms

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=2_000)]
Words = Annotated[str, msgspec.Meta(max_length=2_000)]
Digest = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
Days = Annotated[int, msgspec.Meta(ge=0, le=3_650)]


class SupplyQuery(r.Taken, frozen=True):
    """Which page of a list."""

    cursor: r.Place = 0
    """`next` of the page before."""
    limit: r.Limit = 50


# Trials


class TrialTermsBody(r.Taken, frozen=True):
    """Everything that is settled before a trial; `conversion` is the sheet that a conversion concludes, word for word."""

    months: Annotated[int, msgspec.Meta(ge=1, le=12)]
    scope: Text
    criteria: Text
    conversion: Terms
    fee_fen: r.Fen = 0
    exclusive: bool = True
    notice_days: Days = 15
    payment_days: Days = 5


class TrialBody(r.Taken, frozen=True):
    """The terms of a trial of a listing. `taker` is named by the holder; a taker proposes for itself."""

    listing: Id
    terms: TrialTermsBody
    taker: Id | None = None
    completer: bool = False


class TrialStep(r.Taken, frozen=True, tag_field="step"):
    """A step in a trial."""


class AgreeStep(TrialStep, frozen=True, tag="agree"):
    """Agree to exactly the terms with this digest."""

    digest: Digest


class LeaveStep(TrialStep, frozen=True, tag="leave"):
    """Decline a proposal, or take the own one back."""

    reason: Words = ""


class StartStep(TrialStep, frozen=True, tag="start"):
    """The technology is handed over; how the fee was paid, where there is one."""

    fee_receipt: Words = ""


class ConvertStep(TrialStep, frozen=True, tag="convert"):
    """The taker converts on the terms agreed, and says what it found."""

    findings: Words = ""


class ReturnStep(TrialStep, frozen=True, tag="return"):
    """The taker gives the technology back, and says what it found."""

    findings: Words = ""


AnyTrialStep = AgreeStep | LeaveStep | StartStep | ConvertStep | ReturnStep


class TrialTermsResource(r.Given, frozen=True):
    """The terms of a trial."""

    months: int
    scope: str
    criteria: str
    conversion: dict[str, Any]
    """A sheet of terms, as at a negotiation table."""
    fee_fen: r.Fen
    exclusive: bool
    notice_days: int
    payment_days: int


class TrialResource(r.Given, frozen=True):
    """A trial, for its two sides, operators and auditors."""

    trial: str
    listing: str
    title: str
    holder: r.PartyResource
    taker: r.PartyResource
    by: str
    terms: TrialTermsResource
    digest: str
    completer: bool
    state: TrialState
    proposed_at: r.Instant
    start_by: r.Instant | None
    started_at: r.Instant | None
    until: r.Instant | None
    ended_at: r.Instant | None
    outcome: str
    words: str
    fee_receipt: str
    links: dict[str, str]
    """`listing`; after a conversion `table`, the agreement under public notice."""


class TrialPage(r.Given, frozen=True):
    """One page of trials, the newest first; `next` is the cursor of the one after, null at the end."""

    trials: list[TrialResource]
    next: int | None


# Open licences


class LicenceTermsBody(r.Taken, frozen=True):
    """A declaration (patent law, art. 50); `fee_fen` is 0 for the public-good catalogue only."""

    patent: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    patent_kind: PatentKind
    granted_on: r.Date
    fees_paid_until: r.Date
    expires_on: r.Date
    fee_fen: r.Fen
    payment: PaymentTerms = PaymentTerms()
    term_months: Annotated[int, msgspec.Meta(ge=1, le=600)] | None = None
    territory: Annotated[str, msgspec.Meta(max_length=100)] = ""
    evaluation_report: Annotated[str, msgspec.Meta(max_length=200)] = ""
    pledge: Annotated[str, msgspec.Meta(max_length=500)] = ""
    pledge_consent: Annotated[str, msgspec.Meta(max_length=500)] = ""
    small_firm_free: bool = False
    public_good: bool = False
    payment_days: Days = 5


class LicenceBody(r.Taken, frozen=True):
    """A listing of one's own, and the terms at which anybody may have a licence."""

    listing: Id
    terms: LicenceTermsBody


class TakerBody(r.Taken, frozen=True):
    """The fee that was seen; `small_firm` declares that the taker is a small or micro enterprise."""

    fee_fen: Annotated[int, msgspec.Meta(ge=0, le=LIMIT_FEN)]
    small_firm: bool = False


class LicenceReview(r.Taken, frozen=True, tag_field="decision"):
    """The operator's look at a declaration."""


class PublishReview(LicenceReview, frozen=True, tag="publish"):
    """It is published: what was seen in the register of patents."""

    evidence: Words = ""


class ReturnReview(LicenceReview, frozen=True, tag="return"):
    """It goes back, with the reasons."""

    reasons: Words = ""


AnyReview = PublishReview | ReturnReview


class ReasonsBody(r.Taken, frozen=True):
    """Why."""

    reasons: Words = ""


class TakerResource(r.Given, frozen=True):
    """A licence given; without a trade where there was nothing to pay."""

    number: int
    taker: r.PartyResource
    fee_fen: r.Fen
    free: str
    trade: str
    at: r.Instant


class LicenceResource(r.Given, frozen=True):
    """A declaration; `takers` are for its holder, operators and auditors, to others their own licence only."""

    licence: str
    listing: str
    title: str
    abstract: str
    holder: r.PartyResource
    state: LicenceState
    patent: str
    patent_kind: PatentKind
    granted_on: r.Date
    fees_paid_until: r.Date
    expires_on: r.Date
    fee_fen: r.Fen
    payment: dict[str, Any]
    term_months: int | None
    territory: str
    evaluation_report: str
    small_firm_free: bool
    public_good: bool
    payment_days: int
    declared_at: r.Instant
    until: r.Instant | None
    reasons: str
    taken: int
    takers: list[TakerResource]


class LicencePage(r.Given, frozen=True):
    """One page of open licences, the newest first; `next` is the cursor of the one after, null at the end."""

    licences: list[LicenceResource]
    next: int | None


# Challenges


class StageBody(r.Taken, frozen=True):
    """A stage of the work: ten-thousandths of the award, and days from the award; `keep`: how many go on after it."""

    title: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    criteria: Text
    share_bp: Annotated[int, msgspec.Meta(ge=1, le=10_000)]
    days: Annotated[int, msgspec.Meta(ge=1, le=3_650)]
    cure_days: Annotated[int, msgspec.Meta(ge=0, le=180)] = 15
    keep: Annotated[int, msgspec.Meta(ge=0, le=20)] = 0


class ChallengeBody(r.Taken, frozen=True):
    """The terms of a challenge on a listing of one's own: bounty of one award, awards, weights of merits, stages."""

    bounty_fen: r.Amount
    awards_max: Annotated[int, msgspec.Meta(ge=1, le=20)]
    stages: Annotated[tuple[StageBody, ...], msgspec.Meta(min_length=1, max_length=24)]
    weights: dict[Id, Annotated[str, msgspec.Meta(max_length=16)]] | None = None
    """Decimals for `price` and at least one merit; null: the lowest proposals win."""
    demand: Annotated[str, msgspec.Meta(max_length=64)] = ""


class StageResource(r.Given, frozen=True):
    """A stage of a challenge."""

    title: str
    criteria: str
    share_bp: int
    days: int
    cure_days: int
    keep: int


class ChallengeResource(r.Given, frozen=True):
    """A published challenge; `awards` are the trades of those who ask, to others only their number is told."""

    listing: str
    title: str
    issuer: r.PartyResource
    state: str
    bounty_fen: r.Fen
    awards_max: int
    weights: dict[str, str] | None
    stages: list[StageResource]
    demand: str
    lot: str | None
    awarded: int
    awards: list[str]
    links: dict[str, str]


class ChallengePage(r.Given, frozen=True):
    """One page of challenges, the newest first; `next` is the cursor of the one after, null at the end."""

    challenges: list[ChallengeResource]
    next: int | None


# Milestones


class MilestoneStep(r.Taken, frozen=True, tag_field="step"):
    """A step with a milestone."""


class SubmitStep(MilestoneStep, frozen=True, tag="submit"):
    """Hand in: what was done, and the SHA-256 of what proves it, where there is a file."""

    evidence: Text
    evidence_digest: Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{64})?$")] = ""


class AcceptStep(MilestoneStep, frozen=True, tag="accept"):
    """Accept what was handed in; its part of the price goes out."""


class RejectStep(MilestoneStep, frozen=True, tag="reject"):
    """Do not accept it, and say why."""

    reasons: Text


class GrantStep(MilestoneStep, frozen=True, tag="grant"):
    """Give another last day."""

    due_on: r.Date


AnyMilestoneStep = SubmitStep | AcceptStep | RejectStep | GrantStep


class TerminationBody(r.Taken, frozen=True):
    """On what ground the contract ends, and why."""

    ground: Ground
    reasons: Text


class MilestoneResource(r.Given, frozen=True):
    """A milestone of a trade; `paid_on` is the bank's date, null while it is not paid."""

    number: int
    title: str
    criteria: str
    amount_fen: r.Fen
    due_on: str
    cure_days: int
    keep: int
    state: MilestoneState
    evidence: str
    evidence_digest: str
    submitted_at: r.Instant | None
    rejections: int
    reasons: str
    cure_until: str
    accepted_at: r.Instant | None
    payment: str | None
    paid_on: str | None


class MilestonePage(r.Given, frozen=True):
    """The milestones of a trade: in all, what has gone out, and what is held of the price."""

    trade: str
    released_fen: r.Fen
    held_fen: r.Fen
    failed: str | None
    milestones: list[MilestoneResource]
