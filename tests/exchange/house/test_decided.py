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
