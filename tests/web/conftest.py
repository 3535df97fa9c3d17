"""The web over a real exchange."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.web.running import Web, running_web


@pytest.fixture
async def web(sqlite_path: Path) -> AsyncIterator[Web]:
    """REST over an exchange in an embedded database."""
    async with running_web(f"sqlite:///{sqlite_path}") as running:
        yield running
