"""The list of filing forms as a file: headers, exact amounts, and no text that becomes a formula."""

import csv
import io
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import load_workbook

from settlement.filing_list import COLUMNS, selected
from settlement.registration_commands import CompleteFiling
from tests.settlement.desk import REGISTRATION, Desk
from tests.settlement.registering import filed, form, registered
from web.documents.filing_table import HEADERS, filing_table


def named(desk: Desk, project: str) -> Desk:
    """The contract's project under another name."""
    registration = desk.state.registrations[REGISTRATION]
    registration.form = form(desk, project=project)
    return desk


def csv_rows(desk: Desk) -> list[dict[str, str]]:
    """The rows of the CSV by field."""
    content = filing_table(desk.state, selected(desk.state), "csv")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert tuple(rows[0]) == HEADERS
    return [dict(zip([column.field for column in COLUMNS], one, strict=True)) for one in rows[1:]]


def xlsx_cells(desk: Desk) -> dict[str, Any]:
    """The places of the first row of the XLSX by field."""
    content = filing_table(desk.state, selected(desk.state), "xlsx")
    sheet = load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    places = next(iter(sheet.iter_rows(min_row=2, max_row=2)))
    return dict(zip([column.field for column in COLUMNS], places, strict=True))


def test_headers_are_chinese_with_the_field() -> None:
    """People read the one, programs the other."""
    assert HEADERS[0] == "合同登记编号 number"
    assert "合同交易总额（元） total" in HEADERS


def test_amounts_and_numbers_are_exact() -> None:
    """Sixteen digits stay sixteen digits, money two places, what is not stated stays empty."""
    desk = registered()
    one = csv_rows(desk)[0]
    assert (one["number"], one["total"], one["added_output"]) == ("2026230001000001", "1700000.00", "")
    found = xlsx_cells(desk)
    assert (found["number"].value, found["number"].data_type) == ("2026230001000001", "s")
    assert Decimal(str(found["total"].value)) == Decimal("1700000.00")
    assert found["added_output"].value is None


@pytest.mark.parametrize("project", ['=HYPERLINK("x")', "+1", "-1", "@SUM(A1)", "＝1+1"])
def test_a_name_is_never_a_formula(project: str) -> None:
    """In CSV a mark makes it a text, in XLSX its type says so."""
    desk = named(registered(), project)
    assert csv_rows(desk)[0]["project"] == f"'{project}"
    place = xlsx_cells(desk)["project"]
    assert (place.value, place.data_type) == (project, "s")


def test_commas_and_quotes_survive() -> None:
    """A name with what separates cells stays one cell."""
    assert csv_rows(named(registered(), '甲, "乙"\n丙'))[0]["project"] == '甲, "乙"\n丙'


def test_the_same_list_makes_the_same_bytes() -> None:
    """Whenever and however often it is written; an empty list has its header."""
    for form_ in ("csv", "xlsx"):
        one, other = registered(), registered()
        first = filing_table(one.state, selected(one.state), form_)
        assert first == filing_table(other.state, selected(other.state), form_)
        assert filing_table(one.state, [], form_) != first


def test_a_corrected_form_is_what_is_listed() -> None:
    """What the seller states counts, not what the trade told first."""
    desk = filed(field="x", follow=True)
    desk.ask(CompleteFiling(REGISTRATION, "university", form(desk, field="energy", project="新名")))
    assert desk.state.registrations[REGISTRATION].state == "draft"
    assert csv_rows(desk) == []
