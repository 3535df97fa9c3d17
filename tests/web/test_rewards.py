"""The inventors' reward over the product: planned by the seller, approved by a colleague, paid as the money came."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.web.asking import OPENING, TRADE, claimed, post, refusal, sold
from tests.web.running import HASH, Web, key
from tests.web.served import whole_web

HTML = {"accept": "text/html", "accept-language": "en"}
BODY: dict[str, Any] = {
    "costs": [{"kind": "direct", "name": "评估费", "amount_fen": 1_000_000}],
    "reward_fen": (OPENING - 1_000_000) // 2,
    "completers": [
        {"name": "周明", "share": "0.6", "position": "legal_representative"},
        {"name": "吴芳", "share": "2/5"},
    ],
}
PATH = f"trades/{TRADE}/reward"


@pytest.fixture
async def product(sqlite_path: Path) -> AsyncIterator[Web]:
    """The product's own application, with a second person at the university."""
    async with whole_web(f"sqlite:///{sqlite_path}") as running:
        await running.exchange.registers.accounts.add(
            "dean", HASH, "院长", ["seller"], running.clock.now(), "university", "dean"
        )
        yield running


async def test_a_reward_goes_its_way_over_rest(product: Web) -> None:
    """Plan, four eyes, instalments due with the money, payment with the bank's reference; strangers see nothing."""
    await claimed(product)
    seller, dean = await product.signed_in("university"), await product.signed_in("dean")
    assert refusal(await post(seller, PATH, {**BODY, "reward_fen": 1})) == (409, "REWARD_BELOW_FLOOR")
    assert (await post(seller, PATH, BODY)).status_code == 201
    assert refusal(await post(seller, f"{PATH}/approvals", {"version": 1})) == (403, "FOUR_EYES")
    assert (await post(dean, f"{PATH}/approvals", {"version": 1})).status_code == 201
    shown = (await seller.get(f"/api/v1/{PATH}")).json()
    assert (shown["approver"] is not None, shown["net_fen"]) == (True, OPENING - 1_000_000)
    assert sum(one["amount_fen"] for one in shown["instalments"]) == BODY["reward_fen"]
    day = shown["instalments"][0]["due_on"]
    await product.pass_time(0)
    paid = {"instalment": 1, "completer": 1, "paid_on": day, "bank_reference": "BK-1"}
    assert (await post(seller, f"{PATH}/payments", paid)).status_code == 201
    assert refusal(await post(seller, f"{PATH}/payments", paid)) == (409, "REWARD_PAID")
    part = (await seller.get(f"/api/v1/{PATH}")).json()["instalments"][0]["parts"][0]
    assert (part["bank_reference"], part["paid_on"]) == ("BK-1", day)
    assert part["relief_fen"] == (part["amount_fen"] + 1) // 2
    for login in ("jia", "yi", "funder1"):
        assert refusal(await (await product.signed_in(login)).get(f"/api/v1/{PATH}")) == (404, "NOT_FOUND")


async def test_the_page_plans_and_says_what_is_wrong(product: Web) -> None:
    """What was typed comes back beside what is wrong with it; the right plan is shown and approved by another."""
    await sold(product)
    seller, dean = await product.signed_in("university"), await product.signed_in("dean")
    form = {"csrf": seller.headers["x-csrf-token"], "reward": "800000", "name0": "周明", "share0": "0.9"}
    page = f"/trades/{TRADE}/rewards"
    answer = await seller.post(page, data={**form, "command": key()}, headers=HTML)
    assert answer.status_code == 409
    assert "the shares sum to exactly 1" in answer.text
    assert 'value="0.9"' in answer.text
    answer = await seller.post(page, data={**form, "reward": "x", "command": key()}, headers=HTML)
    assert answer.status_code == 422
    answer = await seller.post(page, data={**form, "share0": "1", "command": key()}, headers=HTML)
    assert answer.status_code == 303, answer.text
    assert "Approve the plan" not in (await seller.get(page, headers=HTML)).text
    shown = (await dean.get(page, headers=HTML)).text
    assert "Approve the plan" in shown
    assert "¥800,000.00" in shown
    agreed = {"csrf": dean.headers["x-csrf-token"], "version": "1", "command": key()}
    assert (await dean.post(f"{page}/approval", data=agreed, headers=HTML)).status_code == 303
    assert "waits until the money reaches the seller" in (await dean.get(page, headers=HTML)).text
    assert (await (await product.signed_in("jia")).get(page, headers=HTML)).status_code == 404
