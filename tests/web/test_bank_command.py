"""`luochui bank` from the outside: statements into a database or a server, orders out, one line for what is wrong."""

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import fromstring

import httpx2
import msgspec
import pytest
import structlog
import typer
import yaml
from typer.testing import CliRunner, Result

from exchange.settings import Settings
from tests.settlement.bank_files import MAP, Movement, camt, csv_text
from web.bank import Booked
from web.commands import bank as command
from web.commands.bank import KEY, bank_app
from web.commands.verify import verify

app = typer.Typer()
app.command()(verify)
app.add_typer(bank_app, name="bank")
MOVES = (Movement("E1", 500, ""), Movement("E2", 700, "thanks"))


def run(*arguments: object) -> Result:
    """The command with its streams apart."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(autouse=True)
def _log_as_before() -> Iterator[None]:
    """The command sends its log to the stderr of its run, which ends with it."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def database(sqlite_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database that no house has written to yet, and a directory for what a process leaves."""
    monkeypatch.setenv("LUOCHUI_VAR_DIR", str(tmp_path / "var"))
    return f"sqlite:///{sqlite_path}"


@pytest.fixture
def statement(tmp_path: Path) -> Path:
    """A right camt.053 file."""
    path = tmp_path / "statement.xml"
    path.write_text(camt(MOVES), encoding="utf-8")
    return path


def test_a_statement_imported_twice_changes_nothing(database: str, statement: Path) -> None:
    """The second import says so, and the journal verifies with the money in its trial balance."""
    first = run("bank", "import", statement, "--database", database)
    assert (first.exit_code, first.stdout.splitlines()[0]) == (0, "2 credits: 2 booked, 0 known before")
    assert "in suspense: 500 fen" in first.stdout
    before = run("verify", "--database", database).stdout
    again = run("bank", "import", statement, "--database", database)
    assert again.stdout.splitlines()[0] == "2 credits: 0 booked, 2 known before"
    assert run("verify", "--database", database).stdout == before
    assert "trial balance: debit 1200 fen, credit 1200 fen" in before


def test_a_csv_is_imported_under_its_map(database: str, tmp_path: Path) -> None:
    """The map is a YAML file; account numbers in it are texts."""
    file, columns = tmp_path / "s.csv", tmp_path / "map.yaml"
    file.write_text(csv_text(MOVES), encoding="utf-8")
    columns.write_text(yaml.safe_dump(MAP, allow_unicode=True), encoding="utf-8")
    result = run("bank", "import", file, "--map", columns, "--database", database)
    assert (result.exit_code, result.stdout.splitlines()[0]) == (0, "2 credits: 2 booked, 0 known before")


def test_a_wrong_statement_books_nothing(database: str, statement: Path) -> None:
    """Status 2 and one line with the field; then the right one is booked whole."""
    right = statement.read_text(encoding="utf-8")
    statement.write_text(right.replace(">7.00<", ">7.01<"), encoding="utf-8")
    result = run("bank", "import", statement, "--database", database)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Bal CLBD: expected 11201 fen" in result.stderr
    statement.write_text(right, encoding="utf-8")
    assert "2 booked" in run("bank", "import", statement, "--database", database).stdout


def test_orders_are_written_for_the_bank(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without an escrow account, and with no open order, the line says what is missing."""
    run("bank", "import", _empty(tmp_path), "--database", database)
    assert "LUOCHUI_ESCROW_NAME" in run("bank", "export", "--database", database).stderr
    for name in ("NAME", "ACCOUNT", "BANK"):
        monkeypatch.setenv(f"LUOCHUI_ESCROW_{name}", "123")
    result = run("bank", "export", "--database", database)
    assert (result.exit_code, "at least one open order" in result.stderr) == (2, True)


def _empty(tmp_path: Path) -> Path:
    path = tmp_path / "empty.xml"
    path.write_text(camt(()), encoding="utf-8")
    return path


def test_a_server_is_asked_with_the_key(statement: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The statement goes as text with the key in its header; the server's no is status 1."""
    asked: list[httpx2.Request] = []
    answers = [
        httpx2.Response(200, content=msgspec.json.encode(Booked(2, 2, 0, ()))),
        httpx2.Response(403, text="FORBIDDEN"),
    ]

    def request(method: str, url: str, **more: object) -> httpx2.Response:
        asked.append(httpx2.Request(method, url, content=more["content"], headers=more["headers"]))  # type: ignore[arg-type]
        return answers.pop(0)

    monkeypatch.setattr(httpx2, "request", request)
    arguments = ("bank", "import", statement, "--server", "https://x.example/")
    monkeypatch.delenv(KEY, raising=False)
    assert (run(*arguments).exit_code, asked) == (2, [])
    monkeypatch.setenv(KEY, "k1")
    assert run(*arguments).stdout == "2 credits: 2 booked, 0 known before\n"
    assert str(asked[0].url) == "https://x.example/api/v1/bank/statements"
    assert asked[0].headers["authorization"] == "Bearer k1"
    assert msgspec.json.decode(asked[0].content) == {"content": camt(MOVES)}
    refused = run(*arguments)
    assert (refused.exit_code, "403 FORBIDDEN" in refused.stderr) == (1, True)


def test_bad_usage(statement: Path, tmp_path: Path) -> None:
    """A file that is not there, two sources, a map that is none: status 2 and one line."""
    for arguments in (
        ("import", tmp_path / "none.xml"),
        ("import", statement, "--database", "sqlite:///x.db", "--server", "http://x"),
        ("import", statement, "--map", statement),
        ("export", "--server", "http://x", "--database", "sqlite:///x.db"),
    ):
        result = run("bank", *arguments)
        assert (result.exit_code, len(result.stderr.splitlines())) == (2, 1), result.stderr


def test_orders_of_a_database_are_a_pain001_message(
    database: str, statement: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What was ordered out is in the file, also for a house that is not running; what waits is named."""
    monkeypatch.setattr(command, "_replay", _with_order)
    for name in ("NAME", "ACCOUNT", "BANK"):
        monkeypatch.setenv(f"LUOCHUI_ESCROW_{name}", "123")
    out = tmp_path / "orders.xml"
    result = run("bank", "export", "--database", database, "--out", out)
    assert (result.exit_code, "PR-c2 waits: no confirmed account" in result.stderr) == (0, True)
    root = fromstring(out.read_bytes())
    assert [node.text for node in root.iter() if node.tag.endswith("}CtrlSum")] == ["0.05", "0.05"]
    assert Settings().escrow_account == "123"


async def _with_order(_settings: Settings) -> object:
    from exchange.house.state import new_state
    from settlement.commands import RefundSuspense
    from tests.settlement.desk import ACCOUNTS, BOOK, FACTORY, Desk, credit

    desk = Desk()
    desk.ask(msgspec.structs.replace(credit("c1", "?", 5), payer_account=ACCOUNTS[FACTORY.id]))
    desk.ask(credit("c2", "?", 7))
    desk.ask(RefundSuspense("c1"))
    desk.ask(RefundSuspense("c2"))
    state = new_state(BOOK)
    state.settlement = desk.state
    return state
