"""What is agreed before a trial begins (先试用后转化): how long, what for, the fee, and how it is converted."""

import msgspec

from exchange.market.negotiation_rules import NOTICE_DAYS, PAYMENT_DAYS, TEXT_MAX
from exchange.market.negotiation_terms import TermSheet, sheet_fault
from matching_engine import canonical
from matching_engine.money import LIMIT_FEN
from settlement.commands import Subject

MONTHS_MAX = 12
"""A trial is for trying: after a year it is converted or given back."""
START_DAYS = 30
"""Calendar days from the agreement in which the trial begins, or it lapses."""


class TrialTerms(msgspec.Struct, frozen=True, omit_defaults=True):
    """Everything that is settled beforehand. `conversion` is the sheet that a conversion concludes, word for word."""

    months: int
    scope: str
    """What may be done with the technology while it is tried."""
    criteria: str
    """By what both will know that it works."""
    conversion: TermSheet
    fee_fen: int = 0
    """Paid to the holder directly; the holder names the receipt when it hands the technology over."""
    exclusive: bool = True
    """Whether the listing is kept for the taker while the trial stands."""
    notice_days: int = NOTICE_DAYS
    payment_days: int = PAYMENT_DAYS


def digest_of(trial: str, terms: TrialTerms) -> str:
    """Hex SHA-256 of the terms of one trial and no other."""
    facts = {"trial": trial, "terms": msgspec.to_builtins(terms)}
    return canonical.digest(canonical.encode(facts)).hex()


def terms_fault(terms: TrialTerms, subject: Subject, notice_least: int) -> str | None:
    """What is wrong with terms: field, what came, what was expected; None when nothing is."""
    if not 1 <= terms.months <= MONTHS_MAX:
        return f"months: got {terms.months}, expected 1 to {MONTHS_MAX}"
    for name in ("scope", "criteria"):
        text: str = getattr(terms, name)
        if not text.strip() or len(text) > TEXT_MAX:
            return f"{name}: got {len(text)} characters, expected 1 to {TEXT_MAX}"
    if not 0 <= terms.fee_fen <= LIMIT_FEN:
        return f"fee_fen: got {terms.fee_fen}, expected 0 to {LIMIT_FEN}"
    if not notice_least <= terms.notice_days <= 3650 or not 0 <= terms.payment_days <= 3650:
        return (
            f"notice_days: got {terms.notice_days}, expected {notice_least} or more; payment_days 0 or more"
        )
    return sheet_fault(terms.conversion, subject)
