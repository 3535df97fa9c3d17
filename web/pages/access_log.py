"""The access log as a page: auditors read all of it, everybody else the rows of the own account."""

from starlette.responses import Response
from starlette.routing import Route

from exchange.registers.access_log import KINDS
from web.pages.shell import Visit, page

SHOWN = 100


async def access_page(visit: Visit) -> Response:
    """The latest rows first, by account and kind; further back by `before`."""
    asked, registers = visit.request.query_params, visit.exchange.registers
    oversees = "auditor" in visit.principal.roles
    account = asked.get("account", "")[:64] if oversees else visit.principal.account
    kind = asked.get("kind", "") if asked.get("kind") in KINDS else ""
    place = asked.get("before", "")
    before = int(place) if place.isascii() and place.isdecimal() and len(place) < 10 else None
    rows = await registers.access.list(account=account, kind=kind, before=before, limit=SHOWN)
    names = {one.id: one.login for one in await registers.accounts.list()} if oversees else {}
    names[visit.who.account.id] = visit.who.account.login
    return visit.render(
        "access_log.html",
        rows=rows,
        names=names,
        oversees=oversees,
        account=account,
        kind=kind,
        kinds=sorted(KINDS),
        further=rows[-1].id if len(rows) == SHOWN else None,
    )


ROUTES: list[Route] = [page("/access-log", access_page)]
