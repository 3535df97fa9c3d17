"""The log of an embedded journal is folded into its file beside the commits."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from exchange.store.sqlite_append import writing
from exchange.store.sqlite_checkpoints import PAGES, PAGES_MAX, Checkpoints

_PAGE = 4096
_ROW = "x" * 2000


@pytest.fixture
def connection(sqlite_path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that writes, and a table."""
    with closing(writing(sqlite_path)) as opened:
        opened.execute("CREATE TABLE line (id INTEGER PRIMARY KEY, text TEXT)")
        yield opened


def _log(path: Path) -> int:
    return path.with_name(f"{path.name}-wal").stat().st_size


def test_the_log_begins_anew(sqlite_path: Path, connection: sqlite3.Connection) -> None:
    """However much is written, the log stays far from the length at which SQLite itself would act, and everything is
    in the file at the end."""
    commits = PAGES_MAX // 2
    with closing(Checkpoints(connection, lambda: writing(sqlite_path))) as checkpoints:
        for _ in range(commits):
            connection.execute("INSERT INTO line (text) VALUES (?), (?), (?), (?)", (_ROW,) * 4)
            checkpoints.written(4)
    assert connection.execute("PRAGMA wal_autocheckpoint").fetchone() == (PAGES_MAX,)
    assert _log(sqlite_path) < PAGES_MAX * _PAGE // 2
    assert connection.execute("SELECT count(*) FROM line").fetchone() == (4 * commits,)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_nothing_is_folded_before_it_is_time(sqlite_path: Path, connection: sqlite3.Connection) -> None:
    """A few commits stay in the log: each checkpoint waits for the disk twice."""
    with closing(Checkpoints(connection, lambda: writing(sqlite_path))) as checkpoints:
        for _ in range(PAGES // 20):
            connection.execute("INSERT INTO line (text) VALUES (?)", (_ROW,))
            checkpoints.written(1)
    with closing(sqlite3.connect(f"file:{sqlite_path}?immutable=1", uri=True)) as file:
        assert file.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)


def test_a_reader_holds_nobody_up(sqlite_path: Path, connection: sqlite3.Connection) -> None:
    """While somebody reads an old state, commits and checkpoints go on; the reader sees what it saw."""
    with closing(sqlite3.connect(sqlite_path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM line").fetchone() == (0,)
        with closing(Checkpoints(connection, lambda: writing(sqlite_path))) as checkpoints:
            for _ in range(PAGES // 2):
                connection.execute("INSERT INTO line (text) VALUES (?)", (_ROW,))
                checkpoints.written(1)
        assert reader.execute("SELECT count(*) FROM line").fetchone() == (0,)
        reader.execute("COMMIT")
        assert reader.execute("SELECT count(*) FROM line").fetchone() == (PAGES // 2,)
