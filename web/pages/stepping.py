"""A page whose command waits for a second factor asks for it and then goes on with everything that was typed.

The question carries the fields of the form that waits, its command id among them, and sends them to the same place
with the code: nothing is typed twice, and the command is asked once.
"""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from starlette.responses import Response

from web import errors
from web.key_terms import check_scope
from web.parse import read_form
from web.step_up import StepUpNeeded

if TYPE_CHECKING:
    from web.pages.shell import Visit

FIELD = "step_up_code"
ASKING = frozenset({"STEP_UP_REQUIRED", "SECOND_FACTOR_REQUIRED"})
_FORM = "application/x-www-form-urlencoded"

Handler = Callable[["Visit"], Awaitable[Response]]


async def handled(visit: "Visit", handler: Handler) -> Response:
    """The page, or the question for a second factor that has to be answered first."""
    safe = visit.request.method in ("GET", "HEAD")
    check_scope(visit.caller, "read" if safe else None)
    try:
        wrong = await _shown(visit)
        return await (ask(visit, "STEP_UP_REQUIRED", wrong) if wrong else handler(visit))
    except StepUpNeeded as needed:
        return await ask(visit, needed.failure.problem.code)
    except errors.Failure as failed:
        if failed.problem.code not in ASKING or visit.caller is None:
            raise
        return await ask(visit, failed.problem.code)


def _fields(visit: "Visit") -> dict[str, str]:
    kind = visit.request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return read_form(visit.request.state.body) if kind == _FORM else {}


async def _shown(visit: "Visit") -> str:
    """Take the code that came with the form, if one did; the code of what is wrong with it, or ""."""
    code = "" if visit.caller is None else _fields(visit).get(FIELD, "").strip()
    if not code:
        return ""
    state = visit.request.app.state
    try:
        await state.factors.step_up(visit.who, code)
    except errors.Failure as failed:
        return failed.problem.code
    visit.caller = await state.sessions.again(visit.who)
    return ""


async def ask(visit: "Visit", code: str, wrong: str = "") -> Response:
    """The page that asks for the second factor, or says where to get one."""
    found = await visit.exchange.registers.factors.list(visit.who.account.id)
    kinds = {one.kind for one in found}
    fields = {name: value for name, value in _fields(visit).items() if name != FIELD}
    return visit.render(
        "confirm.html",
        429 if wrong == "TOO_MANY_ATTEMPTS" else 403,
        "/account/confirm",
        missing=code == "SECOND_FACTOR_REQUIRED",
        fields=fields,
        action=visit.request.url.path,
        kinds=kinds,
        errors={"code": visit.speech.code("refusal", wrong)} if wrong else {},
    )
