"""`luochui demo` fills an empty market only."""

from pathlib import Path

from exchange.bootstrap import open_exchange
from exchange.demo.bank import DemoBank
from exchange.demo.steps import Steps
from exchange.settings import Settings
from exchange.store import migrate
from exchange.store.clock import ManualClock
from tests.exchange.house.running import BEGIN
from web.commands.demo import has_begun


async def test_a_market_that_has_begun_is_known(sqlite_path: Path) -> None:
    """No file, a file without rows, and one whose journal has a row: only the last is left as it is."""
    assert not has_begun(sqlite_path)
    url, clock = f"sqlite:///{sqlite_path}", ManualClock(BEGIN)
    await migrate.upgrade(url)
    assert not has_begun(sqlite_path)
    async with open_exchange(Settings(database_url=url), clock, DemoBank(clock)) as exchange:
        await Steps(exchange.own_house, "begin").enrol()
    assert has_begun(sqlite_path)
