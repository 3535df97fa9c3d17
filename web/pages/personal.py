"""One's own data: everything that the exchange holds of a person, to read and to take along; and erasing it."""

from typing import Any

import msgspec
from starlette.responses import Response
from starlette.routing import Route

from exchange.house.erasure import Open
from exchange.registers.read_audit import Kind, of_account
from matching_engine.errors import Malformed
from settlement.dates import shanghai_time
from web.pages.journal_words import event_word, field_name
from web.pages.shell import Visit, page
from web.personal import StillOpen, erase, held, kept, open_in
from web.sensitive import note

SHOWN = 100
"""Rows of a table that the page shows; the file has all."""
JSON = "application/json"


async def data(visit: Visit, status: int = 200, wrong: str = "") -> Response:
    """What is held, table by table; what is open; the form to erase."""
    account = visit.who.account
    found = await held(visit.exchange.registers, account, visit.now)
    open_ = open_in([visit.state], account)
    return visit.render(
        "personal.html",
        status,
        "/account/data",
        tables=[(name, rows[:SHOWN], len(rows)) for name, rows in found["registers"].items()],
        journal=found["journal"][-SHOWN:],
        journal_rows=len(found["journal"]),
        read_by_others=found["read_by_others"][:SHOWN],
        named=found["journal_names"],
        open=[_reason(visit, one) for one in open_],
        login=account.login,
        kept=", ".join(visit.speech.code("table_name", name) for name in kept()),
        plain=_plain,
        word=event_word,
        field=field_name,
        errors={"login": wrong} if wrong else {},
    )


def _plain(value: Any) -> str:
    """A value of a row as text."""
    if value is None or value in ("", [], {}):
        return "—"
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _reason(visit: Visit, one: Open) -> tuple[str, str]:
    return visit.speech.code("open", one.kind), one.subject


async def download(visit: Visit) -> Response:
    """The whole of it as JSON; that it was taken is put on record."""
    account = visit.who.account
    found = await held(visit.exchange.registers, account, visit.now)
    owners = (of_account(account.id),)
    await note(visit.request, visit.exchange, visit.who, Kind.PERSONAL_DATA, "own data", owners)
    name = f"my-data-{shanghai_time(visit.now):%Y-%m-%d}.json"
    body = msgspec.json.format(msgspec.json.encode(found), indent=2)
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(body, media_type=JSON, headers=headers)


async def erasure(visit: Visit) -> Response:
    """Erase what the law lets go, once the login was typed and a second factor shown; refused while things are open."""
    form, account = visit.form(), visit.who.account
    if form.get("login", "").strip().lower() != account.login:
        return await data(visit, 422, visit.speech.text("Type your login to say that you mean it."))
    visit.request.app.state.gate.demand(visit.who)
    try:
        await erase(visit.exchange.registers, [visit.state], account, visit.now, account.id)
    except StillOpen:
        return await data(visit, 409, visit.speech.text("Nothing was erased: what is listed is still open."))
    except Malformed:
        return await data(visit, 409, visit.speech.text("The last operator cannot be erased."))
    response = visit.go("/")
    response.headers.append("set-cookie", visit.request.app.state.sessions.no_cookie())
    return response


ROUTES: list[Route] = [
    page("/account/data", data),
    page("/account/data.json", download),
    page("/account/data/erasure", erasure, "POST"),
]
