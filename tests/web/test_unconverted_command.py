"""`luochui unconverted` from the outside: files in, lines or a table out, exit status."""

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import typer
from openpyxl import Workbook
from typer.testing import CliRunner, Result

from exchange.registers.catalogue import COLUMNS
from web.commands.unconverted import unconverted

EXAMPLES = Path(__file__).parents[2] / "examples" / "catalogues"

app = typer.Typer()
app.command()(unconverted)

EXPECTED: dict[str, dict[str, list[str | None]]] = {
    "every-reason": {
        "2026-11-20": [
            None,
            "NOT_FUNDED",
            "FUNDING_UNKNOWN",
            "FUNDING_UNKNOWN",
            "CATEGORY",
            "UNCLASSIFIED",
            "SECRET",
            "SECRET",
            "NO_CLOCK",
            "TOO_YOUNG",
            "CONVERTED",
            "CONVERTED_LATE",
            "IN_TRIAL",
            "BLOCKED",
            None,
        ]
    },
    "leap-years": {
        "2025-02-28": ["TOO_YOUNG", "TOO_YOUNG", None, "TOO_YOUNG", None, "TOO_YOUNG"],
        "2025-03-01": [None, None, None, "TOO_YOUNG", None, None],
        "2025-03-02": [None, None, None, None, None, None],
    },
}


def run(*arguments: object) -> Result:
    """The command with its streams apart."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def answer(path: Path, as_of: str) -> list[dict[str, Any]]:
    """The JSON lines of a file."""
    result = run(path, "--as-of", as_of, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    return [json.loads(line) for line in result.stdout.splitlines()]


def written(tmp_path: Path, *rows: dict[str, str]) -> Path:
    """A catalogue of these rows; a cell left out is empty."""
    path = tmp_path / "catalogue.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


CANDIDATE = {
    "id": "A1",
    "title": "高速主轴轴承",
    "funding": "public:863",
    "category": "技术开发和产业化",
    "secrecy": "公开",
    "secrecy_reviewer": "李审",
    "accepted_on": "2024-02-29",
}


def test_every_example_file_is_expected() -> None:
    """No example is shipped that nothing checks."""
    assert sorted(path.stem for path in EXAMPLES.glob("*.csv")) == sorted(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_the_example_files(name: str) -> None:
    """Each example gives these reasons, row by row, on each of these days."""
    for as_of, reasons in EXPECTED[name].items():
        lines = answer(EXAMPLES / f"{name}.csv", as_of)
        assert [line["reason"] for line in lines] == reasons
        assert [line["candidate"] for line in lines] == [reason is None for reason in reasons]


def test_the_json_lines_byte_for_byte(tmp_path: Path) -> None:
    """The public shape: these keys in this order, in the order of the rows, null where the rule says nothing."""
    path = written(tmp_path, CANDIDATE, {**CANDIDATE, "id": "轴承-2", "accepted_on": ""})
    result = run(path, "--as-of", "2025-03-01", "--json")
    assert result.stdout_bytes.decode() == (
        '{"id":"A1","candidate":true,"reason":null,"clock":"accepted_on",'
        '"last_day":"2025-02-28","candidate_from":"2025-03-01"}\n'
        '{"id":"轴承-2","candidate":false,"reason":"NO_CLOCK","clock":null,"last_day":null,"candidate_from":null}\n'
    )


def test_no_rows_no_lines(tmp_path: Path) -> None:
    """A header alone is answered with nothing, status 0."""
    path = written(tmp_path)
    assert run(path, "--as-of", "2025-03-01", "--json").stdout == ""
    said = run(path, "--as-of", "2025-03-01")
    assert (said.exit_code, said.stderr) == (0, "")
    assert "0 of 0 results" in said.stdout


def test_a_workbook_is_read_like_csv(tmp_path: Path) -> None:
    """The same rows with date cells give the same lines, whatever the file is called."""
    book = Workbook()
    assert book.active is not None
    with (EXAMPLES / "every-reason.csv").open(encoding="utf-8", newline="") as file:
        for number, cells in enumerate(csv.reader(file)):
            values: list[Any] = [*cells]
            for index in range(7, 14) if number else ():
                if cells[index][:2] == "20":
                    values[index] = date.fromisoformat(cells[index])
            book.active.append(values)
    path = tmp_path / "catalogue"
    book.save(path)
    assert answer(path, "2026-11-20") == answer(EXAMPLES / "every-reason.csv", "2026-11-20")


def test_the_table(tmp_path: Path) -> None:
    """For people: each result with its answer and dates, then how many of each."""
    said = run(EXAMPLES / "every-reason.csv", "--as-of", "2026-11-20").stdout
    assert "R01  高速主轴轴承寿命预" in said
    assert "registered_on  2026-03-01  2026-03-02" in said
    assert "As of 2026-11-20, 2 of 15 results are candidates for release." in said
    assert "2  FUNDING_UNKNOWN  nobody knows yet who paid" in said
    assert "not listed: 2." in said


def test_a_secret_is_only_counted(tmp_path: Path) -> None:
    """Neither id nor title of a result that is not public is shown, even where another reason came first."""
    secret = {**CANDIDATE, "id": "S1", "title": "导引头", "secrecy": "国防专利"}
    unfunded = {**secret, "id": "S2", "funding": "own"}
    unreviewed = {**CANDIDATE, "id": "S3", "title": "导引头", "secrecy_reviewer": " "}
    path = written(tmp_path, secret, unfunded, unreviewed)
    said = run(path, "--as-of", "2026-11-20").stdout
    assert "导引头" not in said
    assert not any(name in said for name in ("S1", "S2", "S3"))
    assert "2  SECRET" in said
    assert "1  NOT_FUNDED" in said
    assert "not listed: 3." in said
    lines = answer(path, "2026-11-20")
    assert [line["reason"] for line in lines] == ["SECRET", "NOT_FUNDED", "SECRET"]
    assert {(line["clock"], line["last_day"], line["candidate_from"]) for line in lines} == {
        (None, None, None)
    }


def test_markup_and_control_characters_are_only_text(tmp_path: Path) -> None:
    """A title cannot colour the table, nor command the terminal."""
    path = written(tmp_path, {**CANDIDATE, "title": "[red]x[/nope]\x1b[2J\ny"})
    said = run(path, "--as-of", "2026-11-20").stdout
    assert "\x1b" not in said
    assert "[red]x[/nope][2J y" in " ".join(said.split())


def test_a_long_table_is_one_table(tmp_path: Path) -> None:
    """Every row is printed once, under one header, in columns that stay where they are."""
    rows = [{**CANDIDATE, "id": f"A{number}", "title": "t"} for number in range(1203)]
    said = run(written(tmp_path, *rows), "--as-of", "2026-11-20").stdout.splitlines()
    listed = [line for line in said if line.startswith("A") and "candidate " in line]
    assert [line.split()[0] for line in listed] == [row["id"] for row in rows]
    assert {line.index("candidate ") for line in listed} == {said[0].index("Answer")}
    assert sum("Answer" in line for line in said) == 1


@pytest.mark.parametrize("option", ["--json", None])
def test_bad_input_is_one_line_and_status_2(tmp_path: Path, option: str | None) -> None:
    """File, row, column, what was expected and what came; nothing on standard output, good rows before it or not."""
    path = written(tmp_path, CANDIDATE, {**CANDIDATE, "id": "A2", "conversion_mode": "sold"})
    result = run(path, "--as-of", "2026-11-20", *filter(None, [option]))
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert result.stderr.startswith(
        f"luochui: {path}: row 3, column conversion_mode: expected one of transfer,"
    )
    assert result.stderr.endswith(", got 'sold'\n")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """One line, status 2; a directory is no file either."""
    for path in (tmp_path / "none.csv", tmp_path):
        result = run(path, "--as-of", "2026-11-20")
        assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
        assert result.stderr.startswith(f"luochui: {path}: expected a file that can be read")


@pytest.mark.parametrize(
    "as_of", ["2026-02-29", "2026-2-1", "20261120", "today", "", "2026-11-20T00:00:00+08:00"]
)
def test_the_day_is_a_date(as_of: str) -> None:
    """Only a date like 2026-11-20."""
    result = run(EXAMPLES / "leap-years.csv", "--as-of", as_of)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"luochui: --as-of: expected a date like 2026-11-20, got {as_of!r}\n"


def test_the_day_has_to_be_given() -> None:
    """The answer depends on it, so it is never today by itself."""
    result = run(EXAMPLES / "leap-years.csv", "--json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--as-of" in result.stderr
