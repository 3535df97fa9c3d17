"""The own organisation: its people, for whom they may act, and mandates to revoke."""

from starlette.responses import Response
from starlette.routing import Route

from settlement.dates import shanghai_date
from web import errors
from web.api_registers import unenforce
from web.pages.shell import Visit, page


async def organisation(visit: Visit) -> Response:
    """People and mandates."""
    party = _party(visit)
    registers = visit.exchange.registers
    found = await registers.organisations.get(party)
    if found is None:
        raise errors.not_found("organisation")
    mandates = await registers.mandates.list(party)
    people = await registers.people.get_many([one.person for one in mandates])
    today = shanghai_date(visit.now)
    return visit.render(
        "organisation.html",
        organisation=found,
        people=await registers.people.list(party, limit=1000),
        mandates=[(one, people.get(one.person), one.holds(today)) for one in mandates],
        asked=party in visit.state.market.mandated,
        day=lambda one: visit.speech.day(one.isoformat() if one else None),
    )


def _party(visit: Visit) -> str:
    if visit.principal.party is None:
        raise errors.failure(403, "FORBIDDEN", "this page is for people of an organisation")
    return visit.principal.party


async def revoke(visit: Visit) -> Response:
    """End a mandate of the own organisation today."""
    form, party = visit.form(), _party(visit)
    mandates = visit.exchange.registers.mandates
    row = await mandates.get(visit.part("mandate"))
    if row is None or row.organisation != party:
        raise errors.not_found("mandate")
    await mandates.revoke(row.id, shanghai_date(visit.now), visit.principal.account, visit.now)
    await unenforce(visit.exchange, visit.principal, form.get("command", ""), row)
    return visit.go("/organisation")


ROUTES: list[Route] = [
    page("/organisation", organisation),
    page("/organisation/mandates/{mandate}/revocation", revoke, "POST"),
]
