"""The table of operations as a whole: methods, content types, bodies, command ids."""

import json

import pytest

from exchange.demo import people
from tests.web.asking import (
    OPENING,
    STEP,
    bid,
    refusal,
)
from tests.web.running import Web, key


async def test_methods_and_paths_that_are_none(web: Web) -> None:
    """405 with Allow for another method, 404 for another path, both as problems."""
    client = web.client()
    wrong = await client.put("/api/v1/lots", json={})
    assert refusal(wrong) == (405, "METHOD_NOT_ALLOWED")
    assert set(wrong.headers["allow"].split(", ")) == {"GET", "HEAD"}
    assert refusal(await client.get("/api/v1/nothing")) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ('{"amount_fen": NaN}', 400, "MALFORMED_JSON"),
        ('{"amount_fen": 1e400}', 400, "MALFORMED_JSON"),
        ('{"amount_fen": 1, "amount_fen": 200000000}', 400, "DUPLICATE_KEY"),
        ('{"amount_fen": true}', 422, "BAD_TYPE"),
        ('{"amount_fen": 160000000.0}', 422, "BAD_TYPE"),
        ('{"amount_fen": "１６０００００００"}', 422, "BAD_AMOUNT"),
        ('{"amount_fen": 0}', 422, "BAD_AMOUNT"),
        ('{"amount_fen": 1000000000000001}', 422, "AMOUNT_TOO_LARGE"),
        ('{"amount_fen": 9223372036854775808}', 422, "AMOUNT_TOO_LARGE"),
        ('{"amount_fen": 160000000, "at": 1}', 422, "UNKNOWN_FIELD"),
        ('{"amount_fen": 160000000, "currency": "USD"}', 422, "UNKNOWN_FIELD"),
        ("", 400, "MALFORMED_JSON"),
    ],
)
async def test_a_bad_body_never_reaches_the_house(web: Web, body: str, status: int, code: str) -> None:
    """The answer names the fault, and neither a bid nor a refusal is journaled."""
    await web.open_lot()
    jia, seq = await web.signed_in("jia"), web.exchange.house.view.seq
    headers = {"idempotency-key": key(), "content-type": "application/json"}
    assert refusal(await jia.post("/api/v1/lots/L1/bids", content=body.encode(), headers=headers)) == (
        status,
        code,
    )
    assert web.exchange.house.view.seq == seq


async def test_a_maximum_below_its_bid_is_bad_input(web: Web) -> None:
    """422 from the house itself, which journals nothing."""
    await web.open_lot()
    answer = await bid(await web.signed_in("jia"), OPENING + STEP, max_fen=OPENING)
    assert refusal(answer)[0] == 422


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "", "application/jsonx"])
async def test_another_content_type_is_415(web: Web, kind: str) -> None:
    """JSON says that it is JSON."""
    headers = {"content-type": kind} if kind else {}
    answer = await web.client().post("/api/v1/session", content=b"{}", headers=headers)
    assert refusal(answer) == (415, "UNSUPPORTED_MEDIA_TYPE")


async def test_content_type_may_name_its_charset(web: Web) -> None:
    """`application/json; charset=utf-8` is JSON."""
    headers = {"content-type": "Application/JSON; charset=utf-8"}
    body = json.dumps({"account": "jia", "password": people.PASSWORD})
    assert (await web.client().post("/api/v1/session", content=body, headers=headers)).status_code == 200


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (None, 400, "IDEMPOTENCY_KEY_REQUIRED"),
        ("short", 422, "BAD_COMMAND_ID"),
        ("r:17:0000", 422, "BAD_COMMAND_ID"),
    ],
)
async def test_what_binds_needs_a_command_id(web: Web, sent: str | None, status: int, code: str) -> None:
    """Without one there is no safe repeat; the house's own ids cannot be taken."""
    await web.open_lot()
    jia = await web.signed_in("jia")
    headers = {} if sent is None else {"idempotency-key": sent}
    answer = await jia.post("/api/v1/lots/L1/bids", json={"amount_fen": OPENING}, headers=headers)
    assert refusal(answer) == (status, code)
