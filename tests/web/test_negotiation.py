"""Negotiating a contract on its page, without a script."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest

from tests.web.asking import sold
from tests.web.running import Web
from tests.web.served import whole_web

HTML = {"accept": "text/html", "accept-language": "zh-CN"}
CONTRACT = "/contracts/C-T-L1-1"
WORDS = "验收方法：乙方自收到技术资料之日起六十日内<书面>验收。"


@pytest.fixture
async def web(sqlite_path: Path) -> AsyncIterator[Web]:
    """The product's own application with a sold lot."""
    async with whole_web(f"sqlite:///{sqlite_path}") as running:
        await sold(running)
        yield running


def contract(web: Web) -> object:
    """The contract as the house has it."""
    return web.exchange.own_house.view.settlement.contracts["C-T-L1-1"]


async def send(client: httpx2.AsyncClient, path: str, **fields: str) -> httpx2.Response:
    """A form, as the page sends it."""
    form = {"csrf": client.headers["x-csrf-token"], "command": str(uuid4()), **fields}
    return await client.post(path, data=form, headers=HTML)


async def test_a_clause_is_changed_shown_and_signed_anew(web: Web) -> None:
    """The form shows the clause's words; the proposal is a version with its redline; the old digest is refused."""
    jia, university = await web.signed_in("jia"), await web.signed_in("university")
    old = getattr(contract(web), "digest", "")
    form = await jia.get(f"{CONTRACT}?clause=6.2", headers=HTML)
    assert '<option value="6.2" selected>' in form.text
    assert '<option value="7.1"' not in form.text
    done = await send(jia, f"{CONTRACT}/versions?clause=6.2", digest=old, clause="6.2", words=WORDS)
    assert done.status_code == 303
    page = await university.get(CONTRACT, headers=HTML)
    assert "第 2 版，" in page.text
    assert "<ins>6.2 验收方法：乙方自收到技术资料之日起六十日内&lt;书面&gt;验收。" in page.text
    assert "<del>6.2 验收方法：" in page.text
    text = await university.get(f"{CONTRACT}/redline.txt")
    assert "{+6.2 验收方法：乙方自收到技术资料之日起六十日内<书面>验收。" in text.text
    stale = await send(university, f"{CONTRACT}/signatures", digest=old, read="yes")
    assert stale.status_code == 409
    fresh = getattr(contract(web), "digest", "")
    assert (await send(university, f"{CONTRACT}/signatures", digest=fresh, read="yes")).status_code == 303


async def test_what_the_sale_decided_stays(web: Web) -> None:
    """A forged form for the price is refused in words, and nothing changes."""
    jia = await web.signed_in("jia")
    digest = getattr(contract(web), "digest", "")
    answer = await send(jia, f"{CONTRACT}/versions", digest=digest, clause="7.1", words="价款为零。")
    assert answer.status_code == 409
    assert "标的和价款" in answer.text
    assert getattr(contract(web), "digest", "") == digest


async def test_refused_words_are_not_lost(web: Web) -> None:
    """The form comes back with what was typed and why it cannot be."""
    jia = await web.signed_in("jia")
    digest, words = getattr(contract(web), "digest", ""), "当场验收。\n第七条 价款"
    path = f"{CONTRACT}/versions?clause=6.2"
    answer = await send(jia, path, digest=digest, clause="6.2", words=words)
    assert answer.status_code == 409
    assert "当场验收。\n第七条 价款</textarea>" in answer.text.replace("\r", "")


async def test_staff_reads_and_strangers_see_nothing(web: Web) -> None:
    """The registrar has no form; to another bidder there is no contract and no redline."""
    registrar = await web.signed_in("registrar")
    assert 'name="clause"' not in (await registrar.get(CONTRACT, headers=HTML)).text
    yi = await web.signed_in("yi")
    digest = getattr(contract(web), "digest", "")
    assert (await yi.get(f"{CONTRACT}/redline.txt", headers=HTML)).status_code == 404
    answer = await send(yi, f"{CONTRACT}/versions", digest=digest, clause="6.2", words=WORDS)
    assert answer.status_code == 404
