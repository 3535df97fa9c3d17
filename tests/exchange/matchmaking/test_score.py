"""A score and its explanation."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from exchange.matchmaking.index import Statistics
from exchange.matchmaking.parts import Note
from exchange.matchmaking.published import lexicon, scheme
from exchange.matchmaking.score import FULL_POINTS, Match, explained, question, score
from exchange.matchmaking.tokens import terms
from exchange.matchmaking.values import Need, Supply
from tests.exchange.matchmaking.made import NEEDS, SUPPLIES, market

words = st.text("废水脱硫除臭膜钢铁电池储能风机裂纹检测的我厂abc ", max_size=60)
STATISTICS = Statistics(600, {"水": 90, "膜": 40, "=膜": 60, "=废水": 30}, 50)


def scored(need: Need, supply: Supply) -> Match:
    """The match of one pair under frozen statistics."""
    asked = question(need, terms(need.title, need.text, lexicon()), STATISTICS, scheme())
    text = terms(supply.title, supply.text, lexicon())
    return explained(score(asked, supply, text, 50, scheme()), asked, supply, text, 50, lexicon())


@given(words, words, st.none() | st.integers(1, 9), st.none() | st.integers(0, 10**9))
def test_the_explanation_adds_up_to_the_score(
    wanted: str, offered: str, trl: int | None, price: int | None
) -> None:
    """Parts to the score, terms to the text part, gains and losses to a full score; to the last point."""
    need = Need("d", "", wanted, field="农业", least_trl=5, budget_fen=10**8, open=True)
    found = scored(need, Supply("a", offered, wanted[:7], trl=trl, price_fen=price, field="农业"))
    assert sum(part.points for part in found.parts) == found.points <= FULL_POINTS
    assert sum(term.points for term in found.terms) == found.parts[0].points
    assert found.points + sum(part.lost for part in found.parts) == FULL_POINTS
    assert [part.lost for part in found.against()] == sorted(
        (p.lost for p in found.parts if p.lost), reverse=True
    )


def test_both_directions_give_one_score() -> None:
    """What a demand sees of an achievement, the achievement sees of the demand, explanation and all."""
    small = market()
    seen = {(one.need, one.supply): one for need in NEEDS for one in small.for_need(need)}
    back = {(one.need, one.supply): one for supply in SUPPLIES for one in small.for_supply(supply)}
    assert seen == back
    assert ("d1", "a1") in seen


def test_the_words_of_both_sides_are_shown() -> None:
    """A reader sees that 水垢 and 阻垢 were taken for the same."""
    found = scored(NEEDS[0], SUPPLIES[0])
    term = next(one for one in found.terms if one.term == "=堵塞")
    assert term.need_words == ("水垢",)
    assert term.supply_words == ("阻垢",)


def test_a_demand_that_says_nothing_gets_no_points_for_text() -> None:
    """No division by nothing."""
    found = scored(msgspec.structs.replace(NEEDS[0], text="的"), SUPPLIES[0])
    assert found.parts[0].value == 0
    assert found.parts[0].note is Note.TEXT_THIN
    assert found.terms == ()
