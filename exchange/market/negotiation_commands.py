"""What can be asked of a negotiation table. `party` is the organisation that asks; authority sees that it is the
asker's own."""

from typing import Literal

from exchange.market.command_base import Command
from exchange.market.negotiation_rules import NOTICE_DAYS, PAYMENT_DAYS
from exchange.market.negotiation_terms import TermSheet


class OpenTable(Command, frozen=True, tag=True):
    """Open a table on a listing between its holder and one taker. `by` is the holder, the taker, or empty for the
    operator; whoever did not open the table is invited. `completer`: the taker is, or belongs to, a completer."""

    listing: str
    taker: str
    by: str
    completer: bool = False
    notice_days: int = NOTICE_DAYS
    payment_days: int = PAYMENT_DAYS


class AnswerInvitation(Command, frozen=True, tag=True):
    """Sit down at a table, or decline."""

    table: str
    party: str
    accept: bool


class OfferTerms(Command, frozen=True, tag=True):
    """Offer a complete sheet of terms while none stands. `valid_for` µs it can be agreed to; a firm offer cannot be
    withdrawn before (Civil Code, art. 476)."""

    table: str
    party: str
    sheet: TermSheet
    valid_for: int
    firm: bool = False


class CounterTerms(Command, frozen=True, tag=True):
    """Answer the other side's standing offer with another sheet; the offer answered lapses (Civil Code, art. 478)."""

    table: str
    party: str
    answers: int
    sheet: TermSheet
    valid_for: int
    firm: bool = False


class AgreeTerms(Command, frozen=True, tag=True):
    """Agree to exactly the offer with this number and digest."""

    table: str
    party: str
    answers: int
    digest: str


class WithdrawTerms(Command, frozen=True, tag=True):
    """Take the own standing offer back."""

    table: str
    party: str
    answers: int


class BreakOff(Command, frozen=True, tag=True):
    """Leave the table for good before anything is agreed."""

    table: str
    party: str
    reason: str = ""


class LapseTerms(Command, frozen=True, tag=True):
    """The gavel: the time of the standing offer is over."""

    table: str


class ObjectAgreement(Command, frozen=True, tag=True):
    """Object to an agreement under public notice; the notice is suspended."""

    table: str
    party: str
    text: str


class DecideAgreementObjection(Command, frozen=True, tag=True):
    """The operator decides an objection with reasons: upheld, the agreement falls; else the notice goes on."""

    table: str
    objection: int
    upheld: bool
    reason: str


class ConfirmAgreement(Command, frozen=True, tag=True):
    """The gavel: the notice of an agreement is over."""

    table: str


class CloseTables(Command, frozen=True, tag=True):
    """The house: end every table of a listing that takes another way."""

    listing: str
    reason: Literal["in_session", "withdrawn"]


class UndoAgreement(Command, frozen=True, tag=True):
    """The house: the buyer of a trade by agreement defaulted; the listing is free again."""

    table: str


NegotiationCommand = (
    OpenTable
    | AnswerInvitation
    | OfferTerms
    | CounterTerms
    | AgreeTerms
    | WithdrawTerms
    | BreakOff
    | LapseTerms
    | ObjectAgreement
    | DecideAgreementObjection
    | ConfirmAgreement
    | CloseTables
    | UndoAgreement
)
