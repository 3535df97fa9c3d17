"""The catalogue over REST: search, tables taken in, demands; and a secret that is found nowhere."""

import csv
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.web.asking import post, refusal
from tests.web.running import Web, key
from tests.web.served import whole_web

CSV = {"content-type": "text/csv"}
PUBLIC = {"secrecy": "公开", "secrecy_reviewer": "李审", "secrecy_reviewed_on": "2026-02-01"}
ROWS = (
    {"id": "C1", "title": "高速主轴轴承", "field": "先进制造", "region": "河南", "trl": "7", **PUBLIC},
    {"id": "C2", "title": "轴承钢热处理", "field": "新材料及其应用", "region": "河南", "trl": "6", **PUBLIC},
    {"id": "C3", "title": "牡丹籽油", "field": "农业", "region": "山东", "trl": "8", **PUBLIC},
)
CANARY = "金丝雀暗号"


def table(*rows: dict[str, str]) -> bytes:
    """A CSV file with these rows."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


async def taken(client: httpx2.AsyncClient, data: bytes, kind: str = "achievements", query: str = "") -> Any:
    """A table sent in; the report."""
    answer = await client.post(f"/api/v1/{kind}/import{query}", content=data, headers=CSV)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def found(web: Web, query: str) -> dict[str, Any]:
    """What anybody finds, without the demo's own achievements."""
    answer = await web.client().get(f"/api/v1/achievements?{query}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_a_table_is_taken_and_found(anywhere: Web) -> None:
    """An operator's table is in the catalogue at once, with facets; sent again it changes nothing."""
    operator = await anywhere.signed_in("operator")
    report = await taken(operator, table(*ROWS))
    assert (report["new"], report["refused"], report["written"]) == (3, 0, True)
    assert (await taken(operator, table(*ROWS)))["unchanged"] == 3
    page = await found(anywhere, "q=轴承")
    assert [one["achievement"] for one in page["achievements"]] == ["C2", "C1"]
    assert page["total"] == 2
    fields = {one["value"]: one["count"] for one in page["facets"]["field"]}
    assert fields == {"先进制造": 1, "新材料及其应用": 1}
    assert [one["achievement"] for one in (await found(anywhere, "q=轴承&trl=7"))["achievements"]] == ["C1"]


async def test_pages_by_cursor(web: Web) -> None:
    """A limit gives a cursor, and the last page has none."""
    await taken(await web.signed_in("operator"), table(*ROWS))
    first = await found(web, "q=轴承&limit=1")
    second = await found(web, f"q=轴承&limit=1&cursor={first['next']}")
    assert [one["achievement"] for one in first["achievements"] + second["achievements"]] == ["C2", "C1"]
    assert second["next"] is None


async def test_an_achievement_in_full(web: Web) -> None:
    """Everybody reads a public one, with its versions; who made them only the inside knows."""
    operator = await web.signed_in("operator")
    await taken(operator, table(*ROWS))
    await taken(operator, table({"id": "C1", "title": "更高速主轴轴承"}))
    shown = (await web.client().get("/api/v1/achievements/C1")).json()
    assert (shown["title"], shown["region"], shown["public"]) == ("更高速主轴轴承", "henan", True)
    versions = (await web.client().get("/api/v1/achievements/C1/versions")).json()
    assert [(one["version"], one["changed"], one["by"]) for one in versions] == [
        (1, [], None),
        (2, ["title"], None),
    ]
    inside = (await operator.get("/api/v1/achievements/C1/versions")).json()
    assert [one["by"] for one in inside] == ["operator", "operator"]


async def test_a_row_that_is_not_taken_is_named(web: Web) -> None:
    """Row, column, value, expectation; with strict nothing is taken."""
    operator = await web.signed_in("operator")
    bad = table({"id": "E1", "title": "好", "trl": "1"}, {"id": "E2", "title": "坏", "trl": "11"})
    strict = await taken(operator, bad, query="?strict=true")
    assert (strict["written"], strict["refused"]) == (False, 1)
    assert (await operator.get("/api/v1/achievements/E1")).status_code == 404
    report = await taken(operator, bad)
    assert report["rows"][1] == {
        "row": 3,
        "outcome": "refused",
        "id": "E2",
        "column": "trl",
        "value": "11",
        "expected": "a readiness level from 1 to 9",
    }
    assert (await operator.get("/api/v1/achievements/E1")).status_code == 200


async def test_a_seller_takes_its_own(web: Web) -> None:
    """Rows get the seller's organisation; a bidder takes demands and no achievements; nobody else takes any."""
    seller = await web.signed_in("university")
    assert (await taken(seller, table({"id": "U1", "title": "自家成果"})))["new"] == 1
    mine = (await seller.get("/api/v1/achievements/U1")).json()
    assert (mine["holder"], mine["public"]) == ("university", False)
    jia = await web.signed_in("jia")
    answer = await jia.post("/api/v1/achievements/import", content=table(ROWS[0]), headers=CSV)
    assert refusal(answer) == (403, "FORBIDDEN")
    needs = table({"id": "N1", "title": "低温轴承", "budget": "2000000", "kind": "揭榜挂帅"})
    assert (await taken(jia, needs, "demands"))["new"] == 1
    listed = (await web.client().get("/api/v1/demands?q=低温")).json()["demands"]
    assert [(one["demand"], one["holder"], one["budget_fen"]) for one in listed] == [
        ("N1", "jia", 200_000_000)
    ]
    assert (await web.client().get("/api/v1/demands/N1")).json()["kind"] == "揭榜挂帅"


@pytest.mark.parametrize(
    ("data", "kind", "status", "code"),
    [
        (b"id\nA\n", "text/csv", 422, "BAD_TABLE"),
        (b"{}", "application/json", 415, "UNSUPPORTED_MEDIA_TYPE"),
    ],
)
async def test_a_file_that_is_no_table(web: Web, data: bytes, kind: str, status: int, code: str) -> None:
    """One error for a bad header or another kind of body."""
    operator = await web.signed_in("operator")
    answer = await operator.post("/api/v1/achievements/import", content=data, headers={"content-type": kind})
    assert refusal(answer) == (status, code)


@pytest.mark.parametrize("query", ["colour=red", "cursor=x", "limit=0", "q=" + "长" * 101])
async def test_bad_searches(web: Web, query: str) -> None:
    """422 for what no search takes."""
    assert (await web.client().get(f"/api/v1/achievements?{query}")).status_code == 422


SECRETS = (
    {"secrecy": "国家秘密", "secrecy_reviewer": "李审", "secrecy_reviewed_on": "2026-02-01"},
    {"secrecy": "国防专利", "secrecy_reviewer": "李审", "secrecy_reviewed_on": "2026-02-01"},
    {"secrecy": "", "secrecy_reviewer": "李审", "secrecy_reviewed_on": "2026-02-01"},
    {"secrecy": "公开", "secrecy_reviewer": "", "secrecy_reviewed_on": "2026-02-01"},
    {"secrecy": "公开", "secrecy_reviewer": "李审", "secrecy_reviewed_on": ""},
)
"""Every way in which an achievement is not found public by a named reviewer on a stated day."""


def _paths(web: Web, ids: list[str]) -> list[str]:
    """Every address that can be read: parts of a path filled with the secrets' ids and with others."""
    paths = []
    for route in web.app.routes:
        path, methods = getattr(route, "path", ""), getattr(route, "methods", None) or set()
        if "GET" not in methods:
            continue
        if "{" not in path:
            paths += [path, f"{path}?q={CANARY}", f"{path}?holder={CANARY}", f"{path}?field={CANARY}"]
        else:
            head, _, rest = path.partition("{")
            tail = rest.partition("}")[2]
            paths += [f"{head}{id_}{tail}" for id_ in ids if "{" not in tail]
    return paths


@pytest.fixture
async def web_of_pages(sqlite_path: Path) -> AsyncIterator[Web]:
    """The product's own application, pages and all."""
    async with whole_web(f"sqlite:///{sqlite_path}", rate_limit=100_000) as running:
        yield running


async def test_a_secret_is_nowhere(web_of_pages: Web, capfd: pytest.CaptureFixture[str]) -> None:
    """No address, whoever reads it from outside, and no line of the log holds a word of it."""
    operator = await web_of_pages.signed_in("operator")
    rows = [
        {
            "id": f"X{n}",
            "title": f"{CANARY}标题",
            "abstract": f"{CANARY}摘要",
            "holder": "university",
            "holder_name": f"{CANARY}单位",
            "keywords": f"{CANARY}词",
            "zone": f"{CANARY}专场",
            "city": f"{CANARY}市",
            "contact": f"{CANARY}电话",
            **secret,
        }
        for n, secret in enumerate(SECRETS)
    ]
    assert (await taken(operator, table(*rows)))["new"] == len(SECRETS)
    ids = [row["id"] for row in rows]
    outside = [web_of_pages.client(), await web_of_pages.signed_in("jia")]
    for client in outside:
        for path in _paths(web_of_pages, ids):
            answer = await client.get(path)
            if "?" in path:
                page = answer.text.replace(f"q={CANARY}", "").replace(f'value="{CANARY}"', "")
                assert f"{CANARY}标题" not in page, path
                assert f"{CANARY}单位" not in page, path
            else:
                assert CANARY not in answer.text, path
    for query in (CANARY, f"{CANARY}标题", "雀", "金丝", "雀暗"):
        assert (await found(web_of_pages, f"q={query}"))["total"] == 0
    everything = await found(web_of_pages, "limit=100")
    assert CANARY not in str(everything)
    for id_ in ids:
        body = {"achievement": id_, "price_idea_fen": 1}
        answer = await post(await web_of_pages.signed_in("university"), "listings", body)
        assert answer.status_code >= 400
        assert CANARY not in answer.text
    captured = capfd.readouterr()
    assert CANARY not in captured.out + captured.err


async def test_a_secret_has_its_holder_and_overseers(web: Web) -> None:
    """Inside it can be worked on; outside the answer is the same as for one that never was."""
    seller, operator = await web.signed_in("university"), await web.signed_in("operator")
    await taken(seller, table({"id": "H1", "title": "未审成果"}))
    for client, status in (
        (seller, 200),
        (operator, 200),
        (await web.signed_in("jia"), 404),
        (web.client(), 404),
    ):
        assert (await client.get("/api/v1/achievements/H1")).status_code == status
        assert (await client.get("/api/v1/achievements/H1/versions")).status_code == status
    never = await web.client().get("/api/v1/achievements/never")
    hidden = await web.client().get("/api/v1/achievements/H1")
    assert {**never.json(), "request_id": ""} == {**hidden.json(), "request_id": ""}


async def test_entering_one_checks_its_parts(web: Web) -> None:
    """Shares, routes and numbers that do not fit are 422 with their field; exact shares come back in lowest terms."""
    seller = await web.signed_in("university")
    good = {
        "title": "份额",
        "owners": [{"name": "甲", "share": "14/20"}, {"name": "乙", "share": "30%"}],
        "completers": [{"name": "王工", "leader": True}],
    }
    answer = await post(seller, "achievements", good)
    assert [one["share"] for one in answer.json()["owners"]] == ["7/10", "3/10"]
    for wrong, field in (
        ({"owners": [{"name": "甲", "share": "1/2"}]}, "owners"),
        ({"registration_no": "123456789012"}, "registration_no"),
        ({"route": "应当入库", "admitted_on": "2026-01-01"}, "route"),
        ({"region": "火星"}, "region"),
        ({"funding": [{"kind": "public", "colour": "red"}]}, "funding[0].colour"),
    ):
        bad = await seller.post(
            "/api/v1/achievements", json={**good, **wrong}, headers={"idempotency-key": key()}
        )
        assert (bad.status_code, bad.json()["field"]) == (422, field)
