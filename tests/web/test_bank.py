"""The bank's desk over a real house: statements booked whole and once, open orders written for the bank."""

import pytest

from exchange.house.command import Denied, Principal
from matching_engine.errors import Malformed
from settlement.bank_statement import BankCredit
from settlement.camt053 import read_camt053
from settlement.statement_csv import read_csv
from tests.settlement.bank_files import MAP, Movement, camt, csv_text
from tests.web.running import Web
from web.bank import book, column_map, pain001

BANK = Principal("bank", None, frozenset({"bank"}))
MOVES = (Movement("E1", 500, ""), Movement("E2", -5), Movement("E3", 700, "thanks"))


def both() -> tuple[BankCredit, ...]:
    """The credits of the test's statement."""
    return read_camt053(camt(MOVES).encode())


async def test_a_statement_is_booked_once(web: Web) -> None:
    """The second time everything is known, and the journal is as long as before."""
    house = web.exchange.own_house
    first = await book(house, BANK, both())
    assert (first.credits, first.recorded, first.known) == (2, 2, 0)
    assert [(item.amount_fen, item.reason) for item in first.suspense] == [
        (500, "NO_REFERENCE"),
        (700, "UNKNOWN_REFERENCE"),
    ]
    length = house.view.seq
    again = await book(house, BANK, both())
    assert (again.recorded, again.known, again.suspense) == (0, 2, first.suspense)
    assert house.view.seq == length


async def test_a_statement_cut_off_in_the_middle_is_completed(web: Web) -> None:
    """What was booked before the break is known, the rest is booked."""
    house = web.exchange.own_house
    await book(house, BANK, both()[:1])
    booked = await book(house, BANK, both())
    assert (booked.recorded, booked.known) == (1, 1)


async def test_a_statement_that_contradicts_the_books_books_nothing(web: Web) -> None:
    """One entry known with another amount: an error that names it, and none of the others is booked."""
    house = web.exchange.own_house
    await book(house, BANK, both()[1:])
    changed = read_camt053(camt((Movement("E1", 500, ""), Movement("E3", 701, "thanks"))).encode())
    with pytest.raises(Malformed, match=r"\(E3\): expected what was booked before: 700 fen"):
        await book(house, BANK, changed)
    assert len(house.view.settlement.credits) == 1


async def test_only_the_bank_books(web: Web) -> None:
    """An operator is turned away before the first credit."""
    house = web.exchange.own_house
    with pytest.raises(Denied):
        await book(house, Principal("operator", None, frozenset({"operator"})), both())
    assert house.view.settlement.credits == {}


def test_a_csv_needs_its_map() -> None:
    """With the map a CSV is read; a map with an unknown key is refused by name."""
    assert len(read_csv(csv_text(MOVES).encode(), column_map(MAP))) == 2
    with pytest.raises(Malformed, match="colour"):
        column_map({**MAP, "colour": "red"})


async def test_orders_need_the_escrow_account(web: Web) -> None:
    """The setting that is missing is named."""
    with pytest.raises(Malformed, match="LUOCHUI_ESCROW_NAME"):
        pain001(web.exchange.own_house.view, web.exchange.settings, 1, "09")
