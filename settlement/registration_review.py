"""What the office does with a filing: accept, look at every item, recognise the kind, register or refuse.

A total that reaches the threshold, or a dispute, opens the second review: then another person than the one who
classified decides (技术合同认定登记管理办法, art. 14 of the draft; Jiangsu's 大额 review). A registrar may also register in
one step, and then answers for every item of the list in person.
"""

from datetime import date

from settlement.commands import SettlementCommand
from settlement.dates import parse_date, shanghai_date
from settlement.deal import ContractKind
from settlement.dispatch import Deciders, Evolvers
from settlement.events import SettlementEvent
from settlement.filing import Cost, costs_fault, non_technical_fen
from settlement.refusals import Events, Refusal, refuse
from settlement.registration_checks import (
    form_of,
    found,
    office_of,
    review_gaps,
    same_person,
    second_review_of,
    words_fault,
)
from settlement.registration_commands import (
    AcceptRegistration,
    AnswerReview,
    ClassifyContract,
    DisputeRegistration,
    RefuseRegistration,
    RegisterContract,
)
from settlement.registration_events import (
    ContractClassified,
    ContractRegistered,
    RegistrationAccepted,
    RegistrationDisputed,
    RegistrationRefused,
    ReviewAnswered,
    SecondReviewOpened,
)
from settlement.registration_numbers import malformed, next_number, prefix, region_fault
from settlement.registration_state import Move, Registration, RegistrationState
from settlement.registration_taken import EVOLVE as EVOLVE_TAKEN
from settlement.review import FITS, Answer, Item, RefuseReason, answers_fault
from settlement.state import Settlement


def accept_registration(state: Settlement, command: AcceptRegistration, at: int) -> Events:
    """A registrar takes the filing in hand."""
    registration, refusal = found(state, command.registration, command, Move.ACCEPT)
    return refusal if registration is None else (_accepted(registration, command.registrar, at),)


def _accepted(registration: Registration, registrar: str, at: int) -> RegistrationAccepted:
    day = shanghai_date(at).isoformat()
    return RegistrationAccepted(registration.id, registration.trade, registrar, day)


def answer_review(state: Settlement, command: AnswerReview, at: int) -> Events:
    """Record what a registrar found about items of the checklist."""
    registration, refusal = found(state, command.registration, command, Move.REVIEW)
    if registration is None:
        return refusal
    if same_person(state, registration, command.registrar, command.person):
        return _another_person(registration, command)
    wrong = answers_fault(_kind(state, registration), command.answers)
    if wrong:
        return refuse(registration.id, command, Refusal.REVIEW_ITEM, wrong)
    return (_answered(registration, command.registrar, command.answers, at, summary=False),)


def _answered(
    registration: Registration, registrar: str, answers: tuple[Answer, ...], at: int, summary: bool
) -> ReviewAnswered:
    day = shanghai_date(at).isoformat()
    return ReviewAnswered(registration.id, registration.trade, registrar, answers, day, summary)


def _kind(state: Settlement, registration: Registration) -> ContractKind:
    """The recognised kind or, before that, the contract's own."""
    return registration.kind or state.contracts[registration.contract].kind  # type: ignore[return-value]


def _another_person(registration: Registration, command: SettlementCommand) -> Events:
    detail = f"{registration.first_registrar} classified it; the second review is another person's"
    return refuse(registration.id, command, Refusal.FOUR_EYES, detail)


def classify_contract(state: Settlement, command: ClassifyContract, at: int) -> Events:
    """Recognise kind and technology value once every item of the list fits; open the second review where one is due."""
    registration, refusal = found(state, command.registration, command, Move.CLASSIFY)
    if registration is None:
        return refusal
    refusal = _check_findings(registration, command.kind, command)
    if refusal:
        return refusal
    wrong = costs_fault(command.costs, registration.total_fen)
    if wrong:
        return refuse(registration.id, command, Refusal.AMOUNT_INVALID, wrong)
    technology_fen = registration.total_fen - non_technical_fen(command.costs)
    classified = _classified(registration, command, command.kind, command.costs, technology_fen, at)
    return (classified, *_second_review(state, registration, command.registrar, at))


def _classified(
    registration: Registration,
    command: ClassifyContract | RegisterContract,
    kind: ContractKind,
    costs: tuple[Cost, ...],
    technology_fen: int,
    at: int,
) -> ContractClassified:
    return ContractClassified(
        registration=registration.id,
        trade=registration.trade,
        registrar=command.registrar,
        kind=kind,
        costs=costs,
        total_fen=registration.total_fen,
        technology_fen=technology_fen,
        classified_on=shanghai_date(at).isoformat(),
        person=command.person,
    )


def _check_findings(registration: Registration, kind: ContractKind, command: SettlementCommand) -> Events:
    """The refusal while an item of the list has no answer or does not fit."""
    unanswered, unfit = review_gaps(registration, kind)
    if unanswered:
        detail = f"no answer yet about {', '.join(unanswered)}"
    elif unfit:
        detail = f"does not fit: {', '.join(unfit)}; ask for a supplement, or refuse"
    else:
        return ()
    return refuse(registration.id, command, Refusal.REVIEW_INCOMPLETE, detail)


def _second_review(
    state: Settlement, registration: Registration, registrar: str, at: int, disputed: bool = False
) -> tuple[SettlementEvent, ...]:
    """The second review, if the total reaches the threshold of the filing's day or the filing is disputed."""
    today = shanghai_date(at)
    rule = second_review_of(state, registration, parse_date(registration.filed_on) or today)
    large = registration.total_fen >= rule.threshold_fen
    if not large and not disputed and registration.disputed is None:
        return ()
    opened = SecondReviewOpened(
        registration=registration.id,
        trade=registration.trade,
        first_registrar=registrar,
        cause="amount" if large else "disputed",
        threshold_fen=rule.threshold_fen,
        opened_on=today.isoformat(),
        due_on=rule.due(_clock_began(registration, today)).isoformat(),
    )
    return (opened,)


def _clock_began(registration: Registration, today: date) -> date:
    """The day of the last supplement or, without one, of the filing."""
    answered = [one.answered_on for one in registration.supplements if one.answered_on]
    return parse_date(answered[-1] if answered else registration.filed_on) or today


def dispute_registration(state: Settlement, command: DisputeRegistration, at: int) -> Events:
    """Mark it as disputed; what is classified already goes to another person at once."""
    registration, refusal = found(state, command.registration, command, Move.DISPUTE)
    if registration is None:
        return refusal
    wrong = words_fault(command.words)
    if wrong:
        return refuse(registration.id, command, Refusal.REASON_INVALID, wrong)
    disputed = RegistrationDisputed(
        registration=registration.id,
        trade=registration.trade,
        registrar=command.registrar,
        words=command.words.strip(),
        disputed_on=shanghai_date(at).isoformat(),
    )
    if registration.state is not RegistrationState.CLASSIFIED:
        return (disputed,)
    first = registration.first_registrar or command.registrar
    return (disputed, *_second_review(state, registration, first, at, disputed=True))


def register_contract(state: Settlement, command: RegisterContract, at: int) -> Events:
    """Give the number; the technology value is the total less its non-technical part."""
    registration, refusal = found(state, command.registration, command, Move.REGISTER)
    if registration is None:
        return refusal
    if same_person(state, registration, command.registrar, command.person):
        return _another_person(registration, command)
    failed = state.trades[registration.trade].failed
    if failed is not None:
        return refuse(registration.id, command, Refusal.TRADE_FAILED, failed)
    refusal = _check_date(state, registration, command)
    if refusal:
        return refusal
    number = command.number if command.number is not None else _proposed(state, registration, command)
    refusal = _check_number(state, registration, command, number)
    if refusal:
        return refusal
    if registration.kind is None:
        return _in_one_step(state, registration, command, number, at)
    return _once_classified(registration, command, number)


def _once_classified(registration: Registration, command: RegisterContract, number: str) -> Events:
    assert registration.technology_fen is not None
    assert registration.kind is not None
    refusal = _check_findings(registration, registration.kind, command)  # type: ignore[arg-type]
    if refusal:
        return refusal
    stated_fen = registration.total_fen - registration.technology_fen
    if command.non_technical_fen not in (0, stated_fen):
        detail = f"non_technical_fen: got {command.non_technical_fen}, classified as {stated_fen}"
        return refuse(registration.id, command, Refusal.AMOUNT_INVALID, detail)
    return (_registered(registration, command, number, registration.technology_fen),)


def _in_one_step(
    state: Settlement, registration: Registration, command: RegisterContract, number: str, at: int
) -> Events:
    """Accept, answer for every open item, recognise the contract's own kind, and register or hand over."""
    costs, total_fen = form_of(state, registration).costs, registration.total_fen
    other_fen = command.non_technical_fen or non_technical_fen(costs)
    if not 0 <= other_fen <= total_fen:
        detail = f"non_technical_fen is from 0 to {total_fen}"
        return refuse(registration.id, command, Refusal.AMOUNT_INVALID, detail)
    kind, who = _kind(state, registration), command.registrar
    unanswered, unfit = review_gaps(registration, kind)
    if unfit:
        return _check_findings(registration, kind, command)
    events: list[SettlementEvent] = []
    if registration.state is RegistrationState.SUBMITTED:
        events.append(_accepted(registration, who, at))
    if unanswered:
        fit = tuple(Answer(item, True) for item in unanswered)
        events.append(_answered(registration, who, fit, at, summary=True))
    itemised = costs if other_fen == non_technical_fen(costs) else ()
    events.append(_classified(registration, command, kind, itemised, total_fen - other_fen, at))
    second = _second_review(state, registration, who, at)
    decided = second or (_registered(registration, command, number, total_fen - other_fen),)
    return (*events, *decided)


def _registered(
    registration: Registration, command: RegisterContract, number: str, technology_fen: int
) -> ContractRegistered:
    return ContractRegistered(
        registration=registration.id,
        contract=registration.contract,
        trade=registration.trade,
        number=number,
        registrar=command.registrar,
        registered_on=command.registered_on,
        total_fen=registration.total_fen,
        technology_fen=technology_fen,
        first_registrar=registration.first_registrar or "" if registration.second_review else "",
    )


def _check_date(state: Settlement, registration: Registration, command: RegisterContract) -> Events:
    effective_on = state.contracts[registration.contract].effective_on or ""
    if parse_date(command.registered_on) is not None and command.registered_on >= effective_on:
        return ()
    detail = f"registered_on is a date like 2026-11-20, not before the contract took effect ({effective_on})"
    return refuse(registration.id, command, Refusal.DATE_INVALID, detail)


def _proposed(state: Settlement, registration: Registration, command: RegisterContract) -> str:
    return proposed_number(state, registration, command.registered_on[:4]) or ""


def proposed_number(state: Settlement, registration: Registration, year: str) -> str | None:
    """The number that comes next in the year at the registration's office; None where the office has no code or none left."""
    office = office_of(registration)
    return next_number(state.numbers, state.serials, prefix(year, office.code)) if office else None


def _check_number(
    state: Settlement, registration: Registration, command: RegisterContract, number: str
) -> Events:
    """The refusal of a number that cannot be; nothing when it can."""
    wrong = malformed(number)
    effective_on = state.contracts[registration.contract].effective_on or ""
    years = effective_on[:4], command.registered_on[:4]
    if wrong is None and not years[0] <= number[:4] <= years[1]:
        wrong = f"number: got the year {number[:4]}, expected {years[0]} to {years[1]}"
    if wrong is not None:
        return refuse(registration.id, command, Refusal.NUMBER_MALFORMED, wrong)
    wrong = region_fault(number)
    if wrong is not None:
        return refuse(registration.id, command, Refusal.NUMBER_REGION, wrong)
    if number in state.numbers:
        return refuse(registration.id, command, Refusal.NUMBER_TAKEN, "another contract has this number")
    return ()


def refuse_registration(state: Settlement, command: RefuseRegistration, at: int) -> Events:
    """The office does not register it, and says why."""
    registration, refusal = found(state, command.registration, command, Move.REFUSE)
    if registration is None:
        return refusal
    if same_person(state, registration, command.registrar, command.person):
        return _another_person(registration, command)
    known = [reason.value for reason in RefuseReason]
    strange = [code for code in command.codes if code not in known]
    wrong = words_fault(command.reason)
    if strange:
        wrong = f"codes: got {', '.join(strange)}, expected some of {', '.join(known)}"
    if wrong:
        return refuse(registration.id, command, Refusal.REASON_INVALID, wrong)
    refused = RegistrationRefused(
        registration=registration.id,
        contract=registration.contract,
        trade=registration.trade,
        registrar=command.registrar,
        reason=command.reason.strip(),
        codes=tuple(dict.fromkeys(command.codes)) or _found_unfit(registration),
        refused_on=shanghai_date(at).isoformat(),
    )
    return (refused,)


def _found_unfit(registration: Registration) -> tuple[str, ...]:
    """The reasons that the items which do not fit stand for."""
    unfit = (Item(item) for item, finding in registration.findings.items() if not finding.fits)
    return tuple(dict.fromkeys(FITS[item].value for item in unfit))


DECIDE: Deciders = {
    AcceptRegistration: accept_registration,
    AnswerReview: answer_review,
    ClassifyContract: classify_contract,
    DisputeRegistration: dispute_registration,
    RegisterContract: register_contract,
    RefuseRegistration: refuse_registration,
}
EVOLVE: Evolvers = EVOLVE_TAKEN
