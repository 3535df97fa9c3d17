"""The catalogue's pages: search without a script, an achievement whole, tables sent in, an evaluator's two steps."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from exchange.registers import evaluations as ev
from exchange.registers.signing_keys import key_id
from tests.web.asking import post
from tests.web.running import Web
from tests.web.served import whole_web
from tests.web.test_api_catalogue import PUBLIC, ROWS, table, taken
from tests.web.test_evaluations import BODY, KEY, evaluator
from tests.web.test_evaluations import PUBLIC as PUBLIC_KEY

WHOLE = {
    "id": "W1",
    "title": "<b>高速</b>主轴轴承",
    "field": "先进制造",
    "stage": "中试",
    "stages": "小试|2024-01-02|洛阳",
    "funding": "财政|省|重点专项|2022ZD1|70%;自筹||||30%",
    "ip": "发明专利|ZL1|轴承|有效|2024-02-29|2043-02-28|是",
    "owners": "示例大学|2/3;王工|1/3",
    "grants": "长期使用权|王工||10",
    "completers": "王工|负责人",
    "price_idea": "1650000",
    "region": "河南",
    **PUBLIC,
}


@pytest.fixture
async def web(sqlite_path: Path) -> AsyncIterator[Web]:
    """The product's own application."""
    async with whole_web(f"sqlite:///{sqlite_path}") as running:
        yield running


async def test_search_and_filter_by_links(web: Web) -> None:
    """Words find, a facet's link narrows, its count is what it finds, and a chosen filter can be taken off."""
    await taken(await web.signed_in("operator"), table(*ROWS))
    client = web.client(**{"accept-language": "en"})
    page = (await client.get("/achievements?q=轴承")).text
    assert "2 found" in page
    assert 'href="/achievements/C1"' in page
    link = re.search(
        r'href="(/achievements\?q=[^"]*field=[^"]*)"><span>Advanced manufacturing</span> <span class="num soft">1<',
        page,
    )
    assert link is not None
    narrow = (await client.get(link[1].replace("&amp;", "&"))).text
    assert "1 found" in narrow
    assert 'href="/achievements/C2"' not in narrow
    assert 'href="/achievements?q=%E8%BD%B4%E6%89%BF"' in narrow
    assert "Nothing fits" in (await client.get("/achievements?q=zzzz")).text
    assert (await client.get("/achievements?cursor=zz")).status_code == 422


async def test_pages_of_results(web: Web) -> None:
    """More than a page of results has a link to the next, which goes on where this one ended."""
    rows = [{**ROWS[0], "id": f"P{n:02d}", "title": f"齿轮箱{n}"} for n in range(25)]
    await taken(await web.signed_in("operator"), table(*rows))
    client = web.client()
    first = (await client.get("/achievements?q=齿轮箱")).text
    more = re.search(r'rel="next" href="([^"]+)"', first)
    assert more is not None
    second = (await client.get(more[1].replace("&amp;", "&"))).text
    shown = re.findall(r'<h2><a href="/achievements/(P\d\d)"', first + second)
    assert shown == [f"P{n:02d}" for n in reversed(range(25))]
    assert 'rel="next"' not in second


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_an_achievement_whole(web: Web, language: str) -> None:
    """Money, rights, shares, stages and versions stand on the page; what a title holds is text, not markup."""
    await taken(await web.signed_in("operator"), table(WHOLE))
    page = (await web.client(**{"accept-language": language}).get("/achievements/W1")).text
    assert "&lt;b&gt;高速" in page
    assert "<b>高速" not in page
    for said in ("2022ZD1", "70%", "2/3", "ZL1", "¥1,650,000.00", "王工", "李审"):
        assert said in page
    assert ("中试" in page) if language == "zh" else ("Pilot test" in page)
    assert 'aria-current="step"' in page
    assert ">operator<" not in page
    inside = (await (await web.signed_in("operator")).get("/achievements/W1")).text
    assert ">operator<" in inside


async def test_reports_stand_on_their_achievement(web: Web) -> None:
    """A public report is a link on the page of its achievement; an unreviewed one is not there."""
    operator = await web.signed_in("operator")
    await taken(operator, table(ROWS[0]))
    report = {
        "kind": "科技报告",
        "title": "轴承科技报告",
        "achievements": ["C1"],
        "url": "https://example.org/r",
    }
    await post(operator, "repository", {**report, **PUBLIC})
    await post(operator, "repository", {**report, "title": "未审报告"})
    page = (await web.client().get("/achievements/C1")).text
    assert 'href="https://example.org/r"' in page
    assert "轴承科技报告" in page
    assert "未审报告" not in page


async def test_a_secret_has_no_page(web: Web) -> None:
    """404 outside; inside it is marked as not public."""
    await taken(await web.signed_in("university"), table({"id": "S1", "title": "未审"}))
    assert (await web.client().get("/achievements/S1")).status_code == 404
    assert (await web.signed_in("jia")).cookies
    assert "未公开" in (await (await web.signed_in("university")).get("/achievements/S1?lang=zh")).text


async def _form_token(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found is not None
    return found[1]


async def test_a_table_from_a_page(web: Web) -> None:
    """A file sent by the form is taken and reported row by row; without one the form says so."""
    client = await web.signed_in("university")
    token = await _form_token((await client.get("/imports")).text)
    del client.headers["x-csrf-token"]
    data = table({"id": "I1", "title": "好", "trl": "1"}, {"id": "I2", "title": "坏", "trl": "x"})
    answer = await client.post(
        "/imports",
        data={"csrf": token, "kind": "achievements"},
        files={"file": ("a.csv", data, "text/csv")},
    )
    assert answer.status_code == 422
    assert "新增 1 行" in answer.text
    assert "a readiness level from 1 to 9" in answer.text
    assert (await web.exchange.registers.achievements.get("I1")) is not None
    bad = {"file": ("b.csv", b"colour\n", "text/csv")}
    refused = await client.post("/imports", data={"csrf": token, "kind": "achievements"}, files=bad)
    assert (refused.status_code, "row 1, header" in refused.text) == (422, True)
    wrong = await client.post("/imports", data={"csrf": token, "kind": "demands"}, files=bad)
    assert wrong.status_code == 422
    assert (await client.post("/imports", data={"kind": "achievements"}, files=bad)).status_code == 403
    bank = await web.signed_in("bank")
    assert (await bank.get("/imports")).status_code == 403


async def test_an_evaluators_two_steps(web: Web) -> None:
    """The form shows what is signed; with the signature the evaluation stands on the achievement's page."""
    await taken(await web.signed_in("operator"), table(*ROWS))
    client = await evaluator(web)
    path = "/achievements/C1/evaluation"
    fields = {
        name: BODY[name] for name in ("category", "method", "evaluated_on", "valid_until", "report_digest")
    }
    fields |= {"technical": "90", "economic": "81", "new_sales_fen": "1000000.00"}
    drafted = (await client.post(path, data=fields)).text
    statement = re.search(r"<code>([0-9a-f]{100,})</code>", drafted)
    assert statement is not None
    signature = KEY.sign(bytes.fromhex(statement[1])).hex()
    assert bytes.fromhex(statement[1]).startswith(b"luochui evaluation\nC1\n")
    sent = {**fields, "signing_key": key_id(PUBLIC_KEY), "signature": signature}
    assert (await client.post(path, data=sent)).status_code == 303
    (one,) = await web.exchange.registers.evaluations.of("C1")
    assert ev.mean(one.values) == 86
    page = (await web.client().get("/achievements/C1?lang=en")).text
    assert "signature stands" in page
    assert "¥1,000,000.00" in page
    bad = (await client.post(path, data={**fields, "technical": "a"})).text
    assert "technical" in bad
    assert (await (await web.signed_in("jia")).get(path)).status_code == 403
