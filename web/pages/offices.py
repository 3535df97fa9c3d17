"""The registration desk: contracts by their state and the last day of the office's clock."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, get_args
from urllib.parse import urlencode

from starlette.responses import Response
from starlette.routing import Route

from settlement.dates import shanghai_date
from settlement.filing_list import MixedList, Size, is_year, selected
from settlement.registration_state import CLOCK_RUNS, Registration, RegistrationState
from settlement.state import Settlement
from web.documents.filing_table import TableForm, table_response
from web.pages.shell import Page, Visit, page, sentence
from web.registration_resources import RegistrationLine
from web.registration_views import registration_line

SHOWN = 50
WAITING = (*CLOCK_RUNS, RegistrationState.SUPPLEMENT)
"""What the office has still to decide."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which contracts the desk shows; all parts as the address has them."""

    state: str = ""
    office: str = ""
    mine: str = ""
    q: str = ""

    def address(self, **other: object) -> str:
        """The desk with these filters, some of them changed."""
        parts: dict[str, object] = {
            "state": self.state,
            "office": self.office,
            "mine": self.mine,
            "q": self.q,
            **other,
        }
        query = urlencode({name: value for name, value in parts.items() if value})
        return f"/registrations?{query}" if query else "/registrations"

    def fits(self, line: RegistrationLine, one: Registration, account: str) -> bool:
        """Whether a contract is among those asked for, whatever its state."""
        if self.office and self.office != line.office_code:
            return False
        if self.mine and account not in hands(one):
            return False
        text = self.q.casefold()
        facts = (line.id, line.number or "", line.project, line.seller, line.buyer, line.contract)
        return not text or any(text in fact.casefold() for fact in facts)


def hands(one: Registration) -> frozenset[str]:
    """Everybody at the office who had a part in it."""
    people = [one.registrar, one.first_registrar, one.proposal.registrar if one.proposal else None]
    people += [finding.registrar for finding in one.findings.values()]
    people += [supplement.registrar for supplement in one.supplements]
    return frozenset(who for who in people if who)


def wanted(visit: Visit) -> Wanted:
    """The filters of the address; a state that is none counts as none."""
    query = visit.request.query_params
    state = query.get("state", "")
    known = state in [one.value for one in RegistrationState]
    texts = [query.get(name, "").strip()[:80] for name in ("office", "mine", "q")]
    return Wanted(state if known else "", *texts)


def lines(state: Settlement, asked: Wanted, account: str, today: date) -> list[RegistrationLine]:
    """The contracts asked for, in any state: those whose clock runs first, by their last day; then the newest."""
    found = []
    for one in state.registrations.values():
        line = registration_line(state, one, today)
        if asked.fits(line, one, account):
            found.append((one, line))
    found.sort(key=lambda pair: pair[0].registered_on or "", reverse=True)
    found.sort(
        key=lambda pair: (pair[0].state not in WAITING, pair[0].state not in CLOCK_RUNS, _due(pair[0]))
    )
    return [line for _, line in found]


def _due(one: Registration) -> str:
    return one.due_on if one.state in CLOCK_RUNS else ""


async def registrations(visit: Visit, status: int = 200, wrong: Mapping[str, str] | None = None) -> Response:
    """The desk; `wrong` is about an export that was refused."""
    principal = visit.needs("registrar")
    state, asked = visit.state.settlement, wanted(visit)
    today = shanghai_date(visit.now)
    found = lines(state, asked, principal.account, today)
    counts = Counter(line.state for line in found)
    shown = [line for line in found if line.state == asked.state] if asked.state else found
    first = _first(visit, len(shown))
    return visit.render(
        "registrations.html",
        status,
        lines=shown[first : first + SHOWN],
        waiting=sum(counts[one] for one in WAITING),
        overdue=sum(line.clock.overdue for line in found),
        counts=[
            (one.value, counts[one]) for one in RegistrationState if counts[one] or one.value == asked.state
        ],
        everything=len(found),
        wanted=asked,
        offices=_offices(state),
        before=first - SHOWN if first else None,
        after=first + SHOWN if first + SHOWN < len(shown) else None,
        listed=_listed(visit),
        sizes=get_args(Size),
        errors=wrong or {},
    )


def _first(visit: Visit, count: int) -> int:
    text = visit.request.query_params.get("from", "0")
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 8 else 0
    return number - number % SHOWN if number < count else 0


def _offices(state: Settlement) -> list[tuple[str, Any]]:
    """The offices where anything was filed, by code."""
    known = {one.office_code: one.office for one in state.registrations.values() if one.office_code}
    return sorted(known.items())


def _listed(visit: Visit) -> dict[str, str]:
    """What the export's form shows: what was asked for, or the year of today."""
    query = visit.request.query_params
    year = query.get("year", str(shanghai_date(visit.now).year))
    return {"year": year, "size": query.get("size", "all")}


def _export(form: TableForm) -> Page:
    async def export(visit: Visit) -> Response:
        """The filing forms as a list; what is wrong with the question is said on the desk."""
        visit.needs("registrar")
        query, state = visit.request.query_params, visit.state.settlement
        year, size = query.get("year", ""), query.get("size", "all")
        if year and not is_year(year):
            return await registrations(visit, 422, {"year": sentence(visit.speech, "BAD_YEAR")})
        chosen: Size = size if size in get_args(Size) else "all"  # type: ignore[assignment]
        try:
            found = selected(state, year or None, query.get("office") or None, chosen)
        except MixedList:
            return await registrations(visit, 409, {"size": sentence(visit.speech, "LIST_MIXED")})
        return table_response(state, found, form, f"registrations-{year or 'all'}")

    return export


ROUTES: list[Route] = [
    page("/registrations", registrations),
    page("/registrations/export.csv", _export("csv")),
    page("/registrations/export.xlsx", _export("xlsx")),
]
