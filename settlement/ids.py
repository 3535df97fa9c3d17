"""Names of what follows from a trade. They are derived, so that every step can be repeated and find itself."""

import hashlib

_PLAIN_MAX = 28
"""A payment id is an end-to-end id for the bank, which has 35 characters (ISO 20022, Max35Text)."""


def obligation_id(trade: str) -> str:
    """The buyer's obligation to pay; also the reference that its payments carry."""
    return f"O-{trade}"


def debt_id(trade: str, kind: str) -> str:
    """A debt of a default, and its reference: OC- commission, OS- shortfall, OF- what a forfeited deposit leaves."""
    return f"O{kind[0].upper()}-{trade}"


_CHARGES = {
    "buyer_commission": "OB",
    "seller_commission": "OA",
    "royalty": "OR",
    "inspection": "OX",
    "rescission": "OZ",
}


def charge_id(trade: str, kind: str, number: int | None = None) -> str:
    """What a sale makes due beside its price: OB-, OA- commissions, OR1- a period's royalty, OX1- what an inspection
    of it found, OZ- what was agreed on rescission."""
    return f"{_CHARGES[kind]}{number or ''}-{trade}"


def is_commission(obligation: str) -> bool:
    """Whether an obligation is the exchange's commission, of a sale or of a default."""
    return obligation.startswith(("OA-", "OB-", "OC-"))


def contract_id(trade: str) -> str:
    """The contract of a trade: one trade, one contract."""
    return f"C-{trade}"


def registration_id(trade: str) -> str:
    """The provisional id of a registration, unmistakably not one of the office's 16-digit numbers."""
    return f"TC-{trade}"


def claim_id(trade: str, number: int) -> str:
    """The claims of a trade count from 1."""
    return f"K-{trade}-{number}"


def milestone_id(trade: str, number: int) -> str:
    """The milestones of a trade count from 1."""
    return f"M{number}-{trade}"


def payment_id(subject: str) -> str:
    """The one payment that a deposit, a trade or a claim can cause."""
    return f"P-{subject}"


def refund_id(credit: str) -> str:
    """The payment that sends a credit back out of suspense; never one of `payment_id`, whatever the bank calls it."""
    if len(credit) > _PLAIN_MAX:
        credit = hashlib.sha256(credit.encode()).hexdigest()[:_PLAIN_MAX]
    return f"PR-{credit}"


def repeated_id(payment: str, attempt: int) -> str:
    """The payment id of a further attempt: P2-T-L1-1 after P-T-L1-1, then P3-T-L1-1."""
    head, _, subject = payment.partition("-")
    return f"{head.rstrip('0123456789')}{attempt}-{subject}"
