"""`luochui rehearse`: a session's rule set against scripted bids, in virtual time."""

import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from matching_engine.errors import Malformed
from web.commands.errors import BAD_INPUT, exits, quit_with
from web.rehearsal.lines import Record, records
from web.rehearsal.run import Transcript, rehearse_script
from web.rehearsal.script import read_script

LONG_BYTES = 200_000
"""Size of a file from which on a progress bar is worth looking at."""
_COLUMNS = ("seq", "at", "type", "lot", "bidder", "amount")


def rehearse(
    file: Annotated[
        Path, typer.Argument(metavar="FILE.yaml", help="The rehearsal file.", show_default=False)
    ],
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON line for each event, the Result last.")
    ] = False,
) -> None:
    """Play the lot of a rehearsal file to its end and print what happens.

    Exit status 0 when the answer is printed, whatever it is; 2 for bad input.
    """
    with exits():
        said = _rehearsed(file)
    if as_json:
        typer.echo(b"\n".join(map(msgspec.json.encode, said)))
    else:
        _show(said)


def _rehearsed(file: Path) -> list[Record]:
    """The lines of a file; bad input ends the command with one line that names the file and the place."""
    try:
        return list(records(_played(file.read_bytes())))
    except Malformed as wrong:
        raise quit_with(_one_line(f"{file}: {wrong}"), BAD_INPUT) from wrong
    except OSError as error:
        raise quit_with(
            _one_line(f"{file}: expected a readable file, got {error.strerror}"), BAD_INPUT
        ) from error


def _played(data: bytes) -> Transcript:
    """Read and play, with a bar on stderr where it takes long and somebody is looking."""
    if len(data) < LONG_BYTES or not sys.stderr.isatty():
        return rehearse_script(read_script(data))
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("reading", total=None)
        script = read_script(data)
        progress.update(task, description="rehearsing", total=len(script.steps))
        return rehearse_script(script, lambda: progress.advance(task))


def _one_line(text: str) -> str:
    return " ".join(text.split())[:500]


def _show(said: list[Record]) -> None:
    """A table of what happened, and the outcome below it."""
    console = Console(highlight=False)
    table = Table(
        box=None, pad_edge=False, header_style="bold", caption="Times at +08:00.", caption_justify="left"
    )
    for title in ("#", "At", "Event", "Bidder"):
        table.add_column(title, no_wrap=True)
    table.add_column("Amount", justify="right", no_wrap=True)
    table.add_column("", overflow="fold")
    closes_at, (*events, result) = None, said
    for line in events:
        note = _note(line, closes_at)
        closes_at = line.get("closes_at", closes_at)
        cells = (_plain(line.get(name)) for name in ("seq", "at", "type", "bidder", "amount"))
        style = "red" if line["type"] == "BidRefused" else ""
        table.add_row(*(Text(cell) for cell in cells), Text(note), style=style)
    console.print(table)
    console.print(Text(_outcome(result)))


def _note(line: Record, closes_at: str | None) -> str:
    """What an event says beside its bidder and amount; the close only where it is news."""
    told = {name: value for name, value in line.items() if name not in _COLUMNS and value}
    if told.get("closes_at") == closes_at:
        told.pop("closes_at", None)
    return ", ".join(f"{name} {_plain(value)}" for name, value in told.items())


def _plain(value: object) -> str:
    """A value without JSON's marks; an instant without its offset."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return "; ".join(_plain(item) for item in value)
    if isinstance(value, dict):
        return " ".join(_plain(item) for item in value.values())
    return str(value).removesuffix("+08:00").replace("T", " ") if _is_instant(value) else str(value)


def _is_instant(value: object) -> bool:
    return isinstance(value, str) and value.endswith("+08:00")


def _outcome(line: Record) -> str:
    how = _plain(line["winners"]) or line["reason"] or ""
    counts = f"{line['accepted']} accepted, {line['refused']} refused, extended {line['extensions']} times"
    head = f"{line['lot']} {line['outcome']} {how}".rstrip()
    return f"{head}, {_plain(line['closed_at'])}\n{counts}\ndigest {line['digest']}"
