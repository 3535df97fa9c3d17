"""The published data."""

import pytest

from exchange.matchmaking.published import lexicon, read_lexicon, read_scheme, scheme
from matching_engine.errors import Malformed


def test_the_weights_are_dated_and_add_up() -> None:
    """A version, a day, a thousand."""
    assert sum(scheme().weights.values()) == 1000
    assert scheme().version
    assert scheme().published_on


def test_wrong_weights_are_refused() -> None:
    """A sum that is not a thousand does not count anybody's score."""
    data = {
        "version": "x",
        "published_on": "2026-11-22",
        "weights": {**scheme().weights, "text": 1},
        "unstated": 500,
        "rates": {"word": 1, "latin": 1, "character": 1},
        "full_at": 1,
        "least_text": 1,
        "recommended_from": 1,
        "neighbour": 1,
        "neighbours": [],
    }
    with pytest.raises(Malformed, match="together 1000"):
        read_scheme(data)


def test_a_word_stands_in_one_group() -> None:
    """Otherwise its meaning would depend on the order of the file."""
    with pytest.raises(Malformed, match="one group"):
        read_lexicon({"version": "1", "groups": ["膜 滤膜", "布 滤膜"], "stops": []})
    assert lexicon().groups["水垢"] == lexicon().groups["阻垢"] == "堵塞"
