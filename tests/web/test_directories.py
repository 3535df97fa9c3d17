"""Directories over REST: who may enter, see, change and publish what; nothing leaks."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from exchange.market.unconverted import Secrecy
from exchange.registers import Achievement
from exchange.registers.directory_kinds import kinds
from settlement.dates import parse_date
from tests.exchange.house.running import BEGIN
from tests.exchange.registers.directory_samples import sample
from tests.web.running import Web, key
from tests.web.served import whole_web

API = "/api/v1/directory"
PUBLIC = Achievement(
    "A-1",
    "高速主轴轴承",
    "university",
    "演示大学",
    secrecy=Secrecy.PUBLIC,
    secrecy_reviewer="李审",
    secrecy_reviewed_on=parse_date("2025-01-02"),
)
SECRET = Achievement("A-2", "CANARY密件", "university", "演示大学")
EQUIPMENT = {"instrument": "光谱仪", "organisation": "university", "voucher": "是", "value_fen": 165_000_000}


@pytest.fixture
async def web(sqlite_path: Path) -> AsyncIterator[Web]:
    """The product's own application, with a public and a secret achievement."""
    async with whole_web(f"sqlite:///{sqlite_path}") as running:
        await running.exchange.registers.achievements.add_all([PUBLIC, SECRET], "t", BEGIN)
        yield running


async def enter(client: httpx2.AsyncClient, kind: str, fields: dict[str, Any], **more: Any) -> Any:
    """Enter a draft; the answer's JSON with its status."""
    answer = await client.post(
        f"{API}/{kind}", json={"fields": fields, **more}, headers={"idempotency-key": key()}
    )
    return {"status": answer.status_code, **answer.json()}


async def step(client: httpx2.AsyncClient, made: Any, state: str) -> Any:
    """Put an entry into another state."""
    answer = await client.post(
        f"{API}/{made['kind']}/{made['entry']}/state", json={"state": state, "version": made["version"]}
    )
    return {"status": answer.status_code, **answer.json()}


def fit(kind: str) -> dict[str, Any]:
    """Values of every field that fit the demo's registers."""
    values = sample(kinds()[kind])
    for field in kinds()[kind].fields:
        if field.type == "organisation":
            values[field.name] = "university"
        if field.type == "trade":
            values.pop(field.name)
    return values


async def test_every_kind_over_rest(web: Web) -> None:
    """An operator enters each kind that needs no trade, and reads back what was entered."""
    operator = await web.signed_in("operator")
    for name, kind in kinds().items():
        if any(one.type == "trade" and one.required for one in kind.fields):
            continue
        web.clock.advance(1_000_000)  # For the limit of requests.
        made = await enter(operator, name, fit(name), owner="university")
        assert made["status"] == 201, (name, made)
        shown = (await operator.get(f"{API}/{name}/{made['entry']}")).json()
        assert shown["fields"] == made["fields"]
        assert (shown["state"], shown["version"], shown["owner"]) == ("draft", 1, "university")
    listed = (await operator.get(API)).json()
    assert {one["kind"] for one in listed} == set(kinds())
    assert sum(one["entries"] for one in listed) == len(kinds()) - 2


async def test_from_draft_to_public_and_back(web: Web) -> None:
    """A seller's draft is its own; published everybody sees it; changed by the seller it waits again."""
    seller, operator = await web.signed_in("university"), await web.signed_in("operator")
    other, nobody = await web.signed_in("jia"), web.client()
    made = await enter(seller, "equipment", EQUIPMENT)
    path = f"{API}/equipment/{made['entry']}"
    assert [(await one.get(path)).status_code for one in (seller, operator, other, nobody)] == [
        200,
        200,
        404,
        404,
    ]
    assert (await step(seller, made, "published"))["status"] == 409
    public = await step(operator, made, "published")
    assert (public["state"], public["version"]) == ("published", 2)
    assert (await nobody.get(path)).json()["fields"]["instrument"] == "光谱仪"
    assert (await other.post(f"{path}/versions", json={"fields": EQUIPMENT, "version": 2})).status_code == 403
    stale = await seller.post(f"{path}/versions", json={"fields": EQUIPMENT, "version": 1})
    assert (stale.status_code, stale.json()["code"]) == (409, "STALE_VERSION")
    changed = await seller.post(
        f"{path}/versions", json={"fields": {**EQUIPMENT, "model": "X9"}, "version": 2}
    )
    assert (changed.json()["state"], changed.json()["version"]) == ("draft", 3)
    assert (await nobody.get(path)).status_code == 404
    told = (await seller.get(f"{path}/versions")).json()
    assert [(one["version"], one["state"], one["changed"]) for one in told] == [
        (1, "draft", []),
        (2, "published", ["state"]),
        (3, "draft", ["model", "state"]),
    ]
    assert [one["by"] for one in told] == ["university", "operator", "university"]


async def test_the_same_request_is_one_entry(web: Web) -> None:
    """One key, one entry; the same key for another kind is refused."""
    operator = await web.signed_in("operator")
    headers = {"idempotency-key": key()}
    first = await operator.post(f"{API}/equipment", json={"fields": EQUIPMENT}, headers=headers)
    again = await operator.post(f"{API}/equipment", json={"fields": EQUIPMENT}, headers=headers)
    assert first.json() == again.json()
    mixed = await operator.post(f"{API}/outposts", json={"fields": {}}, headers=headers)
    assert mixed.status_code == 409


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"instrument": "x", "voucher": "是"}, "fields.organisation"),
        ({**EQUIPMENT, "voucher": "也许"}, "fields.voucher"),
        ({**EQUIPMENT, "value_fen": -1}, "fields.value_fen"),
        ({**EQUIPMENT, "value_fen": "1.00"}, "fields.value_fen"),
        ({**EQUIPMENT, "hours_open": 169}, "fields.hours_open"),
        ({**EQUIPMENT, "colour": "red"}, "fields.colour"),
        ({**EQUIPMENT, "organisation": "ghost"}, "fields.organisation"),
        ({**EQUIPMENT, "model": "a\nb"}, "fields.model"),
        ({**EQUIPMENT, "model": "x" * 301}, "fields.model"),
        ({**EQUIPMENT, "model": [{"name": "a", "share": "1"}]}, "fields.model"),
    ],
)
async def test_what_does_not_fit_is_named(web: Web, fields: dict[str, Any], named: str) -> None:
    """One clear problem with the field; nothing is entered."""
    operator = await web.signed_in("operator")
    made = await enter(operator, "equipment", fields)
    assert (made["status"], made["field"]) == (422, named)
    assert (await operator.get(f"{API}/equipment")).json()["total"] == 0


async def test_who_may_enter(web: Web) -> None:
    """The kind says it; nobody enters for somebody else's organisation."""
    bank, jia = await web.signed_in("bank"), await web.signed_in("jia")
    assert (await enter(bank, "equipment", EQUIPMENT))["status"] == 403
    assert (await enter(jia, "equipment", EQUIPMENT, owner="university"))["status"] == 403
    assert (await enter(web.client(), "equipment", EQUIPMENT))["status"] == 401
    assert (await enter(jia, "castles", {}))["status"] == 404


async def test_a_complaint_is_between_two(web: Web) -> None:
    """Anybody signed in complains; the office alone decides; nobody else learns of it."""
    jia, yi, operator = [await web.signed_in(one) for one in ("jia", "yi", "operator")]
    fields = {
        "subject": "CANARY挂牌",
        "right": "ZL1",
        "holder": "甲",
        "grounds": "侵权",
        "contact": "0379",
    }
    assert (await enter(jia, "ip-complaints", {**fields, "progress": "不成立"}))["field"] == "fields.progress"
    made = await enter(jia, "ip-complaints", fields)
    assert made["status"] == 201
    for stranger in (yi, web.client(), await web.signed_in("funder1")):
        for path in ("", "?q=CANARY", "/table", f"/{made['entry']}", f"/{made['entry']}/versions"):
            assert "CANARY" not in (await stranger.get(f"{API}/ip-complaints{path}")).text
    path = f"{API}/ip-complaints/{made['entry']}"
    decided = {**fields, "progress": "已通知对方", "received_on": "2026-03-02"}
    assert (await step(operator, made, "published"))["field"] in ("fields.progress", "fields.received_on")
    answer = await operator.post(f"{path}/versions", json={"fields": decided, "version": 1})
    taken_up = await step(operator, answer.json(), "published")
    assert taken_up["state"] == "published"
    assert (await jia.get(path)).json()["fields"]["progress"] == "已通知对方"
    assert (await yi.get(path)).status_code == 404
    answer = await jia.post(
        f"{path}/versions", json={"fields": {**decided, "progress": "已下架"}, "version": 3}
    )
    assert answer.json()["field"] == "fields.progress"


async def test_fields_that_are_not_public(web: Web) -> None:
    """A canary in them is in no list, entry, table, search, filter or version of an outsider."""
    operator = await web.signed_in("operator")
    fields = {**fit("brokers"), "id_number_end": "CN77"}
    made = await enter(operator, "brokers", fields)
    await step(operator, made, "published")
    events = {**fit("events"), "spend_fen": 123_456_789}
    await step(operator, await enter(operator, "events", events), "published")
    nobody = web.client()
    for path in (
        "brokers",
        f"brokers/{made['entry']}",
        "brokers/table",
        "brokers/table?form=xlsx",
        "events",
        "events/table",
    ):
        answer = await nobody.get(f"{API}/{path}")
        assert answer.status_code == 200
        assert b"CN77" not in answer.content
        assert b"1234567" not in answer.content
    assert (await nobody.get(f"{API}/brokers?q=CN77")).json()["total"] == 0
    assert (await nobody.get(f"{API}/brokers")).json()["total"] == 1
    told = (await nobody.get(f"{API}/brokers/{made['entry']}/versions")).json()
    assert [one["by"] for one in told] == [None, None]


async def test_a_secret_achievement_is_in_no_public_entry(web: Web) -> None:
    """It cannot be published, and an entry disappears when its achievement is no longer public."""
    seller, operator, nobody = (
        await web.signed_in("university"),
        await web.signed_in("operator"),
        web.client(),
    )
    fields = fit("public-good")
    secret = await enter(seller, "public-good", {**fields, "achievement": "A-2", "title": "CANARY"})
    assert (await step(operator, secret, "published"))["field"] == "fields.achievement"
    jia = await web.signed_in("jia")
    stranger = await enter(jia, "financing-demands", {**fit("financing-demands"), "achievement": "A-2"})
    assert stranger["field"] == "fields.achievement"
    made = await enter(seller, "public-good", fields)
    await step(operator, made, "published")
    assert (await nobody.get(f"{API}/public-good")).json()["total"] == 1
    await web.exchange.registers.achievements.change(_secret(), "t", BEGIN)
    assert (await nobody.get(f"{API}/public-good")).json()["total"] == 0
    assert (await nobody.get(f"{API}/public-good/{made['entry']}")).status_code == 404


def _secret() -> Achievement:
    """The public achievement, found secret."""
    return Achievement("A-1", "高速主轴轴承", "university", "演示大学")


async def test_release_of_an_achievement(web: Web) -> None:
    """Applied for, reviewed by a named person, released by another: then public, and secret again when taken back."""
    seller, operator, second = [await web.signed_in(one) for one in ("university", "operator", "operator2")]
    made = await enter(seller, "releases", {"achievement": "A-2", "channel": "线上"})
    path = f"{API}/releases/{made['entry']}"
    assert (await step(operator, made, "published"))["status"] == 422
    review = {
        "achievement": "A-2",
        "channel": "线上",
        "reviewer": "王审",
        "reviewed_on": "2026-03-02",
        "finding": "不得公开",
    }
    no = (await operator.post(f"{path}/versions", json={"fields": review, "version": 1})).json()
    assert (await step(second, no, "published"))["field"] == "fields.finding"
    review["finding"] = "可以公开"
    yes = (await operator.post(f"{path}/versions", json={"fields": review, "version": 2})).json()
    assert (await step(operator, yes, "published"))["code"] == "FOUR_EYES"
    assert (await web.client().get("/api/v1/achievements/A-2")).status_code == 404
    out = await step(second, yes, "published")
    assert out["state"] == "published"
    row = await web.exchange.registers.achievements.get("A-2")
    assert row is not None
    assert (row.public, row.secrecy_reviewer) == (True, "王审")
    assert (await web.client().get("/api/v1/achievements/A-2")).status_code == 200
    await step(seller, out, "retired")
    assert (await web.client().get("/api/v1/achievements/A-2")).status_code == 404


async def test_nobody_releases_what_another_holds(web: Web) -> None:
    """A seller cannot make somebody else's public achievement secret through a release."""
    firm = await web.signed_in("university")
    await web.exchange.registers.achievements.change(
        Achievement(
            "A-1",
            "轴承",
            "jia",
            "甲",
            secrecy=Secrecy.PUBLIC,
            secrecy_reviewer="李",
            secrecy_reviewed_on=parse_date("2025-01-02"),
        ),
        "t",
        BEGIN,
    )
    fields = {
        "achievement": "A-1",
        "channel": "线上",
        "reviewer": "王",
        "reviewed_on": "2026-03-02",
        "finding": "可以公开",
    }
    made = await enter(firm, "releases", fields)
    answer = await step(await web.signed_in("operator"), made, "published")
    assert answer["field"] == "fields.achievement"


async def test_a_disclosure_reaches_its_achievement(web: Web) -> None:
    """Decided by the institution, day and person of the disclosure stand on the achievement; others never see it."""
    seller = await web.signed_in("university")
    made = await enter(
        seller,
        "invention-disclosures",
        {**fit("invention-disclosures"), "achievement": "A-2", "disclosed_by": "王工"},
    )
    assert made["status"] == 201
    assert (await step(seller, made, "published"))["state"] == "published"
    row = await web.exchange.registers.achievements.get("A-2")
    assert row is not None
    assert (str(row.disclosed_on), row.disclosed_by) == ("2026-03-02", "王工")
    assert (await (await web.signed_in("jia")).get(f"{API}/invention-disclosures")).json()["total"] == 0


async def test_a_scorecard_by_the_weights_of_its_year(web: Web) -> None:
    """Exact, with its grade; other years have other weights, one institution has one card a year."""
    operator, second = await web.signed_in("operator"), await web.signed_in("operator2")
    points = {
        "contracts": 91,
        "conversions": 88,
        "services": 75,
        "team": 60,
        "satisfaction": 99,
        "compliance": 70,
    }
    card = {"name": "甲中心", "assessed_by": "科技局", "assessed_on": "2027-01-10", **points}
    new = await enter(operator, "scorecards", {**card, "year": 2026})
    assert new["made"] == {"score": "83.30", "grade": "良好"}
    old = await enter(operator, "scorecards", {**card, "year": 2025})
    assert old["made"] == {"score": "83.45", "grade": "良好"}
    assert (await enter(operator, "scorecards", {**card, "year": 2026}))["field"] == "fields.name"
    assert (await enter(operator, "scorecards", {**card, "year": 2017}))["field"] == "fields.year"
    assert (await step(operator, new, "published"))["code"] == "FOUR_EYES"
    assert (await step(second, new, "published"))["state"] == "published"


async def test_the_export_gate(web: Web) -> None:
    """Not examined, prohibited or restricted without a licence: not abroad; free or licensed: yes."""
    operator, second = await web.signed_in("operator"), await web.signed_in("operator2")
    path = "/api/v1/achievements/A-1/export-gate"
    assert (await operator.get(path)).json()["reason"] == "NOT_EXAMINED"
    fields = {
        "achievement": "A-1",
        "catalogue_item": "183506X",
        "class": "限制出口",
        "examined_by": "王",
        "examined_on": "2026-03-01",
    }
    made = await enter(operator, "export-control", fields)
    public = await step(second, made, "published")
    assert (await operator.get(path)).json() == {
        "achievement": "A-1",
        "allowed": False,
        "reason": "NO_LICENCE",
    }
    licensed = {**fields, "licence_no": "X1", "licensed_on": "2020-01-01", "licence_until": "2099-01-01"}
    changed = await operator.post(
        f"{API}/export-control/{made['entry']}/versions",
        json={"fields": licensed, "version": public["version"]},
    )
    assert (await operator.get(path)).json()["reason"] == "NOT_EXAMINED"
    await step(second, changed.json(), "published")
    assert (await operator.get(path)).json() == {"achievement": "A-1", "allowed": True, "reason": ""}


async def test_filters_and_pages(web: Web) -> None:
    """Words, choices and states narrow; a page's cursor goes on where the last ended."""
    operator = await web.signed_in("operator")
    for n in range(5):
        made = await enter(
            operator, "equipment", {**EQUIPMENT, "instrument": f"仪器{n}", "voucher": "是否"[n % 2]}
        )
        if n:
            await step(operator, made, "published")
    nobody = web.client()

    async def total(query: str, client: httpx2.AsyncClient = nobody) -> int:
        return int((await client.get(f"{API}/equipment?{query}")).json()["total"])

    assert await total("q=仪器3") == 1
    assert await total("choice=voucher:是") == 2
    assert await total("state=draft") == 0
    assert await total("state=draft", operator) == 1
    first = (await nobody.get(f"{API}/equipment?limit=3")).json()
    rest = (await nobody.get(f"{API}/equipment?limit=3&cursor={first['next']}")).json()
    names = [one["fields"]["instrument"] for one in first["entries"] + rest["entries"]]
    assert sorted(names) == ["仪器1", "仪器2", "仪器3", "仪器4"]
    assert rest["next"] is None
    assert (await nobody.get(f"{API}/equipment?choice=colour:red")).status_code == 422


async def test_tables_over_rest(web: Web) -> None:
    """A table goes out and comes in again; rows that do not fit are reported."""
    operator, seller = await web.signed_in("operator"), await web.signed_in("university")
    await step(operator, await enter(operator, "equipment", EQUIPMENT), "published")
    data = (await operator.get(f"{API}/equipment/table")).content
    headers = {"content-type": "text/csv"}
    again = (await operator.post(f"{API}/equipment/import", content=data, headers=headers)).json()
    assert (again["unchanged"], again["refused"]) == (1, 0)
    rows = "id,instrument,organisation,voucher\nS1,显微镜,university,是\nS2,显微镜,ghost,是\n".encode()
    took = (await seller.post(f"{API}/equipment/import", content=rows, headers=headers)).json()
    assert (took["new"], took["refused"], took["rows"][1]["column"]) == (1, 1, "organisation")
    bank = await web.signed_in("bank")
    assert (await bank.post(f"{API}/equipment/import", content=rows, headers=headers)).status_code == 403
