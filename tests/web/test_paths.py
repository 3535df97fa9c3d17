"""The price path that pages keep: read from the journal once, then only what is new."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path as File

import pytest

from exchange.house.command import HOUSE, Command
from exchange.house.house import House
from exchange.store.clock import ManualClock
from matching_engine.commands import Suspend
from tests.exchange.house.running import BEGIN, LOT, bid, open_lot, opened, running, sqlite_url
from web.pages import paths
from web.pages.paths import Paths

OPENING, STEP = 160_000_000, 8_000_000


@pytest.fixture
async def house(sqlite_path: File) -> AsyncIterator[House]:
    """A house with one open lot."""
    clock = ManualClock(BEGIN)
    async with opened(sqlite_url(sqlite_path)) as journal, running(journal, clock) as house:
        await open_lot(house, clock)
        yield house


async def test_a_path_grows_by_what_is_new(house: House) -> None:
    """Each look brings every price once, in order, with nothing that concerns one bidder only."""
    kept = Paths(house)
    for n in range(4):
        await bid(house, ("jia", "yi")[n % 2], OPENING + n * STEP)
        await bid(house, "jia", 1)
        path = await kept.of(LOT)
        assert [row.event.amount_fen for row in path.steps] == [OPENING + i * STEP for i in range(n + 1)]  # type: ignore[union-attr]


async def test_readers_at_one_time_see_one_path(house: House) -> None:
    """Twenty pages at once read the journal at once, and no step is there twice."""
    await bid(house, "jia", OPENING)
    await bid(house, "yi", OPENING + STEP)
    kept = Paths(house)
    found = await asyncio.gather(*(kept.of(LOT) for _ in range(20)))
    assert len({id(path) for path in found}) == 1
    assert [row.stream_seq for row in found[0].steps] == sorted({row.stream_seq for row in found[0].steps})
    assert len(found[0].steps) == 2


async def test_the_reason_of_the_last_suspension_is_kept(house: House) -> None:
    """It is told on the page as long as the lot is suspended."""
    await house.submit(Command("house-stops-1", HOUSE, Suspend(LOT, "线路检修")))
    assert (await Paths(house).of(LOT)).suspended_why == "线路检修"


async def test_only_so_many_paths_are_kept(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The path that nobody looked at for longest is forgotten first, and read again when it is wanted."""
    monkeypatch.setattr(paths, "PATHS_MAX", 1)
    await bid(house, "jia", OPENING)
    kept = Paths(house)
    first = await kept.of(LOT)
    await kept.of("L404")
    again = await kept.of(LOT)
    assert again is not first
    assert len(again.steps) == 1
