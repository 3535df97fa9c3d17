"""`luochui report` and `luochui export ocds` from the outside: a database in, lines and status out."""

import asyncio
import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from exchange.store import migrate as schema
from settlement.dates import shanghai_date
from tests.exchange.reports.played import play, played
from tests.exchange.reports.standard import faults
from web.commands.export import export_app
from web.commands.report import report_app

app = typer.Typer()
app.add_typer(report_app, name="report")
app.add_typer(export_app, name="export")
LAST = shanghai_date(played()[-1].at).isoformat()


def run(*arguments: object) -> Result:
    """The command with its streams apart."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def database(sqlite_path: Path) -> str:
    """A database in which one lot went all its way."""
    url = f"sqlite:///{sqlite_path}"
    asyncio.run(play(url))
    return url


def test_figures_are_the_same_bytes_each_time(database: str) -> None:
    """Two runs at a date print one and the same line, which names how far each journal was read."""
    one, other = (run("report", "figures", "--at", LAST, "--json", "--database", database) for _ in range(2))
    assert one.exit_code == 0, one.stderr
    assert one.stdout == other.stdout
    found = json.loads(one.stdout)
    assert (found["at"], found["total"]["listings"], found["total"]["contracts"]) == (LAST, 1, 0)
    assert found["journals"] == [
        {"house": "hub", "seq": played()[-1].seq, "hash": found["journals"][0]["hash"]}
    ]


def test_figures_at_an_earlier_date_know_nothing_of_later(database: str) -> None:
    """On the day of the listing nothing is sold."""
    first = shanghai_date(played()[0].at).isoformat()
    wish = ("--at", first, "--rehearsals", "--json", "--database", database)
    total = json.loads(run("report", "figures", *wish).stdout)["total"]
    assert (total["listings"], total["trades"], total["sessions"]) == (1, 0, 0)


def test_the_table_is_for_people(database: str) -> None:
    """Without --json there is a table and the digest of what --json would print."""
    answer = run("report", "figures", "--rehearsals", "--at", LAST, "--database", database)
    assert answer.exit_code == 0
    assert "2026-03" in answer.stdout
    assert "digest " in answer.stdout


def test_an_index_with_its_composition(database: str) -> None:
    """The base month is 100; every part is an exact fraction with its weight."""
    wish = ("--at", LAST, "--rehearsals", "--json", "--database", database)
    answer = run("report", "index", "conversion", *wish)
    assert answer.exit_code == 0, answer.stderr
    found = json.loads(answer.stdout)
    assert (found["base_month"], found["points"][0]["index"]) == ("2026-03", "100.00")
    assert {part["weight"] for part in found["points"][0]["parts"]} == {"0.25", "0.15", "0.10"}


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("report", "figures", "--at", "soon"), "--at"),
        (("report", "index", "joy"), "index"),
        (("report", "index", "--base", "2030-01"), "--base"),
        (("export", "ocds", "--at", "soon"), "--at"),
    ],
)
def test_bad_usage_is_one_clear_line(database: str, arguments: tuple[str, ...], named: str) -> None:
    """Status 2, and the option is named."""
    answer = run(*arguments, "--database", database)
    assert answer.exit_code == 2
    assert named in answer.stderr
    assert answer.stdout == ""


def test_an_index_of_nothing_is_no_answer(sqlite_path: Path) -> None:
    """An empty journal has no index: status 1."""
    url = f"sqlite:///{sqlite_path}"
    asyncio.run(schema.upgrade(url))
    assert run("report", "index", "--database", url).exit_code == 1


def test_open_data_is_a_package_of_the_standard(database: str, tmp_path: Path) -> None:
    """Written to a file or to stdout it is the same; practice is left out unless asked for."""
    target = tmp_path / "ocds.json"
    wish = ("export", "ocds", "--rehearsals", "--database", database)
    assert run(*wish, "--out", target).exit_code == 0
    assert run(*wish).stdout.encode() == target.read_bytes()
    package = json.loads(target.read_bytes())
    assert faults(package) == []
    assert len(package["releases"]) == 6
    real = json.loads(run("export", "ocds", "--database", database).stdout)
    assert [release["tag"] for release in real["releases"]] == [["planning"]]
