"""Well-formed JSON in which a value somewhere is not what it was: what gets past a parser and meets what stands behind."""

import json
from collections.abc import Iterator, Sequence
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

from tests.fuzz.octets import one_of

Place = tuple[Any, Any]
"""A mapping or list, and the key or index in it."""

ODD: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 2, 10**15, 10**15 + 1, 2**63, 10**30, 0.5, -0.0, 1e308),
    *(
        "",
        " ",
        "0",
        "0.00",
        "0.01",
        "1.00",
        "-1.00",
        "10000000000000.00",
        "1e3",
        "１",
        "x" * 65,
        "\u200b",
        "B1",
        "B2",
    ),
    *(
        "1s",
        "1m",
        "5m",
        "36500d",
        "999999999999d",
        "0s",
        "price",
        "english",
        "dutch",
        "listed",
        "weighted",
        "sell",
        "buy",
    ),
    *(
        "2026-11-20T10:00:00+08:00",
        "2026-11-20T12:00:00+08:00",
        "2999-12-31T23:59:59Z",
        "0001-01-01T00:00:00+23:59",
    ),
    *([], {}, [[]], {"": ""}, [{}], {"price": "100"}, {"step": "0.01", "every": "1s", "floor": "0.01"}),
    *(
        {"trigger": "36500d", "length": "36500d"},
        [{"from": "0.00", "step": "0.01"}],
        [{"bidder": "B1", "rank": 1}],
    ),
)
"""The edges of amounts, instants, durations and lists, and values of another kind altogether."""


def _places(tree: Any) -> Iterator[Place]:
    """Every place in a tree, each before those within it."""
    if isinstance(tree, dict | list):
        for key in tree if isinstance(tree, dict) else range(len(tree)):
            yield tree, key
            yield from _places(tree[key])


def _changed(tree: Any, changes: list[tuple[str, int, int, Any]]) -> bytes:
    tree = deepcopy(tree)
    for kind, one, other, value in changes:
        places = list(_places(tree))
        if not places:
            break
        (holder, key), (source, name) = (places[n % len(places)] for n in (one, other))
        if kind == "drop":
            del holder[key]
        elif kind == "move":
            holder[key] = deepcopy(source[name])
        elif kind == "again" and isinstance(holder, list):
            holder.insert(key, deepcopy(holder[key]))
        else:
            holder[key] = deepcopy(value)
    return json.dumps(tree, ensure_ascii=False).encode("utf-8", "surrogatepass")


def reshaped(trees: Sequence[Any], changes: int = 3) -> st.SearchStrategy[bytes]:
    """One of the trees as JSON, after some values were dropped, doubled, moved or put in the place of others."""
    value = one_of(ODD) | st.integers() | st.text(max_size=5) | st.floats()
    change = st.tuples(
        st.sampled_from(["put", "put", "move", "drop", "again"]),
        st.integers(0, 1 << 12),
        st.integers(0, 1 << 12),
        value,
    )
    return st.builds(_changed, one_of(trees), st.lists(change, min_size=1, max_size=changes))
