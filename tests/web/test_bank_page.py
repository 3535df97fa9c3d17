"""The bank's desk as a page: a statement looked at and booked once, orders ended, suspense emptied by the operator."""

import base64
import re
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest

from exchange.bootstrap import open_exchange
from exchange.demo.seed import fill_registers
from exchange.settings import Settings
from exchange.store import migrate
from exchange.store.clock import ManualClock
from matching_engine.terms import DAY
from tests.exchange.house.running import BEGIN
from tests.settlement.bank_files import Movement, camt, csv_text
from tests.web.asking import TRADE, sold
from tests.web.running import HASH, Web
from tests.web.served import whole_web
from web.app import create_app

HTML = {"accept": "text/html", "accept-language": "en"}
MOVES = (Movement("E1", 500, ""), Movement("E2", 700, f"for O-{TRADE}"))
COLUMNS = {
    "account": "6222000011112222",
    "entry": "流水号",
    "date": "交易日期",
    "credit": "贷方金额",
    "debit": "借方金额",
    "balance": "余额",
    "payer": "对方户名",
    "reference": "附言",
    "encoding": "utf-8",
    "delimiter": "comma",
}


@pytest.fixture
async def web(sqlite_path: Path) -> AsyncIterator[Web]:
    """The product's own application with a sold lot, whose price is awaited."""
    async with whole_web(f"sqlite:///{sqlite_path}") as running:
        await sold(running)
        yield running


async def upload(client: httpx2.AsyncClient, text: str, name: str = "s.xml") -> httpx2.Response:
    """The first form: a file."""
    files = {"file": (name, text.encode(), "application/octet-stream")}
    return await client.post(
        "/bank/statements", data={"csrf": client.headers["x-csrf-token"]}, files=files, headers=HTML
    )


async def carried(
    client: httpx2.AsyncClient, text: str, path: str = "/bank/statements/booking", **said: str
) -> httpx2.Response:
    """A later form, which carries the file along."""
    fields = {"content": base64.b64encode(text.encode()).decode(), "name": "s.xml", **said}
    files = {name: (None, value.encode()) for name, value in fields.items()}
    return await client.post(path, files=files, headers=HTML)


async def send(client: httpx2.AsyncClient, path: str, **fields: str) -> httpx2.Response:
    """A form of the desk, or of the page at a whole path."""
    form = {"csrf": client.headers["x-csrf-token"], "command": str(uuid4()), **fields}
    return await client.post(f"/bank/{path}" if path[0] != "/" else path, data=form, headers=HTML)


def credits_of(web: Web) -> int:
    """How many credits are booked by statements."""
    return sum(one.startswith("B-") for one in web.exchange.house.view.settlement.credits)


async def test_a_statement_is_looked_at_before_it_is_booked(web: Web) -> None:
    """The preview says of each row what becomes of it and books nothing; booked, the price has its part."""
    bank = await web.signed_in("bank")
    shown = await upload(bank, camt(MOVES))
    assert shown.status_code == 200
    assert f"<code>O-{TRADE}</code>" in shown.text
    assert "no reference was written" in shown.text
    assert "Book 2 entries" in shown.text
    assert credits_of(web) == 0
    booked = await carried(bank, camt(MOVES))
    assert "2 of 2 credits were booked now." in booked.text
    assert credits_of(web) == 2
    assert web.exchange.house.view.settlement.obligation_of(TRADE).received_fen >= 700


async def test_a_statement_imported_twice_changes_nothing(web: Web) -> None:
    """The second time preview and booking both say so, and the journal is no longer than before."""
    bank = await web.signed_in("bank")
    await carried(bank, camt(MOVES))
    await web.exchange.own_house.settled()
    length = web.exchange.house.view.seq
    nothing = "Every entry of this statement is known already: it changes nothing."
    preview = await upload(bank, camt(MOVES))
    assert nothing in preview.text
    assert preview.text.count("known before") == 2
    assert "/bank/statements/booking" not in preview.text
    assert nothing in (await carried(bank, camt(MOVES))).text
    assert web.exchange.house.view.seq == length


async def test_a_csv_is_asked_for_its_columns(web: Web) -> None:
    """The columns are guessed from the headings; named, the rows are shown and booked."""
    bank = await web.signed_in("bank")
    asked = await upload(bank, csv_text(MOVES), "s.csv")
    for heading in ("流水号", "贷方金额", "余额", "附言"):
        assert f"<option selected>{heading}</option>" in asked.text
    shown = await carried(bank, csv_text(MOVES), "/bank/statements", **COLUMNS)
    assert "Book 2 entries" in shown.text
    assert 'name="entry" value="流水号"' in shown.text
    assert "2 of 2" in (await carried(bank, csv_text(MOVES), **COLUMNS)).text


async def test_a_csv_in_gb18030_keeps_its_names(web: Web) -> None:
    """The characters are recognised, and what the bank wrote is read."""
    bank = await web.signed_in("bank")
    data = csv_text(MOVES).encode("gb18030")
    files = {"file": ("s.csv", data, "text/csv")}
    asked = await bank.post("/bank/statements", files=files, headers=HTML)
    assert "<option selected>gb18030</option>" in asked.text
    assert "<option selected>对方户名</option>" in asked.text


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"account": ""}, "account"),
        ({"payer": ""}, "payer"),
        ({"balance": ""}, "balance"),
        ({"credit": "附言"}, "file"),
    ],
)
async def test_a_wrong_column_stays_beside_its_field(web: Web, change: dict[str, str], field: str) -> None:
    """422, the form with what was chosen, and the fault where it belongs."""
    bank = await web.signed_in("bank")
    answer = await carried(bank, csv_text(MOVES), "/bank/statements", **{**COLUMNS, **change})
    assert answer.status_code == 422
    (wrong,) = re.findall(r'<p class="wrong" id="wrong-(\w+)" role="alert">[^<]', answer.text)
    assert wrong == field
    assert "<option selected>流水号</option>" in answer.text


async def test_a_wrong_statement_books_nothing(web: Web) -> None:
    """No file, junk, and a sum that does not fit: a sentence beside the field of the file."""
    bank = await web.signed_in("bank")
    for text in ("", "<junk", camt(MOVES).replace(">112.00<", ">113.00<")):
        answer = await upload(bank, text)
        assert answer.status_code == 422
        assert re.search(r'id="wrong-file" role="alert">[^<]', answer.text)
    assert credits_of(web) == 0
    broken = await carried(bank, "", "/bank/statements/booking", content="*")
    assert broken.status_code == 422


async def test_a_statement_that_contradicts_the_books_is_refused_at_sight(web: Web) -> None:
    """An entry known with another amount: the preview already says so."""
    bank = await web.signed_in("bank")
    await carried(bank, camt(MOVES))
    other = (Movement("E1", 501, ""),)
    assert (await upload(bank, camt(other))).status_code == 422


async def test_debits_confirm_orders_and_are_shown_before(slow_bank: Web) -> None:
    """A debit that names an order is shown as paid and confirms it; one that names none is reported and not booked."""
    (order,) = slow_bank.exchange.house.view.settlement.payments_open
    bank = await slow_bank.signed_in("bank")
    file = camt(
        (Movement("E5", -500, order), Movement("E6", -33, "bank fee")), statement="S2", opening=105_00
    )
    shown = (await upload(bank, file)).text
    assert f"<code>{order}</code>" in shown
    assert "not booked" in shown
    assert order in slow_bank.exchange.house.view.settlement.payments_open
    booked = (await carried(bank, file)).text
    assert "Not booked" in booked
    assert slow_bank.exchange.house.view.settlement.payments_open == {}
    assert "known before" in (await upload(bank, file)).text


@pytest.mark.parametrize(("login", "status"), [("operator", 200), ("jia", 403), ("registrar", 403)])
async def test_who_sees_the_desk(web: Web, login: str, status: int) -> None:
    """Operators look on, without the form of a statement; parties and registrars have nothing to do here."""
    client = await web.signed_in(login)
    answer = await client.get("/bank", headers=HTML)
    assert answer.status_code == status
    assert "/bank/statements" not in answer.text
    assert (await upload(client, camt(MOVES))).status_code == 403
    assert (await carried(client, camt(MOVES))).status_code == 403


async def test_money_leaves_suspense_by_the_operator(web: Web) -> None:
    """What was meant for the price is suggested by its amount and assigned; the rest goes back, once confirmed."""
    operator, bank = await web.signed_in("operator"), await web.signed_in("bank")
    owed = web.exchange.house.view.settlement.obligation_of(TRADE)
    await carried(bank, camt((Movement("E1", owed.missing_fen, "O T L1 1"), Movement("E2", 700, ""))))
    meant, other = (one.credit for one in web.exchange.house.view.settlement.suspense)
    page = (await operator.get("/bank", headers=HTML)).text
    assert f'name="target" value="O-{TRADE}" checked' in page
    assert "(amount, reference)" in page
    assert "/assignment" not in (await bank.get("/bank", headers=HTML)).text
    wrong = await send(operator, f"suspense/{other}/assignment", other="O-NONE")
    assert (wrong.status_code, 'value="O-NONE"' in wrong.text) == (409, True)
    assert (await send(operator, f"suspense/{other}/assignment")).status_code == 422
    assert (await send(operator, f"suspense/{other}/refund")).status_code == 422
    assert (await send(operator, f"suspense/{meant}/assignment", target=f"O-{TRADE}")).status_code == 303
    assert (await send(operator, f"suspense/{other}/refund", sure="yes")).status_code == 303
    await web.exchange.own_house.settled()
    assert owed.missing_fen == 0
    assert "Nothing is in suspense." in (await operator.get("/bank", headers=HTML)).text
    assert (await send(operator, f"suspense/{other}/refund", sure="yes")).status_code == 404


async def test_the_trial_balance_is_shown_and_even(web: Web) -> None:
    """Debit and credit add up to the same amount."""
    page = (await (await web.signed_in("operator")).get("/bank", headers=HTML)).text
    foot = re.search(r"<tfoot>.*?</tfoot>", page, re.DOTALL)
    assert foot is not None
    debit, credit = re.findall(r"¥[\d,.]+", foot[0])
    assert debit == credit != "¥0.00"
    assert "Escrow account at the bank" in page


ESCROW = {"escrow_name": "托管专户", "escrow_account": "6222", "escrow_bank": "102100099996"}


@pytest.fixture
async def slow_bank(sqlite_path: Path) -> AsyncIterator[Web]:
    """An exchange whose bank executes nothing by itself, with one credit in suspense ordered back."""
    clock = ManualClock(BEGIN)
    url = f"sqlite:///{sqlite_path}"
    await migrate.upgrade(url)
    settings = Settings(database_url=url, **ESCROW)  # type: ignore[arg-type]
    async with open_exchange(settings, clock) as exchange:
        await fill_registers(exchange, BEGIN, lambda _: HASH)
        web = Web(exchange, create_app(exchange), clock)
        await carried(await web.signed_in("bank"), camt(MOVES[:1]))
        (item,) = exchange.house.view.settlement.suspense
        await send(await web.signed_in("operator"), f"suspense/{item.credit}/refund", sure="yes")
        yield web


async def test_an_order_is_taken_returned_given_again_and_paid(slow_bank: Web) -> None:
    """The bank downloads it, says why it was not paid, the operator orders it again, the bank pays: once."""
    bank, operator = await slow_bank.signed_in("bank"), await slow_bank.signed_in("operator")
    (first,) = slow_bank.exchange.house.view.settlement.payments_open
    assert first in (await bank.get("/bank", headers=HTML)).text
    empty = await send(bank, f"orders/{first}/void")
    assert (empty.status_code, "Say why, please." in empty.text) == (422, True)
    assert (await send(operator, f"orders/{first}/void", reason="no")).status_code == 403
    assert (await send(bank, f"orders/{first}/void", reason="account closed")).status_code == 303
    assert "account closed" in (await operator.get("/bank", headers=HTML)).text
    assert (await send(operator, f"orders/{first}/repetition")).status_code == 303
    (second,) = slow_bank.exchange.house.view.settlement.payments_open
    wrong = await send(bank, f"orders/{second}/confirmation", bank_reference="B1", paid_on="soon")
    assert (wrong.status_code, 'value="B1"' in wrong.text) == (409, True)
    assert (await send(bank, f"orders/{second}/confirmation", paid_on="2026-03-11")).status_code == 422
    paid = {"bank_reference": "B1", "paid_on": "2026-03-11"}
    assert (await send(bank, f"orders/{second}/confirmation", **paid)).status_code == 303
    assert (await send(bank, f"orders/{second}/confirmation", **paid)).status_code == 409
    assert "<code>B1</code>" in (await bank.get("/bank", headers=HTML)).text


ACCOUNT = {
    "holder": "松江重型机械有限公司",
    "number": "6222 0000 1111 9",
    "bank_name": "某银行",
    "bank_code": "102100099996",
}


async def test_two_persons_name_the_account_of_a_refund(slow_bank: Web) -> None:
    """A refund whose payer's account is not known waits; a wrong number stays in the form; the second person decides."""
    (order,) = slow_bank.exchange.house.view.settlement.payments_open
    first, second = await slow_bank.signed_in("operator"), await slow_bank.signed_in("operator2")
    assert "waits for its account" in (await first.get("/bank", headers=HTML)).text
    wrong = await send(first, f"orders/{order}/account", **{**ACCOUNT, "number": "12"})
    assert (wrong.status_code, "or is an IBAN whose check digits fit" in wrong.text) == (422, True)
    assert (await send(first, f"orders/{order}/account", **ACCOUNT)).status_code == 303
    assert "another person has to name the same" in (await second.get("/bank", headers=HTML)).text
    assert (await send(first, f"orders/{order}/account", **ACCOUNT)).status_code == 403
    assert (await send(second, f"orders/{order}/account", **ACCOUNT)).status_code == 303
    assert "6222000011119" in (await second.get("/bank", headers=HTML)).text


async def test_orders_go_out_as_pain001(slow_bank: Web) -> None:
    """For the bank alone, as a file; with nothing to pay there is no file."""
    bank = await slow_bank.signed_in("bank")
    (order,) = slow_bank.exchange.house.view.settlement.payments_open
    for login in ("operator", "operator2"):
        await send(await slow_bank.signed_in(login), f"orders/{order}/account", **ACCOUNT)
    answer = await bank.get("/bank/orders.xml?version=03")
    assert answer.headers["content-disposition"] == 'attachment; filename="orders-2026-03-02-03.xml"'
    assert b"pain.001.001.03" in answer.content
    assert (await (await slow_bank.signed_in("operator")).get("/bank/orders.xml")).status_code == 403
    await send(bank, f"orders/{order}/void", reason="closed")
    assert (await bank.get("/bank/orders.xml")).json()["code"] == "NO_ORDERS"


async def test_an_order_may_expire_in_its_time(slow_bank: Web) -> None:
    """The button comes when the bank's days are over."""
    operator = await slow_bank.signed_in("operator")
    (order,) = slow_bank.exchange.house.view.settlement.payments_open
    assert "/expiry" not in (await operator.get("/bank", headers=HTML)).text
    assert (await send(operator, f"orders/{order}/expiry")).status_code == 409
    slow_bank.clock.advance(11 * DAY)
    operator = await slow_bank.signed_in("operator")
    assert "/expiry" in (await operator.get("/bank", headers=HTML)).text
    assert (await send(operator, f"orders/{order}/expiry")).status_code == 303
