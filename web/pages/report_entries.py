"""What people enter for reports: a zone's indicators, a holder's annual report; and targets beside what is counted."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from exchange.registers.reports import AnnualEntry, IndicatorEntry, annual_id, indicator_id
from exchange.reports import annual, published
from exchange.reports.figures import between, city_of, figures, grouped, tally
from exchange.reports.published import Indicator
from exchange.reports.reading import admitted, cities
from matching_engine.errors import Malformed
from settlement.dates import end_of_day, shanghai_date
from web import errors
from web.documents.tables import Cell, Fen, Paper, Section, shown, to_docx, to_xlsx
from web.i18n import Speech
from web.pages import report_tables as t
from web.pages.reports import DOCX, XLSX, download, oversees, practice
from web.pages.shell import Visit, page
from web.readings import reading_of, today_of

ZONE = re.compile(r"[\w\u4e00-\u9fff·（）()-]{1,60}")
NUMBER = re.compile(r"-?\d{1,12}(\.\d{1,6})?")
TEXT_MAX, EVIDENCE_MAX = 4000, 500
FIRST_YEAR = 2000
ENTRANTS = frozenset({"operator", "funder"})
"""Who enters a zone's indicators."""


def _year(visit: Visit, default: int) -> int:
    text = visit.request.query_params.get("year", "")
    last = today_of(visit.exchange).year
    return int(text) if re.fullmatch(r"\d{4}", text) and FIRST_YEAR <= int(text) <= last else default


def _zone(text: str) -> str:
    if not ZONE.fullmatch(text):
        raise errors.failure(422, "BAD_VALUE", "zone: a name of at most 60 letters", field="zone")
    return text


async def indicators(visit: Visit, status: int = 200, wrong: Mapping[int, str] | None = None) -> Response:
    """The 25 indicators of a zone and year: computed ones beside those entered, who entered them and what proves them."""
    query = visit.request.query_params
    today = today_of(visit.exchange)
    year = _year(visit, today.year - 1)
    zone = _zone(query["zone"]) if query.get("zone") else ""
    table = published.indicators()
    return visit.render(
        "indicators.html",
        status,
        table=table,
        zone=zone,
        year=year,
        zones=await visit.exchange.registers.indicators.zones(),
        rows=await _indicator_rows(visit, zone, year) if zone else [],
        due_on=table.due.of(year + 1),
        days_left=(table.due.of(year + 1) - today).days,
        may_enter=visit.caller is not None and bool(visit.principal.roles & ENTRANTS),
        inside=oversees(visit),
        wrong=wrong or {},
    )


async def _indicator_rows(visit: Visit, zone: str, year: int) -> list[dict[str, Any]]:
    """Each indicator with what is computed and what was entered."""
    reading = reading_of(visit.request.app.state, visit.exchange)
    await reading.catch_up()
    last = min(date(year, 12, 31), today_of(visit.exchange))
    own = between(
        [fact for fact in reading.facts() if practice(visit) or not fact.rehearsal], date(year, 1, 1), last
    )
    computed = published.computed(tally(own), reading.enrolled(last))
    entered = await visit.exchange.registers.indicators.of(zone, year)
    return [
        {"one": one, "computed": computed.get(one.number), "entry": entered.get(one.number)}
        for one in published.indicators().indicators
    ]


async def enter_indicators(visit: Visit) -> Response:
    """Take the values of a zone and year; a value without evidence is not taken."""
    principal = visit.principal
    if not principal.roles & ENTRANTS:
        visit.needs("operator")
    form = visit.form()
    zone, year = _zone(visit.request.query_params.get("zone", "")), _year(visit, 0)
    if not year:
        raise errors.failure(422, "BAD_VALUE", "year: four digits, not in the future", field="year")
    wrong: dict[int, str] = {}
    entries = []
    for one in published.indicators().indicators:
        value, evidence = (form.get(f"{name}{one.number}", "").strip() for name in ("value", "evidence"))
        if not value:
            continue
        fault = _fault(visit.speech, one, value, evidence)
        if fault:
            wrong[one.number] = fault
        entries.append(
            IndicatorEntry(indicator_id(zone, year, one.number), zone, year, one.number, value, evidence)
        )
    if wrong:
        return await indicators(visit, 422, wrong)
    for entry in entries:
        await visit.exchange.registers.indicators.enter(entry, principal.account, visit.now)
    return visit.go(str(visit.request.url.replace(scheme="", netloc="")))


def _fault(s: Speech, one: Indicator, value: str, evidence: str) -> str:
    """What is wrong with an entry, in the reader's language; nothing for a right one."""
    if one.kind == "number" and not NUMBER.fullmatch(value):
        return s.text("A number like 12 or 12.5 is expected.")
    if len(value) > TEXT_MAX or len(evidence) > EVIDENCE_MAX:
        return s.text("The text is too long.")
    return "" if evidence else s.text("Name what proves the value.")


async def indicators_xlsx(visit: Visit) -> Response:
    """The case file of a zone and year as a workbook."""
    s = visit.speech
    zone, year = (
        _zone(visit.request.query_params.get("zone", "")),
        _year(visit, today_of(visit.exchange).year - 1),
    )
    table = published.indicators()
    rows = []
    for row in await _indicator_rows(visit, zone, year):
        one, entry = row["one"], row["entry"]
        who = (
            (entry.by, s.time(entry.at))
            if entry and oversees(visit)
            else ("", s.time(entry.at) if entry else "")
        )
        said = (entry.value.value, entry.value.evidence) if entry else ("", "")
        rows.append((one.number, one.group, one.name, one.unit, row["computed"] or "", *said, *who))
    columns = ("序号", "一级指标", "二级指标", "单位", "平台计算", "填报值", "佐证材料", "填报人", "填报时间")
    facts = (("文件", f"{table.document} {table.clause}"), ("报送截止", table.due.of(year + 1).isoformat()))
    paper = Paper(f"{zone} {year} 年度建设指标", facts, (Section("指标", columns, tuple(rows)),), visit.now)
    return download(to_xlsx(paper), XLSX, f"indicators-{year}.xlsx")


async def targets(visit: Visit) -> Response:
    """What the documents set as targets, beside what this platform counted."""
    reading = reading_of(visit.request.app.state, visit.exchange)
    await reading.catch_up()
    today = today_of(visit.exchange)
    facts = reading.facts()
    places = await cities(visit.exchange.registers, facts)
    rows = []
    for one in published.targets():
        last = min(date(one.year, 12, 31), today)
        own = between(
            [fact for fact in facts if practice(visit) or not fact.rehearsal], date(one.year, 1, 1), last
        )
        by_region = grouped(own, lambda fact: fact.region)
        by_city = grouped(own, lambda fact: city_of(fact, places))
        rows.append((one, published.reached(one, by_region, by_city)))
    return visit.render("targets.html", rows=rows, practice=practice(visit))


async def institutions(visit: Visit) -> Response:
    """Achievements admitted by institution and year (Luoyang), and the contract value by city (Heilongjiang)."""
    s = visit.speech
    today = today_of(visit.exchange)
    counts = await admitted(visit.exchange.registers, today)
    years = sorted({year for _, year in counts})[-8:]
    names = sorted({name for name, _ in counts})
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (name or s.text("Not attributed"), *(counts.get((name, year), 0) for year in years)) for name in names
    )
    admitted_table = Section(
        s.text("Achievements admitted, by institution and year"), (s.text("Institution"), *years), rows
    )
    reading = reading_of(visit.request.app.state, visit.exchange)
    await reading.catch_up()
    facts = reading.facts()
    places = await cities(visit.exchange.registers, facts)
    found = figures(facts, (), places, today, practice(visit))
    by_city = t.grouped(s, s.text("By city"), s.text("City"), found.by_city, {})
    regions = {key: t.region_word(s, key) for key in found.by_region}
    by_region = t.grouped(s, s.text("By region"), s.text("Region"), found.by_region, regions)
    by_node = t.grouped(s, s.text("By node"), s.text("Node"), found.by_node, {})
    return visit.render(
        "institutions.html",
        sections=[admitted_table, by_city, by_region, by_node],
        shown=shown,
        practice=practice(visit),
    )


def _holder(visit: Visit) -> str:
    """The reader's own organisation, or the one that an overseer chose; 403 for anybody else."""
    principal = visit.principal
    if oversees(visit):
        return visit.request.query_params.get("party", "")
    if principal.party is None:
        raise errors.failure(403, "FORBIDDEN", "this page is for somebody of an organisation")
    return principal.party


async def draft_of(visit: Visit, holder: str, year: int) -> annual.Draft:
    today = today_of(visit.exchange)
    organisation = await visit.exchange.registers.organisations.get(holder)
    if organisation is None:
        raise errors.not_found("organisation")
    counts = await admitted(visit.exchange.registers, min(today, date(year, 12, 31)))
    own = {int(when): count for (name, when), count in counts.items() if name == organisation.name}
    return annual.draft(visit.state, holder, year, own, practice(visit))


async def annual_report(visit: Visit, status: int = 200, wrong: Mapping[str, str] | None = None) -> Response:
    """The annual report of a holder: what the platform knows, and the form for the rest."""
    holder, today = _holder(visit), today_of(visit.exchange)
    year = _year(visit, today.year - 1)
    if not holder:
        found = visit.state.market.parties.values()
        parties = sorted((one.name, one.id) for one in found if one.kind != "enterprise")
        return visit.render("annual_choice.html", parties=parties, year=year)
    organisation = await visit.exchange.registers.organisations.get(holder)
    if organisation is None:
        raise errors.not_found("organisation")
    entry = await visit.exchange.registers.annual_reports.get(annual_id(holder, year))
    form = published.annual_form()
    due_on = form.due_on(organisation.region, year)
    return visit.render(
        "annual.html",
        status,
        "/reports/annual",
        holder=organisation,
        year=year,
        draft=await draft_of(visit, holder, year),
        form=form,
        entry=entry,
        said=visit.form() if wrong else entry.entered if entry else {},
        due_on=due_on,
        overdue=annual.overdue(due_on, entry.submitted_on if entry else None, visit.now),
        region=t.region_word(visit.speech, organisation.region),
        may_enter=visit.principal.party == holder,
        practice=practice(visit),
        wrong=wrong or {},
    )


async def enter_annual(visit: Visit) -> Response:
    """Take the holder's fields; with `submit` the report is handed in on this day."""
    holder = visit.principal.party
    if holder is None:
        raise errors.failure(403, "FORBIDDEN", "enter the report of your own organisation")
    form, year = visit.form(), _year(visit, 0)
    if not year:
        raise errors.failure(422, "BAD_VALUE", "year: four digits, not in the future", field="year")
    try:
        entered = annual.read_entered(published.annual_form(), form)
    except Malformed as bad:
        said = visit.speech.text("Expected: %(expected)s", expected=bad.expected)
        return await annual_report(visit, 422, {bad.field: said})
    before = await visit.exchange.registers.annual_reports.get(annual_id(holder, year))
    submitted = before.submitted_on if before else None
    if "submit" in form:
        submitted = shanghai_date(visit.now)
    entry = AnnualEntry(
        annual_id(holder, year), holder, year, entered, form.get("remarks", "")[:TEXT_MAX], submitted
    )
    await visit.exchange.registers.annual_reports.enter(entry, visit.principal.account, visit.now)
    return visit.go(f"/reports/annual?year={year}")


async def annual_file(visit: Visit) -> Response:
    """The annual report as DOCX or XLSX."""
    form, holder = visit.part("form"), _holder(visit)
    year = _year(visit, today_of(visit.exchange).year - 1)
    if form not in ("docx", "xlsx") or not holder:
        raise errors.not_found("form")
    paper = await _annual_paper(visit, holder, year)
    name = f"annual-report-{year}.{form}"
    return download(to_docx(paper), DOCX, name) if form == "docx" else download(to_xlsx(paper), XLSX, name)


async def _annual_paper(visit: Visit, holder: str, year: int) -> Paper:
    """In Chinese, as it is handed in."""
    draft = await draft_of(visit, holder, year)
    organisation = await visit.exchange.registers.organisations.get(holder)
    entry = await visit.exchange.registers.annual_reports.get(annual_id(holder, year))
    form = published.annual_form()
    entered = entry.entered if entry else {}
    known: tuple[tuple[Cell, ...], ...] = (
        ("当年入库成果（项）", draft.admitted),
        ("以前年度入库成果（项）", draft.admitted_before),
        *(
            (f"{KINDS.get(one.kind, one.kind)}（{one.contracts} 项）", Fen(one.value_fen))
            for one in draft.modes
        ),
        ("当年到账（元）", Fen(draft.received_fen)),
        ("其中核定的技术性收入（元）", Fen(draft.technical_income_fen)),
        ("已批准的奖励方案（元）", Fen(draft.rewards_planned_fen)),
        ("当年已发奖励（元）", Fen(draft.rewards_paid_fen)),
        ("发放奖励人次", draft.rewarded),
    )
    own: tuple[tuple[Cell, ...], ...] = tuple((one.zh, entered.get(one.name, "未填")) for one in form.fields)
    due_on = form.due_on(organisation.region, year) if organisation else None
    facts = (
        ("单位", organisation.name if organisation else holder),
        ("年度", str(year)),
        ("依据", f"{form.document}{form.clause}"),
        ("报送期限", due_on.isoformat() if due_on else "所在地区未公布日期"),
        ("报送日期", entry.submitted_on.isoformat() if entry and entry.submitted_on else "草稿，尚未报送"),
        ("说明", entry.remarks if entry else ""),
    )
    sections = (
        Section("平台记录的数据", ("项目", "数值"), known),
        Section("单位填报的数据", ("项目", "数值"), own),
    )
    return Paper(f"科技成果转化年度报告（{year} 年度）", facts, sections, end_of_day(date(year, 12, 31)))


KINDS = {
    "assignment": "转让合同金额",
    "licence": "许可合同金额",
    "development": "开发合同金额",
    "consulting": "咨询合同金额",
    "service": "服务合同金额",
}
"""Kind of contract → its line in the report, in yuan."""

ROUTES: list[Route] = [
    page("/reports/indicators", indicators),
    page("/reports/indicators", enter_indicators, "POST"),
    page("/reports/indicators.xlsx", indicators_xlsx),
    page("/reports/targets", targets),
    page("/reports/institutions", institutions),
    page("/reports/annual", annual_report),
    page("/reports/annual", enter_annual, "POST"),
    page("/reports/annual/report.{form}", annual_file),
]
