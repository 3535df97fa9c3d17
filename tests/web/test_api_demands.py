"""Demands over REST: published once for each key, changed, answered, ended; only by whom they belong to."""

from tests.web.asking import post, refusal
from tests.web.negotiating import LISTING, offered
from tests.web.running import Web

BODY = {"title": "低损耗轴承", "kind": "技术需求", "region": "黑龙江", "budget_fen": 50_000_000}


async def test_a_demand_lives_over_rest(web: Web) -> None:
    """The same key gives the same demand, another body under it a conflict; versions, answers and the end."""
    await offered(web)
    jia, holder = await web.signed_in("jia"), await web.signed_in("university")
    first = await post(jia, "demands", BODY, "demand-key-1")
    assert first.status_code == 201, first.text
    id_ = first.json()["demand"]
    assert first.json()["region"] == "heilongjiang"
    assert (await post(jia, "demands", BODY, "demand-key-1")).json()["demand"] == id_
    other = await post(jia, "demands", {**BODY, "title": "别的"}, "demand-key-1")
    assert refusal(other) == (409, "IDEMPOTENCY_MISMATCH")
    assert refusal(await post(holder, f"demands/{id_}/versions", BODY)) == (403, "FORBIDDEN")
    changed = await post(jia, f"demands/{id_}/versions", {**BODY, "budget_fen": 60_000_000})
    assert changed.json()["budget_fen"] == 60_000_000
    achievement = web.exchange.house.view.market.listings[LISTING].achievement
    answer = {"achievement": achievement, "listing": LISTING, "words": "指标全部满足"}
    made = await post(holder, f"demands/{id_}/answers", answer)
    assert made.status_code == 201, made.text
    assert refusal(await post(jia, f"demands/{id_}/answers", answer))[0] in (409, 422)
    seen = (await jia.get(f"/api/v1/demands/{id_}/answers")).json()["answers"]
    assert [one["words"] for one in seen] == ["指标全部满足"]
    yi = await web.signed_in("yi")
    assert (await yi.get(f"/api/v1/demands/{id_}/answers")).json()["answers"] == []
    assert (await post(jia, f"demands/{id_}/state", {"state": "已结束"})).json()["state"] == "已结束"
    assert refusal(await post(holder, f"demands/{id_}/answers", answer)) == (409, "DEMAND_ENDED")


async def test_a_demand_is_checked(web: Web) -> None:
    """A province that is none, a maturity beyond nine; staff without an organisation publish nothing."""
    jia, operator = await web.signed_in("jia"), await web.signed_in("operator")
    assert refusal(await post(jia, "demands", {**BODY, "region": "某地"})) == (422, "BAD_VALUE")
    assert (await post(jia, "demands", {**BODY, "trl_min": 12})).status_code == 422
    assert refusal(await post(operator, "demands", BODY)) == (403, "FORBIDDEN")
