"""A migrated database of each kind: every test of the journal's port runs on all of them."""

from collections.abc import AsyncIterator

import pytest

from exchange.ports import Journal
from exchange.store.journal import open_journal
from tests.services import databases


@pytest.fixture(params=["sqlite", "sqlite apart", pytest.param("postgres", marks=pytest.mark.postgres)])
def kind(request: pytest.FixtureRequest) -> str:
    """A database, and who writes to it."""
    return str(request.param)


@pytest.fixture
def apart(kind: str) -> bool:
    """Whether a process of its own writes."""
    return kind == "sqlite apart"


@pytest.fixture
def url(kind: str, request: pytest.FixtureRequest) -> str:
    """The address of an empty database."""
    if kind != "postgres":
        return f"sqlite:///{request.getfixturevalue('sqlite_path')}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
async def migrated(url: str) -> str:
    """The address of a database with an empty journal."""
    await databases.migrated(url)
    return url


@pytest.fixture
async def journal(migrated: str, apart: bool) -> AsyncIterator[Journal]:
    """An open journal without rows."""
    opened = open_journal(migrated, apart=apart)
    await opened.open()
    yield opened
    await opened.close()
