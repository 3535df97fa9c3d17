"""The market in pictures: price paths, activity, fields, regions, sell-through, and the pipeline of unconverted results.

Each picture is drawn on the server and has its table beside it, so that it can be heard, copied and printed.
"""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup
from starlette.responses import Response
from starlette.routing import Route

from exchange.releases.outcomes import pipeline
from exchange.reports import index
from exchange.reports.figures import Figures, Row, month_of
from settlement.dates import end_of_day
from web.bar_chart import Bar, Column, bars, columns, hundredths, line
from web.charts import short_money
from web.i18n import Speech
from web.pages.report_tables import percent, region_word
from web.pages.reports import practice
from web.pages.room import chart, path_of
from web.pages.shell import Visit, page
from web.readings import reading_of, today_of
from web.withheld import lot_hidden

PATHS = 4
MONTHS = 12
GROUPS = 12
STAGES = (
    "announced",
    "due",
    "consented",
    "unanswered",
    "deferred",
    "frozen",
    "released",
    "released_converted",
)


async def pictures(visit: Visit) -> Response:
    """The page; `rehearsals=1` counts practice, too, and a market that only practised is shown with it."""
    today = today_of(visit.exchange)
    reading = reading_of(visit.request.app.state, visit.exchange)
    registers, wish = visit.exchange.registers, visit.request.query_params.get("rehearsals", "")
    found = await reading.figures(registers, today, practice(visit))
    practised = practice(visit)
    if not wish and not found.total.lots:
        found, practised = await reading.figures(registers, today, True), True
    return visit.render(
        "pictures.html",
        practice=practised,
        paths=await _paths(visit),
        activity=_activity(visit.speech, found),
        through=_through(visit.speech, found),
        groups=[group for group in _groups(visit.speech, found) if group["rows"]],
        pipeline=_pipeline(visit),
    )


async def _paths(visit: Visit) -> list[dict[str, Any]]:
    """The lots that were hammered last under open bidding, each with its path."""
    state, principal = visit.state, visit.caller.principal if visit.caller else None
    ended = [
        one
        for one in state.lots.values()
        if one.winners and one.terms.ladder and one.accepted > 1 and not lot_hidden(state, one.id, principal)
    ]
    ended.sort(key=lambda one: one.closed_at or 0, reverse=True)
    found = []
    for one in ended[:PATHS]:
        listing = state.market.listings[state.market.lot_plans[one.id].listing]
        price, opening = one.winners[0].price_fen, one.terms.opening_price_fen
        found.append(
            {
                "lot": one.id,
                "title": listing.subject.title,
                "chart": chart(visit, one.id, (await path_of(visit, one.id)).steps),
                "opening_fen": opening,
                "price_fen": price,
                "ratio": percent(price, opening),
                "bids": one.accepted,
                "extensions": one.extensions,
            }
        )
    return found


def _recent(found: Figures) -> dict[str, Row]:
    """The last months up to now, those without figures included."""
    if not found.by_month:
        return {}
    last = month_of(end_of_day(found.at))
    names = index.months(min(min(found.by_month), last), last)[-MONTHS:]
    return {name: found.by_month.get(name, Row()) for name in names}


def _activity(s: Speech, found: Figures) -> dict[str, Any] | None:
    """The activity index month by month."""
    base, last = index.base_of(found.by_month), month_of(end_of_day(found.at))
    if base is None or base > last:
        return None
    series = index.series(index.COMPOSITIONS["activity"], found.by_month, base, last)
    points = series.points[-MONTHS:]
    names = [point.month for point in points]
    label = s.text("Activity index by month, %(first)s to %(last)s", first=names[0], last=names[-1])
    values = [hundredths(point.index) for point in points]
    return {
        "chart": line(label, names, values),
        "rows": [(point.month, point.index) for point in points],
        "base": series.base_month,
        "version": series.version,
    }


def _through(s: Speech, found: Figures) -> dict[str, Any] | None:
    """Lots sold and unsold by month."""
    months = _recent(found)
    if not any(row.sold + row.unsold for row in months.values()):
        return None
    label = s.text("Lots sold and unsold by month")
    drawn = columns(label, [Column(name, row.sold, row.unsold) for name, row in months.items()])
    rows = [(name, row.sold, row.unsold, percent(*row.sell_through)) for name, row in months.items()]
    return {"chart": drawn, "rows": rows, "total": percent(*found.total.sell_through)}


def _groups(s: Speech, found: Figures) -> list[dict[str, Any]]:
    """What was sold by field and by region, the greatest first."""
    fields = {key: s.word(key) for key in found.by_field}
    regions = {key: region_word(s, key) for key in found.by_region}
    return [
        _group(s, s.text("By field"), s.text("Field"), found.by_field, fields),
        _group(s, s.text("By region"), s.text("Region"), found.by_region, regions),
    ]


def _group(
    s: Speech, title: str, name: str, rows: Mapping[str, Row], words: Mapping[str, str]
) -> dict[str, Any]:
    known = [(words.get(key) or s.text("Not attributed"), row) for key, row in rows.items() if row.trades]
    known.sort(key=lambda one: (-one[1].trades_fen, one[0]))
    shown = [Bar(word, row.trades_fen, short_money(s, row.trades_fen)) for word, row in known[:GROUPS]]
    return {
        "title": title,
        "name": name,
        "chart": bars(title, shown),
        "rows": [(word, row.listings, row.sold, row.trades_fen) for word, row in known],
    }


def _pipeline(visit: Visit) -> dict[str, Any] | None:
    """How many results stand at each stage of the one-year rule."""
    s, counts = visit.speech, pipeline(visit.state)
    rows = [(s.code("release_count", name), counts[name]) for name in STAGES]
    if not any(count for _, count in rows):
        return None
    label: str = s.text("Results under the one-year rule by stage")
    drawn: Markup = bars(label, [Bar(name, count, s.number(count)) for name, count in rows])
    return {"chart": drawn, "rows": rows}


ROUTES: list[Route] = [page("/reports/pictures", pictures)]
