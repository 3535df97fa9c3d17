"""Reports over REST: open data for everybody, indices with their composition, figures for overseers."""

from datetime import date
from typing import Annotated, Any

import msgspec

from exchange.reports import index
from exchange.reports.figures import Figures, figures, month_of
from exchange.reports.index import Series
from exchange.reports.ocds import package
from exchange.reports.reading import cities
from settlement.dates import end_of_day, parse_date
from web import errors
from web.parse import BadInput
from web.readings import reading_of, today_of
from web.resources import Taken
from web.routes import Ask, Operation

V1 = "/api/v1"
OVERSEERS = frozenset({"operator", "auditor", "funder"})


class ReleaseQuery(Taken, frozen=True):
    """Which releases: after a cursor, up to the end of a day, with or without rehearsals."""

    cursor: str = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=500)] = 100
    at: str = ""
    rehearsals: bool = False


class PublisherResource(msgspec.Struct, frozen=True):
    """Who publishes."""

    name: str


class ReleasePackage(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A release package of the Open Contracting Data Standard 1.1; `links` lead to the next page."""

    uri: str
    version: str
    published_date: str
    publisher: PublisherResource
    license: str
    publication_policy: str
    releases: list[dict[str, Any]]
    links: dict[str, str] = {}


class IndexQuery(Taken, frozen=True):
    """At which day, from which base month, with or without rehearsals."""

    at: str = ""
    base: str = ""
    rehearsals: bool = False


class FiguresQuery(Taken, frozen=True):
    """At which day, with or without rehearsals."""

    at: str = ""
    rehearsals: bool = False


def _day(text: str) -> date | None:
    if not text:
        return None
    found = parse_date(text)
    if found is None:
        raise BadInput("BAD_VALUE", "at", text, "a date like 2026-11-20")
    return found


async def list_open_data(ask: Ask) -> dict[str, Any]:
    """Releases in the order in which they happened, a page at a time; one listing is one contracting process."""
    query: ReleaseQuery = ask.query
    reading = reading_of(ask.request.app.state, ask.exchange)
    await reading.catch_up()
    found = reading.releases(_day(query.at), query.rehearsals)
    start = 0
    if query.cursor:
        places = [n for n, one in enumerate(found) if one.id == query.cursor]
        if not places:
            raise BadInput("BAD_VALUE", "cursor", query.cursor, "the id of a release of this list")
        start = places[0] + 1
    shown = found[start : start + query.limit]
    house, base = ask.exchange.house, ask.exchange.settings.public_url
    at = shown[-1].at if shown else house.clock.now()
    made = package(shown, f"{base}{V1}/ocds/releases", at, house.name)
    if len(found) > start + query.limit:
        extra = f"&at={query.at}" if query.at else ""
        extra += "&rehearsals=true" if query.rehearsals else ""
        made["links"] = {"next": f"{base}{V1}/ocds/releases?cursor={shown[-1].id}&limit={query.limit}{extra}"}
    return made


async def show_market_figures(ask: Ask) -> Figures:
    """Figures at a date, for overseers: the same journal gives the same figures."""
    if not ask.principal.roles & OVERSEERS:
        raise errors.failure(403, "FORBIDDEN", "figures are for operators, auditors and funders")
    return await _figures(ask, ask.query)


async def _figures(ask: Ask, query: FiguresQuery | IndexQuery) -> Figures:
    reading = reading_of(ask.request.app.state, ask.exchange)
    await reading.catch_up()
    at = min(_day(query.at) or today_of(ask.exchange), today_of(ask.exchange))
    facts = reading.facts()
    places = await cities(ask.exchange.registers, facts)
    return figures(facts, reading.heads(at), places, at, query.rehearsals)


async def show_market_index(ask: Ask) -> Series:
    """The index `activity` or `conversion` with every component, exact."""
    query: IndexQuery = ask.query
    composition = index.COMPOSITIONS.get(ask.path("index"))
    if composition is None:
        raise errors.not_found("index")
    found = await _figures(ask, query)
    if query.base and query.base not in found.by_month:
        raise BadInput("BAD_VALUE", "base", query.base, "a month with figures, like 2026-03")
    base = query.base or index.base_of(found.by_month)
    if base is None:
        raise errors.not_found("figure yet")
    return index.series(composition, found.by_month, base, month_of(end_of_day(found.at)))


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "GET",
        f"{V1}/ocds/releases",
        list_open_data,
        "Published sales as release packages (OCDS 1.1)",
        "market",
        ReleasePackage,
        query=ReleaseQuery,
        signed_in=False,
    ),
    Operation(
        "GET",
        f"{V1}/reports/figures",
        show_market_figures,
        "Figures at a date",
        "market",
        Figures,
        query=FiguresQuery,
        errors=(403,),
    ),
    Operation(
        "GET",
        f"{V1}/reports/index/{{index}}",
        show_market_index,
        "An index with its composition",
        "market",
        Series,
        query=IndexQuery,
        signed_in=False,
        errors=(404,),
    ),
)
