"""How well matching finds what was judged to fit, beside two floors that a search box and a plain index reach."""

from collections.abc import Callable, Sequence
from fractions import Fraction

import msgspec

from exchange.matchmaking.index import statistics_of
from exchange.matchmaking.labelled import Judged, LabelledSet
from exchange.matchmaking.market import Market
from exchange.matchmaking.parts import Scheme
from exchange.matchmaking.score import saturation
from exchange.matchmaking.tokens import Lexicon, Terms, terms
from exchange.matchmaking.values import Need, Supply

AT = 10
Ranker = Callable[[Need], Sequence[str]]
"""The ids of the achievements found for a demand, best first."""


class Measured(msgspec.Struct, frozen=True):
    """One way of finding, over some demands: mean recall among the first ten, and mean reciprocal rank."""

    name: str
    demands: int
    recall: Fraction
    reciprocal_rank: Fraction


def measure(name: str, ranker: Ranker, judged: Sequence[Judged]) -> Measured:
    """Both means; a demand for which nothing fitting is among the first ten counts 0 in both."""
    recall = rank = Fraction(0)
    for one in judged:
        first = list(ranker(one.need))[:AT]
        hits = [place for place, id_ in enumerate(first, 1) if id_ in one.relevant]
        recall += Fraction(len(hits), min(AT, len(one.relevant)))
        rank += Fraction(1, hits[0]) if hits else 0
    return Measured(name, len(judged), recall / len(judged), rank / len(judged))


def rankers(labelled: LabelledSet, lexicon: Lexicon, scheme: Scheme) -> dict[str, Ranker]:
    """The product and the two floors, over the same achievements."""
    market = Market(labelled.supplies, (), lexicon, scheme)
    return {
        "product": lambda need: [match.supply for match in market.for_need(need, AT)],
        "bigram_bm25": bigram_bm25(labelled.supplies),
        "substring": substring(labelled.supplies),
    }


def substring(supplies: Sequence[Supply]) -> Ranker:
    """What a search box does: each phrase of the demand between two marks, and then each stretch of four characters,
    as LIKE '%…%'; who holds more comes first."""
    texts = [(one.id, one.title + one.text) for one in supplies]

    def rank(need: Need) -> list[str]:
        wanted = need.title + need.text
        asked = dict.fromkeys(wanted[start : start + 4] for start in range(len(wanted) - 3))
        found = {id_: sum(phrase in text for phrase in asked) for id_, text in texts}
        return sorted((id_ for id_ in found if found[id_]), key=lambda id_: (-found[id_], id_))

    return rank


def bigram_bm25(supplies: Sequence[Supply]) -> Ranker:
    """Okapi BM25 over pairs of characters: no lexicon, no stop words, no fields."""
    texts = [(one.id, _pairs_of(one.title + one.text)) for one in supplies]
    statistics = statistics_of(text for _, text in texts)

    def points(asked: Terms, text: Terms) -> int:
        return sum(
            statistics.rarity(term) * saturation(text.counts[term], text.length, statistics.average_length)
            for term in asked.counts
            if term in text.counts
        )

    def rank(need: Need) -> list[str]:
        asked = _pairs_of(need.title + need.text)
        found = {id_: points(asked, text) for id_, text in texts}
        return sorted((id_ for id_ in found if found[id_]), key=lambda id_: (-found[id_], id_))

    return rank


def _pairs_of(text: str) -> Terms:
    """The pairs of characters of a text, and its Latin words."""
    found = terms("", text, Lexicon("none", {}, {}))
    counts = {term: count for term, count in found.counts.items() if len(term) > 1}
    return Terms(counts, sum(counts.values()))
