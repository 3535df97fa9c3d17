"""The one-year rule over a whole exchange: scan, notices, answers, batch, zone; secrets nowhere; a journal that replays."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from exchange.house.codec import encode
from exchange.house.verify import Verifier
from exchange.market.release_clock import CANDIDATE
from exchange.market.release_state import Stage
from exchange.market.unconverted import Mode, Secrecy
from exchange.registers.facts import IpItem
from exchange.registers.words import IpKind, LegalStatus
from exchange.releases import batch_file
from exchange.releases.daily import scan_registers
from exchange.releases.zones import zone_of
from matching_engine.terms import DAY
from settlement.dates import shanghai_date
from tests.exchange.house.running import RULEBOOK
from tests.web.releasing import (
    BUREAU,
    CANARY,
    TODAY,
    change,
    consent,
    enter,
    funded,
    published,
    scan,
    secret,
    send,
    tomorrow,
)
from tests.web.running import Web, key
from tests.web.served import whole_web


@pytest.fixture
async def web(sqlite_path: Path) -> AsyncIterator[Web]:
    """The product; at the end its journal verifies."""
    url = f"sqlite:///{sqlite_path}"
    async with whole_web(url) as running:
        yield running
        verifier = Verifier("hub", RULEBOOK)
        journal = running.exchange.own_house._journal
        async for row in journal.read("hub"):
            verifier.take(row)
        assert verifier.rows == running.exchange.house.view.seq


def stage(web: Web, id_: str) -> Stage:
    """Where a result stands."""
    return web.exchange.house.view.market.releases.cases[id_].stage


async def test_a_scan_tells_everybody_once(web: Web) -> None:
    """Results office, completers and science bureau; the same day again changes nothing, however often."""
    await enter(web, funded("F1"), funded("F2", accepted_on=TODAY - timedelta(days=320)))
    first = await scan(web)
    seq = web.exchange.house.view.seq
    assert await scan(web) == first
    assert web.exchange.house.view.seq == seq
    cases = web.exchange.house.view.market.releases.cases
    assert [[notice.kind for notice in one.notices] for one in cases.values()] == [["T0"], ["T-60"]]
    assert [to.name for to in cases["F1"].notices[0].recipients] == ["演示大学", "李完成", BUREAU]
    again = await scan_registers(web.exchange.registers, web.exchange.house.view, TODAY)
    assert again == first


async def test_what_the_register_says_of_rights_counts(web: Web) -> None:
    """A pledged right, or none in force, blocks; the earliest grant is a clock where no other is known."""
    dead = IpItem(IpKind.INVENTION, status=LegalStatus.LAPSED)
    live = IpItem(IpKind.INVENTION, status=LegalStatus.GRANTED, granted_on=TODAY - timedelta(days=500))
    pledged = IpItem(IpKind.INVENTION, pledged=True)
    await enter(
        web,
        funded("dead", ip_items=(dead,)),
        funded("pledged", ip_items=(pledged,)),
        funded("clock", accepted_on=None, ip_items=(dead, live)),
        funded("undated", secrecy_reviewed_on=None),
    )
    found = await scan(web)
    assert found.counts["BLOCKED"] == 2
    assert [one.id for one in found.candidates] == ["clock"]
    assert found.counts["SECRET"] == 1


async def test_from_the_notice_to_the_zone(web: Web) -> None:
    """Told, consented, frozen by one operator, published by another, found in the search's zone, with a file that
    anybody can check."""
    await enter(web, funded("F1"), funded("F2"), funded("F3"))
    await scan(web)
    batch = await published(web, "F2", "F1")
    assert batch == "LY-2026Q1"
    shown = (await web.client().get(f"/api/v1/batches/{batch}")).json()
    assert [one["achievement"] for one in shown["items"]] == ["F1", "F2"]
    first = shown["items"][0]
    assert (first["category"], first["field"], first["trl"]) == ("技术开发和产业化", "农业", 6)
    assert (first["contact"], first["price_idea_fen"], first["outcome"]) == ("成果办 0451-1", None, "open")
    file = await web.client().get(f"/api/v1/batches/{batch}/export")
    head, lines = batch_file.read(file.content)
    assert (batch_file.fault(head, lines), head.digest) == (None, shown["digest"])
    found = await web.exchange.registers.search.find(filters={"zone": zone_of(batch)})
    assert sorted(found.ids) == ["F1", "F2"]
    assert stage(web, "F3") is Stage.DUE


async def test_two_persons_publish(web: Web) -> None:
    """Who froze the list does not publish it; holders and visitors do neither, and see no list before."""
    await enter(web, funded("F1"))
    await scan(web)
    await consent(web, "F1")
    operator, seller = await web.signed_in("operator"), await web.signed_in("university")
    assert (await send(seller, "batches", {}, 403))["code"] == "FORBIDDEN"
    await send(operator, "batches", {}, 201)
    for client in (web.client(), seller):
        assert (await client.get("/api/v1/batches/LY-2026Q1")).status_code == 404
        assert (await client.get("/api/v1/batches")).json() == {"batches": []}
    refused = await send(operator, "batches/LY-2026Q1/publication", status=403)
    assert refused["code"] == "FOUR_EYES"
    assert (await send(operator, "batches/none/publication", status=404))["code"] == "NOT_FOUND"


async def test_the_same_request_has_the_same_answer(web: Web) -> None:
    """Freezing and publishing again under the same key changes nothing, although the registers have moved on."""
    await enter(web, funded("F1"), funded("F2"))
    await scan(web)
    await consent(web, "F1", "F2")
    operator, other, one, two = (
        await web.signed_in("operator"),
        await web.signed_in("operator2"),
        key(),
        key(),
    )
    frozen = await send(operator, "batches", {}, 201, one)
    await change(web, "F2", trial_until=TODAY + timedelta(days=9))
    assert await send(operator, "batches", {}, 201, one) == frozen
    assert (await send(operator, "batches", {}, 409))["code"] in ("BATCH_EXISTS", "BATCH_EMPTY")
    public = await send(other, "batches/LY-2026Q1/publication", None, 200, two)
    await change(web, "F1", impediment="争议")
    assert await send(other, "batches/LY-2026Q1/publication", None, 200, two) == public
    shown = (await web.client().get("/api/v1/batches/LY-2026Q1")).json()
    assert [one["achievement"] for one in shown["items"]] == ["F1"]
    assert shown["fell_out"] == [{"achievement": "F2", "reason": "IN_TRIAL"}]


async def test_a_cut_off_does_not_come_before_its_day(web: Web) -> None:
    """Tomorrow's list cannot be frozen today; without consent there is no list."""
    await enter(web, funded("F1"))
    await scan(web)
    operator = await web.signed_in("operator")
    early = await send(operator, "batches", {"cutoff": str(TODAY + timedelta(days=1))}, 422)
    assert early["code"] == "BATCH_CUTOFF"
    assert (await send(operator, "batches", {}, 409))["code"] == "BATCH_EMPTY"


async def test_answers_are_the_holders(web: Web) -> None:
    """An enterprise finds nothing to answer; a proof of conversion is looked at by an operator, and the scan believes it."""
    await enter(web, funded("F1"), funded("F2"))
    await scan(web)
    jia, seller = await web.signed_in("jia"), await web.signed_in("university")
    await send(jia, "unconverted/F1/answer", {"kind": "consent"}, 403)
    proof = {"kind": "converted", "mode": "licence", "converted_on": str(TODAY), "evidence": "合同1号"}
    await send(seller, "unconverted/F1/answer", proof)
    operator = await web.signed_in("operator")
    await send(operator, "unconverted/F1/ruling", {"accepted": True, "reasons": "属实"})
    assert stage(web, "F1") is Stage.CONVERTED
    await tomorrow(web)
    scanned = web.exchange.house.view.market.releases.scan
    assert scanned is not None
    assert (scanned.counts["CONVERTED_LATE"], scanned.counts[CANDIDATE]) == (1, 1)
    assert stage(web, "F1") is Stage.CONVERTED
    mine = (await (await web.signed_in("university")).get("/api/v1/unconverted")).json()
    assert {one["achievement"]: one["stage"] for one in mine["releases"]} == {"F1": "converted", "F2": "due"}
    theirs = (await (await web.signed_in("jia")).get("/api/v1/unconverted")).json()
    assert theirs["releases"] == []


async def test_the_gavel_ends_a_term(web: Web) -> None:
    """Fifteen working days after the notice nobody has answered: recorded by time alone, after a restart of the clock too."""
    await enter(web, funded("F1"))
    await scan(web)
    await web.pass_time(30 * DAY)
    assert stage(web, "F1") is Stage.UNANSWERED


async def test_what_is_converted_in_the_register_waits_no_longer(web: Web) -> None:
    """The next scan closes it, wherever it stood; on a frozen list it falls out at publication."""
    await enter(web, funded("F1"), funded("F2"))
    await scan(web)
    await consent(web, "F2")
    await send(await web.signed_in("operator"), "batches", {}, 201)
    for id_ in ("F1", "F2"):
        await change(web, id_, conversion_mode=Mode.TRANSFER, converted_on=TODAY)
    await tomorrow(web)
    assert (stage(web, "F1"), stage(web, "F2")) == (Stage.CONVERTED, Stage.FROZEN)
    await send(await web.signed_in("operator2"), "batches/LY-2026Q1/publication")
    shown = (await web.client().get("/api/v1/batches/LY-2026Q1")).json()
    assert (shown["items"], shown["fell_out"]) == ([], [{"achievement": "F2", "reason": "CONVERTED_LATE"}])


async def test_a_secret_is_named_nowhere(web: Web) -> None:
    """The canary sings in no journal, page, answer, search or file: not when it was always secret, and a result that
    became secret later is a number wherever it was named."""
    await enter(web, secret("canary"), funded("F1"), funded("F2"), funded("F3"))
    found = await scan(web)
    assert found.counts["SECRET"] == 1
    journal = [encode(row.event) async for row in _journal(web)]
    assert not any(CANARY.encode() in row or b'"canary"' in row for row in journal)
    await consent(web, "F1", "F2", "F3")
    await send(await web.signed_in("operator"), "batches", {}, 201)
    await change(web, "F2", secrecy=Secrecy.STATE_SECRET)
    await send(await web.signed_in("operator2"), "batches/LY-2026Q1/publication")
    await change(web, "F3", secrecy=Secrecy.DEFENCE_PATENT)
    for login in (None, "jia", "operator"):
        client = web.client() if login is None else await web.signed_in(login)
        for path in (
            *("/zones/unconverted", "/api/v1/batches", "/api/v1/batches/LY-2026Q1", "/achievements"),
            *("/api/v1/batches/LY-2026Q1/export", "/api/v1/unconverted", "/unconverted"),
        ):
            text = (await client.get(path)).text
            for word in (CANARY, "canary", "未转化成果F2", "未转化成果F3", '"F2"', '"F3"'):
                assert word not in text, (login, path, word)
    shown = (await web.client().get("/api/v1/batches/LY-2026Q1")).json()
    assert (shown["results"], shown["hidden"], shown["hidden_out"]) == (2, 1, 1)
    head, lines = batch_file.read((await web.client().get("/api/v1/batches/LY-2026Q1/export")).content)
    assert (head.results, len(lines)) == (2, 1)
    assert batch_file.fault(head, lines) == "1 lines, and the head says 2"


async def _journal(web: Web):  # type: ignore[no-untyped-def]
    from exchange.house import codec

    async for row in web.exchange.own_house._journal.read("hub"):
        yield codec.recorded(row)


async def test_what_became_of_a_result(web: Web) -> None:
    """After a release its holder sends it to an open licence, or into the next batch, which comes a quarter later."""
    await enter(web, funded("F1"), funded("F2"))
    await scan(web)
    first = await published(web, "F1", "F2")
    seller = await web.signed_in("university")
    await send(seller, "unconverted/F1/after", {"choice": "next_batch"})
    await send(seller, "unconverted/F2/after", {"choice": "open_licence"})
    shown = (await web.client().get(f"/api/v1/batches/{first}")).json()
    assert [one["outcome"] for one in shown["items"]] == ["next_batch", "open_licence"]
    await web.pass_time(92 * DAY)
    operator, other = await web.signed_in("operator"), await web.signed_in("operator2")
    await send(operator, "batches", {}, 201)
    second = next(reversed(web.exchange.house.view.market.releases.batches))
    await send(other, f"batches/{second}/publication")
    assert second == "LY-2026Q2"
    again = (await web.client().get(f"/api/v1/batches/{second}")).json()
    assert [one["achievement"] for one in again["items"]] == ["F1"]
    row = await web.exchange.registers.achievements.get("F1")
    assert row is not None
    assert row.zone == zone_of(second)
    counts = (await operator.get("/api/v1/unconverted")).json()["pipeline"]
    assert (counts["released"], counts["open_licence"]) == (2, 1)
    assert shanghai_date(web.clock.now()) > TODAY


async def test_a_file_that_was_touched_is_found_out(web: Web) -> None:
    """Another word, another order, a line less: each is named."""
    await enter(web, funded("F1"), funded("F2"))
    await scan(web)
    batch = await published(web, "F1", "F2")
    data = (await web.client().get(f"/api/v1/batches/{batch}/export")).content
    head, one, two = data.splitlines()
    for rows in ((head, two, one), (head, one), (head, one.replace("农业".encode(), "工业".encode()), two)):
        assert batch_file.fault(*batch_file.read(b"\n".join(rows))) is not None
    assert json.loads(head)["results"] == 2
