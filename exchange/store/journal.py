"""The journal of a database, by its address."""

from exchange.ports import HouseJournal
from exchange.store import schema, urls


def open_journal(
    url: str,
    writable: bool = True,
    lease_seconds: float = schema.LEASE_SECONDS,
    apart: bool = False,
) -> HouseJournal:
    """The journal at `url`, not yet connected: `await journal.open()` connects and checks it.

    With `writable=False` it reads only: nothing is locked, nothing is asked of the settings. A lease lasts
    `lease_seconds` from each sign of life of its holder. `apart`: an embedded database is written by a process of
    its own, as PostgreSQL's always is.
    """
    if urls.is_sqlite(url):
        from exchange.store.sqlite_journal import SqliteJournal

        return SqliteJournal(urls.sqlite_path(url), writable, lease_seconds, apart)
    # asyncpg is an extra (luochui[postgres]) that the embedded mode does without.
    from exchange.store.postgres_journal import PostgresJournal

    return PostgresJournal(urls.postgres_dsn(url), writable, lease_seconds)
