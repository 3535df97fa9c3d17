"""What is offered at a negotiation table: one complete sheet of terms, and the digest by which it is agreed to.

A sheet holds everything that the contract will need, so that who agrees leaves nothing open (Civil Code, art. 472:
an offer is definite; art. 488: an acceptance agrees with it in substance).
"""

import msgspec

from matching_engine import canonical
from matching_engine.money import LIMIT_FEN
from settlement.commands import Subject
from settlement.deal import Deal
from settlement.drafting import subject_fault


class TermSheet(msgspec.Struct, frozen=True):
    """The price and everything beside it. `price_fen` is the lump sum, the sum of the instalments, the entry fee,
    or with a mere royalty the advance that counts towards it."""

    price_fen: int
    deal: Deal


def digest_of(table: str, number: int, sheet: TermSheet) -> str:
    """Hex SHA-256 of an offer: of these terms, under this number, at this table and no other."""
    facts = {"table": table, "number": number, "sheet": msgspec.to_builtins(sheet)}
    return canonical.digest(canonical.encode(facts)).hex()


def sheet_fault(sheet: TermSheet, subject: Subject) -> str | None:
    """What a contract of `subject` under this sheet would lack, or what is wrong with it; None when nothing is."""
    if not 1 <= sheet.price_fen <= LIMIT_FEN:
        return f"price_fen: got {sheet.price_fen}, expected 1 to {LIMIT_FEN}"
    return subject_fault(msgspec.structs.replace(subject, deal=sheet.deal))
