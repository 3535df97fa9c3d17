"""Chinese text into terms: words of the lexicon by maximal matching, characters and pairs of them, Latin words.

A word of the lexicon becomes the term of its group (`=废水`), so that two texts meet that say the same thing in
different words. Characters and their pairs catch what the lexicon does not know: most technical characters of Chinese
(锈, 氢, 臭) carry their meaning alone.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping

import msgspec

_LATIN = re.compile(r"[a-z][a-z0-9]+")
_CHINESE = re.compile(r"[\u3400-\u9fff]+|[a-z][a-z0-9]+")
_NUMERALS = frozenset("一二三四五六七八九十百千万两零")
_MOST = 200
"""Times a term counts in one text, at most."""


class Lexicon(msgspec.Struct, frozen=True):
    """Words and their groups; a stop word has the group "". `lengths`: first character → how long words are that
    begin with it, the longest first."""

    version: str
    groups: Mapping[str, str]
    lengths: Mapping[str, tuple[int, ...]]


class Terms(msgspec.Struct, frozen=True):
    """The terms of one text with their counts, and how many there are in all."""

    counts: dict[str, int]
    length: int


class Piece(msgspec.Struct, frozen=True):
    """A stretch of text: its group, "" for a stop word, None for a stretch that the lexicon does not know."""

    text: str
    group: str | None


def normal(text: str) -> str:
    """One width, one case."""
    return unicodedata.normalize("NFKC", text).lower()


def pieces(text: str, lexicon: Lexicon) -> Iterator[Piece]:
    """The words that the lexicon knows, the longest first from left to right, and single characters between."""
    for run in _CHINESE.findall(normal(text)):
        start = 0
        while start < len(run):
            word = _longest(run, start, lexicon)
            if word is None and _LATIN.match(run):
                word = run
            found = word or run[start]
            yield Piece(found, lexicon.groups.get(found))
            start += len(found)
        yield Piece("", "")


def _longest(run: str, start: int, lexicon: Lexicon) -> str | None:
    for length in lexicon.lengths.get(run[start], ()):
        word = run[start : start + length]
        if word in lexicon.groups:
            return word
    return None


def terms(title: str, text: str, lexicon: Lexicon) -> Terms:
    """The terms of a title and a text."""
    counts = Counter(_terms(f"{title}\n{text}", lexicon))
    return Terms({term: min(count, _MOST) for term, count in counts.items()}, sum(counts.values()))


def _terms(text: str, lexicon: Lexicon) -> Iterator[str]:
    """Groups, Latin words, and the characters and pairs of every stretch between two stop words."""
    stretch = ""
    for piece in pieces(text, lexicon):
        if piece.group == "":
            yield from characters(stretch)
            stretch = ""
            continue
        if piece.group is not None:
            yield f"={piece.group}"
        elif _LATIN.match(piece.text):
            yield piece.text
        if _LATIN.match(piece.text):
            yield from characters(stretch)
            stretch = ""
        else:
            stretch += piece.text
    yield from characters(stretch)


def characters(text: str) -> Iterator[str]:
    """Each character but a numeral, and each two that stand together."""
    for start in range(len(text)):
        if text[start] not in _NUMERALS:
            yield text[start]
        if start + 1 < len(text):
            yield text[start : start + 2]


def words_of(group: str, text: str, lexicon: Lexicon) -> tuple[str, ...]:
    """The words of a group as this text says them, each once, in their order."""
    return tuple(dict.fromkeys(piece.text for piece in pieces(text, lexicon) if piece.group == group))


def is_word(term: str) -> bool:
    """Whether a term stands for a group of the lexicon."""
    return term.startswith("=")


def is_latin(term: str) -> bool:
    """Whether a term is a Latin word."""
    return _LATIN.match(term) is not None
