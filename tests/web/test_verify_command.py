"""`luochui migrate`, `export journal` and `verify` from the outside: databases and files in, lines and status out."""

import asyncio
import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from exchange.house.chain import link
from exchange.house.journal_file import to_line
from exchange.ports import Row
from exchange.store import migrate as schema
from exchange.store.journal import open_journal
from settlement.ledger import Ledger
from tests.exchange.house.written import changed, journal, sealed
from web.commands.export import export_app
from web.commands.migrate import migrate
from web.commands.verify import verify

app = typer.Typer()
app.command()(verify)
app.command()(migrate)
app.add_typer(export_app, name="export")


def run(*arguments: object) -> Result:
    """The command with its streams apart."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def one_epoch(rows: Sequence[Row]) -> list[Row]:
    """The rows as one writer would have written them all."""
    return sealed([changed(row, epoch=1) for row in rows])


def fill(url: str, *journals: Sequence[Row]) -> None:
    """Write the journals of some houses into a database."""

    async def write() -> None:
        await schema.upgrade(url)
        opened = open_journal(url)
        await opened.open()
        for rows in journals:
            await opened.append(await opened.acquire(rows[0].house, "test", 1), rows)
        await opened.close()

    asyncio.run(write())


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> str:
    """A database with the journals of two houses."""
    if request.param == "sqlite":
        url = f"sqlite:///{request.getfixturevalue('sqlite_path')}"
    else:
        url = str(request.getfixturevalue("postgres_url"))
    fill(url, one_epoch(journal("hub")), one_epoch(journal("north")))
    return url


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """An export of one house."""
    return written(tmp_path, journal())


def written(tmp_path: Path, rows: Sequence[Row]) -> Path:
    """The rows as a file."""
    path = tmp_path / "journal.jsonl"
    path.write_bytes(b"".join(map(to_line, rows)))
    return path


def lines(result: Result) -> list[dict[str, Any]]:
    """The JSON lines on stdout."""
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_database_verifies(database: str) -> None:
    """Every house is told with its rows and its head; nothing is said on stderr."""
    result = run("verify", "--database", database)
    assert (result.exit_code, result.stderr) == (0, "")
    rows = one_epoch(journal("north"))
    assert result.stdout.splitlines()[4:6] == [
        f"house north: {len(rows)} rows verified, the last of 2023-11-15T06:13:20.006000+08:00",
        f"  head {rows[-1].hash.hex()}",
    ]


def test_the_trial_balance_is_reported(database: str) -> None:
    """Both sides of every house's books are told, to people and to programs."""
    assert "  trial balance: debit 0 fen, credit 0 fen" in run("verify", "--database", database).stdout
    assert [line["trial_balance"] for line in lines(run("verify", "--database", database, "--json"))] == [
        {},
        {},
    ]


def test_books_that_do_not_add_up_do_not_verify(export: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A trial balance that is not zero is status 1 and named, also in JSON."""
    monkeypatch.setattr(Ledger, "wrong", lambda self: "the trial balance is 1 fen and not zero")
    result = run("verify", export)
    assert result.exit_code == 1
    assert "house hub not verified: the trial balance is 1 fen" in result.stderr
    assert lines(run("verify", export, "--json"))[0]["verified"] is False


def test_json_has_a_line_for_each_house(database: str) -> None:
    """Programs get the same as people."""
    result = run("verify", "--database", database, "--json")
    hub, north = lines(result)
    rows = one_epoch(journal("hub"))
    assert (hub["house"], hub["verified"], hub["rows"], hub["epoch"]) == ("hub", True, len(rows), 1)
    assert (hub["head"], north["house"]) == (rows[-1].hash.hex(), "north")
    assert len(hub["state"]) == len(hub["head"])


def test_an_edited_row_in_the_database_is_found(sqlite_path: Path) -> None:
    """Somebody changes an amount with plain SQL: status 1, and the row is named."""
    url = f"sqlite:///{sqlite_path}"
    fill(url, one_epoch(journal()))
    with closing(sqlite3.connect(sqlite_path)) as connection:
        connection.execute(
            "UPDATE journal SET body = CAST(replace(body, '160000000', '160000001') AS BLOB) WHERE seq = 3"
        )
        connection.commit()
    result = run("verify", "--database", url)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(
        "luochui: not verified: house hub, seq 3 (BidAccepted, command hub-command-2)"
    )
    (line,) = lines(run("verify", "--database", url, "--json"))
    assert (line["verified"], line["house"], line["seq"]) == (False, "hub", 3)


def test_an_export_verifies_like_its_database(database: str, tmp_path: Path) -> None:
    """What `export journal` writes says the same offline, byte for byte, house by house."""
    path = tmp_path / "out.jsonl"
    assert run("export", "journal", "--database", database, "--out", path).exit_code == 0
    assert [entry.name for entry in tmp_path.glob("out*")] == ["out.jsonl"]
    assert run("verify", path, "--json").stdout == run("verify", "--database", database, "--json").stdout
    streamed = run("export", "journal", "--database", database, "--house", "north")
    assert streamed.stdout_bytes == b"".join(map(to_line, one_epoch(journal("north"))))
    assert path.read_bytes().endswith(streamed.stdout_bytes)


def test_an_edited_export_is_found(export: Path) -> None:
    """A changed figure in the file: status 1 and the row's name."""
    export.write_bytes(export.read_bytes().replace(b"165000000", b"165000001"))
    result = run("verify", export)
    assert result.exit_code == 1
    assert "seq 4 (ProxyRaised" in result.stderr


def test_a_receipt_is_found(export: Path, tmp_path: Path) -> None:
    """The bidder sees the decision that the receipt stands for."""
    row = journal()[2]
    receipt = tmp_path / "receipt.json"
    receipt.write_text(json.dumps({"receipt": row.hash.hex(), "command_id": row.command_id}))
    result = run("verify", export, "--receipt", receipt)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "receipt: house hub, seq 3, BidAccepted of command hub-command-2" in result.stdout
    assert '"amount_fen":160000000' in result.stdout
    told = lines(run("verify", export, "--receipt", receipt, "--json"))[-1]
    assert (told["verified"], told["seq"], told["wrong"]) == (True, 3, [])


def test_a_receipt_of_a_rewritten_journal_is_not_found(tmp_path: Path) -> None:
    """The owner of the database writes the whole journal anew with another amount: the chain holds, the receipt
    of the bidder does not."""
    rows = journal()
    receipt = tmp_path / "receipt.json"
    receipt.write_text(json.dumps({"receipt": rows[2].hash.hex()}))
    body = rows[2].body.replace(b"160000000", b"100000000")
    path = written(tmp_path, sealed([changed(row, body=body) if row.seq == 3 else row for row in rows]))
    assert run("verify", path).exit_code == 0
    result = run("verify", path, "--receipt", receipt)
    assert result.exit_code == 1
    assert "receipt not verified: no row has this hash" in result.stderr


def test_a_receipt_that_says_something_else(export: Path, tmp_path: Path) -> None:
    """The hash is there, but the holder was told another time: the answer is no, with both."""
    row = journal()[2]
    receipt = tmp_path / "receipt.json"
    receipt.write_text(json.dumps({"receipt": row.hash.hex(), "at": 5}))
    result = run("verify", export, "--receipt", receipt)
    assert result.exit_code == 1
    assert f"at: the receipt says 5, the journal {row.at}" in result.stderr


def test_bad_usage_and_bad_input(export: Path, tmp_path: Path) -> None:
    """One line on stderr and status 2: no such file, both sources, no export, no receipt, no database."""
    wrong = tmp_path / "wrong.json"
    wrong.write_text("{}")
    for arguments, said in (
        ((tmp_path / "missing.jsonl",), "missing.jsonl: expected a file that can be read"),
        ((export, "--database", "sqlite:///x.db"), "--database: expected one of them"),
        ((wrong,), "line 1: expected a row of `luochui export journal`"),
        ((export, "--receipt", wrong), "receipt.receipt: expected"),
        ((export, "--receipt", tmp_path / "missing.json"), "missing.json: expected a file that can be read"),
        (("--database", f"sqlite:///{tmp_path}/missing.db"), "no such database; run luochui migrate"),
        (("--database", "mysql://u:secret@h/d"), "database URL: expected sqlite:///file.db"),
    ):
        result = run("verify", *arguments)
        assert (result.exit_code, result.stdout) == (2, "")
        assert said in result.stderr
        assert "secret" not in result.stderr
        assert result.stderr.count("\n") == 1


def test_an_empty_journal(tmp_path: Path) -> None:
    """A house that never wrote has nothing to verify, and no receipt is in it."""
    path = written(tmp_path, [])
    assert run("verify", path).stdout == "The journal has no rows.\n"
    receipt = tmp_path / "receipt.json"
    receipt.write_text(json.dumps({"receipt": "ab" * 32}))
    assert run("verify", path, "--receipt", receipt).exit_code == 1


def test_exporting_what_is_not_there(database: str, tmp_path: Path) -> None:
    """An unknown house and a folder that is missing are bad usage; no half file stays."""
    result = run(
        "export", "journal", "--database", database, "--house", "south", "--out", tmp_path / "x.jsonl"
    )
    assert (result.exit_code, list(tmp_path.glob("x.jsonl*"))) == (2, [])
    assert "--house: expected one of hub, north, got 'south'" in result.stderr
    assert (
        run("export", "journal", "--database", database, "--out", tmp_path / "no" / "x.jsonl").exit_code == 2
    )


def test_a_damaged_row_is_not_exported(sqlite_path: Path, tmp_path: Path) -> None:
    """A body that is no text any more ends the export with the row's name and leaves no file."""
    url = f"sqlite:///{sqlite_path}"
    fill(url, one_epoch(journal()))
    with closing(sqlite3.connect(sqlite_path)) as connection:
        connection.execute("UPDATE journal SET body = x'ff' WHERE seq = 2")
        connection.commit()
    result = run("export", "journal", "--database", url, "--out", tmp_path / "x.jsonl")
    assert (result.exit_code, list(tmp_path.glob("x.jsonl*"))) == (1, [])
    assert "seq 2" in result.stderr


def test_migrate_creates_and_checks(sqlite_path: Path) -> None:
    """Status 1 before, 0 after; again it changes nothing; roles are PostgreSQL's."""
    url = f"sqlite:///{sqlite_path}"
    before = run("migrate", "--database", url, "--check")
    assert (before.exit_code, "schema is missing" in before.stderr) == (1, True)
    assert "empty →" in run("migrate", "--database", url).stderr
    assert run("migrate", "--database", url, "--check").exit_code == 0
    again = run("migrate", "--database", url)
    assert (again.exit_code, "was up to date" in again.stderr) == (0, True)
    assert run("migrate", "--database", url, "--grant", "x").exit_code == 2


def test_the_chain_begins_at_the_genesis(export: Path) -> None:
    """The first line of an export is checkable by hand from 32 zero bytes."""
    first = journal()[0]
    assert json.loads(export.read_bytes().splitlines()[0])["hash"] == link(bytes(32), first).hex()
