"""The simulated journal is as strict as the real ones: the very tests of the port run on it."""

import pytest

from exchange.ports import Journal
from tests.exchange.store import test_journal as contract
from tests.simulation.journal import Disk, SimulatedJournal

CONTRACT = [name for name in vars(contract) if name.startswith("test_")]
for _name in CONTRACT:
    globals()[_name] = getattr(contract, _name)


@pytest.fixture
def disks(monkeypatch: pytest.MonkeyPatch) -> dict[str, Disk]:
    """Disks by address: the port's tests open them as they open a database."""
    known: dict[str, Disk] = {}

    def opened(url: str, writable: bool = True, apart: bool = False) -> SimulatedJournal:
        return SimulatedJournal(known[url], writable=writable)

    monkeypatch.setattr(contract, "open_journal", opened)
    return known


@pytest.fixture
def apart() -> bool:
    """Nobody but the simulation writes."""
    return False


@pytest.fixture
def url(disks: dict[str, Disk]) -> str:
    """The address of a disk without tables."""
    disks["simulated:"] = Disk(migrated=False)
    return "simulated:"


@pytest.fixture
def migrated(url: str, disks: dict[str, Disk]) -> str:
    """The address of a disk with an empty journal."""
    disks[url].migrated = True
    return url


@pytest.fixture
def journal(migrated: str, disks: dict[str, Disk]) -> Journal:
    """An open journal without rows."""
    return SimulatedJournal(disks[migrated])


def test_the_contract_is_not_empty() -> None:
    """The tests of the port are the ones that run here."""
    assert len(CONTRACT) >= 15
