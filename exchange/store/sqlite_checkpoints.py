"""The write-ahead log is folded into the file beside the commits, not within one of them.

SQLite makes a checkpoint at the end of the commit that fills the log: that commit, and every bid in it, takes some
milliseconds more. Here a thread with a connection of its own does most of it while commits go on. What these added
meanwhile the writer folds in itself, which is little: the log begins anew only when nothing in it is left over.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from queue import SimpleQueue
from threading import Event, Thread

PAGES = 1500
"""Pages of the log, by estimate, at which a checkpoint begins: every second at 500 bids a second. Each holds up a commit
or two, so that four a second would be what the slowest hundredth of all bids wait for. Beside other work the log grows by
as much again until it is made."""
PAGES_MAX = 10_000
"""Pages of the log at which SQLite makes one by itself, should the estimate be wrong."""
_EACH, _ROWS = 3, 4
"""Pages that a commit of one row adds to the log, and of how many more rows each adds another: fifty add fifteen."""


class Checkpoints:
    """The checkpoints of one writing connection; `connect` gives the thread another one."""

    def __init__(self, connection: sqlite3.Connection, connect: Callable[[], sqlite3.Connection]) -> None:
        connection.execute(f"PRAGMA wal_autocheckpoint = {PAGES_MAX}")
        self._connection = connection
        self._connect = connect
        self._pages = 0
        self._due: SimpleQueue[bool] = SimpleQueue()
        self._folded = Event()
        """Whether the thread has done its part."""
        self._asked = False
        self._thread = Thread(target=self._serve, name="checkpoints", daemon=True)
        self._thread.start()

    def written(self, rows: int) -> None:
        """A commit of so many rows was answered: begin a checkpoint, or end one, if it is time."""
        self._pages += _EACH + rows // _ROWS
        if self._asked and self._folded.is_set():
            _fold(self._connection)
            self._asked, self._pages = False, 0
            self._folded.clear()
        elif not self._asked and self._pages >= PAGES:
            self._asked = True
            self._due.put(True)

    def close(self) -> None:
        """Finish what is under way, and let the thread go."""
        self._due.put(False)
        self._thread.join()

    def _serve(self) -> None:
        with closing(self._connect()) as connection:
            while self._due.get():
                _fold(connection)
                self._folded.set()


def _fold(connection: sqlite3.Connection) -> None:
    """As far as it goes without waiting for anybody. A disk in trouble is for the next commit to find."""
    with suppress(sqlite3.Error):
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
