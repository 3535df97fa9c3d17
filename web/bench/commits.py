"""What one commit of a journal costs, and what grouping gains: the product's own adapter, nothing around it."""

import statistics
import time
from typing import NamedTuple

from exchange.ports import Journal, Lease, Row
from exchange.store.journal import open_journal

HOUSE = "bench-commits"
"""A house of its own, so that nothing else is in the way."""
_BODY = b'{"amount_fen":100000000,"bidder":"1234","closes_at":null,"extended":false,"lot":"B0","max_fen":null,"type":"BidAccepted"}'


class Commits(NamedTuple):
    """A commit of one row, in µs, and rows a second in groups ÷ rows a second one by one."""

    p50: float
    p99: float
    gain: float


async def measure(url: str, count: int, group: int) -> Commits:
    """Commits of one row, and then of a group, by themselves."""
    journal = open_journal(url)
    await journal.open()
    try:
        lease = await journal.acquire(HOUSE, "bench", 1)
        single = await _append(journal, lease, 1, 1, count)
        grouped = await _append(journal, lease, count + 1, group, max(1, count // 10))
    finally:
        await journal.close()
    p99 = statistics.quantiles(single, n=100)[-1]
    gain = group * statistics.fmean(single) / statistics.fmean(grouped)
    return Commits(1e6 * statistics.median(single), 1e6 * p99, gain)


async def _append(journal: Journal, lease: Lease, first: int, group: int, count: int) -> list[float]:
    """The seconds of each of `count` commits of `group` rows, from seq `first` on."""
    taken = []
    for start in range(first, first + group * count, group):
        rows = [_row(lease, seq) for seq in range(start, start + group)]
        began = time.perf_counter()
        await journal.append(lease, rows)
        taken.append(time.perf_counter() - began)
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
