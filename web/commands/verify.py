"""`luochui verify`: whether a journal is what was written, and whether a receipt is in it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from exchange.bootstrap import read_rulebook
from exchange.house.journal_file import from_line
from exchange.house.receipt import Receipt, read_receipt
from exchange.house.verify import BadRow, Verifier
from exchange.ports import Row
from exchange.settings import Settings
from exchange.store.journal import open_journal
from exchange.store.snapshots import SnapshotFiles
from matching_engine.errors import Malformed
from settlement.rulebook import Rulebook
from web.commands.errors import NO, exits, quit_with
from web.commands.snapshot_check import SnapshotCheck
from web.views import iso

_ROWS_A_STEP = 1000


def verify(
    export: Annotated[
        Path | None,
        typer.Argument(
            metavar="EXPORT.jsonl", help="A file of `luochui export journal`.", show_default=False
        ),
    ] = None,
    database: Annotated[
        str | None,
        typer.Option(metavar="URL", help="A database instead; without either, the configured one."),
    ] = None,
    var: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Also check the snapshots of this directory of a process.", show_default=False
        ),
    ] = None,
    receipt: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also find this receipt (JSON) in the journal.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line for each house.")] = False,
) -> None:
    """Check every row of every house: gapless, in order of time, chained, replayed; then find a receipt.

    The head that is printed stands for all rows, the state for what they add up to: keep them to compare later.
    No snapshot is started from. Those of the --var directory are compared with what the rows up to them add up to.
    Exit status 0 verified, 1 not (the first bad row is named), 2 bad usage or input.
    """
    with exits():
        if export is not None and database is not None:
            raise Malformed("--database", "a database and an export", "one of them")
        wanted = read_receipt(_read(receipt)) if receipt is not None else None
        rows = _from_file(export) if export is not None else _from_database(database)
        check = _Check(
            wanted, read_rulebook(Settings().rules_dir), SnapshotFiles(var / "snapshots") if var else None
        )
        try:
            asyncio.run(_take_all(rows, check))
        except BadRow as bad:
            raise _failed(bad, as_json) from bad
        _report(check, as_json)


class _Check:
    """What one run verifies: each house, and the receipt on the way."""

    def __init__(self, wanted: Receipt | None, rulebook: Rulebook, files: SnapshotFiles | None) -> None:
        self.wanted = wanted
        self._rulebook = rulebook
        self._files = files
        self.found: Row | None = None
        self.houses: dict[str, Verifier] = {}
        self.snapshots: dict[str, SnapshotCheck] = {}

    def take(self, row: Row) -> None:
        if row.house not in self.houses:
            self.houses[row.house] = Verifier(row.house, self._rulebook)
            self.snapshots[row.house] = SnapshotCheck(self._files, row.house, self._rulebook)
        self.houses[row.house].take(row)
        self.snapshots[row.house].compare(self.houses[row.house])
        if self.wanted is not None and self.wanted.names(row):
            self.found = row


async def _take_all(rows: AsyncIterator[Row], check: _Check) -> None:
    with _progress() as progress:
        bar = progress.add_task("rows verified", total=None)
        count = 0
        async for row in rows:
            check.take(row)
            count += 1
            if count % _ROWS_A_STEP == 0:
                progress.update(bar, completed=count)


async def _from_database(url: str | None) -> AsyncIterator[Row]:
    journal = open_journal(url or Settings().database_url, writable=False)
    try:
        await journal.open()
        for house in await journal.houses():
            async for row in journal.read(house):
                yield row
    finally:
        await journal.close()


async def _from_file(path: Path) -> AsyncIterator[Row]:
    for row in _lines(path):
        yield row


def _lines(path: Path) -> Iterator[Row]:
    with _readable(path), path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            yield from_line(line, number)


def _read(path: Path) -> bytes:
    with _readable(path):
        return path.read_bytes()


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Malformed(str(path), error.strerror, "a file that can be read") from error


@contextmanager
def _progress() -> Iterator[Progress]:
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.completed} {task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        yield progress


def _failed(bad: BadRow, as_json: bool) -> typer.Exit:
    if as_json:
        _line({"house": bad.house, "verified": False, "seq": bad.seq, "wrong": bad.wrong})
    return quit_with(f"not verified: {bad}", NO)


def _report(check: _Check, as_json: bool) -> None:
    for house in check.houses.values():
        _report_house(house, check.snapshots[house.house], as_json)
    if not check.houses and not as_json:
        typer.echo("The journal has no rows.")
    if check.wanted is not None:
        _report_receipt(check.wanted, check.found, as_json)


def _report_house(house: Verifier, snapshots: SnapshotCheck, as_json: bool) -> None:
    assert house.last is not None
    at, head, state = iso(house.last.at), house.head.hex(), house.state_digest
    wrong = house.wrong_books() or snapshots.wrong
    if as_json:
        facts = {"rows": house.rows, "epoch": house.last.epoch, "at": at, "head": head, "state": state}
        books = dict(house.trial_balance)
        _line(
            {
                "house": house.house,
                "verified": wrong is None,
                **facts,
                "trial_balance": books,
                **snapshots.facts,
            }
        )
    else:
        typer.echo(f"house {house.house}: {house.rows} rows verified, the last of {at}")
        typer.echo(f"  head {head}\n  state {state}")
        debit_fen = sum(fen for _, fen in house.trial_balance if fen > 0)
        credit_fen = -sum(fen for _, fen in house.trial_balance if fen < 0)
        typer.echo(f"  trial balance: debit {debit_fen} fen, credit {credit_fen} fen")
        for sentence in snapshots.sentences:
            typer.echo(f"  {sentence}")
    if wrong:
        raise quit_with(f"house {house.house} not verified: {wrong}", NO)


def _report_receipt(wanted: Receipt, found: Row | None, as_json: bool) -> None:
    wrong = ["no row has this hash"] if found is None else wanted.contradicts(found)
    if as_json:
        where = {"house": found.house, "seq": found.seq, "type": found.type} if found else {}
        _line({"receipt": wanted.receipt, "verified": not wrong, **where, "wrong": wrong})
    elif found is not None and not wrong:
        typer.echo(
            f"receipt: house {found.house}, seq {found.seq}, {found.type} of command {found.command_id}"
        )
        typer.echo(f"  at {iso(found.at)}: {found.body.decode()}")
    if wrong:
        raise quit_with(f"receipt not verified: {'; '.join(wrong)}", NO)


def _line(record: dict[str, object]) -> None:
    typer.echo(msgspec.json.encode(record))
