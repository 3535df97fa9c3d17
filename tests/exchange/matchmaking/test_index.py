"""The inverted index."""

from hypothesis import given
from hypothesis import strategies as st

from exchange.matchmaking import index as module
from exchange.matchmaking.index import Index, Statistics, statistics_of
from exchange.matchmaking.tokens import Terms

texts = st.lists(
    st.dictionaries(st.sampled_from("甲乙丙丁戊己庚"), st.integers(1, 9), max_size=5), min_size=1, max_size=30
)


@given(texts, st.sets(st.sampled_from("甲乙丙丁戊己庚辛"), min_size=1))
def test_the_index_agrees_with_reading_every_text(counts: list[dict[str, int]], asked: set[str]) -> None:
    """Candidates are all texts that share something, best first, and their shared terms are those of the text."""
    written = [Terms(one, sum(one.values())) for one in counts]
    index = Index(written)
    weights = {term: 1 + ord(term) % 5 for term in sorted(asked)}
    points = {n: sum(weights[t] for t in one.counts if t in weights) for n, one in enumerate(written)}
    expected = sorted((n for n in points if points[n]), key=lambda n: (-points[n], n))
    assert index.candidates(weights) == expected
    for place, text in enumerate(written):
        held = {term: count for term, count in text.counts.items() if term in asked}
        assert index.shared(place, sorted(asked)).counts == held
    assert index.statistics() == statistics_of(written)


def test_common_terms_are_left_out_once_enough_was_read() -> None:
    """The rarest term is always read; what everybody says is not, when it would cost too much."""
    many = module.LOOKED_AT
    index = Index([Terms({"的": 1}, 1)] * many + [Terms({"的": 1, "锈": 1}, 2)])
    assert index.candidates({"的": 1, "锈": 9}) == [many]
    assert len(index.candidates({"的": 1})) == module.CANDIDATES


def test_rare_terms_tell_more() -> None:
    """A bit for each halving; a term that everybody uses tells next to nothing, and never less."""
    statistics = Statistics(1023, {"常": 1023, "半": 511, "稀": 1}, 40)
    assert statistics.rarity("常") == 0 or statistics.rarity("常") < 5
    assert 990 < statistics.rarity("半") < 1010
    assert statistics.rarity("稀") < statistics.rarity("未见")
