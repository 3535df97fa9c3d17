"""Mandates: asked for once an organisation has given one, and a broker stands on one side only, over REST and socket."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from exchange.registers import Organisation
from matching_engine.terms import HOUR
from tests.exchange.house.running import BEGIN
from tests.web.asking import credit, post, refusal
from tests.web.running import HASH, Web, key
from tests.web.served import served, talking
from tests.web.test_api_market import (
    ACHIEVEMENT,
    DEPOSIT,
    OPENING,
    STEP,
    enrol,
    lot_of,
    made,
    session_of,
    tradable,
)


async def mandate(web: Web, login: str, party: str, role: str, **more: Any) -> str:
    """A mandate for an account, entered by the operator with its person; its id."""
    operator = await web.signed_in("operator")
    account = await web.exchange.registers.accounts.get(login)
    assert account is not None
    known = [one for one in await web.exchange.registers.people.list() if one.account == account.id]
    person = known[0].id if known else ""
    if not person:
        body = {"name": login, "account": account.id, "organisation": account.organisation}
        person = (await post(operator, "people", body)).json()["person"]
    days = {"valid_from": "2026-01-01"} | more
    sent = {"person": person, "organisation": party, "role": role, **days}
    answer = await post(operator, "mandates", sent)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["mandate"])


async def broker(web: Web) -> None:
    """A broker's firm with one account in the registers."""
    registers = web.exchange.registers
    firm = Organisation(
        "agency", "演示经纪公司", "enterprise", "heilongjiang", "91DEMO000000000099", "地址", "代表"
    )
    await registers.organisations.add(firm, "test", BEGIN)
    await registers.accounts.add("broker", HASH, "演示经纪人", ("broker",), BEGIN, "agency", id="broker")


@pytest.fixture
async def web(sqlite_path: Path) -> AsyncIterator[Web]:
    """The product on a port, with the demo's people and a broker's firm."""
    async with served(f"sqlite:///{sqlite_path}") as running:
        await broker(running)
        yield running


async def lot_open(web: Web, *more: str) -> str:
    """A lot of the university without a deposit's wait: its id, entries still to be made."""
    listing = await tradable(web)
    await enrol(web, "jia", "yi", *more)
    operator = await web.signed_in("operator")
    made(await post(operator, "sessions", session_of(lot_of(web, listing))))
    (lot,) = web.exchange.house.view.lots
    return lot


async def paid(web: Web, lot: str, party: str) -> None:
    """The deposit of an entry arrives."""
    market = web.exchange.house.view.market
    entry = market.entry(lot, market.code_of(lot, party) or "")
    assert entry is not None
    bank = await web.signed_in("bank")
    answer = await bank.post("/api/v1/credits", json=credit(entry.deposit, party, DEPOSIT))
    assert answer.status_code == 200, answer.text
    await web.exchange.own_house.settled()


async def test_without_any_mandate_all_stays_as_it_was(web: Web) -> None:
    """An organisation that has given none is acted for by its own accounts."""
    lot = await lot_open(web)
    jia = await web.signed_in("jia")
    assert (await post(jia, f"lots/{lot}/entries")).status_code == 201


async def test_from_the_first_mandate_on_it_is_asked_for(web: Web) -> None:
    """A mandate for another role, or one that is over, will not do; one in force will, until it is revoked."""
    lot = await lot_open(web)
    await mandate(web, "jia", "jia", "seller")
    jia = await web.signed_in("jia")
    assert refusal(await post(jia, f"lots/{lot}/entries")) == (403, "MANDATE_MISSING")
    await mandate(web, "jia", "jia", "bidder", valid_until="2026-01-31")
    assert refusal(await post(jia, f"lots/{lot}/entries")) == (403, "MANDATE_MISSING")
    held = await mandate(web, "jia", "jia", "bidder")
    assert (await post(jia, f"lots/{lot}/entries")).status_code == 201
    await paid(web, lot, "jia")
    await web.pass_time(HOUR)
    jia = await web.signed_in("jia")
    assert (await post(jia, f"lots/{lot}/bids", {"amount_fen": OPENING})).status_code == 201
    assert (await jia.post(f"/api/v1/mandates/{held}/revocation")).status_code == 200
    again = await post(jia, f"lots/{lot}/bids", {"amount_fen": OPENING + STEP})
    assert refusal(again) == (403, "MANDATE_MISSING")


async def test_a_seller_s_mandate_is_asked_for_at_the_listing(web: Web) -> None:
    """The university has mandated somebody else's role: nobody offers for it until a seller's mandate is there."""
    await enrol(web, "university")
    await mandate(web, "university", "university", "bidder")
    seller = await web.signed_in("university")
    row = made(await post(seller, "achievements", ACHIEVEMENT))
    body = {"achievement": row, "price_idea_fen": OPENING}
    assert refusal(await post(seller, "listings", body)) == (403, "MANDATE_MISSING")
    await mandate(web, "university", "university", "seller")
    assert (await post(seller, "listings", body)).status_code == 201


async def test_a_broker_enters_and_bids_for_its_client(web: Web) -> None:
    """With the client's mandate, over REST and over the socket; without it, neither."""
    lot = await lot_open(web)
    agent = await web.signed_in("broker")
    assert refusal(await post(agent, f"lots/{lot}/entries?client=jia")) == (403, "MANDATE_MISSING")
    await mandate(web, "broker", "jia", "broker")
    assert (await post(agent, f"lots/{lot}/entries?client=jia")).status_code == 201
    await paid(web, lot, "jia")
    await web.pass_time(HOUR)
    async with talking(web, "broker") as talk:
        await talk.send("bid", i=1, id=key(), lot=lot, amount_fen=OPENING)
        answer = await talk.until("ack", "rej")
        assert answer["t"] == "ack", answer
    assert web.exchange.house.view.lots[lot].leader == web.exchange.house.view.market.code_of(lot, "jia")
    again = await post(await web.signed_in("broker"), f"lots/{lot}/bids", {"amount_fen": OPENING + STEP})
    assert refusal(again) == (409, "BID_ALREADY_LEADING")


async def test_a_broker_stands_on_one_side_only(web: Web) -> None:
    """Mandated by seller and bidder, or by two who bid against each other: refused over REST and over the socket."""
    lot = await lot_open(web)
    await mandate(web, "broker", "jia", "broker")
    agent = await web.signed_in("broker")
    assert (await post(agent, f"lots/{lot}/entries?client=jia")).status_code == 201
    await paid(web, lot, "jia")
    await web.pass_time(HOUR)
    both = await mandate(web, "broker", "university", "broker")
    agent = await web.signed_in("broker")
    conflict = (403, "BID_CONFLICT_OF_INTEREST")
    assert refusal(await post(agent, f"lots/{lot}/bids", {"amount_fen": OPENING})) == conflict
    async with talking(web, "broker") as talk:
        await talk.send("bid", i=1, id=key(), lot=lot, amount_fen=OPENING)
        answer = await talk.until("ack", "rej")
        assert (answer["t"], answer["code"]) == ("rej", "BID_CONFLICT_OF_INTEREST")
    operator = await web.signed_in("operator")
    assert (await operator.post(f"/api/v1/mandates/{both}/revocation")).status_code == 200
    assert web.exchange.house.view.lots[lot].accepted == 0
    assert (await post(agent, f"lots/{lot}/bids", {"amount_fen": OPENING})).status_code == 201


async def test_a_broker_with_two_bidders_enters_one(web: Web) -> None:
    """The second client's entry on the same lot is a conflict."""
    lot = await lot_open(web)
    for client in ("jia", "yi"):
        await mandate(web, "broker", client, "broker")
    agent = await web.signed_in("broker")
    assert (await post(agent, f"lots/{lot}/entries?client=jia")).status_code == 201
    second = await post(agent, f"lots/{lot}/entries?client=yi")
    assert refusal(second) == (403, "BID_CONFLICT_OF_INTEREST")


async def test_a_broker_offers_for_its_client(web: Web) -> None:
    """The client's achievement, in the client's name; another's achievement is not its to offer."""
    await enrol(web, "university")
    seller, agent = await web.signed_in("university"), await web.signed_in("broker")
    row = made(await post(seller, "achievements", ACHIEVEMENT))
    body = {"achievement": row, "price_idea_fen": OPENING}
    assert refusal(await post(agent, "listings", body)) == (403, "FORBIDDEN")
    await mandate(web, "broker", "university", "broker")
    listing = made(await post(agent, "listings", body))
    assert web.exchange.house.view.market.listings[listing].seller == "university"
