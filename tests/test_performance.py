"""The page about speed follows from what the benchmarks printed."""

import json

import pytest

from scripts import make_performance as maker


def test_the_tables_are_those_of_the_measurement() -> None:
    """Nobody typed a figure: each table is the one that docs/measured gives."""
    assert not maker.stale()


@pytest.mark.parametrize("part", maker.PARTS)
def test_every_benchmark_has_its_table(part: str) -> None:
    """Its figures stand on the page, with the goal of each that has one."""
    _, *lines = (maker.MEASURED / f"{part}.jsonl").read_text(encoding="utf-8").splitlines()
    figures = [json.loads(line) for line in lines]
    assert figures
    text = maker.PAGE.read_text(encoding="utf-8")
    assert all(f"| {figure['name']} |" in text for figure in figures)


@pytest.mark.parametrize(
    ("figure", "goal"),
    [
        ({"measured": 2.0, "goal": 1.5, "met": True}, "≥ 1.5"),
        ({"measured": 1.0, "goal": 1.5, "met": True}, "≤ 1.5"),
        ({"measured": 2.0, "goal": 1.5, "met": False}, "≤ 1.5"),
        ({"measured": 1.0, "goal": 1.5, "met": False}, "≥ 1.5"),
    ],
)
def test_the_direction_of_a_goal(figure: dict[str, object], goal: str) -> None:
    """Met above or missed below is a lower bound; the other two are upper bounds."""
    assert maker._goal(figure) == goal
