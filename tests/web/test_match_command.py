"""`luochui match` from the outside."""

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from exchange.demo.data import load, register_row
from exchange.registers import Organisation, Registers
from exchange.store import migrate
from web.commands.match import match_app, read_demand

AT = 1_772_413_200_000_000
DEMAND = """
title: 农药车间污水生化后不达标
need: 想在生化末端再加一道处理
field: 环境保护与资源综合利用
trl_min: 7
budget: "3000000.00"
"""


@pytest.fixture
def database(sqlite_path: Path) -> str:
    """Registers with the demo's achievements."""
    url = f"sqlite:///{sqlite_path}"

    async def fill() -> None:
        await migrate.upgrade(url)
        registers = Registers(url)
        await registers.open()
        organisation = Organisation("university", "大学", "university", "henan", "12X")
        await registers.organisations.add(organisation, "t", AT)
        await registers.achievements.add_all([register_row(one, "university") for one in load()], "t", AT)
        await registers.close()

    asyncio.run(fill())
    return url


def ask(tmp_path: Path, database: str, content: str, *more: str) -> Result:
    """Run the command on a demand."""
    file = tmp_path / "demand.yaml"
    file.write_text(content, encoding="utf-8")
    return CliRunner().invoke(match_app, ["demand", str(file), "--database", database, *more])


def test_a_demand_from_a_file_finds_its_achievement(tmp_path: Path, database: str) -> None:
    """As JSON lines, best first, and as text with what speaks for and against."""
    found = ask(tmp_path, database, DEMAND, "--json", "--top", "3")
    assert found.exit_code == 0, found.output
    lines = [json.loads(line) for line in found.stdout.splitlines()]
    assert lines[0]["supply"] == "demo-7"
    assert len(lines) <= 3
    shown = ask(tmp_path, database, DEMAND)
    assert "污水≈废水" in shown.stdout
    assert "against: " in shown.stdout


def test_the_example_is_a_demand_file() -> None:
    """What the documentation shows can be read."""
    found = read_demand(Path(__file__).parents[2] / "examples" / "demands" / "pesticide-water.yaml")
    assert (found.least_trl, found.budget_fen, found.open) == (7, 300_000_000, True)


def test_nothing_found_is_the_answer_no(tmp_path: Path, database: str) -> None:
    """Status 1."""
    found = ask(tmp_path, database, "title: 龘靐\n")
    assert found.exit_code == 1
    assert "Nothing" in found.stdout


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("title: x\nwish: y\n", "wish"),
        ("need: x\n", "title"),
        ("title: x\nbudget: '12'\n", "budget"),
        ("title: x\ntrl_min: 12\n", "trl_min"),
    ],
)
def test_a_bad_file_is_one_clear_line(tmp_path: Path, database: str, content: str, complaint: str) -> None:
    """Status 2 and the field."""
    found = ask(tmp_path, database, content)
    assert found.exit_code == 2
    assert complaint in found.stderr
    assert len(found.stderr.strip().splitlines()) == 1


def test_a_database_that_is_not_there(tmp_path: Path) -> None:
    """Status 2, and none is made."""
    found = ask(tmp_path, f"sqlite:///{tmp_path}/none.db", DEMAND)
    assert found.exit_code == 2
    assert not (tmp_path / "none.db").exists()


def test_evaluate_prints_product_and_floors() -> None:
    """Two figures for each, the product above the floors; another part than the two is bad usage."""
    found = CliRunner().invoke(match_app, ["evaluate", "--json"])
    assert found.exit_code == 0
    figures = {line["name"]: line["measured"] for line in map(json.loads, found.stdout.splitlines())}
    assert len(figures) == 6
    for figure in ("recall_at_10", "mrr"):
        assert (
            figures[f"product_{figure}"] > figures[f"bigram_bm25_{figure}"] > figures[f"substring_{figure}"]
        )
    assert "recall@10" in CliRunner().invoke(match_app, ["evaluate"]).stdout
    assert CliRunner().invoke(match_app, ["evaluate", "--part", "all"]).exit_code == 2
