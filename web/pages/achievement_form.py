"""An achievement by form: entered, changed, and so its next version; what is wrong stands beside its field."""

from typing import Any

import msgspec
from starlette.responses import Response
from starlette.routing import Route

from exchange.registers import Achievement
from exchange.registers.shares import shown as share_shown
from web import errors
from web.api_market import AchievementBody, change_achievement, enter_achievement
from web.catalogue import visible
from web.pages.achievement_fields import FORM, Form, Wrong, fault_code, rows_shown, said_of, stated
from web.pages.catalogue import facet_word
from web.pages.shell import Visit, page, sentence
from web.parse import BadInput, command_id
from web.routes import Ask

ORGANISATIONS_OFFERED = 1_000
ROLES = frozenset({"seller", "operator"})


def may_write(visit: Visit, row: Achievement | None = None) -> bool:
    """Sellers write down what their own organisation holds, operators what anybody does."""
    if visit.caller is None:
        return False
    principal = visit.principal
    if "operator" in principal.roles:
        return True
    return "seller" in principal.roles and (row is None or row.holder == principal.party)


def _needs(visit: Visit, row: Achievement | None = None) -> None:
    _ = visit.principal
    if not may_write(visit, row):
        raise errors.failure(403, "FORBIDDEN", "write down achievements of your own organisation")


async def new(visit: Visit) -> Response:
    """The empty form."""
    _needs(visit)
    return await _form(visit, None, {"secrecy": "未知"})


async def enter(visit: Visit) -> Response:
    """The form sent: an achievement, or the form again."""
    _needs(visit)
    said = visit.form()
    wrong = await _try(visit, said, None)
    return wrong if isinstance(wrong, Response) else await _form(visit, None, said, wrong)


async def edit(visit: Visit) -> Response:
    """The form with what the register holds."""
    row = await _row(visit)
    return await _form(visit, row, said_of(row))


async def change(visit: Visit) -> Response:
    """The form sent: the next version, or the form again."""
    row = await _row(visit)
    said = visit.form()
    wrong = await _try(visit, said, row)
    return wrong if isinstance(wrong, Response) else await _form(visit, row, said, wrong)


async def _row(visit: Visit) -> Achievement:
    row = await visible(visit.exchange, visit.principal, visit.part("achievement"))
    _needs(visit, row)
    return row


async def _try(visit: Visit, said: Form, row: Achievement | None) -> Response | dict[str, str]:
    """Save, by the rules of REST; on to the achievement, or the sentence beside each field that is wrong."""
    s = visit.speech
    try:
        body = _body(visit, said, row)
        ask = Ask(
            visit.request,
            visit.exchange,
            visit.caller,
            body=body,
            command=command_id(said.get("command", ""), "command"),
        )
        if row is not None:
            await change_achievement(ask)
            return visit.go(f"/achievements/{row.id}")
        made = await enter_achievement(ask)
        return visit.go(f"/achievements/{made.headers['location'].rpartition('/')[2]}")
    except Wrong as wrong:
        return {name: sentence(s, code) for name, code in wrong.faults.items()}
    except BadInput as bad:
        name = bad.field.partition("[")[0].partition(".")[0]
        told = s.code("achievement_fault", name)
        return {name: told if told != name else sentence(s, bad.code, str(bad))}
    except errors.Failure as failed:
        problem = failed.problem
        return {problem.field or "title": sentence(s, problem.code, problem.detail)}


def _body(visit: Visit, said: Form, row: Achievement | None) -> AchievementBody:
    found = stated(said)
    holder = row.holder if row is not None else said.get("holder") or visit.principal.party
    if not holder:
        raise Wrong({"holder": "MISSING_FIELD"})
    body = AchievementBody(**{**found, "holder": holder})
    try:
        return msgspec.convert(msgspec.to_builtins(body), AchievementBody)
    except msgspec.ValidationError as fault:
        name = str(fault).partition("`$.")[2].rstrip("`").partition("[")[0] or "title"
        raise Wrong({name: fault_code(fault)}) from None


async def _form(
    visit: Visit, row: Achievement | None, said: Form, wrong: dict[str, str] | None = None
) -> Response:
    operator = "operator" in visit.principal.roles
    organisations = visit.exchange.registers.organisations
    return visit.render(
        "achievement_form.html",
        422 if wrong else 200,
        f"/achievements/{row.id}/form" if row else "/achievements/form",
        row=row,
        action=f"/achievements/{row.id}/form" if row else "/achievements/form",
        parts=FORM,
        rows_shown=rows_shown,
        said=said,
        errors=wrong or {},
        operator=operator and row is None,
        organisations=await organisations.list(limit=ORGANISATIONS_OFFERED)
        if operator and row is None
        else [],
        version=len(await visit.exchange.registers.achievements.versions(row.id)) if row else 0,
        word=lambda one, value: _word(visit, one, value),
        share=share_shown,
    )


def _word(visit: Visit, one: Any, value: str) -> str:
    if one.family == "word":
        return facet_word(visit.speech, one.name, value)
    return visit.speech.code(one.family, value)


ROUTES: list[Route] = [
    page("/achievements/form", new),
    page("/achievements/form", enter, "POST"),
    page("/achievements/{achievement}/form", edit),
    page("/achievements/{achievement}/form", change, "POST"),
]
