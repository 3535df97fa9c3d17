"""Figures: what each event adds, and how they add up."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.house.command import Recorded
from exchange.network.figures import (
    COUNTED,
    NOWHERE,
    Figures,
    Line,
    change_of,
    needs_past,
    read_lines,
    roll_up,
)
from settlement import events as s
from settlement import registration_events as g

REGISTERED = g.ContractRegistered(
    "TC-T-L1-1", "C-T-L1-1", "T-L1-1", "2026230101000001", "r", "2026-11-20", 200, 150
)
CHANGED = g.RegistrationChanged(
    "TC-T-L1-1", "T-L1-1", 2, "r", "q", "typing error", cast(Any, None), "assignment", 200, 120, "2026-11-21"
)
CANCELLED = g.RegistrationCancelled("TC-T-L1-1", "T-L1-1", "r", "both parties asked", "2026-11-22")


def recorded(event: Any) -> Recorded:
    """The event as the journal has it."""
    return Recorded("hub", 1, 1, 1, "trade/T-L1-1", 1, "c", "p", event, b"")


def state(region: str = "heilongjiang") -> Any:
    """As much of a house's state as the figures of a trade look at."""
    trade = SimpleNamespace(lot="L1", seller=SimpleNamespace(region=region))
    return SimpleNamespace(
        settlement=SimpleNamespace(trades={"T-L1-1": trade}),
        market=SimpleNamespace(lot_plans={}, sessions={}),
    )


@pytest.mark.parametrize(
    ("event", "before", "expected"),
    [
        (s.ContractConcluded("C-T-L1-1", "T-L1-1", "2026-11-20"), (), Figures(contracts=1)),
        (s.ClaimPaid("K-T-L1-1-2", "P", 77, "ref", "2026-11-20"), (), Figures(claims=1, claims_fen=77)),
        (REGISTERED, (), Figures(registered=1, technology_fen=150)),
        (CHANGED, (REGISTERED,), Figures(technology_fen=-30)),
        (CANCELLED, (REGISTERED, CHANGED), Figures(registered=-1, technology_fen=-120)),
    ],
)
def test_what_an_event_adds(event: Any, before: tuple[Any, ...], expected: Figures) -> None:
    """A registration counts with its newest value, and no more once it is struck out."""
    assert type(event) in COUNTED
    assert needs_past(event) == bool(before)
    found = change_of(recorded(event), state(), [recorded(one) for one in before], False)
    assert found == ("heilongjiang", expected)


def test_a_region_that_is_not_known_is_the_rest() -> None:
    """Nothing is left out for want of a region; a trade that is not known adds nothing."""
    event = s.ContractConcluded("C-T-L1-1", "T-L1-1", "2026-11-20")
    assert change_of(recorded(event), state(""), (), False) == (NOWHERE, Figures(contracts=1))
    unknown = s.ContractConcluded("C-T-L9-1", "T-L9-1", "2026-11-20")
    assert change_of(recorded(unknown), state(), (), False) is None
    assert s.DepositHeld not in COUNTED


FIGURES = st.builds(Figures, *[st.integers(0, 10**9)] * len(Figures.__struct_fields__))
LINES = st.lists(st.builds(Line, st.sampled_from("abc"), st.sampled_from("xyz"), FIGURES), max_size=9)


@given(LINES)
def test_sums_agree(lines: list[Line]) -> None:
    """By node, by region and in all it is the same money, in whatever order the lines come."""
    found = roll_up(lines)
    assert sum(found.by_node.values(), Figures()) == found.total
    assert sum(found.by_region.values(), Figures()) == found.total
    again = roll_up(reversed(found.lines))
    assert (again.by_node, again.by_region, again.total) == (found.by_node, found.by_region, found.total)


def test_what_is_no_figures_counts_nothing() -> None:
    """A body of another version that cannot be read is left out; names it does not know are passed over."""
    rows: list[Any] = [("a", "x", {"lots": 2, "new": 1}), ("a", "y", {"lots": "many"})]
    assert list(read_lines(rows)) == [Line("a", "x", Figures(lots=2))]
