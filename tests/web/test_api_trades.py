"""Trades over a real house: the whole way of a sale, who sees it, who may take which step, and what the bank tells."""

import asyncio
import hashlib
import json

import pytest

from exchange.demo.once import NUMBER
from matching_engine.terms import DAY
from tests.web.asking import (
    DEPOSIT,
    TRADE,
    callback,
    claimed,
    credit,
    post,
    refusal,
    sign_both,
    signature,
    signed,
    sold,
)
from tests.web.running import Web


async def test_a_sale_goes_its_whole_way_over_rest(anywhere: Web) -> None:
    """Signatures, registration, money, election, two approvals: the trade's links lead through every stage."""
    web = anywhere
    price = await sold(web)
    jia = await web.signed_in("jia")
    trade = (await jia.get(f"/api/v1/trades/{TRADE}")).json()
    assert (trade["price_fen"], trade["buyer"]["id"], trade["seller"]["id"]) == (price, "jia", "university")
    assert trade["obligation"]["amount_fen"] == price
    links = trade["links"]
    for name in ("self", "lot", "contract", "credits", "claims"):
        assert (await jia.get(links[name])).status_code == 200
    contract = (await jia.get(links["contract"])).json()
    assert hashlib.sha256(contract["text"].encode()).hexdigest() == contract["digest"]
    for login in ("university", "jia"):
        body = {"digest": contract["digest"]}
        made = await post(await web.signed_in(login), f"contracts/{contract['id']}/signatures", body)
        assert made.status_code == 201, made.text
    await web.pass_time(DAY)
    jia = await web.signed_in("jia")
    registration = (await jia.get(f"/api/v1/trades/{TRADE}")).json()["links"]["registration"]
    assert (await jia.get(registration)).json()["state"] == "submitted"
    registrar = await web.signed_in("registrar")
    made = await post(
        registrar, registration.removeprefix("/api/v1/"), {"decision": "register", "number": NUMBER}
    )
    assert made.status_code == 201, made.text
    bank = await web.signed_in("bank")
    owed = trade["obligation"]
    rest = owed["amount_fen"] - owed["deposit_fen"]
    told = await bank.post("/api/v1/credits", json=credit(owed["reference"], "jia", rest))
    assert told.status_code == 200, told.text
    await web.exchange.own_house.settled()
    money = (await jia.get(links["credits"])).json()
    assert [one["amount_fen"] for one in money["credits"]] == [rest]
    assert (money["deposit_fen"], money["paid_to_seller_on"] is not None) == (DEPOSIT, True)
    for login in ("university", "jia"):
        made = await post(await web.signed_in(login), f"trades/{TRADE}/election", {"side": "buyer"})
        assert made.status_code == 201, made.text
    await web.exchange.own_house.settled()
    (claim,) = (await jia.get(links["claims"])).json()["claims"]
    assert claim["quote"]
    for login in ("funder1", "funder2"):
        made = await post(await web.signed_in(login), f"claims/{claim['id']}/approvals")
        assert made.status_code == 201, made.text
    await web.exchange.own_house.settled()
    paid = (await jia.get(f"/api/v1/claims/{claim['id']}")).json()
    assert (paid["state"], paid["approvers"]) == ("paid", ["funder1", "funder2"])
    last = (await jia.get(f"/api/v1/trades/{TRADE}")).json()
    assert (last["registration_number"], last["election"], last["claims"]) == (NUMBER, "buyer", 1)


@pytest.mark.parametrize(
    "path",
    [
        "trades/T-L1-1",
        "trades/T-L1-1/credits",
        "trades/T-L1-1/claims",
        "contracts/C-T-L1-1",
        "registrations/TC-T-L1-1",
    ],
)
async def test_others_affairs_do_not_exist(web: Web, path: str) -> None:
    """Its parties and those who oversee see a trade; to another bidder and the bank it is 404, like one that never was."""
    await signed(web)
    for login in ("jia", "university", "registrar", "operator", "funder1"):
        assert (await (await web.signed_in(login)).get(f"/api/v1/{path}")).status_code == 200, login
    for login in ("yi", "bank"):
        client = await web.signed_in(login)
        hidden = await client.get(f"/api/v1/{path}")
        absent = await client.get(f"/api/v1/{path.replace('L1', 'L9')}")
        assert refusal(hidden) == (404, "NOT_FOUND")
        assert {**hidden.json(), "request_id": ""} == {**absent.json(), "request_id": ""}
    assert refusal(await web.client().get(f"/api/v1/{path}")) == (401, "NOT_SIGNED_IN")


async def test_an_auditor_sees_every_trade(web: Web) -> None:
    """The role alone is enough to look."""
    await sold(web)
    accounts = web.exchange.registers.accounts
    await accounts.set_roles("operator", ["auditor"])
    assert (await (await web.signed_in("operator")).get(f"/api/v1/trades/{TRADE}")).status_code == 200


async def test_a_contract_is_signed_by_its_parties_only_and_under_what_they_saw(web: Web) -> None:
    """Others get 404, another digest is refused, a second signature of one side too."""
    await sold(web)
    jia, yi = await web.signed_in("jia"), await web.signed_in("yi")
    path = f"contracts/C-{TRADE}/signatures"
    digest = (await jia.get(f"/api/v1/contracts/C-{TRADE}")).json()["digest"]
    assert refusal(await post(yi, path, {"digest": digest})) == (404, "NOT_FOUND")
    assert refusal(await post(jia, path, {"digest": "0" * 64})) == (409, "DIGEST_MISMATCH")
    assert refusal(await post(jia, path, {"digest": "x"})) == (422, "BAD_TEXT")
    assert (await post(jia, path, {"digest": digest})).status_code == 201
    assert refusal(await post(jia, path, {"digest": digest})) == (409, "CONTRACT_SIGNED_ALREADY")
    operator = await web.signed_in("operator")
    assert (await post(operator, path, {"digest": digest})).status_code in (403, 404)


async def test_only_signed_contracts_are_registered_and_only_by_the_registrar(web: Web) -> None:
    """Before the signatures there is nothing to register; a party cannot; a refusal needs its reason."""
    await sold(web)
    registrar, jia = await web.signed_in("registrar"), await web.signed_in("jia")
    path, body = f"registrations/TC-{TRADE}", {"decision": "register", "number": NUMBER}
    assert (await post(registrar, path, body)).status_code == 404
    await sign_both(web)
    assert refusal(await post(jia, path, body)) == (403, "FORBIDDEN")
    assert refusal(await post(registrar, path, {"decision": "refuse"})) == (422, "MISSING_FIELD")
    assert refusal(await post(registrar, path, {"decision": "maybe"})) == (422, "BAD_VALUE")
    assert refusal(await post(registrar, path, {**body, "number": "１２３４５６７８９０１２３４５６"})) == (
        422,
        "BAD_TEXT",
    )
    assert (await post(registrar, path, {"decision": "refuse", "reason": "材料不全"})).status_code == 201
    shown = (await registrar.get(f"/api/v1/{path}")).json()
    assert (shown["state"], shown["reason"], shown["registrar"]) == ("refused", "材料不全", "registrar")


async def test_a_claim_takes_two_people(web: Web) -> None:
    """The second approval of one person is 403 FOUR_EYES; a party approves nothing; after two there is no third."""
    claim = await claimed(web)
    path = f"claims/{claim}/approvals"
    first, second = await web.signed_in("funder1"), await web.signed_in("funder2")
    assert refusal(await post(await web.signed_in("jia"), path)) == (403, "FORBIDDEN")
    assert (await post(first, path)).status_code == 201
    assert refusal(await post(first, path)) == (403, "FOUR_EYES")
    assert (await post(second, path)).status_code == 201
    await web.exchange.own_house.settled()
    assert refusal(await post(second, path))[0] in (403, 409)
    assert refusal(await post(await web.signed_in("yi"), path)) == (404, "NOT_FOUND")


async def test_the_election_belongs_to_the_parties(web: Web) -> None:
    """Another bidder's is 404, an unknown side 422."""
    await sold(web)
    path = f"trades/{TRADE}/election"
    assert refusal(await post(await web.signed_in("yi"), path, {"side": "buyer"})) == (404, "NOT_FOUND")
    assert refusal(await post(await web.signed_in("jia"), path, {"side": "both"})) == (422, "BAD_VALUE")


async def test_a_callback_told_again_has_no_effect(anywhere: Web) -> None:
    """200 with the same answer every time, also at once; the money counts once; another amount is refused."""
    web = anywhere
    await sold(web)
    owed = web.exchange.house.view.settlement.obligation_of(TRADE)
    money = credit(owed.reference, "jia", owed.missing_fen, "BK-1")
    answers = [await callback(web, money) for _ in range(3)]
    answers += await asyncio.gather(*(callback(web, money) for _ in range(5)))
    assert {(answer.status_code, answer.text) for answer in answers} == {(200, answers[0].text)}
    await web.exchange.own_house.settled()
    shown = (await (await web.signed_in("jia")).get(f"/api/v1/trades/{TRADE}/credits")).json()
    assert len(shown["credits"]) == 1
    assert refusal(await callback(web, {**money, "amount_fen": 1})) == (409, "IDEMPOTENCY_MISMATCH")


@pytest.mark.parametrize(
    "wrong", ["", "0" * 64, "é", signature(b"another body"), signature(b"{}", "another secret")]
)
async def test_a_bad_signature_is_401(anywhere: Web, wrong: str) -> None:
    """Nothing is journaled for who cannot sign."""
    web = anywhere
    seq = web.exchange.house.view.seq
    raw = json.dumps(credit("O-T-L1-1", "jia", 5)).encode()
    headers = {"content-type": "application/json", "luochui-signature": wrong.encode()}
    answer = await web.client().post("/api/v1/credits", content=raw, headers=headers)  # type: ignore[arg-type]
    assert refusal(answer) == (401, "BAD_SIGNATURE")
    assert web.exchange.house.view.seq == seq


async def test_without_a_shared_secret_no_signature_counts(web: Web) -> None:
    """An exchange that was given no secret believes no callback, not even one signed with an empty text."""
    body = credit("O-T-L1-1", "jia", 5)
    assert refusal(await callback(web, body, signature(json.dumps(body).encode(), ""))) == (
        401,
        "BAD_SIGNATURE",
    )
    assert refusal(await web.client().post("/api/v1/credits", json=body)) == (401, "NOT_SIGNED_IN")


async def test_money_that_fits_nothing_goes_to_suspense(web: Web) -> None:
    """An unknown reference, or another amount than is owed, is taken in and waits for a person."""
    await sold(web)
    bank = await web.signed_in("bank")
    owed = web.exchange.house.view.settlement.obligation_of(TRADE)
    for money in (credit("nothing", "jia", 5), credit(owed.reference, "jia", owed.missing_fen + 1)):
        assert (await bank.post("/api/v1/credits", json=money)).status_code == 200
    await web.exchange.own_house.settled()
    waiting = web.exchange.house.view.settlement.suspense
    assert [(one.reference, one.amount_fen) for one in waiting] == [("nothing", 5), (owed.reference, 1)]


async def test_only_the_bank_tells_of_money(web: Web) -> None:
    """A bidder who reports its own payment is refused."""
    answer = await (await web.signed_in("jia")).post("/api/v1/credits", json=credit("x", "jia", 5))
    assert refusal(answer) == (403, "FORBIDDEN")
