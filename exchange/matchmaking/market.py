"""One day's market for matching: every achievement and demand that takes part, and the best matches of each."""

from collections.abc import Iterable
from typing import NamedTuple

from exchange.matchmaking.index import Index, Statistics
from exchange.matchmaking.parts import Scheme
from exchange.matchmaking.score import Match, Question, explained, question, score
from exchange.matchmaking.tokens import Lexicon, Terms, terms
from exchange.matchmaking.values import Need, Supply, barrier_of_need, barrier_of_supply


class Pair(NamedTuple):
    """A demand as a question, and an achievement with as much of its text as matters."""

    asked: Question
    supply: Supply
    text: Terms


class Market:
    """Achievements and demands of an instant. Who is barred is not in the index, and so in no answer.

    Order of entry says nothing: rows are put in the order of their ids. `statistics` may be those of another day.
    """

    def __init__(
        self,
        supplies: Iterable[Supply],
        needs: Iterable[Need],
        lexicon: Lexicon,
        scheme: Scheme,
        statistics: Statistics | None = None,
    ) -> None:
        self._lexicon, self._scheme = lexicon, scheme
        offered = (one for one in supplies if barrier_of_supply(one) is None)
        wanted = (one for one in needs if barrier_of_need(one) is None)
        self.supplies = sorted(offered, key=lambda one: one.id)
        self.needs = sorted(wanted, key=lambda one: one.id)
        self._supply_index = Index(self._terms_of(one) for one in self.supplies)
        self._need_index = Index(self._terms_of(one) for one in self.needs)
        self.statistics = statistics or self._supply_index.statistics()
        self._questions: dict[int, Question] = {}
        self._supply_by_id = {one.id: one for one in self.supplies}
        self._need_by_id = {one.id: one for one in self.needs}

    def _terms_of(self, one: Supply | Need) -> Terms:
        return terms(one.title, one.text, self._lexicon)

    def supply(self, id_: str) -> Supply | None:
        """The achievement, if it takes part."""
        return self._supply_by_id.get(id_)

    def need(self, id_: str) -> Need | None:
        """The demand, if it takes part."""
        return self._need_by_id.get(id_)

    def for_need(self, need: Need, most: int = 10) -> list[Match]:
        """The best achievements for a demand, which need not be in the register; ties by id."""
        asked = self._question(need)
        order = list(asked.weights)
        places = self._supply_index.candidates(asked.weights)
        pairs = (
            Pair(asked, self.supplies[place], self._supply_index.shared(place, order)) for place in places
        )
        return self._best(pairs, most)

    def for_supply(self, supply: Supply, most: int = 10) -> list[Match]:
        """The demands that an achievement answers best, by the same score; ties by id."""
        text = self._terms_of(supply)
        weights = {term: self.statistics.rarity(term) for term in text.counts}
        places = self._need_index.candidates(weights)
        return self._best((Pair(self._asked(place), supply, text) for place in places), most)

    def _asked(self, place: int) -> Question:
        """A demand of the market as a question, prepared once."""
        if place not in self._questions:
            self._questions[place] = self._question(self.needs[place])
        return self._questions[place]

    def _question(self, need: Need) -> Question:
        return question(need, self._terms_of(need), self.statistics, self._scheme)

    def _best(self, pairs: Iterable[Pair], most: int) -> list[Match]:
        """Those whose texts share enough, best first, each with its terms."""
        average = self.statistics.average_length
        found = [
            (score(pair.asked, pair.supply, pair.text, average, self._scheme), pair)
            for pair in pairs
            if not _same_owner(pair.asked.need, pair.supply)
        ]
        enough = [one for one in found if one[0].parts[0].value >= self._scheme.least_text]
        enough.sort(key=lambda one: (-one[0].points, one[0].supply, one[0].need))
        return [
            explained(match, pair.asked, pair.supply, pair.text, average, self._lexicon)
            for match, pair in enough[:most]
        ]


def _same_owner(need: Need, supply: Supply) -> bool:
    """Nobody is recommended to itself."""
    return need.organisation is not None and need.organisation == supply.holder
