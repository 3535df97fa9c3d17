"""A short campaign of kills, and that its checker finds what it is there to find."""

from pathlib import Path

import msgspec
import pytest

from exchange.store.clock import ManualClock
from matching_engine.terms import HOUR
from tests.exchange.house.running import BEGIN, bid, open_lot, opened, running, sqlite_url
from tests.process.afterwards import rows_of
from tests.process.campaign import SETTINGS, Round, Watcher, play, wrong_closings
from tests.process.market import OPENING

HITS = 6
SEED = 18_087
"""Whose first hits kill the holder, a web process, PostgreSQL and Redis, and let PostgreSQL and the new holder hang."""


async def test_what_was_acknowledged_outlives_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """Houses, web processes, PostgreSQL and Redis are killed and hang under bidding by socket and REST: whatever was
    acknowledged is in the journal once, the journal verifies, a watcher missed nothing, and the lot that ended was
    hammered once."""
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    told = Round(SEED)
    try:
        await play(told, HITS)
    except BaseException as error:
        error.add_note(f"{told}: {told.hits}")
        raise
    assert len(told.hits) == HITS
    assert len(told.acknowledged) >= 10


def test_a_watcher_notices_what_is_missing() -> None:
    """An event that does not follow, and a delta with a hole, are found; a new state of the whole is taken."""
    watcher = Watcher("http://127.0.0.1:1", "jia", Round(1))
    watcher.take({"t": "snap", "seq": 4, "epoch": 1})
    watcher.take({"t": "ev", "from": 5, "seq": 6, "epoch": 1})
    with pytest.raises(AssertionError):
        watcher.take({"t": "ev", "from": 8, "seq": 8, "epoch": 1})
    with pytest.raises(AssertionError):
        watcher.take({"t": "delta", "events": [{"seq": 8}], "seq": 8, "epoch": 1})
    watcher.take({"t": "snap", "seq": 9, "epoch": 2})
    assert watcher.seq == 9


async def test_the_checker_finds_a_bid_after_the_close(sqlite_path: Path) -> None:
    """A journal as it was written has nothing wrong; the same bid an hour later stands after the close of its lot."""
    clock = ManualClock(BEGIN)
    async with opened(sqlite_url(sqlite_path)) as journal, running(journal, clock) as house:
        await open_lot(house, clock)
        await bid(house, "jia", OPENING)
    rows = await rows_of(sqlite_url(sqlite_path))
    assert wrong_closings(rows) == []
    place = next(index for index, row in enumerate(rows) if row.type == "BidAccepted")
    rows[place] = msgspec.structs.replace(rows[place], at=rows[place].at + HOUR)
    assert [wrong.split(":")[0] for wrong in wrong_closings(rows[: place + 1])] == [f"seq {rows[place].seq}"]
