"""Money that arrives: matched by its reference to a deposit or an obligation, or put into suspense with a reason.

A deposit must arrive in one transfer; the price may come in parts. Whatever is more than was due, or comes
when nothing is due, waits in suspense. The same credit told twice has one effect.
"""

from enum import StrEnum

from matching_engine.errors import require
from settlement.commands import RecordCredit
from settlement.dates import parse_date
from settlement.dispatch import Deciders, Evolvers
from settlement.events import CreditRecorded, DepositHeld, ObligationMet, SettlementEvent
from settlement.references import fold, target_of
from settlement.refusals import Events, Refusal, refuse
from settlement.state import Credit, Deposit, DepositState, Obligation, Settlement, Suspense


class SuspenseReason(StrEnum):
    """Why money waits in suspense."""

    NO_REFERENCE = "NO_REFERENCE"
    """The payer wrote nothing."""
    UNKNOWN_REFERENCE = "UNKNOWN_REFERENCE"
    UNDERPAID = "UNDERPAID"
    """Less than the whole deposit."""
    OVERPAID = "OVERPAID"
    """The part above what was due."""
    NOTHING_DUE = "NOTHING_DUE"
    """The deposit or the price was paid before."""


def record_credit(state: Settlement, command: RecordCredit, _at: int) -> Events:
    """Book what the bank told, once."""
    known = state.credits.get(command.credit)
    if known is not None:
        return _told_before(known, command)
    if command.amount_fen <= 0:
        return refuse(command.credit, command, Refusal.AMOUNT_INVALID, "a credit is above 0.00")
    if parse_date(command.credited_on) is None:
        detail = "credited_on is a date like 2026-11-20"
        return refuse(command.credit, command, Refusal.DATE_INVALID, detail)
    target = target_of(state, command.reference) or ""
    if target in state.deposits:
        return _to_deposit(state.deposits[target], command)
    if target in state.obligations:
        return _to_obligation(state.obligations[target], command)
    named = SuspenseReason.UNKNOWN_REFERENCE if fold(command.reference) else SuspenseReason.NO_REFERENCE
    return (_suspend(command, command.amount_fen, named),)


def _told_before(known: Credit, command: RecordCredit) -> Events:
    if is_told(known, command.reference, command.payer, command.amount_fen, command.credited_on):
        return refuse(command.credit, command, Refusal.CREDIT_KNOWN, "this credit was recorded before")
    detail = "recorded before with another reference, payer, amount or date"
    return refuse(command.credit, command, Refusal.CREDIT_MISMATCH, detail)


def is_told(known: Credit, reference: str, payer: str, amount_fen: int, credited_on: str) -> bool:
    """Whether a credit that is told again is the known one; the payer's account may come with one telling only."""
    told = (reference, payer, amount_fen, credited_on)
    return told == (known.reference, known.payer, known.amount_fen, known.credited_on)


def _to_deposit(deposit: Deposit, command: RecordCredit) -> Events:
    if deposit.state is not DepositState.CALLED:
        return (_suspend(command, command.amount_fen, SuspenseReason.NOTHING_DUE),)
    if command.amount_fen < deposit.amount_fen:
        return (_suspend(command, command.amount_fen, SuspenseReason.UNDERPAID),)
    held = DepositHeld(deposit.id, deposit.lot, deposit.bidder, deposit.amount_fen)
    return (*_book(command, deposit.id, deposit.amount_fen), held)


def _to_obligation(obligation: Obligation, command: RecordCredit) -> Events:
    missing_fen = obligation.missing_fen
    if missing_fen == 0 or obligation.cancelled:
        return (_suspend(command, command.amount_fen, SuspenseReason.NOTHING_DUE),)
    events = _book(command, obligation.id, missing_fen)
    if command.amount_fen >= missing_fen:
        events = (*events, ObligationMet(obligation.id, obligation.trade))
    return events


def _book(command: RecordCredit, target: str, due_fen: int) -> tuple[SettlementEvent, ...]:
    """What is due goes to the target; what is more, as a posting of its own, into suspense."""
    taken_fen = min(command.amount_fen, due_fen)
    credited = _recorded(command, taken_fen, target, None)
    if taken_fen == command.amount_fen:
        return (credited,)
    return credited, _suspend(command, command.amount_fen - taken_fen, SuspenseReason.OVERPAID)


def _suspend(command: RecordCredit, amount_fen: int, reason: SuspenseReason) -> CreditRecorded:
    return _recorded(command, amount_fen, None, reason.value)


def _recorded(
    command: RecordCredit, amount_fen: int, target: str | None, reason: str | None
) -> CreditRecorded:
    return CreditRecorded(
        credit=command.credit,
        reference=command.reference,
        payer=command.payer,
        amount_fen=amount_fen,
        credited_on=command.credited_on,
        target=target,
        suspense_reason=reason,
        payer_account=command.payer_account,
    )


def recorded(state: Settlement, event: CreditRecorded, _at: int) -> None:
    """The money lies in escrow for its target, or in suspense."""
    _remember(state, event)
    if event.target is None:
        state.suspense.append(
            Suspense(
                event.credit,
                event.reference,
                event.payer,
                event.amount_fen,
                event.credited_on,
                event.suspense_reason or "",
            )
        )
        return
    if event.payer_account is not None:
        state.sources[event.target] = event.payer_account
    if event.target in state.obligations:
        state.obligations[event.target].receive(event.amount_fen)


def take_from_suspense(state: Settlement, credit: str, amount_fen: int) -> None:
    """Some or all of what a credit has in suspense has found its end."""
    item = suspended(state, credit)
    require(item is not None and amount_fen <= item.amount_fen, "no more leaves suspense than is there")
    assert item is not None
    item.amount_fen -= amount_fen
    if item.amount_fen == 0:
        state.suspense.remove(item)


def suspended(state: Settlement, credit: str) -> Suspense | None:
    """What a credit has in suspense, if anything."""
    return next((item for item in state.suspense if item.credit == credit), None)


def _remember(state: Settlement, event: CreditRecorded) -> None:
    """A credit that was split into two postings is remembered whole."""
    credit = state.credits.get(event.credit)
    if credit is None:
        state.credits[event.credit] = Credit(
            event.credit,
            event.reference,
            event.payer,
            event.amount_fen,
            event.credited_on,
            event.payer_account,
        )
    else:
        credit.amount_fen += event.amount_fen


DECIDE: Deciders = {RecordCredit: record_credit}
EVOLVE: Evolvers = {CreditRecorded: recorded}
