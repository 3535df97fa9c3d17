"""`luochui house`."""

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.services import databases
from web.cli import app

KEY = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"


@pytest.fixture
def url(sqlite_path: Path) -> str:
    """An empty database."""
    made = f"sqlite:///{sqlite_path}"
    asyncio.run(databases.migrated(made))
    return made


def run(url: str, *arguments: str):  # type: ignore[no-untyped-def]  # typer's own result
    """The command's outcome."""
    return CliRunner().invoke(app, ["house", *arguments, "--database", url])


def listed(url: str) -> list[dict[str, object]]:
    """The nodes as JSON lines."""
    return [json.loads(line) for line in run(url, "list", "--json").stdout.splitlines()]


def test_a_node_is_entered_changed_and_retired(url: str) -> None:
    """What is not given stays; every version can be read; the end is a day."""
    made = run(
        url,
        "add",
        "suzhou",
        "--name-zh",
        "苏州",
        "--name-en",
        "Suzhou",
        "--base-url",
        "https://sz.example/",
        "--key",
        KEY,
    )
    assert made.exit_code == 0, made.output
    assert run(url, "add", "suzhou", "--region", "jiangsu", "--since", "2026-01-01").exit_code == 0
    (node,) = listed(url)
    assert (node["name_zh"], node["base_url"], node["region"]) == ("苏州", "https://sz.example", "jiangsu")
    assert (node["since"], node["seq"], node["error"]) == ("2026-01-01", 0, "")
    assert run(url, "retire", "suzhou", "--until", "2026-06-01").exit_code == 0
    assert listed(url)[0]["until"] == "2026-06-01"
    assert len(run(url, "show", "suzhou").stdout.splitlines()) == 3
    assert "suzhou" in run(url, "list").stdout


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("add", "a b"), 2, "node"),
        (("add", "sz", "--key", "abc"), 2, "public_key"),
        (("add", "sz", "--base-url", "nowhere"), 2, "base_url"),
        (("add", "sz", "--region", "atlantis"), 2, "region"),
        (("add", "sz", "--since", "soon"), 2, "--since"),
        (("retire", "nobody"), 2, "nobody"),
        (("reread", "nobody"), 2, "nobody"),
        (("reread", "hub"), 2, "another node"),
        (("show", "nobody"), 1, "nobody"),
    ],
)
def test_bad_input_is_named(url: str, arguments: tuple[str, ...], status: int, said: str) -> None:
    """One line that says what is wrong, and the published exit status."""
    outcome = run(url, *arguments)
    assert outcome.exit_code == status, outcome.output
    assert said in outcome.output


def test_a_node_can_be_read_anew(url: str) -> None:
    """What was read of it is let go."""
    run(url, "add", "sz", "--key", KEY)
    assert run(url, "reread", "sz").exit_code == 0


def test_the_key_of_this_house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Printed as 64 digits, the same each time."""
    monkeypatch.setenv("LUOCHUI_VAR_DIR", str(tmp_path))
    first, again = (CliRunner().invoke(app, ["house", "key"]).stdout for _ in range(2))
    assert first == again
    assert len(first.strip()) == 64
