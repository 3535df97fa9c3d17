"""The table of command ids that may have been decided."""

from exchange.house.decided import Decided


def test_no_id_is_ever_forgotten() -> None:
    """Whatever was entered is found again, however much came after it."""
    decided = Decided()
    ids = [f"command-{n}" for n in range(20_000)]
    for id_ in ids:
        decided.add(id_)
    assert all(id_ in decided for id_ in ids)


def test_new_ids_are_seldom_taken_for_old_ones() -> None:
    """With twenty thousand ids in it, of as many new ones hardly any has to be asked for."""
    decided = Decided()
    assert "command-0" not in decided
    for n in range(20_000):
        decided.add(f"command-{n}")
    assert sum(f"other-{n}" in decided for n in range(20_000)) < 100


def test_a_million_ids_leave_nearly_all_new_ones_alone() -> None:
    """An id begins with the time, as those of our clients do: of new ones hardly two in a thousand look like one of a million."""
    decided = Decided()
    for n in range(1_000_000):
        decided.add(f"{1_764_000_000_000 + n // 20:012x}-{n % 100:03d}-{n // 100:07d}")
    later = (f"{1_764_009_000_000 + n // 20:012x}-{n % 100:03d}-{n // 100:07d}" for n in range(20_000))
    assert sum(id_ in decided for id_ in later) < 40


def test_tables_that_are_put_together_know_what_either_knew() -> None:
    """Both tables' ids are found in the one that took the other, and in a copy of its bits."""
    first, second = Decided(), Decided()
    first.add("command-1")
    second.add("command-2")
    first.take(second)
    assert all(id_ in Decided(first.bits) for id_ in ("command-1", "command-2"))
