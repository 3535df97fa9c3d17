"""What may still happen to a registered contract: change (变更), cancellation (注销), revocation (撤销).

A change is registered at the original office under the same number (技术合同认定登记管理办法, art. 16 of the draft); where
the new total reaches the threshold of the second review, another person confirms it. A revocation takes two people.
"""

from matching_engine.money import LIMIT_FEN
from settlement.commands import SettlementCommand
from settlement.dates import shanghai_date
from settlement.dispatch import Deciders, Evolvers
from settlement.events import SettlementEvent
from settlement.filing import FilingForm, fault, missing, non_technical_fen
from settlement.income import reduction
from settlement.persons import one_person
from settlement.refusals import Events, Refusal, refuse
from settlement.registration_checks import found, go, second_review_of, words_fault
from settlement.registration_commands import (
    CancelRegistration,
    ChangeRegistration,
    ConfirmChange,
    RevokeRegistration,
)
from settlement.registration_events import (
    ChangeProposed,
    RegistrationCancelled,
    RegistrationChanged,
    RegistrationRevoked,
    RevocationProposed,
)
from settlement.registration_state import Move, Proposal, Registration, RegistrationVersion
from settlement.state import Settlement


def change_registration(state: Settlement, command: ChangeRegistration, at: int) -> Events:
    """Register what the parties have changed, or propose it to another person where the total is large."""
    registration, refusal = found(state, command.registration, command, Move.CHANGE)
    if registration is None:
        return refusal
    refusal = _check_change(registration, command)
    if refusal:
        return refusal
    day = shanghai_date(at)
    threshold_fen = second_review_of(state, registration, day).threshold_fen
    if command.total_fen < threshold_fen:
        proposal = Proposal(
            "change",
            command.registrar,
            command.reason.strip(),
            day.isoformat(),
            command.form,
            command.kind,
            command.total_fen,
        )
        return _changed(state, registration, proposal, command.registrar, at)
    proposed = ChangeProposed(
        registration=registration.id,
        trade=registration.trade,
        registrar=command.registrar,
        reason=command.reason.strip(),
        form=command.form,
        kind=command.kind,
        total_fen=command.total_fen,
        threshold_fen=threshold_fen,
        proposed_on=day.isoformat(),
        person=command.person,
    )
    return (proposed,)


def _check_change(registration: Registration, command: ChangeRegistration) -> Events:
    wrong = words_fault(command.reason)
    if wrong:
        return refuse(registration.id, command, Refusal.REASON_INVALID, wrong)
    if not 0 < command.total_fen <= LIMIT_FEN:
        detail = f"total_fen: got {command.total_fen}, expected 1 to {LIMIT_FEN}"
        return refuse(registration.id, command, Refusal.AMOUNT_INVALID, detail)
    wrong = fault(command.form, command.total_fen)
    if wrong:
        return refuse(registration.id, command, Refusal.FILING_INVALID, wrong)
    lacking = missing(command.form)
    if lacking:
        detail = f"the form lacks {', '.join(lacking)}"
        return refuse(registration.id, command, Refusal.FILING_INCOMPLETE, detail)
    return ()


def confirm_change(state: Settlement, command: ConfirmChange, at: int) -> Events:
    """The second person confirms a change that waits."""
    registration, refusal = found(state, command.registration, command, Move.CHANGE)
    if registration is None:
        return refusal
    proposal = registration.proposal
    if proposal is None or proposal.move != "change":
        return refuse(registration.id, command, Refusal.REGISTRATION_STATE, "no change waits")
    if one_person(state, proposal.registrar, command.registrar, command.person):
        return _another_person(registration, proposal, command)
    return _changed(state, registration, proposal, command.registrar, at)


def _another_person(registration: Registration, proposal: Proposal, command: SettlementCommand) -> Events:
    detail = f"{proposal.registrar} proposed it; another person confirms"
    return refuse(registration.id, command, Refusal.FOUR_EYES, detail)


def _changed(
    state: Settlement, registration: Registration, proposal: Proposal, registrar: str, at: int
) -> tuple[SettlementEvent, ...]:
    """The new version, and what it takes back of the income certified so far."""
    form = proposal.form or FilingForm()
    technology_fen = proposal.total_fen - non_technical_fen(form.costs)
    changed = RegistrationChanged(
        registration=registration.id,
        trade=registration.trade,
        version=len(registration.versions) + 1,
        registrar=registrar,
        first_registrar=proposal.registrar if proposal.registrar != registrar else "",
        reason=proposal.reason,
        form=form,
        kind=proposal.kind or "",
        total_fen=proposal.total_fen,
        technology_fen=technology_fen,
        changed_on=shanghai_date(at).isoformat(),
    )
    receipts = state.trades[registration.trade].receipts
    return (changed, *reduction(registration, receipts, proposal.total_fen, technology_fen, at))


def cancel_registration(state: Settlement, command: CancelRegistration, at: int) -> Events:
    """Strike it out."""
    registration, refusal = found(state, command.registration, command, Move.CANCEL)
    if registration is None:
        return refusal
    wrong = words_fault(command.reason)
    if wrong:
        return refuse(registration.id, command, Refusal.REASON_INVALID, wrong)
    cancelled = RegistrationCancelled(
        registration=registration.id,
        trade=registration.trade,
        registrar=command.registrar,
        reason=command.reason.strip(),
        cancelled_on=shanghai_date(at).isoformat(),
    )
    return (cancelled,)


def revoke_registration(state: Settlement, command: RevokeRegistration, at: int) -> Events:
    """Propose to take it back; asked for by another person too, it is taken back."""
    registration, refusal = found(state, command.registration, command, Move.REVOKE)
    if registration is None:
        return refusal
    wrong = words_fault(command.reason)
    if wrong:
        return refuse(registration.id, command, Refusal.REASON_INVALID, wrong)
    day, reason = shanghai_date(at).isoformat(), command.reason.strip()
    proposal = registration.proposal
    if proposal is None or proposal.move != "revoke":
        who = command.registrar, reason, day, command.person
        return (RevocationProposed(registration.id, registration.trade, *who),)
    if one_person(state, proposal.registrar, command.registrar, command.person):
        return _another_person(registration, proposal, command)
    revoked = RegistrationRevoked(
        registration=registration.id,
        trade=registration.trade,
        registrar=command.registrar,
        first_registrar=proposal.registrar,
        reason=reason,
        revoked_on=day,
    )
    return (revoked,)


def change_proposed(state: Settlement, event: ChangeProposed, _at: int) -> None:
    """The change waits for another person."""
    state.registrations[event.registration].proposal = Proposal(
        "change",
        event.registrar,
        event.reason,
        event.proposed_on,
        event.form,
        event.kind,  # type: ignore[arg-type]
        event.total_fen,
    )


def changed(state: Settlement, event: RegistrationChanged, _at: int) -> None:
    """The registered facts are new; number and office stay."""
    registration = state.registrations[event.registration]
    go(registration, Move.CHANGE)
    registration.form, registration.kind = event.form, event.kind
    registration.total_fen, registration.technology_fen = event.total_fen, event.technology_fen
    registration.costs = event.form.costs
    registration.registrar, registration.reason = event.registrar, event.reason
    registration.proposal = None
    registration.versions.append(
        RegistrationVersion(
            number=event.version,
            on=event.changed_on,
            registrar=event.registrar,
            reason=event.reason,
            project=event.form.project,
            kind=event.kind,
            total_fen=event.total_fen,
            technology_fen=event.technology_fen,
            costs=event.form.costs,
        )
    )


def cancelled(state: Settlement, event: RegistrationCancelled, _at: int) -> None:
    """It stands no more."""
    _end(
        state.registrations[event.registration],
        Move.CANCEL,
        event.registrar,
        event.reason,
        event.cancelled_on,
    )


def revocation_proposed(state: Settlement, event: RevocationProposed, _at: int) -> None:
    """It waits for another person."""
    state.registrations[event.registration].proposal = Proposal(
        "revoke", event.registrar, event.reason, event.proposed_on
    )


def revoked(state: Settlement, event: RegistrationRevoked, _at: int) -> None:
    """It stands no more."""
    _end(
        state.registrations[event.registration], Move.REVOKE, event.registrar, event.reason, event.revoked_on
    )


def _end(registration: Registration, move: Move, registrar: str, reason: str, day: str) -> None:
    go(registration, move)
    registration.registrar, registration.reason = registrar, reason
    registration.ended_on = day
    registration.proposal = None


DECIDE: Deciders = {
    ChangeRegistration: change_registration,
    ConfirmChange: confirm_change,
    CancelRegistration: cancel_registration,
    RevokeRegistration: revoke_registration,
}
EVOLVE: Evolvers = {
    ChangeProposed: change_proposed,
    RegistrationChanged: changed,
    RegistrationCancelled: cancelled,
    RevocationProposed: revocation_proposed,
    RegistrationRevoked: revoked,
}
