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
from exchange.proof.heads import ProofKey, TreeHead
from exchange.proof.receipt import looks_signed
from exchange.registers import Registers
from exchange.settings import Settings
from exchange.store import migrate
from exchange.store.journal import open_journal
from exchange.store.snapshots import SnapshotFiles
from matching_engine.errors import Malformed
from settlement.rulebook import Rulebook
from web.commands.errors import NO, exits, quit_with
from web.commands.heads_check import HeadsCheck
from web.commands.receipt_check import Kept, check_signed, read_file, readable
from web.commands.snapshot_check import SnapshotCheck
from web.views import iso

_ROWS_A_STEP = 1000
_HEADS_SINCE = "0011"
"""The schema that has heads."""


Export = Annotated[
    Path | None,
    typer.Argument(metavar="EXPORT.jsonl", help="A file of `luochui export journal`.", show_default=False),
]
Database = Annotated[
    str | None, typer.Option(metavar="URL", help="A database instead; without either, the configured one.")
]
Var = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR", help="Also check the snapshots of this directory of a process.", show_default=False
    ),
]
ReceiptFile = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="A receipt (JSON): a signed one is checked offline; else found in the journal."
    ),
]
KeysFile = Annotated[
    Path | None,
    typer.Option(metavar="KEYS.json", help="The keys that you trust, kept from /api/v1/proof/keys."),
]
HeadFile = Annotated[
    Path | None,
    typer.Option(metavar="HEAD.json", help="A later head, with the proof from /api/v1/proof/consistency."),
]
WitnessFolder = Annotated[
    Path | None, typer.Option(metavar="DIR", help="What a witness published, to compare heads with.")
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON line for each house.")]


def verify(
    export: Export = None,
    database: Database = None,
    var: Var = None,
    receipt: ReceiptFile = None,
    keys: KeysFile = None,
    head: HeadFile = None,
    witness: WitnessFolder = None,
    as_json: AsJson = False,
) -> None:
    """Check every row of every house: gapless, in order of time, chained, replayed; then find a receipt.

    Every signed head must be the root of the rows that it covers. A signed receipt without a journal is checked by
    itself: the row, the decision, the keys, the signature, the tree; with --head and --witness also against those.

    The head that is printed stands for all rows, the state for what they add up to: keep them to compare later.
    No snapshot is started from. Those of the --var directory are compared with what the rows up to them add up to.
    Exit status 0 verified, 1 not (the first bad row is named), 2 bad usage or input.
    """
    with exits():
        if export is not None and database is not None:
            raise Malformed("--database", "a database and an export", "one of them")
        data = read_file(receipt) if receipt is not None else None
        kept = Kept(keys, head, witness)
        if data is not None and looks_signed(data):
            check_signed(data, kept, as_json)
            if export is None and database is None:
                return
        elif keys or witness or (head and export is None):
            raise Malformed(
                "--receipt", "no signed receipt", "one, to check with --keys, --head or --witness"
            )
        wanted = read_receipt(data) if data is not None else None
        files = SnapshotFiles(var / "snapshots") if var else None
        check = _Check(wanted, read_rulebook(Settings().rules_dir), files)
        if kept.later and kept.later.head:
            check.proofs = {kept.later.head.house: ([kept.later.head], kept.keys)}
        rows = _from_file(export) if export is not None else _from_database(database, check)
        _run(rows, check, as_json)


def _run(rows: AsyncIterator[Row], check: "_Check", as_json: bool) -> None:
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
        self.heads: dict[str, HeadsCheck] = {}
        self.proofs: dict[str, tuple[list[TreeHead], list[ProofKey]]] = {}

    def take(self, row: Row) -> None:
        if row.house not in self.houses:
            self.houses[row.house] = Verifier(row.house, self._rulebook)
            self.snapshots[row.house] = SnapshotCheck(self._files, row.house, self._rulebook)
            self.heads[row.house] = HeadsCheck(row.house, *self.proofs.get(row.house, ([], [])))
        self.houses[row.house].take(row)
        self.snapshots[row.house].compare(self.houses[row.house])
        self.heads[row.house].take(row)
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


async def _from_database(url: str | None, check: _Check) -> AsyncIterator[Row]:
    journal = open_journal(url or Settings().database_url, writable=False)
    try:
        await journal.open()
        check.proofs = await _proofs(url or Settings().database_url)
        for house in await journal.houses():
            async for row in journal.read(house):
                yield row
    finally:
        await journal.close()


async def _proofs(url: str) -> dict[str, tuple[list[TreeHead], list[ProofKey]]]:
    """The heads and keys of every house of a database; none where its schema is older than they are."""
    if (await migrate.current(url) or "") < _HEADS_SINCE:
        return {}
    registers = Registers(url)
    try:
        await registers.open()
        return {
            house: (await _all_heads(registers, house), await registers.proofs.keys(house))
            for house in await registers.proofs.houses()
        }
    finally:
        await registers.close()


async def _all_heads(registers: Registers, house: str) -> list[TreeHead]:
    found: list[TreeHead] = []
    while page := await registers.proofs.heads(house, found[-1].size if found else 0):
        found += page
    return found


async def _from_file(path: Path) -> AsyncIterator[Row]:
    for row in _lines(path):
        yield row


def _lines(path: Path) -> Iterator[Row]:
    with readable(path), path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            yield from_line(line, number)


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
        _report_house(house, check.snapshots[house.house], check.heads[house.house], as_json)
    if not check.houses and not as_json:
        typer.echo("The journal has no rows.")
    if check.wanted is not None:
        _report_receipt(check.wanted, check.found, as_json)


def _report_house(house: Verifier, snapshots: SnapshotCheck, heads: HeadsCheck, as_json: bool) -> None:
    assert house.last is not None
    at, head, state = iso(house.last.at), house.head.hex(), house.state_digest
    wrong = house.wrong_books() or snapshots.wrong or heads.wrong
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
                **heads.facts,
                **house.openings.facts,
            }
        )
    else:
        typer.echo(f"house {house.house}: {house.rows} rows verified, the last of {at}")
        typer.echo(f"  head {head}\n  state {state}")
        debit_fen = sum(fen for _, fen in house.trial_balance if fen > 0)
        credit_fen = -sum(fen for _, fen in house.trial_balance if fen < 0)
        typer.echo(f"  trial balance: debit {debit_fen} fen, credit {credit_fen} fen")
        for sentence in (*snapshots.sentences, *heads.sentences, *house.openings.sentences):
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
