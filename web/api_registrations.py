"""The registration desk over REST: the list, one registration with all that is known of it, and every step."""

from datetime import date
from itertools import islice
from typing import Any

import msgspec

from settlement import registration_commands as rc
from settlement.dates import shanghai_date
from settlement.registration_state import CLOCK_RUNS, Registration
from settlement.review import Answer
from settlement.state import Settlement
from web import errors
from web import registration_resources as r
from web.api_trades import may_see
from web.decisions import decision
from web.registration_views import registration_line, registration_resource
from web.resources import Decision
from web.routes import Ask, Operation

V1 = "/api/v1"


def _state(ask: Ask) -> Settlement:
    return ask.exchange.house.view.settlement


def _today(ask: Ask) -> date:
    return shanghai_date(ask.exchange.house.clock.now())


def _visible(ask: Ask) -> Registration:
    """The registration of the path, if the caller may see its trade; 404 otherwise."""
    state = _state(ask)
    found = state.registrations.get(ask.path("registration"))
    if found is None or not may_see(ask.principal, state.trades[found.trade]):
        raise errors.not_found("registration")
    return found


# Looking


async def list_registrations(ask: Ask) -> r.RegistrationPage:
    """The registrations that the caller may see, those due first."""
    query: r.RegistrationQuery = ask.query
    state = _state(ask)
    mine = [
        one
        for one in state.registrations.values()
        if may_see(ask.principal, state.trades[one.trade]) and _asked_for(one, query)
    ]
    mine.sort(key=lambda one: (one.state not in CLOCK_RUNS, one.due_on, one.id))
    shown = list(islice(mine, query.cursor, query.cursor + query.limit))
    after = query.cursor + len(shown)
    today = _today(ask)
    return r.RegistrationPage(
        [registration_line(state, one, today) for one in shown], after if after < len(mine) else None
    )


def _asked_for(one: Registration, query: r.RegistrationQuery) -> bool:
    if query.state is not None and one.state is not query.state:
        return False
    if query.office is not None and query.office not in (one.office, one.office_code):
        return False
    due = one.state in CLOCK_RUNS and bool(one.due_on)
    return query.due_by is None or (due and one.due_on <= query.due_by)


async def show_registration(ask: Ask) -> r.RegistrationResource:
    """A registration: form, checklist, clock, supplements, versions, and its history from the journal."""
    one = _visible(ask)
    recorded = await ask.exchange.house.history(f"trade/{one.trade}")
    return registration_resource(_state(ask), one, _today(ask), recorded)


async def list_income(ask: Ask) -> r.IncomePage:
    """The money received under a contract, and how much of it is certified as technical income."""
    one = _visible(ask)
    receipts = _state(ask).trades[one.trade].receipts
    certificate = {income.receipt: income.number for income in one.income}
    return r.IncomePage(
        registration=one.id,
        total_fen=one.total_fen,
        technology_fen=one.technology_fen,
        received_fen=sum(receipt.amount_fen for receipt in receipts),
        certified_fen=one.certified_fen,
        reduced_fen=one.income_reduced_fen,
        receipts=[
            r.ReceiptResource(
                receipt.id,
                receipt.kind,
                receipt.amount_fen,
                receipt.received_on,
                certificate.get(receipt.id) if receipt.amount_fen > 0 else None,
            )
            for receipt in receipts
        ],
        certificates=msgspec.convert(one.income, list[r.CertificateResource], from_attributes=True),
    )


# The applicant's steps


async def _ask(ask: Ask, body: Any) -> Decision:
    return decision(await ask.submit(body))


async def submit_registration(ask: Ask) -> Decision:
    """File a draft that is complete now, or a refused contract again."""
    body: r.SubmissionBody = ask.body
    one = _visible(ask)
    return await _ask(ask, rc.SubmitRegistration(one.contract, body.office or one.office))


async def complete_filing(ask: Ask) -> Decision:
    """Correct the form while it is a draft, refused, or waiting for a supplement."""
    body: r.FilingBody = ask.body
    return await _ask(ask, rc.CompleteFiling(_visible(ask).id, ask.principal.account, body.form()))


async def answer_supplement(ask: Ask) -> Decision:
    """Give what the office asked for; its clock begins anew."""
    body: r.SupplementBody = ask.body
    form = body.form.form() if body.form else None
    return await _ask(ask, rc.AnswerSupplement(_visible(ask).id, ask.principal.account, body.words, form))


# The office's steps


async def request_supplement(ask: Ask) -> Decision:
    """Ask the applicant for what is missing."""
    body: r.SupplementRequestBody = ask.body
    who = ask.principal.account
    return await _ask(ask, rc.RequestSupplement(_visible(ask).id, who, tuple(body.items), body.words))


async def accept_registration(ask: Ask) -> Decision:
    """Take a filing in hand."""
    return await _ask(ask, rc.AcceptRegistration(_visible(ask).id, ask.principal.account))


async def answer_review(ask: Ask) -> Decision:
    """Answer items of the checklist."""
    body: r.FindingsBody = ask.body
    answers = tuple(Answer(one.item, one.fits, one.words) for one in body.answers)
    return await _ask(ask, rc.AnswerReview(_visible(ask).id, ask.principal.account, answers))


async def classify_contract(ask: Ask) -> Decision:
    """Recognise the kind and the non-technical cost; a large total goes on to another person."""
    body: r.ClassificationBody = ask.body
    who = ask.principal.account
    return await _ask(ask, rc.ClassifyContract(_visible(ask).id, who, body.kind, r.costs(body.costs)))


async def dispute_registration(ask: Ask) -> Decision:
    """Mark a filing as disputed."""
    body: r.WordsBody = ask.body
    return await _ask(ask, rc.DisputeRegistration(_visible(ask).id, ask.principal.account, body.words))


async def give_number(ask: Ask) -> Decision:
    """Register under the office's next number, or under the one that the national system gave."""
    body: r.NumberBody = ask.body
    on = body.registered_on or _today(ask).isoformat()
    return await _ask(ask, rc.RegisterContract(_visible(ask).id, body.number, ask.principal.account, on))


async def refuse_registration(ask: Ask) -> Decision:
    """Refuse, with codes of the closed list and words."""
    body: r.RefusalBody = ask.body
    codes = tuple(code.value for code in body.codes)
    who = ask.principal.account
    return await _ask(ask, rc.RefuseRegistration(_visible(ask).id, who, body.words, codes))


async def change_registration(ask: Ask) -> Decision:
    """Register what the parties have changed; a large total waits for another person."""
    body: r.ChangeBody = ask.body
    change = rc.ChangeRegistration(
        registration=_visible(ask).id,
        registrar=ask.principal.account,
        reason=body.words,
        form=body.form.form(),
        kind=body.kind,
        total_fen=body.total_fen,
    )
    return await _ask(ask, change)


async def confirm_change(ask: Ask) -> Decision:
    """Confirm a change that waits, as the second person."""
    return await _ask(ask, rc.ConfirmChange(_visible(ask).id, ask.principal.account))


async def cancel_registration(ask: Ask) -> Decision:
    """Strike a registration out."""
    body: r.WordsBody = ask.body
    return await _ask(ask, rc.CancelRegistration(_visible(ask).id, ask.principal.account, body.words))


async def revoke_registration(ask: Ask) -> Decision:
    """Propose to take a registration back or, as the second person, take it back."""
    body: r.WordsBody = ask.body
    return await _ask(ask, rc.RevokeRegistration(_visible(ask).id, ask.principal.account, body.words))


async def certify_income(ask: Ask) -> Decision:
    """Certify how much of a receipt is technical income."""
    body: r.IncomeBody = ask.body
    return await _ask(ask, rc.CertifyIncome(_visible(ask).id, ask.principal.account, body.receipt))


_STEPS: tuple[tuple[str, Any, str, Any], ...] = (
    ("submissions", submit_registration, "File a contract", r.SubmissionBody),
    ("form", complete_filing, "Complete the filing form", r.FilingBody),
    ("supplements", answer_supplement, "Give a supplement", r.SupplementBody),
    ("supplement-requests", request_supplement, "Ask for a supplement", r.SupplementRequestBody),
    ("acceptance", accept_registration, "Accept a filing", None),
    ("answers", answer_review, "Answer the checklist", r.FindingsBody),
    ("classification", classify_contract, "Recognise kind and technology value", r.ClassificationBody),
    ("dispute", dispute_registration, "Mark a filing as disputed", r.WordsBody),
    ("number", give_number, "Register under a number", r.NumberBody),
    ("refusal", refuse_registration, "Refuse a filing", r.RefusalBody),
    ("changes", change_registration, "Register a change", r.ChangeBody),
    ("changes/confirmation", confirm_change, "Confirm a change", None),
    ("cancellation", cancel_registration, "Cancel a registration", r.WordsBody),
    ("revocation", revoke_registration, "Revoke a registration", r.WordsBody),
    ("income", certify_income, "Certify technical income", r.IncomeBody),
)

_ONE = f"{V1}/registrations/{{registration}}"

OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "GET",
        f"{V1}/registrations",
        list_registrations,
        "Registrations",
        "registration",
        r.RegistrationPage,
        query=r.RegistrationQuery,
    ),
    Operation(
        "GET",
        _ONE,
        show_registration,
        "A registration",
        "registration",
        r.RegistrationResource,
        errors=(404,),
    ),
    Operation(
        "GET",
        f"{_ONE}/income",
        list_income,
        "Technical income of a contract",
        "registration",
        r.IncomePage,
        errors=(404,),
    ),
    *(
        Operation(
            "POST",
            f"{_ONE}/{path}",
            handler,
            summary,
            "registration",
            Decision,
            status=201,
            body=body,
            binds=True,
            errors=(404, 409),
        )
        for path, handler, summary, body in _STEPS
    ),
)
