"""Migrations on both databases: once, twice, at the same time, cut short, and by the wrong program."""

import asyncio
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from exchange.ports import Unavailable
from exchange.store import migrate, schema, urls
from exchange.store.schema import WrongSchema
from matching_engine.errors import Malformed

ROOT = Path(__file__).parents[3]


async def _stamp(url: str, revision: str) -> None:
    """Let the database say that it is at another revision."""
    engine = create_async_engine(urls.async_engine_url(url), poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = :to"), {"to": revision})
    await engine.dispose()


async def test_from_nothing_to_the_newest(url: str) -> None:
    """An empty database has no revision and is refused; migrated it has the newest, also the second time."""
    assert await migrate.current(url) is None
    with pytest.raises(WrongSchema, match=r"schema is missing, \d+ is needed; run luochui migrate"):
        await migrate.check(url)
    newest = await migrate.upgrade(url)
    assert await migrate.current(url) == newest
    await migrate.check(url)
    assert await migrate.upgrade(url) == newest


async def test_the_columns_are_those_of_a_row(migrated: str) -> None:
    """The table has exactly the fields of the port's Row, in their order."""
    engine = create_async_engine(urls.async_engine_url(migrated), poolclass=NullPool)
    async with engine.connect() as connection:
        found = await connection.execute(text("SELECT * FROM journal"))
        assert tuple(found.keys()) == schema.COLUMNS
    await engine.dispose()


async def test_an_older_schema_is_refused(migrated: str) -> None:
    """A database that stopped at an earlier step is told from an empty one."""
    await _stamp(migrated, "0001")
    newest = max(path.name[:4] for path in (ROOT / "exchange/store/migrations/versions").glob("0*.py"))
    with pytest.raises(WrongSchema, match=f"schema is 0001, {newest} is needed; run luochui migrate"):
        await migrate.check(migrated)


async def test_a_newer_schema_is_refused(migrated: str) -> None:
    """An older program does not touch what a newer one has made."""
    await _stamp(migrated, "9999")
    with pytest.raises(WrongSchema, match="9999 is newer than this program"):
        await migrate.check(migrated)
    with pytest.raises(WrongSchema, match="9999 is newer than this program"):
        await migrate.upgrade(migrated)


async def test_processes_migrate_at_once(postgres_url: str) -> None:
    """One of them does it, the others wait for it and find nothing left to do."""
    program = (
        "import asyncio, sys; from exchange.store import migrate; asyncio.run(migrate.upgrade(sys.argv[1]))"
    )
    children = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", program, postgres_url) for _ in range(3)
    ]
    assert [await child.wait() for child in children] == [0, 0, 0]
    await migrate.check(postgres_url)


async def test_a_migration_cut_short_leaves_nothing(sqlite_path: Path) -> None:
    """A step that fails takes all before it back, in SQLite as well: the next attempt starts clean."""
    with closing(sqlite3.connect(sqlite_path)) as connection:
        connection.execute("CREATE TABLE lease (something int)")
    url = f"sqlite:///{sqlite_path}"
    with pytest.raises(Unavailable, match="lease already exists"):
        await migrate.upgrade(url)
    with closing(sqlite3.connect(sqlite_path)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        assert tables == [("lease",)]
        connection.execute("DROP TABLE lease")
    await migrate.upgrade(url)
    await migrate.check(url)


async def test_the_folder_of_an_embedded_database_is_made(tmp_path: Path) -> None:
    """The first start creates `var/` by itself."""
    url = f"sqlite:///{tmp_path}/var/deep/luochui.db"
    await migrate.upgrade(url)
    await migrate.check(url)


async def test_no_server_is_unavailable() -> None:
    """A database that cannot be reached is not taken for an empty one."""
    with pytest.raises(Unavailable):
        await migrate.current("postgresql://luochui:secret@127.0.0.1:1/postgres")


async def test_sqlite_has_no_roles(sqlite_path: Path) -> None:
    """Granting is for PostgreSQL."""
    with pytest.raises(Malformed, match="SQLite has no roles"):
        await migrate.grant(f"sqlite:///{sqlite_path}", "luochui")


def test_migrations_are_in_the_wheel() -> None:
    """Who installs the package can migrate."""
    packed = {file.distribution_path for file in WheelBuilder(str(ROOT)).recurse_included_files()}
    steps = {str(path.relative_to(ROOT)) for path in (ROOT / "exchange/store/migrations").rglob("*.py")}
    assert "exchange/store/migrations/versions/0001_journal.py" in steps
    assert steps <= packed
