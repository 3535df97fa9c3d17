"""`luochui directory`: tables in and out of an embedded database, and what is not taken."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from web.cli import app

ROWS = "编号,机构名称,机构类别,统一社会信用代码,技术经纪人数\nI1,甲中心,技术转移机构,91A,3\nI2,乙中心,协会,91B,\n"


@pytest.fixture
def database(tmp_path: Path) -> str:
    """An empty embedded database."""
    return f"sqlite:///{tmp_path / 'd.db'}"


def run(*arguments: str) -> tuple[int, str]:
    """Exit status and output of the command."""
    result = CliRunner().invoke(app, ["directory", *arguments])
    return result.exit_code, result.output


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_in_and_out(tmp_path: Path, database: str, form: str) -> None:
    """A faulty row is reported and the others are taken; what is written out changes nothing when it comes in."""
    source, target = tmp_path / "in.csv", tmp_path / f"out.{form}"
    source.write_text(ROWS, encoding="utf-8")
    status, said = run("import", "institutions", str(source), "--json", "--database", database)
    reports = [json.loads(line) for line in said.splitlines()]
    assert (status, [one["outcome"] for one in reports]) == (1, ["new", "refused"])
    assert (reports[1]["row"], reports[1]["column"], reports[1]["value"]) == (3, "category", "协会")
    assert run("export", "institutions", str(target), "--database", database)[0] == 0
    status, said = run("import", "institutions", str(target), "--database", database)
    assert (status, "1 unchanged" in said) == (0, True)


def test_all_or_none(tmp_path: Path, database: str) -> None:
    """--strict writes nothing where a row is faulty."""
    source = tmp_path / "in.csv"
    source.write_text(ROWS, encoding="utf-8")
    status, said = run("import", "institutions", str(source), "--strict", "--database", database)
    assert (status, "Nothing was written" in said) == (1, True)
    target = tmp_path / "out.csv"
    run("export", "institutions", str(target), "--database", database)
    assert len(target.read_text(encoding="utf-8-sig").splitlines()) == 1


def test_bad_usage(tmp_path: Path, database: str) -> None:
    """An unknown kind, language, ending or file is one line and status 2."""
    for arguments in (
        ("export", "castles", str(tmp_path / "x.csv")),
        ("export", "equipment", str(tmp_path / "x.pdf")),
        ("export", "equipment", str(tmp_path / "x.csv"), "--language", "fr"),
        ("export", "equipment", str(tmp_path / "nowhere" / "x.csv")),
        ("import", "equipment", str(tmp_path / "missing.csv")),
    ):
        assert run(*arguments, "--database", database)[0] == 2, arguments


def test_the_kinds_are_listed() -> None:
    """Name and titles in both languages, one a line."""
    status, said = run("kinds")
    assert status == 0
    assert "equipment\t开放仪器设备\tOpen equipment" in said
