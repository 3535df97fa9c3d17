"""What every benchmark prints: figures with their goals, as a table or as JSON lines.

A line is ``{"name":…,"measured":…,"unit":…}``, with ``"goal":…,"met":true|false`` where there is a goal.
Figures go to stdout; progress and notes go to stderr, progress only when that is a terminal.
"""

import json
import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import Progress
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number. `goal` is a lower bound, or an upper bound when `at_most`."""

    name: str
    measured: float
    unit: str
    goal: float | None = None
    at_most: bool = False

    @property
    def met(self) -> bool | None:
        """Whether the goal holds for the number as measured; None without a goal."""
        if self.goal is None:
            return None
        return self.measured <= self.goal if self.at_most else self.measured >= self.goal

    def line(self) -> str:
        """The figure as one line of JSON."""
        fields: dict[str, object] = {"name": self.name, "measured": _short(self.measured), "unit": self.unit}
        if self.goal is not None:
            fields |= {"goal": self.goal, "met": self.met}
        return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of one benchmark, and what a reader has to know about them."""

    title: str
    figures: Sequence[Figure]
    notes: Sequence[str] = ()

    def show(self, as_json: bool) -> None:
        """Print JSON lines or a table to stdout, and the notes to stderr."""
        if as_json:
            for figure in self.figures:
                print(figure.line())
        else:
            Console().print(self._table())
        console = Console(stderr=True)
        for note in self.notes:
            console.print(f"note: {note}", markup=False, highlight=False, soft_wrap=True)

    def _table(self) -> Table:
        table = Table(title=self.title, title_justify="left")
        table.add_column("figure", overflow="fold")
        table.add_column("measured", justify="right")
        table.add_column("unit")
        table.add_column("goal", justify="right")
        table.add_column("met")
        for figure in self.figures:
            table.add_row(figure.name, f"{_short(figure.measured):,}", figure.unit, *_verdict(figure))
        return table


def median_ratio(measured: Sequence[float], beside: Sequence[float]) -> float:
    """The median of the ratios of each round, which a slow moment of the machine hits on both sides."""
    return statistics.median(a / b for a, b in zip(measured, beside, strict=True))


def per_second(name: str, operations: int, taken: Sequence[float]) -> Figure:
    """Operations a second, by the median of the rounds' seconds."""
    return Figure(name, operations / statistics.median(taken), "ops/s")


@contextmanager
def progress(title: str, total: int) -> Iterator[Callable[[], None]]:
    """A bar on stderr while work goes on; the yielded function moves it one step. Silent off a terminal."""
    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(title, total=total)
        yield lambda: bar.advance(task)


def _verdict(figure: Figure) -> tuple[str, str]:
    if figure.goal is None:
        return "", ""
    return f"{'≤' if figure.at_most else '≥'} {figure.goal:g}", "[green]yes" if figure.met else "[red]no"


def _short(value: float) -> float:
    """Whole numbers from a thousand on, three significant digits below."""
    return round(value) if abs(value) >= 1000 else float(f"{value:.3g}")
