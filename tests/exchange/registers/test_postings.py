"""Blocks of achievements: what is packed comes back, whatever was added and removed."""

from hypothesis import given
from hypothesis import strategies as st

from exchange.registers.postings import BLOCK, bits, merged, pack, places, unpack

members = st.sets(st.integers(0, BLOCK - 1), max_size=1500)


@given(members)
def test_packed_and_back(some: set[int]) -> None:
    """Few or many, the places are the same, and never more bytes than the bitmap has."""
    data = pack(bits(some))
    assert set(places(unpack(data))) == some
    assert len(data) <= 1 + BLOCK // 8


@given(members, members, members)
def test_merged(kept: set[int], added: set[int], removed: set[int]) -> None:
    """Merging bytes is set arithmetic; nobody left is no bytes."""
    data = merged(pack(bits(kept)), added, removed)
    left = (kept | added) - removed
    assert (set(places(unpack(data))) if data else set()) == left
    assert bool(data) == bool(left)


def test_places_come_highest_first() -> None:
    """So pages begin with the newest."""
    assert list(places(bits([1, 5, 3]))) == [5, 3, 1]
