"""The command itself: wrong usage is one line on stderr and status 2; every terminal can be written to."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from exchange.store import migrate
from web.cli import COMMANDS, main, root


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """The exit status of `luochui words…`."""
    monkeypatch.setattr(sys, "argv", ["luochui", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    assert isinstance(ended.value.code, int)
    return ended.value.code


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("nonsense",), "nonsense"),
        (("claims",), "FACTS.yaml"),
        (("claims", "--nope", "x"), "--nope"),
        (("unconverted", "x.csv"), "--as-of"),
        (("serve", "--port", "x"), "--port"),
        (("serve", "--role", "cook"), "--role"),
    ],
)
def test_wrong_usage_is_one_line(
    words: tuple[str, ...], named: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The line names the word that is wrong or missing; nothing stands on stdout."""
    assert run(monkeypatch, *words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert named in err


def test_the_list_of_commands_says_what_they_say_of_themselves() -> None:
    """The first sentence of each command's own help is the one that stands beside its name before it is loaded."""
    commands = root().commands
    assert list(commands) == list(COMMANDS)
    for name, command in commands.items():
        assert " ".join((command.help or "").split("\n\n")[0].split()) == COMMANDS[name][1]


def test_help_is_an_answer(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """`--help` of the command and of each sub-command answers with status 0."""
    for words in (("--help",), ("rehearse", "--help"), ("bench", "--help"), ("export", "journal", "--help")):
        assert run(monkeypatch, *words) == 0
        assert "Usage" in capsys.readouterr().out


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_a_terminal_without_chinese_gets_escapes(sqlite_path: Path, encoding: str) -> None:
    """A table with a Chinese name is printed whole whatever the terminal can show; the status is 0."""
    url = f"sqlite:///{sqlite_path}"
    asyncio.run(migrate.upgrade(url))
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "LC_ALL": "C", "COLUMNS": "200"}

    def luochui(*words: str, typed: str = "") -> str:
        done = subprocess.run(
            [sys.executable, "-m", "web", "user", *words, "--database", url],
            input=typed.encode(),
            capture_output=True,
            env=environment,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.decode(encoding)

    luochui(
        "add",
        "li.wei",
        "--name",
        "李伟",
        "--role",
        "operator",
        "--password-stdin",
        typed="a long enough password\n",
    )
    assert ("李伟" if encoding == "utf-8" else r"\u674e\u4f1f") in luochui("list")
