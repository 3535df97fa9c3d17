"""Packed files: the same bytes for the same content, whenever and wherever they are made."""

import io
import zipfile

import time_machine
from openpyxl import Workbook, load_workbook

from web.documents.packing import pack, repack

AT = 1_795_172_400_000_000
"""2026-11-20 19:00 in Shanghai."""


def workbook() -> bytes:
    """A file that carries the time of its making."""
    book = Workbook()
    assert book.active is not None
    book.active["A1"] = "x"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_an_office_file_forgets_when_it_was_made() -> None:
    """Two workbooks made on different days are the same bytes, and still open."""
    made = []
    for day in ("2026-01-01", "2027-06-01"):
        with time_machine.travel(day):
            made.append(workbook())
    assert made[0] != made[1]
    first, second = (repack(one, AT) for one in made)
    assert first == second
    sheet = load_workbook(io.BytesIO(first)).active
    assert sheet is not None
    assert sheet["A1"].value == "x"


def test_the_files_keep_their_order_and_the_time_of_the_event() -> None:
    """To two seconds, as ZIP has it, in Shanghai."""
    packed = zipfile.ZipFile(io.BytesIO(pack([("b", b"2"), ("a", b"1")], AT)))
    assert packed.namelist() == ["b", "a"]
    assert {one.date_time for one in packed.infolist()} == {(2026, 11, 20, 19, 0, 0)}


def test_a_time_before_zip_began_is_its_first_year() -> None:
    """No event of a house is so old; a file is made all the same."""
    assert zipfile.ZipFile(io.BytesIO(pack([("a", b"1")], 0))).infolist()[0].date_time[0] == 1980
