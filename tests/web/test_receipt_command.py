"""Receipts and heads checked from the shell, with nothing but the files that people kept; and a witness at work."""

import asyncio
import json
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from exchange.proof.maker import rotate
from exchange.proof.running import proof_keys, proving
from exchange.proof.witness import Fork, Witness
from exchange.store.node_key import own_key
from matching_engine.terms import MINUTE
from tests.web.running import Web, key, running_web
from web.cli import app
from web.commands.witness import look


def run(*arguments: object) -> Result:
    """One call of the command."""
    return CliRunner().invoke(app, [str(one) for one in arguments])


def fetching(web: Web) -> Callable[[str], Awaitable[bytes]]:
    """How a witness reads this web."""
    client = web.client()

    async def fetch(path: str) -> bytes:
        return (await client.get(f"/api/v1/proof/{path}")).content

    return fetch


async def _market(folder: Path) -> None:
    """A bid with its receipt before a key was changed, another after; two witnesses, of which one was told a lie."""
    async with running_web(f"sqlite:///{folder}/web.db", var_dir=folder) as web:
        lot = await web.open_lot("jia", "yi")
        jia, yi = await web.signed_in("jia"), await web.signed_in("yi")

        async def bid(client: Any, fen: int) -> bytes:
            id_ = key()
            body = {"amount_fen": fen}
            await client.post(f"/api/v1/lots/{lot}/bids", json=body, headers={"idempotency-key": id_})
            content: bytes = (await client.get(f"/api/v1/commands/{id_}/receipt")).content
            return content

        async with proving(web.exchange, 0.02):
            (folder / "receipt.json").write_bytes(await bid(jia, 160_000_000))
            (folder / "keys.json").write_bytes((await jia.get("/api/v1/proof/keys")).content)
            witness = Witness(folder / "seen" / "public", own_key(folder / "seen" / "w.pem", "witness key"))
            await look(witness, fetching(web), folder / "seen", 1)
            web.clock.advance(MINUTE)
            settings = web.exchange.settings
            await rotate(web.exchange.registers.proofs, proof_keys(settings), "hub", web.clock.now())
            (folder / "second.json").write_bytes(await bid(yi, 170_000_000))
            assert await witness.look(fetching(web), 2) is not None
            assert await witness.look(fetching(web), 3) is None
            first = json.loads((folder / "receipt.json").read_bytes())["head"]["size"]
            way = await jia.get(f"/api/v1/proof/consistency?first={first}")
            (folder / "later.json").write_bytes(way.content)
            (folder / "all-keys.json").write_bytes((await jia.get("/api/v1/proof/keys")).content)
            await _lies(web, folder)


async def _lies(web: Web, folder: Path) -> None:
    """What a house may try on a witness, and what that one answers."""
    honest = fetching(web)
    latest = json.loads(await honest("heads/latest"))
    kept = json.loads((folder / "seen/public/hub/latest.json").read_bytes())["head"]
    old = json.loads((folder / "receipt.json").read_bytes())["head"]
    assert latest == kept
    for told, said in ((old, "shrank"), ({**latest, "root": "0" * 64}, "signature")):
        shutil.copytree(folder / "seen", folder / said)

        async def fetch(path: str, told: dict[str, Any] = told) -> bytes:
            return json.dumps(told).encode() if path == "heads/latest" else await honest(path)

        liar = Witness(folder / said / "public", own_key(folder / said / "w.pem", "witness key"))
        with pytest.raises(Fork, match=said):
            await look(liar, fetch, folder / said, 9)
        assert "luochui_witness_fork 1" in (folder / said / "metrics.prom").read_text()
        assert (folder / said / "public/hub/alarm-9.json").exists()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What people kept of one market."""
    folder = tmp_path_factory.mktemp("proof")
    asyncio.run(_market(folder))
    return folder


def test_a_receipt_holds_offline(files: Path) -> None:
    """By itself, by the keys kept, against the later head, and by a witness; also after the key was changed."""
    receipt = files / "receipt.json"
    result = run("verify", "--receipt", receipt)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "believing the first key p-" in result.stdout
    more = ("--keys", files / "all-keys.json", "--head", files / "later.json")
    result = run("verify", "--receipt", receipt, *more, "--witness", files / "seen/public", "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert [one["step"] for one in told["steps"] if one["holds"]] == [
        *("row", "decision", "keys", "signature", "inclusion", "head", "witness")
    ]
    second = run("verify", "--receipt", files / "second.json", "--keys", files / "keys.json")
    assert second.exit_code == 0, second.output


def test_what_does_not_hold_is_named(files: Path, tmp_path: Path) -> None:
    """A changed receipt, keys of another house, a head without its proof: status 1; no receipt at all: 2."""
    receipt = json.loads((files / "receipt.json").read_bytes())
    wrong = tmp_path / "wrong.json"
    wrong.write_text(json.dumps({**receipt, "at": receipt["at"] + 1}))
    result = run("verify", "--receipt", wrong)
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "row: the row told of does not have this hash" in result.stderr
    alone = tmp_path / "head.json"
    alone.write_text(json.dumps(json.loads((files / "later.json").read_bytes())["head"]))
    result = run(
        "verify", "--receipt", files / "receipt.json", "--keys", files / "all-keys.json", "--head", alone
    )
    assert (result.exit_code, "there is no proof from" in result.stderr) == (1, True)
    keys = json.loads((files / "all-keys.json").read_bytes())
    alone.write_text(json.dumps({**keys, "keys": keys["keys"][1:]}))
    assert run("verify", "--receipt", files / "receipt.json", "--keys", alone).exit_code == 1
    wrong.write_text(json.dumps({**receipt, "seq": "one"}))
    assert run("verify", "--receipt", wrong).exit_code == 2
    wrong.write_text(json.dumps({"receipt": receipt["receipt"]}))
    assert run("verify", "--receipt", wrong, "--keys", files / "keys.json").exit_code == 2


def test_a_journal_is_held_to_its_heads(files: Path, tmp_path: Path) -> None:
    """Every head is checked against the rows; a signed receipt is found in the journal too; a cut journal is not good."""
    url = f"sqlite:///{files}/web.db"
    result = run("verify", "--database", url, "--receipt", files / "receipt.json")
    assert result.exit_code == 0, result.output
    assert "signed heads hold, the last over" in result.stdout
    assert "receipt: house hub" in result.stdout
    export = tmp_path / "out.jsonl"
    assert run("export", "journal", "--database", url, "--out", export).exit_code == 0
    later = ("--head", files / "later.json")
    assert run("verify", export, *later).exit_code == 0
    lines = export.read_bytes().splitlines(keepends=True)
    export.write_bytes(b"".join(lines[:-1]))
    result = run("verify", export, *later)
    assert (result.exit_code, "the journal ends at" in result.stderr) == (1, True)


def test_a_witness_that_finds_nobody(tmp_path: Path) -> None:
    """An address that is none, and a house that does not answer: one line and status 2."""
    for server in ("house", "http://127.0.0.1:9"):
        result = run("witness", "--server", server, "--dir", tmp_path, "--once")
        assert (result.exit_code, result.stderr.count("\n")) == (2, 1)


def test_keys_from_the_shell(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key is changed where the old one is, and the list is what `verify --keys` takes."""
    monkeypatch.setenv("LUOCHUI_VAR_DIR", str(files))
    monkeypatch.setenv("LUOCHUI_DATABASE_URL", f"sqlite:///{files}/web.db")
    made = run("house", "rotate-key")
    assert (made.exit_code, "(number 3), vouched for by p-" in made.stdout) == (0, True), made.output
    listed = run("house", "proof-keys", "--json")
    trusted = files / "shell-keys.json"
    trusted.write_bytes(listed.stdout_bytes)
    assert run("verify", "--receipt", files / "receipt.json", "--keys", trusted).exit_code == 0
    monkeypatch.setenv("LUOCHUI_VAR_DIR", str(files / "elsewhere"))
    assert run("house", "rotate-key").exit_code == 2
