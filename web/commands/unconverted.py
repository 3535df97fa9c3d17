"""`luochui unconverted`: the one-year rule over a catalogue."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.cells import cell_len
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from exchange.market.unconverted import EXPLAINED, CatalogueRow, Reason, Verdict, judge, may_be_named
from exchange.registers.catalogue import read_catalogue
from matching_engine.errors import Malformed
from settlement.dates import parse_date
from web.commands.errors import exits

_ROWS_A_STEP = 500
_ID_CELLS_MAX = 16


def unconverted(
    catalogue: Annotated[
        Path,
        typer.Argument(metavar="CATALOGUE.csv", help="The catalogue, CSV or XLSX.", show_default=False),
    ],
    as_of: Annotated[
        str, typer.Option(metavar="DATE", help="The day to judge on, like 2026-11-20.", show_default=False)
    ],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line for each row.")] = False,
) -> None:
    """Find the publicly funded results that nobody converted within a year, and say of the others why not.

    Secret results are only counted; --json names their ids and nothing else.
    Exit status 0 when the answer is printed, whatever it is; 2 for bad input, and then nothing is printed.
    """
    with exits():
        day = _day(as_of)
        with _in_file(catalogue):
            judged = _judged(read_catalogue(catalogue.read_bytes()), day)
    if as_json:
        typer.echo(b"".join(msgspec.json.encode(verdict) + b"\n" for _, verdict in judged), nl=False)
    else:
        _show(judged, day)


Judged = Sequence[tuple[str | None, Verdict]]
"""The title and the verdict of each row; without the title where the result may not be named."""


def _day(text: str) -> date:
    day = parse_date(text)
    if day is None:
        raise Malformed("--as-of", text, "a date like 2026-11-20")
    return day


@contextmanager
def _in_file(path: Path) -> Iterator[None]:
    """An error about a row also names the file."""
    try:
        yield
    except OSError as error:
        raise Malformed(str(path), error.strerror, "a file that can be read") from error
    except Malformed as wrong:
        raise Malformed(f"{path}: {wrong.field}", wrong.got, wrong.expected) from wrong


def _judged(rows: Iterable[CatalogueRow], as_of: date) -> Judged:
    """Every row is read before anything is printed: a catalogue with an error has no answer."""
    judged: list[tuple[str | None, Verdict]] = []
    with _progress() as progress:
        bar = progress.add_task("rows judged", total=None)
        for row in rows:
            judged.append((row.title if may_be_named(row) else None, judge(row, as_of)))
            if len(judged) % _ROWS_A_STEP == 0:
                progress.update(bar, completed=len(judged))
    return judged


def _progress() -> Progress:
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.completed} {task.description}"), TimeElapsedColumn())
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def _show(judged: Judged, as_of: date) -> None:
    """A line for each result that may be named, and below them what became of all."""
    console = Console(highlight=False)
    named = [(title, verdict) for title, verdict in judged if title is not None]
    id_width = max((cell_len(verdict.id) for _, verdict in named), default=0)
    for start in range(0, len(named), _ROWS_A_STEP):
        console.print(_table(named[start : start + _ROWS_A_STEP], id_width, show_header=start == 0))
    reasons = Counter(verdict.reason for _, verdict in judged)
    console.print(f"\nAs of {as_of}, {reasons[None]} of {len(judged)} results are candidates for release.")
    for reason in Reason:
        if reasons[reason]:
            console.print(Text(f"  {reasons[reason]:>6}  {reason:<15}  {EXPLAINED[reason]}"))
    if len(named) < len(judged):
        console.print(f"Secret or not reviewed, and therefore not listed: {len(judged) - len(named)}.")


def _table(named: Sequence[tuple[str, Verdict]], id_width: int, *, show_header: bool) -> Table:
    """A page of a long table; the columns of every page are as wide as those of the first."""
    table = Table(box=None, pad_edge=False, header_style="bold", expand=True, show_header=show_header)
    table.add_column("Id", width=min(id_width, _ID_CELLS_MAX), overflow="fold")
    table.add_column("Title", ratio=1, overflow="fold")
    for name, width in (("Answer", 15), ("Clock", 13), ("Last day", 10), ("From", 10)):
        table.add_column(name, width=width)
    for title, verdict in named:
        answer = Text(verdict.reason, "dim") if verdict.reason else Text("candidate", "bold green")
        dates = (verdict.clock, verdict.last_day, verdict.candidate_from)
        cells = (Text(str(value)) if value else Text("") for value in dates)
        table.add_row(Text(verdict.id), Text(_printable(title)), answer, *cells)
    return table


def _printable(title: str) -> str:
    """On one line, and without what a terminal would obey."""
    return "".join(char for char in " ".join(title.split()) if char.isprintable() or char.isspace())
