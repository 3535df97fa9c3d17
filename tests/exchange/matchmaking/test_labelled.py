"""The labelled set."""

import msgspec
import pytest

from exchange.matchmaking.labelled import labelled_set, read_field


def test_the_set_is_as_large_as_it_says() -> None:
    """120 demands in two halves by problem, 610 achievements, 212 judgements."""
    found = labelled_set()
    assert len(found.demands) == 120
    assert len(found.supplies) == len({one.id for one in found.supplies}) == 610
    assert sum(len(one.relevant) for one in found.demands) == 212
    problems = [
        {one.need.id.rpartition("-")[0] for one in found.part(name)} for name in ("tuning", "held-out")
    ]
    assert len(problems[0]) == len(problems[1]) == 30
    assert not problems[0] & problems[1]


def test_judgements_name_achievements_of_the_set() -> None:
    """Each demand has an answer, and every answer exists."""
    ids = {one.id for one in labelled_set().supplies}
    assert all(one.relevant and one.relevant <= ids for one in labelled_set().demands)


def test_a_file_with_an_unknown_key_is_refused() -> None:
    """A slip of the pen is no judgement."""
    with pytest.raises(msgspec.ValidationError):
        read_field("field: 农业\ntopic: []\n".encode())
