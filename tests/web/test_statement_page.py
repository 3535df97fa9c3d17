"""The page of a party's account statement."""

import csv
import io
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.web.asking import DEPOSIT, sold
from tests.web.running import Web
from tests.web.served import whole_web
from web.i18n import Speech
from web.pages.statement import plain_cell


@pytest.fixture
async def web(sqlite_path: Path) -> AsyncIterator[Web]:
    """The product's own application."""
    async with whole_web(f"sqlite:///{sqlite_path}") as running:
        yield running


async def test_a_bidder_sees_its_own_movements(web: Web) -> None:
    """The deposit and what became of it, with the accounts in the reader's language; a stranger's are not shown."""
    await sold(web)
    jia = await web.signed_in("jia")
    shown = await jia.get("/statement?lang=en")
    assert shown.status_code == 200
    assert "Escrow account at the bank" in shown.text
    assert Speech.money(DEPOSIT) in shown.text
    assert "银行存款（监管账户）" in (await jia.get("/statement?lang=zh")).text
    empty = await (await web.signed_in("ding")).get("/statement?lang=en")
    assert "Nothing moved in this period." in empty.text
    before = await jia.get("/statement?lang=en&first_on=2001-01-01&last_on=2001-12-31")
    assert "Nothing moved in this period." in before.text


async def test_an_overseer_chooses_whose(web: Web) -> None:
    """The operator gets a choice, then that party's movements; an unknown one is not there."""
    await sold(web)
    operator = await web.signed_in("operator")
    chooser = await operator.get("/statement?lang=en")
    assert "Opening balance" not in chooser.text
    shown = await operator.get("/statement?lang=en&party=jia")
    assert Speech.money(DEPOSIT) in shown.text
    assert "/statement.csv?first_on=2026-01-01&amp;last_on=" in shown.text
    assert (await operator.get("/statement?party=nobody")).status_code == 404


async def test_nobody_else_chooses(web: Web) -> None:
    """A party's own statement is shown whatever the address asks; without an organisation there is none."""
    await sold(web)
    yi = await web.signed_in("yi")
    assert "演示企业甲" not in (await yi.get("/statement?party=jia")).text
    assert (await (await web.signed_in("registrar")).get("/statement")).status_code == 403
    assert (await (await web.signed_in("operator")).get("/statement.csv")).status_code == 404
    assert (await (await web.signed_in("jia")).get("/statement?first_on=soon")).status_code == 200


async def test_the_statement_as_csv(web: Web) -> None:
    """Opening, movements and closing with amounts that add up, under headings of the reader's language."""
    await sold(web)
    jia = await web.signed_in("jia")
    answer = await jia.get("/statement.csv?lang=en")
    assert answer.headers["content-disposition"].startswith('attachment; filename="statement-jia-')
    heading, opening, *moves, closing = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert heading[0] == "Movement"
    total = sum(Decimal(move[5]) for move in moves)
    assert Decimal(closing[6]) == Decimal(opening[6]) + total
    assert any(abs(Decimal(move[5])) == Decimal(DEPOSIT) / 100 for move in moves)


def test_no_cell_is_a_formula() -> None:
    """A reference that a spreadsheet would run is quoted."""
    assert (plain_cell("=1+1"), plain_cell("@x"), plain_cell("B-1")) == ("'=1+1", "'@x", "B-1")


async def test_everybody_finds_it(web: Web) -> None:
    """The link stands in the navigation of parties and of those who oversee them, and of nobody else."""
    for login, there in (("jia", True), ("operator", True), ("registrar", False)):
        front = await (await web.signed_in(login)).get("/")
        assert ('href="/statement"' in front.text) is there
