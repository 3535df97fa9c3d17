"""Pages and REST of reports: the index, drafts and publications, indicators, the annual report, targets, open data."""

import io
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from docx import Document
from openpyxl import load_workbook

from exchange.demo.once import Once
from matching_engine.terms import DAY
from tests.exchange.reports.standard import faults
from tests.web.running import Web, key
from tests.web.served import whole_web

PLAIN = {"content-type": "application/x-www-form-urlencoded"}
DRAFT = "/reports/periods/2026-03?edition=draft&rehearsals=1"


@pytest.fixture
async def web(sqlite_path: Path) -> AsyncIterator[Web]:
    """The whole product, in which one lot went all its way in March; it is April."""
    async with whole_web(f"sqlite:///{sqlite_path}") as made:
        async for _ in Once(made.exchange.own_house, made.clock).play():
            pass
        made.clock.advance(25 * DAY)
        yield made


async def test_the_index_is_public_with_its_composition(web: Web) -> None:
    """Page, chart and JSON for everybody; the JSON is what REST gives."""
    visitor = web.client()
    page = await visitor.get("/reports/index?rehearsals=1")
    assert page.status_code == 200
    assert "100.00" in page.text
    assert "技术交易活跃指数" in page.text
    assert "30%" in page.text
    chart = await visitor.get("/reports/index.svg?rehearsals=1")
    assert chart.headers["content-type"] == "image/svg+xml"
    assert "script-src" not in chart.headers["content-security-policy"]
    assert "<script" not in chart.text
    file = await visitor.get("/reports/index.json?rehearsals=1")
    assert file.json() == (await visitor.get("/api/v1/reports/index/activity?rehearsals=true")).json()
    assert (await visitor.get("/reports/index?name=joy")).status_code == 404


async def test_figures_are_for_overseers_and_reproducible(web: Web) -> None:
    """A visitor signs in first, a bidder may not; the operator's file is the same twice."""
    assert (await web.client().get("/api/v1/reports/figures")).status_code == 401
    assert (await (await web.signed_in("jia")).get("/api/v1/reports/figures")).status_code == 403
    operator = await web.signed_in("operator")
    one, other = [await operator.get("/reports/figures.json?rehearsals=1") for _ in range(2)]
    assert one.content == other.content
    assert one.json()["total"]["contracts"] == 1
    assert one.json() == (await operator.get("/api/v1/reports/figures?rehearsals=true")).json()


async def publish(web: Web, **fields: str) -> tuple[int, str]:
    """The operator publishes March."""
    operator = await web.signed_in("operator")
    form = {"command": key(), "rehearsals": "1", "csrf": operator.headers["x-csrf-token"], **fields}
    answer = await operator.post("/reports/periods/2026-03/publication?edition=draft", data=form)
    return answer.status_code, answer.text


async def test_a_draft_is_for_overseers_until_it_is_published(web: Web) -> None:
    """Then everybody reads it, and it never changes, whatever happens."""
    visitor = web.client()
    assert (await visitor.get("/reports/periods/2026-03")).status_code == 303
    assert (await (await web.signed_in("jia")).get(DRAFT)).status_code == 404
    assert (await publish(web))[0] == 303
    page = await visitor.get("/reports/periods/2026-03")
    edition = web.exchange.house.view.market.reports["2026-03"][0]
    assert edition.digest in page.text
    file = await visitor.get("/reports/periods/2026-03/report.json")
    assert file.text == edition.text
    await web.pass_time(DAY)
    assert (await visitor.get("/reports/periods/2026-03/report.json")).text == edition.text
    assert "/reports/periods/2026-03" in (await visitor.get("/reports")).text


async def test_another_edition_needs_other_figures_and_a_reason(web: Web) -> None:
    """The same again is refused, in words; with rehearsals left out and a reason it is edition two."""
    assert (await publish(web))[0] == 303
    assert (await publish(web, reason="again"))[0] == 409
    assert (await publish(web, rehearsals="0"))[0] == 409
    assert (await publish(web, rehearsals="0", reason="演练不应计入"))[0] == 303
    first, second = web.exchange.house.view.market.reports["2026-03"]
    assert (first.edition, second.edition, second.reason) == (1, 2, "演练不应计入")
    visitor = web.client()
    assert (await visitor.get("/reports/periods/2026-03/report.json?edition=1")).text == first.text


async def test_a_running_period_is_not_published(web: Web) -> None:
    """April is not over."""
    operator = await web.signed_in("operator")
    form = {"command": key(), "csrf": operator.headers["x-csrf-token"]}
    answer = await operator.post("/reports/periods/2026-04/publication?edition=draft", data=form)
    assert answer.status_code == 409
    assert "尚未结束" in answer.text
    assert (await operator.get("/reports/periods/2026-4")).status_code == 404


async def test_a_report_in_every_form_says_the_same(web: Web) -> None:
    """Page, print, DOCX and XLSX carry the same price; the files are the same bytes each time."""
    operator = await web.signed_in("operator")
    total = (await operator.get("/reports/figures.json?rehearsals=1")).json()["total"]["total_fen"]
    shown = f"{total // 100:,}.{total % 100:02d}"
    for path in (DRAFT, DRAFT.replace("2026-03?", "2026-03/print?")):
        assert shown in (await operator.get(path)).text
    query = "?edition=draft&rehearsals=1"
    docx, again = [await operator.get(f"/reports/periods/2026-03/report.docx{query}") for _ in range(2)]
    assert docx.content == again.content
    tables = Document(io.BytesIO(docx.content)).tables
    assert any(shown in cell.text for table in tables for row in table.rows for cell in row.cells)
    xlsx = await operator.get(f"/reports/periods/2026-03/report.xlsx{query}")
    values = [
        cell.value
        for row in load_workbook(io.BytesIO(xlsx.content)).worksheets[1].iter_rows()
        for cell in row
    ]
    assert total / 100 in values
    assert (await operator.get(f"/reports/periods/2026-03/report.exe{query}")).status_code == 404


async def test_open_data_is_paged_without_loss(web: Web) -> None:
    """Page by page every release once, each page a package of the standard; no buyer is named."""
    visitor = web.client()
    found, address = [], "/api/v1/ocds/releases?limit=2&rehearsals=true"
    while address:
        page = (await visitor.get(address)).json()
        assert faults(page) == []
        found += [release["id"] for release in page["releases"]]
        address = page.get("links", {}).get("next", "")
    assert len(found) == len(set(found)) == 6
    assert (await visitor.get("/api/v1/ocds/releases?cursor=none")).status_code == 422
    assert [one["tag"] for one in (await visitor.get("/api/v1/ocds/releases")).json()["releases"]] == [
        ["planning"]
    ]


ZONE = "/reports/indicators?zone=南宁&year=2025"


async def test_indicators_are_entered_with_evidence_and_kept(web: Web) -> None:
    """Without evidence nothing is taken; entered, the value stands with who and when, and goes into the workbook."""
    operator = await web.signed_in("operator")
    page = await operator.get(ZONE)
    assert page.text.count("data-name") >= 25
    assert "2026" in page.text
    refused = await operator.post(ZONE, data={"csrf": operator.headers["x-csrf-token"], "value2": "12.5"})
    assert refused.status_code == 422
    assert "佐证" in refused.text
    form = {"csrf": operator.headers["x-csrf-token"], "value2": "12.5", "evidence2": "统计年鉴 3-1"}
    assert (await operator.post(ZONE, data=form)).status_code == 303
    assert (await operator.post(ZONE, data={**form, "value2": "13"})).status_code == 303
    versions = await web.exchange.registers.indicators.versions("南宁:2025:2")
    assert [one.value.value for one in versions] == ["12.5", "13"]
    visitor = await web.client().get(ZONE)
    assert "统计年鉴 3-1" in visitor.text
    assert "<input name" not in visitor.text
    book = load_workbook(
        io.BytesIO((await operator.get(ZONE.replace("indicators?", "indicators.xlsx?"))).content)
    )
    rows = list(book.worksheets[1].iter_rows(values_only=True))
    assert len(rows) == 26
    assert rows[2][5] == "13"


async def test_only_officials_enter_indicators(web: Web) -> None:
    """A bidder may look, not write."""
    jia = await web.signed_in("jia")
    form = {"csrf": jia.headers["x-csrf-token"], "value2": "1", "evidence2": "x"}
    assert (await jia.post(ZONE, data=form)).status_code == 403


async def test_a_university_hands_in_its_annual_report(web: Web) -> None:
    """Drafted from the platform's data, completed by the holder, handed in on a day, exported; others do not see it."""
    university = await web.signed_in("university")
    path = "/reports/annual?year=2026"
    assert "科技成果转化年度报告" in (await university.get(path)).text
    token = {"csrf": university.headers["x-csrf-token"]}
    wrong = await university.post(path, data={**token, "self_count": "many"})
    assert wrong.status_code == 422
    assert "many" in wrong.text
    form = {**token, "self_count": "3", "self_income": "1,200,000.00", "submit": "1"}
    assert (await university.post(path, data=form)).status_code == 303
    entry = await web.exchange.registers.annual_reports.get("university:2026")
    assert entry is not None
    assert entry.entered == {"self_count": "3", "self_income": "1200000.00"}
    assert entry.submitted_on is not None
    docx = await university.get("/reports/annual/report.docx?year=2026&rehearsals=1")
    cells = [
        cell.text
        for table in Document(io.BytesIO(docx.content)).tables
        for row in table.rows
        for cell in row.cells
    ]
    assert "1200000.00" in cells
    assert any(text.startswith("¥") and text != "¥0.00" for text in cells)
    assert (await web.client().get(path)).status_code == 303
    other = await web.signed_in("jia")
    assert "1200000.00" not in (await other.get(f"{path}&party=university")).text


async def test_targets_and_institutions_are_public(web: Web) -> None:
    """Every target with its source; institutions, cities, regions and nodes as tables."""
    visitor = web.client()
    page = (await visitor.get("/reports/targets")).text
    assert "济政发〔2018〕14号" in page
    assert "120 亿元" in page
    found = (await visitor.get("/reports/institutions?rehearsals=1")).text
    assert "各单位各年度入库成果数" in found
    assert "hub" in found
    assert "<table" in found


async def test_pages_speak_english(web: Web) -> None:
    """No Chinese word of ours is left in the head of an English page."""
    visitor = web.client()
    for path, heading in (
        ("/reports", "Reports"),
        ("/reports/index", "Technology transaction activity index"),
    ):
        text = (await visitor.get(f"{path}?lang=en")).text
        assert f"<h1>{heading}</h1>" in text
    assert json.loads((await visitor.get("/api/openapi.json")).text)["paths"]["/api/v1/ocds/releases"]
