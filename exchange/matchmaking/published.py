"""The published data of matching, read from the package: the lexicon and the weights, each with its version."""

from functools import cache
from importlib import resources
from typing import Any

import msgspec
import yaml

from exchange.matchmaking.parts import PARTS, Scheme
from exchange.matchmaking.tokens import Lexicon, normal
from matching_engine.errors import Malformed

WEIGHTS = ("text", *PARTS)


@cache
def scheme() -> Scheme:
    """The weights in force; Malformed when they do not add up to 1000."""
    return read_scheme(_read("weights.yaml"))


@cache
def lexicon() -> Lexicon:
    """The lexicon in force; Malformed when a word stands in two groups."""
    return read_lexicon(_read("lexicon.yaml"))


def read_scheme(data: dict[str, Any]) -> Scheme:
    """Weights from their file."""
    pairs = [tuple(pair) for pair in data["neighbours"]]
    both = frozenset(pairs) | frozenset((second, first) for first, second in pairs)
    found = msgspec.convert(data | {"neighbours": both}, Scheme)
    if tuple(found.weights) != WEIGHTS or sum(found.weights.values()) != 1000:
        raise Malformed("weights", dict(found.weights), f"{', '.join(WEIGHTS)}, together 1000")
    return found


def read_lexicon(data: dict[str, Any]) -> Lexicon:
    """A lexicon from its file: word → the first word of its group, or "" for a word that says nothing."""
    groups: dict[str, str] = {}
    lines = [(line.split()[0], line) for line in data["groups"]] + [("", line) for line in data["stops"]]
    for name, line in lines:
        for word in map(normal, line.split()):
            if groups.setdefault(word, normal(name)) != normal(name):
                raise Malformed("lexicon", word, f"a word in one group, not also in {groups[word]}")
    lengths: dict[str, set[int]] = {}
    for word in groups:
        lengths.setdefault(word[0], set()).add(len(word))
    longest_first = {first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()}
    return Lexicon(str(data["version"]), groups, longest_first)


def _read(name: str) -> dict[str, Any]:
    text = resources.files("exchange.matchmaking").joinpath("data", name).read_text(encoding="utf-8")
    data: dict[str, Any] = yaml.safe_load(text)
    return data
