"""Documents of one text in every form: whole, escaped, and honest about what is missing."""

import io
from pathlib import Path

import pytest
from docx import Document

from settlement.confirmation import confirmation
from settlement.paper import lines_of
from tests.services import browser
from tests.services.browser import find_chromium, has_chinese_font
from tests.settlement.desk import AT, CONTRACT, TRADE, UNIVERSITY, sign, sold
from web.documents import pdf
from web.documents.docx import to_docx
from web.documents.page import to_html
from web.documents.record import records_of


def test_the_docx_holds_every_line_and_the_signatures() -> None:
    """Read back, the file has the lines of the contract in order, on A4, and who signed."""
    desk = sold()
    desk.ask(sign(desk, UNIVERSITY))
    contract, trade = desk.state.contracts[CONTRACT], desk.state.trades[TRADE]
    again = Document(io.BytesIO(to_docx(contract.text, records_of(contract, trade), AT)))
    lines = [line for line in contract.text.split("\n") if line]
    assert [paragraph.text for paragraph in again.paragraphs][: len(lines)] == lines
    width = again.sections[0].page_width
    assert width is not None
    assert round(width.cm, 1) == 21.0
    rows = [[cell.text for cell in row.cells] for row in again.tables[0].rows]
    assert rows[0][0] == "甲方 北方工业大学（哈尔滨）"
    assert "账号确认签署" in rows[0][1]
    assert contract.digest in rows[0][1]
    assert rows[1] == ["乙方 松江重型机械有限公司", "尚未签署"]


def test_the_docx_is_the_same_again() -> None:
    """No clock of the machine gets into the properties."""
    text = confirmation(sold().state.trades[TRADE])
    first, second = (Document(io.BytesIO(to_docx(text, (), AT))).core_properties for _ in range(2))
    assert first.created == second.created
    assert str(first.created) == "2026-11-20 19:00:00+00:00"


def test_the_page_holds_every_line_and_escapes_it() -> None:
    """What a party states is text and never markup; the whole page carries its style."""
    text = sold().state.contracts[CONTRACT].text.replace("松江", "<script>松江")
    html = to_html(text)
    assert "&lt;script&gt;松江" in html
    assert "<script" not in html
    assert [
        line.text
        for line in lines_of(text)
        if line.text.replace("<", "&lt;").replace(">", "&gt;") not in html
    ] == []
    assert '<link rel="stylesheet" href="/static/paper.css">' in html
    whole = to_html(text, whole=True)
    assert "@page" in whole
    assert 'content: "第 "' in whole


@pytest.mark.browser
@pytest.mark.skipif(not (find_chromium() and has_chinese_font()), reason="no Chromium with a Chinese font")
def test_a_pdf_is_printed() -> None:
    """A real PDF of more than one page."""
    made = pdf.to_pdf(to_html(sold().state.contracts[CONTRACT].text, whole=True))
    assert made.startswith(b"%PDF-")
    assert made.count(b"/Type /Page\n") + made.count(b"/Type /Page ") + made.count(b"/Type/Page/") >= 2


def test_every_browser_of_the_tests_prints() -> None:
    """A machine on which the pages' tests run prints as well, whichever of the browsers it has."""
    assert set(browser.NAMES) <= set(pdf.BROWSERS)


def test_without_a_browser_the_package_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No Chromium on the path: one sentence with the package to install."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(pdf.NoPdf, match="install the package chromium"):
        pdf.to_pdf("<p>x</p>")


def test_without_a_chinese_font_the_package_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A browser alone would print boxes: the fonts' package is named instead."""
    for name, says in (("chromium", "echo Chromium 1"), ("fc-list", "true")):
        tool = tmp_path / name
        tool.write_text(f"#!/bin/sh\n{says}\n")
        tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}")
    with pytest.raises(pdf.NoPdf, match="fonts-noto-cjk"):
        pdf.to_pdf("<p>x</p>")
