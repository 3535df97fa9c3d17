"""What the demo's registrars and its university do next about a registration: one step at a time, as people would."""

import msgspec

from settlement import registration_commands as rc
from settlement.commands import SettlementCommand
from settlement.registration_checks import form_of, review_gaps
from settlement.registration_state import Move, Registration, RegistrationState
from settlement.review import Answer, checklist
from settlement.state import Settlement

FIRST, SECOND = "registrar", "registrar2"
Step = tuple[str, float, SettlementCommand]
"""Who, after how many seconds, does what."""


def next_step(state: Settlement, one: Registration, day: str, number: str | None = None) -> Step | None:
    """The next step of the office on `day`, or of the seller where it waits for it; None when nothing is left to do."""
    if state.trades[one.trade].failed is not None:
        return _end(one)
    match one.state:
        case RegistrationState.DRAFT:
            return _file(state, one)
        case RegistrationState.SUPPLEMENT:
            return "university", 12, rc.AnswerSupplement(one.id, "university", "材料已补充（演示）")
        case RegistrationState.SUBMITTED:
            return FIRST, 12, rc.AcceptRegistration(one.id, FIRST)
        case RegistrationState.ACCEPTED:
            return _look(state, one)
        case RegistrationState.CLASSIFIED:
            return FIRST, 9, rc.RegisterContract(one.id, number, FIRST, day)
        case RegistrationState.SECOND_REVIEW:
            other = FIRST if one.first_registrar == SECOND else SECOND
            return other, 15, rc.RegisterContract(one.id, number, other, day)
        case RegistrationState.REGISTERED | RegistrationState.CHANGED:
            return _certify(state, one)
        case _:
            return None


def _end(one: Registration) -> Step | None:
    """A sale that failed is not registered; what is registered already is struck out."""
    words = "买受人未付款，合同不再履行（演示）"
    if one.in_force:
        return FIRST, 10, rc.CancelRegistration(one.id, FIRST, words)
    if not one.may(Move.REFUSE):
        return None
    other = SECOND if one.first_registrar == FIRST else FIRST
    return other, 10, rc.RefuseRegistration(one.id, other, words)


def _file(state: Settlement, one: Registration) -> Step:
    """The university chooses a technology field where the catalogue names none of the list, and files."""
    form = form_of(state, one)
    if form.field:
        return "university", 5, rc.SubmitRegistration(one.contract, one.office)
    chosen = msgspec.structs.replace(form, field="manufacturing")
    return "university", 10, rc.CompleteFiling(one.id, "university", chosen)


def _look(state: Settlement, one: Registration) -> Step:
    """Every item fits in the demo; then the contract is recognised as what it says it is."""
    kind = state.contracts[one.contract].kind
    unanswered, _ = review_gaps(one, kind)
    if unanswered:
        answers = tuple(Answer(item, True) for item in checklist(kind) if item in unanswered)
        return FIRST, 14, rc.AnswerReview(one.id, FIRST, answers)
    return FIRST, 9, rc.ClassifyContract(one.id, FIRST, kind, form_of(state, one).costs)


def _certify(state: Settlement, one: Registration) -> Step | None:
    """The first receipt whose technical income is not certified yet."""
    known = {income.receipt for income in one.income}
    for receipt in state.trades[one.trade].receipts:
        if receipt.amount_fen > 0 and receipt.id not in known:
            return FIRST, 8, rc.CertifyIncome(one.id, FIRST, receipt.id)
    return None
