"""The page of a party's account statement."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.web.asking import DEPOSIT, sold
from tests.web.running import Web
from tests.web.served import whole_web
from web.i18n import Speech


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


async def test_who_has_no_organisation_has_no_statement(web: Web) -> None:
    """403 for the operator; a day that is none falls back to this year."""
    assert (await (await web.signed_in("operator")).get("/statement")).status_code == 403
    assert (await (await web.signed_in("jia")).get("/statement?first_on=soon")).status_code == 200
