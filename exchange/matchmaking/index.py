"""The inverted index: which texts hold a term, so that one question looks at few of a hundred thousand texts.

The corpus statistics (how rare is a term, how long is a text) are a value of their own: frozen for a day, a new text
never changes the order of two others.
"""

import heapq
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from exchange.matchmaking.numbers import log2_permille
from exchange.matchmaking.tokens import Terms, is_latin, is_word

LOOKED_AT = 40_000
"""Places of the index that one question reads before it stops adding common terms."""
CANDIDATES = 200
"""Texts that are scored in full."""


class Statistics(msgspec.Struct, frozen=True):
    """How many texts there are, in how many a term stands, and how many terms a text has on average."""

    texts: int
    standing: Mapping[str, int]
    average_length: int

    def rarity(self, term: str) -> int:
        """How much a term tells, per mille of a bit: log₂ of (all texts ÷ texts that hold it)."""
        found = self.standing.get(term, 0)
        return log2_permille(2 * self.texts + 2) - log2_permille(2 * min(found, self.texts) + 1)


class Rates(msgspec.Struct, frozen=True):
    """What each kind of term counts, in percent of a pair of characters."""

    word: int
    latin: int
    character: int

    def of(self, term: str) -> int:
        """The rate of a term."""
        if is_word(term):
            return self.word
        if is_latin(term):
            return self.latin
        return self.character if len(term) == 1 else 100


def statistics_of(texts: Iterable[Terms]) -> Statistics:
    """The statistics of these texts."""
    standing: Counter[str] = Counter()
    number = length = 0
    for text in texts:
        standing.update(text.counts.keys())
        number += 1
        length += text.length
    return Statistics(number, dict(standing), max(1, length // max(1, number)))


class Index:
    """Texts by their terms; a text is known by its place, counted from 0 in the order it came."""

    def __init__(self, texts: Iterable[Terms]) -> None:
        self._places: dict[str, array[int]] = {}
        self._counts: dict[str, array[int]] = {}
        self._lengths: array[int] = array("I")
        for text in texts:
            self._add(text)

    def _add(self, text: Terms) -> None:
        place = len(self._lengths)
        self._lengths.append(text.length)
        for term, count in text.counts.items():
            if term not in self._places:
                self._places[term], self._counts[term] = array("I"), array("B")
            self._places[term].append(place)
            self._counts[term].append(count)

    def __len__(self) -> int:
        return len(self._lengths)

    def statistics(self) -> Statistics:
        """The statistics of the texts in here."""
        standing = {term: len(places) for term, places in self._places.items()}
        return Statistics(len(self), standing, max(1, sum(self._lengths) // max(1, len(self))))

    def candidates(self, weights: Mapping[str, int], most: int = CANDIDATES) -> list[int]:
        """The places of the texts that share most with a question, best first; ties by place.

        The rarest terms are read first; common ones are left out once enough was read.
        """
        known = [term for term in weights if term in self._places]
        known.sort(key=lambda term: (len(self._places[term]), term))
        found: dict[int, int] = {}
        read = 0
        for term in known:
            places = self._places[term]
            if read and read + len(places) > LOOKED_AT:
                break
            read += len(places)
            weight = weights[term]
            for place in places:
                found[place] = found.get(place, 0) + weight
        return heapq.nsmallest(most, found, key=lambda place: (-found[place], place))

    def shared(self, place: int, asked: Sequence[str]) -> Terms:
        """The text at a place, as far as it holds these terms."""
        counts: dict[str, int] = {}
        for term in asked:
            places = self._places.get(term)
            if places is None:
                continue
            at = bisect_left(places, place)
            if at < len(places) and places[at] == place:
                counts[term] = self._counts[term][at]
        return Terms(counts, self._lengths[place])
