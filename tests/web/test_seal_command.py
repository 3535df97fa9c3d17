"""`luochui seal`: what it seals offline the officials open, and what it refuses before anything leaves the machine."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from exchange.market.p256 import fingerprint
from exchange.store import nested
from exchange.store.official_key import KeyFile, read_key
from matching_engine.errors import Malformed
from web.cli import app

LOT, CODE = "L1", "B3"


def run(*args: str, **env: str) -> Any:
    """The command's result."""
    return CliRunner().invoke(app, ["seal", *args], env=env)


def made(folder: Path, role: str, passphrase: str = "") -> KeyFile:
    """The key file that `keygen` makes; what it prints is its public half."""
    path = folder / f"{role}.json"
    more = ("--passphrase",) if passphrase else ()
    done = run(
        "keygen", "--lot", LOT, "--role", role, "--out", str(path), *more, LUOCHUI_PASSPHRASE=passphrase
    )
    assert done.exit_code == 0, done.output
    key = read_key(path)
    told = json.loads(done.stdout)
    assert told == {
        "lot": LOT,
        "role": role,
        "key": key.public_key,
        "fingerprint": fingerprint(key.public_key),
    }
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    return key


def published(path: Path, *keys: KeyFile, **more: Any) -> Path:
    """The answer of GET …/seal-key in a file."""
    each = [
        {"role": one.role, "key": one.public_key, "fingerprint": fingerprint(one.public_key)} for one in keys
    ]
    path.write_text(json.dumps({"lot": LOT, "format": nested.FORMAT, "key": None, "keys": each, **more}))
    return path


def test_what_is_sealed_offline_opens_with_both_files(tmp_path: Path) -> None:
    """By options or from a file: an envelope of the one size, and a proof of amount and salt that fits its commitment."""
    operator, auditor = made(tmp_path, "operator"), made(tmp_path, "auditor", "correct horse")
    keys = published(tmp_path / "keys.json", operator, auditor)
    proof, bid = tmp_path / "proof.json", tmp_path / "bid.json"
    bid.write_text(json.dumps({"lot": LOT, "bidder": CODE, "amount": "1650000.00"}))
    options = ("--lot", LOT, "--bidder", CODE, "--amount", "1650000.00")
    for given in ((*options, "--proof", str(proof)), (str(bid),)):
        done = run(*given, "--keys", str(keys))
        assert done.exit_code == 0, done.output
        body = json.loads(done.stdout)
        assert sorted(body) == ["commitment", "envelope"]
        nested.check_envelope(body["envelope"])
        shares = operator.share(), auditor.share("correct horse")
        held = nested.open_envelope(*shares, LOT, CODE, body["envelope"], body["commitment"])
        assert held == 165_000_000
        assert fingerprint(auditor.public_key) in done.stderr
    kept = json.loads(proof.read_text())
    assert (kept["amount"], len(kept["salt"])) == ("1650000.00", 22)


def test_one_clear_line_for_what_cannot_be_sealed(tmp_path: Path) -> None:
    """Another lot's keys, one key of two, a fingerprint that lies, an amount that is none: status 2, and no envelope."""
    operator, auditor = made(tmp_path, "operator"), made(tmp_path, "auditor")
    good = published(tmp_path / "good.json", operator, auditor)
    one = published(tmp_path / "one.json", operator)
    lies = tmp_path / "lies.json"
    lies.write_text(good.read_text().replace(fingerprint(operator.public_key), "0" * 64))
    options = ("--bidder", CODE, "--amount", "1650000.00")
    for args in (
        ("--lot", "L2", *options, "--keys", str(good)),
        ("--lot", LOT, *options, "--keys", str(one)),
        ("--lot", LOT, *options, "--keys", str(lies)),
        ("--lot", LOT, *options),
        ("--lot", LOT, "--bidder", CODE, "--keys", str(good)),
        ("--lot", LOT, "--bidder", CODE, "--amount", "1650000", "--keys", str(good)),
    ):
        done = run(*args)
        assert (done.exit_code, done.stdout) == (2, ""), done.output
        assert done.stderr.count("\n") == 1


def test_a_key_file_is_its_owners(tmp_path: Path) -> None:
    """It is never written over, read by others, opened without its passphrase, or taken with a half exchanged."""
    key, path = made(tmp_path, "auditor", "correct horse"), tmp_path / "auditor.json"
    again = run("keygen", "--lot", LOT, "--role", "auditor", "--out", str(path))
    assert (again.exit_code, read_key(path)) == (2, key)
    assert run("keygen", "--lot", LOT, "--role", "registrar", "--out", str(tmp_path / "x")).exit_code == 2
    with pytest.raises(Malformed, match="passphrase"):
        key.share("wrong horse")
    path.chmod(0o644)
    with pytest.raises(Malformed, match="mode 600"):
        read_key(path)
    other = made(tmp_path, "operator")
    swapped = json.loads((tmp_path / "operator.json").read_text()) | {"public_key": key.public_key}
    (tmp_path / "operator.json").write_text(json.dumps(swapped))
    with pytest.raises(Malformed, match="private half"):
        read_key(tmp_path / "operator.json").share()
    assert other.role == "operator"
