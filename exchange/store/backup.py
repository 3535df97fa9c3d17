"""An embedded database copied while it is in use, and put back: whole or not at all."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from exchange.ports import Unavailable
from matching_engine.errors import Broken, Malformed

_PAGES = 4096
"""Pages a step: between two steps the house goes on writing."""
_UNFINISHED = ".unfinished"


def copy(source: Path, target: Path) -> None:
    """Copy a database as it is at one moment, while a house may write to it; Malformed where there is a file already.

    The copy is one file without a write-ahead log, readable by its owner alone, and on disk when this returns.
    """
    if not source.is_file():
        raise Malformed("database", str(source), "a database file")
    if any(Path(f"{target}{ending}").exists() for ending in ("", "-wal", "-shm")):
        raise Malformed("target", f"{target}, which exists", "a new file")
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(target.name + _UNFINISHED)
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)
    try:
        _copy(source, unfinished)
        unfinished.replace(target)
    except sqlite3.DatabaseError as error:
        raise _error(source, error) from error
    finally:
        unfinished.unlink(missing_ok=True)
    _sync(target.parent)


def _copy(source: Path, target: Path) -> None:
    uri = f"{source.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new, pages=_PAGES, sleep=0)
        new.execute("PRAGMA journal_mode = DELETE")
        found = new.execute("PRAGMA integrity_check").fetchone()[0]
        if found != "ok":
            raise Broken(f"{source}: {found}")
    _sync(target)


def _error(source: Path, error: sqlite3.DatabaseError) -> Exception:
    if isinstance(error, sqlite3.OperationalError):
        return Unavailable(f"{source}: {error}")
    return Broken(f"{source}: {error}")


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
