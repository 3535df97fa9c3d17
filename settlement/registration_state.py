"""A contract at the registration office: its states, the one table of its moves, and all that is known of it."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from settlement.deal import ContractKind
from settlement.filing import Cost, FilingForm


class RegistrationState(StrEnum):
    """DRAFT → SUBMITTED ⇄ SUPPLEMENT → ACCEPTED → CLASSIFIED → (SECOND_REVIEW) → REGISTERED | REFUSED.

    A refused one may be submitted again; a registered one may be CHANGED, and ends CANCELLED or REVOKED.
    """

    DRAFT = "draft"
    SUBMITTED = "submitted"
    SUPPLEMENT = "supplement"
    ACCEPTED = "accepted"
    CLASSIFIED = "classified"
    SECOND_REVIEW = "second_review"
    REGISTERED = "registered"
    REFUSED = "refused"
    CHANGED = "changed"
    CANCELLED = "cancelled"
    REVOKED = "revoked"


class Move(StrEnum):
    """What can be done with a registration."""

    COMPLETE = "complete"
    SUBMIT = "submit"
    ASK_SUPPLEMENT = "ask_supplement"
    SUPPLEMENT = "supplement"
    ACCEPT = "accept"
    REVIEW = "review"
    CLASSIFY = "classify"
    DISPUTE = "dispute"
    REVIEW_AGAIN = "review_again"
    REGISTER = "register"
    REFUSE = "refuse"
    CHANGE = "change"
    CANCEL = "cancel"
    REVOKE = "revoke"
    CERTIFY = "certify"


_S, _M = RegistrationState, Move

TRANSITIONS: dict[tuple[RegistrationState, Move], RegistrationState] = {
    (_S.DRAFT, _M.COMPLETE): _S.DRAFT,
    (_S.DRAFT, _M.SUBMIT): _S.SUBMITTED,
    (_S.REFUSED, _M.COMPLETE): _S.REFUSED,
    (_S.REFUSED, _M.SUBMIT): _S.SUBMITTED,
    (_S.SUBMITTED, _M.ASK_SUPPLEMENT): _S.SUPPLEMENT,
    (_S.SUPPLEMENT, _M.COMPLETE): _S.SUPPLEMENT,
    (_S.SUPPLEMENT, _M.SUPPLEMENT): _S.SUBMITTED,
    (_S.SUBMITTED, _M.ACCEPT): _S.ACCEPTED,
    (_S.ACCEPTED, _M.REVIEW): _S.ACCEPTED,
    (_S.CLASSIFIED, _M.REVIEW): _S.CLASSIFIED,
    (_S.SECOND_REVIEW, _M.REVIEW): _S.SECOND_REVIEW,
    (_S.ACCEPTED, _M.CLASSIFY): _S.CLASSIFIED,
    (_S.CLASSIFIED, _M.CLASSIFY): _S.CLASSIFIED,
    (_S.SUBMITTED, _M.DISPUTE): _S.SUBMITTED,
    (_S.ACCEPTED, _M.DISPUTE): _S.ACCEPTED,
    (_S.CLASSIFIED, _M.DISPUTE): _S.CLASSIFIED,
    (_S.CLASSIFIED, _M.REVIEW_AGAIN): _S.SECOND_REVIEW,
    # In one step: the registrar looks, classifies and registers at once, and answers for every item.
    (_S.SUBMITTED, _M.REGISTER): _S.REGISTERED,
    (_S.ACCEPTED, _M.REGISTER): _S.REGISTERED,
    (_S.CLASSIFIED, _M.REGISTER): _S.REGISTERED,
    (_S.SECOND_REVIEW, _M.REGISTER): _S.REGISTERED,
    (_S.SUBMITTED, _M.REFUSE): _S.REFUSED,
    (_S.SUPPLEMENT, _M.REFUSE): _S.REFUSED,
    (_S.ACCEPTED, _M.REFUSE): _S.REFUSED,
    (_S.CLASSIFIED, _M.REFUSE): _S.REFUSED,
    (_S.SECOND_REVIEW, _M.REFUSE): _S.REFUSED,
    (_S.REGISTERED, _M.CHANGE): _S.CHANGED,
    (_S.CHANGED, _M.CHANGE): _S.CHANGED,
    (_S.REGISTERED, _M.CERTIFY): _S.REGISTERED,
    (_S.CHANGED, _M.CERTIFY): _S.CHANGED,
    (_S.REGISTERED, _M.CANCEL): _S.CANCELLED,
    (_S.CHANGED, _M.CANCEL): _S.CANCELLED,
    (_S.REGISTERED, _M.REVOKE): _S.REVOKED,
    (_S.CHANGED, _M.REVOKE): _S.REVOKED,
}
"""(state, move) → the state after it. What is not here is refused."""

IN_FORCE = (RegistrationState.REGISTERED, RegistrationState.CHANGED)
"""A registration that gives tax, credit and reward benefits."""
CLOCK_RUNS = (
    RegistrationState.SUBMITTED,
    RegistrationState.ACCEPTED,
    RegistrationState.CLASSIFIED,
    RegistrationState.SECOND_REVIEW,
)
"""Where the office's clock runs: a supplement stops it."""
ENDED = (RegistrationState.CANCELLED, RegistrationState.REVOKED)


@dataclass(slots=True)
class Finding:
    """What a registrar found about an item of the checklist."""

    fits: bool
    words: str
    registrar: str
    on: str


@dataclass(slots=True)
class Supplement:
    """A request for more papers or words, and the applicant's answer."""

    items: tuple[str, ...]
    words: str
    registrar: str
    requested_on: str
    answer: str | None = None
    author: str | None = None
    answered_on: str | None = None


@dataclass(slots=True)
class RegistrationVersion:
    """The registered facts as they stood from a day on; version 1 is the registration itself."""

    number: int
    on: str
    registrar: str
    reason: str
    project: str
    kind: str
    total_fen: int
    technology_fen: int
    costs: tuple[Cost, ...]


@dataclass(slots=True)
class Proposal:
    """A change or revocation that another person has still to confirm."""

    move: Literal["change", "revoke"]
    registrar: str
    reason: str
    proposed_on: str
    form: FilingForm | None = None
    kind: ContractKind | None = None
    total_fen: int = 0


@dataclass(slots=True)
class Income:
    """One certificate of technical income (技术性收入核定): of a receipt, so much is technical."""

    number: int
    receipt: str
    received_fen: int
    received_on: str
    technology_fen: int
    registrar: str
    certified_on: str


@dataclass(slots=True)
class Receipt:
    """Money of a trade's price: a credit, the deposit, money out of suspense; given back: below zero."""

    id: str
    kind: Literal["credit", "deposit", "suspense", "refund", "forfeit"]
    amount_fen: int
    received_on: str


@dataclass(slots=True)
class Registration:
    """A contract at the registration office. `number` is the office's, 16 digits; `id` is ours and provisional."""

    id: str
    contract: str
    trade: str
    office: str
    total_fen: int
    state: RegistrationState = RegistrationState.SUBMITTED
    number: str | None = None
    registrar: str | None = None
    """Who decided last."""
    registered_on: str | None = None
    technology_fen: int | None = None
    reason: str | None = None
    """Why it was refused, changed or ended, in words."""
    office_code: str = ""
    """Region and office of its number, six digits; empty in journals that did not write it down."""
    form: FilingForm | None = None
    filed_on: str = ""
    due_on: str = ""
    """The last day of the office's clock."""
    accepted_on: str | None = None
    kind: str | None = None
    """The kind that the registrar recognised."""
    costs: tuple[Cost, ...] = ()
    """The non-technical part, itemised."""
    findings: dict[str, Finding] = field(default_factory=dict)
    first_registrar: str | None = None
    """Who classified it; the second review is another person's."""
    disputed: str | None = None
    second_review: str | None = None
    """Why a second person looks: "amount" or "disputed"."""
    refuse_codes: tuple[str, ...] = ()
    supplements: list[Supplement] = field(default_factory=list)
    versions: list[RegistrationVersion] = field(default_factory=list)
    proposal: Proposal | None = None
    ended_on: str | None = None
    income: list[Income] = field(default_factory=list)
    income_reduced_fen: int = 0

    @property
    def in_force(self) -> bool:
        """Whether the contract stands registered now."""
        return self.state in IN_FORCE

    @property
    def certified_fen(self) -> int:
        """The technical income certified, less what was given back."""
        return sum(one.technology_fen for one in self.income) - self.income_reduced_fen

    def may(self, move: Move) -> bool:
        """Whether the table has an entry for the move."""
        return (self.state, move) in TRANSITIONS
