"""The bank's desk over REST: who may, what a statement does, how orders end, how money leaves suspense."""

from collections.abc import AsyncIterator
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest

from exchange.bootstrap import open_exchange
from exchange.demo.seed import fill_registers
from exchange.settings import Settings
from exchange.store.clock import ManualClock
from matching_engine.terms import DAY
from tests.exchange.house.running import BEGIN
from tests.settlement.bank_files import MAP, Movement, camt, csv_text
from tests.web.asking import TRADE, post, refusal, sold
from tests.web.running import HASH, Web
from web.app import create_app

MOVES = (Movement("E1", 500, ""), Movement("E2", 700, "thanks"))


async def told(web: Web, content: str, **more: object) -> dict[str, object]:
    """The bank sends a statement."""
    bank = await web.signed_in("bank")
    answer = await bank.post("/api/v1/bank/statements", json={"content": content, **more})
    assert answer.status_code == 200, answer.text
    result: dict[str, object] = answer.json()
    return result


async def test_a_statement_comes_in_once(web: Web) -> None:
    """camt.053 and the same as CSV under a map; sent again, nothing is new."""
    assert (await told(web, camt(MOVES)))["recorded"] == 2
    assert (await told(web, camt(MOVES)))["recorded"] == 0
    assert (await told(web, csv_text(MOVES), map=MAP))["recorded"] == 2
    assert (await told(web, csv_text(MOVES), map=MAP))["known"] == 2


async def test_a_wrong_statement_is_422_and_names_the_field(web: Web) -> None:
    """A sum that is wrong: one problem, and nothing is booked."""
    bank = await web.signed_in("bank")
    wrong = camt(MOVES).replace(">112.00<", ">113.00<")
    assert wrong != camt(MOVES)
    answer = await bank.post("/api/v1/bank/statements", json={"content": wrong})
    assert refusal(answer) == (422, "BAD_VALUE")
    assert answer.json()["field"].endswith("Bal CLBD")
    assert web.exchange.house.view.settlement.credits == {}


async def test_a_large_statement_is_taken(web: Web) -> None:
    """A busy day has more than other bodies may have."""
    moves = [Movement(f"E{n}", 100 + n, "x" * 130) for n in range(140)]
    text = camt(moves)
    assert len(text) > 64 * 1024
    assert (await told(web, text))["recorded"] == len(moves)


@pytest.mark.parametrize("login", ["jia", "operator", "registrar"])
async def test_only_the_bank_sends_statements(web: Web, login: str) -> None:
    """Everybody else is refused, even with an empty one."""
    client = await web.signed_in(login)
    answer = await client.post("/api/v1/bank/statements", json={"content": camt(())})
    assert refusal(answer) == (403, "FORBIDDEN")


async def test_money_leaves_suspense(web: Web) -> None:
    """The operator sends one credit back and gives the other to the price; the buyer's statement shows it."""
    await sold(web)
    await told(web, camt(MOVES))
    operator = await web.signed_in("operator")
    first, second = (await operator.get("/api/v1/bank/suspense")).json()["suspense"]
    assert (first["reason"], second["amount_fen"]) == ("NO_REFERENCE", 700)
    back = await post(operator, f"bank/suspense/{first['credit']}/refund")
    assert back.status_code == 201, back.text
    given = await post(operator, f"bank/suspense/{second['credit']}/assignment", {"target": f"O-{TRADE}"})
    assert given.status_code == 201, given.text
    await web.exchange.own_house.settled()
    assert (await operator.get("/api/v1/bank/suspense")).json() == {"suspense": []}
    credits_ = (await operator.get(f"/api/v1/trades/{TRADE}/credits")).json()["credits"]
    assert [(one["amount_fen"], one["assigned"]) for one in credits_] == [(700, True)]
    seen = (await (await web.signed_in("jia")).get("/api/v1/parties/jia/statement")).json()
    assert [m["amount_fen"] for m in seen["movements"] if m["kind"] == "SuspenseAssigned"] == [700]
    assert seen["closing_fen"] == seen["opening_fen"] + sum(m["amount_fen"] for m in seen["movements"])
    gone = await post(operator, f"bank/suspense/{first['credit']}/refund")
    assert refusal(gone) == (404, "SUSPENSE_UNKNOWN")


async def test_a_statement_of_a_party_is_its_own(web: Web) -> None:
    """To another party it does not exist; a period that ends before it begins is refused."""
    await sold(web)
    yi = await web.signed_in("yi")
    assert refusal(await yi.get("/api/v1/parties/jia/statement")) == (404, "NOT_FOUND")
    own = "/api/v1/parties/yi/statement?first_on=2026-03-11&last_on=2026-03-10"
    assert refusal(await yi.get(own)) == (422, "BAD_VALUE")


ESCROW = {"escrow_name": "托管专户", "escrow_account": "6222", "escrow_bank": "102100099996"}


@pytest.fixture
async def slow_bank(sqlite_path: Path) -> AsyncIterator[Web]:
    """An exchange whose bank executes nothing by itself, with one credit in suspense ordered back."""
    clock = ManualClock(BEGIN)
    settings = Settings(database_url=f"sqlite:///{sqlite_path}", **ESCROW)  # type: ignore[arg-type]
    async with open_exchange(settings, clock) as exchange:
        await fill_registers(exchange, BEGIN, lambda _: HASH)
        web = Web(exchange, create_app(exchange), clock)
        await told(web, camt(MOVES[:1]))
        operator = await web.signed_in("operator")
        (item,) = (await operator.get("/api/v1/bank/suspense")).json()["suspense"]
        await post(operator, f"bank/suspense/{item['credit']}/refund")
        yield web


async def open_order(web: Web) -> str:
    """The one open order's payment id."""
    (order,) = (await (await web.signed_in("operator")).get("/api/v1/bank/orders")).json()["orders"]
    assert (order["amount_fen"], order["kind"]) == (500, "refund")
    return str(order["payment"])


async def name_account(web: Web, payment: str) -> None:
    """Two operators name the account of a refund; until then the order says that it waits."""
    account = {"holder": "x", "number": "6222000011119", "bank_name": "x", "bank_code": "102100099996"}
    for login, waits in (("operator", True), ("operator2", False)):
        client = await web.signed_in(login)
        assert (await post(client, f"bank/orders/{payment}/account", account)).status_code == 201
        (order,) = (await client.get("/api/v1/bank/orders")).json()["orders"]
        assert (order["waits"], order["account"] is None) == (waits, waits)


async def test_orders_go_out_and_end_once(slow_bank: Web) -> None:
    """The bank takes its order as pain.001, sends it back, gets it again under another id, and pays."""
    bank, operator = await slow_bank.signed_in("bank"), await slow_bank.signed_in("operator")
    first = await open_order(slow_bank)
    await name_account(slow_bank, first)
    answer = await bank.get("/api/v1/bank/orders/pain001?version=03")
    assert answer.headers["content-type"] == "application/xml"
    assert first in [
        node.text for node in fromstring(answer.content).iter() if node.tag.endswith("EndToEndId")
    ]
    assert (await post(bank, f"bank/orders/{first}/void", {"reason": "account closed"})).status_code == 201
    assert (await post(operator, f"bank/orders/{first}/repetition")).status_code == 201
    second = await open_order(slow_bank)
    waiting = await bank.get("/api/v1/bank/orders/pain001")
    assert (refusal(waiting), second in waiting.text) == ((422, "BAD_VALUE"), True)
    assert second != first
    paid = {"bank_reference": "B1", "paid_on": "2026-03-11"}
    assert refusal(await post(bank, f"bank/orders/{first}/confirmation", paid)) == (409, "PAYMENT_STATE")
    assert (await post(bank, f"bank/orders/{second}/confirmation", paid)).status_code == 201
    assert refusal(await post(bank, f"bank/orders/{second}/confirmation", paid)) == (409, "PAYMENT_DONE")
    assert refusal(await bank.get("/api/v1/bank/orders/pain001")) == (422, "BAD_VALUE")


async def test_an_order_expires_in_its_time(slow_bank: Web) -> None:
    """The operator waits for the bank's last day; the bank itself cannot let an order expire."""
    first = await open_order(slow_bank)
    operator, bank = await slow_bank.signed_in("operator"), await slow_bank.signed_in("bank")
    assert refusal(await post(bank, f"bank/orders/{first}/expiry")) == (403, "FORBIDDEN")
    assert refusal(await post(operator, f"bank/orders/{first}/expiry")) == (409, "PAYMENT_NOT_DUE")
    slow_bank.clock.advance(11 * DAY)
    operator = await slow_bank.signed_in("operator")
    assert (await post(operator, f"bank/orders/{first}/expiry")).status_code == 201
    assert refusal(await (await slow_bank.signed_in("jia")).get("/api/v1/bank/orders")) == (403, "FORBIDDEN")
