"""An organisation's workspace: its results, listings, contracts, money, what is due, its people, on one page.

Heilongjiang, part five, (一): one platform for results, transfer, assets and law of a university.
"""

from datetime import date
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from exchange.registers import Organisation
from exchange.registers.achievements import Achievement
from exchange.registers.directory_kinds import kinds
from exchange.registers.directory_values import overdue
from exchange.registers.holdings import Holdings
from exchange.registers.reports import annual_id
from exchange.reports.published import annual_form
from settlement.dates import shanghai_date
from settlement.state import Trade
from settlement.statements import open_items, statement
from web import errors
from web.pages.desk import to_do
from web.pages.directories import state_word
from web.pages.shell import Visit, page

OVERSEERS = frozenset({"operator", "auditor"})
SHOWN = 50
ACHIEVEMENTS_SHOWN = 20
ACHIEVEMENTS_MAX = 500
REPORTING = ("university", "research_institute")
"""Whose duty the annual report on conversion is (law on promoting conversion, art. 21)."""


async def workspace(visit: Visit) -> Response:
    """The page; overseers choose the organisation first."""
    party = await _party(visit)
    if party is None:
        return visit.render("workspace.html", one=None, organisations=await _organisations(visit))
    registers, state, today = visit.exchange.registers, visit.state, shanghai_date(visit.now)
    trades = [one for one in state.settlement.trades.values() if one.side_of(party.id)]
    deposits = [one for one in state.settlement.deposits.values() if one.party == party.id]
    account = statement(state.settlement, party.id, today.replace(month=1, day=1), today)
    return visit.render(
        "workspace.html",
        one=party,
        organisations=await _organisations(visit),
        counts=await Holdings(registers.database).count(party.id),
        achievements=await _achievements(visit, party.id),
        listings=[one for one in state.market.listings.values() if one.seller == party.id],
        trades=[_trade(visit, party.id, one) for one in reversed(trades[-SHOWN:])],
        totals=_totals(party.id, trades),
        account=account,
        owed=open_items(state.settlement, party.id, today),
        due=await due(visit, party, today),
        to_do=to_do(visit, party.id, deposits, trades),
        people=await _people(visit, party.id, today),
        entries=await _entries(visit, party.id),
        own=visit.principal.party == party.id,
        holds="seller" in visit.principal.roles,
    )


async def _achievements(visit: Visit, party: str) -> list[Achievement]:
    """The first of an organisation's results, those that are not public before all others: they are found nowhere else."""
    found = await visit.exchange.registers.achievements.list(holder=party, limit=ACHIEVEMENTS_MAX)
    return sorted(found, key=lambda one: one.public)[:ACHIEVEMENTS_SHOWN]


async def _party(visit: Visit) -> Organisation | None:
    """The reader's own organisation, or the one an overseer chose; None before the choice. 403 for anybody else."""
    principal = visit.principal
    wish = visit.request.query_params.get("party", "")
    if not OVERSEERS & principal.roles:
        if principal.party is None:
            raise errors.failure(403, "FORBIDDEN", "this page is for somebody of an organisation")
        wish = principal.party
    if not wish:
        return None
    found = await visit.exchange.registers.organisations.get(wish)
    if found is None:
        raise errors.not_found("party")
    return found


async def _organisations(visit: Visit) -> list[tuple[str, str]]:
    """Whom an overseer may choose."""
    if not OVERSEERS & visit.principal.roles:
        return []
    found = await visit.exchange.registers.organisations.list("", 500)
    return sorted(((one.id, one.name) for one in found), key=lambda one: one[1])


def _trade(visit: Visit, party: str, trade: Trade) -> dict[str, Any]:
    settlement = visit.state.settlement
    contract = settlement.contracts.get(trade.contract or "")
    registration = settlement.registrations.get(trade.registration or "")
    return {
        "id": trade.id,
        "title": trade.subject.title,
        "side": trade.side_of(party),
        "other": trade.buyer.name if trade.seller.id == party else trade.seller.name,
        "price_fen": trade.price_fen,
        "contract": contract,
        "registration": registration,
    }


def _totals(party: str, trades: list[Trade]) -> dict[str, int]:
    """What was sold and bought in all, sales that came to nothing aside."""
    standing = [one for one in trades if one.failed is None]
    return {
        "sold": sum(one.price_fen for one in standing if one.seller.id == party),
        "bought": sum(one.price_fen for one in standing if one.buyer.id == party),
    }


async def due(visit: Visit, party: Organisation, today: date) -> list[dict[str, Any]]:
    """What is to be handed in and by when: the annual report, and what directories wait for."""
    s, registers = visit.speech, visit.exchange.registers
    found = []
    due_on = annual_form().due_on(party.region, today.year - 1) if party.kind in REPORTING else None
    if due_on is not None:
        report = await registers.annual_reports.get(annual_id(party.id, today.year - 1))
        done = report.submitted_on if report else None
        name = s.text("Annual report on conversion, %(year)s", year=today.year - 1)
        found.append(
            {"name": name, "on": due_on.isoformat(), "done": done, "late": not done and today > due_on}
        )
    for entry in await registers.directory.of_owner(party.id):
        kind = kinds().get(entry.kind)
        if kind is None or kind.due is None or entry.state == "retired" or kind.due.done in entry.fields:
            continue
        late = overdue(kind, entry.fields, entry.figures, today.isoformat())
        name = f"{kind.name.said(s.language)}: {entry.title}"
        found.append({"name": name, "on": entry.figures["due_on"], "done": None, "late": late})
    return found


async def _people(visit: Visit, party: str, today: date) -> list[dict[str, Any]]:
    """Its people and those who act for it, each with the mandates that are in force."""
    registers = visit.exchange.registers
    mandates = await registers.mandates.list(party)
    own = {one.id: one for one in await registers.people.list(party, limit=200)}
    others = [one.person for one in mandates if one.person not in own]
    people = {**own, **(await registers.people.get_many(others))}
    return [
        {
            "name": person.name,
            "grade": person.grade,
            "mandates": [one for one in mandates if one.person == person.id and one.holds(today)],
        }
        for person in people.values()
    ]


async def _entries(visit: Visit, party: str) -> list[dict[str, Any]]:
    """Its entries in the directories, the newest of each kind first."""
    found = []
    for entry in (await visit.exchange.registers.directory.of_owner(party))[: 4 * SHOWN]:
        kind = kinds().get(entry.kind)
        if kind is not None:
            word = state_word(visit.speech, kind, entry.state)
            name = kind.name.said(visit.speech.language)
            found.append({"entry": entry, "kind": name, "state": word})
    return found


ROUTES: list[Route] = [page("/workspace", workspace)]
