"""`luochui demo` fills an empty market only."""

import random
from pathlib import Path

import httpx2
import pytest

from exchange.bootstrap import open_exchange
from exchange.demo.bank import DemoBank
from exchange.demo.steps import Steps
from exchange.settings import Settings
from exchange.store import migrate
from exchange.store.clock import ManualClock
from tests.exchange.house.running import BEGIN
from web.client.errors import Closed
from web.commands.demo import has_begun
from web.demo_bidders import Players


async def test_a_market_that_has_begun_is_known(sqlite_path: Path) -> None:
    """No file, a file without rows, and one whose journal has a row: only the last is left as it is."""
    assert not has_begun(sqlite_path)
    url, clock = f"sqlite:///{sqlite_path}", ManualClock(BEGIN)
    await migrate.upgrade(url)
    assert not has_begun(sqlite_path)
    async with open_exchange(Settings(database_url=url), clock, DemoBank(clock)) as exchange:
        await Steps(exchange.own_house, "begin").enrol()
    assert has_begun(sqlite_path)


async def test_a_bidder_whose_server_goes_gives_up_and_ends_nothing_else() -> None:
    """What a lost connection raises in the middle of a lot is told as the end of the bidder's line."""

    class Cut(Players):
        async def _play(self, login: str, lot: str, pace: float, chance: random.Random) -> None:
            raise httpx2.ConnectError("All connection attempts failed")

    with pytest.raises(Closed, match="does not answer"):
        await Cut("http://127.0.0.1:9", "").play("jia", "L1", 0, random.Random(1))
