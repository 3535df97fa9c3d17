"""An embedded journal that is open."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from exchange.store.sqlite_journal import SqliteJournal
from tests.services import databases


@asynccontextmanager
async def opened(path: Path, apart: bool = False) -> AsyncIterator[SqliteJournal]:
    """A migrated, open journal in the file; `apart`: a process of its own writes it."""
    await databases.migrated(f"sqlite:///{path}")
    journal = SqliteJournal(path, apart=apart)
    try:
        await journal.open()
        yield journal
    finally:
        await journal.close()
