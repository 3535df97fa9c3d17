"""What the office's steps make of a registration (see registration_review, which decides them)."""

from matching_engine.errors import require
from settlement.dispatch import Evolvers
from settlement.registration_checks import form_of, go
from settlement.registration_events import (
    ContractClassified,
    ContractRegistered,
    RegistrationAccepted,
    RegistrationDisputed,
    RegistrationRefused,
    ReviewAnswered,
    SecondReviewOpened,
)
from settlement.registration_numbers import lowest_free
from settlement.registration_state import Finding, Move, Registration, RegistrationVersion
from settlement.state import ContractState, Settlement


def accepted(state: Settlement, event: RegistrationAccepted, _at: int) -> None:
    """A registrar has it in hand."""
    registration = state.registrations[event.registration]
    go(registration, Move.ACCEPT)
    registration.registrar = event.registrar
    registration.accepted_on = event.accepted_on


def answered(state: Settlement, event: ReviewAnswered, _at: int) -> None:
    """Each item has its latest answer."""
    registration = state.registrations[event.registration]
    go(registration, Move.REVIEW)
    for answer in event.answers:
        registration.findings[answer.item] = Finding(
            answer.fits, answer.words, event.registrar, event.answered_on
        )


def classified(state: Settlement, event: ContractClassified, _at: int) -> None:
    """Kind and technology value are recognised."""
    registration = state.registrations[event.registration]
    go(registration, Move.CLASSIFY)
    registration.kind = event.kind
    registration.costs = event.costs
    registration.technology_fen = event.technology_fen
    registration.first_registrar = registration.registrar = event.registrar


def disputed(state: Settlement, event: RegistrationDisputed, _at: int) -> None:
    """Somebody doubts it."""
    registration = state.registrations[event.registration]
    go(registration, Move.DISPUTE)
    registration.disputed = event.words


def opened(state: Settlement, event: SecondReviewOpened, _at: int) -> None:
    """Another person decides, by the longer clock."""
    registration = state.registrations[event.registration]
    go(registration, Move.REVIEW_AGAIN)
    registration.second_review = event.cause
    registration.first_registrar = event.first_registrar
    registration.due_on = event.due_on


def registered(state: Settlement, event: ContractRegistered, _at: int) -> None:
    """The number is given, once and to one contract."""
    contract = state.contracts[event.contract]
    require(contract.state is ContractState.CONCLUDED, "only signed contracts are registered")
    require(event.number not in state.numbers, "a registration number is given once")
    registration = state.registrations[event.registration]
    if registration.second_review is not None:
        require(event.registrar != registration.first_registrar, "a second review is another person's")
    go(registration, Move.REGISTER)
    registration.number = event.number
    registration.registrar = event.registrar
    registration.registered_on = event.registered_on
    registration.technology_fen = event.technology_fen
    registration.kind = registration.kind or contract.kind
    state.numbers[event.number] = event.registration
    head = event.number[:10]
    state.serials[head] = lowest_free(state.numbers, head, state.serials.get(head, 1))
    registration.versions.append(_first_version(state, registration, event))


def _first_version(
    state: Settlement, registration: Registration, event: ContractRegistered
) -> RegistrationVersion:
    return RegistrationVersion(
        number=1,
        on=event.registered_on,
        registrar=event.registrar,
        reason="",
        project=form_of(state, registration).project,
        kind=registration.kind or "",
        total_fen=event.total_fen,
        technology_fen=event.technology_fen,
        costs=registration.costs,
    )


def refused(state: Settlement, event: RegistrationRefused, _at: int) -> None:
    """The office said no."""
    registration = state.registrations[event.registration]
    go(registration, Move.REFUSE)
    registration.registrar = event.registrar
    registration.reason = event.reason
    registration.refuse_codes = event.codes


EVOLVE: Evolvers = {
    RegistrationAccepted: accepted,
    ReviewAnswered: answered,
    ContractClassified: classified,
    RegistrationDisputed: disputed,
    SecondReviewOpened: opened,
    ContractRegistered: registered,
    RegistrationRefused: refused,
}
