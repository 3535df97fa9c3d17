"""Bringing a database's schema up to date, and refusing one that is not.

`luochui migrate` runs under the role that owns the tables. A house needs less: `grant` gives its role what
it needs, and neither UPDATE nor DELETE nor TRUNCATE on the journal.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from exchange.ports import Unavailable
from exchange.store import urls
from exchange.store.schema import WrongSchema
from matching_engine.errors import Malformed

T = TypeVar("T")


async def upgrade(url: str) -> str:
    """Create or bring up to date; gives the revision reached. Doing it again changes nothing."""
    if urls.is_sqlite(url):
        urls.sqlite_path(url).parent.mkdir(parents=True, exist_ok=True)
    found = await current(url)
    _refuse_newer(url, found)
    if found != _head():
        await _on(url, _upgrade)
    return _head()


async def current(url: str) -> str | None:
    """The revision of the database; None when it has no schema."""
    if urls.is_sqlite(url) and not urls.sqlite_path(url).is_file():
        return None
    return await _on(url, lambda connection: MigrationContext.configure(connection).get_current_revision())


async def check(url: str) -> None:
    """WrongSchema unless the database has exactly the schema that this program works with."""
    found, needed = await current(url), _head()
    _refuse_newer(url, found)
    if found != needed:
        said = f"schema is {found or 'missing'}, {needed} is needed"
        raise WrongSchema(f"{urls.shown(url)}: {said}; run luochui migrate")


def _refuse_newer(url: str, found: str | None) -> None:
    if found is not None and found not in _known():
        said = f"schema {found} is newer than this program, which knows {_head()}"
        raise WrongSchema(f"{urls.shown(url)}: {said}; install the newer luochui")


async def grant(url: str, role: str) -> None:
    """Give a PostgreSQL role what a house needs: the journal to read and to append to, the rest to change."""
    if urls.is_sqlite(url):
        raise Malformed("role", role, "a PostgreSQL database: SQLite has no roles")
    await _on(url, lambda connection: _grant(connection, role))


def _grant(connection: Connection, role: str) -> None:
    name = connection.dialect.identifier_preparer.quote_identifier(role)
    schema = connection.scalar(text("SELECT quote_ident(current_schema())"))
    for statement in (
        f"GRANT USAGE ON SCHEMA {schema} TO {name}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {name}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {name}",
        f"REVOKE UPDATE, DELETE ON {schema}.journal FROM {name}",
        f"REVOKE INSERT, UPDATE, DELETE ON {schema}.alembic_version FROM {name}",
    ):
        connection.execute(text(statement))


def _upgrade(connection: Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config


@cache
def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _head() -> str:
    head = _scripts().get_current_head()
    assert head is not None
    return head


def _known() -> set[str]:
    return {script.revision for script in _scripts().walk_revisions()}


async def _on(url: str, job: Callable[[Connection], T]) -> T:
    async with _engine(url) as engine:
        try:
            async with engine.begin() as connection:
                return await connection.run_sync(job)
        except (DBAPIError, OSError) as error:
            raise Unavailable(f"{urls.shown(url)}: {error}") from error


@asynccontextmanager
async def _engine(url: str) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(urls.async_engine_url(url), poolclass=NullPool)
    if urls.is_sqlite(url):
        event.listen(engine.sync_engine, "connect", _no_hidden_commits)
        event.listen(engine.sync_engine, "begin", _begin)
    try:
        yield engine
    finally:
        await engine.dispose()


def _no_hidden_commits(connection: Any, _record: object) -> None:
    """The sqlite3 module commits before DDL unless told not to: a migration cut short must leave nothing."""
    connection.isolation_level = None


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
