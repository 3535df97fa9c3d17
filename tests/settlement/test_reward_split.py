"""Exact splits: nothing is lost, nobody is overpaid, the last credit brings the last fen."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching_engine.errors import Malformed
from settlement.reward_split import instalments, read_share, split

_weights = st.lists(st.integers(1, 1000), min_size=1, max_size=12)


@given(st.integers(0, 10**15), _weights)
def test_a_split_sums_to_the_whole_and_is_fair_to_a_fen(amount_fen: int, weights: list[int]) -> None:
    """Each part is the exact one rounded down or up."""
    shares = [Fraction(weight, sum(weights)) for weight in weights]
    parts = split(amount_fen, shares)
    assert sum(parts) == amount_fen
    assert all(abs(part - amount_fen * share) < 1 for part, share in zip(parts, shares, strict=True))


def test_equal_remainders_go_to_the_earlier() -> None:
    """A hundred fen among three: the first gets the odd one."""
    third = Fraction(1, 3)
    assert split(100, [third] * 3) == (34, 33, 33)
    assert split(101, [third] * 3) == (34, 34, 33)


@given(
    st.lists(st.integers(0, 10**9), min_size=1, max_size=6),
    st.lists(st.integers(1, 10**9), min_size=1, max_size=8),
)
def test_instalments_add_up_to_each_ones_part(parts_fen: list[int], credits_fen: list[int]) -> None:
    """When the whole price has come, each has exactly the own part; before that never more than its proportion."""
    price_fen = sum(credits_fen)
    found = instalments(parts_fen, credits_fen, price_fen)
    assert [sum(column) for column in zip(*found, strict=True)] == parts_fen
    come_fen = 0
    given_fen = [0] * len(parts_fen)
    for credit_fen, row in zip(credits_fen, found, strict=True):
        come_fen += credit_fen
        given_fen = [before + now for before, now in zip(given_fen, row, strict=True)]
        assert min(row) >= 0
        assert all(
            have * price_fen <= part * come_fen for have, part in zip(given_fen, parts_fen, strict=True)
        )


@pytest.mark.parametrize("text", ["0", "0.0", "1.1", "-0.5", "1/0", "2/1", "½", "", "0,5", "1e-1", "５/６"])
def test_a_share_is_above_nothing_and_at_most_all(text: str) -> None:
    """Anything else is refused with its field."""
    with pytest.raises(Malformed, match="share"):
        read_share(text)


def test_a_share_is_a_decimal_or_a_fraction() -> None:
    """Both are exact."""
    assert (read_share("0.35"), read_share("1/3"), read_share("1.0")) == (
        Fraction(7, 20),
        Fraction(1, 3),
        Fraction(1),
    )
