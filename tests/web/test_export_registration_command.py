"""`luochui export registration` from the outside: a journal in, a file out, exit status."""

import asyncio
import csv
import io
from pathlib import Path

import pytest
import typer
from openpyxl import load_workbook
from typer.testing import CliRunner, Result

from exchange.store import migrate
from settlement.filing_list import MixedList
from tests.web.asking import TRADE, post, signed
from tests.web.running import running_web
from web.commands import export_registration
from web.commands.export import export_app
from web.documents.filing_table import HEADERS

NUMBER = "2026230001000001"

app = typer.Typer()
app.add_typer(export_app, name="export")


def run(*arguments: object) -> Result:
    """The command with its streams apart."""
    return CliRunner().invoke(app, ["export", "registration", *map(str, arguments)])


@pytest.fixture
def database(sqlite_path: Path) -> str:
    """The journal of a house in which one contract is registered."""
    url = f"sqlite:///{sqlite_path}"

    async def fill() -> None:
        async with running_web(url) as web:
            await signed(web)
            registrar = await web.signed_in("registrar")
            assert (await post(registrar, f"registrations/TC-{TRADE}/number", {})).status_code == 201

    asyncio.run(fill())
    return url


def rows(path: Path) -> list[list[str]]:
    """The rows of a CSV file."""
    return list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


def test_a_journal_becomes_a_list(database: str, tmp_path: Path) -> None:
    """CSV and XLSX by the file's ending or by --format, with the same contract; nothing half written stays."""
    table, book, other = tmp_path / "list.csv", tmp_path / "list.xlsx", tmp_path / "list"
    result = run(table, "--database", database, "--year", "2026")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("1 contracts written to ")
    assert tuple(rows(table)[0]) == HEADERS
    assert rows(table)[1][0] == NUMBER
    assert run(book, "--database", database, "--office", "230001").exit_code == 0
    sheet = load_workbook(book).active
    assert sheet is not None
    assert sheet["A2"].value == NUMBER
    assert run(other, "--database", database, "--format", "csv").exit_code == 0
    assert other.read_bytes() == table.read_bytes()
    assert sorted(tmp_path.glob("*.part")) == []


def test_filters_leave_an_empty_list(database: str, tmp_path: Path) -> None:
    """A year, an office or a size without contracts: the header alone, and status 0."""
    for options in (("--year", "2025"), ("--office", "230101"), ("--size", "from")):
        path = tmp_path / "empty.csv"
        result = run(path, "--database", database, *options)
        assert result.exit_code == 0
        assert len(rows(path)) == 1


@pytest.mark.parametrize(
    ("name", "options", "field"),
    [
        ("list.pdf", (), "FILE"),
        ("list", (), "FILE"),
        ("list.csv", ("--format", "ods"), "--format"),
        ("list.csv", ("--year", "26"), "--year"),
        ("list.csv", ("--office", "mars"), "--office"),
        ("list.csv", ("--size", "big"), "--size"),
        ("list.csv", ("--house", "mars"), "--house"),
        ("no/such/list.csv", (), "FILE"),
    ],
)
def test_bad_input_is_one_line_and_2(
    database: str, tmp_path: Path, name: str, options: tuple[str, ...], field: str
) -> None:
    """The line names the field, what came and what was expected; no file is left."""
    path = tmp_path / name
    result = run(path, "--database", database, *options)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert field in result.stderr
    assert not path.exists()


def test_an_empty_journal_has_no_house(sqlite_path: Path, tmp_path: Path) -> None:
    """Status 2, and the line says so."""
    url = f"sqlite:///{sqlite_path}"
    asyncio.run(migrate.upgrade(url))
    result = run(tmp_path / "list.csv", "--database", url)
    assert (result.exit_code, "no houses at all" in result.stderr) == (2, True)


def test_a_mixed_list_is_a_no(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Status 1, the rule named, what to choose, and no file."""

    def refuse(*_: object) -> None:
        raise MixedList("江苏省大额技术合同复审: 1 below and 1 from it on")

    monkeypatch.setattr(export_registration, "selected", refuse)
    result = run(tmp_path / "list.csv", "--database", database)
    assert result.exit_code == 1
    assert "--size below" in result.stderr
    assert not (tmp_path / "list.csv").exists()
