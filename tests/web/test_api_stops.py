"""Stopping lots over REST and on the desk's pages; hints and who may read them."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from tests.exchange.house.running import bid
from tests.web.running import Web, key
from tests.web.served import whole_web

MINUTE = 60_000_000


@pytest.fixture
async def web(sqlite_path: Path) -> AsyncIterator[Web]:
    """The product with one open lot."""
    async with whole_web(f"sqlite:///{sqlite_path}") as made:
        await made.open_lot()
        yield made
        gateway = getattr(made.app.state, "gateway", None)
        if gateway is not None:
            await gateway.hub.stop()


async def post(client: httpx2.AsyncClient, path: str, body: object = None) -> httpx2.Response:
    """A command with a key of its own."""
    return await client.post(f"/api/v1/{path}", json=body, headers={"idempotency-key": key()})


def suspended(web: Web) -> bool:
    """Whether the lot stands still."""
    return web.exchange.house.view.lots["L1"].suspended


async def test_one_proposes_and_another_confirms(web: Web) -> None:
    """A cancellation waits for its second person; the first is refused, the list says how it stands."""
    first, second = await web.signed_in("operator"), await web.signed_in("operator2")
    made = await post(first, "lots/L1/cancellation", {"reason": "撤回委托"})
    event = made.json()["events"][0]
    assert (made.status_code, event["kind"], event["stop"]) == (201, "StopProposed", "ST-1")
    assert event["until"].endswith("+08:00")
    refused = await post(first, "stops/ST-1/confirmation")
    assert (refused.status_code, refused.json()["code"]) == (403, "FOUR_EYES")
    waiting = (await second.get("/api/v1/stops?state=open")).json()["stops"]
    assert [(one["stop"], one["action"], one["lots"], one["author"]) for one in waiting] == [
        ("ST-1", "cancel", ["L1"], "operator")
    ]
    assert (await post(second, "stops/ST-1/confirmation")).status_code == 200
    await web.exchange.own_house.settled()
    assert web.exchange.house.view.lots["L1"].ended
    listed = (await second.get("/api/v1/stops")).json()["stops"][0]
    assert (listed["state"], listed["by"]) == ("confirmed", "operator2")


async def test_a_session_is_suspended_at_once_and_turned_down(web: Web) -> None:
    """Every lot of it stands still, until another operator turns it down; what is not there is 404."""
    first, second = await web.signed_in("operator"), await web.signed_in("operator2")
    body = {"reason": "停电", "at_once": True}
    assert (await post(first, "sessions/S1/suspension", body)).status_code == 201
    await web.exchange.own_house.settled()
    assert suspended(web)
    assert (await post(second, "stops/ST-1/withdrawal", {"reason": "误报"})).status_code == 200
    await web.exchange.own_house.settled()
    assert not suspended(web)
    for path in ("sessions/S9/cancellation", "lots/L9/cancellation", "stops/ST-9/confirmation"):
        assert (await post(first, path, None if "stops" in path else {"reason": "x"})).status_code == 404


async def test_only_operators_and_auditors_see_proposals_and_hints(web: Web) -> None:
    """Bidders get neither; a look at hints is on record with whose affair it was."""
    for n in range(8):
        await bid(web.exchange.house, ("jia", "yi")[n % 2], 160_000_000 + n * 8_000_000)
    jia, auditor = await web.signed_in("jia"), await web.signed_in("auditor")
    for path in ("/api/v1/stops", "/api/v1/hints", "/operator/hints", "/operator/figures"):
        assert (await jia.get(path)).status_code == 403
    assert (await auditor.get("/api/v1/stops")).json() == {"stops": []}
    for path in ("/operator/hints", "/operator/hints?lot=L1"):
        text = (await auditor.get(path, headers={"accept-language": "en"})).text
        assert "8 bids in a row of 8" in text
        assert "lot/L1 #" in text
    assert (await auditor.get("/operator/hints?lot=L9")).status_code == 404
    told = (await auditor.get("/api/v1/hints?lot=L1")).json()["hints"]
    assert [(one["kind"], one["strength"], one["count"]) for one in told] == [("alternating", "weak", 8)]
    await web.exchange.registers.reads.settled()
    found = await web.exchange.registers.reads.list(kind="hint")
    parties = {
        web.exchange.house.view.market.entries["L1"][code].party
        for code in web.exchange.house.view.lots["L1"].bidders
    }
    assert len(found) == 3
    assert {found[0].reader} == {"auditor"}
    assert set(found[0].owners) == parties


async def test_the_desk_confirms_and_turns_down(web: Web) -> None:
    """The proposer's own page has no button to confirm; the other's has, and a proposal that is over is said so."""
    first, second = await web.signed_in("operator"), await web.signed_in("operator2")
    fields = {
        "csrf": first.headers["x-csrf-token"],
        "command": "desk-propose-1",
        "reason": "线路",
        "how": "propose",
    }
    assert (await first.post("/operator/sessions/S1/suspend", data=fields)).status_code == 303
    assert "/stops/ST-1/confirm" not in (await first.get("/operator")).text
    assert "/stops/ST-1/confirm" in (await second.get("/operator")).text
    figures = (await second.get("/operator/figures")).json()
    assert figures["version"].endswith("ST-1")
    assert figures["lots"]["L1"] == {"pace": 0, "watchers": 0, "clock_fen": None}
    form = {"csrf": second.headers["x-csrf-token"], "command": "desk-confirm-1"}
    assert (await second.post("/operator/stops/ST-1/confirm", data=form)).status_code == 303
    await web.exchange.own_house.settled()
    assert suspended(web)
    assert "全部恢复" in (await first.get("/operator")).text
    lift = {**form, "command": "desk-lift-0001"}
    assert (await second.post("/operator/stops/ST-1/withdraw", data=lift)).status_code == 303
    await web.exchange.own_house.settled()
    assert not suspended(web)
    over = await second.post("/operator/stops/ST-1/withdraw", data={**form, "command": "desk-lift-0002"})
    assert over.status_code == 409


async def test_a_service_that_does_not_answer_is_an_alert(sqlite_path: Path) -> None:
    """Redis that is configured and not there is said so on the desk, in words and among the alerts."""
    async with whole_web(f"sqlite:///{sqlite_path}", redis_url="redis://127.0.0.1:1") as made:
        operator = await made.signed_in("operator")
        figures = (await operator.get("/operator/figures", headers={"accept-language": "en"})).json()
        assert figures["up-journal"] == "answers"
        assert figures["up-redis"] == "does not answer"
        assert [(one["name"], one["severity"]) for one in figures["alerts"]] == [("redis", "page")]
        await made.app.state.gateway.hub.stop()
