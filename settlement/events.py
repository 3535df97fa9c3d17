"""What happened after the hammer, and to deposits before it: a closed union, past tense."""

from settlement.account_events import AccountEvent
from settlement.bank_account import BankAccount
from settlement.bank_events import BankEvent
from settlement.charge_events import ChargeEvent
from settlement.commands import Change, Part, PartyFacts, Side, Subject
from settlement.deal import ContractKind
from settlement.default_events import (
    DefaultAssessed,
    DefaultDebtRaised,
    DepositForfeited,
    ForfeitApplied,
    ObligationMoneyOrdered,
    ObligationMoneyPaid,
    TradeDefaulted,
)
from settlement.event_base import Event as Event
from settlement.milestone_messages import MilestoneEvent
from settlement.registration_events import ContractRegistered as ContractRegistered
from settlement.registration_events import RegistrationEvent
from settlement.registration_events import RegistrationRefused as RegistrationRefused
from settlement.registration_events import RegistrationSubmitted as RegistrationSubmitted
from settlement.rescission_messages import RescissionEvent
from settlement.reward_messages import RewardEvent
from settlement.royalty_events import RoyaltyEvent
from settlement.specialist_messages import SpecialistEvent
from settlement.worksheet import Step


class DepositCalled(Event, frozen=True, tag=True):
    """A bidder owes a deposit; the payment carries `reference`."""

    deposit: str
    lot: str
    bidder: str
    party: str
    amount_fen: int
    reference: str


class CreditRecorded(Event, frozen=True, tag=True):
    """Money arrived. `target` is the deposit or obligation it is for; None: it went to suspense, and why."""

    credit: str
    reference: str
    payer: str
    amount_fen: int
    credited_on: str
    target: str | None
    suspense_reason: str | None = None
    payer_account: BankAccount | None = None
    """Where it came from, if the bank told."""


class DepositHeld(Event, frozen=True, tag=True):
    """The whole deposit is on the escrow account."""

    deposit: str
    lot: str
    bidder: str
    amount_fen: int


class DepositApplied(Event, frozen=True, tag=True):
    """The winner's deposit became a part of the price."""

    deposit: str
    trade: str
    amount_fen: int
    applied_on: str


class DepositReleaseOrdered(Event, frozen=True, tag=True):
    """The bank is asked to give the deposit back by `due_by`."""

    deposit: str
    payment: str
    party: str
    amount_fen: int
    due_by: int


class DepositReleased(Event, frozen=True, tag=True):
    """The deposit is back with its bidder."""

    deposit: str
    payment: str
    amount_fen: int
    bank_reference: str
    paid_on: str


class PaymentVoided(Event, frozen=True, tag=True):
    """An order counts no more: the bank sent it back, or it expired. Its money waits to be ordered again."""

    payment: str
    amount_fen: int
    reason: str
    expired: bool = False
    bank_reference: str = ""
    """The bank's entry that says so, where there is one."""


class PaymentRepeated(Event, frozen=True, tag=True):
    """The bank is asked again, under the payment id `again`."""

    payment: str
    again: str
    amount_fen: int


class SuspenseRefundOrdered(Event, frozen=True, tag=True):
    """The bank is asked to send money back to its payer."""

    credit: str
    payment: str
    payer: str
    amount_fen: int


class SuspenseRefunded(Event, frozen=True, tag=True):
    """The money is back with its payer."""

    credit: str
    payment: str
    amount_fen: int
    bank_reference: str
    paid_on: str


class SuspenseAssigned(Event, frozen=True, tag=True):
    """A person found what money in suspense was for; what is more than due stays in suspense."""

    credit: str
    target: str
    amount_fen: int


class TradeConcluded(Event, frozen=True, tag=True):
    """A sale: the confirmation of sale (成交确认书) states exactly this (auction law art. 52)."""

    trade: str
    lot: str
    subject: Subject
    seller: PartyFacts
    buyer: PartyFacts
    price_fen: int
    deposit: str | None
    mechanism: str
    hammered_at: int


class ObligationRaised(Event, frozen=True, tag=True):
    """The buyer owes the price; payments carry `reference`."""

    obligation: str
    trade: str
    debtor: str
    creditor: str
    amount_fen: int
    due_on: str
    reference: str


class InstalmentsAgreed(Event, frozen=True, tag=True):
    """The price is due in parts; the whole of it with the last."""

    trade: str
    obligation: str
    parts: tuple[Part, ...]


class ObligationMet(Event, frozen=True, tag=True):
    """The whole price is on the escrow account."""

    obligation: str
    trade: str


class ContractDrafted(Event, frozen=True, tag=True):
    """The contract's whole text, and its hex SHA-256, which the signatures cover."""

    contract: str
    trade: str
    kind: ContractKind
    text: str
    digest: str


class ContractRevised(Event, frozen=True, tag=True):
    """A party changed clauses before the conclusion: the whole new text; every signature under the old one is void."""

    contract: str
    trade: str
    version: int
    party: str
    side: Side
    author: str
    changes: tuple[Change, ...]
    text: str
    digest: str


class ContractSigned(Event, frozen=True, tag=True):
    """A party signed the digest; with a key, the event holds all that is needed to check it again (hex)."""

    contract: str
    party: str
    side: Side
    signer: str
    digest: str
    key_id: str = ""
    public_key: str = ""
    signature: str = ""
    certificate_issuer: str = ""


class ContractConcluded(Event, frozen=True, tag=True):
    """Both parties have signed."""

    contract: str
    trade: str
    effective_on: str


class ProceedsOrdered(Event, frozen=True, tag=True):
    """The bank is asked to pay the price to the seller."""

    trade: str
    payment: str
    party: str
    amount_fen: int


class ProceedsPaid(Event, frozen=True, tag=True):
    """The price reached the seller's account: the amount actually received (实际到账金额)."""

    trade: str
    payment: str
    amount_fen: int
    bank_reference: str
    paid_on: str


class ClaimantElected(Event, frozen=True, tag=True):
    """A party said which side shall claim. `joint` is True once both said the same."""

    trade: str
    party: str
    side: Side
    joint: bool
    author: str = ""
    digest: str = ""
    """Hex SHA-256 of the election's text."""
    key_id: str = ""
    public_key: str = ""
    signature: str = ""
    certificate_issuer: str = ""


class ClaimDrawnUp(Event, frozen=True, tag=True):
    """A claim the law allows, with the clause that grants it."""

    claim: str
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
    steps: tuple[Step, ...] = ()
    """How the amount came about; a later rule book changes none of it."""
    benefit: str = ""
    further: tuple[str, ...] = ()
    """What the document also asks and a person has to check."""


class ClaimApproved(Event, frozen=True, tag=True):
    """One official approved; `final` is True for the second."""

    claim: str
    approver: str
    final: bool
    person: str = ""


class ClaimPaymentOrdered(Event, frozen=True, tag=True):
    """The fund is asked to pay."""

    claim: str
    payment: str
    party: str
    amount_fen: int


class ClaimPaid(Event, frozen=True, tag=True):
    """Paid, once."""

    claim: str
    payment: str
    amount_fen: int
    bank_reference: str
    paid_on: str


class SettlementRefused(Event, frozen=True, tag=True):
    """A step was refused: what it was about, its code, and one sentence."""

    subject: str
    command: str
    code: str
    detail: str


SettlementEvent = (
    DepositCalled
    | CreditRecorded
    | DepositHeld
    | DepositApplied
    | DepositReleaseOrdered
    | DepositReleased
    | PaymentVoided
    | PaymentRepeated
    | TradeDefaulted
    | DepositForfeited
    | DefaultAssessed
    | DefaultDebtRaised
    | ForfeitApplied
    | ObligationMoneyOrdered
    | ObligationMoneyPaid
    | SuspenseRefundOrdered
    | SuspenseRefunded
    | SuspenseAssigned
    | TradeConcluded
    | ObligationRaised
    | InstalmentsAgreed
    | ObligationMet
    | ContractDrafted
    | ContractRevised
    | ContractSigned
    | ContractConcluded
    | ProceedsOrdered
    | ProceedsPaid
    | ClaimantElected
    | ClaimDrawnUp
    | ClaimApproved
    | ClaimPaymentOrdered
    | ClaimPaid
    | AccountEvent
    | SpecialistEvent
    | RewardEvent
    | RegistrationEvent
    | BankEvent
    | RoyaltyEvent
    | MilestoneEvent
    | RescissionEvent
    | ChargeEvent
    | SettlementRefused
)
