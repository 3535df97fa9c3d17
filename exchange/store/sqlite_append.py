"""The append to an embedded SQLite file: WAL, synchronous=FULL, one statement. Nothing here knows of an event loop.

A multi-row INSERT is one step of SQLite and so one wait for the interpreter's lock. `executemany` takes that
lock once a row: beside a busy event loop it was a hundred times slower.

The statement finds the epoch itself. The last seq it must not ask for: an INSERT that reads the table it writes
keeps all its rows in a temporary table first, a quarter of the cost. The writer remembers the last seq instead,
which nobody else of its epoch can move, and the primary key holds should it be wrong.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import chain
from operator import attrgetter
from pathlib import Path
from typing import TypeVar

from msgspec.json import encode

from exchange.ports import Lease, OutcomeUnknown, Row, Unavailable, UnsafeStore
from exchange.store import batch, schema
from exchange.store.sqlite_seat import transaction
from matching_engine.errors import Broken, LuochuiError, Malformed

T = TypeVar("T")

BUSY_MS = 5000
"""How long whoever else writes to the file is waited for."""
_FIRST_LOOK, _LOOK = 0.0002, 0.001
"""Seconds between two looks whether the file is free: the first, and all after a few."""
_STATEMENT_ROWS = 128
"""Rows of one statement. Each number of rows is a statement of its own, prepared once and kept."""
_GIVEN = tuple(name for name in schema.COLUMNS if name not in ("house", "epoch"))
_given = attrgetter(*_GIVEN)

_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def patiently(job: Callable[[], T]) -> T:
    """Do it as soon as whoever writes to the file has finished. SQLite's own waiting looks again after 1, 2, 5,
    10, … ms: a bid would wait eight for a register's transaction of four."""
    deadline, pause = time.monotonic() + BUSY_MS / 1000, _FIRST_LOOK
    while True:
        try:
            return job()
        except sqlite3.OperationalError as error:
            if _code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        time.sleep(pause)
        pause = min(2 * pause, _LOOK)


@contextmanager
def port_errors() -> Iterator[None]:
    """SQLite's errors as those of the port."""
    try:
        yield
    except sqlite3.Error as error:
        raise _port_error(error) from error
    except (OverflowError, UnicodeEncodeError) as error:
        raise Malformed("journal row", str(error), "64-bit integers and UTF-8 text") from error


def _port_error(error: sqlite3.Error) -> LuochuiError:
    text = f"journal: {error}"
    if _code(error) in _DAMAGED:
        return Broken(text)
    if "no such table" in text:
        return schema.WrongSchema(f"{text}; run luochui migrate")
    return Unavailable(text)


def _code(error: sqlite3.Error) -> int:
    """SQLite's primary result code; 0 when the error is not SQLite's own."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def writing(path: Path) -> sqlite3.Connection:
    """A connection whose commits are on disk when they return; UnsafeStore when the file cannot have that."""
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, timeout=0, cached_statements=256
    )
    mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    for pragma in ("synchronous = FULL", "fullfsync = ON", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")
    if mode != "wal":
        connection.close()
        raise UnsafeStore(f"{path}: journal_mode is {mode}, it must be wal; is the file on a network drive?")
    return connection


def append(connection: sqlite3.Connection, heads: dict[str, int], lease: Lease, rows: Sequence[Row]) -> None:
    """`heads` is the last seq of each house as far as this writer knows: seqs only grow, so one that joins it
    either joins the journal or is taken."""
    due = rows[0].seq - 1
    if heads.get(lease.house) != due:
        heads[lease.house] = _head(connection, lease.house)
    try:
        if heads[lease.house] != due:
            raise _refusal(connection, lease, rows)
        _insert_all(connection, lease, rows)
    except sqlite3.IntegrityError as error:
        raise _refusal(connection, lease, rows) from error
    except sqlite3.OperationalError as error:
        if _code(error) == sqlite3.SQLITE_IOERR:
            raise OutcomeUnknown(f"journal: the disk failed during a commit: {error}") from error
        raise
    heads[lease.house] = rows[-1].seq


def _insert_all(connection: sqlite3.Connection, lease: Lease, rows: Sequence[Row]) -> None:
    """One statement, which is its own transaction; a batch beyond one statement needs one around it."""
    if len(rows) <= _STATEMENT_ROWS:
        _insert(connection, lease, rows)
        return
    with transaction(connection):
        for at in range(0, len(rows), _STATEMENT_ROWS):
            _insert(connection, lease, rows[at : at + _STATEMENT_ROWS])


def _insert(connection: sqlite3.Connection, lease: Lease, rows: Sequence[Row]) -> None:
    connection.execute(
        _insert_statement(len(rows)), [lease.house, lease.epoch, *chain.from_iterable(map(_given, rows))]
    )


@cache
def _insert_statement(count: int) -> str:
    """The append of so many rows. Where the epoch is over the first row has no house, which no column takes."""
    owner = "(SELECT house FROM lease WHERE house = ?1 AND epoch = ?2)"
    row = f"(?1, ?2, {', '.join('?' * len(_GIVEN))})"
    first = row.replace("?1", owner, 1)
    # Only question marks and the names of columns go into the text.
    return f"INSERT INTO journal (house, epoch, {', '.join(_GIVEN)}) VALUES {', '.join([first, *[row] * (count - 1)])}"  # noqa: S608


def _head(connection: sqlite3.Connection, house: str) -> int:
    head: int = connection.execute(
        "SELECT coalesce(max(seq), 0) FROM journal WHERE house = ?", (house,)
    ).fetchone()[0]
    return head


def _refusal(connection: sqlite3.Connection, lease: Lease, rows: Sequence[Row]) -> LuochuiError:
    epoch = connection.execute("SELECT epoch FROM lease WHERE house = ?", (lease.house,)).fetchone()
    duplicate = connection.execute(
        "SELECT command_id FROM journal WHERE house = ?"
        " AND command_id IN (SELECT value FROM json_each(?)) ORDER BY seq LIMIT 1",
        (lease.house, encode(sorted({row.command_id for row in rows})).decode()),
    ).fetchone()
    head = _head(connection, lease.house)
    return batch.refusal(lease, rows, epoch and epoch[0], duplicate and duplicate[0], head)
