"""Payout accounts over REST: who may state, see, confirm and turn down."""

from tests.web.asking import post, refusal
from tests.web.running import Web

PATH = "parties/jia/payout-account"
ACCOUNT = {
    "holder": "演示企业甲",
    "number": "3500 0401 0900 8800 123",
    "bank_name": "中国工商银行哈尔滨学府支行",
    "bank_code": "102261000418",
}


async def test_an_account_is_stated_confirmed_and_shown(web: Web) -> None:
    """Two operators make it effective; the number is kept without its blanks."""
    await web.open_lot()
    jia, operator, second = [await web.signed_in(login) for login in ("jia", "operator", "operator2")]
    assert (await post(jia, PATH, ACCOUNT)).status_code == 201
    (pending,) = (await operator.get("/api/v1/bank/payout-accounts")).json()["accounts"]
    assert (pending["party"], pending["stated"]["version"]) == ("jia", 1)
    assert (await post(operator, f"{PATH}/1/confirmation")).status_code == 201
    assert refusal(await post(operator, f"{PATH}/1/confirmation")) == (403, "FOUR_EYES")
    assert (await jia.get(f"/api/v1/{PATH}")).json()["effective"] is None
    assert (await post(second, f"{PATH}/1/confirmation")).status_code == 201
    shown = (await jia.get(f"/api/v1/{PATH}")).json()
    assert shown["effective"]["number"] == "3500040109008800123"
    assert shown["stated"][0]["confirmed_by"] == ["operator", "operator2"]


async def test_others_neither_see_nor_state_it(web: Web) -> None:
    """To another party the account does not exist; nobody but its own people states it."""
    await web.open_lot()
    yi, operator = await web.signed_in("yi"), await web.signed_in("operator")
    assert refusal(await yi.get(f"/api/v1/{PATH}")) == (404, "NOT_FOUND")
    assert refusal(await yi.get("/api/v1/bank/payout-accounts")) == (403, "FORBIDDEN")
    for client in (yi, operator):
        assert refusal(await post(client, PATH, ACCOUNT)) == (403, "FORBIDDEN")
    assert refusal(await post(yi, f"{PATH}/1/confirmation")) == (403, "FORBIDDEN")
    assert (await post(operator, "parties/exchange/payout-account", ACCOUNT)).status_code == 201


async def test_a_wrong_account_names_its_field(web: Web) -> None:
    """Refused, and turned down with a reason: nothing is effective."""
    await web.open_lot()
    jia, operator = await web.signed_in("jia"), await web.signed_in("operator")
    wrong = await post(jia, PATH, {**ACCOUNT, "number": "62220000x"})
    assert refusal(wrong) == (409, "ACCOUNT_INVALID")
    assert "account.number" in wrong.json()["detail"]
    await post(jia, PATH, ACCOUNT)
    assert (await post(operator, f"{PATH}/1/rejection", {"reason": "户名不符"})).status_code == 201
    shown = (await jia.get(f"/api/v1/{PATH}")).json()
    assert (shown["effective"], shown["stated"][0]["reason"]) == (None, "户名不符")
    assert refusal(await post(operator, f"{PATH}/x/rejection", {"reason": "x"})) == (404, "NOT_FOUND")
