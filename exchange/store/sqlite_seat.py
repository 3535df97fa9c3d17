"""Who owns the houses of an embedded database: a lock on a file beside it, and the leases inside.

One process serves the file; the operating system frees the lock when that process is gone, however it went.
"""

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from exchange.ports import Fenced, Lease, Standing
from exchange.store import schema


class SqliteSeat:
    """The lock of one process on one database."""

    def __init__(self, path: Path) -> None:
        self._path = path.with_name(f"{path.name}.lock")
        self._file: int | None = None

    def take(self) -> bool:
        """Lock the file; whether it is ours."""
        if self._file is not None:
            return True
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return False
        self._file = file
        return True

    def descriptors(self) -> tuple[int, ...]:
        """What a process must inherit to hold the lock as well."""
        return () if self._file is None else (self._file,)

    def free(self) -> None:
        """Unlock the file, unless a process that inherited it lives; asking again is harmless."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of it or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def acquire(connection: sqlite3.Connection, house: str, holder: str, at: int) -> Lease:
    """The next epoch. The last sign of life before stays until the new holder gives one."""
    with transaction(connection):
        before = connection.execute("SELECT epoch, alive_at FROM lease WHERE house = ?", (house,)).fetchone()
        epoch, alive_at = before or (0, None)
        connection.execute(
            "INSERT INTO lease (house, epoch, holder, alive_at, expires_at) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (house) DO UPDATE SET epoch = excluded.epoch, holder = excluded.holder, address = '',"
            " alive_at = coalesce(lease.alive_at, excluded.alive_at), expires_at = excluded.expires_at",
            (house, epoch + 1, holder, at, _now() + schema.FIRST_TERM_US),
        )
    return Lease(house, epoch + 1, alive_at)


def renew(connection: sqlite3.Connection, lease: Lease, at: int, lease_us: int) -> None:
    """A sign of life; Fenced when the lease is no longer ours."""
    _update(connection, lease, "alive_at = ?, expires_at = ?", at, _now() + lease_us)


def register(connection: sqlite3.Connection, lease: Lease, address: str) -> None:
    """The holder's address; Fenced when the lease is no longer ours."""
    _update(connection, lease, "address = ?", address)


def end(connection: sqlite3.Connection, lease: Lease) -> None:
    """The lease ends now, if it is still ours."""
    connection.execute(
        "UPDATE lease SET expires_at = 0, address = '' WHERE house = ? AND epoch = ?",
        (lease.house, lease.epoch),
    )


def standing(connection: sqlite3.Connection, house: str) -> Standing | None:
    """What the lease of a house says."""
    found = connection.execute(
        "SELECT house, epoch, holder, alive_at, coalesce(expires_at, 0) - ?, address FROM lease WHERE house = ?",
        (_now(), house),
    ).fetchone()
    return Standing(*found) if found else None


def _update(connection: sqlite3.Connection, lease: Lease, changes: str, *values: object) -> None:
    # The changes are literals of this file; values are always parameters.
    done = connection.execute(
        f"UPDATE lease SET {changes} WHERE house = ? AND epoch = ?",  # noqa: S608
        (*values, lease.house, lease.epoch),
    )
    if not done.rowcount:
        raise Fenced(f"house {lease.house}: epoch {lease.epoch} is over")


def _now() -> int:
    """µs since the epoch: every process of one file has this machine's clock."""
    return time.time_ns() // 1000
