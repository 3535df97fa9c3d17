"""Databases that are ready: made once in a process, then copied. Migrating and filling one is most of a short test.

On PostgreSQL only the schema is copied, and only into a database that a test made for itself.
"""

import asyncio
import shutil
import sqlite3
import tempfile
from collections.abc import Awaitable, Callable
from functools import cache, partial
from pathlib import Path

from argon2 import PasswordHasher, Type

from exchange.bootstrap import open_exchange
from exchange.demo import people
from exchange.demo.seed import fill_registers
from exchange.settings import Settings
from exchange.store import migrate, urls
from exchange.store.clock import ManualClock
from tests.services import postgres
from web import credentials

BEGIN = 1_772_413_200_000_000


DEAR = credentials.HASHER
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1, type=Type.ID)
"""Hashing is meant to be dear, and people sign in in most tests: all but those of the hashes themselves use this."""
HASH = CHEAP.hash(people.PASSWORD)
"""Of the password that the people of the demo have."""


async def migrated(url: str) -> None:
    """The schema in an empty database, or one brought up to date."""
    if not await _copied(url, "migrated", migrate.upgrade):
        await _migrated_postgres(url)


async def _migrated_postgres(url: str) -> None:
    server = postgres.server_of(url)
    if server is None or await migrate.current(url) is not None:
        await migrate.upgrade(url)
        return
    if server not in _templates:
        template = await asyncio.to_thread(postgres.create_database, server)
        await migrate.upgrade(template)
        _templates[server] = template
    await asyncio.to_thread(postgres.copy_database, _templates[server], url)


_templates: dict[postgres.Postgres, str] = {}


def forget(server: postgres.Postgres) -> None:
    """Drop what was kept to copy from, where the server outlives the tests."""
    template = _templates.pop(server, None)
    if template:
        postgres.drop_database(template)


async def with_people(url: str, house: str = "hub") -> None:
    """The same, with the demo's organisations, accounts and achievements in the registers of a house."""
    fill = partial(_fill, house)
    if not await _copied(url, f"people of {house}", fill):
        await fill(url)


async def _fill(house: str, url: str) -> None:
    await migrated(url)
    async with open_exchange(Settings(database_url=url, house=house), ManualClock(BEGIN)) as exchange:
        await fill_registers(exchange, BEGIN, lambda _: HASH)


async def _copied(url: str, name: str, make: Callable[[str], Awaitable[object]]) -> bool:
    """Whether the database could be copied: an embedded one that does not exist yet."""
    if not urls.is_sqlite(url) or urls.sqlite_path(url).exists():
        return False
    original = _folder() / f"{name}.sqlite3"
    if not original.exists():
        await make(f"sqlite:///{original}")
        _forget_holders(original)
    urls.sqlite_path(url).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(original, urls.sqlite_path(url))
    return True


def _forget_holders(path: Path) -> None:
    """A copy was never held by anybody: its first holder has the first epoch."""
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("DELETE FROM lease")
    connection.close()


@cache
def _folder() -> Path:
    made = tempfile.TemporaryDirectory(prefix="luochui-databases-")
    _folders.append(made)
    return Path(made.name)


_folders: list[tempfile.TemporaryDirectory[str]] = []
"""Kept, so that the folder goes with the process and not before."""
