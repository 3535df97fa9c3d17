"""A migrated database of each kind: every test of the journal's port runs on both."""

from collections.abc import AsyncIterator

import pytest

from exchange.ports import Journal
from exchange.store.journal import open_journal
from tests.services import databases


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest) -> str:
    """The address of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{request.getfixturevalue('sqlite_path')}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
async def migrated(url: str) -> str:
    """The address of a database with an empty journal."""
    await databases.migrated(url)
    return url


@pytest.fixture
async def journal(migrated: str) -> AsyncIterator[Journal]:
    """An open journal without rows."""
    opened = open_journal(migrated)
    await opened.open()
    yield opened
    await opened.close()
