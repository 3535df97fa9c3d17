"""The pages of the one-year rule: a holder's answers, an operator's rulings and batches, the zone; and the file's check."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from typer.testing import CliRunner

from exchange.market.release_state import Case, Stage
from tests.web.releasing import TODAY, consent, enter, funded, published, scan
from tests.web.running import Web
from tests.web.served import whole_web
from tests.web.test_pages import Page, get, post
from web.cli import app


@pytest.fixture
async def web(sqlite_path: Path) -> AsyncIterator[Web]:
    """The product on the day of its first scan, with two candidates of the university."""
    async with whole_web(f"sqlite:///{sqlite_path}") as running:
        await enter(running, funded("F1"), funded("F2"))
        await scan(running)
        yield running


async def fill(
    client: httpx2.AsyncClient, action: str, status: int = 303, /, **fields: str
) -> tuple[Page, str]:
    """Fill in a form of /unconverted and send it."""
    page = await get(client, "/unconverted")
    return await post(client, action, {**page.forms[action], **fields}, status)


def case(web: Web, id_: str) -> Case:
    """Where a result stands."""
    return web.exchange.house.view.market.releases.cases[id_]


async def test_each_answer_has_its_form(web: Web) -> None:
    """Consent comes with the register's contact and a price; a decline is counted; a deferral waits for the exchange."""
    seller = await web.signed_in("university")
    await fill(seller, "/unconverted/F1/answers/consent", price="120,000")
    answer = case(web, "F1").answer
    assert answer is not None
    assert (answer.contact, answer.price_idea_fen) == ("成果办 0451-1", 12_000_000)
    await fill(seller, "/unconverted/F2/answers/decline", reasons="不便")
    assert (case(web, "F2").stage, case(web, "F2").declines) == (Stage.DECLINED, 1)
    day = str(TODAY + timedelta(days=60))
    await fill(seller, "/unconverted/F2/answers/defer", reasons="中试", deferred_until=day)
    assert case(web, "F2").stage is Stage.ASKED


async def test_what_is_wrong_stands_beside_its_form(web: Web) -> None:
    """The field that is missing is named, at the result it is about; nothing changes."""
    seller = await web.signed_in("university")
    action = "/unconverted/F1/answers/converted"
    page, _ = await fill(seller, action, 422, mode="licence", converted_on=str(TODAY), evidence=" ")
    assert any("evidence" in text for text in page.wrong.values())
    page, _ = await fill(seller, action, 422, mode="licence", converted_on="2026-02-30", evidence="合同")
    assert any("converted_on" in text for text in page.wrong.values())
    page, _ = await fill(seller, "/unconverted/F1/answers/consent", 422, price="zwölf")
    assert any(page.wrong.values())
    assert case(web, "F1").stage is Stage.DUE


async def test_an_operator_rules_freezes_and_another_publishes(web: Web) -> None:
    """A proof that is not enough goes back; the operator who froze the list is told that another publishes."""
    seller, operator = await web.signed_in("university"), await web.signed_in("operator")
    proof = {"mode": "licence", "converted_on": str(TODAY), "evidence": "合同1号"}
    await fill(seller, "/unconverted/F1/answers/converted", **proof)
    await fill(operator, "/unconverted/F1/ruling", accepted="no", reasons="看不清")
    assert case(web, "F1").stage is Stage.DUE
    assert "看不清" in (await seller.get("/unconverted")).text
    await consent(web, "F1")
    page, _ = await fill(operator, "/unconverted/batches", 422, cutoff="gestern")
    assert any("cutoff" in text for text in page.wrong.values())
    await fill(operator, "/unconverted/batches", cutoff=str(TODAY))
    action = "/unconverted/batches/LY-2026Q1/publication"
    page, _ = await fill(operator, action, 403)
    assert any(page.wrong.values())
    _, place = await fill(await web.signed_in("operator2"), action)
    assert place == "/zones/unconverted#LY-2026Q1"
    await fill(seller, "/unconverted/F1/after", choice="next_batch")
    assert case(web, "F1").stage is Stage.CONSENTED


async def test_the_pages_are_for_those_they_concern(web: Web) -> None:
    """A visitor is sent to sign in, a bank has nothing here, an enterprise sees no result of others, a bureau's result
    is the holder's to answer."""
    assert (await web.client().get("/unconverted")).headers["location"].startswith("/sign-in")
    assert (await (await web.signed_in("bank")).get("/unconverted")).status_code == 403
    jia = await web.signed_in("jia")
    assert "未转化成果F1" not in (await jia.get("/unconverted")).text
    operator = await web.signed_in("operator")
    assert "未转化成果F1" in (await operator.get("/unconverted")).text
    assert (await operator.get("/unconverted")).text.count("/answers/") == 0


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_no_bare_code_is_shown(web: Web, language: str) -> None:
    """Stages, clocks, notices, answers, outcomes, reasons: all in words."""
    await published(web, "F1")
    for client in (web.client(), await web.signed_in("university"), await web.signed_in("operator")):
        for path in ("/zones/unconverted", "/unconverted"):
            text = (await client.get(f"{path}?lang={language}")).text
            for code in (
                "accepted_on<",
                "T-60<",
                "results_office",
                "TOO_YOUNG",
                "release_",
                "FUNDING_UNKNOWN",
            ):
                assert code not in text, (path, code)


async def test_the_file_is_checked_by_a_command(web: Web, tmp_path: Path) -> None:
    """0 for what was published, 1 for what was touched, 2 for what is no batch."""
    batch = await published(web, "F1", "F2")
    data = (await web.client().get(f"/api/v1/batches/{batch}/export")).content
    file = tmp_path / "batch.jsonl"
    for content, status in (
        (data, 0),
        (data.replace("农业".encode(), "工业".encode()), 1),
        (b"x\n", 2),
        (b"", 2),
    ):
        file.write_bytes(content)
        made = CliRunner().invoke(app, ["batch", "verify", str(file)])
        assert made.exit_code == status, made.output
    missing = CliRunner().invoke(app, ["batch", "verify", str(tmp_path / "none")])
    assert missing.exit_code == 2
