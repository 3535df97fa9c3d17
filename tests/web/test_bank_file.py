"""A bank's file over a real house: debits confirm orders once, returns void them, the rest is reported line by line."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from exchange.bootstrap import Exchange, open_exchange
from exchange.house.command import Command, Principal
from exchange.settings import Settings
from exchange.store.clock import ManualClock
from matching_engine.errors import Malformed
from settlement.commands import RefundSuspense
from settlement.state import PaymentState
from tests.exchange.house.running import BEGIN
from tests.services import databases
from tests.settlement.bank_files import Movement, camt, csv_text
from tests.settlement.test_statement_csv import mapping
from web.bank import Booked
from web.bank_file import book_file, read_file

BANK = Principal("bank", None, frozenset({"bank"}))
OPERATOR = Principal("operator", None, frozenset({"operator"}))
MARK = "<CdtDbtInd>CRDT</CdtDbtInd><Sts>"


@pytest.fixture
async def exchange(sqlite_path: Path) -> AsyncIterator[Exchange]:
    """An exchange whose bank tells by statements only."""
    url = f"sqlite:///{sqlite_path}"
    await databases.migrated(url)
    async with open_exchange(Settings(database_url=url), ManualClock(BEGIN)) as opened:
        yield opened


async def booked(exchange: Exchange, text: str) -> Booked:
    """A camt.053, booked."""
    return await book_file(exchange.own_house, BANK, read_file(text.encode(), None))


def numbered(moves: list[Movement], number: int, opening: int = 100_00) -> str:
    """A statement with the bank's count."""
    text = camt(moves, opening=opening, statement=f"S{number}")
    return text.replace(f"<Id>S{number}</Id>", f"<Id>S{number}</Id><ElctrncSeqNb>{number}</ElctrncSeqNb>")


async def refund_ordered(exchange: Exchange) -> str:
    """Money that fits nothing came by statement 1 and is ordered back; the payment."""
    first = await booked(exchange, numbered([Movement("E1", 500, "")], 1))
    command = Command("op-00000001", OPERATOR, RefundSuspense(first.suspense[0].credit))
    await exchange.own_house.submit(command)
    (payment,) = exchange.own_house.view.settlement.payments
    return payment


async def test_a_debit_confirms_its_order_once(exchange: Exchange) -> None:
    """With a bank's fee beside it, which is reported; the same file again changes nothing."""
    payment = await refund_ordered(exchange)
    text = numbered([Movement("E2", -500, f"退还款项 {payment}"), Movement("E3", -10, "手续费")], 2, 105_00)
    result = await booked(exchange, text)
    assert (result.confirmed, result.credits, result.gaps) == (1, 0, ())
    assert [(other.code, other.amount_fen) for other in result.unmatched] == [("NO_ORDER", 10)]
    settlement = exchange.own_house.view.settlement
    assert settlement.payments[payment].state is PaymentState.POSTED
    assert settlement.ledger.trial_balance() == ()
    length = exchange.own_house.view.seq
    again = await booked(exchange, text)
    assert (again.confirmed, again.orders_known, len(again.unmatched)) == (0, 1, 1)
    assert exchange.own_house.view.seq == length


async def test_a_wrong_amount_is_not_booked(exchange: Exchange) -> None:
    """The order stays open and the line says what it is for."""
    payment = await refund_ordered(exchange)
    result = await booked(exchange, numbered([Movement("E2", -499, payment)], 2, 105_00))
    assert [(other.code, other.detail) for other in result.unmatched] == [
        ("AMOUNT", f"{payment} is for 500 fen")
    ]
    assert payment in exchange.own_house.view.settlement.payments_open


@pytest.mark.parametrize("marked", [True, False])
async def test_money_that_left_and_came_back_does_both(exchange: Exchange, marked: bool) -> None:
    """Within one file, whether the bank marks it or not; twice it is known, and never money of its own."""
    payment = await refund_ordered(exchange)
    text = numbered([Movement("E2", -500, payment), Movement("E3", 500, payment)], 2, 105_00)
    if marked:
        text = text.replace(MARK, "<CdtDbtInd>CRDT</CdtDbtInd><RvslInd>true</RvslInd><Sts>")
    for confirmed, returned, known in ((1, 1, 0), (0, 0, 2)):
        result = await booked(exchange, text)
        assert (result.confirmed, result.returned, result.orders_known) == (confirmed, returned, known)
        assert result.credits == 0
    settlement = exchange.own_house.view.settlement
    assert settlement.payments[payment].state is PaymentState.VOID
    assert [line.amount_fen for line in settlement.ledger.trial_balance()] == [500, -500]


async def test_a_missing_statement_is_told(exchange: Exchange) -> None:
    """Statement 2 was never imported; once it is, nothing is missing."""
    await booked(exchange, numbered([Movement("E1", 500, "")], 1))
    third = await booked(exchange, numbered([Movement("E3", 5, "")], 3, 107_00))
    assert third.gaps == ("6222000011112222: statement 2 is missing, between S1 and S3",)
    assert (await booked(exchange, numbered([Movement("E2", 200, "")], 2, 105_00))).gaps == ()


async def test_a_statement_with_other_contents_books_nothing(exchange: Exchange) -> None:
    """The same name with another sum: refused whole, before its first entry."""
    await booked(exchange, camt([Movement("E1", 500, "")]))
    length = exchange.own_house.view.seq
    with pytest.raises(Malformed, match="statement S1: expected what was imported before"):
        await booked(exchange, camt([Movement("E1", 500, ""), Movement("E2", 5, "")]))
    assert exchange.own_house.view.seq == length


async def test_a_csv_confirms_as_well(exchange: Exchange) -> None:
    """By the text in its reference column; a payer's account is kept where a column has it."""
    payment = await refund_ordered(exchange)
    file = read_file(csv_text([Movement("N1", -500, payment)]).encode(), mapping())
    assert (await book_file(exchange.own_house, BANK, file)).confirmed == 1
    assert (await book_file(exchange.own_house, BANK, file)).orders_known == 1


async def test_an_order_that_the_bank_forgets_expires_by_itself(exchange: Exchange) -> None:
    """Ten days after it could be executed, not earlier; the trial balance shows where the money waits."""
    origin = "<DbtrAcct><Id><Othr><Id>6217000000000001</Id></Othr></Id></DbtrAcct></RltdPties>"
    first = await booked(exchange, numbered([Movement("E1", 500, "")], 1).replace("</RltdPties>", origin))
    house = exchange.own_house
    await house.submit(Command("op-00000001", OPERATOR, RefundSuspense(first.suspense[0].credit)))
    (payment,) = house.view.settlement.payments
    due = house.view.settlement.orders_due[payment]
    clock = house.clock
    assert isinstance(clock, ManualClock)
    clock.advance(due - clock.now() - 1)
    await house.gavel.strike()
    assert house.view.settlement.payments[payment].state is PaymentState.PENDING
    clock.advance(1)
    await house.gavel.strike()
    assert house.view.settlement.payments[payment].state is PaymentState.EXPIRED
    accounts = [line.account for line in house.view.settlement.ledger.trial_balance()]
    assert accounts == ["escrow", f"returned/{payment}"]


async def test_only_the_bank_books_a_file(exchange: Exchange) -> None:
    """An operator is turned away before the first entry."""
    payment = await refund_ordered(exchange)
    file = read_file(numbered([Movement("E2", -500, payment)], 2, 105_00).encode(), None)
    with pytest.raises(Exception, match="not for your role"):
        await book_file(exchange.own_house, OPERATOR, file)
    assert payment in exchange.own_house.view.settlement.payments_open
