"""The forms of a registration: each becomes one command, and what is wrong with it stands beside its field."""

from collections.abc import Callable, Mapping
from typing import get_args

from starlette.responses import Response
from starlette.routing import Route

from settlement import registration_commands as rc
from settlement.commands import SettlementCommand
from settlement.deal import ContractKind
from settlement.filing import FilingForm
from settlement.registration import FORM_FIELDS
from settlement.registration_state import Registration
from settlement.review import Answer, Item, RefuseReason
from web import errors
from web.pages.filing_form import faults, read_costs, read_filing
from web.pages.registration import registration_page, visible
from web.pages.shell import Page, Visit, page, sentence
from web.parse import BadInput, yuan

Form = Mapping[str, str]
Make = Callable[[Visit, Registration, Form], SettlementCommand]

FIELD_OF = {
    "NUMBER_MALFORMED": "number",
    "NUMBER_REGION": "number",
    "NUMBER_TAKEN": "number",
    "DATE_INVALID": "registered_on",
    "OFFICE_INVALID": "office",
}
"""Refusal → the field it is about; everything else is about the form."""


class Wrong(Exception):
    """A field of a form is wrong; the sentence is the reader's."""

    def __init__(self, said: dict[str, str]) -> None:
        super().__init__(said)
        self.said = said


async def _again(visit: Visit, form: Form, status: int, wrong: Mapping[str, str]) -> Response:
    return await registration_page(visit, status, wrong, form)


def _step(make: Make, about: str) -> Page:
    """The handler of a form; `about` is the field where a refusal of the whole stands."""

    async def handler(visit: Visit) -> Response:
        found, form = visible(visit), visit.form()
        try:
            body = make(visit, found, form)
        except Wrong as wrong:
            return await _again(visit, form, 422, wrong.said)
        except BadInput as bad:
            return await _again(visit, form, bad.status, {bad.field: sentence(visit.speech, bad.code)})
        return await _ask(visit, found, form, body, about)

    return handler


async def _ask(
    visit: Visit, found: Registration, form: Form, body: SettlementCommand, about: str
) -> Response:
    failed = await visit.try_to(form, body)
    if failed is None:
        return visit.go(f"/registrations/{found.id}")
    code, text = failed
    return await _again(visit, form, errors.status_of(code), {FIELD_OF.get(code, about): text})


def _who(visit: Visit) -> str:
    return visit.principal.account


def _words(visit: Visit, form: Form, field: str) -> str:
    words = form.get(field, "")
    if not words:
        raise Wrong({field: visit.speech.text("Please fill in this field.")})
    return words


# The seller's side


def _filing(visit: Visit, found: Registration, form: Form, whole: bool) -> FilingForm:
    filing = read_filing(form)
    wrong = faults(visit.speech, filing, found.total_fen, whole)
    if wrong:
        raise Wrong(wrong)
    return filing


async def complete(visit: Visit) -> Response:
    """Save the form of a draft or of a refused filing and, if that is asked for, file it."""
    found, form = visible(visit), visit.form()
    files = form.get("then") == "submit"
    try:
        filing = _filing(visit, found, form, files)
    except Wrong as wrong:
        return await _again(visit, form, 422, wrong.said)
    except BadInput as bad:
        return await _again(visit, form, bad.status, {bad.field: sentence(visit.speech, bad.code)})
    answer = await _ask(visit, found, form, rc.CompleteFiling(found.id, _who(visit), filing), "filing")
    if answer.status_code != 303 or not files:
        return answer
    second = {**form, "command": f"{form.get('command', '')}-file"}
    submit = rc.SubmitRegistration(found.contract, form.get("office") or found.office)
    return await _ask(visit, found, second, submit, "filing")


def _supplement(visit: Visit, found: Registration, form: Form) -> SettlementCommand:
    words = _words(visit, form, "answer")
    return rc.AnswerSupplement(found.id, _who(visit), words, _filing(visit, found, form, True))


# The office's side


def _request(visit: Visit, found: Registration, form: Form) -> SettlementCommand:
    known = dict.fromkeys((*(item.value for item in Item), *FORM_FIELDS))
    items = tuple(name for name in known if form.get(f"ask-{name}") == "yes")
    if not items:
        raise Wrong({"items": visit.speech.text("Please choose at least one.")})
    return rc.RequestSupplement(found.id, _who(visit), items, _words(visit, form, "request"))


def _accept(visit: Visit, found: Registration, _form: Form) -> SettlementCommand:
    return rc.AcceptRegistration(found.id, _who(visit))


def _answers(visit: Visit, found: Registration, form: Form) -> SettlementCommand:
    """The items that were answered, now or anew; a No needs its words."""
    answers, wrong = [], {}
    for item in Item:
        fits = form.get(f"fits-{item.value}")
        words = form.get(f"why-{item.value}", "")
        if fits == "no" and not words:
            wrong[f"why-{item.value}"] = visit.speech.text("Please say why it does not fit.")
        if fits in ("yes", "no") and _is_new(found, item, fits == "yes", words):
            answers.append(Answer(item.value, fits == "yes", words))
    if not answers and not wrong:
        wrong = {"answers": visit.speech.text("No answer is new.")}
    if wrong:
        raise Wrong(wrong)
    return rc.AnswerReview(found.id, _who(visit), tuple(answers))


def _is_new(found: Registration, item: Item, fits: bool, words: str) -> bool:
    """Answers that stand already stay those of the person who gave them."""
    finding = found.findings.get(item.value)
    return finding is None or (finding.fits, finding.words) != (fits, words)


def _kind(form: Form) -> ContractKind:
    kind = form.get("kind", "")
    if kind not in get_args(ContractKind):
        raise BadInput("BAD_VALUE", "kind", kind, "a kind of contract")
    return kind  # type: ignore[return-value]


def _classify(visit: Visit, found: Registration, form: Form) -> SettlementCommand:
    return rc.ClassifyContract(found.id, _who(visit), _kind(form), read_costs(form))


def _dispute(visit: Visit, found: Registration, form: Form) -> SettlementCommand:
    return rc.DisputeRegistration(found.id, _who(visit), _words(visit, form, "dispute"))


def _register(visit: Visit, found: Registration, form: Form) -> SettlementCommand:
    """Under the number that was typed, or under the office's next one where none was."""
    text = form.get("non_technical", "0")
    other_fen = 0 if text in ("0", "0.0", "0.00") else yuan(text, "non_technical")
    on = form.get("registered_on", "")
    return rc.RegisterContract(found.id, form.get("number"), _who(visit), on, other_fen)


def _refuse(visit: Visit, found: Registration, form: Form) -> SettlementCommand:
    if not form.get("reason"):
        raise Wrong({"reason": visit.speech.text("A refusal needs its reason.")})
    codes = tuple(code.value for code in RefuseReason if form.get(f"code-{code.value}") == "yes")
    return rc.RefuseRegistration(found.id, _who(visit), form["reason"], codes)


def _change(visit: Visit, found: Registration, form: Form) -> SettlementCommand:
    total_fen = yuan(form.get("total", ""), "total")
    filing = read_filing(form)
    wrong = faults(visit.speech, filing, total_fen, True)
    if wrong:
        raise Wrong(wrong)
    words = _words(visit, form, "change")
    return rc.ChangeRegistration(found.id, _who(visit), words, filing, _kind(form), total_fen)


def _confirm(visit: Visit, found: Registration, _form: Form) -> SettlementCommand:
    return rc.ConfirmChange(found.id, _who(visit))


def _cancel(visit: Visit, found: Registration, form: Form) -> SettlementCommand:
    return rc.CancelRegistration(found.id, _who(visit), _words(visit, form, "cancel"))


def _revoke(visit: Visit, found: Registration, form: Form) -> SettlementCommand:
    return rc.RevokeRegistration(found.id, _who(visit), _words(visit, form, "revoke"))


def _certify(visit: Visit, found: Registration, form: Form) -> SettlementCommand:
    return rc.CertifyIncome(found.id, _who(visit), form.get("receipt", ""))


_STEPS: tuple[tuple[str, Make, str], ...] = (
    ("supplements", _supplement, "answer"),
    ("supplement-requests", _request, "request"),
    ("acceptance", _accept, "accept"),
    ("answers", _answers, "answers"),
    ("classification", _classify, "classify"),
    ("dispute", _dispute, "dispute"),
    ("number", _register, "number"),
    ("refusal", _refuse, "reason"),
    ("changes", _change, "change"),
    ("changes/confirmation", _confirm, "confirm"),
    ("cancellation", _cancel, "cancel"),
    ("revocation", _revoke, "revoke"),
    ("income", _certify, "income"),
)
"""Path → the command of its form, and the field where a refusal of it is said."""

ROUTES: list[Route] = [
    page("/registrations/{registration}/form", complete, "POST"),
    *(
        page(f"/registrations/{{registration}}/{path}", _step(make, about), "POST")
        for path, make, about in _STEPS
    ),
]
