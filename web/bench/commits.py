"""What one commit of a journal costs, and what grouping gains: the product's own adapter, nothing around it."""

import asyncio
import secrets
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from exchange.ports import Journal, Lease, Row
from exchange.store import migrate, urls
from exchange.store.journal import open_journal

HOUSE = "bench-commits"
"""How the houses begin that these rows are of: each time another one, so that nothing else is in the way."""
_BODY = b'{"amount_fen":100000000,"bidder":"1234","closes_at":null,"extended":false,"lot":"B0","max_fen":null,"type":"BidAccepted"}'


class Commits(NamedTuple):
    """A commit of one row, in µs, and rows a second in groups ÷ rows a second one by one."""

    p50: float
    p99_paced: float
    """Of commits that fall due one after the other, `rate` a second: a disk that rests in between is slower at times."""
    gain: float


@contextmanager
def beside(url: str) -> Iterator[str]:
    """The address of a journal that takes these commits while a house works on `url`: the same database, or another
    file on the same disk, for an embedded one has one writer."""
    if not urls.is_sqlite(url):
        yield url
        return
    with tempfile.TemporaryDirectory(dir=urls.sqlite_path(url).parent, prefix="commits-") as directory:
        own = f"sqlite:///{directory}/commits.db"
        asyncio.run(migrate.upgrade(own))
        yield own


async def measure(url: str, count: int, group: int, rate: int) -> Commits:
    """Commits of one row as fast as they go, at a rate, and then of a group: by themselves, nothing else under way."""
    journal = open_journal(url)
    await journal.open()
    try:
        lease = await journal.acquire(f"{HOUSE}-{secrets.token_hex(4)}", "bench", 1)
        single = await _append(journal, lease, 1, 1, count)
        paced = await _append(journal, lease, count + 1, 1, 2 * count, 1 / rate)
        grouped = await _append(journal, lease, 3 * count + 1, group, max(1, count // 10))
    finally:
        await journal.close()
    p99 = statistics.quantiles(paced, n=100)[-1]
    gain = group * statistics.fmean(single) / statistics.fmean(grouped)
    return Commits(1e6 * statistics.median(single), 1e6 * p99, gain)


async def _append(
    journal: Journal, lease: Lease, first: int, group: int, count: int, every: float = 0.0
) -> list[float]:
    """The seconds of each of `count` commits of `group` rows, from seq `first` on, one `every` so many seconds.

    One that fell due while the one before was under way counts from that instant, as a bid does.
    """
    taken, due, ended = [], time.perf_counter(), 0.0
    for start in range(first, first + group * count, group):
        rows = [_row(lease, seq) for seq in range(start, start + group)]
        due += every
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        began = due if every and ended > due else time.perf_counter()
        await journal.append(lease, rows)
        ended = time.perf_counter()
        taken.append(ended - began)
    return taken


def _row(lease: Lease, seq: int) -> Row:
    """A row like that of an accepted bid; nobody reads it, so it is not chained."""
    return Row(
        house=lease.house,
        seq=seq,
        epoch=lease.epoch,
        at=seq,
        stream="lot/B0",
        stream_seq=seq,
        command_id=f"bench-commit-{seq:08d}",
        part=0,
        request="0" * 64,
        principal="bidder-0",
        causation=None,
        type="BidAccepted",
        body=_BODY,
        hash=seq.to_bytes(32),
    )
