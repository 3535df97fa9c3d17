"""Recognition and registration (认定登记) of a concluded contract: the filing, and where its steps are found.

The seller side files with the office of its place (技术合同认定登记管理办法, art. 11 and 12 of the draft); the house does
so by itself as far as the trade tells the form's fields. The house files under a provisional id (`TC-…`) that cannot be
taken for one of the office's 16-digit numbers. The office's clock runs from the filing and begins anew with a supplement.
"""

from settlement import income, registration_later, registration_review
from settlement.dates import parse_date, shanghai_date
from settlement.dispatch import Deciders, Evolvers
from settlement.filing import FilingForm, fault, missing
from settlement.filing_draft import derived_form
from settlement.ids import registration_id
from settlement.office_book import Clock, Office, office_book
from settlement.refusals import Events, Refusal, refuse
from settlement.registration_checks import benefit_block as benefit_block
from settlement.registration_checks import form_of, found, go, province_of, words_fault
from settlement.registration_commands import (
    AnswerSupplement,
    CompleteFiling,
    RequestSupplement,
    SubmitRegistration,
)
from settlement.registration_events import (
    FilingCompleted,
    FilingPrepared,
    RegistrationSubmitted,
    SupplementAnswered,
    SupplementRequested,
)
from settlement.registration_numbers import NUMBER as NUMBER
from settlement.registration_state import Move, Registration, RegistrationState, Supplement
from settlement.review import checklist
from settlement.state import Contract, ContractState, Settlement, Trade

FORM_FIELDS = FilingForm.__struct_fields__
"""What of the form a supplement can be asked for, beside the items of the checklist."""


def submit_registration(state: Settlement, command: SubmitRegistration, at: int) -> Events:
    """File a contract that both parties have signed; with fields missing that nobody stated yet, prepare the filing."""
    contract = state.contracts.get(command.contract)
    if contract is None:
        return refuse(command.contract, command, Refusal.CONTRACT_UNKNOWN, "no such contract")
    if contract.state is not ContractState.CONCLUDED:
        detail = "only a contract signed by both parties is registered"
        return refuse(command.contract, command, Refusal.CONTRACT_NOT_SIGNED, detail)
    trade = state.trades[contract.trade]
    if trade.failed is not None:
        return refuse(command.contract, command, Refusal.TRADE_FAILED, trade.failed)
    before = state.registrations.get(registration_id(trade.id))
    if before is not None and not before.may(Move.SUBMIT):
        return refuse(before.id, command, Refusal.REGISTRATION_STATE, f"it is {before.state} already")
    office = office_book().office(command.office)
    if office is None:
        detail = f"office: got {command.office}, expected the name or six-digit code of a registration office"
        return refuse(command.contract, command, Refusal.OFFICE_INVALID, detail)
    form = form_of(state, before) if before else derived_form(trade, contract)
    lacking = missing(form)
    if lacking and before is None:
        return (_prepared(trade, contract, office, form, lacking),)
    if lacking:
        return _incomplete(registration_id(trade.id), command, lacking)
    return (_submitted(trade, contract, office, form, at),)


def _prepared(
    trade: Trade, contract: Contract, office: Office, form: FilingForm, lacking: tuple[str, ...]
) -> FilingPrepared:
    return FilingPrepared(
        registration=registration_id(trade.id),
        contract=contract.id,
        trade=trade.id,
        office=office.name,
        office_code=office.code,
        total_fen=trade.price_fen,
        form=form,
        missing=lacking,
    )


def _submitted(
    trade: Trade, contract: Contract, office: Office, form: FilingForm, at: int
) -> RegistrationSubmitted:
    day = shanghai_date(at)
    clock = office_book().clock(office.province, day, contract.kind, trade.price_fen)
    return RegistrationSubmitted(
        registration=registration_id(trade.id),
        contract=contract.id,
        trade=trade.id,
        office=office.name,
        total_fen=trade.price_fen,
        office_code=office.code,
        form=form,
        filed_on=day.isoformat(),
        due_on=clock.due(day).isoformat(),
        clock=clock.source,
    )


def _incomplete(
    registration: str,
    command: SubmitRegistration | AnswerSupplement,
    lacking: tuple[str, ...],
) -> Events:
    detail = f"the form lacks {', '.join(lacking)}"
    return refuse(registration, command, Refusal.FILING_INCOMPLETE, detail)


def complete_filing(state: Settlement, command: CompleteFiling, _at: int) -> Events:
    """Take the applicant's form, whole; what it leaves empty is missing again."""
    registration, refusal = found(state, command.registration, command, Move.COMPLETE)
    if registration is None:
        return refusal
    wrong = fault(command.form, registration.total_fen)
    if wrong:
        return refuse(registration.id, command, Refusal.FILING_INVALID, wrong)
    return (FilingCompleted(registration.id, registration.trade, command.author, command.form),)


def request_supplement(state: Settlement, command: RequestSupplement, at: int) -> Events:
    """Ask for items of the checklist or fields of the form, in words; the clock stands still."""
    registration, refusal = found(state, command.registration, command, Move.ASK_SUPPLEMENT)
    if registration is None:
        return refusal
    kind = state.contracts[registration.contract].kind
    known = (*(item.value for item in checklist(kind)), *FORM_FIELDS)
    strange = [item for item in command.items if item not in known]
    if strange or not command.items:
        detail = f"items: got {', '.join(strange) or 'nothing'}, expected some of {', '.join(known)}"
        return refuse(registration.id, command, Refusal.REVIEW_ITEM, detail)
    wrong = words_fault(command.words)
    if wrong:
        return refuse(registration.id, command, Refusal.REASON_INVALID, wrong)
    requested = SupplementRequested(
        registration=registration.id,
        trade=registration.trade,
        registrar=command.registrar,
        items=command.items,
        words=command.words.strip(),
        requested_on=shanghai_date(at).isoformat(),
    )
    return (requested,)


def answer_supplement(state: Settlement, command: AnswerSupplement, at: int) -> Events:
    """Give what the office asked for; its clock begins anew on this day."""
    registration, refusal = found(state, command.registration, command, Move.SUPPLEMENT)
    if registration is None:
        return refusal
    wrong = words_fault(command.words)
    if wrong:
        return refuse(registration.id, command, Refusal.REASON_INVALID, wrong)
    form = command.form or form_of(state, registration)
    wrong = fault(form, registration.total_fen)
    if wrong:
        return refuse(registration.id, command, Refusal.FILING_INVALID, wrong)
    if missing(form):
        return _incomplete(registration.id, command, missing(form))
    day = shanghai_date(at)
    answered = SupplementAnswered(
        registration=registration.id,
        trade=registration.trade,
        author=command.author,
        words=command.words.strip(),
        form=command.form,
        answered_on=day.isoformat(),
        due_on=_clock(state, registration, at).due(day).isoformat(),
    )
    return (answered,)


def _clock(state: Settlement, registration: Registration, at: int) -> Clock:
    """The clock by which it was filed: that of the filing's day, whatever was announced since."""
    kind = state.contracts[registration.contract].kind
    filed = parse_date(registration.filed_on) or shanghai_date(at)
    return office_book().clock(province_of(state, registration), filed, kind, registration.total_fen)


def prepared(state: Settlement, event: FilingPrepared, _at: int) -> None:
    """A draft lies with the seller."""
    state.trades[event.trade].registration = event.registration
    state.registrations[event.registration] = Registration(
        id=event.registration,
        contract=event.contract,
        trade=event.trade,
        office=event.office,
        total_fen=event.total_fen,
        state=RegistrationState.DRAFT,
        office_code=event.office_code,
        form=event.form,
    )


def completed(state: Settlement, event: FilingCompleted, _at: int) -> None:
    """The form is as the applicant wants it."""
    registration = state.registrations[event.registration]
    go(registration, Move.COMPLETE)
    registration.form = event.form


def submitted(state: Settlement, event: RegistrationSubmitted, _at: int) -> None:
    """The contract lies with the office, for the first time or again."""
    before = state.registrations.get(event.registration)
    if before is not None:
        go(before, Move.SUBMIT)
    state.trades[event.trade].registration = event.registration
    state.registrations[event.registration] = Registration(
        id=event.registration,
        contract=event.contract,
        trade=event.trade,
        office=event.office,
        total_fen=event.total_fen,
        office_code=event.office_code,
        form=event.form,
        filed_on=event.filed_on,
        due_on=event.due_on,
    )


def asked(state: Settlement, event: SupplementRequested, _at: int) -> None:
    """The applicant has to answer."""
    registration = state.registrations[event.registration]
    go(registration, Move.ASK_SUPPLEMENT)
    registration.supplements.append(Supplement(event.items, event.words, event.registrar, event.requested_on))


def answered(state: Settlement, event: SupplementAnswered, _at: int) -> None:
    """The office has what it asked for."""
    registration = state.registrations[event.registration]
    go(registration, Move.SUPPLEMENT)
    asked_for = registration.supplements[-1]
    asked_for.answer, asked_for.author, asked_for.answered_on = event.words, event.author, event.answered_on
    registration.form = event.form or registration.form
    registration.due_on = event.due_on


DECIDE: Deciders = {
    SubmitRegistration: submit_registration,
    CompleteFiling: complete_filing,
    RequestSupplement: request_supplement,
    AnswerSupplement: answer_supplement,
    **registration_review.DECIDE,
    **registration_later.DECIDE,
    **income.DECIDE,
}
EVOLVE: Evolvers = {
    FilingPrepared: prepared,
    FilingCompleted: completed,
    RegistrationSubmitted: submitted,
    SupplementRequested: asked,
    SupplementAnswered: answered,
    **registration_review.EVOLVE,
    **registration_later.EVOLVE,
    **income.EVOLVE,
}
