"""Orders to the bank, credits and suspense, as settlement keeps them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from settlement.bank_account import BankAccount


class PaymentKind(StrEnum):
    """What a payment is for."""

    DEPOSIT = "deposit"
    PROCEEDS = "proceeds"
    CLAIM = "claim"
    REFUND = "refund"
    RETURN = "return"
    """What a defaulting buyer had paid beside its deposit."""
    DEBT = "debt"
    """What a default cost, to whom it is owed."""
    COMMISSION = "commission"
    """The exchange's, of a sale that stands."""
    ROYALTY = "royalty"
    """A period's share, to the seller."""
    MILESTONE = "milestone"
    """A stage of development that was accepted, to the awardee."""
    COMPENSATION = "compensation"
    """What the parties agreed the seller keeps of a rescinded sale."""


class PaymentState(StrEnum):
    """PENDING → POSTED when the bank confirms, or → VOID | EXPIRED; an order ends once."""

    PENDING = "pending"
    POSTED = "posted"
    VOID = "void"
    EXPIRED = "expired"


_PURPOSES = {
    PaymentKind.DEPOSIT: "退还竞买保证金",
    PaymentKind.PROCEEDS: "支付技术交易价款",
    PaymentKind.CLAIM: "拨付技术交易补助奖励",
    PaymentKind.REFUND: "退还款项",
    PaymentKind.RETURN: "退还部分价款",
    PaymentKind.DEBT: "支付悔拍差价及佣金",
    PaymentKind.COMMISSION: "支付交易佣金",
    PaymentKind.ROYALTY: "支付技术使用提成费",
    PaymentKind.MILESTONE: "支付研发阶段经费",
    PaymentKind.COMPENSATION: "支付解除合同补偿",
}


@dataclass(slots=True)
class PaymentOrder:
    """Money that the bank was asked to move; `paid_on` stays None until the bank confirms."""

    payment: str
    kind: PaymentKind
    subject: str
    """The deposit, trade, claim or credit it is for."""
    party: str
    """The party that gets the money; of a refund from suspense, the payer as the bank named it."""
    amount_fen: int
    bank_reference: str | None = None
    paid_on: str | None = None
    ordered_at: int = 0
    state: PaymentState = PaymentState.PENDING
    reason: str | None = None
    """Why the bank sent it back."""
    attempt: int = 1
    repeated_as: str | None = None
    """The payment id under which a void order was given again."""
    return_reference: str | None = None
    """The bank's entry by which the money came back."""
    creditor: BankAccount | None = None
    """The account it pays to; None: it waits for one."""
    ready_at: int | None = None
    """Since when the bank could execute it: it has its account."""
    directed: tuple[BankAccount, str] | None = None
    """The account that somebody last named for it, and who."""

    @property
    def account(self) -> Literal["escrow", "fund"]:
        """From which account it is paid."""
        return "fund" if self.kind is PaymentKind.CLAIM else "escrow"

    @property
    def purpose(self) -> str:
        """What the bank writes on the transfer."""
        return f"{_PURPOSES[self.kind]} {self.subject}"


@dataclass(slots=True)
class Credit:
    """What the bank told about money that arrived; kept so that a second telling is recognised."""

    credit: str
    reference: str
    payer: str
    amount_fen: int
    credited_on: str
    payer_account: BankAccount | None = None


@dataclass(slots=True)
class Suspense:
    """Money that fits nothing, waiting for a person; `reason` says why."""

    credit: str
    reference: str
    payer: str
    amount_fen: int
    credited_on: str
    reason: str
