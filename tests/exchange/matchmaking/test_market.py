"""A day's market."""

import random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.matchmaking.market import Market
from exchange.matchmaking.published import lexicon, scheme
from tests.exchange.matchmaking.made import NEEDS, SUPPLIES, market, need, supply


def test_the_fitting_achievement_comes_first() -> None:
    """Each demand finds its own."""
    small = market()
    assert [small.for_need(one)[0].supply for one in NEEDS] == ["a1", "a2"]
    assert small.for_supply(SUPPLIES[1])[0].need == "d2"


@pytest.mark.parametrize(
    "barrier", [{"cleared": False}, {"released": False}, {"impeded": True}, {"sold": True}]
)
def test_who_is_barred_is_in_no_answer(barrier: dict[str, bool]) -> None:
    """Not as a match, not by id, not even in the statistics."""
    barred = msgspec.structs.replace(SUPPLIES[0], id="x", **barrier)
    small, without = market(barred), market()
    assert small.supply("x") is None
    assert small.statistics == without.statistics
    assert [one.supply for one in small.for_need(NEEDS[0])] == [
        one.supply for one in without.for_need(NEEDS[0])
    ]


def test_a_closed_demand_and_an_own_achievement_are_not_matched() -> None:
    """Nobody is recommended to itself."""
    own = msgspec.structs.replace(NEEDS[0], organisation="U")
    mine = msgspec.structs.replace(SUPPLIES[0], holder="U")
    small = Market([mine], [own, need("d9", NEEDS[0].text, open=False)], lexicon(), scheme())
    assert small.for_need(own) == []
    assert small.for_supply(mine) == []


def test_order_of_entry_says_nothing() -> None:
    """Shuffled registers give the same lists."""
    supplies = list(SUPPLIES)
    expected = market().for_need(NEEDS[0])
    for seed in range(5):
        random.Random(seed).shuffle(supplies)
        assert Market(supplies, NEEDS, lexicon(), scheme()).for_need(NEEDS[0]) == expected


@given(st.text("龘靐齉爩麤", min_size=1, max_size=30), st.sampled_from(["", "农业", "现代交通"]))
def test_an_unrelated_achievement_changes_no_order(text: str, field: str) -> None:
    """With the day's statistics frozen, who shares nothing with a demand moves no other achievement, by no point."""
    before = market()
    more = [*SUPPLIES, supply("a0", text, field=field)]
    after = Market(more, NEEDS, lexicon(), scheme(), before.statistics)
    for one in NEEDS:
        assert after.for_need(one) == before.for_need(one)


def test_nothing_in_common_is_no_match() -> None:
    """The same field alone is no recommendation."""
    small = Market([supply("a", "蜜蜂授粉", field="农业")], [], lexicon(), scheme())
    assert small.for_need(need("d", "拖拉机离合器打滑", field="农业")) == []
