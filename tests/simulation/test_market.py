"""A market of several mechanisms, from the listing to the paid claim, while everything fails."""

from collections.abc import Sequence

import pytest

from exchange.ports import Lease, Row
from tests.simulation.chaos import long_havoc
from tests.simulation.faults import rough
from tests.simulation.market import play
from tests.simulation.run import run
from tests.simulation.world import World


def test_the_market_reaches_the_paid_claim() -> None:
    """A quiet market has bids open and sealed, a hammer, a contract, a registration, and a claim that is paid."""
    types: set[str] = set()

    class Noting(World):
        def _committed(self, lease: Lease, rows: Sequence[Row]) -> None:
            types.update(row.type for row in rows)
            super()._committed(lease, rows)

    for seed in (1, 2, 3):
        assert run(seed, play, world=Noting).broken is None
    assert types >= {
        "BidAccepted",
        "SealsOpened",
        "Hammered",
        "DepositReleased",
        "ContractConcluded",
        "ContractRegistered",
        "ProceedsPaid",
        "ClaimPaid",
    }


@pytest.mark.parametrize("seed", range(1, 9))
def test_a_market_in_which_everything_fails(seed: int) -> None:
    """Whatever fails on the way, every lot, deposit, contract and claim comes to its one end."""
    report = run(seed, play, rough, long_havoc)
    assert report.broken is None, f"{report}\n" + "\n".join(report.trace[-40:])
