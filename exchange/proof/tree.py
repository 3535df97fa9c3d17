"""A tree that grows: what is kept of it, in tiles of 256 hashes, and how it goes on from them.

A tile of level 0 holds the hashes of 256 leaves, one of level 1 the roots of 256 tiles of level 0, and so on. Only
full tiles are kept for good; what is not full yet has fewer than 256 hashes a level. Pure.
"""

from collections.abc import Sequence

import msgspec

from exchange.proof.merkle import EMPTY, Node, fold

WIDTH_BITS = 8
WIDTH = 1 << WIDTH_BITS
"""Hashes of a tile."""


class Tile(msgspec.Struct, frozen=True):
    """A full tile: its level, its place there, its hashes one after the other, and the root over them."""

    level: int
    index: int
    hashes: bytes
    root: bytes


class Tree:
    """The open end of a tree, for each level the hashes that fill no tile yet."""

    def __init__(self, size: int = 0, open_ends: Sequence[Sequence[bytes]] = ()) -> None:
        self.size = size
        self._open = [list(level) for level in open_ends] or [[]]

    def append(self, leaves: Sequence[bytes]) -> list[Tile]:
        """Take in the hashes of leaves; the tiles that became full."""
        full = list[Tile]()
        begun = self.size >> WIDTH_BITS
        self.size += len(leaves)
        self._open[0].extend(leaves)
        self._fill(0, begun, full)
        return full

    def _fill(self, level: int, index: int, full: list[Tile]) -> None:
        """Close what is full on a level, and hand the roots up. `index` is the place of its first open hash's tile."""
        waiting, roots = self._open[level], list[bytes]()
        count = len(waiting) >> WIDTH_BITS
        for n in range(count):
            hashes = waiting[n * WIDTH : (n + 1) * WIDTH]
            tile = Tile(level, index + n, b"".join(hashes), fold(hashes))
            roots.append(tile.root)
            full.append(tile)
        if count:
            del waiting[: count * WIDTH]
            if len(self._open) == level + 1:
                self._open.append([])
            self._open[level + 1].extend(roots)
            self._fill(level + 1, index >> WIDTH_BITS, full)

    def root(self) -> bytes:
        """The root of the tree as it is now."""
        found: bytes | None = None
        for level in self._open:
            hashes = level if found is None else [*level, found]
            found = fold(hashes) if hashes else found
        return EMPTY if found is None else found


def open_ends(size: int) -> list[tuple[int, int]]:
    """What a tree of `size` leaves has open: for each level, from the leaves up, the places (begin, end) of hashes."""
    found, level = list[tuple[int, int]](), 0
    while True:
        count = size >> (WIDTH_BITS * level)
        if level and not count:
            return found
        found.append((count >> WIDTH_BITS << WIDTH_BITS, count))
        level += 1


def place_of(node: Node) -> tuple[int, int, int, int]:
    """Where the hashes stand that a perfect subtree is folded from: level and place of the tile, first and number."""
    level, index = node
    shift = level % WIDTH_BITS
    first = index << shift
    return level // WIDTH_BITS, first >> WIDTH_BITS, first % WIDTH, 1 << shift
