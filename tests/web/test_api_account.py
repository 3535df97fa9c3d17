"""One's own commands and what every request must bring: ids that are repeated, bodies that are read."""

import asyncio

from tests.web.asking import (
    OPENING,
    STEP,
    bid,
    refusal,
)
from tests.web.running import Web, key


async def test_a_bid_is_durable_with_its_receipt_when_it_is_answered(anywhere: Web) -> None:
    """201 with seq and receipt; the row is in the journal, and the command's own address tells the same."""
    web = anywhere
    await web.open_lot()
    jia = await web.signed_in("jia")
    answer = await bid(jia, OPENING, "7f6b1c1e-1f0a-4c62-9c6e-0f2b3a4c5d6e")
    assert answer.status_code == 201
    made = answer.json()
    rows = await web.exchange.house.history("lot/L1", 2)
    assert [(row.seq, row.receipt, row.command_id) for row in rows] == [
        (made["seq"], made["receipt"], "7f6b1c1e-1f0a-4c62-9c6e-0f2b3a4c5d6e")
    ]
    assert made["accepted"] is True
    assert made["events"][0]["amount_fen"] == OPENING
    assert answer.headers["location"] == "/api/v1/commands/7f6b1c1e-1f0a-4c62-9c6e-0f2b3a4c5d6e"
    assert (await jia.get(answer.headers["location"])).json() == made


async def test_the_same_id_gives_the_same_answer(anywhere: Web) -> None:
    """Twenty times at once and once more later: one bid, one answer; another body under the id is refused."""
    web = anywhere
    await web.open_lot()
    jia, id_ = await web.signed_in("jia"), key()
    answers = [await bid(jia, OPENING, id_) for _ in range(3)]
    web.clock.advance(2_000_000)
    answers += await asyncio.gather(*(bid(jia, OPENING, id_) for _ in range(10)))
    assert {(answer.status_code, answer.text) for answer in answers} == {(201, answers[0].text)}
    assert web.exchange.house.view.lots["L1"].accepted == 1
    assert refusal(await bid(jia, OPENING + STEP, id_)) == (409, "IDEMPOTENCY_MISMATCH")


async def test_a_refusal_is_the_one_true_answer_too(web: Web) -> None:
    """Repeated after the reason is gone, a refused command is refused again, and its address says so."""
    await web.open_lot()
    jia, yi, id_ = await web.signed_in("jia"), await web.signed_in("yi"), key()
    await bid(jia, OPENING)
    refused = await bid(yi, OPENING, id_)
    assert refusal(refused) == (409, "BID_BELOW_INCREMENT")
    assert refused.json()["minimum_fen"] == OPENING + STEP
    assert refused.json()["command"] == id_
    told = (await yi.get(f"/api/v1/commands/{id_}")).json()
    assert (told["accepted"], told["refusal"]["code"]) == (False, "BID_BELOW_INCREMENT")
    assert told["refusal"]["minimum_fen"] == OPENING + STEP


async def test_another_persons_command_does_not_exist(web: Web) -> None:
    """404, as for an id that nobody used, and 401 for nobody; its id cannot be taken over either."""
    await web.open_lot()
    jia, yi, id_ = await web.signed_in("jia"), await web.signed_in("yi"), key()
    await bid(jia, OPENING, id_)
    assert refusal(await yi.get(f"/api/v1/commands/{id_}")) == (404, "NOT_FOUND")
    assert refusal(await yi.get("/api/v1/commands/nobody-used-this")) == (404, "NOT_FOUND")
    assert refusal(await web.client().get(f"/api/v1/commands/{id_}")) == (401, "NOT_SIGNED_IN")
    assert refusal(await bid(yi, OPENING, id_)) == (409, "IDEMPOTENCY_MISMATCH")
