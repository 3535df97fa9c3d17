"""The registration desk: contracts that wait for their number."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from settlement import commands as sc
from settlement.dates import shanghai_date
from settlement.registration_state import Move, Registration
from web import errors
from web.pages.shell import Visit, page, sentence
from web.parse import BadInput, yuan

DONE_SHOWN = 50
FIELD_OF = {
    "NUMBER_MALFORMED": "number",
    "NUMBER_TAKEN": "number",
    "AMOUNT_INVALID": "non_technical",
    "DATE_INVALID": "registered_on",
}
"""Refusal → the field it is about; everything else is about the whole registration."""


async def registrations(
    visit: Visit,
    status: int = 200,
    about: str = "",
    wrong: Mapping[str, str] | None = None,
    said: Mapping[str, str] | None = None,
) -> Response:
    """The desk; `wrong` and `said` belong to the registration that a form was about."""
    visit.needs("registrar")
    state = visit.state.settlement
    waiting = [one for one in state.registrations.values() if one.may(Move.REGISTER)]
    done = [one for one in state.registrations.values() if not one.may(Move.REGISTER)]
    return visit.render(
        "registrations.html",
        status,
        "/registrations",
        waiting=[_item(visit, one, said if one.id == about else None) for one in waiting],
        done=[_item(visit, one, None) for one in reversed(done[-DONE_SHOWN:])],
        errors_of={about: wrong or {}},
        today=shanghai_date(visit.now).isoformat(),
    )


def _item(visit: Visit, one: Registration, said: Mapping[str, str] | None) -> dict[str, Any]:
    state = visit.state.settlement
    return {
        "registration": one,
        "contract": state.contracts[one.contract],
        "trade": state.trades[one.trade],
        "said": said or {},
    }


def _registration(visit: Visit) -> Registration:
    visit.needs("registrar")
    found = visit.state.settlement.registrations.get(visit.part("registration"))
    if found is None:
        raise errors.not_found("registration")
    return found


async def register(visit: Visit) -> Response:
    """Give a contract its 16-digit number."""
    form, found = visit.form(), _registration(visit)
    try:
        text = form.get("non_technical", "0")
        non_technical = 0 if text in ("0", "0.0", "0.00") else yuan(text, "non_technical")
    except BadInput as wrong:
        said = {wrong.field: sentence(visit.speech, wrong.code)}
        return await registrations(visit, wrong.status, found.id, said, form)
    body = sc.RegisterContract(
        found.id,
        form.get("number", ""),
        visit.principal.account,
        form.get("registered_on", ""),
        non_technical,
    )
    return await _decide(visit, found, form, body, "number")


async def refuse(visit: Visit) -> Response:
    """Refuse a registration, with a reason."""
    form, found = visit.form(), _registration(visit)
    if not form.get("reason"):
        wrong = {"reason": visit.speech.text("A refusal needs its reason.")}
        return await registrations(visit, 422, found.id, wrong, form)
    body = sc.RefuseRegistration(found.id, visit.principal.account, form["reason"][:300])
    return await _decide(visit, found, form, body, "reason")


async def _decide(
    visit: Visit, found: Registration, form: Mapping[str, str], body: sc.SettlementCommand, field: str
) -> Response:
    failed = await visit.try_to(form, body)
    if failed is None:
        return visit.go("/registrations")
    code, text = failed
    wrong = {FIELD_OF.get(code, field): text}
    return await registrations(visit, errors.status_of(code), found.id, wrong, form)


ROUTES: list[Route] = [
    page("/registrations", registrations),
    page("/registrations/{registration}/number", register, "POST"),
    page("/registrations/{registration}/refusal", refuse, "POST"),
]
