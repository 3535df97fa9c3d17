"""The catalogue of the one-year rule, cell by cell."""

import csv
import io
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import Workbook

from exchange.market.unconverted import CatalogueRow, Category, Funding, Mode, Secrecy, Source
from exchange.registers.catalogue import COLUMNS, read_catalogue
from matching_engine.errors import Malformed

CELLS = {
    "id": "A1",
    "title": "高速主轴轴承",
    "holder": "示例大学",
    "funding": "own; public: 市重大专项 ;public:",
    "category": "技术开发和产业化",
    "secrecy": "公开",
    "secrecy_reviewer": "李审",
    "accepted_on": "2024-02-29",
    "registered_on": "2024-03-01",
    "granted_on": "2024-04-01",
    "admitted_on": "2024-05-01",
    "converted_on": "2025-06-01",
    "conversion_mode": "licence",
    "trial_until": "2025-07-01",
    "impediment": "质押",
}
WHOLE = CatalogueRow(
    id="A1",
    title="高速主轴轴承",
    holder="示例大学",
    funding=(Funding(Source.OWN), Funding(Source.PUBLIC, "市重大专项"), Funding(Source.PUBLIC)),
    category=Category.DEVELOPMENT,
    secrecy=Secrecy.PUBLIC,
    secrecy_reviewer="李审",
    accepted_on=date(2024, 2, 29),
    registered_on=date(2024, 3, 1),
    granted_on=date(2024, 4, 1),
    admitted_on=date(2024, 5, 1),
    converted_on=date(2025, 6, 1),
    conversion_mode=Mode.LICENCE,
    trial_until=date(2025, 7, 1),
    impediment="质押",
)


def as_csv(*rows: dict[str, str]) -> bytes:
    """A file with these rows."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def read(**changes: str) -> CatalogueRow:
    """The one row of a file, with some cells changed."""
    (row,) = read_catalogue(as_csv({**CELLS, **changes}))
    return row


def test_a_whole_row() -> None:
    """Every column arrives in its field."""
    assert read() == WHOLE


def test_an_almost_empty_row() -> None:
    """Only the id has to be there; what nobody recorded is unknown."""
    assert read(**{**dict.fromkeys(CELLS, ""), "id": "A1"}) == CatalogueRow(id="A1")


def test_cells_are_trimmed() -> None:
    """Space around a cell, the wide one of Chinese typing too, is not content."""
    assert read(**{name: f" \u3000{text}\t" for name, text in CELLS.items()}) == WHOLE
    assert read(impediment="  ", secrecy_reviewer="\u3000").impediment == ""


def test_a_workbook_with_date_cells_and_with_texts() -> None:
    """The same row, whichever way the dates were typed."""
    for as_cell in (datetime.fromisoformat, str):
        book = Workbook()
        assert book.active is not None
        book.active.append(list(COLUMNS))
        cells: dict[str, Any] = {
            name: as_cell(text) if name.endswith(("_on", "_until")) else text for name, text in CELLS.items()
        }
        book.active.append([cells[name] for name in COLUMNS])
        file = io.BytesIO()
        book.save(file)
        assert list(read_catalogue(file.getvalue())) == [WHOLE]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        (" ; ", ()),
        ("own;", (Funding(Source.OWN),)),
        ("industry ;own", (Funding(Source.INDUSTRY), Funding(Source.OWN))),
        ("public:", (Funding(Source.PUBLIC),)),
        ("public:a:b", (Funding(Source.PUBLIC, "a:b"),)),
    ],
)
def test_funding(text: str, expected: tuple[Funding, ...]) -> None:
    """Sources in order; a programme may hold a colon."""
    assert read(funding=text).funding == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Secrecy.UNKNOWN),
        ("unknown", Secrecy.UNKNOWN),
        ("未知", Secrecy.UNKNOWN),
        ("国家秘密", Secrecy.STATE_SECRET),
        ("国防专利", Secrecy.DEFENCE_PATENT),
    ],
)
def test_secrecy(text: str, expected: Secrecy) -> None:
    """The three degrees; silence and the word for it are unknown, which counts as secret."""
    assert read(secrecy=text).secrecy is expected


def test_a_mode_may_stand_without_a_date() -> None:
    """Agreed, and not in effect yet."""
    assert read(converted_on="").conversion_mode is Mode.LICENCE


@pytest.mark.parametrize(
    ("column", "text", "expected"),
    [
        ("id", "", "a printable text that is not empty"),
        ("funding", "own；public:x", "public:<programme>, own or industry, separated by ;"),
        ("funding", "public", "public:<programme>, own or industry, separated by ;"),
        ("funding", "public：x", "public:<programme>, own or industry, separated by ;"),
        ("funding", "Own", "public:<programme>, own or industry, separated by ;"),
        ("funding", "public:x;gift", "public:<programme>, own or industry, separated by ;"),
        ("category", "开发", "one of 基础研究, 应用研究, 技术开发和产业化, 软科学研究, or an empty cell"),
        ("secrecy", "内部", "one of 公开, 国家秘密, 国防专利, 未知, or an empty cell"),
        ("conversion_mode", "sold", "one of transfer, licence, equity"),
        ("conversion_mode", "", "one of transfer, licence, equity"),
        ("accepted_on", "2025-02-29", "a date like 2026-11-20"),
        ("accepted_on", "9998-01-01", "a date up to 9997-12-31"),
        ("admitted_on", "9999-12-31", "a date up to 9997-12-31"),
        ("converted_on", "2025-6-1", "a date like 2026-11-20"),
        ("trial_until", "soon", "a date like 2026-11-20"),
    ],
)
def test_a_bad_cell(column: str, text: str, expected: str) -> None:
    """Row, column, what was expected, what came."""
    with pytest.raises(Malformed) as caught:
        read(**{column: text})
    error = caught.value
    assert error.field == f"row 2, column {column}"
    assert error.expected.startswith(expected)
    assert error.got == text


def test_each_id_once() -> None:
    """The second is named, and the row of the first; space around an id does not make another."""
    rows = as_csv(CELLS, {**CELLS, "id": "A2"}, {**CELLS, "id": " A1 "})
    with pytest.raises(
        Malformed, match=r"^row 4, column id: expected each id once \(row 2 has it\), got ' A1 '$"
    ):
        list(read_catalogue(rows))
