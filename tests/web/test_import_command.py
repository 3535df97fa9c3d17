"""`luochui import`: report, exit statuses, all or none, the same file twice."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from web.cli import app

GOOD = "编号,成果名称,技术成熟度\nA1,轴承,7\nA2,主轴,6\n"
MIXED = "id,title,trl\nA1,轴承,8\nA3,坏,十\n"


@pytest.fixture
def run(tmp_path: Path, sqlite_path: Path):  # type: ignore[no-untyped-def]
    """Runs the command on a file with this content, against an embedded database of its own."""

    def running(content: str, *options: str, kind: str = "achievements") -> tuple[int, str, str]:
        file = tmp_path / "table.csv"
        file.write_text(content, encoding="utf-8")
        url = f"sqlite:///{sqlite_path}"
        done = CliRunner().invoke(app, ["import", kind, str(file), "--database", url, *options])
        return done.exit_code, done.stdout, done.stderr

    return running


def test_taken_and_taken_again(run) -> None:  # type: ignore[no-untyped-def]
    """0 when all rows are taken; the second time nothing changes."""
    status, out, _ = run(GOOD)
    assert (status, "2 rows: 2 new, 0 changed, 0 unchanged, 0 not taken." in out) == (0, True)
    status, out, _ = run(GOOD)
    assert (status, "2 unchanged" in out) == (0, True)


def test_some_rows_not_taken(run) -> None:  # type: ignore[no-untyped-def]
    """1, and each row as a JSON line with column, value and expectation."""
    run(GOOD)
    status, out, _ = run(MIXED, "--json")
    rows = [json.loads(line) for line in out.splitlines()]
    assert status == 1
    assert rows == [
        {"row": 2, "outcome": "changed", "id": "A1"},
        {
            "row": 3,
            "outcome": "refused",
            "id": "A3",
            "column": "trl",
            "value": "十",
            "expected": "a readiness level from 1 to 9",
        },
    ]


def test_strict_takes_none(run) -> None:  # type: ignore[no-untyped-def]
    """1 and nothing written; without the bad row everything is new."""
    status, out, _ = run(MIXED, "--strict")
    assert (status, "Nothing was written" in out) == (1, True)
    status, out, _ = run(GOOD)
    assert "2 new" in out


def test_demands(run) -> None:  # type: ignore[no-untyped-def]
    """The other register."""
    status, out, _ = run("编号,需求名称\nD1,低温轴承\n", kind="demands")
    assert (status, "1 new" in out) == (0, True)


def test_a_bad_file(run, tmp_path: Path, sqlite_path: Path) -> None:  # type: ignore[no-untyped-def]
    """2 with one line that names file, place, what came and what was expected."""
    status, out, err = run("id,colour\n")
    assert (status, out) == (2, "")
    assert err.count("\n") == 1
    assert "table.csv: row 1, header" in err
    missing = str(tmp_path / "none.csv")
    done = CliRunner().invoke(
        app, ["import", "achievements", missing, "--database", f"sqlite:///{sqlite_path}"]
    )
    assert done.exit_code == 2
    assert "none.csv" in done.stderr


def test_the_examples_are_taken(run) -> None:  # type: ignore[no-untyped-def]
    """The files under examples/import go in whole."""
    examples = Path(__file__).parents[2] / "examples/import"
    for kind, count in (("achievements", 3), ("demands", 2)):
        status, out, _ = run((examples / f"{kind}.csv").read_text(encoding="utf-8"), kind=kind)
        assert (status, f"{count} new" in out) == (0, True)
