"""What takes part in matching and what never does."""

import msgspec
import pytest

from exchange.matchmaking.values import Barrier, Need, Supply, barrier_of_need, barrier_of_supply
from tests.exchange.matchmaking.made import need, supply


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"cleared": False}, Barrier.SECRET),
        ({"released": False}, Barrier.UNRELEASED),
        ({"impeded": True}, Barrier.IMPEDED),
        ({"sold": True}, Barrier.SOLD),
        ({}, None),
    ],
)
def test_each_barrier_stands_alone(fields: dict[str, bool], expected: Barrier | None) -> None:
    """One is enough, and without any an achievement takes part."""
    assert barrier_of_supply(msgspec.structs.replace(supply("a", "x"), **fields)) is expected


def test_nothing_takes_part_by_omission() -> None:
    """Who says nothing of review, release and opening is not matched."""
    assert barrier_of_supply(Supply("a", "x")) is Barrier.SECRET
    assert barrier_of_need(Need("d", "x")) is Barrier.CLOSED
    assert barrier_of_need(need("d", "x")) is None
