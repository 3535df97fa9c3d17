"""What settlement knows: read by `decide`, changed by `evolve` alone.

Everything here follows from the events; two states fed with the same events are equal. Amounts are fen,
instants µs, dates ISO texts of Asia/Shanghai.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from matching_engine.errors import require
from settlement.bank_account import BankAccount
from settlement.charge_events import ChargeKind
from settlement.commands import Part, PartyFacts, Side, Subject
from settlement.deal import ContractKind
from settlement.default_events import DebtKind
from settlement.ledger import Ledger
from settlement.milestone_state import Milestone
from settlement.payment_state import Credit as Credit
from settlement.payment_state import PaymentKind as PaymentKind
from settlement.payment_state import PaymentOrder as PaymentOrder
from settlement.payment_state import PaymentState as PaymentState
from settlement.payment_state import Suspense as Suspense
from settlement.registration_state import Receipt
from settlement.registration_state import Registration as Registration
from settlement.registration_state import RegistrationState as RegistrationState
from settlement.reward_state import RewardPlan
from settlement.royalty_state import RoyaltyReport
from settlement.rulebook import Rulebook
from settlement.specialist_messages import SpecialistShareDrawnUp
from settlement.stated_account import StatedAccount
from settlement.statement_head import StatementHead
from settlement.worksheet import Step


class DepositState(StrEnum):
    """CALLED → HELD → APPLIED, or HELD → RELEASING → RELEASED: a held deposit ends once.

    An applied one is FORFEITED when its buyer does not pay the rest.
    """

    CALLED = "called"
    HELD = "held"
    RELEASING = "releasing"
    RELEASED = "released"
    APPLIED = "applied"
    FORFEITED = "forfeited"


class ContractState(StrEnum):
    """DRAFTED → CONCLUDED, with the second signature; RESCINDED by agreement of both parties."""

    DRAFTED = "drafted"
    CONCLUDED = "concluded"
    RESCINDED = "rescinded"


class ClaimState(StrEnum):
    """DRAWN_UP → APPROVED_ONCE → APPROVED → PAID."""

    DRAWN_UP = "drawn_up"
    APPROVED_ONCE = "approved_once"
    APPROVED = "approved"
    PAID = "paid"


@dataclass(slots=True)
class Deposit:
    """A bidder's deposit for one lot. `applied_fen` went into the price, `released_fen` went back."""

    id: str
    lot: str
    bidder: str
    party: str
    amount_fen: int
    reference: str
    state: DepositState = DepositState.CALLED
    trade: str | None = None
    due_by: int | None = None
    applied_fen: int = 0
    released_fen: int = 0


@dataclass(slots=True)
class Obligation:
    """The buyer's debt of the price. `received_fen` counts the credits and, of it, `deposit_fen` the deposit."""

    id: str
    trade: str
    debtor: str
    creditor: str
    amount_fen: int
    due_on: str
    reference: str
    deposit_fen: int = 0
    received_fen: int = 0
    met: bool = False
    kind: Literal["price", DebtKind, ChargeKind] = "price"
    cancelled: bool = False
    """The buyer has defaulted: no more money is taken for it."""
    plan: tuple[Part, ...] = ()
    """The parts in which it is due, if more than one."""
    payment: str | None = None
    """The order to pay what is held out, other than the proceeds of a sale."""

    @property
    def missing_fen(self) -> int:
        """What is still to be paid."""
        return self.amount_fen - self.received_fen

    def receive(self, amount_fen: int) -> None:
        """Count money that is now held for it."""
        require(not self.cancelled, "a cancelled obligation takes nothing")
        require(amount_fen <= self.missing_fen, "an obligation takes no more than it misses")
        self.received_fen += amount_fen

    @property
    def missing_after_deposit_fen(self) -> int:
        """What the deposit left to be paid."""
        return self.amount_fen - self.deposit_fen


@dataclass(slots=True)
class Default:
    """A sale that failed for its buyer did not pay; `resale` is the trade that it was assessed by."""

    commission_fen: int
    forfeited_fen: int = 0
    resale: str | None = None


@dataclass(slots=True)
class Trade:
    """A sale and where its settlement stands; ids lead to its contract, registration and claims."""

    id: str
    lot: str
    subject: Subject
    seller: PartyFacts
    buyer: PartyFacts
    price_fen: int
    deposit: str | None
    mechanism: str
    hammered_at: int
    obligation: str | None = None
    contract: str | None = None
    registration: str | None = None
    payment: str | None = None
    """The order to pay the proceeds, once given."""
    default: Default | None = None
    elected: dict[Side, Side] = field(default_factory=dict)
    """Who said which side shall claim: speaker → claimant."""
    elections: "dict[Side, Signature]" = field(default_factory=dict)
    """Who signed the election's text, when and how; the last word of each side."""
    claims: list[str] = field(default_factory=list)
    rescission: dict[Side, int] = field(default_factory=dict)
    """Who said that the sale shall be undone: side → what the seller keeps, in fen."""
    rescinded_on: str | None = None
    terminated: str | None = None
    """Why its contract ended before the last milestone."""
    milestones: dict[int, Milestone] = field(default_factory=dict)
    royalties: dict[int, RoyaltyReport] = field(default_factory=dict)
    """Period → what was reported of it."""
    receipts: list[Receipt] = field(default_factory=list)
    """The money of its price, as it came and went back."""

    @property
    def failed(self) -> str | None:
        """Why nothing more comes of the sale; None while it stands."""
        if self.default is not None:
            return "the buyer did not pay, and the default was declared"
        if self.terminated is not None:
            return self.terminated
        return f"both parties rescinded it on {self.rescinded_on}" if self.rescinded_on else None

    @property
    def election(self) -> Side | None:
        """The side both parties chose, or None while they have not agreed."""
        seller, buyer = self.elected.get("seller"), self.elected.get("buyer")
        return seller if seller == buyer else None

    def side_of(self, party: str) -> Side | None:
        """On which side a party stands, if on any."""
        if party == self.seller.id:
            return "seller"
        return "buyer" if party == self.buyer.id else None

    def party(self, side: Side) -> PartyFacts:
        """The party of a side."""
        return self.seller if side == "seller" else self.buyer


@dataclass(slots=True, frozen=True)
class Signature:
    """A party's signature under the digest of the text."""

    side: Side
    party: str
    signer: str
    digest: str
    at: int
    key_id: str = ""
    """Empty: the account confirmed, without a key of its own."""
    public_key: str = ""
    signature: str = ""
    certificate_issuer: str = ""


@dataclass(slots=True)
class TextVersion:
    """A text that lay before the parties: version 1 is the exchange's, later ones are a party's."""

    number: int
    text: str
    digest: str
    at: int
    side: Side | None = None
    author: str | None = None


@dataclass(slots=True)
class Contract:
    """A technology contract: the text, its digest, and who signed."""

    id: str
    trade: str
    kind: ContractKind
    text: str
    digest: str
    state: ContractState = ContractState.DRAFTED
    signatures: list[Signature] = field(default_factory=list)
    """In the order of signing, one a side."""
    effective_on: str | None = None
    versions: list[TextVersion] = field(default_factory=list)
    """Every text there was, oldest first; the last one is `text`."""

    def signed_by(self, side: Side) -> bool:
        """Whether a side has signed."""
        return any(signature.side == side for signature in self.signatures)


@dataclass(slots=True)
class Claim:
    """A claim on public money, with the clause that grants it."""

    id: str
    trade: str
    rule: str
    claimant: Side
    party: str
    claim_year: int
    base_fen: int
    amount_fen: int
    document: str
    clause: str
    quote: str
    state: ClaimState = ClaimState.DRAWN_UP
    approvers: list[str] = field(default_factory=list)
    paid_on: str | None = None
    steps: tuple[Step, ...] = ()
    benefit: str = ""
    further: tuple[str, ...] = ()
    drawn_up_at: int = 0


@dataclass(slots=True)
class Settlement:
    """Everything between the call for a deposit and the last claim paid, in one house."""

    rulebook: Rulebook
    deposits: dict[str, Deposit] = field(default_factory=dict)
    trades: dict[str, Trade] = field(default_factory=dict)
    obligations: dict[str, Obligation] = field(default_factory=dict)
    contracts: dict[str, Contract] = field(default_factory=dict)
    registrations: dict[str, Registration] = field(default_factory=dict)
    claims: dict[str, Claim] = field(default_factory=dict)
    payments: dict[str, PaymentOrder] = field(default_factory=dict)
    orders_due: dict[str, int] = field(default_factory=dict)
    """Open order on the escrow account → the first instant (µs) at which it has expired; only those with an account."""
    milestones_due: dict[str, int] = field(default_factory=dict)
    """milestone → the instant after its last day, or the last day of making it good."""
    payments_open: dict[str, PaymentOrder] = field(default_factory=dict)
    """Ordered and not confirmed: the bank gateway takes them from here, again after a restart."""
    credits: dict[str, Credit] = field(default_factory=dict)
    suspense: list[Suspense] = field(default_factory=list)
    references: dict[str, str] = field(default_factory=dict)
    """Folded payment reference → deposit or obligation."""
    payout_accounts: dict[str, list[StatedAccount]] = field(default_factory=dict)
    """Party → every account it stated, oldest first."""
    statements: dict[str, dict[str, StatementHead]] = field(default_factory=dict)
    """Account → id → statement of the bank that was imported."""
    sources: dict[str, BankAccount] = field(default_factory=dict)
    """Deposit or obligation → the account from which its money came last, where the bank told."""
    numbers: dict[str, str] = field(default_factory=dict)
    """Registration number → registration, unique in the house."""
    serials: dict[str, int] = field(default_factory=dict)
    """Year, region and office → the lowest serial that is free."""
    defaults: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Listing → trades whose buyers defaulted, oldest first; each until the listing is sold again for it."""
    specialists: dict[str, SpecialistShareDrawnUp] = field(default_factory=dict)
    """Claim → what of it goes to the enterprise's specialist."""
    rewards: dict[str, RewardPlan] = field(default_factory=dict)
    """Trade → how its seller rewards the inventors."""
    persons: dict[str, str] = field(default_factory=dict)
    """Account → the person behind it, as said at its last step that another person has to follow."""
    ledger: Ledger = field(default_factory=Ledger)

    def obligation_of(self, trade: str) -> Obligation:
        """The obligation of a trade that was concluded."""
        obligation = self.trades[trade].obligation
        require(obligation is not None, "a concluded trade has its obligation")
        return self.obligations[obligation or ""]
