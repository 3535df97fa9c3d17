"""Evaluations: drafted, signed by a registered key, entered once, shown, withdrawn; by nobody of the holder."""

from typing import Any

import httpx2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from exchange.registers import Organisation
from exchange.registers.signing_keys import SigningKey, key_id
from tests.exchange.house.running import BEGIN
from tests.web.asking import post, refusal
from tests.web.running import HASH, Web
from tests.web.test_api_catalogue import ROWS, table, taken

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
BODY: dict[str, Any] = {
    "category": "技术开发和产业化",
    "method": "概念验证",
    "values": {"technical": 90, "economic": 81},
    "evaluated_on": "2026-03-01",
    "valid_until": "2028-03-01",
    "report_digest": "ab" * 32,
    "summary": "样机通过台架试验。",
    "commercial": {"new_sales_fen": 100_000_000, "risk": "原料价格波动"},
}


async def evaluator(web: Web, party: str = "") -> httpx2.AsyncClient:
    """Somebody who evaluates, with a key in the register; of an organisation of his own unless one is named."""
    registers = web.exchange.registers
    if not party:
        party = "pj"
        await registers.organisations.add(
            Organisation("pj", "演示评价中心", "research_institute", "henan", "PJ"), "op", BEGIN
        )
    await registers.accounts.add("expert", HASH, "演示评价师", ["evaluator"], BEGIN, party, id="expert")
    await registers.signing_keys.add(
        SigningKey(key_id(PUBLIC), "expert", PUBLIC, "k", BEGIN), "expert", BEGIN
    )
    return await web.signed_in("expert")


async def signed(client: httpx2.AsyncClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """The body with the signature over the statement that the exchange answers with."""
    answer = await client.post(f"/api/v1/{path}/statement", json=body)
    assert answer.status_code == 200, answer.text
    statement = bytes.fromhex(answer.json()["statement_hex"])
    return {**body, "signing_key": key_id(PUBLIC), "signature": KEY.sign(statement).hex()}


async def test_signed_entered_shown(anywhere: Web) -> None:
    """The evaluation stands on the achievement and as a badge in the search; sent again it is the same one."""
    await taken(await anywhere.signed_in("operator"), table(*ROWS))
    client = await evaluator(anywhere)
    body = await signed(client, "achievements/C1/evaluations", BODY)
    answer = await client.post("/api/v1/achievements/C1/evaluations", json=body)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (made["grade"], made["score"], made["genuine"], made["stands"]) == ("优秀", 86, True, True)
    assert (made["evaluator"], made["organisation_name"]) == ("演示评价师", "演示评价中心")
    again = await client.post("/api/v1/achievements/C1/evaluations", json=body)
    assert again.json()["evaluation"] == made["evaluation"]
    listed = (await anywhere.client().get("/api/v1/achievements/C1/evaluations")).json()
    assert [one["evaluation"] for one in listed] == [made["evaluation"]]
    KEY.public_key().verify(bytes.fromhex(listed[0]["signature"]), listed[0]["statement"].encode())
    cards = (await anywhere.client().get("/api/v1/achievements?q=轴承")).json()["achievements"]
    badges = {one["achievement"]: one["evaluation"] for one in cards}
    assert badges["C1"]["grade"] == "优秀"
    assert badges["C2"] is None


async def test_a_signature_over_something_else(web: Web) -> None:
    """Another score under the same signature is refused; so is a key that is not one's own."""
    await taken(await web.signed_in("operator"), table(*ROWS))
    client = await evaluator(web)
    body = await signed(client, "achievements/C1/evaluations", BODY)
    path = "/api/v1/achievements/C1/evaluations"
    for change, answer in (
        ({"values": {"technical": 100}}, (422, "SIGNATURE_INVALID")),
        ({"summary": "更好"}, (422, "SIGNATURE_INVALID")),
        ({"signing_key": "k-0"}, (404, "KEY_UNKNOWN")),
        ({"values": {}}, (422, "BAD_VALUE")),
        ({"values": {"technical": 101}}, (422, "BAD_VALUE")),
        ({"values": {"beauty": 10}}, (422, "BAD_VALUE")),
        ({"valid_until": "2026-02-01"}, (422, "BAD_VALUE")),
        ({"evaluated_on": "2026-02-30"}, (422, "BAD_VALUE")),
    ):
        found = refusal(await client.post(path, json={**body, **change}))
        assert found[0] == answer[0], change
        assert found[1] == answer[1] or answer[1] == "BAD_VALUE"
    assert (await client.get(path)).json() == []


async def test_nobody_evaluates_the_own_house(web: Web) -> None:
    """An evaluator of the holder is refused, and so is anybody without the role."""
    await taken(await web.signed_in("university"), table(ROWS[0]))
    client = await evaluator(web, "university")
    path = "/api/v1/achievements/C1/evaluations"
    assert refusal(await client.post(path, json=BODY)) == (403, "FORBIDDEN")
    seller = await web.signed_in("university")
    assert refusal(await seller.post(path, json=BODY)) == (403, "FORBIDDEN")


async def test_withdrawn_it_counts_no_more(web: Web) -> None:
    """It stays on record without standing; another than its evaluator may not withdraw it."""
    await taken(await web.signed_in("operator"), table(*ROWS))
    client = await evaluator(web)
    path = "/api/v1/achievements/C1/evaluations"
    made = (await client.post(path, json=await signed(client, path[8:], BODY))).json()
    gone = f"{path}/{made['evaluation']}/withdrawal"
    assert refusal(await (await web.signed_in("jia")).post(gone)) == (403, "FORBIDDEN")
    assert (await client.post(gone)).json()["stands"] is False
    (one,) = (await client.get(path)).json()
    assert (one["withdrawn_on"], one["genuine"]) == ("2026-03-02", True)
    card = (await web.client().get("/api/v1/achievements?q=高速")).json()["achievements"][0]
    assert card["evaluation"] is None


async def test_an_evaluation_admits_of_ones_own_accord(web: Web) -> None:
    """A result of own money is refused the voluntary route until it is evaluated."""
    row = {"id": "V1", "title": "自有成果", "funding": "own", "secrecy": "公开"}
    row |= {"secrecy_reviewer": "李审", "secrecy_reviewed_on": "2026-02-01"}
    operator = await web.signed_in("operator")
    await taken(operator, table(row))
    admitted = table({**row, "admitted_on": "2026-03-01", "route": "自愿入库"})
    assert (await taken(operator, admitted))["refused"] == 1
    client = await evaluator(web)
    path = "achievements/V1/evaluations"
    await client.post(f"/api/v1/{path}", json=await signed(client, path, BODY))
    assert (await taken(await web.signed_in("operator"), admitted))["changed"] == 1


async def test_prices_on_record(web: Web) -> None:
    """The holder puts an appraisal on record, once; a bidder may not; everybody reads it."""
    await taken(await web.signed_in("university"), table(ROWS[0]))
    seller = await web.signed_in("university")
    price = {"kind": "资产评估", "amount_fen": 120_000_000, "made_by": "演示评估所", "on": "2026-02-20"}
    assert (await post(seller, "achievements/C1/prices", price, "price-0001")).status_code == 201
    assert (await post(seller, "achievements/C1/prices", price, "price-0001")).status_code == 201
    other = {**price, "amount_fen": 1}
    assert refusal(await post(seller, "achievements/C1/prices", other, "price-0001")) == (
        409,
        "IDEMPOTENCY_MISMATCH",
    )
    jia = await web.signed_in("jia")
    assert refusal(await post(jia, "achievements/C1/prices", price)) == (403, "FORBIDDEN")
    (one,) = (await web.client().get("/api/v1/achievements/C1/prices")).json()
    assert (one["kind"], one["amount_fen"]) == ("资产评估", 120_000_000)
