"""The months before the demo begins: real sessions, sales all the way to their claims, a released batch."""

from pathlib import Path

from exchange.bootstrap import open_exchange
from exchange.demo.bank import DemoBank
from exchange.demo.history import LENGTH, MONTHS, History
from exchange.demo.releases import ROWS
from exchange.demo.seed import fill_registers
from exchange.releases.outcomes import pipeline
from exchange.reports.index import base_of
from exchange.reports.reading import Reading
from exchange.settings import Settings
from exchange.store import migrate
from exchange.store.clock import ManualClock
from settlement.dates import shanghai_date
from settlement.state import ContractState, RegistrationState
from tests.exchange.house.running import BEGIN


async def test_the_months_leave_a_market_that_is_no_rehearsal(sqlite_path: Path) -> None:
    """Lots sold and unsold in every month, every sale registered, indices with a base, a batch out, and time left over."""
    url, clock = f"sqlite:///{sqlite_path}", ManualClock(BEGIN)
    await migrate.upgrade(url)
    async with open_exchange(Settings(database_url=url), clock, DemoBank(clock)) as exchange:
        await fill_registers(exchange, BEGIN, lambda _: "hash")
        await History(exchange, clock).play()
        state, registers = exchange.house.view, exchange.registers
        assert clock.now() <= BEGIN + LENGTH
        assert not any(session.rehearsal for session in state.market.sessions.values())
        assert {one.state for one in state.settlement.contracts.values()} == {ContractState.CONCLUDED}
        assert {one.state for one in state.settlement.registrations.values()} == {
            RegistrationState.REGISTERED
        }
        assert any(one.paid_on for one in state.settlement.claims.values())
        found = await Reading(url).figures(registers, shanghai_date(clock.now()))
        assert base_of(found.by_month) is not None
        assert found.total.sold > found.total.unsold > 0
        assert len(found.by_region) > 1
        assert len([month for month in found.by_month.values() if month.sold]) >= MONTHS - 1
        counts = pipeline(state)
        assert 0 < counts["published"] < ROWS
        assert counts["declined"] > 0
        assert await registers.evaluations.known(["G0000001"]) == {"G0000001"}
        assert len(await registers.directory.of_owner("university")) == 3
