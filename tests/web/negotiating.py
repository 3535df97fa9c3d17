"""A tradable listing and its two parties: short ways to sit down at a table and to make moves over REST or socket."""

from typing import Any

from exchange.demo.data import load
from exchange.demo.steps import NOTICE, Steps
from tests.web.asking import post
from tests.web.running import Web
from tests.web.served import Talk

LISTING, TABLE = "A1", "N-A1-1"
PRICE = 165_000_000
TERMS: dict[str, Any] = {
    "price_fen": PRICE,
    "kind": "licence",
    "form": "know_how",
    "licence": "sole",
    "term_months": 36,
    "territory": "黑龙江省",
    "further": "乙方每年报告一次实施情况。",
}


async def offered(web: Web, notice: int = NOTICE) -> None:
    """A listing of the university whose notice is over; a shorter one makes it a rehearsal."""
    steps = Steps(web.exchange.own_house, "negotiate")
    await steps.enrol()
    await steps.offer(LISTING, load()[0], notice)
    await web.pass_time(notice)


async def seated(web: Web, taker: str = "jia") -> None:
    """A table at which the university and a taker sit."""
    await offered(web)
    await invited(web, taker)


async def invited(web: Web, taker: str, table: str = TABLE) -> None:
    """The university invites a taker, who sits down."""
    holder = await web.signed_in("university")
    answer = await post(holder, "negotiations", {"listing": LISTING, "taker": taker})
    assert answer.status_code == 201, answer.text
    assert (await moved(web, taker, {"move": "join", "accept": True}, table)).status_code == 201


async def moved(
    web: Web, login: str, body: dict[str, Any], table: str = TABLE, id_: str | None = None
) -> Any:
    """A move over REST; its answer."""
    return await post(await web.signed_in(login), f"negotiations/{table}/moves", body, id_)


def offer(price_fen: int = PRICE, minutes: int = 60, **more: Any) -> dict[str, Any]:
    """An offer as REST takes it."""
    return {"move": "offer", "terms": {**TERMS, "price_fen": price_fen}, "minutes": minutes, **more}


async def say(talk: Talk, t: str, id_: str, **more: Any) -> dict[str, Any]:
    """A move over the socket; its ack or rej."""
    await talk.send(t, table=TABLE, id=id_, **more)
    return await talk.until("ack", "rej", id=id_)
