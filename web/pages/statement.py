"""A party's account statement: what the house holds for it, and every movement of a period; on paper and as CSV."""

import csv
import io
from datetime import date

from starlette.responses import Response
from starlette.routing import Route

from matching_engine.money import format_yuan
from settlement.chart import chart_line
from settlement.dates import parse_date, shanghai_date
from settlement.statements import Statement, statement
from web import errors
from web.pages.shell import Visit, page

EARLIEST, LATEST = date(2000, 1, 1), date(2999, 12, 31)
OVERSEERS = frozenset({"operator", "auditor"})
"""Roles that see any party's."""


async def show(visit: Visit) -> Response:
    """The statement; without days, of this year so far. Overseers choose the party first."""
    party = _party(visit)
    found = _statement(visit, party) if party else None
    return visit.render(
        "statement.html",
        statement=found,
        parties=_parties(visit),
        name=party_name(visit, party),
        name_of=_names_of_accounts(visit),
        drawn_up=visit.now,
        download=_download(found, visit) if found else "",
    )


async def as_csv(visit: Visit) -> Response:
    """The same as CSV with a byte order mark, as spreadsheets want it; amounts in yuan."""
    party = _party(visit)
    if not party:
        raise errors.not_found("party")
    found = _statement(visit, party)
    name = f"statement-{party}-{found.first_on}-{found.last_on}.csv"
    return Response(
        _csv(visit, found).encode("utf-8-sig"),
        media_type="text/csv",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


def _party(visit: Visit) -> str:
    """The reader's own organisation, or the one an overseer chose; empty before the choice. 403 for anybody else."""
    principal = visit.principal
    if OVERSEERS & principal.roles:
        wish = visit.request.query_params.get("party", "")
        if wish and wish not in visit.state.market.parties:
            raise errors.not_found("party")
        return wish
    if principal.party is None:
        raise errors.failure(403, "FORBIDDEN", "this page is for somebody of an organisation")
    return principal.party


def _parties(visit: Visit) -> list[tuple[str, str]]:
    """Whom an overseer may choose: (id, name); nobody for a party's own people."""
    if not OVERSEERS & visit.principal.roles:
        return []
    found = ((one.id, one.name) for one in visit.state.market.parties.values())
    return sorted(found, key=lambda one: one[1])


def party_name(visit: Visit, party: str) -> str:
    """What a party is called; its id where it is none of the market's."""
    facts = visit.state.market.parties.get(party)
    return facts.name if facts else party


def _statement(visit: Visit, party: str) -> Statement:
    today = shanghai_date(visit.now)
    first = _day(visit, "first_on", today.replace(month=1, day=1))
    last = max(first, _day(visit, "last_on", today))
    return statement(visit.state.settlement, party, first, last)


def _day(visit: Visit, field: str, default: date) -> date:
    """A day of the query; the default for anything else."""
    found = parse_date(visit.request.query_params.get(field, ""))
    return found if found is not None and EARLIEST <= found <= LATEST else default


def _download(found: Statement, visit: Visit) -> str:
    path = f"/statement.csv?first_on={found.first_on}&last_on={found.last_on}"
    return f"{path}&party={found.party}" if OVERSEERS & visit.principal.roles else path


def _names_of_accounts(visit: Visit) -> dict[str, str]:
    """Accounts of the ledger → their names in the reader's language."""
    zh = visit.speech.language == "zh"
    accounts = {line.account for entry in visit.state.settlement.ledger.entries for line in entry.lines}
    return {one: chart_line(one).zh if zh else chart_line(one).en for one in sorted(accounts)}


def _csv(visit: Visit, found: Statement) -> str:
    s, names = visit.speech, _names_of_accounts(visit)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(
        [
            s.text("Movement"),
            s.text("Booked on"),
            s.text("Value date"),
            s.text("Bank reference"),
            s.text("Account against it"),
            s.text("Change"),
            s.text("Held after it"),
        ]
    )
    opening = format_yuan(found.opening_fen)
    writer.writerow([s.text("Opening balance"), found.first_on, "", "", "", "", opening])
    for line in found.lines:
        writer.writerow(
            [
                s.code("event", line.kind),
                line.booked_on,
                line.value_on,
                plain_cell(line.reference),
                names[line.counter],
                format_yuan(line.amount_fen),
                format_yuan(line.balance_fen),
            ]
        )
    closing = format_yuan(found.closing_fen)
    writer.writerow([s.text("Closing balance"), found.last_on, "", "", "", "", closing])
    return out.getvalue()


def plain_cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


ROUTES: list[Route] = [page("/statement", show), page("/statement.csv", as_csv)]
