"""The web's view of the reports: the journals read once and kept, and a report as a paper in the reader's language."""

from collections.abc import Mapping
from datetime import date

from exchange.bootstrap import Exchange
from exchange.registers.regions import short_name
from exchange.reports import periodic
from exchange.reports.figures import Row
from exchange.reports.index import Series
from exchange.reports.periodic import Period, Report
from exchange.reports.reading import Reading, cities
from web.documents.tables import Cell, Fen, Paper, Section
from web.i18n import Speech

KINDS: tuple[periodic.Kind, ...] = ("month", "quarter", "year")
HEADLINES = (
    *("listings", "sessions", "lots", "sold", "unsold", "bidders", "active_buyers", "trades", "trades_fen"),
    *("failed_trades", "contracts", "contracts_fen", "registrations", "total_fen", "technology_fen"),
    *("credits_fen", "proceeds_fen", "claims", "claims_fen", "claims_paid_fen"),
)
"""The figures that stand in the first table, in this order."""
GROUPED = ("listings", "sold", "contracts", "total_fen", "technology_fen", "proceeds_fen")


async def report_of(
    reading: Reading, exchange: Exchange, period: Period, rehearsals: bool, today: date
) -> Report:
    """The report of a period from everything that is known now."""
    await reading.catch_up()
    facts = reading.facts()
    heads = reading.heads(min(period.last, today))
    places = await cities(exchange.registers, facts)
    return periodic.report(period, facts, heads, places, reading.names(), rehearsals)


def is_money(figure: str) -> bool:
    """Whether a figure is an amount."""
    return figure.endswith("_fen")


def cell(row: Row, figure: str) -> Cell:
    """A figure as a cell."""
    value: int = getattr(row, figure)
    return Fen(value) if is_money(figure) else value


def percent(part: int, whole: int) -> str:
    """A share in percent with one decimal, half up; a dash of nothing."""
    if whole == 0:
        return "—"
    tenths = (part * 2000 + whole) // (2 * whole)
    return f"{tenths // 10}.{tenths % 10}%"


def median(row: Row) -> str:
    """The median of days to a deal, exact to the half; a dash without a sale."""
    doubled = row.median_days_doubled
    return "—" if doubled is None else f"{doubled // 2}{'.5' if doubled % 2 else ''}"


def region_word(s: Speech, region: str) -> str:
    """A province in the reader's language."""
    if not region:
        return s.text("Not attributed")
    return short_name(region) if s.language == "zh" else region.replace("_", " ").title()


def grouped(s: Speech, title: str, group: str, rows: Mapping[str, Row], names: Mapping[str, str]) -> Section:
    """A table with a row for each group."""
    return Section(
        title,
        (group, *(s.code("measure", figure) for figure in GROUPED)),
        tuple(
            (names.get(key, key) or s.text("Not attributed"), *(cell(row, figure) for figure in GROUPED))
            for key, row in rows.items()
        ),
    )


def compared(s: Speech, report: Report) -> Section:
    """All figures of the period beside the period before and the one a year ago."""
    rows = (report.total, report.before, report.year_ago)
    lines: list[tuple[Cell, ...]] = [
        (s.code("measure", figure), *(cell(row, figure) for row in rows)) for figure in HEADLINES
    ]
    shares = [percent(*row.sell_through) for row in rows]
    lines.append((s.code("measure", "sell_through"), *shares))
    lines.append((s.code("measure", "median_days"), *(median(row) for row in rows)))
    columns = (
        s.text("Figure"),
        report.period,
        s.text("The period before"),
        s.text("The same period a year ago"),
    )
    return Section(s.text("Figures of the period"), columns, tuple(lines))


def index_section(s: Speech, series: Series) -> Section:
    """An index month by month."""
    return Section(
        s.code("index", series.name),
        (
            s.text("Month"),
            s.text("Index"),
            *(s.code("index_part", part.name) for part in series.points[0].parts),
        ),
        tuple(
            (point.month, point.index, *(plain(part.value) for part in point.parts))
            for point in series.points
        ),
        s.text("%(month)s = 100; formula %(version)s", month=series.base_month, version=series.version),
    )


def plain(fraction: str) -> str:
    """An exact fraction for a table: whole, or to two decimals, half up."""
    top, _, bottom = fraction.partition("/")
    if not bottom:
        return f"{int(top):,}"
    cents = (int(top) * 200 + int(bottom)) // (2 * int(bottom))
    return f"{cents // 100:,}.{cents % 100:02d}"


def sections(s: Speech, report: Report) -> tuple[Section, ...]:
    """Every table of a report."""
    regions = {key: region_word(s, key) for key in report.by_region}
    groups: tuple[tuple[str, str, Mapping[str, Row], Mapping[str, str]], ...] = (
        (s.text("By month"), s.text("Month"), report.by_month, {}),
        (s.text("By field"), s.text("Field"), report.by_field, {}),
        (s.text("By region"), s.text("Region"), report.by_region, regions),
        (s.text("By city"), s.text("City"), report.by_city, {}),
        (s.text("By node"), s.text("Node"), report.by_node, {}),
        (s.text("By institution"), s.text("Institution"), report.by_holder, report.names),
    )
    return (
        compared(s, report),
        *(grouped(s, title, group, rows, names) for title, group, rows, names in groups if rows),
        *(index_section(s, series) for series in report.indices),
    )


def paper_of(s: Speech, report: Report, facts: tuple[tuple[str, str], ...], at: int) -> Paper:
    """A report as a paper."""
    return Paper(report_title(s, report.kind, report.period), facts, sections(s, report), at)


def report_title(s: Speech, kind: str, period: str) -> str:
    """What a report is called: 月监测报告 2026-03."""
    return f"{s.code('report', kind)} {period}"


def recent(today: date, at_most: int = 6) -> dict[str, list[Period]]:
    """Of each kind the period that runs, and those before it."""
    found: dict[str, list[Period]] = {}
    for kind in KINDS:
        period = periodic.period_of(kind, today)
        found[kind] = [period]
        while len(found[kind]) < (at_most if kind == "month" else 3):
            found[kind].append(found[kind][-1].before())
    return found
