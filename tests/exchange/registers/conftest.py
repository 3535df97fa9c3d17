"""Registers on a migrated database, embedded and on a server: every test runs on both."""

from collections.abc import AsyncIterator

import pytest

from exchange.registers import Registers
from tests.services import databases

AT = 1_772_413_200_000_000


@pytest.fixture(params=["sqlite", "postgres"])
async def registers(request: pytest.FixtureRequest) -> AsyncIterator[Registers]:
    """Empty registers."""
    if request.param == "sqlite":
        url = f"sqlite:///{request.getfixturevalue('sqlite_path')}"
    else:
        url = request.getfixturevalue("postgres_url")
    await databases.migrated(url)
    opened = Registers(url)
    await opened.open()
    yield opened
    await opened.close()
