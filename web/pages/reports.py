"""The reports: overview, both indices with their composition, and the report of a period, drafted and published."""

from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.responses import Response
from starlette.routing import Route

from exchange.market.report_messages import Published, PublishReport
from exchange.reports import index, periodic
from exchange.reports.figures import figures, month_of
from exchange.reports.index import Series
from exchange.reports.periodic import Period, Report, read_report
from exchange.reports.reading import cities
from matching_engine import canonical
from matching_engine.errors import Malformed
from settlement.dates import end_of_day, parse_date
from web import errors
from web.bar_chart import hundredths, line
from web.documents.tables import Paper, shown, to_docx, to_xlsx
from web.index_chart import HEADERS, index_chart
from web.pages import report_tables as t
from web.pages.shell import Visit, page
from web.readings import reading_of, today_of

OVERSEERS = frozenset({"operator", "auditor", "funder"})
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def oversees(visit: Visit) -> bool:
    """Whether the visitor sees drafts and figures that are not published."""
    return visit.caller is not None and bool(visit.principal.roles & OVERSEERS)


def practice(visit: Visit) -> bool:
    """Whether rehearsals are counted, too."""
    return visit.request.query_params.get("rehearsals") == "1"


def download(content: bytes, media: str, name: str) -> Response:
    """A file to keep."""
    return Response(
        content, media_type=media, headers={"content-disposition": f'attachment; filename="{name}"'}
    )


async def overview(visit: Visit) -> Response:
    """What there is: published reports for everybody, periods to draft for overseers, indices, registers."""
    today = today_of(visit.exchange)
    return visit.render(
        "reports.html",
        published=[one[-1] for one in sorted(visit.state.market.reports.values(), key=_newest)],
        kind_of=lambda name: periodic.read_period(name).kind,
        recent=t.recent(today) if oversees(visit) else {},
        today=today,
        may_see_annual=visit.caller is not None and (oversees(visit) or visit.principal.party is not None),
        compositions=index.COMPOSITIONS,
    )


def _newest(editions: tuple[Published, ...]) -> int:
    return -editions[-1].at


async def _series(visit: Visit) -> Series | None:
    """The index that the query asks for; None before anything happened."""
    query = visit.request.query_params
    composition = index.COMPOSITIONS.get(query.get("name", "activity"))
    if composition is None:
        raise errors.not_found("index")
    today = today_of(visit.exchange)
    at = parse_date(query.get("at", "")) or today
    reading = reading_of(visit.request.app.state, visit.exchange)
    found = await reading.figures(visit.exchange.registers, min(at, today), practice(visit))
    base = _base(query.get("base", ""), found.by_month) or index.base_of(found.by_month)
    last = month_of(end_of_day(found.at))
    if base is None or base > last:
        return None
    return index.series(composition, found.by_month, base, last)


def _base(wish: str, by_month: dict[str, Any]) -> str | None:
    """A base month that is asked for, if it is one with figures."""
    return wish if wish in by_month else None


async def show_index(visit: Visit) -> Response:
    """An index: chart, table, composition, and the same as data."""
    found = await _series(visit)
    name = visit.request.query_params.get("name", "activity")
    query = {key: value for key, value in visit.request.query_params.items() if key != "lang"}
    return visit.render(
        "report_index.html",
        composition=index.COMPOSITIONS[name],
        names=list(index.COMPOSITIONS),
        series=found,
        shown=shown,
        section=t.index_section(visit.speech, found) if found else None,
        chart=_line(visit, found) if found else "",
        query=urlencode(query),
        practice=practice(visit),
        parts=index.PARTS,
    )


def _line(visit: Visit, series: Series) -> Markup:
    """The index as a picture in the page's own colours; the file for elsewhere has its own."""
    s, points = visit.speech, series.points
    label = s.text(
        "%(name)s from %(first)s to %(last)s; the table below has every value",
        name=s.code("index", series.name),
        first=series.base_month,
        last=points[-1].month,
    )
    return line(label, [point.month for point in points], [hundredths(point.index) for point in points])


async def index_svg(visit: Visit) -> Response:
    """The chart."""
    found = await _series(visit)
    if found is None:
        raise errors.not_found("index")
    return Response(index_chart(found), media_type="image/svg+xml", headers=HEADERS)


async def index_json(visit: Visit) -> Response:
    """The index with its whole composition: what `luochui report index --json` prints."""
    found = await _series(visit)
    if found is None:
        raise errors.not_found("index")
    return download(canonical.encode(found) + b"\n", "application/json", f"index-{found.name}.json")


def _period(visit: Visit) -> Period:
    try:
        return periodic.read_period(visit.part("period"))
    except Malformed as wrong:
        raise errors.not_found("period") from wrong


async def _shown(visit: Visit, period: Period) -> tuple[Report, Published | None]:
    """The edition that is asked for, as it was published; without one the draft, for overseers."""
    editions = visit.state.market.reports.get(period.name, ())
    wish = visit.request.query_params.get("edition", "")
    if wish == "draft" or not editions:
        if not oversees(visit):
            raise (
                errors.not_found("report")
                if visit.caller
                else errors.failure(401, "NOT_SIGNED_IN", "sign in first")
            )
        reading = reading_of(visit.request.app.state, visit.exchange)
        today = today_of(visit.exchange)
        return await t.report_of(reading, visit.exchange, period, practice(visit), today), None
    found = next((one for one in editions if str(one.edition) == wish), None) if wish else editions[-1]
    if found is None:
        raise errors.not_found("edition")
    return read_report(found.text), found


def _facts(visit: Visit, report: Report, edition: Published | None) -> tuple[tuple[str, str], ...]:
    """What a report says of itself."""
    s = visit.speech
    said = [
        (s.text("Period"), f"{s.day(report.first.isoformat())} – {s.day(report.last.isoformat())}"),
        *(
            (s.text("Journal of %(house)s", house=one.house), f"{one.seq} · {one.hash[:16]}")
            for one in report.journals
        ),
    ]
    if report.rehearsals:
        said.append((s.text("Rehearsals"), s.text("Sessions for practice are counted, too.")))
    if edition is None:
        said.append((s.text("State"), s.text("Draft, not published")))
    else:
        said.append((s.text("Published"), s.time(edition.at)))
        said.append((s.text("Edition"), f"{edition.edition} {edition.reason}".strip()))
        said.append(("SHA-256", edition.digest))
    return tuple(said)


async def _paper(visit: Visit) -> tuple[Paper, Report, Published | None]:
    period = _period(visit)
    report, edition = await _shown(visit, period)
    at = edition.at if edition else end_of_day(report.last)
    return t.paper_of(visit.speech, report, _facts(visit, report, edition), at), report, edition


async def show_report(visit: Visit, wrong: str = "", status: int = 200) -> Response:
    """The report of a period with tables; the operator publishes it once the period is over."""
    paper, report, edition = await _paper(visit)
    over = visit.now > end_of_day(report.last)
    return visit.render(
        "report.html",
        status,
        f"/reports/periods/{report.period}",
        paper=paper,
        shown=shown,
        report=report,
        edition=edition,
        editions=visit.state.market.reports.get(report.period, ()),
        shares=_bars(visit, report),
        over=over,
        may_publish=visit.caller is not None and "operator" in visit.principal.roles and edition is None,
        may_draft=oversees(visit),
        practice=report.rehearsals,
        query=urlencode({key: value for key, value in visit.request.query_params.items() if key != "lang"}),
        wrong=wrong,
    )


def _bars(visit: Visit, report: Report) -> list[tuple[str, int, str]]:
    """The technology value of each field as a meter: name, per mille of the greatest, amount."""
    rows = [
        (key or visit.speech.text("Not attributed"), row.technology_fen)
        for key, row in report.by_field.items()
    ]
    most = max((amount for _, amount in rows), default=0)
    if most <= 0:
        return []
    return [(name, max(amount, 0) * 1000 // most, visit.speech.money(amount)) for name, amount in rows]


async def print_report(visit: Visit) -> Response:
    """The report to print on A4."""
    paper, _, _ = await _paper(visit)
    return visit.render("report_print.html", paper=paper, shown=shown)


async def report_file(visit: Visit) -> Response:
    """The report as DOCX, XLSX or JSON: of a published one the very text that was frozen."""
    form = visit.part("form")
    paper, report, _ = await _paper(visit)
    name = f"report-{report.period}.{form}"
    if form == "json":
        return download(report.text().encode(), "application/json", name)
    if form == "xlsx":
        return download(to_xlsx(paper), XLSX, name)
    if form == "docx":
        return download(to_docx(paper), DOCX, name)
    raise errors.not_found("form")


async def publish_report(visit: Visit) -> Response:
    """Freeze the draft: text and digest go into the journal."""
    form, period = visit.form(), _period(visit)
    principal = visit.needs("operator")
    reading = reading_of(visit.request.app.state, visit.exchange)
    today = today_of(visit.exchange)
    report = await t.report_of(reading, visit.exchange, period, form.get("rehearsals") == "1", today)
    body = PublishReport(
        period.name, report.text(), end_of_day(period.last), principal.account, form.get("reason", "")[:500]
    )
    failed = await visit.try_to(form, body)
    if failed is None:
        return visit.go(f"/reports/periods/{period.name}")
    if visit.state.market.reports.get(period.name) and "edition" not in visit.request.query_params:
        raise errors.failure(errors.status_of(failed[0]), failed[0], failed[1])
    return await show_report(visit, failed[1], errors.status_of(failed[0]))


async def figures_json(visit: Visit) -> Response:
    """All figures at a date, for overseers: what `luochui report figures --json` prints."""
    if not oversees(visit):
        visit.needs("operator")
    reading = reading_of(visit.request.app.state, visit.exchange)
    at = parse_date(visit.request.query_params.get("at", "")) or today_of(visit.exchange)
    await reading.catch_up()
    facts = reading.facts()
    places = await cities(visit.exchange.registers, facts)
    found = figures(facts, reading.heads(at), places, at, practice(visit))
    return download(canonical.encode(found) + b"\n", "application/json", f"figures-{at}.json")


ROUTES: list[Route] = [
    page("/reports", overview),
    page("/reports/index", show_index),
    page("/reports/index.svg", index_svg),
    page("/reports/index.json", index_json),
    page("/reports/figures.json", figures_json),
    page("/reports/periods/{period}", show_report),
    page("/reports/periods/{period}/print", print_report),
    page("/reports/periods/{period}/publication", publish_report, "POST"),
    page("/reports/periods/{period}/report.{form}", report_file),
]
