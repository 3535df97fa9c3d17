"""`luochui serve`: what it refuses before it starts, in one line."""

import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from web.cli import app

runner = CliRunner()


def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable is named; its value is not shown, for it may be a secret."""
    monkeypatch.setenv("LUOCHUI_BANK_SECRET", "too short")
    result = runner.invoke(app, ["serve"])
    assert result.exit_code == 2
    assert "LUOCHUI_BANK_SECRET" in result.stderr
    assert "too short" not in result.stderr.replace("at least", "")


def test_a_taken_port_is_named(sqlite_path: Path) -> None:
    """Another process listens there: one line, status 2, and no database was made."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = runner.invoke(app, ["serve", "--database", f"sqlite:///{sqlite_path}", "--port", str(port)])
    assert result.exit_code == 2
    assert f"port: expected a free port on 127.0.0.1 (Address already in use), got {port}" in result.stderr
    assert not sqlite_path.exists()


def test_a_role_apart_needs_redis(sqlite_path: Path) -> None:
    """A web process that cannot reach its house says what is missing."""
    command = ["serve", "--database", f"sqlite:///{sqlite_path}", "--port", "0", "--role", "web"]
    result = runner.invoke(app, command)
    assert result.exit_code == 2
    assert "redis: expected redis://host" in result.stderr
