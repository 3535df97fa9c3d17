"""The process that writes batches to an embedded database for a house: python -m exchange.store.sqlite_worker FD PATH

It reads from the socket FD and answers each batch once it is on disk. It ends when the other end is gone, and by
nothing else that a terminal or a service manager sends to a whole group: the house still has to write its farewell.
"""

import gc
import signal
import socket
import sqlite3
import sys
from contextlib import closing
from functools import partial
from pathlib import Path

from exchange.ports import Lease, Row
from exchange.store import sqlite_messages
from exchange.store.sqlite_append import append, patiently, port_errors, writing
from exchange.store.sqlite_checkpoints import Checkpoints
from exchange.store.sqlite_streams import StreamIndex
from matching_engine.errors import LuochuiError

_CHUNK = 1 << 18


def main() -> None:
    """Serve until the house hangs up."""
    for unwanted in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(unwanted, signal.SIG_IGN)
    gc.disable()  # Nothing here makes cycles.
    connect = partial(patiently, partial(writing, Path(sys.argv[2])))
    with socket.socket(fileno=int(sys.argv[1])) as house:
        try:
            with port_errors():
                connection = connect()
        except LuochuiError as error:
            _tell(house, sqlite_messages.failed(error))
            return
        with closing(connection), closing(Checkpoints(connection, connect)) as checkpoints:
            _serve(house, connection, checkpoints)


def _serve(house: socket.socket, connection: sqlite3.Connection, checkpoints: Checkpoints) -> None:
    frames, heads, index = sqlite_messages.Frames(), dict[str, int](), StreamIndex()
    _tell(house, sqlite_messages.done())
    while data := house.recv(_CHUNK):
        for message in frames.add(data):
            lease, rows = sqlite_messages.read_batch(message)
            failure = _failure(connection, heads, lease, rows)
            _tell(house, sqlite_messages.failed(failure) if failure else sqlite_messages.done())
            if not failure:
                index.written(connection, rows)
                checkpoints.written(len(rows))


def _failure(
    connection: sqlite3.Connection, heads: dict[str, int], lease: Lease, rows: list[Row]
) -> LuochuiError | None:
    """Why the batch is not on disk; None when it is."""
    try:
        with port_errors():
            patiently(lambda: append(connection, heads, lease, rows))
    except LuochuiError as error:
        return error
    return None


def _tell(house: socket.socket, answer: bytes) -> None:
    try:
        house.sendall(answer)
    except BrokenPipeError:  # The house is gone; what it sent is written.
        sys.exit()


if __name__ == "__main__":
    main()
