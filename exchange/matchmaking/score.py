"""The score of one pair, the same whichever side asks, and its explanation, which adds up to the score exactly.

Points are weight (per mille) × value (per mille): a full score is 1,000,000 points.
"""

from collections.abc import Mapping

import msgspec

from exchange.matchmaking.index import Statistics
from exchange.matchmaking.numbers import apportion
from exchange.matchmaking.parts import FULL, PARTS, Note, Scheme, Value
from exchange.matchmaking.tokens import Lexicon, Terms, is_word, words_of
from exchange.matchmaking.values import Need, Supply

FULL_POINTS = 1_000_000
TERMS_SHOWN = 12
_REST = "…"
"""The name under which the terms beyond those shown are added up."""


class Shared(msgspec.Struct, frozen=True):
    """A term in both texts: its points, and the words with which each side says it."""

    term: str
    points: int
    need_words: tuple[str, ...] = ()
    supply_words: tuple[str, ...] = ()


class Part(msgspec.Struct, frozen=True):
    """One part of a score: points = weight × value. `lost` points say why the score is not higher."""

    name: str
    weight: int
    value: int
    points: int
    note: Note
    short: int = 0

    @property
    def lost(self) -> int:
        """The points that a full value would have added."""
        return self.weight * FULL - self.points


class Match(msgspec.Struct, frozen=True):
    """A demand and an achievement with their score; the parts add up to `points`, the terms to those of the text."""

    need: str
    supply: str
    points: int
    parts: tuple[Part, ...]
    terms: tuple[Shared, ...]

    def against(self) -> tuple[Part, ...]:
        """What speaks against it: the parts that lost points, the dearest first."""
        return tuple(
            sorted((part for part in self.parts if part.lost), key=lambda part: (-part.lost, part.name))
        )


class Question(msgspec.Struct, frozen=True):
    """A demand prepared for scoring: what each of its terms weighs, and all together."""

    need: Need
    weights: dict[str, int]
    mass: int


def question(need: Need, text: Terms, statistics: Statistics, scheme: Scheme) -> Question:
    """Weigh the terms of a demand: how rare each is, times what its kind counts."""
    weights = {term: statistics.rarity(term) * scheme.rates.of(term) for term in text.counts}
    return Question(need, weights, sum(weights.values()))


def saturation(count: int, length: int, average_length: int) -> int:
    """How fully a text of this length speaks of a term it holds so often, per mille; 1000 for once in a usual text.

    The saturation of Okapi BM25 with k₁ = 1.2 and b = 0.75.
    """
    norm = 250 + 750 * length // average_length
    return 2200 * 1000 * count // (1000 * count + 1200 * norm // 1000)


def text_shares(asked: Question, text: Terms, average_length: int) -> dict[str, int]:
    """What each shared term gives, in weight × saturation."""
    return {
        term: weight * saturation(text.counts[term], text.length, average_length)
        for term, weight in asked.weights.items()
        if term in text.counts
    }


def text_value(asked: Question, shares: Mapping[str, int], scheme: Scheme) -> Value:
    """How much of what the demand says the achievement speaks of, per mille of what counts as all."""
    if not asked.mass:
        return Value(0, Note.TEXT_THIN)
    covered = sum(shares.values()) // asked.mass
    value = min(FULL, covered * FULL // scheme.full_at)
    return Value(value, Note.TEXT_THIN if value < FULL // 2 else Note.TEXT_SHARED)


def score(asked: Question, supply: Supply, text: Terms, average_length: int, scheme: Scheme) -> Match:
    """The match of a demand and an achievement, still without its terms; `text` needs to hold the demand's only."""
    shares = text_shares(asked, text, average_length)
    values = {"text": text_value(asked, shares, scheme)}
    values |= {name: part(asked.need, supply, scheme) for name, part in PARTS.items()}
    parts = tuple(_part(name, scheme.weights[name], value) for name, value in values.items())
    points = sum(part.points for part in parts)
    return Match(asked.need.id, supply.id, points, parts, ())


def _part(name: str, weight: int, value: Value) -> Part:
    return Part(name, weight, value.value, weight * value.value, value.note, value.short)


def _terms(shares: Mapping[str, int], points: int) -> tuple[Shared, ...]:
    """The terms that matched, the weightiest first, with the points of the text divided among them to the last one."""
    ordered = sorted(shares.items(), key=lambda item: (-item[1], item[0]))
    given = apportion(points, [share for _, share in ordered])
    shown = [Shared(term, own) for (term, _), own in zip(ordered, given, strict=True)]
    if len(shown) <= TERMS_SHOWN:
        return tuple(shown)
    rest = sum(one.points for one in shown[TERMS_SHOWN:])
    return (*shown[:TERMS_SHOWN], Shared(_REST, rest))


def explained(
    match: Match, asked: Question, supply: Supply, text: Terms, average_length: int, lexicon: Lexicon
) -> Match:
    """The match with its terms, and the words with which each side says what the lexicon knows to be the same."""
    need = asked.need
    wanted, offered = f"{need.title}\n{need.text}", f"{supply.title}\n{supply.text}"
    found = _terms(text_shares(asked, text, average_length), match.parts[0].points)
    terms = [
        msgspec.structs.replace(
            one,
            need_words=words_of(one.term[1:], wanted, lexicon),
            supply_words=words_of(one.term[1:], offered, lexicon),
        )
        if is_word(one.term)
        else one
        for one in found
    ]
    return msgspec.structs.replace(match, terms=tuple(terms))
