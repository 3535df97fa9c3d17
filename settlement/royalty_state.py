"""A period of a royalty as it was reported and inspected."""

from dataclasses import dataclass


@dataclass(slots=True)
class RoyaltyReport:
    """What a period came to; `advance_fen` of it was paid with the price already."""

    period: int
    first_on: str
    last_on: str
    basis_fen: int
    owed_fen: int
    advance_fen: int
    amount_fen: int
    due_on: str
    reporter: str
    late: bool
    reported_at: int
    answer_on: str | None = None
    """By when the books are shown, once the seller asked for them."""
    inspected_fen: int | None = None
    """The basis that the books showed."""
    short_fen: int = 0
    costs_on_buyer: bool = False
