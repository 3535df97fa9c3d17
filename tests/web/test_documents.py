"""Documents over the product: who gets them, in which form."""

import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from docx import Document

from tests.services.browser import find_chromium, has_chinese_font
from tests.web.asking import sold
from tests.web.running import Web
from tests.web.served import whole_web

HTML = {"accept": "text/html", "accept-language": "zh-CN"}
PRINTS = bool(find_chromium() and has_chinese_font())


@pytest.fixture
async def product(sqlite_path: Path) -> AsyncIterator[Web]:
    """The product's own application, its pages included."""
    async with whole_web(f"sqlite:///{sqlite_path}") as running:
        yield running


@pytest.mark.parametrize("name", ["contract", "confirmation"])
async def test_parties_and_staff_get_the_documents(product: Web, name: str) -> None:
    """At once after the hammer, as page and as DOCX; to another bidder and a visitor they do not exist."""
    await sold(product)
    for login in ("jia", "university", "registrar"):
        client = await product.signed_in(login)
        shown = await client.get(f"/trades/T-L1-1/{name}.html", headers=HTML)
        assert shown.status_code == 200
        assert "1600000.00元（人民币壹佰陆拾万元整）" in shown.text
    file = await (await product.signed_in("jia")).get(f"/trades/T-L1-1/{name}.docx")
    assert file.headers["content-disposition"].endswith('.docx"')
    assert Document(io.BytesIO(file.content)).paragraphs[0].text in ("技术转让合同", "成交确认书")
    hidden = await (await product.signed_in("yi")).get(f"/trades/T-L1-1/{name}.html", headers=HTML)
    assert hidden.status_code == 404
    sent = await product.client().get(f"/trades/T-L1-1/{name}.pdf", headers=HTML)
    assert (sent.status_code, sent.headers["location"][:8]) == (303, "/sign-in")


@pytest.mark.browser
@pytest.mark.skipif(not PRINTS, reason="no Chromium with a Chinese font")
async def test_a_pdf_is_sent(product: Web) -> None:
    """The confirmation as PDF."""
    await sold(product)
    client = await product.signed_in("jia")
    file = await client.get("/trades/T-L1-1/confirmation.pdf")
    assert file.headers["content-type"] == "application/pdf"
    assert file.content.startswith(b"%PDF-")


async def test_without_a_browser_the_pdf_says_what_is_missing(
    product: Web, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """503 with the package, and the other forms go on."""
    await sold(product)
    client = await product.signed_in("jia")
    monkeypatch.setenv("PATH", str(tmp_path))
    answer = await client.get("/trades/T-L1-1/contract.pdf", headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (503, "PDF_UNAVAILABLE")
    assert "package chromium" in answer.json()["detail"]
    page = await client.get("/trades/T-L1-1", headers=HTML)
    assert "/trades/T-L1-1/confirmation.docx" in page.text
