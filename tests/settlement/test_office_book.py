"""Offices as data: the shipped sheet, and sheets that are wrong."""

from datetime import date

import pytest

from matching_engine.errors import Malformed
from settlement.office_book import load_office_book, office_book
from settlement.offices import shipped
from settlement.regions import _NAMES, registration_office


def test_every_province_has_its_office() -> None:
    """Where a seller files by itself is an office of the list, in the region that its number begins with."""
    book = office_book()
    for province in _NAMES:
        home = book.home(province)
        assert home is not None
        assert home.name == registration_office(province)
        assert book.office(home.code) == book.office(home.name) == home
        assert home.code[:4] in book.regions


def test_the_threshold_is_five_million_and_dated() -> None:
    """Yuan 5,000,000.00 everywhere by default; before the measures there was none."""
    book = office_book()
    assert book.second_review("gansu", date(2026, 11, 20)).threshold_fen == 500_000_000
    with pytest.raises(Malformed, match="second_reviews"):
        book.second_review("gansu", date(1999, 1, 1))


SHEET = shipped().decode()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('code: "110001"', 'code: "990001"', "a region of the list"),
        ('code: "110001"', 'code: "11000A"', "offices"),
        ('code: "110001"', 'code: "120001"', "each code once"),
        ('at_least: "5000000.00"', 'at_least: "5000000"', "two decimals"),
        ("to: 2026-02-28", "to: 1999-02-28", "not before"),
        ("days: 15", "days: 0", "offices"),
        ("offices:\n", "surprise: 1\noffices:\n", "surprise"),
    ],
)
def test_a_wrong_sheet_is_one_clear_error(old: str, new: str, words: str) -> None:
    """A region, a code, an amount, a date, a number of days or a key that cannot be."""
    with pytest.raises(Malformed, match=words):
        load_office_book(SHEET.replace(old, new, 1).encode())


def test_the_dates_of_a_rule_are_included() -> None:
    """The last day of the old measures and the first of the new ones."""
    book = office_book()
    assert book.clock("gansu", date(2026, 2, 28), "service", 1).days == 30
    assert book.clock("gansu", date(2026, 3, 1), "service", 1).days == 15


def test_only_jiangsu_keeps_large_contracts_on_lists_of_their_own() -> None:
    """A column of the dated data, off unless a row says so."""
    book, day = office_book(), date(2026, 11, 20)
    assert [name for name in _NAMES if book.second_review(name, day).separate_lists] == ["jiangsu"]
