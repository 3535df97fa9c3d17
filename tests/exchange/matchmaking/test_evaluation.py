"""How matching is measured."""

from fractions import Fraction

from exchange.matchmaking.evaluation import measure, rankers
from exchange.matchmaking.labelled import Judged, labelled_set
from exchange.matchmaking.published import lexicon, scheme
from tests.exchange.matchmaking.made import need

LEAST_RECALL = Fraction(3, 4)
"""What the product must reach on demands that nothing was tuned on."""


def test_recall_and_rank_are_counted() -> None:
    """One of two found, at the second place; the eleventh place counts nothing."""
    judged = [Judged(need("d", "x"), "tuning", frozenset({"a", "b"}))]
    found = measure("x", lambda _: ["z", "a", *"cdefghij", "b"], judged)
    assert (found.recall, found.reciprocal_rank) == (Fraction(1, 2), Fraction(1, 2))
    assert measure("x", lambda _: [], judged).recall == 0


def test_the_product_beats_both_floors_on_held_out_demands() -> None:
    """Recall among the first ten and reciprocal rank, measured in one run over the same achievements."""
    judged = labelled_set().part("held-out")
    found = {
        name: measure(name, ranker, judged)
        for name, ranker in rankers(labelled_set(), lexicon(), scheme()).items()
    }
    product = found.pop("product")
    assert product.recall >= LEAST_RECALL
    for floor in found.values():
        assert 0 < floor.recall < product.recall
        assert floor.reciprocal_rank < product.reciprocal_rank
