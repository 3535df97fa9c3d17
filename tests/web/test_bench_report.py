"""The shared report of the benchmarks: goals, JSON lines, tables, medians, progress."""

import json

import pytest

from web.bench.report import Figure, Report, median_ratio, per_second, progress


@pytest.mark.parametrize(
    ("figure", "met"),
    [
        (Figure("f", 2.5, "×", 2.5), True),
        (Figure("f", 2.49, "×", 2.5), False),
        (Figure("f", 1.5, "×", 1.5, at_most=True), True),
        (Figure("f", 1.51, "×", 1.5, at_most=True), False),
        (Figure("f", 7, "ms"), None),
    ],
)
def test_a_goal_is_a_bound_on_one_side(figure: Figure, met: bool | None) -> None:
    """A goal is met at the bound and on its good side; a figure without a goal is neither met nor missed."""
    assert figure.met is met


def test_a_line_has_the_published_fields() -> None:
    """Goal and met stand in a line only where there is a goal, and names stay readable."""
    assert Figure("a ÷ b", 2.71828, "×", 2.5).line() == (
        '{"name":"a ÷ b","measured":2.72,"unit":"×","goal":2.5,"met":true}'
    )
    assert json.loads(Figure("rate", 123456.7, "ops/s").line()) == {
        "name": "rate",
        "measured": 123457,
        "unit": "ops/s",
    }


def test_rounding_never_decides_a_goal() -> None:
    """A figure just under its goal is shown rounded, and still not met."""
    assert json.loads(Figure("f", 2.4999, "×", 2.5).line()) == {
        "name": "f",
        "measured": 2.5,
        "unit": "×",
        "goal": 2.5,
        "met": False,
    }


def test_figures_go_to_stdout_and_notes_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    """With --json every line of stdout is JSON, whatever notes there are."""
    report = Report("title", [Figure("a", 1, "s"), Figure("b", 2, "s", 1)], ["[peer] is missing"])
    report.show(as_json=True)
    out, err = capsys.readouterr()
    assert [json.loads(line)["name"] for line in out.splitlines()] == ["a", "b"]
    assert err == "note: [peer] is missing\n"


def test_the_table_shows_goal_and_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    """A person sees the title, each figure, the direction of its goal and whether it is met."""
    figures = [Figure("fast enough", 3, "×", 2.5), Figure("too slow", 1.6, "×", 1.5, at_most=True)]
    Report("The title", figures).show(as_json=False)
    out, _ = capsys.readouterr()
    rows = [line for line in out.splitlines() if "×" in line]
    assert "The title" in out
    assert "≥ 2.5" in rows[0]
    assert "yes" in rows[0]
    assert "≤ 1.5" in rows[1]
    assert "no" in rows[1]


def test_the_median_is_taken_of_the_ratios_of_rounds() -> None:
    """A slow round that hits both sides changes nothing."""
    assert median_ratio([2, 20, 4], [1, 10, 2]) == 2
    assert per_second("x", 100, [4, 1, 2]).measured == 50


def test_progress_is_silent_off_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """A log file gets no bar."""
    with progress("work", 2) as tick:
        tick()
        tick()
    assert capsys.readouterr() == ("", "")
