"""One day's market for matching: every achievement and demand that takes part, and the best matches of each."""

from collections.abc import Callable, Iterable

from exchange.matchmaking.index import Index, Statistics
from exchange.matchmaking.parts import Scheme
from exchange.matchmaking.score import Match, Question, explained, question, score
from exchange.matchmaking.tokens import Lexicon, Terms, terms
from exchange.matchmaking.values import Need, Supply, barrier_of_need, barrier_of_supply


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
        found: list[Match] = []
        for place in self._supply_index.candidates(asked.weights):
            supply = self.supplies[place]
            if not _same_owner(need, supply):
                text = self._supply_index.shared(place, order)
                found.append(self._score(asked, supply, text))
        best = self._best(found, most, key=lambda match: match.supply)
        return [explained(one, need, self._supply_by_id[one.supply], self._lexicon) for one in best]

    def for_supply(self, supply: Supply, most: int = 10) -> list[Match]:
        """The demands that an achievement answers best, by the same score; ties by id."""
        text = self._terms_of(supply)
        weights = {term: self.statistics.rarity(term) for term in text.counts}
        needs = [self.needs[place] for place in self._need_index.candidates(weights)]
        found = [
            self._score(self._question(need), supply, text) for need in needs if not _same_owner(need, supply)
        ]
        best = self._best(found, most, key=lambda match: match.need)
        return [explained(one, self._need_by_id[one.need], supply, self._lexicon) for one in best]

    def _question(self, need: Need) -> Question:
        return question(need, self._terms_of(need), self.statistics, self._scheme)

    def _score(self, asked: Question, supply: Supply, text: Terms) -> Match:
        return score(asked, supply, text, self.statistics.average_length, self._scheme)

    def _best(self, found: list[Match], most: int, key: Callable[[Match], str]) -> list[Match]:
        """Those whose texts share enough, best first."""
        enough = [one for one in found if one.parts[0].value >= self._scheme.least_text]
        return sorted(enough, key=lambda one: (-one.points, key(one)))[:most]


def _same_owner(need: Need, supply: Supply) -> bool:
    """Nobody is recommended to itself."""
    return need.organisation is not None and need.organisation == supply.holder
