"""`luochui bench recovery`: how fast a house comes back, from its journal, from a snapshot, and from another process.

Replay reads the rows from a database as a start does, checks the chain, decodes and applies; its floor applies the same
events from memory, in the same run. Restored orders are standing bids, one for each bidder of a lot.
"""

import asyncio
import gc
import signal
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from exchange.bootstrap import read_rulebook
from exchange.house import codec, machine, snapshot, state_form
from exchange.house.command import HouseEvent, Recorded
from exchange.house.decided import Decided
from exchange.house.recovery import replay
from exchange.house.state import State, new_state
from exchange.ports import Row
from exchange.store import migrate
from exchange.store.journal import open_journal
from exchange.store.snapshots import SnapshotFiles
from matching_engine.commands import EntryStatus
from matching_engine.errors import require
from matching_engine.events import BidAccepted, EntrySet, LotOpened, LotPutUp
from matching_engine.terms import DAY, Mechanism, Rung, Terms
from settlement.rulebook import Rulebook
from web.bench import postgres
from web.bench.report import Figure, Report, median_ratio, progress
from web.bench.takeover import measure_takeover
from web.bench.written import row_of

HOUSE = "bench-recovery"
BEGIN = 1_772_413_200_000_000
OPENING_FEN, STEP_FEN = 1_000_000, 100
LEASE_SECONDS = 2.0
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured."""

    rows: int
    lots: int
    bidders: int
    rounds: int
    takeovers: int


WHOLE = Size(rows=60_000, lots=10, bidders=50_000, rounds=3, takeovers=3)
QUICK = Size(rows=10_000, lots=4, bidders=25_000, rounds=3, takeovers=1)


def measure(size: Size) -> Report:
    """Replay and restore on SQLite in a temporary directory, takeovers on PostgreSQL where there is one."""
    notes: list[str] = []
    with progress("recovery", 4) as tick, tempfile.TemporaryDirectory(prefix="luochui-bench-") as directory:
        figures = asyncio.run(_replay(Path(directory), size, tick))
        figures += _restore(Path(directory), size, notes)
        tick()
        figures += _takeovers(size, notes)
        tick()
    return Report(f"Recovery: {size.rows} rows, {size.lots * size.bidders} standing bids", figures, notes)


def put_up(lot: str) -> LotPutUp:
    """An English auction of a day that is open from the beginning."""
    return LotPutUp(
        lot,
        Terms(
            mechanism=Mechanism.ENGLISH,
            opening_price_fen=OPENING_FEN,
            opens_at=BEGIN,
            closes_at=BEGIN + DAY,
            ladder=(Rung(0, STEP_FEN),),
        ),
    )


def bidding(lot: str, bidders: int, bids: int) -> Iterator[HouseEvent]:
    """A lot, its bidders, and accepted bids of one after the other, each a step higher."""
    yield put_up(lot)
    names = [f"{number:05d}" for number in range(bidders)]
    yield from (EntrySet(lot, name, EntryStatus.ADMITTED) for name in names)
    yield LotOpened(lot)
    for n in range(bids):
        yield BidAccepted(lot, names[n % bidders], OPENING_FEN + n * STEP_FEN, BEGIN + DAY)


def journal_of(events: Iterator[HouseEvent]) -> tuple[list[Row], list[Recorded]]:
    """The rows that these events leave, each by a command of its own, and the events with their places."""
    state, rows, recorded = new_state(read_rulebook()), list[Row](), list[Recorded]()
    for event in events:
        rows.append(row_of(state, HOUSE, 1, BEGIN, event))
        recorded.append(codec.placed(rows[-1], event))
        machine.apply(state, recorded[-1])
    return rows, recorded


async def _replay(directory: Path, size: Size, tick: Callable[[], None]) -> list[Figure]:
    rows, recorded = journal_of(bidding("L1", 100, size.rows - 102))
    url = f"sqlite:///{directory / 'recovery.db'}"
    await migrate.upgrade(url)
    journal = open_journal(url)
    await journal.open()
    try:
        lease = await journal.acquire(HOUSE, "bench", BEGIN)
        for at in range(0, len(rows), _BATCH):
            await journal.append(lease, rows[at : at + _BATCH])
        tick()
        applied, replayed, rulebook = [], [], read_rulebook()
        for _ in range(size.rounds):
            applied.append(_taken(lambda: _apply(recorded, rulebook)))
            replayed.append(await _awaited(lambda: replay(journal, HOUSE, rulebook)))
    finally:
        await journal.close()
    tick()
    return [
        Figure("apply in memory", len(rows) / statistics.median(applied), "events/s"),
        Figure("replay from SQLite", len(rows) / statistics.median(replayed), "events/s"),
        Figure("replay ÷ apply in memory", median_ratio(applied, replayed), "×", goal=0.7),
    ]


def _apply(recorded: Sequence[Recorded], rulebook: Rulebook) -> State:
    state = new_state(rulebook)
    for one in recorded:
        machine.apply(state, one)
    return state


def standing(size: Size) -> State:
    """A house whose lots each have so many bidders, all of them with a bid that stands."""
    state = new_state(read_rulebook())
    seq = 0
    for number in range(size.lots):
        for event in bidding(f"L{number}", size.bidders, size.bidders):
            seq += 1
            stream, stream_seq = machine.next_stream_seq(state, event)
            place = (HOUSE, 1, seq, BEGIN + seq, stream, stream_seq, f"bench-{seq:08d}", "bench")
            machine.apply(state, Recorded(*place, event, bytes(32)))
    return state


def _restore(directory: Path, size: Size, notes: list[str]) -> list[Figure]:
    """The whole way from the file to a trusted state, and the reading of the state alone."""
    state, rulebook, files = standing(size), read_rulebook(), SnapshotFiles(directory / "snapshots")
    orders = sum(len(lot.standing) for lot in state.lots.values())
    began = time.perf_counter()
    data = snapshot.encode(HOUSE, state, Decided(), rulebook)
    files.write(HOUSE, state.seq, data)
    written = time.perf_counter() - began
    packed = state_form.encode(state)
    read, trusted = [], []
    for _ in range(size.rounds):
        read.append(_taken(lambda: state_form.decode(packed, rulebook)))
        trusted.append(_taken(lambda: snapshot.decode(next(files.newest(HOUSE))[1], HOUSE, rulebook)))
    again = snapshot.decode(next(files.newest(HOUSE))[1], HOUSE, rulebook).state
    require(again == state, "a restored state is the state that was kept")
    notes.append(f"the snapshot of {orders} standing bids and as many entries has {len(data)} bytes")
    notes.append("a trusted restore reads the file, checks its bytes and unpacks it")
    return [
        Figure("restore from a snapshot: the state", orders / statistics.median(read), "orders/s", 1_000_000),
        Figure(
            "restore from a snapshot: trusted", orders / statistics.median(trusted), "orders/s", 1_000_000
        ),
        Figure("a snapshot written and read back", written, "s"),
    ]


def _takeovers(size: Size, notes: list[str]) -> list[Figure]:
    """A holder killed, and one that hangs: until its standby takes commands."""
    with postgres.database() as url:
        if url is None:
            notes.append(f"takeovers are not measured: {postgres.MISSING}")
            return []
        asyncio.run(migrate.upgrade(url))
        killed = [_takeover(url, signal.SIGKILL) for _ in range(size.takeovers)]
        hung = [_takeover(url, signal.SIGSTOP) / LEASE_SECONDS for _ in range(size.takeovers)]
    notes.append(
        f"takeovers: the median of {size.takeovers}, by the standby's probe; lease {LEASE_SECONDS:g} s"
    )
    return [
        Figure("takeover after kill −9", statistics.median(killed), "s", 0.25, at_most=True),
        Figure("takeover after a hang ÷ lease", statistics.median(hung), "×", 1.1, at_most=True),
    ]


def _takeover(url: str, how: signal.Signals) -> float:
    return asyncio.run(measure_takeover(url, LEASE_SECONDS, how))


@contextmanager
def _uncollected() -> Iterator[None]:
    """As a server runs: what was made before is left alone by the collector."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


def _taken(work: Callable[[], object]) -> float:
    """The seconds that it takes."""
    with _uncollected():
        began = time.perf_counter()
        work()
        return time.perf_counter() - began


async def _awaited(work: Callable[[], Awaitable[object]]) -> float:
    with _uncollected():
        began = time.perf_counter()
        await work()
        return time.perf_counter() - began
