"""A party's account statement: what the house holds for it, and every movement of a period."""

from datetime import date

from starlette.responses import Response
from starlette.routing import Route

from settlement.chart import chart_line
from settlement.dates import parse_date, shanghai_date
from settlement.statements import statement
from web import errors
from web.pages.shell import Visit, page

EARLIEST, LATEST = date(2000, 1, 1), date(2999, 12, 31)


async def show(visit: Visit) -> Response:
    """The statement of the reader's own organisation; without days, of this year so far."""
    party = visit.principal.party
    if party is None:
        raise errors.failure(403, "FORBIDDEN", "this page is for somebody of an organisation")
    today = shanghai_date(visit.now)
    first = _day(visit, "first_on", today.replace(month=1, day=1))
    last = max(first, _day(visit, "last_on", today))
    return visit.render(
        "statement.html",
        statement=statement(visit.state.settlement, party, first, last),
        name_of=_name(visit),
    )


def _day(visit: Visit, field: str, default: date) -> date:
    """A day of the query; the default for anything else."""
    found = parse_date(visit.request.query_params.get(field, ""))
    return found if found is not None and EARLIEST <= found <= LATEST else default


def _name(visit: Visit) -> dict[str, str]:
    """Accounts of the ledger → their names in the reader's language."""
    zh = visit.speech.language == "zh"
    accounts = {line.account for entry in visit.state.settlement.ledger.entries for line in entry.lines}
    return {one: chart_line(one).zh if zh else chart_line(one).en for one in sorted(accounts)}


ROUTES: list[Route] = [page("/statement", show)]
