"""One's own data: all of it given out, no secret in it; erased for good unless something is open; the journal whole."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

import web.commands.personal  # noqa: F401  (its commands are those of user_app)
from exchange.bootstrap import read_rulebook
from exchange.house.recovery import replay
from exchange.registers import Person, Registers
from exchange.registers import models as _models  # noqa: F401  (all tables are known)
from exchange.registers.models import Base
from exchange.registers.personal import ERASED, HOLDINGS, SECRETS
from exchange.registers.read_audit import of_account
from exchange.store import migrate
from exchange.store.journal import open_journal
from tests.exchange.house.running import BEGIN, sqlite_url
from tests.web.asking import sold
from tests.web.running import HASH, Web
from tests.web.served import whole_web
from web.commands.user import user_app

PAGE = {"accept": "text/html", "accept-language": "en"}


@pytest.fixture
async def product(sqlite_path: Path) -> AsyncIterator[Web]:
    """The product; jia bought the one lot and yi lost it, bing did nothing yet."""
    async with whole_web(sqlite_url(sqlite_path), rate_limit=10_000) as web:
        await sold(web)
        yield web


def test_every_table_that_names_an_account_says_what_becomes_of_it() -> None:
    """A table with a foreign key to the accounts, or a column of that name, is among the holdings, under that column."""
    named = {(one.table, one.column) for one in HOLDINGS}
    for table in Base.metadata.tables.values():
        for column in table.columns:
            points = any(key.column.table.name == "account" for key in column.foreign_keys)
            if points or (column.name == "account" and table.name != "account"):
                assert (table.name, column.name) in named, f"{table.name}.{column.name}: add it to HOLDINGS"


async def test_all_of_it_is_given_out_and_no_secret_with_it(product: Web) -> None:
    """Account, sessions, person and journal rows are there; hashes and tokens are not; the taking is on record."""
    people = product.exchange.registers.people
    await people.add(Person("P-9", "李某", "jia", "jia", contact="13900000000"), "operator", BEGIN)
    client = await product.signed_in("jia")
    token = client.cookies[product.app.state.sessions.cookie_name]
    answer = await client.get("/account/data.json")
    found = answer.json()
    assert found["registers"]["account"][0]["login"] == "jia"
    assert found["registers"]["person"][0]["contact"] == "13900000000"
    assert found["registers"]["person_version"]
    assert {row["type"] for row in found["journal"]} >= {"EntryApplied", "BidAccepted"}
    assert all(not SECRETS & row.keys() for rows in found["registers"].values() for row in rows)
    assert HASH not in answer.text
    assert token not in answer.text
    reads = product.exchange.registers.reads
    await reads.settled()
    assert [one.reader for one in await reads.list(owner=of_account("jia"))] == ["jia"]
    page = await client.get("/account/data", headers=PAGE)
    assert "13900000000" in page.text
    assert "Not possible yet" in page.text
    assert "C-T-L1-1" in page.text


async def test_what_is_open_forbids_erasing_and_a_free_account_is_forgotten(product: Web) -> None:
    """A buyer in debt is refused; who owes nothing is gone from the registers, and the journal verifies as before."""
    seq = product.exchange.house.view.seq
    buyer = await product.signed_in("jia")
    refused = await buyer.post("/account/data/erasure", data={"login": "jia"}, headers=PAGE)
    assert refused.status_code == 409
    assert "still open" in refused.text
    registers = product.exchange.registers
    person = Person("P-8", "王某", "bing", "bing", contact="wang@example.cn")
    await registers.people.add(person, "operator", BEGIN)
    client = await product.signed_in("bing")
    assert (
        await client.post("/account/data/erasure", data={"login": "other"}, headers=PAGE)
    ).status_code == 422
    assert (
        await client.post("/account/data/erasure", data={"login": "BING "}, headers=PAGE)
    ).status_code == 303
    assert (await client.get("/account/data", headers=PAGE)).status_code == 303
    gone = await registers.accounts.get("bing")
    assert gone is not None
    assert (gone.display_name, gone.enabled, gone.roles) == (ERASED, False, frozenset())
    assert await registers.accounts.credentials("bing") is None
    told = await registers.people.versions("P-8")
    known = await registers.people.get("P-8")
    assert {known.name if known else "", *(one.value.name for one in told)} == {ERASED}
    assert {one.value.contact for one in told} == {""}
    assert "web_session" not in await registers.personal.of("bing")
    sign_in = {"account": "bing", "password": "luochui-demo-2026"}
    assert (await product.client().post("/api/v1/session", json=sign_in)).status_code == 401
    assert product.exchange.house.view.seq == seq
    journal = open_journal(product.exchange.settings.database_url, writable=False)
    await journal.open()
    assert (await replay(journal, "hub", read_rulebook())).hash == product.exchange.house.view.hash
    await journal.close()


def test_the_commands_export_and_erase(sqlite_path: Path) -> None:
    """The file has the account; the last operator stays; an unknown login is bad input; a free account is erased."""
    url = sqlite_url(sqlite_path)

    async def fill() -> None:
        await migrate.upgrade(url)
        registers = Registers(url)
        for login in ("first", "second"):
            await registers.accounts.add(login, HASH, f"name of {login}", ["operator"], BEGIN)
        await registers.close()

    asyncio.run(fill())
    runner = CliRunner()
    exported = runner.invoke(user_app, ["export", "first", "--database", url])
    assert json.loads(exported.stdout)["registers"]["account"][0]["display_name"] == "name of first"
    assert HASH not in exported.stdout
    assert runner.invoke(user_app, ["export", "nobody", "--database", url]).exit_code == 2
    erased = runner.invoke(user_app, ["erase", "first", "--yes", "--database", url])
    assert erased.exit_code == 0, erased.output
    last = runner.invoke(user_app, ["erase", "second", "--yes", "--database", url])
    assert last.exit_code == 2
    assert "last operator" in last.output
