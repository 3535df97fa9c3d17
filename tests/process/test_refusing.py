"""What `luochui serve` refuses to start on, seen from the outside: one line that says why, and its exit status."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from exchange.store import migrate
from tests.exchange.house.running import sqlite_url
from tests.process.market import prepare, serving
from tests.services.process import free_port


def refused(url: str, *options: str) -> tuple[int, str]:
    """Exit status and last line of a process that was not to start."""
    command = [sys.executable, "-m", "web", "serve", "--database", url, "--port", str(free_port()), *options]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False, env={**os.environ}
    )
    return done.returncode, done.stderr.strip().splitlines()[-1]


async def execute(url: str, statement: str) -> None:
    """One statement in a database of PostgreSQL."""
    connection = await asyncpg.connect(url)
    await connection.execute(statement)
    await connection.close()


async def test_a_second_house_of_the_same_name(postgres_url: str) -> None:
    """The holder lives: the second process names it and ends, the first goes on; another name is welcome."""
    await migrate.upgrade(postgres_url)
    async with serving(postgres_url), serving(postgres_url, "--house", "harbin"):
        status, line = refused(postgres_url)
        assert status == 2
        assert "house hub has a holder: " in line
        assert "epoch 1; stop it first, or start this one with --standby" in line
        assert refused(postgres_url, "--house", "harbin")[0] == 2


async def test_a_second_process_on_one_file(sqlite_path: Path) -> None:
    """An embedded database has one process; and nobody stands by for it."""
    url = sqlite_url(sqlite_path)
    await migrate.upgrade(url)
    async with serving(url):
        assert refused(url) == (2, refused(url)[1])
        assert "house hub has a holder" in refused(url)[1]
    status, line = refused(url, "--standby")
    assert status == 2
    assert "standby: expected PostgreSQL" in line


async def test_a_database_that_would_lose_commits(postgres_url: str) -> None:
    """synchronous_commit off: the setting is named with what it must be."""
    await migrate.upgrade(postgres_url)
    name = urlsplit(postgres_url).path.strip("/")
    await execute(postgres_url, f'ALTER DATABASE "{name}" SET synchronous_commit = off')
    status, line = refused(postgres_url)
    assert status == 2
    assert "synchronous_commit is off and must be on" in line


async def test_a_schema_too_old_or_too_new(postgres_url: str) -> None:
    """An older schema says to migrate, a newer one to install the newer program."""
    assert refused(postgres_url)[0] == 2
    await migrate.upgrade(postgres_url)
    await execute(postgres_url, "UPDATE alembic_version SET version_num = '0001'")
    status, line = refused(postgres_url)
    assert status == 2
    assert "schema is 0001" in line
    assert "run luochui migrate" in line
    await execute(postgres_url, "UPDATE alembic_version SET version_num = '9999'")
    status, line = refused(postgres_url)
    assert status == 2
    assert "schema 9999 is newer than this program" in line


async def test_a_journal_with_an_edited_row(sqlite_path: Path) -> None:
    """Somebody changed a row: the house does not start, exit status 70, and the row is named."""
    url = sqlite_url(sqlite_path)
    await prepare(url)
    with sqlite3.connect(sqlite_path) as connection:
        connection.execute("UPDATE journal SET principal = 'somebody' WHERE seq = 3")
    status, line = refused(url)
    assert status == 70
    assert "the chain of house hub breaks at seq 3" in line
