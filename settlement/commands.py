"""What settlement can be asked: a closed union, imperative.

Dates (`…_on`) are calendar dates in Asia/Shanghai as ISO texts; a bank's date is taken as the bank gives it.
"""

from typing import Literal

import msgspec

from settlement.account_commands import AccountCommand
from settlement.bank_account import BankAccount
from settlement.bank_commands import BankCommand
from settlement.command_base import Command as Command
from settlement.commission import Commission
from settlement.deal import Deal
from settlement.milestone_messages import MilestoneCommand
from settlement.registration_commands import RefuseRegistration as RefuseRegistration
from settlement.registration_commands import RegisterContract as RegisterContract
from settlement.registration_commands import RegistrationCommand
from settlement.registration_commands import SubmitRegistration as SubmitRegistration
from settlement.rescission_messages import AgreeRescission as AgreeRescission
from settlement.reward_messages import RewardCommand
from settlement.royalty_commands import RoyaltyCommand
from settlement.specialist_messages import SpecialistCommand

Side = Literal["seller", "buyer"]


class PartyFacts(msgspec.Struct, frozen=True):
    """What a contract, a registration and a claim state about a party."""

    id: str
    name: str
    kind: Literal["university", "research_institute", "enterprise"]
    region: str
    """Province key of the rule books, like "heilongjiang" or "zhejiang"."""
    code: str
    """Unified social credit code (18 characters) or another organisation code."""
    address: str = ""
    representative: str = ""


class Subject(msgspec.Struct, frozen=True):
    """What is sold: the achievement's facts that a contract states."""

    listing: str
    title: str
    abstract: str = ""
    field: str = ""
    ip: tuple[str, ...] = ()
    """Intellectual property, one line each: kind, number, status."""
    deal: Deal | None = None
    """What is agreed beside the price; None: what the mechanism implies."""


class CallDeposit(Command, frozen=True, tag=True):
    """Ask a bidder for its deposit before the first bid."""

    deposit: str
    lot: str
    bidder: str
    party: str
    amount_fen: int


class RecordCredit(Command, frozen=True, tag=True):
    """The bank says money arrived on the escrow account."""

    credit: str
    """The bank's own reference: the same credit told twice is recorded once."""
    reference: str
    """What the payer wrote: the reference of a deposit or an obligation."""
    payer: str
    amount_fen: int
    credited_on: str
    payer_account: BankAccount | None = None
    """Where the money came from, if the bank told: a deposit goes back there."""


class ReleaseDeposit(Command, frozen=True, tag=True):
    """Give a deposit back; `due_by` is the last instant (µs) the rule set allows."""

    deposit: str
    due_by: int


class ConfirmPayment(Command, frozen=True, tag=True):
    """The bank says an ordered payment left the escrow or fund account."""

    payment: str
    bank_reference: str
    paid_on: str
    amount_fen: int | None = None
    """What the bank says it paid; another amount than the order's is refused."""


class VoidPayment(Command, frozen=True, tag=True):
    """The bank says an ordered payment will not be executed, or came back; the money waits to be ordered again."""

    payment: str
    reason: str


class ExpirePayment(Command, frozen=True, tag=True):
    """An order that the bank has left open for too long shall count no more."""

    payment: str


class RepeatPayment(Command, frozen=True, tag=True):
    """Order the money of a void or expired payment again, under a payment id of its own."""

    payment: str


class Part(msgspec.Struct, frozen=True):
    """A part of a price and its day."""

    due_on: str
    amount_fen: int


class AgreeInstalments(Command, frozen=True, tag=True):
    """The parties agreed to have the price paid in parts."""

    trade: str
    parts: tuple[Part, ...]


class DeclareDefault(Command, frozen=True, tag=True):
    """The buyer did not pay in time; the commissions of both sides, as agreed for this sale."""

    trade: str
    buyer_commission_fen: int | None = None
    seller_commission_fen: int | None = None
    """None: what the sale's own commissions came to."""


class AssessDefault(Command, frozen=True, tag=True):
    """What a default cost, now that the lot was sold again as the trade `resale`."""

    trade: str
    resale: str


class PayDebt(Command, frozen=True, tag=True):
    """Pay a debt of a default, once it is whole, out to its creditor."""

    obligation: str


class RefundSuspense(Command, frozen=True, tag=True):
    """Pay money that fits nothing back to whoever sent it."""

    credit: str


class AssignSuspense(Command, frozen=True, tag=True):
    """Take money out of suspense for the deposit or obligation it was meant for."""

    credit: str
    target: str


class ConcludeTrade(Command, frozen=True, tag=True):
    """A hammer fell: a trade between two parties at a price."""

    trade: str
    lot: str
    subject: Subject
    seller: PartyFacts
    buyer: PartyFacts
    price_fen: int
    deposit: str | None
    mechanism: str
    hammered_at: int
    payment_days: int
    """Days after the conclusion in which the price is due."""
    commission: Commission | None = None
    """What both sides pay the exchange, as the session has it; None: nothing."""


class DraftContract(Command, frozen=True, tag=True):
    """Write the contract of a trade."""

    trade: str


class Change(msgspec.Struct, frozen=True):
    """Other words for a clause, by its number, like "4.3"."""

    clause: str
    text: str


class ProposeText(Command, frozen=True, tag=True):
    """A party proposes other words for clauses; `digest` is that of the text it changes."""

    contract: str
    party: str
    author: str
    digest: str
    changes: tuple[Change, ...]


class SignContract(Command, frozen=True, tag=True):
    """Sign for a party; `digest` is the hex SHA-256 of the text that the signer saw.

    With a key: `public_key` (Ed25519) and `signature` over the contract's statement, both hex; the edge has checked
    them against the register before it asks. Without one, the account's confirmation is the signature.
    """

    contract: str
    party: str
    signer: str
    digest: str
    key_id: str = ""
    public_key: str = ""
    signature: str = ""
    certificate_issuer: str = ""
    """The licensed authority that certified the key, as the register says; empty for most keys."""


class PayProceeds(Command, frozen=True, tag=True):
    """Pay the escrowed price out to the seller."""

    trade: str


class ElectClaimant(Command, frozen=True, tag=True):
    """One party says which side shall claim; it binds when both parties say the same."""

    trade: str
    party: str
    side: Side
    author: str = ""
    digest: str = ""
    """Of the election's text, as the author saw it; empty: the text that follows from trade and side."""
    key_id: str = ""
    public_key: str = ""
    signature: str = ""
    certificate_issuer: str = ""


class DrawUpClaims(Command, frozen=True, tag=True):
    """Evaluate the rules on the money credited and draw up what they grant."""

    trade: str


class ApproveClaim(Command, frozen=True, tag=True):
    """One official approves; the second one, another person, makes it payable."""

    claim: str
    approver: str
    person: str = ""


SettlementCommand = (
    CallDeposit
    | RecordCredit
    | ReleaseDeposit
    | ConfirmPayment
    | VoidPayment
    | ExpirePayment
    | RepeatPayment
    | AgreeInstalments
    | DeclareDefault
    | AssessDefault
    | PayDebt
    | RefundSuspense
    | AssignSuspense
    | ConcludeTrade
    | DraftContract
    | ProposeText
    | SignContract
    | PayProceeds
    | ElectClaimant
    | DrawUpClaims
    | ApproveClaim
    | AccountCommand
    | SpecialistCommand
    | RewardCommand
    | RegistrationCommand
    | BankCommand
    | RoyaltyCommand
    | MilestoneCommand
    | AgreeRescission
)
