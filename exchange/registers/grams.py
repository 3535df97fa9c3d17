"""Text as the search knows it: every two neighbouring characters of a run of letters, digits and Chinese characters.

Chinese is not cut into words: a word of a query is found where each pair of its characters stands. The end of a run
is a pair as well, so that one character alone is found by the pairs that begin with it.
"""

import itertools
import re
import unicodedata
from collections.abc import Iterable

END = "\x03"
_RUN = re.compile(r"[^\W_]+")


def runs(text: str) -> list[str]:
    """The runs of a text in one form: full-width and half-width, capital and small letters are the same."""
    return _RUN.findall(unicodedata.normalize("NFKC", text).casefold())


def grams(texts: Iterable[str]) -> set[str]:
    """Every pair of the texts."""
    found: set[str] = set()
    for text in texts:
        for run in runs(text):
            closed = run + END
            found.update(map("".join, itertools.pairwise(closed)))
    return found


def wanted(query: str) -> tuple[list[str], list[str]]:
    """What a query asks for: pairs that must stand, and single characters that must occur."""
    pairs: dict[str, None] = {}
    single: dict[str, None] = {}
    for run in runs(query):
        if len(run) == 1:
            single[run] = None
        pairs.update(dict.fromkeys(map("".join, itertools.pairwise(run))))
    return list(pairs), list(single)
