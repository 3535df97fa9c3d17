"""A house that starts again with another rule book: decided claims, the state's digest and the verification stay."""

import copy
from pathlib import Path

import pytest

from exchange.bootstrap import open_exchange, read_rulebook
from exchange.demo.bank import DemoBank
from exchange.house.digest import state_digest
from exchange.house.verify import Verifier
from exchange.settings import Settings
from settlement.rulebook import load_rulebook
from tests.exchange.house.running import opened
from tests.rule_books import changed, without
from tests.web.asking import claimed, post
from tests.web.running import Web, running_web
from web.app import create_app


@pytest.mark.parametrize("name", ["rate", "gone"])
async def test_a_restart_with_other_rules_changes_no_decided_claim(
    sqlite_path: Path, tmp_path: Path, name: str
) -> None:
    """Amount and digest are the same, the journal verifies under both books, and the old amount is paid."""
    url = f"sqlite:///{sqlite_path}"
    async with running_web(url) as web:
        claim_id = await claimed(web)
        await web.exchange.own_house.settled()
        digest = state_digest(web.exchange.house.view)
        before = copy.deepcopy(web.exchange.house.view.settlement.claims[claim_id])
        clock = web.clock
    files = changed(('rate: "0.30"', 'rate: "0.20"')) if name == "rate" else without("HLJ-2017-16/BUYER")
    rules = tmp_path / "rules"
    rules.mkdir()
    for file, content in files.items():
        (rules / file).write_bytes(content)
    async with opened(url) as journal:
        for book in (read_rulebook(), load_rulebook(files)):
            verifier = Verifier("hub", book)
            async for row in journal.read("hub"):
                verifier.take(row)
            assert (verifier.state_digest, verifier.wrong_books()) == (digest, None)
    async with open_exchange(Settings(database_url=url, rules_dir=rules), clock, DemoBank(clock)) as exchange:
        view = exchange.house.view
        assert view.settlement.rulebook == load_rulebook(files) != read_rulebook()
        assert state_digest(view) == digest
        assert view.settlement.claims[claim_id] == before
        web = Web(exchange, create_app(exchange, ()), clock)
        for login in ("funder1", "funder2"):
            made = await post(await web.signed_in(login), f"claims/{claim_id}/approvals")
            assert made.status_code == 201, made.text
        await exchange.own_house.settled()
        paid = exchange.house.view.settlement
        assert paid.payments[f"P-{claim_id}"].amount_fen == before.amount_fen
        assert paid.claims[claim_id].paid_on is not None
