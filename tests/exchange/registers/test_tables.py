"""Tables from CSV and XLSX: the same rows from both, numbered as a spreadsheet does; one clear error for the rest."""

import io
import re
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import pytest
from openpyxl import Workbook

from exchange.registers.tables import TableRow, read_table
from matching_engine.errors import Malformed

COLUMNS = ("id", "title", "on")


class Colour(StrEnum):
    """A closed list."""

    RED = "红"
    BLUE = "蓝"


def xlsx(*rows: Sequence[Any], touch: Callable[[Workbook], None] = lambda _: None) -> bytes:
    """A workbook of one sheet, or of what `touch` makes of it."""
    book = Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(list(row))
    touch(book)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def read(data: bytes) -> list[TableRow]:
    """All rows."""
    return list(read_table(data, COLUMNS))


def one(value: object) -> TableRow:
    """A row with the same value in each cell, as a workbook holds it."""
    return TableRow(2, dict.fromkeys(COLUMNS, value))


def test_the_same_table_from_both() -> None:
    """CSV with or without a byte-order mark, with either line end, and XLSX give the same rows."""
    text = "title,id,on\r\n轴承, A1 ,2026-11-20\r\n,,\r\n\r\n,A2,\r\n"
    files = (
        text.encode(),
        text.encode("utf-8-sig"),
        text.replace("\r", "").encode(),
        xlsx(
            ["title", "id", "on"], ["轴承", " A1 ", date(2026, 11, 20)], [], [None, None, " "], [None, "A2"]
        ),
    )
    for data in files:
        rows = read(data)
        said = [(row.number, row.text("id"), row.text("title"), row.day("on")) for row in rows]
        assert said == [(2, "A1", "轴承", date(2026, 11, 20)), (5, "A2", "", None)]


def test_a_header_alone_is_a_table_without_rows() -> None:
    """Nothing to read is not an error."""
    assert read(b"id,title,on\n") == read(xlsx(COLUMNS)) == []


def test_blank_rows_before_the_header() -> None:
    """They are passed over, and still counted."""
    assert [row.number for row in read(b"\n,,\nid,title,on\nA1,,\n")] == [4]
    assert [row.number for row in read(xlsx([], [None], COLUMNS, ["A1"]))] == [4]


def test_quoted_cells_may_hold_anything() -> None:
    """Commas, quotes and line ends inside a cell; the row is still one row."""
    rows = read(b'id,title,on\nA1,"a, ""b""\nc",\nA2,,\n')
    assert [(row.number, row.text("title")) for row in rows] == [(2, 'a, "b"\nc'), (3, "")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "row 1, header: expected also the columns id, title, on, got ''"),
        ("id,title\nA1,x\n", "row 1, header: expected also the columns on, got 'id, title'"),
        ("id,title,on,colour\n", "row 1, header: expected only the columns id, title, on, got 'colour'"),
        ("id,title,on,\n", "row 1, header: expected only the columns id, title, on, got ''"),
        ("ID,title,on\n", "row 1, header: expected only the columns id, title, on, got 'ID'"),
        ("id,title,on,id\n", "row 1, header: expected each column once, got 'id'"),
        ("id,title,on\n\nA1,x\n", "row 3: expected 3 cells like the header, got '2 cells'"),
        ("id,title,on\nA1,x,,\n", "row 2: expected 3 cells like the header, got '4 cells'"),
        ('id,title,on\nA1,"x"y,\n', "row 2: expected CSV with commas and double quotes"),
        ('id,title,on\nA1,x,\nA2,"x,\n', "row 3: expected CSV with commas and double quotes"),
    ],
)
def test_a_broken_table(text: str, said: str) -> None:
    """The row, what was expected, what came."""
    with pytest.raises(Malformed, match=f"^{re.escape(said)}"):
        read(text.encode())


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16"])
def test_another_encoding(encoding: str) -> None:
    """A spreadsheet's other ways to save CSV are refused by the row where they show."""
    with pytest.raises(Malformed, match=r"^row [12]: expected CSV in UTF-8, or XLSX, got 'byte 0x"):
        read("id,title,on\nA1,轴承,\n".encode(encoding))


def test_a_row_wider_than_the_sheet_header() -> None:
    """A cell that no column names is an error in a workbook too; an empty one that was only coloured is not."""
    with pytest.raises(Malformed, match=r"^row 2: expected 3 cells like the header, got '4 cells'$"):
        read(xlsx(COLUMNS, ["A1", None, None, "note"]))
    assert len(read(xlsx(COLUMNS, ["A1", None, None, " "]))) == 1


def test_only_the_first_sheet_is_read() -> None:
    """Lists of choices and notes often stand on the others."""

    def more(book: Workbook) -> None:
        book.create_sheet("说明").append(["whatever"])

    assert len(read(xlsx(COLUMNS, ["A1"], touch=more))) == 1


def test_dimensions_written_wrongly() -> None:
    """Some programs write that a sheet has one cell; every row is read all the same."""
    old, new = io.BytesIO(xlsx(COLUMNS, ["A1"], ["A2"])), io.BytesIO()
    with zipfile.ZipFile(old) as source, zipfile.ZipFile(new, "w") as target:
        for name in source.namelist():
            part = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                assert b'<dimension ref="A1:C3"' in part
                part = part.replace(b'<dimension ref="A1:C3"', b'<dimension ref="A1:A1"')
            target.writestr(name, part)
    assert [row.text("id") for row in read(new.getvalue())] == ["A1", "A2"]


@pytest.mark.parametrize("size", [10, 600, -400])
def test_a_damaged_workbook(size: int) -> None:
    """Whatever the library trips over, it is one error."""
    with pytest.raises(Malformed, match=r"^file: expected a readable XLSX workbook"):
        read(xlsx(COLUMNS, ["A1"])[:size])


def test_an_archive_that_is_no_workbook() -> None:
    """A ZIP of something else."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.txt", "a")
    with pytest.raises(Malformed, match=r"^file: expected a readable XLSX workbook"):
        read(file.getvalue())


def test_whole_numbers_of_a_workbook_are_digits() -> None:
    """An id typed as a number is its digits; one of sixteen has already lost some, and a fraction is no id."""
    row = read(xlsx(COLUMNS, [20240001, 7.0, None]))[0]
    assert (row.text("id"), row.text("title")) == ("20240001", "7")
    for value in (2018230101000001, 1.5, True, date(2026, 11, 20)):
        with pytest.raises(Malformed, match=r"^row 2, column id: expected a text, not a formula"):
            read(xlsx(COLUMNS, [value, None, None]))[0].text("id")


@pytest.mark.parametrize("value", ["=TODAY()", "=1/0", "#N/A"])
def test_formulas_and_their_errors_are_no_values(value: str) -> None:
    """The same file must give the same answer tomorrow; a formula need not, and an error is no value."""
    row = read(xlsx(COLUMNS, ["A1", value, value]))[0]
    for reading in (row.text, row.day):
        column = "title" if reading == row.text else "on"
        with pytest.raises(Malformed, match=rf"^row 2, column {column}: .*, got {re.escape(repr(value))}$"):
            reading(column)


@pytest.mark.parametrize("value", ["2026-11-20", " 2026-11-20\u3000", datetime.fromisoformat("2026-11-20")])
def test_a_date_as_text_or_as_a_date_cell(value: object) -> None:
    """Both are read; around a text there may be space."""
    assert one(value).day("on") == date(2026, 11, 20)


@pytest.mark.parametrize(
    "value",
    [
        "2026-02-29",
        "2026/11/20",
        "2026-11-20 00:00:00",
        "20261120",
        "2026-W47-5",
        "2026年11月20日",
        "-",
        46346,
        True,
        datetime.fromisoformat("2026-11-20T09:30"),
    ],
)
def test_what_is_not_a_date(value: object) -> None:
    """No other way of writing one, no number, no time of day."""
    with pytest.raises(Malformed, match=r"^row 2, column on: expected a date like 2026-11-20, got "):
        one(value).day("on")


def test_date_cells_survive_the_workbook() -> None:
    """A date, a date with midnight, and the day before and after a leap day come back as they were."""
    days = [date(2024, 2, 28), datetime.fromisoformat("2024-02-29"), date(2024, 3, 1)]
    rows = read(xlsx(COLUMNS, *[[f"A{n}", None, day] for n, day in enumerate(days)]))
    assert [row.day("on") for row in rows] == [date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1)]


def test_a_choice() -> None:
    """One of the list, or nothing; anything else is told what the list is."""
    assert one(" 红 ").choice("title", Colour) is Colour.RED
    assert one("").choice("title", Colour) is one(None).choice("title", Colour) is None
    with pytest.raises(
        Malformed, match=r"^row 2, column title: expected one of 红, 蓝, or an empty cell, got '绿'$"
    ):
        one("绿").choice("title", Colour)


@pytest.mark.parametrize("value", ["", "  ", None, "a\nb", "a\u200bb", "a\x1b[31m"])
def test_a_name_can_be_seen(value: object) -> None:
    """It is there, and holds nothing that the eye misses or a terminal obeys."""
    assert one(" 成果\u3000一 ").name("id") == "成果\u3000一"
    with pytest.raises(Malformed, match=r"^row 2, column id: expected a printable text that is not empty"):
        one(value).name("id")


def test_what_came_is_shown_in_part() -> None:
    """An error stays one line of bounded length."""
    with pytest.raises(Malformed, match=f"got '{'x' * 60}'$"):
        one("x" * 10_000).day("on")
