"""Log lines: on stderr, one a line, and no values of variables in a traceback."""

import json
import sys

import pytest
import structlog

from web.logs import configure_logging


@pytest.mark.parametrize("terminal", [False, True])
def test_a_traceback_shows_no_values(
    terminal: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A form token in a local variable of the failing function is in no log, for machines or people."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal, raising=False)
    configure_logging()
    try:
        _fail("token-" + "of-a-form")
    except ValueError:
        structlog.get_logger().exception("page failed")
    out, err = capsys.readouterr()
    assert out == ""
    assert "ValueError" in err
    assert "token-of-a-form" not in err


def _fail(token: str) -> None:
    raise ValueError(len(token))


def test_lines_for_machines_are_json(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a terminal each line is one JSON object with level and instant, Chinese as it is."""
    configure_logging()
    structlog.get_logger().info("落槌", seq=1)
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["seq"], line["level"]) == ("落槌", 1, "info")
