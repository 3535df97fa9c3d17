"""What every step at the registration office asks first: may it be taken, by whom, in which office, until when."""

from datetime import date

from matching_engine.errors import require
from settlement.commands import SettlementCommand
from settlement.filing import FilingForm
from settlement.filing_draft import derived_form
from settlement.office_book import Office, SecondReview, office_book
from settlement.persons import one_person
from settlement.refusals import Events, Refusal, refuse
from settlement.registration_state import ENDED, TRANSITIONS, Move, Registration
from settlement.review import checklist
from settlement.state import Settlement, Trade

WORDS_MAX = 2000


def found(
    state: Settlement, registration: str, command: SettlementCommand, move: Move
) -> tuple[Registration | None, Events]:
    """The registration if the table lets it move so now, else the refusal."""
    one = state.registrations.get(registration)
    if one is None:
        detail = "no such registration"
        return None, refuse(registration, command, Refusal.REGISTRATION_UNKNOWN, detail)
    if not one.may(move):
        allowed = ", ".join(before.value for before, step in TRANSITIONS if step is move)
        detail = f"it is {one.state} already; {move} is possible when it is {allowed}"
        return None, refuse(registration, command, Refusal.REGISTRATION_STATE, detail)
    return one, ()


def go(registration: Registration, move: Move) -> None:
    """Let a registration move as the table says; Broken where it has no entry."""
    require(registration.may(move), f"a registration that is {registration.state} does not {move}")
    registration.state = TRANSITIONS[registration.state, move]


def words_fault(words: str) -> str | None:
    """What is wrong with a reason; None when nothing is."""
    if not words.strip():
        return "words: got nothing, expected the reason in words"
    return None if len(words) <= WORDS_MAX else f"words: got {len(words)} characters, expected {WORDS_MAX}"


def same_person(state: Settlement, registration: Registration, registrar: str, person: str) -> bool:
    """Whether the first reviewer would be the second as well."""
    first = registration.first_registrar
    return registration.second_review is not None and one_person(state, first, registrar, person)


def form_of(state: Settlement, registration: Registration) -> FilingForm:
    """The form as filed; for filings of older journals, as the trade tells it."""
    if registration.form is not None:
        return registration.form
    return derived_form(state.trades[registration.trade], state.contracts[registration.contract])


def office_of(registration: Registration) -> Office | None:
    """The office where it was filed, if the list has it."""
    return office_book().office(registration.office_code or registration.office)


def province_of(state: Settlement, registration: Registration) -> str:
    """The province whose clock and threshold count: the office's."""
    office = office_of(registration)
    return office.province if office else state.trades[registration.trade].seller.region


def second_review_of(state: Settlement, registration: Registration, day: date) -> SecondReview:
    """The rule by which a second person looks, on a day."""
    return office_book().second_review(province_of(state, registration), day)


def review_gaps(registration: Registration, kind: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The items of the checklist that have no answer, and those that do not fit."""
    items = [item.value for item in checklist(kind)]  # type: ignore[arg-type]
    unanswered = tuple(item for item in items if item not in registration.findings)
    unfit = tuple(item for item in items if item not in unanswered and not registration.findings[item].fits)
    return unanswered, unfit


def benefit_block(state: Settlement, trade: Trade) -> str | None:
    """Why a trade's registration gives no benefit any more; None unless it was cancelled or revoked.

    An unregistered contract gets no tax, credit or reward benefit (技术合同认定登记管理办法, art. 6), so claims that
    are not paid yet stop here.
    """
    registration = state.registrations.get(trade.registration or "")
    if registration is None or registration.state not in ENDED:
        return None
    return f"the registration {registration.number} was {registration.state} on {registration.ended_on}: {registration.reason}"
