"""The operators' page of accounts: roles by two persons, and what was seen at enrolment."""

from collections.abc import Mapping

from starlette.responses import Response
from starlette.routing import Route

from exchange.registers.accounts import ROLES
from exchange.registers.grants import Grant
from matching_engine.errors import Malformed
from web import errors, granting
from web.pages.shell import Visit, page, sentence
from web.parse import clean_text


async def grants_page(visit: Visit, status: int = 200, wrong: Mapping[str, str] | None = None) -> Response:
    """What waits, what was decided, and the two forms."""
    granting.needs_operator(visit.who)
    registers = visit.exchange.registers
    found = await registers.grants.list()
    accounts = {one.id: one for one in await registers.accounts.list()}
    return visit.render(
        "grants.html",
        status,
        "/grants",
        waiting=[one for one in found if one.state == "proposed"],
        decided=[one for one in found if one.state != "proposed"][:50],
        accounts=accounts,
        enrolments=await registers.enrolments.list(limit=50),
        organisations={one.id: one for one in await registers.organisations.list(limit=1000)},
        roles=sorted(ROLES),
        me=visit.who.account.id,
        said=visit.form() if wrong else {},
        errors=wrong or {},
    )


async def _tried(visit: Visit, field: str, failed: Exception) -> Response:
    """The page again, with what is wrong beside the field."""
    if isinstance(failed, errors.Failure):
        problem = failed.problem
        if problem.code in ("FORBIDDEN", "STEP_UP_REQUIRED", "SECOND_FACTOR_REQUIRED"):
            raise failed
        return await grants_page(
            visit,
            problem.status,
            {problem.field or field: sentence(visit.speech, problem.code, problem.detail)},
        )
    assert isinstance(failed, Malformed)
    told = {
        "login": visit.speech.text("There is no such account for this organisation."),
        "roles": visit.speech.text(
            "Choose other roles than the account has; trading roles need an organisation."
        ),
        "organisation": visit.speech.text(
            "Choose other roles than the account has; trading roles need an organisation."
        ),
        "code": visit.speech.text("This is not the code that the register has for the organisation."),
    }
    place = "roles" if failed.field == "organisation" and field == "roles" else failed.field
    return await grants_page(visit, 422, {place if place in told else field: told.get(place, str(failed))})


async def propose(visit: Visit) -> Response:
    """Propose roles."""
    form = visit.form()
    roles = [role for role in sorted(ROLES) if form.get(f"role_{role}")]
    reason = clean_text(form.get("reason", "").strip(), "reason")[:300]
    try:
        await granting.propose(visit.request.app.state, visit.who, form.get("login", ""), roles, reason)
    except (errors.Failure, Malformed) as failed:
        return await _tried(visit, "roles", failed)
    return visit.go("/grants")


async def _decide(visit: Visit, confirm: bool) -> Grant:
    visit.form()
    return await granting.decide(visit.request.app.state, visit.who, visit.part("grant"), confirm)


async def confirm(visit: Visit) -> Response:
    """Confirm what another proposed."""
    await _decide(visit, True)
    return visit.go("/grants")


async def reject(visit: Visit) -> Response:
    """Turn it down."""
    await _decide(visit, False)
    return visit.go("/grants")


async def enrol(visit: Visit) -> Response:
    """Note what was seen at enrolment."""
    form = visit.form()
    text = {name: clean_text(value.strip(), name)[:300] for name, value in form.items()}
    if not text.get("letter"):
        return await grants_page(visit, 422, {"letter": visit.speech.text("Say which letter was seen.")})
    try:
        await granting.enrol(
            visit.request.app.state,
            visit.who,
            text.get("organisation", ""),
            text.get("code", ""),
            text["letter"],
            text.get("account", ""),
            person=(text.get("person_name", ""), text.get("person_number", "")),
        )
    except (errors.Failure, Malformed) as failed:
        return await _tried(visit, "code", failed)
    return visit.go("/grants")


ROUTES: list[Route] = [
    page("/grants", grants_page),
    page("/grants", propose, "POST"),
    page("/grants/{grant}/confirmation", confirm, "POST"),
    page("/grants/{grant}/rejection", reject, "POST"),
    page("/enrolments", enrol, "POST"),
]
