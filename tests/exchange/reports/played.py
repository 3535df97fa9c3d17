"""The journal of one lot from its listing to its claim, played once for all tests of a run."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from exchange.demo.once import BEGIN, Once
from exchange.house import codec
from exchange.house.command import Recorded
from exchange.reports.projector import Projector
from exchange.store.clock import ManualClock
from tests.exchange.house.running import opened, running, sqlite_url


@cache
def played() -> tuple[Recorded, ...]:
    """Every event of the demonstration's one lot."""
    # In a thread with a loop of its own: who asks may be running in one.
    with TemporaryDirectory() as directory, ThreadPoolExecutor(1) as aside:
        url = sqlite_url(Path(directory) / "played.sqlite3")
        return aside.submit(lambda: asyncio.run(play(url))).result()


async def play(url: str) -> tuple[Recorded, ...]:
    """Play it into a database."""
    clock = ManualClock(BEGIN)
    async with opened(url) as journal:
        async with running(journal, clock) as house:
            async for _ in Once(house, clock).play():
                pass
        return tuple([codec.recorded(row) async for row in journal.read("hub")])


def projected() -> Projector:
    """Its facts."""
    book = Projector("hub")
    for recorded in played():
        book.take(recorded)
    return book
