"""The web over a real exchange."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.web.asking import BANK_SECRET
from tests.web.running import Web, running_web


@pytest.fixture(autouse=True)
def _own_var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The keys of sealed lots lie below each test's own directory."""
    monkeypatch.setenv("LUOCHUI_VAR_DIR", str(tmp_path / "var"))


@pytest.fixture
async def web(sqlite_path: Path) -> AsyncIterator[Web]:
    """REST over an exchange in an embedded database."""
    async with running_web(f"sqlite:///{sqlite_path}") as running:
        yield running


@pytest.fixture(params=["sqlite", "postgres"])
async def anywhere(request: pytest.FixtureRequest) -> AsyncIterator[Web]:
    """REST over an exchange in an embedded database, and over one on a PostgreSQL server."""
    if request.param == "sqlite":
        url = f"sqlite:///{request.getfixturevalue('sqlite_path')}"
    else:
        url = request.getfixturevalue("postgres_url")
    async with running_web(url, bank_secret=BANK_SECRET) as running:
        yield running
