"""Secrets from environment or files, and in no line that this process writes."""

import json
import logging
import traceback
from pathlib import Path

import pytest
import structlog
import typer

from exchange.secret_values import HIDDEN, veil
from exchange.settings import Settings
from matching_engine.errors import Malformed
from web.commands.errors import exits
from web.logs import configure_logging

BANK, HOUSE, PASSWORD = "bank-secret-0123456789", "house-secret-0123456789", "pg-pass-0123456789"
ADDRESS = f"postgresql://luochui:{PASSWORD}@db.internal/luochui"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of which every secret comes from a file."""
    for name, text in (("BANK_SECRET", BANK), ("HOUSE_SECRET", HOUSE + "\n"), ("DATABASE_URL", ADDRESS)):
        path = tmp_path / name
        path.write_text(text)
        monkeypatch.delenv(f"LUOCHUI_{name}", raising=False)
        monkeypatch.setenv(f"LUOCHUI_{name}_FILE", str(path))
    return Settings()


def test_a_file_holds_a_secret_and_its_last_line_end_is_no_part_of_it(settings: Settings) -> None:
    """Secrets and addresses with passwords are read from the files that are named."""
    assert settings.bank_secret is not None
    assert settings.house_secret is not None
    assert settings.bank_secret.get_secret_value() == BANK
    assert settings.house_secret.get_secret_value() == HOUSE
    assert settings.database_url == ADDRESS


def test_what_the_code_gives_and_the_environment_go_before_files(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An explicit value wins; a value in both places is refused, without telling it."""
    assert Settings(database_url="sqlite:///x.db").database_url == "sqlite:///x.db"
    monkeypatch.setenv("LUOCHUI_BANK_SECRET", BANK)
    with pytest.raises(Malformed, match="LUOCHUI_BANK_SECRET_FILE") as refused:
        Settings()
    assert BANK not in str(refused.value)


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe"])
def test_a_file_that_holds_no_secret_is_refused(
    content: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Missing, empty or no text: the variable and the file are named."""
    path = tmp_path / "secret"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv("LUOCHUI_BANK_SECRET_FILE", str(path))
    with pytest.raises(Malformed, match="LUOCHUI_BANK_SECRET_FILE"):
        Settings()


@pytest.mark.parametrize("terminal", [False, True])
def test_no_line_tells_a_secret(
    settings: Settings, terminal: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """At debug, in fields, messages, tracebacks, libraries' lines and errors of commands: no secret, only stars."""
    monkeypatch.setattr("sys.stderr.isatty", lambda: terminal, raising=False)
    configure_logging(level=logging.DEBUG)
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(message)s"))
    library = logging.getLogger("some.library")
    library.addHandler(handler)
    library.setLevel(logging.DEBUG)
    log = structlog.get_logger()
    log.debug("starting", settings=repr(settings), database=settings.database_url, secret=BANK)
    library.debug("dialling %s with %s", ADDRESS, HOUSE)
    try:
        raise ValueError(f"cannot reach {ADDRESS} with {BANK}")
    except ValueError:
        log.exception("failed")
        library.exception("failed as well")
        told = veil(traceback.format_exc())
    with pytest.raises(typer.Exit), exits():
        raise Malformed("database_url", ADDRESS, "an address")
    library.removeHandler(handler)
    out, err = capsys.readouterr()
    for text in (out, err, told, repr(settings), str(settings)):
        assert not [secret for secret in (BANK, HOUSE, PASSWORD) if secret in text]
    assert HIDDEN in err
    assert "ValueError" in err


def test_a_bad_secret_is_named_and_not_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A secret that is too short ends a command with the setting's name alone."""
    monkeypatch.setenv("LUOCHUI_BANK_SECRET", "tooshort")
    with pytest.raises(typer.Exit), exits():
        Settings()
    err = capsys.readouterr().err
    assert "LUOCHUI_BANK_SECRET" in err
    assert "tooshort" not in err


def test_a_password_in_any_address_is_veiled() -> None:
    """Even an address that is no setting of ours; what has no password stays as it is."""
    assert veil("postgresql://who:what@host/db") == "postgresql://who:***@host/db"
    assert veil("redis://:deep@host:6379/0") == "redis://:***@host:6379/0"
    plain = json.dumps({"url": "https://host:8000/a@b"})
    assert veil(plain) == plain
