"""The command itself: wrong usage is one line on stderr and status 2."""

import sys

import pytest

from web.cli import main


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


def test_help_is_an_answer(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """`--help` of the command and of each sub-command answers with status 0."""
    for words in (("--help",), ("rehearse", "--help"), ("bench", "--help"), ("export", "journal", "--help")):
        assert run(monkeypatch, *words) == 0
        assert "Usage" in capsys.readouterr().out
