"""Listings over REST: returned and offered again, objected to without an account, wanted, taken back; who may not."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from exchange.market.listing_state import ListingState
from matching_engine.terms import DAY
from tests.web.asking import post, refusal
from tests.web.running import Web, key, running_web
from tests.web.test_api_market import CHECKS, OPENING, admission, enrol, lot_of, made, session_of, submitted

OBJECTION = {"grounds": "权属有争议", "name": "王小明", "contact": "wang@example.org"}
TERMS = {"asking_fen": OPENING, "competition": {"increment_fen": 1_000_000, "deposit_fen": 3_000_000}}


@pytest.fixture
async def web(sqlite_path: Path) -> AsyncIterator[Web]:
    """A real exchange, not in demo mode."""
    async with running_web(f"sqlite:///{sqlite_path}") as running:
        yield running


async def noticed(web: Web, **other: Any) -> str:
    """A listing under notice; its id."""
    listing = await submitted(web)
    operator = await web.signed_in("operator")
    return made(await post(operator, f"listings/{listing}/admission", admission(7) | other))


async def shown(web: Web, listing: str) -> dict[str, Any]:
    """The listing as everybody sees it."""
    answer: dict[str, Any] = (await web.client().get(f"/api/v1/listings/{listing}")).json()
    return answer


async def test_an_objection_needs_no_account_and_shows_no_name(web: Web) -> None:
    """Filed and repeated with one key it is one; grounds are public, name and contact nowhere."""
    listing = await noticed(web)
    client, again = web.client(), {"idempotency-key": key()}
    for _ in range(2):
        answer = await client.post(f"/api/v1/listings/{listing}/objections", json=OBJECTION, headers=again)
        assert answer.status_code == 201, answer.text
    one = await shown(web, listing)
    assert [item["grounds"] for item in one["objections"]] == [OBJECTION["grounds"]]
    assert one["state"] == "objected"
    text = (await client.get(f"/api/v1/listings/{listing}")).text
    assert OBJECTION["name"] not in text
    assert OBJECTION["contact"] not in text


async def test_a_decision_lets_the_notice_run_on(web: Web) -> None:
    """Only the operator decides; dismissed with reasons, what was left is left."""
    listing = await noticed(web)
    await web.pass_time(3 * DAY)
    await post(web.client(), f"listings/{listing}/objections", OBJECTION)
    (objection,) = web.exchange.house.view.market.objections
    ruling = {"decision": "dismissed", "reasons": "证据不足"}
    path = f"objections/{objection}/decision"
    assert refusal(await post(await web.signed_in("university"), path, ruling)) == (403, "FORBIDDEN")
    await web.pass_time(DAY)
    operator = await web.signed_in("operator")
    assert (await post(operator, path, ruling)).status_code == 201
    assert web.exchange.house.view.market.notices_due[listing] == web.clock.now() + 4 * DAY
    assert (await shown(web, listing))["objections"][0]["reasons"] == "证据不足"
    assert refusal(await post(operator, path, ruling)) == (409, "OBJECTION_DECIDED")
    assert refusal(await post(operator, "objections/OB-9/decision", ruling)) == (404, "OBJECTION_UNKNOWN")


async def test_returned_and_offered_again(web: Web) -> None:
    """The seller's own, with papers; nobody else's."""
    listing = await submitted(web)
    operator, seller = await web.signed_in("operator"), await web.signed_in("university")
    reasons = {"reasons": "缺少共有人同意"}
    assert refusal(await post(seller, f"listings/{listing}/return", reasons)) == (403, "FORBIDDEN")
    assert (await post(operator, f"listings/{listing}/return", reasons)).status_code == 201
    body = {"price_idea_fen": 5, "papers": {"co_owners": ["某研究院"], "consents": ["同意书"]}}
    other = await web.signed_in("jia")
    assert refusal(await post(other, f"listings/{listing}/versions", body)) == (403, "FORBIDDEN")
    assert (await post(seller, f"listings/{listing}/versions", body)).status_code == 201
    one = web.exchange.house.view.market.listings[listing]
    assert (one.price_idea_fen, one.papers.co_owners, len(one.versions)) == (5, ("某研究院",), 2)
    unchecked = await post(operator, f"listings/{listing}/admission", admission(7))
    assert refusal(unchecked) == (422, "CHECK_MISSING")
    assert "co_owners" in unchecked.json()["detail"]


async def test_interest_over_rest(web: Web) -> None:
    """Registered by a bidder for itself, counted without a name, refused by the operator with reasons."""
    listing = await noticed(web, offering=TERMS)
    await enrol(web, "jia")
    jia, operator = await web.signed_in("jia"), await web.signed_in("operator")
    path = f"listings/{listing}/interest"
    assert refusal(await post(jia, path, {"offer_fen": OPENING - 1})) == (409, "OFFER_BELOW_ASKING")
    assert (await post(jia, path, {"offer_fen": OPENING, "completer": True})).status_code == 201
    offering = (await shown(web, listing))["offering"]
    assert (offering["parties"], offering["related_takers"]) == (1, ["completer"])
    assert refusal(await post(operator, path, {"offer_fen": OPENING})) == (403, "FORBIDDEN")
    assert (await post(operator, f"{path}/jia/refusal", {"reasons": "无资质"})).status_code == 201
    assert (await shown(web, listing))["offering"]["parties"] == 0


async def test_taken_back_by_its_seller(web: Web) -> None:
    """Off for everybody, with the reasons."""
    listing = await noticed(web)
    seller = await web.signed_in("university")
    answer = await post(seller, f"listings/{listing}/withdrawal", {"reasons": "改为自行转化"})
    assert answer.status_code == 201
    one = await shown(web, listing)
    assert (one["state"], one["withdrawn"]) == (ListingState.WITHDRAWN, "改为自行转化")


async def test_a_real_exchange_knows_no_rehearsals(web: Web) -> None:
    """Neither a notice nor a session may be one; the field is named."""
    listing = await submitted(web)
    operator = await web.signed_in("operator")
    body = {"notice_days": 0, "checks": CHECKS, "rehearsal": True}
    for path, sent in (
        (f"listings/{listing}/admission", body),
        ("sessions", session_of(lot_of(web, listing), rehearsal=True)),
    ):
        answer = await post(operator, path, sent)
        assert refusal(answer) == (422, "REHEARSAL_ONLY")
        assert answer.json()["field"] == "rehearsal"


async def test_the_house_holds_to_the_rule_set_of_a_session(web: Web) -> None:
    """The auction law's seven days and the cut-off of deposits, with figure and rule in the detail."""
    listing = await noticed(web)
    await web.pass_time(7 * DAY)
    operator = await web.signed_in("operator")
    soon = session_of(lot_of(web, listing), rule_set="AUCTION_LAW")
    answer = await post(operator, "sessions", soon)
    assert refusal(answer) == (422, "NOTICE_TOO_SHORT")
    assert "7 days" in answer.json()["detail"]
    body = session_of(lot_of(web, listing))
    del body["deposit_cutoff_working_days"]
    assert refusal(await post(operator, "sessions", body)) == (422, "CUTOFF_PAST")


async def test_a_session_shows_when_deposits_are_due(web: Web) -> None:
    """The evening of the day, as it was asked for."""
    listing = await noticed(web)
    await web.pass_time(7 * DAY)
    operator = await web.signed_in("operator")
    session = made(await post(operator, "sessions", session_of(lot_of(web, listing))))
    one = (await web.client().get(f"/api/v1/sessions/{session}")).json()
    assert one["rehearsal"] is False
    assert one["lots"][0]["deposit_until"] == "2026-03-09T17:00:00+08:00"
    assert one["lots"][0]["state"] == "announced"
