"""Saved searches: whether a listing that goes under notice fits one. Pure."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

from exchange.market.listing_state import Listing

NAMES = ("field", "region")
"""Filters of a search that a listing can fit beside its words."""
WORDS_MAX = 8
LENGTH_MAX = 280


def canonical(wished: Mapping[str, str]) -> str:
    """A search as one text: its words and filters in a fixed order; empty when nothing of it can be followed."""
    kept = {"q": " ".join(wished.get("q", "").split()[:WORDS_MAX])}
    kept.update({name: wished.get(name, "") for name in NAMES})
    return urlencode({name: value for name, value in kept.items() if value})[:LENGTH_MAX]


def title_of(search: str) -> str:
    """What a search is called in lists."""
    return " · ".join(value for _, value in parse_qsl(search))


def fits(search: str, listing: Listing, region: str, seller: str) -> bool:
    """Whether every word stands in the listing and every filter is its own."""
    wished = dict(parse_qsl(search))
    subject = listing.subject
    text = " ".join((subject.title, subject.abstract, subject.field, *subject.ip, seller)).casefold()
    words = wished.get("q", "").casefold().split()
    if not wished or not all(word in text for word in words):
        return False
    own = {"field": subject.field, "region": region}
    return all(wished[name] == own[name] for name in NAMES if name in wished)
