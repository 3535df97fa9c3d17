"""People and mandates of an organisation, given and ended by form: by the operator, who has seen the letter.

An organisation sees its own on /organisation and ends what it gave; giving is the operator's step, for the letter of
authority is checked by somebody else than whoever gains by it.
"""

import hashlib
from datetime import date
from typing import Any

import msgspec
from starlette.responses import Response
from starlette.routing import Route

from exchange.registers import Mandate, Organisation, Person
from exchange.registers.words import MandateRole
from matching_engine.errors import LuochuiError, Malformed
from settlement.dates import shanghai_date
from web import errors
from web.api_registers import MandateBody, PersonBody, enforce, unenforce
from web.pages.shell import Visit, page, sentence
from web.parse import BadInput, command_id

OFFERED = 1_000
Said = dict[str, str]


async def choose(visit: Visit) -> Response:
    """Whose people and mandates."""
    visit.needs("operator")
    organisations = await visit.exchange.registers.organisations.list(limit=OFFERED)
    mandated = set(visit.state.market.mandated)
    return visit.render("mandate_choice.html", organisations=organisations, mandated=mandated)


async def show(
    visit: Visit, status: int = 200, wrong: Said | None = None, said: Said | None = None
) -> Response:
    """One organisation: people, mandates, and the two forms."""
    visit.needs("operator")
    one = await _organisation(visit)
    registers, today = visit.exchange.registers, shanghai_date(visit.now)
    mandates = await registers.mandates.list(one.id)
    brokers = [person for person in await registers.people.list(limit=OFFERED) if person.account]
    names = await registers.people.get_many([mandate.person for mandate in mandates])
    return visit.render(
        "mandates.html",
        status,
        f"/operator/mandates/{one.id}",
        organisation=one,
        people=await registers.people.list(one.id, limit=OFFERED),
        candidates=brokers,
        mandates=[(mandate, names.get(mandate.person), mandate.holds(today)) for mandate in mandates],
        enrolled=one.id in visit.state.market.parties,
        roles=[role.value for role in MandateRole],
        today=today.isoformat(),
        day=lambda value: visit.speech.day(value.isoformat() if value else None),
        said=said or {},
        errors=wrong or {},
    )


async def _organisation(visit: Visit) -> Organisation:
    found = await visit.exchange.registers.organisations.get(visit.part("organisation"))
    if found is None:
        raise errors.not_found("organisation")
    return found


def _id(visit: Visit, prefix: str, form: Said) -> str:
    """The id that follows from the form: sent twice, it is one row."""
    seed = f"{prefix}\n{visit.principal.account}\n{command_id(form.get('command', ''), 'command')}"
    return f"{prefix}-{hashlib.sha256(seed.encode()).hexdigest()[:12]}"


async def enter_person(visit: Visit) -> Response:
    """Somebody who acts for organisations."""
    visit.needs("operator")
    one, form = await _organisation(visit), visit.form()
    try:
        account = await _account(visit, form)
        facts = {"name": form.get("name", ""), "organisation": one.id, "account": account}
        body = _convert(
            {**facts, "grade": form.get("grade", ""), "contact": form.get("contact", "")}, PersonBody
        )
        row = Person(_id(visit, "N", form), **msgspec.structs.asdict(body))
        await _add(visit, visit.exchange.registers.people, row)
    except BadInput as bad:
        return await show(visit, 422, {bad.field: sentence(visit.speech, bad.code, str(bad))}, form)
    return visit.go(f"/operator/mandates/{one.id}")


async def _account(visit: Visit, form: Said) -> str | None:
    """The account of that login; one that is somebody else's already is refused."""
    login = form.get("account", "")
    if not login:
        return None
    found = await visit.exchange.registers.accounts.credentials(login)
    if found is None:
        raise BadInput("BAD_VALUE", "account", login, "the login of an account")
    account = found[0]
    known = await visit.exchange.registers.people.of_account(account.id)
    if known is not None:
        raise BadInput("BAD_VALUE", "account", login, "an account that belongs to nobody yet")
    return account.id


async def grant(visit: Visit) -> Response:
    """Enter a mandate of which the letter was seen; the house knows of it at once."""
    visit.needs("operator")
    one, form = await _organisation(visit), visit.form()
    try:
        facts = {"person": form.get("person", ""), "organisation": one.id, "role": form.get("role", "")}
        days = {name: form.get(name) or None for name in ("valid_from", "valid_until")}
        body = _convert(
            {**facts, **days, "document_digest": form.get("document_digest", "").lower()}, MandateBody
        )
        if await visit.exchange.registers.people.get(body.person) is None:
            raise BadInput("BAD_VALUE", "person", body.person, "a person of the register")
        row = Mandate(_id(visit, "M", form), **msgspec.structs.asdict(body))
        await _add(visit, visit.exchange.registers.mandates, row)
        await enforce(visit.exchange, visit.principal, form["command"], row)
    except BadInput as bad:
        return await show(visit, 422, {bad.field: sentence(visit.speech, bad.code, str(bad))}, form)
    return visit.go(f"/operator/mandates/{one.id}")


async def revoke(visit: Visit) -> Response:
    """End a mandate today."""
    visit.needs("operator")
    one, form = await _organisation(visit), visit.form()
    mandates = visit.exchange.registers.mandates
    row = await mandates.get(visit.part("mandate"))
    if row is None or row.organisation != one.id:
        raise errors.not_found("mandate")
    await mandates.revoke(row.id, shanghai_date(visit.now), visit.principal.account, visit.now)
    await unenforce(visit.exchange, visit.principal, form.get("command", ""), row)
    return visit.go(f"/operator/mandates/{one.id}")


def _convert(facts: dict[str, Any], type_: Any) -> Any:
    """The body that REST takes, from texts; BadInput names the field."""
    for name in ("valid_from", "valid_until"):
        if facts.get(name):
            try:
                facts[name] = date.fromisoformat(facts[name]).isoformat()
            except ValueError:
                raise BadInput("BAD_VALUE", name, facts[name], "a day like 2026-03-02") from None
    if "valid_from" in facts and not facts["valid_from"]:
        raise BadInput("MISSING_FIELD", "valid_from", "nothing", "the first day")
    try:
        return msgspec.convert(facts, type_)
    except msgspec.ValidationError as wrong:
        name = str(wrong).partition("`$.")[2].rstrip("`")
        code = "BAD_VALUE" if facts.get(name) else "MISSING_FIELD"
        raise BadInput(code, name, facts.get(name), str(wrong)) from None


async def _add(visit: Visit, register: Any, row: Person | Mandate) -> None:
    if await register.get(row.id) is None:
        try:
            await register.add(row, visit.principal.account, visit.now)
        except Malformed as wrong:
            raise BadInput("BAD_VALUE", wrong.field, wrong.got, wrong.expected) from wrong
        except LuochuiError as error:
            raise BadInput("BAD_VALUE", "person", row.id, str(error)) from error


ROUTES: list[Route] = [
    page("/operator/mandates", choose),
    page("/operator/mandates/{organisation}", show),
    page("/operator/mandates/{organisation}/people", enter_person, "POST"),
    page("/operator/mandates/{organisation}/mandates", grant, "POST"),
    page("/operator/mandates/{organisation}/mandates/{mandate}/revocation", revoke, "POST"),
]
