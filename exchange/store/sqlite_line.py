"""A connection to an embedded database on a thread of its own."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from queue import SimpleQueue
from threading import Thread
from typing import TypeVar

from exchange.ports import Unavailable
from exchange.store.sqlite_append import patiently, port_errors

T = TypeVar("T")


async def to_its_end(future: "asyncio.Future[T]") -> T:
    """What the future brings. Cancelled, it still waits for that: nothing is written behind the back of whoever
    reads next."""
    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError:
        await asyncio.wait((future,))
        if not future.cancelled():
            future.exception()
        raise


class Line:
    """One connection on one thread of its own; what is asked of it happens in order.

    A queue and a plain future: an executor's own futures, with their locks, cost as much as a small commit."""

    def __init__(self, connect: Callable[[], sqlite3.Connection], name: str) -> None:
        self._connect = connect
        self._connection: sqlite3.Connection | None = None
        self._asked: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread = Thread(target=self._serve, name=name, daemon=True)
        self._closed = False

    async def run(self, job: Callable[[sqlite3.Connection], T]) -> T:
        """What the job answers, or the port's error; see `to_its_end`."""
        if self._closed:
            raise Unavailable("the journal was closed")
        if not self._thread.ident:
            self._thread.start()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._asked.put(partial(self._do, job, loop, future))
        return await to_its_end(future)

    async def close(self) -> None:
        """Close the connection after what is under way; asking again is harmless."""
        self._closed = True
        self._asked.put(None)
        if self._thread.ident:
            await asyncio.to_thread(self._thread.join)
        if self._connection:
            self._connection.close()
            self._connection = None

    def _serve(self) -> None:
        while do := self._asked.get():
            do()
            del do  # What was asked lives no longer than its answer.

    def _do(
        self,
        job: Callable[[sqlite3.Connection], T],
        loop: asyncio.AbstractEventLoop,
        future: asyncio.Future[T],
    ) -> None:
        settle: Callable[[], None]
        try:
            with port_errors():
                settle = partial(future.set_result, patiently(lambda: job(self._connected())))
        except BaseException as error:
            settle = partial(future.set_exception, error)
        with suppress(RuntimeError):  # The loop ended before the answer came.
            loop.call_soon_threadsafe(settle)

    def _connected(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = self._connect()
        return self._connection
