"""The calendar: sessions to come, notices that end, deposits due; as a page and as iCalendar, whole or for one lot."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from exchange.market.listing_state import ListingState
from settlement.dates import shanghai_date
from web import errors, ical
from web.pages.shell import Visit, page
from web.views import iso
from web.withheld import session_title

MEDIA_TYPE = "text/calendar; charset=utf-8"
SHOWN = 300


def entries(visit: Visit) -> list[dict[str, Any]]:
    """Everything that is still to come, the earliest first."""
    found = [*_lots(visit), *_notices(visit)]
    return sorted((one for one in found if one["at"] >= visit.now), key=lambda one: (one["at"], one["id"]))


def _lots(visit: Visit) -> Iterator[dict[str, Any]]:
    state = visit.state
    for placed in state.market.lot_plans.values():
        lot = state.lots[placed.lot]
        if lot.closed_at is not None or state.market.listings[placed.listing].withheld:
            continue
        session = state.market.sessions[placed.session]
        title = state.market.listings[placed.listing].subject.title
        fixed = {
            "id": placed.lot,
            "title": title,
            "path": f"/lots/{placed.lot}",
            "rehearsal": session.rehearsal,
        }
        about = {**fixed, "more": session_title(state, session)}
        if placed.deposit_until is not None:
            yield {**about, "kind": "deposit", "at": placed.deposit_until, "until": None}
        yield {**about, "kind": "opens", "at": lot.opens_at, "until": lot.closes_at}
        if lot.closes_at is not None:
            yield {**about, "kind": "closes", "at": lot.closes_at, "until": None}


def _notices(visit: Visit) -> Iterator[dict[str, Any]]:
    for one in visit.state.market.listings.values():
        if one.state is ListingState.NOTICE and not one.withheld and one.notice_until is not None:
            yield {
                "id": one.id,
                "title": one.subject.title,
                "path": f"/listings/{one.id}",
                "more": "",
                "rehearsal": one.rehearsal,
                "kind": "notice",
                "at": one.notice_until,
                "until": None,
            }


async def calendar(visit: Visit) -> Response:
    """The page, day by day."""
    shown = [{**one, "iso": iso(one["at"])} for one in entries(visit)[:SHOWN]]
    days = groupby(shown, key=lambda one: shanghai_date(one["at"]).isoformat())
    return visit.render("calendar.html", days=[(day, list(rows)) for day, rows in days])


async def feed(visit: Visit) -> Response:
    """The same for a calendar program."""
    return _answer(visit, entries(visit), visit.speech.text("Luochui"))


async def of_lot(visit: Visit) -> Response:
    """What is to come of one lot; 404 when there is no such lot."""
    lot = visit.part("lot")
    if lot not in visit.state.lots:
        raise errors.not_found("lot")
    return _answer(visit, [one for one in entries(visit) if one["path"] == f"/lots/{lot}"], lot)


def _answer(visit: Visit, rows: list[dict[str, Any]], name: str) -> Response:
    base, s = visit.exchange.settings.public_url, visit.speech
    found = [
        ical.Entry(
            f"{one['kind']}-{one['id']}@{visit.exchange.house.name}.luochui",
            one["at"],
            f"{_marked(visit, one)}{s.code('calendar', one['kind'])}: {one['title']}",
            f"{base}{one['path']}",
            one["until"],
            one["more"],
        )
        for one in rows
    ]
    body = ical.calendar(name, found, visit.now)
    return Response(body, media_type=MEDIA_TYPE, headers={"vary": "accept-language, cookie"})


def _marked(visit: Visit, one: dict[str, Any]) -> str:
    return f"[{visit.speech.text('Rehearsal')}] " if one["rehearsal"] else ""


ROUTES: list[Route] = [
    page("/calendar", calendar),
    page("/calendar.ics", feed),
    page("/lots/{lot}/calendar.ics", of_lot),
]
