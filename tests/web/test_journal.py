"""The journal for its readers: each sees what is theirs, secrets wait for the end, and looking leaves a record."""

import hashlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest

from exchange.demo.data import DemoAchievement
from exchange.demo.steps import plan_lot
from exchange.house.chain import link
from exchange.market.commands import LotPlan
from exchange.store.journal_browser import JournalBrowser
from matching_engine.terms import HOUR
from tests.exchange.house.running import open_lot
from tests.web.asking import OPENING, STEP, bid
from tests.web.running import Web
from tests.web.served import whole_web
from web.i18n import speech
from web.pages.journal_words import event_lines

RESERVE = 160_000_000
PAGE = {"accept": "text/html", "accept-language": "en"}


@pytest.fixture
async def product(sqlite_path: Path) -> AsyncIterator[Web]:
    """One lot with a reserve that is open: jia bid with a maximum, yi was refused once."""
    async with whole_web(f"sqlite:///{sqlite_path}", rate_limit=10_000) as web:
        await open_lot(web.exchange.house, web.clock, plan=_with_reserve)  # type: ignore[arg-type]
        assert (await bid(await web.signed_in("jia"), OPENING, max_fen=OPENING + 3 * STEP)).status_code == 201
        assert (await bid(await web.signed_in("yi"), OPENING)).status_code == 409
        yield web


def _with_reserve(
    lot: str, listing: str, achievement: DemoAchievement, opens_at: int, length: int
) -> LotPlan:
    plan = plan_lot(lot, listing, achievement, opens_at, length)
    terms = msgspec.structs.replace(plan.terms, reserve_price_fen=RESERVE)
    return msgspec.structs.replace(plan, terms=terms)


async def _rows(client: httpx2.AsyncClient, **query: Any) -> list[dict[str, Any]]:
    answer = await client.get("/api/v1/journal", params={"limit": 1000, **query})
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["rows"]
    return rows


async def test_each_reader_sees_what_is_theirs_and_secrets_wait_for_the_end(product: Web) -> None:
    """Auditor all but secrets, operator who and when, parties their own, registrar trades, funder nothing."""
    clients = {
        name: await product.signed_in(name) for name in ("auditor", "operator", "jia", "yi", "registrar")
    }
    whole = await _rows(clients["auditor"], order="old")
    assert [row["seq"] for row in whole] == list(range(1, product.exchange.house.view.seq + 1))
    (put_up,) = [row for row in whole if row["type"] == "LotPutUp"]
    (accepted,) = [row for row in whole if row["type"] == "BidAccepted"]
    assert put_up["event"]["terms"]["reserve_price_fen"] is None
    assert accepted["event"]["max_fen"] is None
    for row in (put_up, accepted):
        assert (row["command"], row["request"], row["body_sha256"]) == ("", "", "")
    assert "reserve_price_fen" in put_up["withheld"]
    (session,) = [row for row in whole if row["type"] == "SessionScheduled"]
    assert (
        session["command"] == ""
    )  # the same command as the lot's: it would salt a guess of the reserve no more
    outline = await _rows(clients["operator"])
    assert {row["sight"] for row in outline} == {"metadata"}
    assert all(row["event"] is None and row["command"] == "" for row in outline)
    assert len(outline) == len(whole)
    own = await _rows(clients["jia"])
    assert [row["event"]["max_fen"] for row in own if row["type"] == "BidAccepted"] == [OPENING + 3 * STEP]
    assert not [row for row in own if row["type"] == "BidRefused"]
    assert [row["account"] for row in await _rows(clients["yi"]) if row["type"] == "BidRefused"] == ["yi"]
    assert await _rows(clients["jia"], party="yi") == []
    assert await _rows(clients["registrar"]) == []
    funder = await product.signed_in("funder1")
    assert (await funder.get("/api/v1/journal")).status_code == 403
    await product.pass_time(HOUR)
    (sold,) = [row for row in await _rows(await product.signed_in("auditor")) if row["type"] == "LotPutUp"]
    assert sold["event"]["terms"]["reserve_price_fen"] == RESERVE
    assert sold["command"] != ""
    streams = {row["stream"].partition("/")[0] for row in await _rows(await product.signed_in("registrar"))}
    assert streams == {"trade"}


async def test_filters_find_the_same_rows_as_reading_everything(product: Web) -> None:
    """Stream, lot, type, account, command, time, seq, in both orders, in pages of any size."""
    await product.pass_time(HOUR)
    client = await product.signed_in("auditor")
    every = await _rows(client, order="old")

    async def check(expected: list[dict[str, Any]], **query: Any) -> None:
        assert expected
        assert await _rows(client, order="old", **query) == expected
        assert await _rows(client, order="new", **query) == expected[::-1]
        paged: list[dict[str, Any]] = []
        after: int | None = None
        while True:
            place: dict[str, int] = {} if after is None else {"after": after}
            page = (
                await client.get("/api/v1/journal", params={**query, **place, "order": "old", "limit": 3})
            ).json()
            paged += page["rows"]
            if (after := page["next_after"]) is None:
                break
        assert paged == expected

    middle = every[len(every) // 2]
    await check([row for row in every if row["stream"] == "lot/L1"], stream="lot/L1")
    await check([row for row in every if row["type"] == "DepositHeld"], type="DepositHeld")
    await check([row for row in every if row["account"] == "yi"], account="yi")
    await check([row for row in every if row["command"] == middle["command"]], command=middle["command"])
    await check([row for row in every if row["seq"] >= middle["seq"]], first=middle["seq"])
    await check([row for row in every if row["at"] >= middle["at"]], since=middle["at"])
    await check([row for row in every if row["at"] <= middle["at"]], until=middle["at"])
    wide = ("lot/", "entry/", "seal/", "deposit/", "trade/", "reward/")
    await check([row for row in every if row["stream"].startswith(wide)], lot="L1")
    yis = await _rows(client, party="yi", order="old")
    assert {"EntryApplied", "DepositCalled", "BidRefused"} <= {row["type"] for row in yis}
    assert not [row for row in yis if row["account"] == "jia"]


async def test_the_export_carries_what_proves_it(product: Web) -> None:
    """A line a row, in order; digest of body and hash of the row before give the hash of each whole row."""
    await product.pass_time(HOUR)
    client = await product.signed_in("auditor")
    answer = await client.get("/api/v1/journal/export", params={"order": "old", "why": "complaint 12"})
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert len(lines) == product.exchange.house.view.seq
    browser = JournalBrowser(product.exchange.registers.database)
    before = bytes(32)
    for line in lines:
        row = await browser.row("hub", line["seq"])
        assert row is not None
        assert hashlib.sha256(row.body).hexdigest() == line["body_sha256"]
        assert link(before, row).hex() == line["hash"]
        before = row.hash
    assert (await client.get("/journal/export?lot=L1&order=old", headers=PAGE)).text
    await product.exchange.registers.reads.settled()
    kept = await product.exchange.registers.reads.list(reader="auditor", kind="journal")
    assert "complaint 12" in {one.why for one in kept}
    told = {one.kind: one for one in await product.exchange.registers.reads.list(reader="auditor")}
    assert set(told) == {"journal", "reserve", "personal_data", "contract"}
    assert told["reserve"].owners == ("university",)


async def test_pages_of_the_journal_read_well_and_wrong_filters_are_named(product: Web) -> None:
    """The list, a row with its neighbours, the readings; a party's own page; nothing of others."""
    client = await product.signed_in("auditor")
    listed = await client.get("/auditor?type=BidAccepted", headers=PAGE)
    assert "¥1,600,000.00" in listed.text
    assert "No index finds these rows" in listed.text
    seq = product.exchange.house.view.seq
    row = await client.get(f"/journal/{seq}", headers=PAGE)
    assert row.status_code == 200
    assert f'href="/journal/{seq - 1}"' in row.text
    assert (await client.get("/journal/99999999", headers=PAGE)).status_code == 404
    wrong = await client.get("/journal?since=yesterday", headers=PAGE)
    assert wrong.status_code == 422
    assert "This is not understood." in wrong.text
    for odd in ("0", "x", "9" * 40):
        assert (await client.get(f"/api/v1/journal/{odd}")).status_code == 404
    assert (await client.get("/api/v1/journal", params={"since": "2026-99-99"})).status_code == 422
    log = await client.get("/auditor/access?account=jia", headers=PAGE)
    assert "Signed in" in log.text
    assert (await client.get("/auditor/access?before=" + "9" * 40, headers=PAGE)).status_code == 200
    own = await product.signed_in("jia")
    assert (await own.get("/auditor/access", headers=PAGE)).status_code == 403
    assert "You see the rows of your own affairs" in (await own.get("/journal", headers=PAGE)).text
    assert (await product.client().get("/journal", headers=PAGE)).status_code == 303


async def test_readings_are_put_on_record_and_their_owners_see_them(product: Web) -> None:
    """An overseer's look at a trade is known to both sides, without from where; a party's look at its own is none."""
    await product.pass_time(HOUR)
    reads = product.exchange.registers.reads
    assert (await (await product.signed_in("jia")).get("/api/v1/trades/T-L1-1")).status_code == 200
    await reads.settled()
    assert await reads.list(kind="contract") == []
    funder = await product.signed_in("funder1")
    assert (await funder.get("/trades/T-L1-1", headers=PAGE)).status_code == 200
    assert (await funder.get("/api/v1/trades/T-L1-1")).status_code == 200
    assert (await funder.get("/api/v1/trades/absent")).status_code == 404
    await reads.settled()
    seen = (await (await product.signed_in("university")).get("/api/v1/audit/reads?owner=jia")).json()[
        "reads"
    ]
    assert [one["reader"] for one in seen] == ["funder1", "funder1"]
    assert {(one["kind"], one["address"]) for one in seen} == {("contract", "")}
    auditor = await product.signed_in("auditor")
    known = (await auditor.get("/api/v1/audit/reads", params={"reader": "funder1", "limit": 1})).json()
    assert known["reads"][0]["owners"] == ["university", "jia"]
    assert known["reads"][0]["address"] == "127.0.0.1"
    further = await auditor.get(
        "/api/v1/audit/reads", params={"reader": "funder1", "before": known["next_before"]}
    )
    assert len(further.json()["reads"]) == 1
    assert (await (await product.signed_in("yi")).get("/api/v1/audit/reads")).json()["reads"] == []
    assert "funder1" in (await auditor.get("/reads?kind=contract", headers=PAGE)).text
    exported = (await auditor.get("/reads/export?kind=contract")).text.splitlines()
    assert [json.loads(line)["reader"] for line in exported] == ["funder1", "funder1"]


def test_fields_are_named_and_values_have_their_units() -> None:
    """Money as ¥, instants with their zone, lengths in words, fields within fields by their path."""
    event = {
        "type": "X",
        "amount_fen": 165_000_000,
        "closes_at": 1_772_413_200_000_000,
        "terms": {"weights": None, "every": 60_000_000},
        "winners": ({"bidder": "B-1"},),
        "extended": False,
    }
    lines = dict(event_lines(speech("en"), event))
    assert "¥1,650,000.00" in lines.values()
    assert "2026-03-02 09:00:00 UTC+8" in lines.values()
    assert {"1 minute", "B-1", "no", "—"} <= set(lines.values())
    assert "type" not in lines
