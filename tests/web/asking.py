"""Asking REST as people and programs do: short ways to bid, to sell, to settle, and to read a refusal."""

import hashlib
import hmac
import json
from typing import Any

import httpx2

from exchange.demo.once import NUMBER
from matching_engine.terms import DAY, HOUR
from tests.web.running import Web, key

OPENING, STEP, DEPOSIT = 160_000_000, 8_000_000, 16_000_000
"""The one lot's opening price, increment and deposit."""
TRADE = "T-L1-1"
BANK_SECRET = "a secret of the bank"


async def post(
    client: httpx2.AsyncClient, path: str, body: Any = None, id_: str | None = None
) -> httpx2.Response:
    """POST under a new command id, unless one is given."""
    return await client.post(f"/api/v1/{path}", json=body, headers={"idempotency-key": id_ or key()})


async def bid(
    client: httpx2.AsyncClient, amount_fen: int, id_: str | None = None, **more: Any
) -> httpx2.Response:
    """Bid on the one lot."""
    return await post(client, "lots/L1/bids", {"amount_fen": amount_fen, **more}, id_)


def refusal(answer: httpx2.Response) -> tuple[int, str]:
    """Status and code of a problem."""
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


def credit(reference: str, payer: str, amount_fen: int, credit_id: str | None = None) -> dict[str, Any]:
    """What the bank tells."""
    return {
        "credit": credit_id or f"BANK-{key()}",
        "reference": reference,
        "payer": payer,
        "amount_fen": amount_fen,
        "credited_on": "2026-03-10",
    }


async def sold(web: Web) -> int:
    """The lot sold to jia; the price."""
    await web.open_lot()
    await bid(await web.signed_in("jia"), OPENING)
    await web.pass_time(HOUR)
    return OPENING


async def signed(web: Web) -> None:
    """The lot sold, and the contract signed by both."""
    await sold(web)
    for login in ("university", "jia"):
        client = await web.signed_in(login)
        digest = (await client.get(f"/api/v1/contracts/C-{TRADE}")).json()["digest"]
        assert (await post(client, f"contracts/C-{TRADE}/signatures", {"digest": digest})).status_code == 201
    await web.exchange.own_house.settled()


async def sign_both(web: Web) -> None:
    """Both parties sign."""
    for login in ("university", "jia"):
        client = await web.signed_in(login)
        digest = (await client.get(f"/api/v1/contracts/C-{TRADE}")).json()["digest"]
        await post(client, f"contracts/C-{TRADE}/signatures", {"digest": digest})
    await web.exchange.own_house.settled()


async def claimed(web: Web) -> str:
    """A claim drawn up for the buyer of a settled sale; its id."""
    await signed(web)
    return await claimed_then(web)


async def claimed_then(web: Web) -> str:
    """The same, where the contract is signed already."""
    await web.pass_time(DAY)
    await post(
        await web.signed_in("registrar"),
        f"registrations/TC-{TRADE}",
        {"decision": "register", "number": NUMBER},
    )
    owed = web.exchange.house.view.settlement.obligation_of(TRADE)
    money = credit(owed.reference, "jia", owed.missing_fen)
    await (await web.signed_in("bank")).post("/api/v1/credits", json=money)
    await web.exchange.own_house.settled()
    for login in ("university", "jia"):
        await post(await web.signed_in(login), f"trades/{TRADE}/election", {"side": "buyer"})
    await web.exchange.own_house.settled()
    return web.exchange.house.view.settlement.trades[TRADE].claims[0]


def signature(body: bytes, secret: str = BANK_SECRET) -> str:
    """What the bank's system signs with."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


async def callback(web: Web, body: dict[str, Any], signed_as: str | None = None) -> httpx2.Response:
    """The bank's system tells of money."""
    raw = json.dumps(body).encode()
    headers = {"content-type": "application/json", "luochui-signature": signed_as or signature(raw)}
    client = web.client()
    del client.headers["origin"]
    return await client.post("/api/v1/credits", content=raw, headers=headers)
