"""Papers and lists of the registration desk: pages and REST, in every form, for those who may have them."""

import copy
import io
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from docx import Document
from openpyxl import load_workbook

from settlement.certificate import digest_of
from settlement.registration_state import Registration
from tests.web.asking import TRADE, post, refusal, signed
from tests.web.running import Web
from tests.web.served import whole_web
from tests.web.test_pages import HTML, get
from web.documents.filing_table import HEADERS

ID = f"TC-{TRADE}"
API = f"/api/v1/registrations/{ID}"
NUMBER = "2026230001000001"


@pytest.fixture
async def web(sqlite_path: Path) -> AsyncIterator[Web]:
    """Pages over an exchange in an embedded database, with a contract signed and filed."""
    async with whole_web(f"sqlite:///{sqlite_path}") as running:
        await signed(running)
        yield running


async def registered(web: Web) -> httpx2.AsyncClient:
    """The contract registered in one step; the registrar's client."""
    registrar = await web.signed_in("registrar")
    assert (await post(registrar, f"registrations/{ID}/number", {})).status_code == 201
    return registrar


@pytest.mark.parametrize("paper", ["certificate", "income-sheet"])
async def test_a_paper_in_every_form_has_the_same_digest(web: Web, paper: str) -> None:
    """Page, DOCX and text state one digest, and it is the text's; page and REST give the same."""
    assert refusal(await (await web.signed_in("registrar")).get(f"{API}/{paper}")) == (404, "NOT_FOUND")
    registrar = await registered(web)
    text = (await registrar.get(f"{API}/{paper}?form=txt")).text
    assert digest_of(text) in text
    assert NUMBER in text
    page = await get(registrar, f"/registrations/{ID}/{paper}.html")
    assert digest_of(text) in page.text
    assert NUMBER in page.text
    for path in (f"{API}/{paper}", f"/registrations/{ID}/{paper}.docx"):
        answer = await registrar.get(path)
        assert answer.headers["content-disposition"] == f'attachment; filename="{paper}-{NUMBER}.docx"'
        words = "\n".join(line.text for line in Document(io.BytesIO(answer.content)).paragraphs)
        assert digest_of(text) in words
    again = await registrar.get(f"/registrations/{ID}/{paper}.txt")
    assert (again.text, again.headers["content-type"]) == (text, "text/plain; charset=utf-8")


async def test_a_pdf_is_made_or_names_what_is_missing(web: Web) -> None:
    """On a machine with browser and font a PDF; elsewhere 503 with the package."""
    registrar = await registered(web)
    answer = await registrar.get(f"{API}/certificate?form=pdf")
    if answer.status_code == 200:
        assert answer.content.startswith(b"%PDF")
    else:
        assert refusal(answer) == (503, "PDF_UNAVAILABLE")
        assert "install the package" in answer.json()["detail"]


async def test_a_paper_is_for_those_who_see_the_trade(web: Web) -> None:
    """Its parties have it, a loser gets 404; nobody gets a form that is none."""
    await registered(web)
    for login, status in (("university", 200), ("jia", 200), ("yi", 404)):
        client = await web.signed_in(login)
        assert (await client.get(f"{API}/certificate?form=txt")).status_code == status
        assert (await client.get(f"/registrations/{ID}/certificate.txt", headers=HTML)).status_code == status
    client = await web.signed_in("university")
    assert refusal(await client.get(f"{API}/certificate?form=exe")) == (422, "BAD_VALUE")


async def test_the_list_over_rest(web: Web) -> None:
    """XLSX unless CSV is asked for, filtered; not for the parties; a wrong year is named."""
    registrar = await registered(web)
    answer = await registrar.get("/api/v1/registration-list")
    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == HEADERS
    assert [row[0] for row in rows[1:]] == [NUMBER]
    for query, count in (
        ("year=2026", 1),
        ("year=2025", 0),
        ("office=230001&size=below", 1),
        ("size=from", 0),
    ):
        text = (await registrar.get(f"/api/v1/registration-list?form=csv&{query}")).text
        assert text.count("\r\n") == 1 + count, query
    assert refusal(await registrar.get("/api/v1/registration-list?year=x"))[0] == 422
    seller = await web.signed_in("university")
    assert refusal(await seller.get("/api/v1/registration-list")) == (403, "FORBIDDEN")


async def test_the_list_from_the_desk(web: Web) -> None:
    """Both buttons give a file; a wrong year stays on the desk beside its field; others have no desk."""
    registrar = await registered(web)
    for form in ("csv", "xlsx"):
        answer = await registrar.get(f"/registrations/export.{form}?year=2026&office=&size=all")
        assert answer.status_code == 200
        assert answer.headers["content-disposition"] == f'attachment; filename="registrations-2026.{form}"'
    page = await get(registrar, "/registrations/export.csv?year=26", 422)
    assert page.wrong == {"year": "年度须为四位数字。"}
    await get(await web.signed_in("university"), "/registrations/export.csv", 403)


async def test_a_mixed_list_is_refused_beside_its_field(web: Web) -> None:
    """In Jiangsu: on the desk with words, over REST as 409; the half that was chosen is given."""
    registrar = await registered(web)
    state = web.exchange.house.view.settlement
    mixed(state.registrations)
    page = await get(registrar, "/registrations/export.xlsx?year=2026&size=all", 409)
    assert re.match("同一清单不得混列", page.wrong["size"])
    assert refusal(await registrar.get("/api/v1/registration-list")) == (409, "LIST_MIXED")
    assert (await registrar.get("/api/v1/registration-list?size=from")).status_code == 200


def mixed(registrations: dict[str, Registration]) -> None:
    """Two contracts at Nanjing's office, one of them large."""
    one = registrations[ID]
    other = copy.deepcopy(one)
    for registration, fen in ((one, 160_000_000), (other, 500_000_000)):
        registration.office_code, registration.total_fen = "320101", fen
    other.id = "TC-T-L1-2"
    registrations[other.id] = other


async def test_anybody_checks_a_paper(web: Web) -> None:
    """The certificate and the sheet are recognised; one that was altered or is old differs; an unknown number says so."""
    registrar = await registered(web)
    visitor = web.client()

    async def verdict(digest: str, number: str = NUMBER) -> str:
        answer = await visitor.get(f"/api/v1/paper-checks?number={number}&digest={digest}")
        return str(answer.json()["verdict"])

    old = digest_of((await registrar.get(f"{API}/certificate?form=txt")).text)
    sheet = digest_of((await registrar.get(f"{API}/income-sheet?form=txt")).text)
    assert (await verdict(old), await verdict(sheet)) == ("certificate", "income_sheet")
    assert (await verdict("0" * 64), await verdict(old, "2026230001000002")) == ("differs", "unknown")
    page = await get(visitor, f"/papers/check?number={NUMBER}&digest={old.upper()}")
    assert "一致：这是现行有效文本的登记证明" in page.text
    page = await get(visitor, f"/papers/check?number={NUMBER}X&digest=1", 422)
    assert set(page.wrong) == {"number", "digest"}
    assert (await get(visitor, "/papers/check")).wrong == {}
    assert (await get(visitor, f"/papers/check?number={NUMBER}")).wrong == {}
    assert (
        await post(registrar, f"registrations/{ID}/cancellation", {"words": "合同解除"})
    ).status_code == 201
    assert await verdict(old) == "differs"
