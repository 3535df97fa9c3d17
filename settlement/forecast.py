"""Before a person decides: what a statement's credits will come to, and what money in suspense may be meant for.

Nothing here changes the state or stands in the journal; what is booked is decided anew when it is booked.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from settlement.bank_statement import BankCredit
from settlement.credit import record_credit, recorded
from settlement.deposits import held
from settlement.dispatch import Evolvers
from settlement.events import CreditRecorded, DepositHeld, ObligationMet
from settlement.obligations import met
from settlement.references import fold, target_of
from settlement.state import DepositState, Settlement, Suspense

SUGGESTIONS_MAX = 5
_TAKEN: Evolvers = {CreditRecorded: recorded, DepositHeld: held, ObligationMet: met}
"""What of a credit's events the next credit's decision looks at."""


class Forecast(NamedTuple):
    """What one credit will come to: money for its target, the rest in suspense; a known one changes nothing."""

    credit: BankCredit
    known: bool
    target: str | None
    taken_fen: int
    suspense_fen: int
    reason: str


class Awaited(NamedTuple):
    """A deposit or obligation that money is awaited for."""

    target: str
    reference: str
    party: str
    due_fen: int
    whole: bool
    """A deposit takes its whole amount or nothing."""


class Suggestion(NamedTuple):
    """What money in suspense may be meant for, and what speaks for it: `amount`, `reference`, `payer`."""

    target: str
    party: str
    due_fen: int
    why: tuple[str, ...]


def forecast(state: Settlement, credits_: Sequence[BankCredit]) -> tuple[Forecast, ...]:
    """What booking these credits in their order will do, each with those before it booked."""
    scratch = _scratch(state, credits_)
    return tuple(_one(state, scratch, credit) for credit in credits_)


def _scratch(state: Settlement, credits_: Iterable[BankCredit]) -> Settlement:
    """A settlement of its own with copies of what the credits name."""
    scratch = Settlement(state.rulebook, references=state.references)
    for credit in credits_:
        target = target_of(state, credit.reference) or ""
        if target in state.deposits:
            scratch.deposits[target] = replace(state.deposits[target])
        elif target in state.obligations:
            scratch.obligations[target] = replace(state.obligations[target])
    return scratch


def _one(state: Settlement, scratch: Settlement, credit: BankCredit) -> Forecast:
    if credit.id in state.credits:
        return Forecast(credit, True, None, 0, 0, "")
    target, taken_fen, suspense_fen, reason = None, 0, 0, ""
    for event in record_credit(scratch, credit.command(), 0):
        if type(event) in _TAKEN:
            _TAKEN[type(event)](scratch, event, 0)
        if isinstance(event, CreditRecorded) and event.target is not None:
            target, taken_fen = event.target, event.amount_fen
        elif isinstance(event, CreditRecorded):
            suspense_fen, reason = event.amount_fen, event.suspense_reason or ""
    return Forecast(credit, False, target, taken_fen, suspense_fen, reason)


def awaited(state: Settlement) -> tuple[Awaited, ...]:
    """Every deposit that is called and every obligation of which something is missing."""
    deposits = tuple(
        Awaited(one.id, one.reference, one.party, one.amount_fen, True)
        for one in state.deposits.values()
        if one.state is DepositState.CALLED
    )
    return deposits + tuple(
        Awaited(one.id, one.reference, one.debtor, one.missing_fen, False)
        for one in state.obligations.values()
        if one.missing_fen > 0 and not one.cancelled
    )


def suggest(
    item: Suspense, open_: Iterable[Awaited], names: Mapping[str, str], limit: int = SUGGESTIONS_MAX
) -> tuple[Suggestion, ...]:
    """What an item may be meant for, by amount, reference and payer, the likeliest first; `names` are the parties'."""
    written, payer = _bare(item.reference), _bare(item.payer)
    found = []
    for one in open_:
        signs = {
            "amount": one.due_fen == item.amount_fen,
            "reference": _bare(one.reference) in written,
            "payer": payer in (_bare(one.party), _bare(names.get(one.party, one.party))),
        }
        why = tuple(name for name, speaks in signs.items() if speaks)
        if why and not (one.whole and item.amount_fen < one.due_fen):
            found.append(Suggestion(one.target, one.party, one.due_fen, why))
    found.sort(key=lambda suggestion: (-len(suggestion.why), suggestion.target))
    return tuple(found[:limit])


def _bare(text: str) -> str:
    """Letters and digits alone, so that "O T-L1 1" is read as O-T-L1-1."""
    return "".join(char for char in fold(text) if char.isalnum())
