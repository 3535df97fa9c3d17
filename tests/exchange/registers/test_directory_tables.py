"""Directories as tables: every kind out and in again, rows that are refused, formulas that stay texts."""

import csv
import io

import pytest
from openpyxl import load_workbook

from exchange.registers import Registers
from exchange.registers.directory import NOBODY, Entry, Reader, entry_of, moved
from exchange.registers.directory_kinds import Kind, kinds
from exchange.registers.directory_tables import Taker, as_csv, as_xlsx, take
from exchange.registers.directory_values import Known, check
from exchange.registers.imports import Report
from matching_engine.errors import Malformed
from tests.exchange.registers.conftest import AT
from tests.exchange.registers.directory_samples import fill, sample

ALL = Reader("op", None, True)
OPERATOR = Taker(ALL, frozenset({"operator", "funder"}))
UNI = Taker(Reader("u1", "uni"), frozenset({"seller"}), "uni")
EQUIPMENT = kinds()["equipment"]
KNOWN = Known()


def entry(kind: Kind, id_: str, salt: str = "", owner: str | None = "uni", **more: object) -> Entry:
    """An entry of a kind with every field."""
    values = {name: value for name, value in {**sample(kind, salt), **more}.items() if value is not None}
    return entry_of(kind, id_, check(kind, values, KNOWN, publishing=True), owner, "op", AT)


def table(*rows: dict[str, str]) -> bytes:
    """CSV with these rows."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, names)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def outcomes(report: Report) -> list[str]:
    """What became of each row."""
    return [one.outcome for one in report.rows]


@pytest.mark.parametrize("name", list(kinds()))
@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_kind_has_a_table(name: str, form: str, language: str) -> None:
    """One row for an entry, as many cells as columns, and no column twice."""
    kind = kinds()[name]
    data = (as_csv if form == "csv" else as_xlsx)(kind, [entry(kind, "E1")], ALL, language)
    if form == "csv":
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    else:
        sheet = load_workbook(io.BytesIO(data)).worksheets[0]
        rows = [[str(cell or "") for cell in row] for row in sheet.iter_rows(values_only=True)]
    assert len(rows) == 2
    assert len(rows[0]) == len(set(rows[0])) == len(rows[1])
    assert rows[1][0] == "E1"


async def test_every_kind_goes_round(registers: Registers) -> None:
    """What a table of any kind holds is read as it was written, in both forms; again, it changes nothing."""
    await fill(registers)
    for kind in kinds().values():
        made = entry(kind, f"E-{kind.kind}")
        data = as_csv(kind, [made], ALL, "zh")
        assert outcomes(await take(registers, kind, data, OPERATOR, AT)) == ["new"], kind.kind
        there = await registers.directory.get(made.id)
        assert there is not None
        assert (there.fields, there.figures, there.state) == (made.fields, made.figures, "draft")
        for again in (as_csv(kind, [there], ALL, "en"), as_xlsx(kind, [there], ALL, "zh")):
            assert outcomes(await take(registers, kind, again, OPERATOR, AT)) == ["unchanged"], kind.kind


async def test_rows_that_are_refused(registers: Registers) -> None:
    """Each names row, column, value and what was expected; good rows are taken, with strict none."""
    await fill(registers)
    good = {"id": "Q1", "instrument": "光谱仪", "organisation": "uni", "voucher": "是", "value": "1650000.5"}
    rows = [
        good,
        {**good, "id": "Q2", "voucher": "也许"},
        {**good, "id": "Q3", "organisation": "ghost"},
        {**good, "id": "Q4", "value": "many"},
        {**good, "id": "Q5", "instrument": ""},
        {**good, "id": "Q1"},
        {**good, "id": "new"},
        {**good, "id": "Q6", "owner": "ghost"},
    ]
    rows[0]["value"] = "1650000.50"
    for row in rows[1:]:
        row["value"] = row["value"].replace(".5", ".50")
    strict = await take(registers, EQUIPMENT, table(*rows), OPERATOR, AT, strict=True)
    assert not strict.written
    assert await registers.directory.get("Q1") is None
    report = await take(registers, EQUIPMENT, table(*rows), OPERATOR, AT)
    told = [(one.row, one.column, one.value) for one in report.rows if one.outcome == "refused"]
    assert told == [
        (3, "voucher", "也许"),
        (4, "organisation", "ghost"),
        (5, "value", "many"),
        (6, "instrument", ""),
        (7, "id", "Q1"),
        (8, "id", "new"),
        (9, "owner", "ghost"),
    ]
    assert outcomes(report)[0] == "new"
    with pytest.raises(Malformed, match="header"):
        await take(registers, EQUIPMENT, b"id,colour\nA,red\n", OPERATOR, AT)


async def test_a_partys_own_table(registers: Registers) -> None:
    """A seller's rows are its own organisation's; others' rows and fields of the office are not for it."""
    await fill(registers)
    row = {"id": "Q1", "instrument": "光谱仪", "organisation": "uni", "voucher": "是"}
    assert outcomes(await take(registers, EQUIPMENT, table(row), UNI, AT)) == ["new"]
    mine = await registers.directory.get("Q1")
    assert mine is not None
    assert (mine.owner, mine.state) == ("uni", "draft")
    public = moved(EQUIPMENT, mine, "published", "op")
    await registers.directory.replace(EQUIPMENT, public, 1, AT)
    changed = await take(registers, EQUIPMENT, table({**row, "model": "X9"}), UNI, AT)
    again = await registers.directory.get("Q1")
    assert again is not None
    assert (outcomes(changed), again.state) == (["changed"], "draft")
    other = Taker(Reader("f1", "firm"), frozenset({"seller"}), "firm")
    assert outcomes(await take(registers, EQUIPMENT, table(row), other, AT)) == ["refused"]
    assert outcomes(
        await take(registers, EQUIPMENT, table({**row, "id": "Q2", "owner": "firm"}), UNI, AT)
    ) == ["refused"]
    brokers = kinds()["brokers"]
    office = {"id": "B1", "name": "李", "grade": "高级", "certificate": "9", "standing": "正常"}
    assert outcomes(await take(registers, brokers, table(office), UNI, AT)) == ["refused"]
    secret = {"id": "S1", "title": "x", "achievement": "A-2", "area": "农业农村", "holder": "u", "terms": "t"}
    assert outcomes(await take(registers, kinds()["public-good"], table(secret), other, AT)) == ["refused"]


@pytest.mark.parametrize("text", ["=1+1", "+49", "-2", "@x", "＝HYPERLINK(1)", "=cmd|' /C calc'!A0"])
async def test_no_text_becomes_a_formula(registers: Registers, text: str) -> None:
    """In CSV a mark stands before it, in XLSX it is a text; read again, it is what it was."""
    await fill(registers)
    made = entry(EQUIPMENT, "Q1", model=text)
    data = as_csv(EQUIPMENT, [made], ALL, "en")
    (row,) = csv.DictReader(io.StringIO(data.decode("utf-8-sig")))
    assert row["model"] == f"'{text}"
    book = as_xlsx(EQUIPMENT, [made], ALL, "en")
    cells = [
        cell for row in load_workbook(io.BytesIO(book)).worksheets[0] for cell in row if cell.value == text
    ]
    assert [cell.data_type for cell in cells] == ["s"]
    for form in (data, book):
        await take(registers, EQUIPMENT, form, OPERATOR, AT)
        there = await registers.directory.get("Q1")
        assert there is not None
        assert there.fields["model"] == text


def test_what_is_not_open_is_in_no_table() -> None:
    """A canary in every field that is not public is in no table of an outsider, in neither form."""
    for kind in kinds().values():
        hidden = {
            one.name: "CANARY7"
            for one in kind.fields
            if one.type == "text" and one.length >= 7 and one not in kind.seen(False)
        }
        made = moved(kind, entry(kind, "E1", **hidden), "published", "op")
        outside = as_csv(kind, [made], NOBODY, "zh").decode()
        sheet = load_workbook(io.BytesIO(as_xlsx(kind, [made], NOBODY, "en"))).worksheets[0]
        texts = [str(cell.value) for row in sheet for cell in row]
        assert "CANARY7" not in outside
        assert "CANARY7" not in texts
        assert not hidden or "CANARY7" in as_csv(kind, [made], ALL, "zh").decode()
