"""Why settlement refuses: a closed set of codes, and the event that says so."""

from enum import StrEnum

from settlement.commands import SettlementCommand
from settlement.events import SettlementEvent, SettlementRefused

Events = tuple[SettlementEvent, ...]
"""What a decision gives."""


class Refusal(StrEnum):
    """Codes of SettlementRefused."""

    AMOUNT_INVALID = "AMOUNT_INVALID"
    DATE_INVALID = "DATE_INVALID"
    DEPOSIT_EXISTS = "DEPOSIT_EXISTS"
    DEPOSIT_UNKNOWN = "DEPOSIT_UNKNOWN"
    DEPOSIT_STATE = "DEPOSIT_STATE"
    CREDIT_KNOWN = "CREDIT_KNOWN"
    CREDIT_MISMATCH = "CREDIT_MISMATCH"
    TRADE_EXISTS = "TRADE_EXISTS"
    TRADE_UNKNOWN = "TRADE_UNKNOWN"
    TRADE_PARTIES = "TRADE_PARTIES"
    NOT_A_PARTY = "NOT_A_PARTY"
    CONTRACT_ITEM_MISSING = "CONTRACT_ITEM_MISSING"
    CONTRACT_EXISTS = "CONTRACT_EXISTS"
    CONTRACT_UNKNOWN = "CONTRACT_UNKNOWN"
    CONTRACT_NOT_SIGNED = "CONTRACT_NOT_SIGNED"
    CONTRACT_SIGNED_ALREADY = "CONTRACT_SIGNED_ALREADY"
    DIGEST_MISMATCH = "DIGEST_MISMATCH"
    REGISTRATION_UNKNOWN = "REGISTRATION_UNKNOWN"
    REGISTRATION_STATE = "REGISTRATION_STATE"
    NUMBER_MALFORMED = "NUMBER_MALFORMED"
    NUMBER_TAKEN = "NUMBER_TAKEN"
    OBLIGATION_OPEN = "OBLIGATION_OPEN"
    PAYMENT_UNKNOWN = "PAYMENT_UNKNOWN"
    PAYMENT_DONE = "PAYMENT_DONE"
    PAYMENT_STATE = "PAYMENT_STATE"
    PAYMENT_NOT_DUE = "PAYMENT_NOT_DUE"
    SUSPENSE_UNKNOWN = "SUSPENSE_UNKNOWN"
    TARGET_UNFIT = "TARGET_UNFIT"
    ELECTION_STATED = "ELECTION_STATED"
    ELECTION_BINDING = "ELECTION_BINDING"
    ELECTION_MISSING = "ELECTION_MISSING"
    PROCEEDS_NOT_PAID = "PROCEEDS_NOT_PAID"
    NOT_REGISTERED = "NOT_REGISTERED"
    CLAIM_EXISTS = "CLAIM_EXISTS"
    CLAIM_NONE = "CLAIM_NONE"
    CLAIM_UNKNOWN = "CLAIM_UNKNOWN"
    CLAIM_STATE = "CLAIM_STATE"
    FOUR_EYES = "FOUR_EYES"


def refuse(subject: str, command: SettlementCommand, code: Refusal, detail: str) -> Events:
    """The whole answer to a command that changes nothing."""
    return (SettlementRefused(subject, type(command).__name__, code.value, detail),)
