"""The address of a database: `sqlite:///file.db` (embedded) or `postgresql://user@host/name`."""

from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from exchange.ports import UnsafeStore
from matching_engine.errors import Malformed

EXPECTED = "sqlite:///file.db, sqlite:////absolute/file.db or postgresql://user:password@host:port/name"


def parse(url: str) -> URL:
    """The parts of the address; Malformed never shows what may hold a password."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise Malformed("database URL", "something else", EXPECTED) from None
    backend = {"postgres": "postgresql"}.get(parsed.get_backend_name(), parsed.get_backend_name())
    if backend not in ("sqlite", "postgresql"):
        raise Malformed("database URL", parsed.render_as_string(hide_password=True), EXPECTED)
    return parsed.set(drivername=backend)


def is_sqlite(url: str) -> bool:
    """Whether the address names an embedded database."""
    return parse(url).drivername == "sqlite"


def sqlite_path(url: str) -> Path:
    """The file of an embedded database; UnsafeStore for one that lives in memory."""
    database = parse(url).database
    if not database or database == ":memory:" or database.startswith("file:"):
        raise UnsafeStore("sqlite: a database in memory loses every acknowledged command; give it a file")
    return Path(database)


def postgres_dsn(url: str) -> str:
    """The address as asyncpg reads it, password included."""
    return parse(url).render_as_string(hide_password=False)


def async_engine_url(url: str) -> URL:
    """The same address for SQLAlchemy's async engine (aiosqlite or asyncpg): registers and migrations."""
    parsed = parse(url)
    if parsed.drivername == "sqlite":
        sqlite_path(url)
        return parsed.set(drivername="sqlite+aiosqlite")
    # asyncpg knows libpq's `sslmode` in an address, but only `ssl` as an argument, which is what SQLAlchemy gives it.
    query = {("ssl" if key == "sslmode" else key): value for key, value in parsed.query.items()}
    return parsed.set(drivername="postgresql+asyncpg", query=query)


def shown(url: str) -> str:
    """The address without its password, for messages."""
    return parse(url).render_as_string(hide_password=True)
